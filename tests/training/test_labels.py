"""Labels against a slow reading of their definition, on random ledgers with every oddity."""

from random import Random

import numpy as np
import pytest

from ledger.allocations import is_credit_note
from ledger.days import date_of, parse_day
from ledger.default import DefaultSpells, default_spells
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.settlement import OPEN, PAID, Settlements, settle, state_at
from tests.ledgers import FIRST_DAY, LAST_DAY, random_ledger
from training.labels import (
    active_customers,
    default_labels,
    delay_outcomes,
    month_ends,
    recording_days,
)

EAGER = Definitions(delinquency_threshold_days=20, default_abs=1.0, pd_horizon_days=90)


@pytest.mark.parametrize("seed", range(25))
def test_open_items_on_a_day_are_those_known_and_open_in_the_ledger_cut_there(seed: int) -> None:
    ledger = random_ledger(Random(seed), invoices=15)
    outcomes = delay_outcomes(ledger, EAGER)
    every = np.arange(len(outcomes))
    for day in range(FIRST_DAY, LAST_DAY, 23):
        known = ledger.known_at(day)
        state, _ = state_at(settle(known, EAGER), len(known.invoices), day)
        is_open = (state == OPEN) & ~is_credit_note(known) & (known.invoices["amount"] > 0)
        expected = set(known.text("invoices", "invoice_id")[is_open])
        found = outcomes.known_open(every, np.full(len(every), day, np.int32))
        assert set(ledger.text("invoices", "invoice_id")[found]) == expected


@pytest.mark.parametrize("seed", range(25))
def test_later_than_is_known_once_the_day_has_passed(seed: int) -> None:
    ledger = random_ledger(Random(seed), invoices=15)
    outcomes = delay_outcomes(ledger, EAGER)
    state, paid_on = state_at(settle(ledger, EAGER), len(outcomes), LAST_DAY)
    due_on = due_days(ledger, EAGER)
    bills = ~is_credit_note(ledger) & (ledger.invoices["amount"] > 0)
    bills &= ledger.invoices.known_on <= LAST_DAY
    for k in (-5, 0, 30):
        later, known = outcomes.later_than(k)
        in_time = (state == PAID) & (paid_on <= due_on + k)
        assert (known == (bills & (due_on + k <= outcomes.followed_through))).all()
        assert (
            known[bills & (state == OPEN)].tolist()
            == (due_on[bills & (state == OPEN)] + k <= LAST_DAY).tolist()
        )
        assert (later[known] == ~in_time[known]).all()


@pytest.mark.parametrize(
    ("late", "waits"), [(0, 0), (1, 0), (2, 6), (200, 6)], ids=["none", "1 %", "2 %", "all"]
)
def test_payments_are_waited_for_as_long_as_ninety_nine_in_a_hundred_need(
    late: int, waits: int
) -> None:
    known = np.full(100, 10, np.int32)
    paid_on = known - 6 * (np.arange(100) < late)
    paid = Settlements(np.arange(100), known, np.full(100, PAID, np.int32), paid_on)
    assert recording_days(paid, 10) == waits
    assert recording_days(paid, 9) == 0


def test_books_recorded_all_at_once_are_waited_for_thirty_days_at_most() -> None:
    one = np.ones(1, np.int32)
    assert (
        recording_days(Settlements(np.zeros(1, np.int64), 5000 * one, PAID * one, one), 9999) == 30
    )


def test_month_ends_include_both_bounds() -> None:
    found = month_ends(parse_day("2024-01-31"), parse_day("2024-04-30"))
    assert [date_of(day).isoformat() for day in found] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]
    assert len(month_ends(parse_day("2024-02-01"), parse_day("2024-02-28"))) == 0
    assert len(month_ends(parse_day("2024-03-01"), parse_day("2024-01-01"))) == 0


def test_default_labels_are_those_of_a_slow_reading_of_the_definition() -> None:
    seen = set()
    for seed in range(40):
        ledger = random_ledger(Random(seed), customers=6, invoices=25)
        outcomes, spells = delay_outcomes(ledger, EAGER), default_spells(ledger, EAGER)
        labels = default_labels(ledger, outcomes, spells, EAGER.pd_horizon_days, 60)
        first = int(outcomes.observed_from.min(initial=LAST_DAY))
        expected = []
        for day in range(first, LAST_DAY - EAGER.pd_horizon_days + 1):
            if date_of(day + 1).day != 1:
                continue
            for customer in active_customers(ledger, outcomes, day, 60).tolist():
                if in_default(spells, customer, day):
                    continue
                ahead = range(day + 1, day + EAGER.pd_horizon_days + 1)
                starts = spells.default_on[spells.customer == customer]
                expected.append((customer, day, any(start in ahead for start in starts)))
        columns = (labels.customer, labels.as_of, labels.defaulted)
        found = list(zip(*(column.tolist() for column in columns), strict=True))
        assert found == sorted(expected)
        counted = spells.customer[labels.spell[labels.defaulted]]
        assert (counted == labels.customer[labels.defaulted]).all()
        seen |= {label for _, _, label in found}
    assert seen == {True, False}


def in_default(spells: DefaultSpells, customer: int, day: int) -> bool:
    return any(
        of == customer and start <= day and not (has_cured and cured <= day)
        for of, start, cured, has_cured in zip(
            spells.customer, spells.default_on, spells.cured_on, spells.has_cured, strict=True
        )
    )


def test_what_is_known_later_changes_no_default_label_whose_horizon_has_ended() -> None:
    ledger = random_ledger(Random(4), customers=6, invoices=25)
    cut = LAST_DAY - 100
    kept, all_of_it = (
        default_labels(part, delay_outcomes(part, EAGER), default_spells(part, EAGER), 90, 60)
        for part in (ledger.known_at(cut), ledger)
    )
    early = all_of_it.take(all_of_it.as_of + 90 <= cut)
    assert kept.customer.tolist() == early.customer.tolist()
    assert kept.defaulted.tolist() == early.defaulted.tolist()
