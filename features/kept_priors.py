"""Priors of a stored ledger, which keeps their counts up to date with every write."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from features.priors import COUNTS, Priors, build_priors, priors_of_counts
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.moments import stored_utc
from ledger.store import Batch, Coverage, Engine, Written, ledger_parts, write

LAST_DAY = 2**30
"""After every day of a ledger: whatever is judged later is counted as it stands now."""


def definitions_text(definitions: Definitions) -> str:
    """The definitions that say how outcomes are counted, as canonical JSON."""
    return json.dumps(asdict(definitions), sort_keys=True)


def definitions_sha256(definitions: Definitions) -> str:
    """SHA-256 of `definitions_text`, 64 hexadecimal digits."""
    return hashlib.sha256(definitions_text(definitions).encode()).hexdigest()


def count_outcomes(ledger: Ledger, text: str) -> Any:
    """Outcomes of a ledger's invoices by the definitions in a text, as an arrow table.

    Each group and day has one row: `group_name`, `day` and the counts of `features.priors`. What
    is judged after the ledger ends is counted as if nothing more came; of the parts of a ledger
    that are accounts of their own the sum is that of the whole.
    """
    open_ended = replace(ledger, extract=replace(ledger.extract, complete_through=LAST_DAY))
    priors = build_priors(open_ended, Definitions(**json.loads(text)))
    group = np.repeat(priors.groups, np.diff(priors.starts))
    counts = {name: priors.counts[:, at] for at, name in enumerate(COUNTS)}
    days = priors.day.astype(np.int64)
    return pa.table({"group_name": pa.array(group, pa.string()), "day": days, **counts})


def priors_of(outcomes: Any, complete_through: int) -> Priors:
    """The priors of a ledger that is complete through a day, from the sum of its outcomes."""
    day = outcomes["day"].to_numpy().astype(np.int32)
    inside = day <= complete_through
    counts = np.column_stack([outcomes[name].to_numpy() for name in COUNTS])
    group = outcomes["group_name"].to_numpy(zero_copy_only=False).astype(object)
    return priors_of_counts(group[inside], day[inside], counts[inside])


def write_ledger_to(engine: Engine, ledger: Ledger, actor: str, now: datetime) -> Written:
    """Add a whole ledger to a stored one; rows that are stored already, the same, stay."""
    extract = ledger.extract
    return write(
        engine,
        Batch(ledger_parts(ledger), coverage=Coverage.of(extract)),
        actor=actor,
        now=stored_utc(now),
        count=count_outcomes,
    )
