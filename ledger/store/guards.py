"""Guards of what is only ever added to: statements by which the database itself sees to it."""

from collections.abc import Iterator

from sqlalchemy import Dialect, Table


def guards(dialect: Dialect, table: Table) -> Iterator[str]:
    """Statements by which the database keeps the rows of an append-only table as they are.

    Columns that `info["derived"]` names may change: they can be made anew from the others.
    """
    if not table.info.get("append_only"):
        return
    derived = table.info.get("derived", ())
    quote = dialect.identifier_preparer.quote
    kept = ", ".join(quote(column.name) for column in table.columns if column.name not in derived)
    name, message = table.name, f"{table.name} is append-only"
    if dialect.name == "sqlite":
        for event in (f"UPDATE OF {kept}", "DELETE"):
            trigger = f"{name}_no_{event.split()[0].lower()}"
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {trigger} BEFORE {event} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {name}_no_change BEFORE UPDATE OF {kept} OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
