"""Every feature of one observation, worked out by hand on a ledger of a dozen invoices."""

from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
import pytest

from features.compute import compute_features
from features.frame import NAMES, ObservationError, Observations
from features.priors import build_priors
from ledger.days import parse_day
from ledger.definitions import CONSTANT_COLUMNS, Definitions
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger

DEFINITIONS = Definitions(constant_columns=CONSTANT_COLUMNS)

# A: retail since January, a limit of 10,000, terms of 30 days agreed; its parent is G, as is B's.
INVOICES = """
invoice_id customer_id issued_on  due_on     amount
A01        A           2024-01-02 2024-02-01 100
A02        A           2024-01-10 2024-02-09 200
A03        A           2024-01-10 2024-02-09 400
A04        A           2024-02-05 2024-02-19 100
A05        A           2024-02-20 2024-03-21 800
A06        A           2024-03-01 2024-03-31 300
A07        A           2024-03-15 2024-04-14 250
A08        A           2024-04-02 2024-05-02 500
A09        A           2024-04-02 2024-05-02 600
A10        A           2024-01-03 2024-02-02 150
B01        B           2024-01-05 2024-02-04 100
B02        B           2024-02-01 2024-03-02 100
C01        C           2024-04-11 2024-05-11 100
"""
# A01 is paid on the day, A02 and A03 seven days late, A04 three days early, all of these three on
# Friday 16 February; A05 in two halves, the second 12 days late. Cash on account bounced in March.
PAYMENTS = """
payment_id customer_id invoice_id paid_on    amount reversal_of
P1         A           A01        2024-02-01 100    -
P2         A           A02        2024-02-16 200    -
P3         A           A03        2024-02-16 400    -
P4         A           A04        2024-02-16 100    -
P5         A           A05        2024-03-15 400    -
P6         A           A05        2024-04-02 400    -
P7         A           A07        2024-04-10 50     -
P8         A           -          2024-03-05 70     -
P9         A           -          2024-03-08 70     P8
PB         B           B01        2024-02-04 100    -
"""
FACTS = """
customer_id name         value  valid_from
A           segment      retail 2024-01-01
A           credit_limit 10000  2024-01-01
A           terms_days   30     2024-01-01
A           status       legal  2024-04-10
"""
# Kept: half of A05 came on 15 March. Broken: nothing came for A06. Partly kept: of what was due by
# 5 April, the other half of A05 came, and nothing for A06.
PROMISES = """
promise_id customer_id made_on    promised_on amount invoice_id
R1         A           2024-03-10 2024-03-18  400    A05
R2         A           2024-03-20 2024-03-25  300    A06
R3         A           2024-03-28 2024-04-05  -      -
"""
CUSTOMERS = """
customer_id country parent_id
A           FR      G
B           DE      G
C           -       -
"""


def table(text: str) -> pd.DataFrame:
    head, *rows = (line.split() for line in text.strip().splitlines())
    return pd.DataFrame(rows, columns=head, dtype=object).replace("-", None)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    invoices = table(INVOICES)
    is_a08 = invoices["invoice_id"] == "A08"
    invoices["discount_until"] = np.where(is_a08, "2024-04-12", None)
    invoices["discount_pct"] = np.where(is_a08, "2", None)
    invoices["payment_method"] = np.where(is_a08, "direct_debit", None)
    note = {
        "invoice_id": ["N01"],
        "customer_id": ["A"],
        "issued_on": ["2024-03-01"],
        "due_on": ["2024-03-01"],
        "amount": ["50"],
        "kind": ["credit_note"],
    }
    write_off = {
        "allocation_id": ["W1"],
        "invoice_id": ["A10"],
        "kind": ["bad_debt"],
        "amount": ["150"],
        "allocated_on": ["2024-03-20"],
    }
    dispute = {"dispute_id": ["D1"], "invoice_id": ["A06"], "opened_on": ["2024-03-20"]}
    frames = {
        "customers": table(CUSTOMERS),
        "customer_facts": table(FACTS),
        "invoices": pd.concat([invoices, pd.DataFrame(note, dtype=object)], ignore_index=True),
        "payments": table(PAYMENTS),
        "allocations": pd.DataFrame(write_off, dtype=object),
        "disputes": pd.DataFrame(dispute, dtype=object),
        "promises": table(PROMISES),
    }
    return ledger_from_frames(frames, Extract("EUR", parse_day("2024-06-30")))


def observation(ledger: Ledger, customer: str, invoice: str | None, as_of: str) -> Observations:
    rows, _ = ledger.row_of("invoices", "invoice_id")
    row = 0 if invoice is None else rows[ledger.code("invoice", invoice)]
    return Observations(
        np.array([ledger.code("customer", customer)], np.int32),
        np.array([row], np.int64),
        np.array([invoice is not None]),
        np.array([parse_day(as_of)], np.int32),
    )


