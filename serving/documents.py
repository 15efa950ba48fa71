"""Documents that are not in the ledger yet, put into it for the length of a request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from ledger.arrays import Array
from ledger.days import date_of, day_of
from ledger.ledger import Ledger
from ledger.money import LARGEST_MINOR, exponent, minor_of
from ledger.schema import TABLES, ColumnSpec, Kind
from ledger.table import DTYPES, Column, Table
from serving.problems import Flaw, RefusedError, pointer
from serving.requests import InvoiceDocument
from serving.respelling import respelt

_INVOICES = TABLES["invoices"]


def with_documents(
    ledger: Ledger, documents: Sequence[InvoiceDocument], as_of: int
) -> tuple[Ledger, Array]:
    """The ledger with documents issued beside its invoices, and the row of each, shape (n,).

    Parameters
    ----------
    ledger
        Of at least the documents' customers.
    documents
        Those of one request; each counts in the history of the others.
    as_of
        Day at whose close they are looked at.

    Raises
    ------
    RefusedError
        Naming every document that cannot be one of this ledger on that day, and why.
    """
    rows = [_row(ledger, document) for document in documents]
    flaws = [
        Flaw(detail, pointer("invoices", number, name))
        for number, (document, row) in enumerate(zip(documents, rows, strict=True))
        for name, detail in _problems(document, row["currency"], as_of)
    ]
    if flaws:
        raise RefusedError("invalid-request", "documents that cannot be scored", flaws)
    words: dict[str, set[str]] = {}
    for column in _INVOICES.columns:
        if column.vocabulary:
            used = {row[column.name] for row in rows} - {None}
            words.setdefault(column.vocabulary, set()).update(used)
    spoken = respelt(ledger, words)
    added = {column.name: _column(spoken, column, rows) for column in _INVOICES.columns}
    old = spoken.invoices
    columns = {
        name: Column(
            np.concatenate([old[name], column.values]),
            np.concatenate([old.known(name), column.known]),
        )
        for name, column in added.items()
    }
    invoices = Table(_INVOICES, columns, len(old) + len(rows))
    number = np.arange(len(old), len(old) + len(rows))
    return replace(spoken, tables={**spoken.tables, "invoices": invoices}), number


def _row(ledger: Ledger, document: InvoiceDocument) -> dict[str, Any]:
    """Values of a document by column, as the ledger stores them, texts as words."""
    currency = document.currency or _currency_of(ledger, document.customer_id)
    amount = Decimal(document.amount)
    given = document.model_dump(exclude_none=True)
    days = {name: day_of(given[name]) for name in given if _INVOICES.column(name).kind is Kind.DAY}
    stored = {"currency": currency, "amount": minor_of(amount, currency), "kind": "invoice"}
    return {name: None for name in _INVOICES.names} | given | days | stored


def _currency_of(ledger: Ledger, customer_id: str) -> str:
    """Currency of a customer, else the reporting currency."""
    code = ledger.code("customer", customer_id)
    rows, listed = ledger.row_of("customers", "customer_id")
    if code is not None and listed[code] and ledger.customers.known("currency")[rows[code]]:
        return str(ledger.text("customers", "currency")[rows[code]])
    return ledger.extract.reporting_currency


def _problems(document: InvoiceDocument, currency: str, as_of: int) -> Iterable[tuple[str, str]]:
    """Column and sentence of everything that keeps a document from being scored."""
    amount, digits = Decimal(document.amount), exponent(currency)
    if amount == 0:
        yield "amount", "amount is 0; expected what is to be paid; leave the document out"
    if amount != round(amount, digits):
        yield (
            "amount",
            f"amount is {document.amount}; {currency} has at most {digits} decimals; round it",
        )
    elif minor_of(amount, currency) > LARGEST_MINOR:
        yield "amount", f"amount is {document.amount}, larger than a ledger can hold; correct it"
    if day_of(document.issued_on) > as_of:
        yield (
            "issued_on",
            f"issued_on is {document.issued_on}, after as_of ({date_of(as_of)}); ask as_of its "
            "day of issue, with allow_stale_days if the ledger does not reach it yet",
        )


def _column(ledger: Ledger, column: ColumnSpec, rows: Sequence[Mapping[str, Any]]) -> Column:
    """One column of the documents' rows."""
    given = [row[column.name] for row in rows]
    known = np.array([value is not None for value in given], np.bool_)
    values = np.zeros(len(rows), DTYPES[column.kind])
    if column.vocabulary:
        words = np.array([value for value in given if value is not None], dtype=object)
        values[known] = ledger.codes(column.vocabulary, words)[0]
    else:
        values[known] = [value for value in given if value is not None]
    return Column(values, known)
