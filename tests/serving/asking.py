"""The application behind its gate in this process, with a ledger and keys of the test's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from features.kept_priors import write_ledger_to
from ledger.ledger import Ledger
from ledger.settings import Settings
from ledger.store import open_store
from serving.app import create_app
from serving.gate import Bounds, Gate
from serving.keyring import Keyring
from serving.meters import new_meters
from serving.roles import Role
from tests.serving.keys import admission_by, headers_of, key_of
from tests.serving.running import wait_until

NOW = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)
KEYS = {
    "admin": key_of("admin", 1),
    "analyst": key_of("analyst", 2),
    "o2c": key_of("o2c", 3),
    "Anna": key_of("collector", 4, "Anna"),
    "Ben": key_of("collector", 5, "Ben"),
}
"""Keys by role; those of collectors by their names."""


class Asking:
    """A client of the application, with the admin's key unless another is named; its clock."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.now = settings, NOW
        self.client: TestClient

    def ask(
        self, method: str, path: str, *, key: Role | str = "admin", **more: Any
    ) -> httpx.Response:
        """The answer."""
        headers = headers_of(KEYS[key]) | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """The answer to a body."""
        return self.ask("POST", path, json=body, **more)


def kind(response: httpx.Response) -> str:
    """The kind of problem that is answered."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return str(response.json()["type"]).removeprefix("urn:duecast:problem:")


@contextmanager
def asking(
    home: Path, ledger: Ledger | None, model_of: Path | None = None, database: str | None = None
) -> Iterator[Asking]:
    """The application on a home with a ledger; with the champion of another home, or none."""
    home.mkdir(exist_ok=True)
    if model_of is not None:
        shutil.copy(model_of / "mlflow.db", home)
    settings = Settings(home=home, database=database)
    if ledger is not None:
        write_ledger_to(open_store(settings), ledger, "tests", datetime(2024, 6, 30))
    answering, meters = Asking(settings), new_meters()
    app = create_app(lambda: settings, lambda: answering.now, meters, home)
    admission = admission_by(Keyring(KEYS.values))
    gate = Gate(app, app, Bounds.of(settings), meters, admission)
    with TestClient(gate, raise_server_exceptions=False) as client:
        answering.client = client
        wait_until(lambda: "starting" not in client.get("/readyz").text)
        yield answering
