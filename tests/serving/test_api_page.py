"""The lines for a shell on the page of the API do what the page says."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.settings import Settings
from serving.reference import HOST
from tests.serving.running import Service, running, scored, wait_until

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
STATUS = " -s -o /dev/null -w '%{http_code}' -D -"


@pytest.fixture(scope="module")
def scratch(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a copy of the home, to which the page's examples may write."""
    home = tmp_path_factory.mktemp("api_page") / "home"
    shutil.copytree(served_home, home)
    scored(Settings(home=home), home / "scores")
    with running(home) as service:
        wait_until(lambda: service.client.get("/readyz").status_code == 200)
        yield service


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_every_line_for_a_shell_is_answered(scratch: Service) -> None:
    text = PAGE.read_text(encoding="utf-8")
    calls = [part for part in text.split("\n### ") if "\n```\ncurl " in part]
    assert len(calls) == len([part for part in text.split("\n### ") if "\nAnswer: " in part])
    refused = []
    last_record = ""
    for call in calls:
        line = call.split("```\n")[1].strip()
        line = line.replace(HOST, str(scratch.client.base_url))
        if "/v1/audit/" in line:
            given = line.split("/v1/audit/")[1].split()[0]
            line = line.replace(given, last_record)
        told = subprocess.run(
            ["sh", "-c", line + STATUS],
            env=os.environ | {"KEY": scratch.key},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        *headers, status = told.splitlines()
        found = dict(header.lower().split(": ", 1) for header in headers if ": " in header)
        last_record = found.get("x-audit-id", last_record)
        if status != "200":
            refused.append((call.splitlines()[0], status))
    assert refused == []


def test_the_examples_name_customers_and_invoices_of_a_simulated_ledger(
    scratch: Service,
) -> None:
    lines = PAGE.read_text(encoding="utf-8")
    (body,) = [
        json.loads(line.rsplit(" -d ", 1)[1].strip("'"))
        for line in lines.splitlines()
        if line.startswith("curl") and line.split()[3].endswith("/v1/scores/invoices")
    ]
    answer = scratch.client.post("/v1/scores/invoices", json=body).json()
    assert {*body["invoice_ids"]} == {
        each["invoice_id"] for each in [*answer["scores"], *answer["not_scored"]]
    }
