"""The later invoices of a training: what two versions are compared on before one is promoted."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from pandas.util import hash_array

from features.frame import NAMES, FeatureFrame
from ledger.arrays import Array, Floats, Rows
from ledger.ledger import Ledger
from models.calibration import HazardCalibration
from models.delay import DelayModel
from models.feature_tables import frame_from, table_of
from training.delay_rows import DelayRows
from training.labels import DelayOutcomes
from training.person_periods import invoice_hashes

MOST_INVOICES = 5_000
LATER_INVOICES = "later_invoices"
"""Directory among the artifacts of a training's run that holds them."""

_TREES, _FACTS, _ROWS = "trees.txt", "facts.json", "rows.parquet"
_OWN_COLUMNS = ("customer", "days_late", "followed_days")


@dataclass(frozen=True, eq=False)
class LaterInvoices:
    """Invoices first seen after a day, trees that know nothing after it, and what came.

    A training keeps them with its run. The models of its bundle are fitted on these invoices
    too, so that only `model` can be judged by them.

    Parameters
    ----------
    model
        Fitted on what was known at the close of `split`. The later invoices chose its number of
        trees and its calibration, and nothing else.
    split
        A day.
    frame
        Features of each invoice at the close of the day it was first seen, after `split`; n of
        them, at most `MOST_INVOICES` by a hash of their ids.
    customer
        A hash of each customer's id, by which ledgers of different days know them. Shape (n,),
        as all below.
    days_late
        Days from due date to payment, NaN where not paid so far.
    followed_days
        Days from due date to the last day of which it is known whether the invoice was paid.
    """

    model: DelayModel
    split: int
    frame: FeatureFrame
    customer: Array
    days_late: Floats
    followed_days: Floats

    @classmethod
    def of(
        cls, model: DelayModel, rows: DelayRows, outcomes: DelayOutcomes, ledger: Ledger
    ) -> Self:
        """The later invoices of the rows of a training, with what is known of them."""
        seen = _first_looks(rows, ledger)
        invoice = rows.looks.invoice[seen]
        followed_through = np.minimum(outcomes.followed_through, outcomes.recorded_through)
        return cls(
            model,
            rows.split,
            rows.frame.take(seen),
            hash_array(ledger.text("invoices", "customer_id")[invoice], categorize=False),
            np.where(outcomes.paid, outcomes.days_late(), np.nan)[invoice],
            (followed_through - outcomes.due_on)[invoice].astype(np.float64),
        )

    def __len__(self) -> int:
        return len(self.frame)

    def save(self, directory: Path) -> None:
        """Write three files to a new directory."""
        directory.mkdir(parents=True)
        own = {name: getattr(self, name) for name in _OWN_COLUMNS}
        table_of(self.frame).assign(**own).to_parquet(directory / _ROWS, index=False)
        (directory / _TREES).write_bytes(self.model.text.encode())
        facts = {"split": self.split, "calibration": asdict(self.model.calibration)}
        (directory / _FACTS).write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """What was saved in a directory.

        Raises
        ------
        DuecastError
            If the features or the trees are not those of this duecast.
        OSError, ValueError, KeyError
            If a file is missing or damaged.
        """
        table = pd.read_parquet(directory / _ROWS)
        facts = json.loads((directory / _FACTS).read_text(encoding="utf-8"))
        calibration = {name: tuple(numbers) for name, numbers in facts["calibration"].items()}
        text = (directory / _TREES).read_bytes().decode()
        return cls(
            DelayModel(text, HazardCalibration(**calibration)),
            facts["split"],
            frame_from(table, NAMES),
            *(table[name].to_numpy() for name in _OWN_COLUMNS),
        )


def _first_looks(rows: DelayRows, ledger: Ledger) -> Rows:
    """Looks at the later invoices on the day they were first seen, few enough."""
    seen = rows.first_looks_later
    by_hash = np.argsort(invoice_hashes(ledger, rows.looks.invoice[seen]), kind="stable")
    return np.sort(seen[by_hash[:MOST_INVOICES]])
