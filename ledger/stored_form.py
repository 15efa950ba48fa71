"""A ledger in the form in which a database keeps it: plain typed columns, one id for each row."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array
from ledger.currencies import currency_codes, exponents_of, money_exponents
from ledger.errors import LedgerError
from ledger.ledger import Extract, Ledger
from ledger.repairs import with_all_customers
from ledger.schema import TABLES, ColumnSpec, Kind
from ledger.table import DTYPES, Column, Table, empty_column
from ledger.vocabularies import encode

MONEY_DECIMALS = 4
"""Money is kept in ten-thousandths of a major unit, enough for every currency of ISO 4217."""

KNOWN_FROM = "known_from"
"""First day on which a row counts as known, where it came after the ledger was complete through
the day it bears: so nobody can add to what was known before."""

DETAILS = {"customers": ("name", "email", "phone"), "contacts": ("note",)}
"""Columns that say something of a person: kept apart, in one version, where they can be erased."""

CORRECTED_FROM = "corrected_from"
"""The same for the last correction of a row."""

RESTATED = ("customer_facts", "payments", "allocations", "promises", "guarantees")
"""Tables of which a corrected row counts as known from its correction on. Of a dispute that holds
for its close. A corrected invoice counts as if it had always been so."""

TYPES: dict[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.DAY: pa.date32(),
    Kind.MONEY: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.FLAG: pa.bool_(),
}

Stored = Mapping[str, Any]
"""Arrow tables by name: the columns of a table of the ledger, and perhaps others."""


def identity(table: str) -> tuple[str, ...]:
    """Columns that say which row it is.

    What identifies a dated fact of a customer is, besides its name and day, when it was recorded.
    """
    spec = TABLES[table]
    dated = len(spec.key) > 1 and "recorded_on" in spec.names
    return (*spec.key, "recorded_on") if dated else spec.key


def row_id(*values: object) -> str:
    """The id of a row from the values of its identity.

    >>> row_id("I-1"), row_id("C1", "status", "1970-01-01", None)
    ('I-1', '["C1","status","1970-01-01",null]')
    """
    if len(values) == 1:
        return str(values[0])
    plain = [None if value is None else str(value) for value in values]
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def stored_table(ledger: Ledger, name: str) -> Any:
    """One table of a ledger as an arrow table: `row_id`, then the columns of the schema."""
    table = ledger.tables[name]
    columns = {
        column.name: _stored_column(ledger, name, column, table.columns[column.name])
        for column in TABLES[name].columns
    }
    keys = [columns[key].to_pylist() for key in identity(name)]
    ids = keys[0] if len(keys) == 1 else [row_id(*values) for values in zip(*keys, strict=True)]
    return pa.table({"row_id": pa.array(ids, pa.string()), **columns})


def ledger_of(stored: Stored, extract: Extract) -> Ledger:
    """The ledger that stored tables make; a table that is not there has no rows.

    Customers whom nobody listed are added, as on reading files.
    """
    vocabularies, text = _coded(stored, extract.reporting_currency)
    tables = {}
    for name, spec in TABLES.items():
        data: Any = stored.get(name)
        columns: dict[str, Column] = {}
        rows = 0 if data is None else len(data)
        for column in spec.columns:
            if data is None or column.name not in data.column_names:
                columns[column.name] = empty_column(column, rows)
            elif column.kind is Kind.TEXT:
                columns[column.name] = text[name][column.name]
            else:
                columns[column.name] = _typed(data[column.name], column.kind)
        if rows and "amount" in columns:
            codes = currency_codes(text, name, vocabularies["currency"], extract.reporting_currency)
            exponents = exponents_of(vocabularies["currency"], codes)
            amount = columns["amount"]
            minor = amount.values // np.power(10, MONEY_DECIMALS - exponents)
            columns["amount"] = Column(minor, amount.known)
        if rows and KNOWN_FROM in data.column_names and "recorded_on" in columns:
            columns |= _dated(name, data, columns, str(spec.happened_on))
        tables[name] = Table(spec, columns, rows)
    return with_all_customers(Ledger(extract, tables, vocabularies))


def _stored_column(ledger: Ledger, table: str, spec: ColumnSpec, column: Column) -> Any:
    unknown = ~column.known
    if spec.kind is Kind.TEXT:
        words = pa.array(ledger.vocabularies[spec.vocabulary], pa.string())
        return words.take(pa.array(column.values, mask=unknown))
    if spec.kind is Kind.DAY:
        return pa.array(column.values, pa.int32(), mask=unknown).cast(pa.date32())
    if spec.kind is Kind.MONEY:
        scale = np.power(10, MONEY_DECIMALS - money_exponents(ledger, table))
        if (np.abs(column.values) > np.iinfo(np.int64).max // scale).any():
            raise LedgerError(
                [
                    f"{table} holds an amount larger than a database can hold; expected one below "
                    "900 million millions; correct it"
                ]
            )
        return pa.array(column.values * scale, pa.int64(), mask=unknown)
    return pa.array(column.values, TYPES[spec.kind], mask=unknown)


def _coded(
    stored: Stored, reporting_currency: str
) -> tuple[dict[str, Array], dict[str, dict[str, Column]]]:
    """Vocabularies, and the text columns of every table coded in them."""
    users: dict[str, list[tuple[str, str]]] = {}
    for table, spec in TABLES.items():
        for column in spec.columns:
            if column.vocabulary:
                users.setdefault(column.vocabulary, []).append((table, column.name))
    vocabularies: dict[str, Array] = {}
    text: dict[str, dict[str, Column]] = {table: {} for table in TABLES}
    for vocabulary, uses in users.items():
        given = [(table, name) for table, name in uses if name in _names(stored, table)]
        words = [reporting_currency] if vocabulary == "currency" and stored else []
        columns = [stored[table][name] for table, name in given]
        vocabularies[vocabulary], coded = encode(columns, words)
        for (table, name), found in zip(given, coded, strict=True):
            text[table][name] = found
        for table, name in set(uses) - set(given):
            rows = len(stored[table]) if table in stored else 0
            text[table][name] = empty_column(TABLES[table].column(name), rows)
    return vocabularies, text


def _names(stored: Stored, table: str) -> list[str]:
    return list(stored[table].column_names) if table in stored else []


def _typed(column: Any, kind: Kind) -> Column:
    size, missing = len(column), column.null_count
    if missing == size:
        return Column(np.zeros(size, DTYPES[kind]), np.zeros(size, np.bool_))
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if kind is Kind.DAY:
        column = column.view(pa.int32())
    if missing:
        known = pc.is_valid(column).to_numpy(zero_copy_only=False)
        column = pc.fill_null(column, False if kind is Kind.FLAG else 0)
    else:
        known = np.ones(size, np.bool_)
    return Column(column.to_numpy(zero_copy_only=False).astype(DTYPES[kind]), known)


def _dated(name: str, data: Any, columns: Mapping[str, Column], happened: str) -> dict[str, Column]:
    """Columns of days such that nobody adds to what was known before."""
    recorded, corrected = columns["recorded_on"], _typed(data[CORRECTED_FROM], Kind.DAY)
    recorded = _not_before(recorded, columns[happened], _typed(data[KNOWN_FROM], Kind.DAY))
    if name in RESTATED:
        recorded = _not_before(recorded, columns[happened], corrected)
    found = {"recorded_on": recorded}
    if name == "disputes":
        closed = columns["closed_on"]
        later = closed.known & corrected.known & (corrected.values > closed.values)
        found["closed_on"] = Column(np.where(later, corrected.values, closed.values), closed.known)
    return found


def _not_before(recorded: Column, happened: Column, known_from: Column) -> Column:
    """Days of recording, none such that a row was known before `known_from`."""
    by_now = np.where(recorded.known, np.maximum(recorded.values, happened.values), happened.values)
    later = known_from.known & (known_from.values > by_now)
    return Column(np.where(later, known_from.values, recorded.values), recorded.known | later)
