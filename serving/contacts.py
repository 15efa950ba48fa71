"""Contacts: checked against the stored ledger, and written with what came of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np

from ledger.findings import Finding
from ledger.ledger import Ledger
from ledger.schema import TABLES
from ledger.store import Batch, Engine, head, numbers_of, reading, tables_of_accounts
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

WORDS = {"contacts": "contact", "promises": "promise", "disputes": "dispute"}

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
        an id is another customer's, or the contact cannot be stored as it is; nothing is stored
        then.
    """
    contact_id = asked.contact_id or f"contact-{uuid4().hex}"
    collector = collector_shown(caller, asked.collector)
    if asked.contacted_on > now.date() + AHEAD:
        flaw = f"contacted_on is {asked.contacted_on}, which is still to come; correct it"
        raise RefusedError("invalid-request", "1 problem", [Flaw(flaw, pointer("contacted_on"))])
    ids = _ids(contact_id)
    account = _account(engine, asked, ids)
    require_own_customer(caller, _collector(account, asked.customer_id))
    taken = list(_taken(account, asked, ids))
    if taken:
        raise RefusedError("taken-id", "an id that another customer has", taken)
    flaws = list(_flaws(account, asked))
    if flaws:
        raise RefusedError("invalid-request", "what does not belong to this customer", flaws)
    rows = _rows(asked, ids, collector)
    withdrawn = {table: [ids[table]] for table in ids if table not in rows}
    findings: list[Finding] = []
    parts = [part_of_rows(table, [row], findings) for table, row in rows.items()]
    written = stored(engine, Batch(parts, withdrawn), caller.key_id, now, _flaws_of)
    return ContactAnswer(
        contact_id=contact_id,
        promise_id=ids["promises"] if "promises" in rows else None,
        dispute_id=ids["disputes"] if "disputes" in rows else None,
        customer_id=asked.customer_id,
        collector=collector,
        seq=written.seq,
        changed=written.new + written.corrected + written.void > 0,
        warnings=[found.sentence for found in written.report.warnings],
    )


def _ids(contact_id: str) -> dict[str, str]:
    """Id of the row of each table that a contact may have: the same whenever it is sent."""
    of_one = {"promises": f"{contact_id}-promise", "disputes": f"{contact_id}-dispute"}
    return {"contacts": contact_id, **of_one}


def _account(engine: Engine, asked: LogContactRequest, ids: Mapping[str, str]) -> Ledger:
    """The stored accounts of the customer, and of the rows that have the ids.

    Raises
    ------
    RefusedError
        If nothing was ever written to the ledger, or it does not have the customer.
    """
    with reading(engine) as connection:
        now = head(connection)
        if now is None:
            raise no_ledger()
        given = {table: [row_id] for table, row_id in ids.items()}
        numbers = numbers_of(connection, [f"c:{asked.customer_id}"], given)
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


def _taken(account: Ledger, asked: LogContactRequest, ids: Mapping[str, str]) -> Iterator[Flaw]:
    """Which of the ids is another customer's."""
    customer = account.code("customer", asked.customer_id)
    for table, row_id in ids.items():
        if _customer_of(account, table, row_id) not in (None, customer):
            detail = f"{WORDS[table]} {row_id!r} is another customer's; give another contact_id"
            yield Flaw(detail, pointer("contact_id"))


def _flaws(account: Ledger, asked: LogContactRequest) -> Iterator[Flaw]:
    """Which invoices of the request are another customer's, or nobody's."""
    customer = account.code("customer", asked.customer_id)
    for name in ("promise", "dispute"):
        given = getattr(asked, name)
        invoice_id = None if given is None else given.invoice_id
        if invoice_id is None:
            continue
        if _customer_of(account, "invoices", invoice_id) != customer:
            detail = f"{asked.customer_id!r} has no invoice {invoice_id!r}; correct it"
            yield Flaw(detail, pointer(name, "invoice_id"))


def _customer_of(account: Ledger, table: str, row_id: str) -> int | None:
    """Code of the customer to whom a row belongs; None: there is no such row; -1: nobody's."""
    rows = np.flatnonzero(account.text(table, TABLES[table].key[0]) == row_id)
    if not len(rows):
        return None
    row = account.tables[table]
    if "customer_id" in row.columns:
        return int(row["customer_id"][rows[0]])
    invoices, is_there = account.row_of("invoices", "invoice_id")
    code = row["invoice_id"][rows[0]]
    return int(account.invoices["customer_id"][invoices[code]]) if is_there[code] else -1


def _rows(
    asked: LogContactRequest, ids: Mapping[str, str], collector: str | None
) -> dict[str, Any]:
    """The rows to store, by table."""
    given = asked.model_dump(exclude={"contact_id", "collector", "promise", "dispute"})
    rows = {"contacts": {**given, "contact_id": ids["contacts"], "collector": collector}}
    if asked.promise is not None:
        rows["promises"] = {
            **asked.promise.model_dump(),
            "promise_id": ids["promises"],
            "customer_id": asked.customer_id,
            "made_on": asked.contacted_on,
        }
    if asked.dispute is not None:
        rows["disputes"] = {
            **asked.dispute.model_dump(),
            "dispute_id": ids["disputes"],
            "opened_on": asked.contacted_on,
        }
    return {table: ROWS[table].model_validate(values) for table, values in rows.items()}


def _flaws_of(error: Finding) -> list[Flaw]:
    """An error at the part of the request that it is about."""
    return [Flaw(error.sentence, pointer(*PLACES.get(error.table, ())))]
