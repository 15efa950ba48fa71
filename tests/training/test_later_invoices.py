"""The later invoices of a training: which they are, what is known of them, and that they last."""

from pathlib import Path

import numpy as np
import pytest

from ledger.ledger import Ledger
from tests.training.fated_ledgers import START, fated_ledger
from tests.training.small_recipe import small_recipe
from training import later_invoices
from training.later_invoices import LaterInvoices
from training.train import train_and_judge

LEDGER = fated_ledger(400)
AS_OF = START + 250


def trained(ledger: Ledger = LEDGER) -> LaterInvoices:
    later = train_and_judge(ledger, AS_OF, small_recipe(delay={"min_paid": 100})).later
    assert later is not None
    return later


@pytest.fixture(scope="module")
def later() -> LaterInvoices:
    return trained()


def test_they_come_back_as_they_were_saved(later: LaterInvoices, tmp_path: Path) -> None:
    later.save(tmp_path / "run" / "later")
    again = LaterInvoices.load(tmp_path / "run" / "later")
    assert again.split == later.split
    for name in ("customer", "days_late", "followed_days"):
        assert np.array_equal(getattr(again, name), getattr(later, name), equal_nan=name[0] != "c")
    before, after = (some.model.hazards(some.frame) for some in (later, again))
    assert (before == after).all()


def test_each_was_first_seen_after_the_split_and_followed_to_the_last_day_known(
    later: LaterInvoices,
) -> None:
    as_of = later.frame.observations.as_of
    assert later.split < as_of.min() <= as_of.max() <= AS_OF
    assert (later.followed_days <= AS_OF - later.frame.due_on).all()
    paid = ~np.isnan(later.days_late)
    assert 0.2 < paid.mean() < 0.9
    assert (later.frame.due_on[paid] + later.days_late[paid] <= AS_OF).all()


def test_what_is_known_later_than_the_training_changes_nothing(later: LaterInvoices) -> None:
    known = trained(LEDGER.known_at(AS_OF))
    assert np.array_equal(known.days_late, later.days_late, equal_nan=True)
    assert (known.followed_days == later.followed_days).all()
    assert known.model.text == later.model.text


def test_a_customer_keeps_its_number_in_another_ledger(later: LaterInvoices) -> None:
    other = trained(fated_ledger(300, seed=2))
    assert set(other.customer) == set(later.customer)
    assert len(set(later.customer)) == 3


def test_beyond_the_most_invoices_some_are_left_out_by_hash(
    later: LaterInvoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later_invoices, "MOST_INVOICES", 20)
    few = trained()
    assert len(few) == 20 < len(later)
    rows = {tuple(row) for row in np.nan_to_num(later.frame.values).tolist()}
    assert all(tuple(row) in rows for row in np.nan_to_num(few.frame.values).tolist())