def features(ledger: Ledger, customer: str, invoice: str | None, as_of: str) -> dict[str, float]:
    observed = observation(ledger, customer, invoice, as_of)
    priors = build_priors(ledger, DEFINITIONS)
    frame = compute_features(ledger, observed, priors, DEFINITIONS)
    return dict(zip(frame.names, frame.values[0].tolist(), strict=True))


def check(found: dict[str, float], expected: dict[str, float]) -> None:
    wrong = {
        name: (found[name], value)
        for name, value in expected.items()
        if not (isnan(value) and isnan(found[name])) and found[name] != pytest.approx(value)
    }
    assert wrong == {}


def test_every_feature_of_an_invoice_at_issue(ledger: Ledger) -> None:
    found = features(ledger, "A", "A08", "2024-04-02")
    # Known that evening: nine other invoices; paid, in the order they became known, A01, A02,
    # A03, A04 and A05: 0, 7, 7, -3 and 12 days late, 61, 46, 46, 46 and 0 days ago.
    w15 = [0.5 ** (age / 15) for age in (61, 46, 46, 46, 0)]
    w60 = [0.5 ** (age / 60) for age in (61, 46, 46, 46, 0)]
    w180 = [0.5 ** (age / 180) for age in (61, 46, 46, 46, 0)]

    def decayed(weights: list[float], values: tuple[float, ...]) -> float:
        return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)

    late, is_late = (0, 7, 7, -3, 12), (0, 1, 1, 0, 1)
    # Judged by 2 April, three days after due: A01 (in time), A02, A03 (late), A04 (in time),
    # A05, A10 (late), B01 (in time), B02 (late). Mature, 33 days after due: A01 0, A02 7, A03 7,
    # A04 -3, A10 31 and B01 0 days late. Without B: four of six late, 42 days in five.
    country_late = (4 + 50 * 5 / 8) / (6 + 50)
    segment_late = (4 + 50 * country_late) / (6 + 50)
    parent_late = (5 + 50 * segment_late) / (8 + 50)
    country_days = (42 + 50 * 7) / (5 + 50)
    segment_days = (42 + 50 * country_days) / (5 + 50)
    parent_days = (42 + 50 * segment_days) / (6 + 50)
    others = 100 * 200 * 400 * 100 * 800 * 300 * 250 * 600 * 150
    expected = {
        "terms_days": 30,
        "terms_over_agreed_days": 30 - 30,
        "discount_pct": 2,
        "discount_days_left": 12 - 2,
        "drawn_by_seller": 1,
        "due_weekday": 3,  # Thursday
        "due_month_day": 2,
        "due_days_to_month_end": 31 - 2,
        "issue_weekday": 1,  # Tuesday
        "amount": 500,
        "amount_ratio": 500 / others ** (1 / 9),
        "terms_change_days": 30 - (8 * 30 + 14) / 9,
        "days_since_issue": 0,
        "days_past_due": -30,
        "paid_share": 0,
        "outcomes": 5,
        "days_late_mean": (0 + 7 + 7 - 3 + 12) / 5,
        "days_late_median": 7,  # of -3, 0, 7, 7, 12
        "days_late_p90": 12,  # rank 4.5, rounded up
        "days_late_worst": 12,
        "days_late_quartiles": 7 - 0,  # ranks 3.75 and 1.25, rounded up
        "days_late_spread": sqrt((5 * (0 + 49 + 49 + 9 + 144) - 23**2) / (5 * 4)),
        "days_late_weighted": (0 + 200 * 7 + 400 * 7 - 100 * 3 + 800 * 12) / 1600,
        "late_share": 3 / 5,
        "early_share": 1 / 5,
        "on_day_share": 1 / 5,
        "over_30_share": 0,
        "days_to_pay_mean": (30 + 37 + 37 + 11 + 42) / 5,
        "days_late_implied": (30 + 37 + 37 + 11 + 42) / 5 - 30,
        "days_late_last_1": 12,
        "days_late_last_2": -3,
        "days_late_last_3": 7,
        "days_late_last_4": 7,
        "days_late_last_5": 0,
        "days_late_last_lowest": -3,
        "days_late_last_median": 7,
        "days_late_last_highest": 12,
        "outcomes_30d": 1,  # after 3 March
        "outcomes_90d": 5,  # after 3 January
        "outcomes_180d": 5,
        "outcomes_365d": 5,
        "days_late_mean_30d": 12,
        "days_late_mean_90d": 23 / 5,
        "days_late_mean_180d": 23 / 5,
        "days_late_mean_365d": 23 / 5,
        "late_share_30d": 1,
        "late_share_90d": 3 / 5,
        "late_share_180d": 3 / 5,
        "late_share_365d": 3 / 5,
        "days_late_decayed_15d": decayed(w15, late),
        "days_late_decayed_60d": decayed(w60, late),
        "days_late_decayed_180d": decayed(w180, late),
        "late_share_decayed_15d": decayed(w15, is_late),
        "late_share_decayed_60d": decayed(w60, is_late),
        "late_share_decayed_180d": decayed(w180, is_late),
        "days_late_trend": decayed(w15, late) - decayed(w180, late),
        "days_late_like_terms": (0 + 7 + 7 + 12) / 4,  # all but A04
        "days_late_like_amount": (7 + 12) / 2,  # 400 and 800
        "days_late_same_weekday": (0 + 12) / 2,  # A01 and A05 were due on a Thursday
        "outcomes_same_weekday": 2,
        # Paid on Thursday 1 and three times on Friday 16 February, on Tuesday 2 April.
        "due_weekday_share": 1 / 5,
        "due_month_day_share": 1 / 5,
        "days_to_payment_weekday": (0 + 3 * 1 + 5) / 5,
        "days_to_payment_month_day": 16 - 2,
        "days_to_payment_run": 0,  # 30 days are two gaps of 15
        "payment_weekday_top_share": 3 / 5,
        "payment_month_day_top_share": 3 / 5,
        "payment_month_end_share": 0,
        "payment_run_items": (1 + 3 + 1) / 3,
        "payment_gap_days": 15,  # of 15 and 46
        "payment_gap_longest_days": 46,
        "days_since_payment": 0,
        "open_items": 3,  # A06, A07, A09
        "open_amount": 300 + 250 + 600,
        "overdue_items": 1,
        "overdue_amount": 300,
        "overdue_share": 300 / 1150,
        "overdue_days_mean": 2,
        "overdue_days_oldest": 2,
        "overdue_days_newest": 2,
        "due_soon_items": 0,
        "due_soon_amount": 0,
        "limit_use": (1150 + 500) / 10_000,
        "part_paid_items": 0,
        "same_day_items": 1,
        "same_due_items": 1,
        "same_due_paid_share": 0,
        "same_week_items": 1,
        "same_week_paid_share": 0,
        "paid_ahead_days": -(10 + 30 + 2),  # A05 was due on 21 March
        "disputed": 0,
        "open_disputes": 1,
        "disputes_per_invoice": 1 / 9,
        "credit_notes_per_invoice": 1 / 9,
        "days_to_promise": 3,
        "kept_promise_share": 1 / 2,
        "broken_promises_365d": 1,
        "returned_payments_365d": 1,
        "part_paid_share": 1 / 9,  # A05
        "written_off_items": 1,
        "tenure_days": 29 + 29 + 31 + 2,
        "days_since_invoice": 0,  # A09
        "invoices": 9,
        "invoices_90d": 7,  # all but A01 and A10, which are 91 and 90 days old
        "billing_growth": (200 + 400 + 100 + 800 + 300 + 250 + 600) / (100 + 150),
        "on_hold": 0,
        "portfolio_late_share_30d": 2 / 2,  # A05 and B02
        "portfolio_late_share_90d": 5 / 8,
        "portfolio_late_share_365d": 5 / 8,
        "portfolio_days_late_90d": 42 / 6,
        "portfolio_days_late_365d": 42 / 6,
        "country_late_share_365d": 4 / 6,
        "country_days_late_365d": 42 / 5,
        "segment_late_share_365d": 4 / 6,
        "segment_days_late_365d": 42 / 5,
        "parent_late_share_365d": 5 / 8,
        "parent_days_late_365d": 42 / 6,
        "late_share_shrunk": (3 + 1 + 10 * parent_late) / (5 + 1 + 10),
        "days_late_shrunk": (23 + 2 + 10 * parent_days) / (5 + 1 + 10),
    }
    assert sorted(expected) == sorted(NAMES)
    check(found, expected)


