"""The database of a ledger, and of everything that is recorded of it: the one door to SQL."""

from sqlalchemy import Connection, Engine

from ledger.store.account_numbers import EVERYBODY, numbers_of, portions
from ledger.store.assignments import collector_of, customers_of
from ledger.store.batches import Batch, RefusedBatchError, Written, write
from ledger.store.coverage import Coverage
from ledger.store.database import (
    APPEND_ONLY,
    METADATA,
    database_name,
    hold,
    is_url,
    open_database,
    open_store,
    reading,
    writing,
)
from ledger.store.erasing import (
    drop_details,
    erase,
    erased_customers,
    forget,
    inactive_people,
    old_notes,
)
from ledger.store.outcomes import keep_outcomes, outcomes, require_outcomes, summed
from ledger.store.reading import (
    Head,
    head,
    merged,
    place,
    some_node,
    touched_since,
    without_accounts,
)
from ledger.store.stored_rows import ledger_parts, stored_parts
from ledger.store.streaming import everybodys_tables, tables_of_accounts, whole_tables

__all__ = [
    "APPEND_ONLY",
    "EVERYBODY",
    "METADATA",
    "Batch",
    "Connection",
    "Coverage",
    "Engine",
    "Head",
    "RefusedBatchError",
    "Written",
    "collector_of",
    "customers_of",
    "database_name",
    "drop_details",
    "erase",
    "erased_customers",
    "everybodys_tables",
    "forget",
    "head",
    "hold",
    "inactive_people",
    "is_url",
    "keep_outcomes",
    "ledger_parts",
    "merged",
    "numbers_of",
    "old_notes",
    "open_database",
    "open_store",
    "outcomes",
    "place",
    "portions",
    "reading",
    "require_outcomes",
    "some_node",
    "stored_parts",
    "summed",
    "tables_of_accounts",
    "touched_since",
    "whole_tables",
    "without_accounts",
    "write",
    "writing",
]
