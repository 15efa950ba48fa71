"""The truth of a simulation in the order of its ledger, as columns."""

import numpy as np

from ledger.arrays import Floats
from ledger.ledger import Ledger
from ledger.table import Column
from training.simulation.simulator import Simulation


def true_p_late(simulation: Simulation, ledger: Ledger) -> Floats:
    """Chance at issue of each row of `ledger.invoices` to be paid after its due date.

    NaN for credit notes, which have none. Shape (len(ledger.invoices),).
    """
    chances = simulation.truth.set_index("invoice_id")["p_late"]
    return chances.reindex(ledger.text("invoices", "invoice_id")).to_numpy(np.float64)


def true_default_on(simulation: Simulation, ledger: Ledger) -> Column:
    """First true default day of each code of the "customer" vocabulary, where there is one."""
    days = simulation.default_truth.set_index("customer_id")["defaulted_on"]
    dates = days.reindex(ledger.vocabularies["customer"]).to_numpy("datetime64[D]")
    known = ~np.isnat(dates)
    return Column(np.where(known, dates, np.datetime64(0, "D")).astype(np.int32), known)
