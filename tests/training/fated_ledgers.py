"""Random ledgers of invoices with every fate, for tests of training."""

import numpy as np
import pandas as pd

from ledger.days import datetimes, parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger

START, THROUGH = parse_day("2023-01-01"), parse_day("2023-12-31")


def fated_ledger(invoices: int, seed: int = 1) -> Ledger:
    """Invoices paid, paid twice or in parts, reversed, credited, written off and left open."""
    return ledger_from_frames(fated_frames(invoices, seed), Extract("EUR", THROUGH))


def fated_frames(invoices: int, seed: int = 1) -> dict[str, pd.DataFrame]:
    """The tables of a fated ledger."""
    draw = np.random.default_rng(seed)
    issued = START + draw.integers(0, 340, invoices)
    due = issued + draw.choice([0, 14, 30, 100], invoices)
    fates = ["paid", "parts", "reversed", "credited", "bad_debt", "open"]
    fate = draw.choice(fates, invoices, p=[0.6, 0.1, 0.1, 0.1, 0.05, 0.05])
    customer = draw.choice(["a", "b", "c"], invoices)
    habit = 10 * (customer == "b") + 25 * (customer == "c")
    paid = np.maximum(due + habit + draw.integers(-30, 30, invoices), issued - 2)
    recorded = paid + draw.choice([0, 0, 0, 4], invoices)
    names = np.array([f"i{n:03d}" for n in range(invoices)])
    payments = pd.DataFrame(
        {
            "payment_id": names,
            "invoice_id": names,
            "paid_on": datetimes(paid),
            "amount": 100.0,
            "recorded_on": datetimes(recorded),
        }
    )[np.isin(fate, ["paid", "reversed"])]
    reversals = pd.DataFrame(
        {
            "payment_id": names + "r",
            "reversal_of": names,
            "paid_on": datetimes(recorded + 9),
            "amount": -100.0,
        }
    )[fate == "reversed"]
    parts = np.flatnonzero(fate == "parts")
    allocations = [
        pd.DataFrame(
            {
                "allocation_id": names[rows] + suffix,
                "invoice_id": names[rows],
                "kind": kind,
                "amount": amount,
                "allocated_on": datetimes(paid[rows] + wait),
            }
        )
        for rows, suffix, kind, amount, wait in (
            (parts, "a", "payment", 60.0, 0),
            (parts, "b", "payment", 39.5, 11),
            (np.flatnonzero(fate == "credited"), "c", "credit_note", 100.0, 0),
            (np.flatnonzero(fate == "bad_debt"), "d", "bad_debt", 100.0, 60),
        )
    ]
    return {
        "invoices": pd.DataFrame(
            {
                "invoice_id": names,
                "customer_id": customer,
                "issued_on": datetimes(issued),
                "due_on": datetimes(due),
                "amount": 100.0,
            }
        ),
        "payments": pd.concat([payments, reversals]),
        "allocations": pd.concat(allocations),
    }
