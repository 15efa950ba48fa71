"""A browser, and a service of its own that it visits; both only where there is a Chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from features.kept_priors import write_ledger_to
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.settings import Settings
from ledger.store import open_store
from serving.credentials import COOKIE
from tests.serving.running import (
    SIMULATED,
    Service,
    bearer,
    new_key,
    running,
    scored,
    wait_until,
)
from training.simulation.simulator import simulate, write_simulation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIEWS = ("worklist", "alerts", "portfolio", "orders", "model")
HOSTILE = "<img src=x onerror=\"document.title='run'\"><b>Bold & Co"
NOW = datetime(2024, 1, 1)
WITHOUT_A_RUN = "409 (Conflict)"
"""What Chromium writes of an answer of that status, whatever the page makes of it."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 400, "height": 800}


@dataclass
class Desk:
    """A service with a score run, its customers by collector, and the key of each role."""

    service: Service
    pages_without_a_run: dict[str, str] = field(default_factory=dict)
    customers: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service.port}/"

    @property
    def collector(self) -> str:
        """The collector who has most to do."""
        return max(self.customers, key=lambda name: len(self.customers[name]))

    @property
    def other_collector(self) -> str:
        return next(name for name in self.customers if name not in ("", self.collector))

    def key(self, role: str, collector: str = "") -> str:
        """The key of a role, which the service knows; of a collector other than the busiest."""
        if role == "collector":
            collector = collector or self.collector
        if (role, collector) not in self.keys:
            made = new_key(self.service.home, role, collector)
            client = self.service.client
            wait_until(lambda: client.get("/v1/model", headers=bearer(made)).status_code == 200)
            self.keys[role, collector] = made
        return self.keys[role, collector]

    def cookie(self, role: str) -> str:
        """A session of a role, made once: few may be made in a minute."""
        if role not in self.cookies:
            with httpx.Client(base_url=self.url, timeout=60) as stranger:
                assert stranger.post("/session", json={"key": self.key(role)}).status_code == 200
                self.cookies[role] = stranger.cookies[COOKIE]
        return self.cookies[role]


class Visit:
    """A page of the console in a browser, and what the browser had to say of it."""

    def __init__(self, desk: Desk, context: BrowserContext) -> None:
        self.desk, self.context = desk, context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def open(self, place: str) -> Page:
        """The page at a place, once it is there."""
        self.page.goto(f"{self.desk.url}#/{place}")
        return self.there()

    def there(self) -> Page:
        """The page, once nothing is under way."""
        expect(self.page.locator("main:not([aria-busy]) h1")).to_be_visible()
        return self.page

    def spoil_session(self) -> None:
        """Make the browser send a session that does not count."""
        (cookie,) = (each for each in self.context.cookies() if each["name"] == COOKIE)
        spoilt = {**cookie, "value": cookie["value"][:-1] + "x"}
        self.context.add_cookies([spoilt])

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.desk.url, "data:")):
            self.foreign.append(request.url)


def require_chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; install Debian's package chromium")
    if find_library("atomic") is None:
        pytest.skip("the browser's driver needs Debian's package libatomic1")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; while it is there, no other event loop can run."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file of tests."""
    require_chromium()
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def desk(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service of one's own, first looked at without a score run, then with one."""
    require_chromium()
    settings = Settings(home=tmp_path_factory.mktemp("console"))
    shutil.copy(served_home / "mlflow.db", settings.home)
    write_ledger_to(open_store(settings), hostile_ledger(settings.home / "files"), "tests", NOW)
    with running(settings.home) as service:
        wait_until(lambda: service.client.get("/readyz").status_code == 200)
        found = Desk(service)
        with chromium() as browser, visiting(browser, found, "admin", WITHOUT_A_RUN) as visit:
            for view in ("worklist", "alerts", "portfolio", "customers/X"):
                shown = visit.open(view).locator("main").inner_text()
                found.pages_without_a_run[view] = shown
        scored(settings, settings.home / "scores")
        answer = service.client.get("/v1/worklist", params={"limit": 1000}).json()
        for entry in answer["entries"]:
            found.customers.setdefault(entry["collector"], []).append(entry["customer_id"])
        yield found


def hostile_ledger(files: Path) -> Ledger:
    """The simulated ledger with names of customers that would run, were they taken for markup."""
    simulation = simulate(SIMULATED)
    simulation.frames["customers"]["name"] = HOSTILE
    write_simulation(simulation, files)
    return read_ledger(files)


@contextmanager
def visiting(
    browser: Browser, desk: Desk, role: str | None, *expected: str, **options: Any
) -> Iterator[Visit]:
    """A visit, signed in with a role's key or with none; no complaints but those expected."""
    with browser.new_context(**{"viewport": WIDE, "locale": "en-GB"} | options) as context:
        if role is not None:
            cookie = {"name": COOKIE, "value": desk.cookie(role), "url": desk.url}
            context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Strict"}])
        visit = Visit(desk, context)
        yield visit
        assert [
            text for text in visit.complaints if not any(each in text for each in expected)
        ] == []
        assert visit.foreign == []
