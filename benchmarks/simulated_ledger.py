"""A simulated ledger, read from the files it is written to."""

import tempfile
from pathlib import Path

from ledger.files import read_ledger
from ledger.ledger import Ledger
from training.simulation.simulator import Simulation, write_simulation


def simulated_ledger(simulation: Simulation) -> Ledger:
    """The ledger of a simulation; nothing stays on disk."""
    with tempfile.TemporaryDirectory() as scratch:
        write_simulation(simulation, Path(scratch))
        return read_ledger(scratch)
