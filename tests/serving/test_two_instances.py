"""Two servers on one PostgreSQL: what one stores the other answers from, and both record."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from decisions.audit_verify import verify
from features.kept_priors import write_ledger_to
from ledger.days import date_of
from ledger.store import open_database
from tests.serving.running import PROMOTED_AT, Service, running, wait_until


@pytest.fixture
def instances(
    service: Service, tmp_path: Path, postgresql_url: str
) -> Iterator[tuple[Service, Service]]:
    """Two servers, each with a home of its own, on one database, asked with one key."""
    write_ledger_to(open_database(postgresql_url), service.ledger, "tests", PROMOTED_AT)
    homes = [tmp_path / name for name in ("one", "two")]
    for home in homes:
        home.mkdir()
        shutil.copy(service.home / "mlflow.db", home)
        shutil.copytree(service.home / "bundles", home / "bundles")
    with running(homes[0], DUECAST_DATABASE=postgresql_url) as one:
        (homes[1] / "audit").mkdir(mode=0o700)
        shutil.copy(homes[0] / "audit" / "key", homes[1] / "audit")
        with running(homes[1], DUECAST_DATABASE=postgresql_url) as other:
            wait_until(lambda: one.client.get("/readyz").status_code == 200)
            wait_until(lambda: other.client.get("/readyz").status_code == 200)
            other.client.headers.update(one.client.headers)
            yield one, other


def test_what_one_stores_the_other_answers_from(
    instances: tuple[Service, Service], service: Service, postgresql_url: str
) -> None:
    one, other = instances
    ledger = service.ledger
    day = str(date_of(ledger.extract.complete_through))
    bill = {"invoice_id": "NEW", "customer_id": "NEWCOMER", "amount": "50.00"}
    bill |= {"issued_on": day, "due_on": "2030-01-31"}
    coverage = {"complete_through": str(date_of(ledger.extract.complete_through + 1))}
    stored = one.client.put("/v1/ledger/invoices", json={"rows": [bill], "coverage": coverage})
    assert stored.status_code == 200, stored.text
    answers = [
        server.client.post("/v1/scores/invoices", json={"invoice_ids": ["NEW"], "explain": 2})
        for server in (other, one)
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["provenance"]["ledger_seq"] == stored.json()["seq"]
    found = verify(
        open_database(postgresql_url), one.home, [other.home / "audit" / "anchor"]
    ).findings
    assert found == ()
