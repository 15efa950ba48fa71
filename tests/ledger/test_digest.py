"""The digest says whether two ledgers have the same content, in whatever order."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.days import parse_day
from ledger.digest import digest
from ledger.files import read_ledger, write_ledger
from ledger.frames import frame_of, ledger_from_frames
from ledger.ledger import Ledger
from ledger.repairs import repair
from ledger.schema import TABLES
from ledger.table import Column, Table
from tests.ledgers import RANDOM_LEDGERS, ledgers, random_ledger


def with_rows(ledger: Ledger, name: str, table: Table) -> Ledger:
    return replace(ledger, tables={**ledger.tables, name: table})


@given(ledger=ledgers(), seed=st.integers(0, 2**32))
@settings(RANDOM_LEDGERS, max_examples=20)
def test_the_order_of_rows_does_not_change_the_digest(ledger: Ledger, seed: int) -> None:
    shuffled = ledger
    random = np.random.default_rng(seed)
    for name, table in ledger.tables.items():
        shuffled = with_rows(shuffled, name, table.take(random.permutation(len(table))))
    assert digest(shuffled) == digest(ledger)


def test_the_order_of_rows_with_one_id_does_not_change_the_digest() -> None:
    ledger = random_ledger(Random(5), invoices=30)
    table = ledger.invoices
    same_id = table.replace(
        invoice_id=Column(np.zeros(len(table), np.int32), np.ones(len(table), np.bool_))
    )
    assert len(table) > 2
    forwards = with_rows(ledger, "invoices", same_id)
    backwards = with_rows(ledger, "invoices", same_id.take(np.arange(len(table))[::-1]))
    assert digest(forwards) == digest(backwards)


def test_words_that_no_row_uses_do_not_change_the_digest() -> None:
    ledger = random_ledger(Random(7), customers=5, invoices=30)
    part = ledger.known_at(parse_day("2024-06-30"))
    frames = {name: frame_of(part, name) for name in TABLES}
    assert digest(ledger_from_frames(frames, part.extract)) == digest(part) != digest(ledger)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "customers"])
def test_a_changed_value_changes_the_digest(name: str) -> None:
    ledger = next(
        found for seed in range(50) if len((found := random_ledger(Random(seed))).tables[name])
    )
    table = ledger.tables[name]
    day = str(table.spec.happened_on)
    moved = table[day].copy()
    moved[0] += 1
    changed = table.replace(**{day: Column(moved, table.known(day).copy())})
    assert digest(with_rows(ledger, name, changed)) != digest(ledger)


def test_the_extract_is_part_of_the_digest() -> None:
    ledger = random_ledger(Random(1))
    later = replace(ledger.extract, complete_through=ledger.extract.complete_through + 1)
    assert digest(replace(ledger, extract=later)) != digest(ledger)


def test_files_of_either_format_have_one_digest(tmp_path: Path) -> None:
    ledger = repair(random_ledger(Random(1)))
    write_ledger(ledger, tmp_path / "csv", "csv")
    write_ledger(ledger, tmp_path / "parquet", "parquet")
    digests = {digest(read_ledger(tmp_path / format)) for format in ("csv", "parquet")}
    assert digests == {digest(ledger)}