def test_an_overdue_invoice_that_was_paid_in_part(ledger: Ledger) -> None:
    expected = {
        "days_past_due": 6,
        "days_since_issue": 36,
        "paid_share": 50 / 250,
        "open_items": 3,  # A06, A08, A09
        "overdue_items": 1,  # A06; its own six days do not count
        "overdue_days_oldest": 20,
        "overdue_days_newest": 20,
        "part_paid_items": 0,
        "part_paid_share": 1 / 9,  # A05 alone
        "limit_use": (300 + 200 + 500 + 600) / 10_000,
        "days_to_promise": nan,  # 5 April and three days are over
        "broken_promises_365d": 1,
        "kept_promise_share": 1 / 3,
        "on_hold": 1,
        "paid_ahead_days": -(10 + 14),
        "days_to_payment_weekday": (4 + 3 * 5 + 2) / 5,  # from Sunday 21 April
        "days_to_payment_month_day": 9 + 16,  # from 21 April to 16 May
        "days_to_payment_run": 15 - 4,  # 21 April is 19 days after the run of 2 April
    }
    check(features(ledger, "A", "A07", "2024-04-20"), expected)


def test_what_is_due_soon_and_disputed(ledger: Ledger) -> None:
    expected = {
        "disputed": 1,
        "open_disputes": 0,
        "disputes_per_invoice": 0,
        "due_soon_items": 1,
        "due_soon_amount": 250 - 50,  # A07, due in three days
        "part_paid_items": 1,
        "part_paid_share": 2 / 9,  # A05 and A07
        "overdue_items": 0,
        "overdue_share": 0,
        "overdue_days_oldest": nan,
    }
    check(features(ledger, "A", "A06", "2024-04-11"), expected)


