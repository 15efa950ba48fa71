"""The pages of the console as files: open to anybody, kept by browsers, nothing from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.settings import Settings
from serving.app import create_app
from serving.gate import Bounds, Gate
from serving.meters import new_meters
from serving.pages import CONSOLE, TYPES, console_files
from tests.serving.keys import NOW, admission_to

PATHS = ("/", *(f"/console/{name}" for name in console_files()))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(lambda: Settings(home=tmp_path), lambda: NOW, new_meters(), tmp_path)
    yield TestClient(Gate(app, app, Bounds(10, 5, 5, 2), new_meters(), admission_to()))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_read_without_a_key_and_may_load_nothing_from_elsewhere(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    file = CONSOLE / (path.rsplit("/", 1)[1] or "index.html")
    assert (answer.status_code, answer.content) == (200, file.read_bytes())
    assert answer.headers["content-type"].startswith(TYPES[file.suffix])
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    for what in ("script-src", "style-src", "connect-src", "form-action"):
        assert policy[what] == "'self'"
    assert "unsafe" not in str(policy)


def test_a_browser_keeps_a_page_and_asks_whether_it_is_still_the_same(client: TestClient) -> None:
    first = client.get("/console/main.js")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    same = client.get("/console/main.js", headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    other = client.get("/console/api.js", headers={"If-None-Match": tag})
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)


def test_nothing_else_of_the_directory_is_read(client: TestClient) -> None:
    for path in ("/console", "/console/", "/console/index.html", "/console/..%2f..%2fapp.py"):
        assert client.get(path).status_code == 404
    assert client.post("/").status_code == 405


def test_the_pages_name_no_other_host_and_make_no_markup_of_data() -> None:
    for file in CONSOLE.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text)
        assert not re.search(r"\bstyle=|\bon[a-z]+=\"|javascript:", text), file.name


def test_every_module_is_reached_from_the_page() -> None:
    reached, waiting = set(), ["main.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            text = (CONSOLE / name).read_text(encoding="utf-8")
            waiting += re.findall(r'from "\./([\w.]+)"', text)
    assert reached == {name for name in console_files() if name.endswith(".js")}
