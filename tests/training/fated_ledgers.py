"""A random ledger of invoices with every fate, for tests of training."""

import numpy as np
import pandas as pd

from ledger.days import datetimes, parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger

START, THROUGH = parse_day("2023-01-01"), parse_day("2023-12-31")


def fated_ledger(invoices: int, seed: int = 1) -> Ledger:
    """Invoices paid, paid twice or in parts, reversed, credited, written off and left open."""
    draw = np.random.default_rng(seed)
    issued = START + draw.integers(0, 340, invoices)
    due = issued + draw.choice([0, 14, 30, 100], invoices)
    fate = draw.choice(["paid", "parts", "reversed", "credited", "bad_debt", "open"], invoices)
    paid = np.maximum(due + draw.integers(-40, 70, invoices), issued - 2)
    recorded = paid + draw.choice([0, 0, 0, 4], invoices)
    names = np.array([f"i{n:03d}" for n in range(invoices)])
    day = datetimes
    payments = pd.DataFrame(
        {"payment_id": names, "invoice_id": names, "paid_on": day(paid), "amount": 100.0,
         "recorded_on": day(recorded)}
    )[np.isin(fate, ["paid", "reversed"])]  # fmt: skip
    reversals = pd.DataFrame(
        {"payment_id": names + "r", "reversal_of": names, "paid_on": day(recorded + 9),
         "amount": -100.0}
    )[fate == "reversed"]  # fmt: skip
    parts = np.flatnonzero(fate == "parts")
    allocations = [
        pd.DataFrame(
            {"allocation_id": names[rows] + suffix, "invoice_id": names[rows], "kind": kind,
             "amount": amount, "allocated_on": day(paid[rows] + wait)}
        )
        for rows, suffix, kind, amount, wait in (
            (parts, "a", "payment", 60.0, 0),
            (parts, "b", "payment", 39.5, 11),
            (np.flatnonzero(fate == "credited"), "c", "credit_note", 100.0, 0),
            (np.flatnonzero(fate == "bad_debt"), "d", "bad_debt", 100.0, 60),
        )
    ]  # fmt: skip
    frames = {
        "invoices": pd.DataFrame(
            {"invoice_id": names, "customer_id": draw.choice(["a", "b", "c"], invoices),
             "issued_on": day(issued), "due_on": day(due), "amount": 100.0}
        ),
        "payments": pd.concat([payments, reversals]),
        "allocations": pd.concat(allocations),
    }  # fmt: skip
    return ledger_from_frames(frames, Extract("EUR", THROUGH))
