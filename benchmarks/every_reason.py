"""Every reason of a ledger, looked at: do they add up, and can they be read?

Run it: python benchmarks/every_reason.py [LEDGER --cutoff DATE] [--json FILE]. Models are trained
on what was known before the cutoff. Every invoice issued from it on is explained at its issue,
and every customer on the last day of the ledger. Without LEDGER one is simulated. The exit code
is 1 if contributions do not sum to prediction less reference, a feature that the default model
must follow has the wrong sign, a sentence reads the other way than its reason goes, a row has too
many reasons or two of one family, or a sentence does not say the value and the reference.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from benchmarks.simulated_ledger import simulated_ledger
from ledger.days import day_of
from ledger.files import read_ledger
from training.reason_flaws import ReasonFlaws, flaws_of_ledger
from training.recipe import read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate

CUSTOMERS, CUTOFF = 300, date(2024, 1, 1)
"""Of the simulated ledger."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ledger", type=Path, nargs="?", metavar="LEDGER", help="its directory")
    parser.add_argument("--cutoff", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    if arguments.ledger and not arguments.cutoff:
        parser.error("a ledger needs --cutoff DATE, the first day that models know nothing of")

    ledger = (
        read_ledger(arguments.ledger)
        if arguments.ledger
        else simulated_ledger(simulate(SimulationSettings(CUSTOMERS)))
    )
    found = flaws_of_ledger(ledger, day_of(arguments.cutoff or CUTOFF), read_recipe())
    print(f"{'':<20}{''.join(f'{name:>14}' for name in found)}")
    for field in fields(ReasonFlaws):
        cells = (f"{getattr(flaws, field.name):>14,.6g}" for flaws in found.values())
        print(f"{field.name.replace('_', ' '):<20}{''.join(cells)}")
    if arguments.json:
        said = {name: asdict(flaws) for name, flaws in found.items()}
        arguments.json.write_text(json.dumps(said, indent=2) + "\n")
    sys.exit(not (found and all(flaws.is_flawless for flaws in found.values())))


if __name__ == "__main__":
    main()
