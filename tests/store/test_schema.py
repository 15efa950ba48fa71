"""The migrations make the schema that the code declares, once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

import decisions.audit_log
import decisions.order_records
import decisions.policy_records
import decisions.records
import serving.access
from ledger.errors import DatabaseError
from ledger.schema import TABLES
from ledger.store import METADATA, open_database
from ledger.store.schema import MIGRATIONS, REVISION
from tests.store.stores import put, rows

DECLARING = (
    decisions.audit_log,
    decisions.order_records,
    decisions.policy_records,
    decisions.records,
    serving.access,
)


def test_the_migrations_make_what_the_code_declares(database_url: str) -> None:
    assert DECLARING
    with open_database(database_url).connect() as connection:
        options = {"compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_the_code_expects_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [REVISION]


def test_of_several_who_open_a_new_database_one_makes_it(database_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        engines = list(pool.map(open_database, [database_url] * 6))
    with engines[0].connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_a_database_of_a_later_duecast_is_refused(database_url: str) -> None:
    with open_database(database_url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="has schema 9999, but this duecast knows 0001 at most"):
        open_database(database_url)


def test_the_rows_that_hold_are_a_view(database_url: str) -> None:
    engine = open_database(database_url)
    bill = {"customer_id": "A", "issued_on": "2024-01-01", "due_on": "2024-01-31"}
    bills = [{**bill, "invoice_id": name, "amount": "100.00"} for name in ("1", "2")]
    put(engine, rows("invoices", *bills), through="2024-03-31")
    put(engine, rows("invoices", {**bills[0], "amount": "90.00"}), invoices=["2"])
    with engine.connect() as connection:
        found = connection.execute(text("SELECT invoice_id, amount FROM invoices")).all()
        assert found == [("1", 900_000)]
        for name in TABLES:
            counted = select(func.count()).select_from(text(name))
            assert connection.execute(counted).scalar() == (name == "invoices")
