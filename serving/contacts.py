"""Contacts: checked against the stored ledger, and written with what came of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from ledger.findings import Finding
from ledger.ledger import Ledger
from ledger.schema import TABLES
from ledger.store import Batch, Engine, head, reading
from ledger.store.account_numbers import numbers_of
from ledger.store.streaming import tables_of_accounts
from ledger.stored_form import ledger_of
from serving.callers import Caller, collector_shown, require_own_customer
from serving.contact_answers import ContactAnswer
from serving.contact_requests import LogContactRequest
from serving.desk import no_ledger
from serving.ledger_rows import ROWS, part_of_rows
from serving.ledger_writes import stored
from serving.problems import Flaw, RefusedError, pointer

PLACES = {"contacts": (), "promises": ("promise",), "disputes": ("dispute",)}
"""Where in the body the row of each table stands."""

AHEAD = timedelta(days=1)
"""How far a day may lie ahead of ours (UTC): it has begun in the east."""


def log_contact(
    engine: Engine, asked: LogContactRequest, caller: Caller, now: datetime
) -> ContactAnswer:
    """Store a contact with its promise and its dispute; the answer is made after the commit.

    Raises
    ------
    RefusedError
        If the customer or an invoice is not in the ledger, the customer is not the collector's,
        or the contact cannot be stored as it is; nothing is stored then.
    """
    contact_id = asked.contact_id or f"contact-{uuid4().hex}"
    collector = collector_shown(caller, asked.collector)
    if asked.contacted_on > now.date() + AHEAD:
        flaw = f"contacted_on is {asked.contacted_on}, which is still to come; correct it"
        raise RefusedError("invalid-request", "1 problem", [Flaw(flaw, pointer("contacted_on"))])
    account = _account(engine, asked, contact_id)
    require_own_customer(caller, _collector(account, asked.customer_id))
    flaws = list(_flaws(account, asked, contact_id))
    if flaws:
        raise RefusedError("invalid-request", "what does not belong to this customer", flaws)
    rows = _rows(asked, contact_id, collector)
    findings: list[Finding] = []
    parts = [part_of_rows(table, [row], findings) for table, row in rows.items()]
    written = stored(engine, Batch(parts), caller.key_id, now, _flaws_of)
    return ContactAnswer(
        contact_id=contact_id,
        promise_id=rows["promises"].promise_id if "promises" in rows else None,
        dispute_id=rows["disputes"].dispute_id if "disputes" in rows else None,
        customer_id=asked.customer_id,
        collector=collector,
        seq=written.seq,
        changed=written.new + written.corrected > 0,
        warnings=[found.sentence for found in written.report.warnings],
    )


def _account(engine: Engine, asked: LogContactRequest, contact_id: str) -> Ledger:
    """The stored accounts of the customer, and of a contact that has the id.

    Raises
    ------
    RefusedError
        If nothing was ever written to the ledger, or it does not have the customer.
    """
    with reading(engine) as connection:
        now = head(connection)
        if now is None:
            raise no_ledger()
        numbers = numbers_of(connection, [f"c:{asked.customer_id}"], {"contacts": [contact_id]})
        account = ledger_of(tables_of_accounts(connection, sorted(numbers), now.seq), now.extract)
    code = account.code("customer", asked.customer_id)
    if code is None or not account.row_of("customers", "customer_id")[1][code]:
        flaw = Flaw(f"no customer {asked.customer_id!r} is in the ledger", pointer("customer_id"))
        raise RefusedError("unknown-id", "a customer that the ledger does not have", [flaw])
    return account


def _collector(account: Ledger, customer_id: str) -> str:
    """Collector of a customer, empty where it is nobody's."""
    row = account.row_of("customers", "customer_id")[0][account.code("customer", customer_id)]
    return str(account.text("customers", "collector")[row])


def _flaws(account: Ledger, asked: LogContactRequest, contact_id: str) -> Iterator[Flaw]:
    """What in the request belongs to another customer, or to none."""
    customer = account.code("customer", asked.customer_id)
    if _customer_of(account, "contacts", "contact", contact_id) not in (None, customer):
        detail = f"contact {contact_id!r} is one with another customer; give another id"
        yield Flaw(detail, pointer("contact_id"))
    for name in ("promise", "dispute"):
        given = getattr(asked, name)
        invoice_id = None if given is None else given.invoice_id
        if invoice_id is None:
            continue
        if _customer_of(account, "invoices", "invoice", invoice_id) != customer:
            detail = f"{asked.customer_id!r} has no invoice {invoice_id!r}; correct it"
            yield Flaw(detail, pointer(name, "invoice_id"))


def _customer_of(account: Ledger, table: str, word: str, name: str) -> int | None:
    """Code of the customer to whom a row belongs; None where there is no such row."""
    column = TABLES[table].column(f"{word}_id")
    code = account.code(column.vocabulary, name)
    rows, found = account.row_of(table, column.name)
    if code is None or not found[code]:
        return None
    return int(account.tables[table]["customer_id"][rows[code]])


def _rows(asked: LogContactRequest, contact_id: str, collector: str | None) -> dict[str, Any]:
    """The rows to store, by table."""
    given = asked.model_dump(exclude={"contact_id", "collector", "promise", "dispute"})
    rows = {"contacts": {**given, "contact_id": contact_id, "collector": collector}}
    if asked.promise is not None:
        rows["promises"] = {
            **asked.promise.model_dump(),
            "promise_id": f"{contact_id}-promise",
            "customer_id": asked.customer_id,
            "made_on": asked.contacted_on,
        }
    if asked.dispute is not None:
        rows["disputes"] = {
            **asked.dispute.model_dump(),
            "dispute_id": f"{contact_id}-dispute",
            "opened_on": asked.contacted_on,
        }
    return {table: ROWS[table].model_validate(values) for table, values in rows.items()}


def _flaws_of(error: Finding) -> list[Flaw]:
    """An error at the part of the request that it is about."""
    return [Flaw(error.sentence, pointer(*PLACES.get(error.table, ())))]
