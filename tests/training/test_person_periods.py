"""Person-periods against a slow reading of their definition, on a random ledger."""

from dataclasses import replace

import numpy as np
import pytest

from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.settlement import CANCELLED, OPEN, PAID, WRITTEN_OFF, settle, state_at
from models.grid import LOWER_ENDS, UPPER_ENDS
from tests.training.fated_ledgers import START, THROUGH, fated_ledger
from training.labels import DelayOutcomes, delay_outcomes
from training.person_periods import PersonPeriods, looks_at, person_periods, within_rows
from training.recipe import Moments, read_recipe

MOMENTS = Moments(1.0, 3, (-7, 0, 15), (0.5, 0.25, 0.125))
DEFINITIONS = read_recipe().definitions


def slow_rows(ledger: Ledger, outcomes: DelayOutcomes) -> list[tuple[str, int, int, bool, float]]:
    """(invoice, as_of, interval, paid, weight) of every row, one day and interval at a time."""
    settlements = settle(ledger, DEFINITIONS)
    states = {
        d: state_at(settlements, len(ledger.invoices), d)[0] for d in range(START, THROUGH + 1)
    }
    last_state, paid_on = state_at(settlements, len(ledger.invoices), THROUGH)
    ids = ledger.text("invoices", "invoice_id")
    waits = sorted(
        int(settlements.known_on[n] - settlements.paid_on[n])
        for n in range(len(settlements))
        if settlements.state[n] == PAID and settlements.known_on[n] <= THROUGH
    )
    on_the_books = THROUGH - waits[-(-99 * len(waits) // 100) - 1]
    rows = []
    for i in range(len(ledger.invoices)):
        issued, due = int(ledger.invoices["issued_on"][i]), int(ledger.invoices["due_on"][i])
        last_known = THROUGH
        if last_state[i] == CANCELLED:
            last_known = max(d for d in states if d == START or states[d - 1][i] != states[d][i])
        days = {issued: 1.0}
        days |= {due + k: w for k, w in ((-7, 0.5), (0, 0.25), (15, 0.125)) if due + k > issued}
        for as_of, weight in days.items():
            if as_of > THROUGH or states[as_of][i] != OPEN:
                continue
            at_risk = True
            for k in range(len(UPPER_ENDS)):
                first, last = due + LOWER_ENDS[k] + 1, due + UPPER_ENDS[k]
                has_paid = last_state[i] == PAID and paid_on[i] <= last
                gone_before = last_state[i] == PAID and paid_on[i] <= max(
                    as_of, first - 1 if k else 0
                )
                if gone_before:
                    at_risk = False
                if at_risk and first > as_of and last <= min(last_known, on_the_books):
                    rows.append((ids[i], as_of, k, bool(has_paid), weight))
    return sorted(rows)


def fast_rows(ledger: Ledger, outcomes: DelayOutcomes) -> list[tuple[str, int, int, bool, float]]:
    looks = looks_at(ledger, outcomes, MOMENTS)
    periods = person_periods(looks, outcomes)
    ids = ledger.text("invoices", "invoice_id")[looks.invoice[periods.look]]
    as_of = looks.as_of[periods.look]
    columns = (ids, as_of, periods.interval, periods.paid, periods.weight)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_of_a_slow_reading_of_the_definition(seed: int) -> None:
    ledger = fated_ledger(150, seed)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    rows = fast_rows(ledger, outcomes)
    assert rows == slow_rows(ledger, outcomes)
    assert {row[3] for row in rows} == {True, False}


def test_an_invoice_is_looked_at_on_as_many_days_as_it_has_turns() -> None:
    ledger = fated_ledger(400)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    every = looks_at(ledger, outcomes, MOMENTS)
    some = looks_at(ledger, outcomes, replace(MOMENTS, looks_per_invoice=2))
    days = {
        name: set(zip(looks.invoice.tolist(), looks.as_of.tolist(), strict=True))
        for name, looks in (("every", every), ("some", some))
    }
    assert days["some"] < days["every"]
    at_issue = outcomes.observed_from
    assert all(day > at_issue[invoice] for invoice, day in days["every"] - days["some"])
    later = some.as_of > at_issue[some.invoice]
    assert np.bincount(some.invoice[later]).max() == 2
    past_due = (some.as_of - outcomes.due_on[some.invoice])[later]
    asked = (every.as_of - outcomes.due_on[every.invoice])[every.as_of > at_issue[every.invoice]]
    for day in MOMENTS.days_past_due:
        assert 0.5 < (past_due == day).sum() / (asked == day).sum() < 0.8


def test_bad_debt_stays_at_risk_to_the_last_known_day_and_a_cancelled_item_does_not() -> None:
    ledger = fated_ledger(300)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    state, _ = state_at(outcomes.settlements, len(outcomes), THROUGH)
    assert (outcomes.followed_through[state == WRITTEN_OFF] == THROUGH).all()
    assert outcomes.followed_through[state == CANCELLED].mean() < THROUGH - 50
    assert not outcomes.paid[np.isin(state, [WRITTEN_OFF, CANCELLED])].any()


def test_no_row_ends_while_payments_are_still_to_be_recorded_or_starts_before_the_look() -> None:
    ledger = fated_ledger(300)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    looks = looks_at(ledger, outcomes, MOMENTS)
    periods = person_periods(looks, outcomes)
    due_on = outcomes.due_on[looks.invoice[periods.look]]
    assert outcomes.recorded_through == THROUGH - 4
    assert periods.ends_on.max() == THROUGH - 4
    assert (due_on + LOWER_ENDS[periods.interval] >= looks.as_of[periods.look]).all()


def test_the_cap_leaves_out_whole_invoices_and_keeps_what_another_ledger_keeps() -> None:
    ledger = fated_ledger(200)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    looks = looks_at(ledger, outcomes, MOMENTS)
    every = person_periods(looks, outcomes)
    capped = within_rows(looks, ledger, len(every) // 2)
    assert 0.4 * len(every) < len(person_periods(capped, outcomes)) <= len(every) // 2
    kept = np.isin(looks.invoice, capped.invoice)
    assert len(looks.take(kept)) == len(capped)
    assert set(within_rows(looks, ledger, len(every) // 4).invoice) < set(capped.invoice)


def test_an_empty_ledger_has_no_rows() -> None:
    ledger = ledger_from_frames({}, Extract("EUR", THROUGH))
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    periods: PersonPeriods = person_periods(looks_at(ledger, outcomes, MOMENTS), outcomes)
    assert len(periods) == 0