def test_a_paid_invoice_is_no_part_of_its_own_history(ledger: Ledger) -> None:
    expected = {
        "paid_share": 1,
        "outcomes": 4,
        "days_late_mean": (0 + 7 + 7 - 3) / 4,
        "days_late_worst": 7,
        "days_late_last_1": -3,
        "outcomes_30d": 0,
        "days_late_like_terms": (0 + 7 + 7) / 3,
        "payment_gap_days": 15,
        "payment_run_items": (1 + 3) / 2,
        "part_paid_share": 0,
        "open_items": 4,
    }
    check(features(ledger, "A", "A05", "2024-04-02"), expected)


def test_a_customer_as_a_whole_has_no_features_of_an_invoice(ledger: Ledger) -> None:
    found = features(ledger, "A", None, "2024-04-02")
    expected = {"open_items": 4, "open_amount": 1650, "invoices": 10, "days_to_promise": 3}
    check(found, expected | dict.fromkeys(["amount", "days_past_due", "disputed"], nan))


def test_a_customer_without_history_has_the_rates_of_the_portfolio(ledger: Ledger) -> None:
    found = features(ledger, "C", "C01", "2024-04-11")
    assert found["outcomes"] == 0
    # A06 (late) and B02 (31 days late) were judged since 2 April.
    expected = {"days_late_mean": nan, "tenure_days": nan, "late_share_shrunk": 6 / 9}
    check(found, expected | {"days_late_shrunk": (42 + 31) / 7, "parent_late_share_365d": nan})


def test_country_and_parent_count_only_where_they_never_change(ledger: Ledger) -> None:
    observed = observation(ledger, "A", "A08", "2024-04-02")
    for constant, country, parent in (((), nan, nan), (("country",), 4 / 6, nan)):
        definitions = Definitions(constant_columns=constant)
        frame = compute_features(ledger, observed, build_priors(ledger, definitions), definitions)
        found = dict(zip(frame.names, frame.values[0].tolist(), strict=True))
        check(found, {"country_late_share_365d": country, "parent_late_share_365d": parent})


def test_an_invoice_that_is_not_yet_known_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ObservationError, match="invoice A08 was not known at the close of 2024"):
        features(ledger, "A", "A08", "2024-04-01")
    with pytest.raises(ObservationError, match="invoice N01 is a credit note"):
        features(ledger, "A", "N01", "2024-04-01")
    with pytest.raises(ObservationError, match="invoice A08 belongs to another customer"):
        features(ledger, "B", "A08", "2024-04-02")


def test_tenure_and_invoices_stop_where_more_would_only_tell_the_day() -> None:
    issued = pd.date_range("2022-01-01", periods=60, freq="10D")
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"L{n:02d}" for n in range(60)],
            "customer_id": "L",
            "issued_on": issued,
            "due_on": issued,
            "amount": 100,
        }
    )
    old = ledger_from_frames({"invoices": invoices}, Extract("EUR", parse_day("2023-12-31")))
    check(features(old, "L", "L36", "2022-12-27"), {"tenure_days": 360, "invoices": 36})
    check(features(old, "L", "L37", "2023-01-06"), {"tenure_days": 365, "invoices": 37})
    check(features(old, "L", "L50", "2023-05-16"), {"tenure_days": 365, "invoices": 50})
    check(features(old, "L", "L51", "2023-05-26"), {"tenure_days": 365, "invoices": 50})
