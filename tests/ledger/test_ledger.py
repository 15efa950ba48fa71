"""What was known on a day, what was posted by then, and what belongs to some customers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from ledger.days import date_of, parse_day
from ledger.frames import frame_of, ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.schema import TABLES
from tests.ledgers import RANDOM_LEDGERS, days, ledgers

FEW = settings(RANDOM_LEDGERS, max_examples=25)
EXTRACT = Extract("EUR", parse_day("2024-12-31"))


def ledger_of(**tables: list[dict[str, Any]]) -> Ledger:
    """A ledger of rows with days as ISO text."""
    frames = {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items()}
    return ledger_from_frames(frames, EXTRACT)


def invoice(number: int, **values: str) -> dict[str, Any]:
    row = {"invoice_id": f"I{number}", "customer_id": f"C{number}", "amount": "100.00"}
    return {**row, "issued_on": "2024-03-01", "due_on": "2024-03-31", **values}


def ids(ledger: Ledger, table: str) -> list[str]:
    return ledger.text(table, TABLES[table].key[0]).tolist()


def rows_of(ledger: Ledger) -> dict[str, pd.DataFrame]:
    return {name: frame_of(ledger, name) for name in TABLES}


def assert_equal(one: Ledger, other: Ledger) -> None:
    assert one.extract == other.extract
    for name, frame in rows_of(one).items():
        pd.testing.assert_frame_equal(frame, frame_of(other, name))


def test_a_row_is_known_once_it_happened_and_was_recorded() -> None:
    ledger = ledger_of(
        invoices=[
            invoice(1),
            invoice(2, recorded_on="2024-03-05"),
            invoice(3, recorded_on="2024-02-01"),
        ]
    )
    assert ids(ledger.known_at(parse_day("2024-02-29")), "invoices") == []
    assert ids(ledger.known_at(parse_day("2024-03-01")), "invoices") == ["I1", "I3"]
    assert ids(ledger.known_at(parse_day("2024-03-04")), "invoices") == ["I1", "I3"]
    assert ids(ledger.known_at(parse_day("2024-03-05")), "invoices") == ["I1", "I2", "I3"]


def test_a_row_is_posted_on_its_day_whenever_it_was_recorded() -> None:
    ledger = ledger_of(invoices=[invoice(1, recorded_on="2024-03-05"), invoice(2)])
    assert ids(ledger.posted_at(parse_day("2024-02-29")), "invoices") == []
    assert ids(ledger.posted_at(parse_day("2024-03-01")), "invoices") == ["I1", "I2"]


@pytest.mark.parametrize("view", [Ledger.known_at, Ledger.posted_at])
def test_how_a_dispute_ended_is_unknown_until_it_did(view: Any) -> None:
    ledger = ledger_of(
        invoices=[invoice(1)],
        disputes=[
            {
                "dispute_id": "D1",
                "invoice_id": "I1",
                "opened_on": "2024-04-01",
                "closed_on": "2024-04-20",
                "outcome": "credited",
            }
        ],
    )
    before, after = (view(ledger, parse_day(day)).disputes for day in ("2024-04-19", "2024-04-20"))
    for name in ("closed_on", "outcome"):
        assert (before.known(name).tolist(), before[name].tolist()) == ([False], [0])
        assert after.known(name).tolist() == [True]


@pytest.mark.parametrize("view", [Ledger.known_at, Ledger.posted_at])
def test_a_delivery_is_unknown_until_it_happened(view: Any) -> None:
    ledger = ledger_of(invoices=[invoice(1, delivered_on="2024-03-10")])
    early, late = (view(ledger, parse_day(day)).invoices for day in ("2024-03-09", "2024-03-10"))
    assert early.known("delivered_on").tolist() == [False]
    assert late.known("delivered_on").tolist() == [True]


def test_customers_are_known_from_the_first_day() -> None:
    ledger = ledger_of(customers=[{"customer_id": "C1", "onboarded_on": "2024-05-01"}])
    assert ids(ledger.known_at(parse_day("2020-01-01")), "customers") == ["C1"]


@given(ledger=ledgers(), day=days())
@FEW
def test_nothing_of_the_future_is_known(ledger: Ledger, day: int) -> None:
    known = ledger.known_at(day)
    assert known.extract.complete_through == min(day, ledger.extract.complete_through)
    for name, table in known.tables.items():
        spec = TABLES[name]
        ahead = {"due_on", "discount_until", "promised_on", "valid_until", "callback_on"}
        for column in spec.columns:
            if column.kind.value == "day" and column.name not in ahead and name != "customers":
                assert (table[column.name][table.known(column.name)] <= day).all(), column.name


@given(ledger=ledgers(), day=days())
@FEW
def test_what_was_known_is_a_part_of_what_was_posted(ledger: Ledger, day: int) -> None:
    known, posted = ledger.known_at(day), ledger.posted_at(day)
    for name in TABLES:
        assert set(ids(known, name)) <= set(ids(posted, name))


@given(ledger=ledgers(), day=days(), later=days())
@FEW
def test_looking_back_twice_is_looking_back_to_the_earlier_day(
    ledger: Ledger, day: int, later: int
) -> None:
    assert_equal(ledger.known_at(later).known_at(day), ledger.known_at(min(day, later)))
    assert_equal(ledger.posted_at(day).posted_at(later), ledger.posted_at(min(day, later)))


@given(ledger=ledgers(), day=days())
@FEW
def test_a_ledger_of_what_was_known_is_the_ledger_as_known(ledger: Ledger, day: int) -> None:
    known = ledger.known_at(day)
    assert_equal(ledger_from_frames(rows_of(known), known.extract), known)


def test_the_part_of_a_customer_has_all_and_only_what_belongs_to_them() -> None:
    ledger = ledger_of(
        customers=[{"customer_id": f"C{n}"} for n in (1, 2)],
        invoices=[invoice(1), invoice(2)],
        payments=[
            {"payment_id": f"P{n}", "invoice_id": f"I{n}", "paid_on": "2024-04-01", "amount": "5"}
            for n in (1, 2)
        ]
        + [{"payment_id": "P3", "customer_id": "C1", "paid_on": "2024-04-01", "amount": "7"}],
        allocations=[
            {
                "allocation_id": f"A{n}",
                "invoice_id": f"I{n}",
                "kind": "discount",
                "amount": "1",
                "allocated_on": "2024-04-01",
            }
            for n in (1, 2)
        ],
        disputes=[
            {"dispute_id": f"D{n}", "invoice_id": f"I{n}", "opened_on": "2024-04-01"}
            for n in (1, 2)
        ],
        fx_rates=[{"currency": "USD", "on": "2024-04-01", "rate": 0.9}],
    )
    part = ledger.of_customers(np.array([ledger.code("customer", "C1")], np.int32))
    assert {name: ids(part, name) for name in TABLES if len(part.tables[name])} == {
        "customers": ["C1"],
        "invoices": ["I1"],
        "payments": ["P1", "P3"],
        "allocations": ["A1"],
        "disputes": ["D1"],
        "fx_rates": ["USD"],
    }


@given(ledger=ledgers())
@FEW
def test_the_part_of_all_customers_is_the_whole_but_for_what_is_nobodys(ledger: Ledger) -> None:
    everyone = np.arange(len(ledger.vocabularies["customer"]), dtype=np.int32)
    part = ledger.of_customers(everyone)
    for name, table in ledger.tables.items():
        if "customer_id" in table.columns and name != "payments":
            assert len(part.tables[name]) == len(table)


def test_an_id_finds_its_row_and_only_rows_that_have_one() -> None:
    ledger = ledger_of(invoices=[invoice(2), invoice(1, applies_to="I9")])
    rows, found = ledger.row_of("invoices", "invoice_id")
    assert ledger.vocabularies["invoice"].tolist() == ["I1", "I2", "I9"]
    assert (rows[:2].tolist(), found.tolist()) == ([1, 0], [True, True, False])
    assert date_of(ledger.invoices["issued_on"][0]).isoformat() == "2024-03-01"


def test_columns_cannot_be_written_to() -> None:
    ledger = ledger_of(invoices=[invoice(1)])
    with pytest.raises(ValueError, match="read-only"):
        ledger.invoices["amount"][0] = 1


@given(ledger=ledgers(), day=days())
@FEW
def test_what_is_unknown_is_stored_as_zero(ledger: Ledger, day: int) -> None:
    for table in ledger.known_at(day).tables.values():
        for name in table:
            assert not table[name][~table.known(name)].any()
