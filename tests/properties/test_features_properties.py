"""What must never change a bit of a feature: the future, and the order or company of rows."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from features.compute import compute_features
from features.frame import FeatureFrame, Observations
from features.priors import Priors, build_priors
from ledger.applications import is_credit_note
from ledger.days import date_of
from ledger.definitions import CONSTANT_COLUMNS, Definitions
from ledger.frames import frame_of, ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.schema import TABLES
from tests.ledgers import LAST_DAY, RANDOM_LEDGERS, days, ledgers, seeded_ledger

SEEDS = st.integers(0, 2**16)
EXTRACT = Extract("EUR", LAST_DAY)


def observed_at(ledger: Ledger, as_of: int) -> Observations:
    """Every invoice known at the close of a day, and every customer of the vocabulary."""
    invoices = ledger.invoices
    rows = np.flatnonzero(~is_credit_note(ledger) & (invoices.known_on <= as_of))
    customers = np.arange(len(ledger.vocabularies["customer"]))
    return Observations(
        np.concatenate([invoices["customer_id"][rows], customers]).astype(np.int32),
        np.concatenate([rows, np.zeros(len(customers), np.int64)]),
        np.arange(len(rows) + len(customers)) < len(rows),
        np.full(len(rows) + len(customers), as_of, np.int32),
    )


def bits(ledger: Ledger, frame: FeatureFrame) -> dict[tuple[str, str, int], bytes]:
    """The bytes of each row of a frame by customer, invoice and day, so that ledgers compare."""
    seen = frame.observations
    names = ledger.text("invoices", "invoice_id")
    customers = ledger.vocabularies["customer"]
    return {
        (
            customers[seen.customer[row]],
            names[seen.invoice[row]] if seen.has_invoice[row] else "",
            int(seen.as_of[row]),
        ): b"".join(
            part[row].tobytes()
            for part in (frame.values, frame.weekday_share, frame.month_day_share)
        )
        for row in range(len(frame))
    }


def bits_at(
    ledger: Ledger,
    as_of: int,
    priors: Priors | None = None,
    definitions: Definitions = Definitions(),  # noqa: B008
) -> dict[object, bytes]:
    """Bits of everything observable at the close of a day, by default with its own priors."""
    priors = build_priors(ledger, definitions) if priors is None else priors
    frame = compute_features(ledger, observed_at(ledger, as_of), priors, definitions)
    return {(customer, invoice): b for (customer, invoice, _), b in bits(ledger, frame).items()}


def read(frames: Mapping[str, pd.DataFrame]) -> Ledger:
    return ledger_from_frames(frames, EXTRACT)


@given(ledger=ledgers(), as_of=days())
@example(ledger=seeded_ledger(3000), as_of=19820)  # a promise about an invoice of a later day
@RANDOM_LEDGERS
def test_what_is_recorded_later_could_as_well_be_deleted(ledger: Ledger, as_of: int) -> None:
    assert bits_at(ledger, as_of) == bits_at(ledger.known_at(as_of), as_of)


@given(ledger=ledgers(), seed=SEEDS, as_of=days())
@RANDOM_LEDGERS
def test_what_is_recorded_later_could_as_well_be_different(
    ledger: Ledger, seed: int, as_of: int
) -> None:
    random = Random(seed)
    altered = {name: altered_after(random, ledger, name, as_of) for name in TABLES}
    customers = altered["customers"]["customer_id"]
    altered["customers"] = altered["customers"].assign(
        country=random.choice(("FR", "ZZ")), parent_id=random.choice(list(customers) or [None])
    )
    legal = pd.DataFrame(
        {
            "customer_id": customers,
            "name": "status",
            "value": "legal",
            "valid_from": date_of(as_of + 1).isoformat(),
        }
    )
    altered["customer_facts"] = pd.concat([altered["customer_facts"].astype(object), legal])
    assert bits_at(ledger, as_of) == bits_at(read(altered), as_of)


def altered_after(random: Random, ledger: Ledger, name: str, as_of: int) -> pd.DataFrame:
    """A table in which the rows known later are gone or happen yet later, for other amounts.

    Invoices and rates stay, since other rows would be unreadable without them.
    """
    table, frame = ledger.tables[name], frame_of(ledger, name)
    later = np.flatnonzero(table.known_on > as_of)
    when = [
        column
        for column in frame.columns
        if "datetime" in str(frame[column].dtype) and column not in TABLES[name].key
    ]
    for row in later:
        for column in when:
            frame.loc[row, column] += pd.Timedelta(days=random.choice((0, 1, 5)))
        if "amount" in frame and random.random() < 0.5:
            frame.loc[row, "amount"] = "77"
        if "rate" in frame:
            frame.loc[row, "rate"] *= 1.5
    if "closed_on" in frame:
        open_still = frame["closed_on"] > pd.Timestamp(date_of(as_of))
        frame.loc[open_still, "closed_on"] += pd.Timedelta(days=9)
    if name in ("invoices", "fx_rates"):
        return frame
    return frame.drop(index=[row for row in later if random.random() < 0.3])


@given(ledger=ledgers(), seed=SEEDS, as_of=days())
@RANDOM_LEDGERS
def test_the_order_of_rows_changes_nothing(ledger: Ledger, seed: int, as_of: int) -> None:
    shuffled = {name: frame_of(ledger, name).sample(frac=1, random_state=seed) for name in TABLES}
    assert bits_at(ledger, as_of) == bits_at(read(shuffled), as_of)


@given(ledger=ledgers(), seed=SEEDS, as_of=days())
@RANDOM_LEDGERS
def test_what_else_is_observed_and_in_which_order_changes_nothing(
    ledger: Ledger, seed: int, as_of: int
) -> None:
    random, priors = Random(seed), build_priors(ledger)
    observations = observed_at(ledger, as_of)
    later = replace(observations, as_of=observations.as_of + random.choice((1, 30)))
    both = Observations(
        *(
            np.concatenate([getattr(part, name) for part in (observations, later)])
            for name in Observations.__dataclass_fields__
        )
    )
    order = np.array(random.sample(range(len(both)), len(both)), np.int64)
    together = bits(ledger, compute_features(ledger, both.take(order), priors))
    alone = {}
    for row in range(len(both)):
        one = compute_features(ledger, both.take(np.array([row])), priors)
        alone |= bits(ledger, one)
    assert together == alone


@given(ledger=ledgers(), as_of=days())
@RANDOM_LEDGERS
def test_one_customer_alone_has_the_features_it_has_among_all(ledger: Ledger, as_of: int) -> None:
    definitions = Definitions(constant_columns=CONSTANT_COLUMNS)
    priors = build_priors(ledger, definitions)
    among_all = bits_at(ledger, as_of, priors, definitions)
    customers = ledger.vocabularies["customer"]
    for code, customer in enumerate(customers):
        mine = ledger.of_customers(np.array([code], np.int32))
        rebuilt = read({name: frame_of(mine, name) for name in TABLES})
        for part in (mine, rebuilt):
            alone = bits_at(part, as_of, priors, definitions)
            expected = {key: row for key, row in among_all.items() if key[0] == customer}
            assert {key: row for key, row in alone.items() if key[0] == customer} == expected


@given(ledger=ledgers())
@RANDOM_LEDGERS
def test_priors_survive_a_snapshot(ledger: Ledger) -> None:
    priors = build_priors(ledger)
    again = Priors.from_frame(priors.to_frame())
    assert again.groups.tolist() == priors.groups.tolist()
    for name in ("starts", "day", "counts", "total"):
        assert getattr(again, name).tobytes() == getattr(priors, name).tobytes()
