"""Every invoice is in one slice of each property."""

import numpy as np
import pandas as pd

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.arrays import Rows
from ledger.days import datetimes
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from tests.training.fated_ledgers import START, THROUGH, fated_frames
from training.slices import MOST_VALUES, OTHERS, UNKNOWN, slices

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK")


def sliced_ledger() -> Ledger:
    frames = fated_frames(400)
    draw = np.random.default_rng(2)
    invoices = frames["invoices"].assign(currency=draw.choice(CURRENCIES, 400))
    invoices["amount"] = np.arange(1.0, 401.0)
    days = np.arange(START, THROUGH, 7)
    rates = pd.DataFrame(
        {
            "currency": np.tile(CURRENCIES[1:], len(days)),
            "on": datetimes(days.repeat(6)),
            "rate": 1.0,
        }
    )
    facts = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "name": "segment",
            "value": ["retail", "public"],
            "valid_from": datetimes(np.array([START, START + 150])),
        }
    )
    kept = {"invoices": invoices, "fx_rates": rates, "customer_facts": facts}
    return ledger_from_frames(
        {"payments": frames["payments"].iloc[:0], **kept}, Extract("EUR", THROUGH)
    )


def observed(ledger: Ledger) -> tuple[Rows, FeatureFrame]:
    invoice = np.arange(400)
    day = ledger.invoices["issued_on"]
    seen = of_invoices(ledger.invoices["customer_id"], invoice, day)
    return invoice, compute_features(ledger, seen, build_priors(ledger))


def test_the_slices_of_a_property_hold_every_invoice_once() -> None:
    ledger = sliced_ledger()
    found = slices(ledger, *observed(ledger))
    for by in ("history", "amount", "segment", "currency"):
        assert (sum(each.rows.astype(int) for each in found if each.by == by) == 1).all()


def test_rare_currencies_are_one_slice_and_segments_those_of_the_day() -> None:
    ledger = sliced_ledger()
    found = {(each.by, each.value): each.rows for each in slices(ledger, *observed(ledger))}
    currencies = [value for by, value in found if by == "currency"]
    assert len(currencies) == MOST_VALUES + 1
    assert currencies[-1] == OTHERS
    of_a = ledger.text("invoices", "customer_id") == "a"
    early = ledger.invoices["issued_on"] < START + 150
    assert np.array_equal(found["segment", "retail"], of_a & early)
    assert np.array_equal(found["segment", "public"], of_a & ~early)
    assert np.array_equal(found["segment", UNKNOWN], ~of_a)


def test_thirds_are_by_amount_and_without_a_payment_every_history_is_thin() -> None:
    ledger = sliced_ledger()
    found = {(each.by, each.value): each.rows for each in slices(ledger, *observed(ledger))}
    assert np.flatnonzero(found["amount", "smallest third"]).max() < 135
    assert np.flatnonzero(found["amount", "largest third"]).min() > 265
    assert found["history", "under 3 payments"].all()
    assert ("history", "3 payments or more") not in found
