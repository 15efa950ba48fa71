"""One customer's history is found by an index, in one round trip to a server."""

import pytest
from sqlalchemy import Engine, event, text

from ledger.schema import TABLES
from ledger.store import open_database, place, reading, tables_of_accounts
from tests.ledgers import seeded_ledger
from tests.store.stores import put, put_ledger, rows, stored

BILL = {"customer_id": "A", "issued_on": "2024-01-01", "due_on": "2024-01-31", "amount": "9.00"}


def statements_of(engine: Engine, nodes: list[str]) -> list[str]:
    """What is sent to the database to read some nodes."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with reading(engine) as connection:
        now, accounts = place(connection, nodes)
        assert now is not None
        tables_of_accounts(connection, accounts, now.seq)
    event.remove(engine, "before_cursor_execute", note)
    return sent


def test_a_server_is_asked_where_a_customer_is_and_once_for_its_history(
    postgresql_url: str,
) -> None:
    engine = open_database(postgresql_url)
    put(engine, rows("invoices", {**BILL, "invoice_id": "I1"}), through="2024-03-31")
    where, history = statements_of(engine, ["c:A"])
    assert "nodes" in where
    for name in set(TABLES) - {"fx_rates"}:
        assert f"{name}_versions" in history


def test_the_rows_of_an_account_are_found_by_an_index(tmp_path: object) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db")
    put(engine, rows("invoices", {**BILL, "invoice_id": "I1"}), through="2024-03-31")
    with engine.connect() as connection:
        for name in TABLES:
            wanted = f"SELECT * FROM {name}_versions WHERE account IN (1, 2) AND seq <= 3"
            plan = " ".join(
                str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {wanted}"))
            )
            assert f"USING INDEX {name}_versions_by_account" in plan
        plan = str(
            connection.execute(
                text("EXPLAIN QUERY PLAN SELECT account FROM nodes WHERE node = 'c:A'")
            ).all()
        )
        assert "SEARCH nodes USING INDEX" in plan


@pytest.mark.parametrize("count", [1, 3, 40])
def test_few_and_many_nodes_give_the_same_rows(database_url: str, count: int) -> None:
    engine, ledger = open_database(database_url), seeded_ledger(11, customers=6, invoices=40)
    put_ledger(engine, ledger)
    names = sorted(set(ledger.text("customers", "customer_id").tolist()))
    nodes = [f"c:{name}" for name in names] * count
    with reading(engine) as connection:
        now, accounts = place(connection, nodes)
        assert now is not None
        tables = tables_of_accounts(connection, accounts, now.seq)
    whole = stored(engine)
    for name in set(TABLES) - {"fx_rates"}:
        found = tables[name]["row_id"].to_pylist() if name in tables else []
        assert len(found) == len(set(found))
        key = TABLES[name].key[0]
        if len(TABLES[name].key) == 1 and name != "customers":
            assert sorted(found) == sorted(whole.text(name, key).tolist())
