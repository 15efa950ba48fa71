"""Frames of a notebook or a request become a ledger, whatever types pandas gave them."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.frames import frame_of, ledger_from_frames
from ledger.ledger import Extract

EXTRACT = Extract("EUR", parse_day("2024-12-31"))


def invoices(**columns: Any) -> pd.DataFrame:
    """Two invoices, with some columns replaced."""
    given = {
        "invoice_id": ["I1", "I2"],
        "customer_id": ["C1", "C2"],
        "issued_on": ["2024-01-01", "2024-01-02"],
        "due_on": ["2024-01-31", "2024-02-01"],
        "amount": ["100.00", "0.5"],
    }
    return pd.DataFrame(given | columns)


@pytest.mark.parametrize(
    "days",
    [
        ["2024-01-01", "2024-01-02"],
        [date(2024, 1, 1), date(2024, 1, 2)],
        pd.to_datetime(["2024-01-01", "2024-01-02"]),
        pd.to_datetime(["2024-01-01T05:00", "2024-01-02T23:59"]),
        pd.to_datetime(["2024-01-01T05:00Z", "2024-01-02T23:59Z"]),
        [date(2024, 1, 1), "2024-01-02"],
        [pd.Timestamp("2024-01-01"), "2024-01-02 10:00:00"],
    ],
)
def test_days_may_have_any_type_of_a_day(days: Any) -> None:
    ledger = ledger_from_frames({"invoices": invoices(issued_on=days)}, EXTRACT)
    assert ledger.invoices["issued_on"].tolist() == [
        parse_day("2024-01-01"),
        parse_day("2024-01-02"),
    ]


@pytest.mark.parametrize(
    "amounts",
    [
        ["100.00", "0.5"],
        [100.0, 0.5],
        [Decimal("100"), Decimal("0.50")],
        np.array([100, 0.5], np.float32),
        [100, "0.5"],
        ["100", Decimal("0.5")],
    ],
)
def test_amounts_may_have_any_type_of_an_amount(amounts: Any) -> None:
    ledger = ledger_from_frames({"invoices": invoices(amount=amounts)}, EXTRACT)
    assert ledger.invoices["amount"].tolist() == [10000, 50]


@pytest.mark.parametrize(
    "names", [[7.0, np.nan], [7, None], ["7", None], ["7", ""], pd.array([7, None], "Int64")]
)
def test_ids_may_be_numbers_with_gaps(names: Any) -> None:
    frames = {"invoices": invoices(document_no=pd.Series(names))}
    table = ledger_from_frames(frames, EXTRACT).invoices
    assert table.known("document_no").tolist() == [True, False]
    ledger = ledger_from_frames(frames, EXTRACT)
    assert ledger.text("invoices", "document_no").tolist() == ["7", ""]


def test_a_currency_is_its_own_or_the_invoices_or_the_customers_or_the_ledgers() -> None:
    ledger = ledger_from_frames(
        {
            "customers": pd.DataFrame({"customer_id": ["C1", "C2"], "currency": ["JPY", None]}),
            "invoices": invoices(
                invoice_id=["I1", "I2"], amount=["100", "0.125"], currency=[None, "BHD"]
            ),
            "payments": pd.DataFrame(
                {
                    "payment_id": ["P1", "P2", "P3", "P4", "P5"],
                    "customer_id": ["C1", "C2", None, "C2", "C1"],
                    "invoice_id": [None, None, "I2", None, "I2"],
                    "paid_on": "2024-03-01",
                    "amount": ["7", "7", "7", "7", "7"],
                    "currency": [None, None, None, "USD", None],
                }
            ),
        },
        EXTRACT,
    )
    assert ledger.text("invoices", "currency").tolist() == ["JPY", "BHD"]
    assert ledger.invoices["amount"].tolist() == [100, 125]
    assert ledger.text("payments", "currency").tolist() == ["JPY", "EUR", "BHD", "USD", "BHD"]
    assert ledger.payments["amount"].tolist() == [7, 700, 7000, 700, 7000]


def test_everything_that_cannot_be_read_is_told_at_once() -> None:
    frames = {
        "invoices": invoices(due_on=["31.01.2024", None], colour=["red", "blue"]),
        "orders": pd.DataFrame({"order_id": ["O1"]}),
        "promises": pd.DataFrame({"promise_id": ["R1"], "customer_id": ["C1"]}),
    }
    with pytest.raises(LedgerError) as refusal:
        ledger_from_frames(frames, EXTRACT)
    starts = [
        "there is no table orders; the tables are customers,",
        "invoices: it has a column 'colour', which no table invoices has;",
        "invoices row 2: due_on is missing; it is required;",
        "invoices row 1: due_on is '31.01.2024'; expected a date like 2024-02-29;",
        "promises: there is no column made_on, which is required;",
        "promises: there is no column promised_on, which is required;",
    ]
    assert len(refusal.value.problems) == len(starts)
    for problem, start in zip(refusal.value.problems, starts, strict=True):
        assert problem.startswith(start)


def test_a_frame_has_exact_decimals_and_the_columns_that_have_values() -> None:
    ledger = ledger_from_frames({"invoices": invoices(company=["1000", None])}, EXTRACT)
    frame = frame_of(ledger, "invoices")
    assert list(frame) == [
        *("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency", "kind"),
        "company",
    ]
    assert frame["amount"].tolist() == ["100.00", "0.50"]
    assert frame["issued_on"][0] == pd.Timestamp("2024-01-01")
    assert frame["company"].tolist()[0] == "1000" and pd.isna(frame["company"][1])
