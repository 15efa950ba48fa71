"""Invoices at first sight, and what was known soon after they were due."""

import numpy as np
import pandas as pd
import pytest

from ledger.days import parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract
from models.bundle import ModelBundle
from tests.training.fated_ledgers import fated_ledger
from tests.training.small_recipe import small_recipe
from training.first_sights import FirstSights, first_sights
from training.train import train

TRAINED_ON = parse_day("2023-10-31")
PAID = [
    ("in time", "2023-11-30", "2023-11-30"),
    ("late by a day", "2023-12-01", "2023-12-01"),
    ("recorded too late to be told", "2023-11-30", "2023-12-29"),
    ("settled at first sight", "2023-11-01", "2023-11-01"),
]


@pytest.fixture(scope="module")
def bundle() -> ModelBundle:
    return train(fated_ledger(400), TRAINED_ON, small_recipe(delay={"min_paid": 100}))


def sights_of(bundle: ModelBundle, paid: list[tuple[str, str, str]]) -> FirstSights:
    """Invoices issued on 2023-11-01 and due on 2023-11-30, after ten that were recorded at once."""
    names = [name for name, _, _ in paid]
    invoices = pd.DataFrame(
        {
            "invoice_id": [*(f"old {n}" for n in range(10)), *names, "unpaid"],
            "customer_id": "a",
            "issued_on": ["2023-06-01"] * 10 + ["2023-11-01"] * (len(paid) + 1),
            "due_on": ["2023-07-01"] * 10 + ["2023-11-30"] * (len(paid) + 1),
            "amount": "100.00",
        }
    )
    payments = pd.DataFrame(
        {
            "payment_id": [f"p{n}" for n in range(10 + len(paid))],
            "invoice_id": [*(f"old {n}" for n in range(10)), *names],
            "paid_on": ["2023-07-03"] * 10 + [day for _, day, _ in paid],
            "recorded_on": ["2023-07-05"] * 10 + [day for _, _, day in paid],
            "amount": "100.00",
        }
    )
    through = parse_day("2023-12-31")
    ledger = ledger_from_frames(
        {"invoices": invoices, "payments": payments}, Extract("EUR", through)
    )
    return first_sights(bundle, ledger, TRAINED_ON, TRAINED_ON)


def test_an_invoice_is_judged_once_payments_are_on_the_books(bundle: ModelBundle) -> None:
    found = sights_of(bundle, PAID)
    assert len(found) == 4, "the one settled at first sight and those judged before are left out"
    assert (found.seen_on == parse_day("2023-11-01")).all()
    assert (found.judged_on == parse_day("2023-11-30") + 2).all()
    assert sorted(found.is_late.tolist()) == [False, True, True, True]
    assert found.is_told.all()
    assert ((found.p_late > 0) & (found.p_late < 1)).all()


def test_what_is_recorded_after_the_judgement_changes_nothing(bundle: ModelBundle) -> None:
    never = [PAID[0], PAID[1], PAID[3]]
    assert sights_of(bundle, PAID).is_late.sum() == sights_of(bundle, never).is_late.sum() + 1
    sooner = [*PAID[:2], ("recorded in time", "2023-11-30", "2023-12-02"), PAID[3]]
    assert sights_of(bundle, sooner).is_late.sum() == 2


def test_four_weeks_end_with_the_day_asked_for(bundle: ModelBundle) -> None:
    found = sights_of(bundle, PAID)
    seen_on, judged_on = parse_day("2023-11-01"), parse_day("2023-12-02")
    assert len(found.seen(seen_on)) == len(found.seen(seen_on + 27)) == 4
    assert len(found.seen(seen_on - 1)) == len(found.seen(seen_on + 28)) == 0
    assert np.array_equal(found.judged(judged_on), np.arange(4))
    assert len(found.judged(judged_on - 1)) == 0
