"""Every figure of how good the models are, measured anew and told on one page.

Run it: python benchmarks/accuracy.py [--out FILE] [--keep DIR], or `make accuracy`. It runs the
studies beside this file one after the other, about 40 minutes on 2 cores, and writes
docs/accuracy.md. With --keep the figures of each study stay in a directory, and a study whose
figures are there is not run again.
"""

# ruff: noqa: E402
import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from benchmarks.accuracy_rows import Row, rows_of
from benchmarks.public_ledgers import CUTOFFS, public_ledger

HEADS = (
    "what", "ledger", "duecast", "best simple method", "boosters on closed invoices", "elsewhere",
    "aim", "met",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md", metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        kept = arguments.keep or Path(scratch)
        kept.mkdir(parents=True, exist_ok=True)
        figures = {
            name: measured(name, words, kept)
            for name, words in studies(Path(scratch) / "ledgers").items()
        }
    arguments.out.write_text(page(rows_of(figures)), encoding="utf-8")
    print(f"Wrote {arguments.out}")


def studies(ledgers: Path) -> dict[str, list[str]]:
    """The studies by name, each as a benchmark and its arguments."""
    found = {
        "forecasts_simulated": ["forecasts", "simulated"],
        "default": ["default"],
        "rescoring": ["rescoring"],
        "reasons": ["reasons"],
        "every_reason_simulated": ["every_reason"],
        "censoring_still": ["censoring", "--climate", "0"],
        "drift": ["drift"],
        "censoring": ["censoring"],
    }
    for name, cutoff in CUTOFFS.items():
        path = public_ledger(name, ledgers)
        found[f"forecasts_{name}"] = ["forecasts", name]
        found[f"every_reason_{name}"] = ["every_reason", str(path), "--cutoff", cutoff]
    return found


def measured(name: str, words: list[str], kept: Path) -> Any:
    """Figures of a study, from its file where it has one."""
    file = kept / f"{name}.json"
    if not file.exists():
        print(f"Measuring: {' '.join(words)}", flush=True)
        script = ROOT / "benchmarks" / f"{words[0]}.py"
        command = [sys.executable, str(script), *words[1:], "--json", str(file)]
        subprocess.run(command, check=True, cwd=ROOT)
    return json.loads(file.read_text(encoding="utf-8"))


def page(rows: Iterable[Row]) -> str:
    """The page, Markdown."""
    lines = [
        "# How good the models are",
        "",
        "Made by `make accuracy`; every figure comes from a study in `benchmarks/` that its row",
        "names. Invoices are scored at the close of the day they are issued, by models that know",
        "nothing from the cutoff on (IBM 2013-07-01, HighRadius 2019-11-17; simulated ledger: four",
        "in 2024, a quarter apart). In brackets: 95 % intervals by a bootstrap of whole customers.",
        "Late: paid after the due date.",
        "",
        "- *best simple method*: the best of due date, portfolio's share, customer's own running",
        "  mean or median; of a threshold on days past due for defaults",
        "- *boosters on closed invoices*: LightGBM for late or not, and an L1 booster for days,",
        "  with our features, on what was closed by the cutoff (`benchmarks/rival_boosters.py`)",
        "- *elsewhere*: IBM, gradient boosting on the same split, the best of a range; HighRadius,",
        "  published with a copy of the data set for its last 8,000 invoices, nearly the same rows",
        "- a simulated figure is of `duecast simulate` with its defaults unless the row says more",
        "",
        *_table(rows),
    ]
    return "\n".join(lines) + "\n"


def _table(rows: Iterable[Row]) -> list[str]:
    cells = [HEADS, ["---"] * len(HEADS), *(row.cells() for row in rows)]
    return [f"| {' | '.join(line)} |" for line in cells]


if __name__ == "__main__":
    main()
