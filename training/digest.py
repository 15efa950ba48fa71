"""The digest of a ledger: which data a model was trained on."""

import hashlib

import numpy as np
from pandas.util import hash_array

from ledger.arrays import Array
from ledger.ledger import Ledger
from ledger.schema import TABLES, Kind


def ledger_digest(ledger: Ledger) -> str:
    """Sha256 of what a ledger says: its extract and the rows of its tables, in any order.

    Text counts as text, not as code, so what the vocabularies hold besides changes nothing.
    """
    digest = hashlib.sha256(repr(ledger.extract).encode())
    for name in TABLES:
        digest.update(f"{name} {len(ledger.tables[name])}\n".encode())
        digest.update(np.sort(_row_hashes(ledger, name)).tobytes())
    return digest.hexdigest()


def _row_hashes(ledger: Ledger, name: str) -> Array:
    """One number for the contents of each row of a table, uint64, shape (n,)."""
    table = ledger.tables[name]
    hashes = np.zeros(len(table), np.uint64)
    for column in TABLES[name].columns:
        values, known = table[column.name], table.known(column.name)
        if column.kind is Kind.TEXT:
            words = hash_array(ledger.vocabularies[column.vocabulary], categorize=False)
            values = words[values] if len(words) else np.zeros(len(values), np.uint64)
        else:
            values = hash_array(values.astype(np.float64))
        hashes = hashes * np.uint64(31) + np.where(known, values, np.uint64(1))
    return hash_array(hashes)
