"""While two writers make one account of many, whoever reads sees the accounts of one moment."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import Engine

from features.stored_ledger import Snapshot, StoredLedger
from ledger.definitions import Definitions
from ledger.store import open_database, place, reading, tables_of_accounts
from tests.store.stores import put, rows, stored

CUSTOMERS = 12
DATES = {"issued_on": "2024-01-01", "due_on": "2024-01-31"}
LINKS = range(CUSTOMERS - 1)
"""Link k is a payment of customer k for the invoice of the next one, and makes them one account."""


@pytest.fixture
def engine(database_url: str) -> Engine:
    """A ledger in which each customer has one invoice, and is an account of its own."""
    engine = open_database(database_url)
    bills = [
        {"invoice_id": f"I{k}", "customer_id": f"C{k}", "amount": "9.00", **DATES}
        for k in range(CUSTOMERS)
    ]
    put(engine, rows("invoices", *bills), through="2024-03-31")
    return engine


def link(engine: Engine, k: int) -> None:
    paid = {"payment_id": f"P{k}", "customer_id": f"C{k}", "invoice_id": f"I{k + 1}"}
    put(engine, rows("payments", {**paid, "paid_on": "2024-02-05", "amount": "9.00"}))


def texts(snapshot: Snapshot, table: str) -> list[str]:
    return sorted(snapshot.ledger.text(table, f"{table.removesuffix('s')}_id").tolist())


def links_at(engine: Engine, seq: int) -> set[int]:
    """The links that there were after a write."""
    names = stored(engine, seq).text("payments", "payment_id").tolist()
    return {int(name.removeprefix("P")) for name in names}


def account_of(customer: int, links: set[int]) -> range:
    """The customers whose account it is, link by link."""
    first = last = customer
    while first - 1 in links:
        first -= 1
    while last in links:
        last += 1
    return range(first, last + 1)


@pytest.mark.parametrize("many", [1, 50])
@pytest.mark.parametrize("asked", [[5], list(range(CUSTOMERS))])
def test_what_is_read_of_accounts_that_become_one_is_of_one_moment(
    engine: Engine, asked: list[int], many: int
) -> None:
    keeper = StoredLedger(engine, Definitions(), many)
    keeper.prepare()
    found: list[Snapshot] = []

    def write(first: int) -> None:
        for k in LINKS[first::2]:
            link(engine, k)
            before = len(found)
            while len(found) < before + 2 and not reader.done():
                sleep(0.001)

    def read() -> None:
        while not all(writer.done() for writer in writers) or len(found) < 2:
            snapshot = keeper.part([f"c:C{k}" for k in asked])
            assert snapshot is not None
            found.append(snapshot)

    writers = []
    with ThreadPoolExecutor(3) as pool:
        writers += [pool.submit(write, first) for first in (0, 1)]
        reader = pool.submit(read)
    for done in (*writers, reader):
        done.result()
    links = {seq: links_at(engine, seq) for seq in {snapshot.seq for snapshot in found}}
    assert len(links) > len(LINKS) // 2
    for snapshot in found:
        ours = {one for k in asked for one in account_of(k, links[snapshot.seq])}
        assert texts(snapshot, "invoices") == sorted(f"I{k}" for k in ours)
        paid = ours & links[snapshot.seq]
        assert texts(snapshot, "payments") == sorted(f"P{k}" for k in paid)


def test_who_has_begun_to_read_is_not_disturbed_by_a_writer(engine: Engine) -> None:
    with reading(engine) as connection:
        now, numbers = place(connection, ["c:C5"])
        assert now is not None
        for k in LINKS:
            link(engine, k)
        tables = tables_of_accounts(connection, numbers, now.seq)
    assert tables["invoices"]["row_id"].to_pylist() == ["I5"]
    assert "payments" not in tables
