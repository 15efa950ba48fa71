"""Every feature equals its definition in plain slow Python, on random ledgers."""

import math
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.compute import compute_features
from features.frame import NAMES, FeatureFrame, Observations
from features.priors import build_priors
from ledger.applications import is_credit_note
from ledger.days import date_of, weekday
from ledger.definitions import Definitions
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from tests.ledgers import FIRST_DAY, LAST_DAY, RANDOM_LEDGERS, ledgers
from tests.oracle.slow_features import SlowFeatures

DEFINITIONS = (
    Definitions(),
    Definitions(grace_days=3, due_on_business_day=True, constant_columns=("country", "parent_id")),
)


def some_observations(
    ledger: Ledger, random: Random, count: int, first: int = FIRST_DAY
) -> Observations:
    """Random observations of known invoices and of customers, at random days."""
    invoices = ledger.invoices
    bills = np.flatnonzero(~is_credit_note(ledger))
    customers = len(ledger.vocabularies["customer"])
    rows = []
    for _ in range(count):
        day = random.randint(first, LAST_DAY)
        known = bills[invoices.known_on[bills] <= day]
        if len(known) and random.random() < 0.8:
            row = int(random.choice(list(known)))
            rows.append((int(invoices["customer_id"][row]), row, True, day))
        elif customers:
            rows.append((random.randrange(customers), 0, False, day))
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return Observations(
        np.array(columns[0], np.int32),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.bool_),
        np.array(columns[3], np.int32),
    )


def differences(frame: FeatureFrame, slow: SlowFeatures) -> list[str]:
    """What the two say differently of each observation."""
    found = []
    seen = frame.observations
    for row in range(len(frame)):
        invoice = int(seen.invoice[row]) if seen.has_invoice[row] else None
        expected = slow.of(int(seen.customer[row]), invoice, int(seen.as_of[row]))
        assert sorted(expected) == sorted(NAMES)
        for column, name in enumerate(NAMES):
            got, want = float(frame.values[row, column]), float(expected[name])
            both_unknown = math.isnan(got) and math.isnan(want)
            if not (both_unknown or math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-8)):
                found.append(f"row {row}: {name} is {got}, expected {want}")
    return found


def busy_ledger(random: Random) -> Ledger:
    """Three years of two customers who pay many invoices at a time; one in eight bounces.

    Rows are in random order, so that what happened on one day is in order only by its id.
    """
    invoices, payments = [], []
    for number in range(140):
        issued = FIRST_DAY - 700 + 50 * random.randrange(20)
        due = issued + random.choice((14, 30, 30, 45))
        paid = due + random.choice((-10, 0, 3, 3, 12, 40))
        paid += (4 - weekday(np.int32(paid))) % 7
        name, customer = f"I{number:03d}", f"C{number % 7 // 5}"
        amount = str(random.choice((10, 12, 500, 9000)))
        invoices.append((name, customer, date_of(issued), date_of(due), amount))
        if random.random() < 0.85:
            payments.append((f"P{number:03d}", name, date_of(paid), amount, None))
            if random.random() < 0.125:
                back = date_of(paid + random.randrange(20))
                payments.append((f"R{number:03d}", name, back, amount, f"P{number:03d}"))
                again = date_of(paid + 30)
                payments.append((f"S{number:03d}", name, again, amount, None))
    random.shuffle(invoices)
    frames = {
        "invoices": pd.DataFrame(
            invoices, columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"]
        ),
        "payments": pd.DataFrame(
            payments, columns=["payment_id", "invoice_id", "paid_on", "amount", "reversal_of"]
        ),
    }
    return ledger_from_frames(frames, Extract("EUR", LAST_DAY))


@pytest.mark.parametrize("seed", range(3))
def test_every_feature_of_busy_customers_equals_its_definition(seed: int) -> None:
    random = Random(seed)
    ledger = busy_ledger(random)
    observations = some_observations(ledger, random, 60, FIRST_DAY - 600)
    definitions = Definitions()
    frame = compute_features(ledger, observations, build_priors(ledger, definitions))
    assert differences(frame, SlowFeatures(ledger, ledger, definitions)) == []


@pytest.mark.parametrize("definitions", DEFINITIONS)
@given(ledger=ledgers(customers=2, invoices=14), random=st.randoms(use_true_random=False))
@RANDOM_LEDGERS
def test_every_feature_equals_its_definition(
    definitions: Definitions, ledger: Ledger, random: Random
) -> None:
    observations = some_observations(ledger, random, 12)
    frame = compute_features(ledger, observations, build_priors(ledger, definitions), definitions)
    slow = SlowFeatures(ledger, ledger, definitions)
    assert differences(frame, slow) == []
