"""The text columns of a ledger, coded in its vocabularies."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ledger.arrays import Array
from ledger.currencies import currency_codes
from ledger.drafts import Part
from ledger.ledger import Extract
from ledger.parsing import Parsed, text_of
from ledger.schema import TABLES
from ledger.table import Column
from ledger.vocabularies import encode

CURRENCY = re.compile("[A-Z]{3}")


def coded_text(
    by_table: Mapping[str, Sequence[Part]], extract: Extract
) -> tuple[dict[str, Array], dict[str, dict[str, Parsed]]]:
    """Vocabularies, and the text columns of every table coded in them.

    Words that a column may not have are in no vocabulary.
    """
    users: dict[str, list[tuple[str, str]]] = {}
    for table, spec in TABLES.items():
        for column in spec.columns:
            if column.vocabulary:
                users.setdefault(column.vocabulary, []).append((table, column.name))
    defaults = {"currency": [extract.reporting_currency], "invoices.kind": ["invoice"]}
    vocabularies: dict[str, Array] = {}
    coded: dict[str, dict[str, Parsed]] = {table: {} for table in TABLES}
    for vocabulary, uses in users.items():
        texts = [_text(by_table[table], name) for table, name in uses]
        # Money of every table is in some currency, also where no row names one.
        in_use = any(by_table.values()) if vocabulary == "currency" else any(map(len, texts))
        words = defaults.get(vocabulary, []) if in_use else []
        found, columns = encode(texts, words)
        legal = _legal(found, uses[0])
        vocabularies[vocabulary] = found[legal]
        codes = np.append(np.where(legal, np.cumsum(legal) - 1, 0), 0).astype(np.int32)
        illegal = np.append(~legal, False)
        for (table, name), text in zip(uses, columns, strict=True):
            bad = text.known & illegal[text.values]
            coded[table][name] = Parsed(codes[text.values], text.known, bad)
    return vocabularies, coded


def with_defaults(
    coded: Mapping[str, Mapping[str, Parsed]],
    vocabularies: Mapping[str, Array],
    extract: Extract,
) -> dict[str, dict[str, Column]]:
    """Text columns with what could be read, and with currencies and kinds filled in."""
    text = {
        table: {name: parsed.column for name, parsed in columns.items()}
        for table, columns in coded.items()
    }
    for table in ("invoices", "payments"):
        codes = currency_codes(text, table, vocabularies["currency"], extract.reporting_currency)
        text[table]["currency"] = Column(codes, np.ones(len(codes), np.bool_))
    kind = text["invoices"]["kind"]
    code = np.searchsorted(vocabularies["invoices.kind"], "invoice") if len(kind.values) else 0
    text["invoices"]["kind"] = Column(
        np.where(kind.known, kind.values, code).astype(np.int32), np.ones_like(kind.known)
    )
    return text


def _text(parts: Sequence[Part], column: str) -> Any:
    chunks: list[Any] = []
    for part in parts:
        found = part.columns.get(column, pa.nulls(len(part), pa.string()))
        text = text_of(found, part.format.missing)
        chunks.extend(text.chunks if isinstance(text, pa.ChunkedArray) else [text])
    return pa.chunked_array(chunks, pa.string())


def _legal(words: Array, use: tuple[str, str]) -> Array:
    """Which words of a vocabulary its columns may have, shape (words,)."""
    column = TABLES[use[0]].column(use[1])
    if column.choices:
        return np.isin(words, column.choices)
    if column.vocabulary == "currency":
        return np.array([bool(CURRENCY.fullmatch(word)) for word in words], np.bool_)
    return np.ones(len(words), np.bool_)
