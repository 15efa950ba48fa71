"""Daily counts of what became of due items, for the portfolio and its groups."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.history import EARLIEST, due_days
from ledger.allocations import is_credit_note
from ledger.arrays import Array, Days, Floats, Minor
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import CANCELLED, PAID, settle

JUDGED_AFTER_DAYS = 3
"""Days after due and grace at whose close an item is judged late or on time."""

MATURE_AFTER_DAYS = 30


@dataclass(frozen=True)
class Priors:
    """Provisional: portfolio only. Daily counts by day, cumulative."""

    first_day: int
    counts: Minor

    def to_frame(self) -> pd.DataFrame:
        """The counts as a frame."""
        return pd.DataFrame(self.counts, columns=["due", "late", "mature", "days_late"]).assign(
            first_day=self.first_day
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Priors":
        """The priors that `to_frame` wrote."""
        first = int(frame["first_day"].iloc[0]) if len(frame) else 0
        return cls(first, frame[["due", "late", "mature", "days_late"]].to_numpy(np.int64))

    def rates(self, as_of: Days, window_days: int) -> tuple[Floats, Floats]:
        """Late share and mean days late of items judged in (as_of - window, as_of]."""
        total = np.concatenate([np.zeros((1, 4), np.int64), np.cumsum(self.counts, axis=0)])
        end = np.clip(as_of - self.first_day + 1, 0, len(self.counts))
        start = np.clip(as_of - window_days - self.first_day + 1, 0, len(self.counts))
        part = (total[end] - total[start]).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            return part[:, 1] / part[:, 0], part[:, 3] / part[:, 2]


def build_priors(ledger: Ledger, definitions: Definitions = Definitions()) -> Priors:  # noqa: B008
    """Count, day by day, the items judged late or on time, and their days late."""
    through = ledger.extract.complete_through
    settlements = settle(ledger, definitions)
    due_on = due_days(ledger, definitions)
    known_on = ledger.invoices.known_on
    usable = ~is_credit_note(ledger)

    def judged(after: int) -> tuple[Days, Array, Array]:
        day = np.maximum(due_on + after, known_on)
        change = settlements.known_on <= day[settlements.invoice]
        state = np.zeros(len(due_on), np.int32)
        paid_on = np.zeros(len(due_on), np.int32)
        state[settlements.invoice[change]] = settlements.state[change]
        paid_on[settlements.invoice[change]] = settlements.paid_on[change]
        late = np.where(
            state == PAID,
            np.maximum(paid_on, ledger.invoices["issued_on"]) - due_on,
            MATURE_AFTER_DAYS + 1,
        )
        use = usable & (state != CANCELLED) & (day <= through)
        return day, use, np.clip(late, EARLIEST, MATURE_AFTER_DAYS + 1)

    if len(due_on) == 0:
        return Priors(0, np.zeros((0, 4), np.int64))
    day, use, late = judged(definitions.grace_days + JUDGED_AFTER_DAYS)
    day2, use2, late2 = judged(MATURE_AFTER_DAYS + JUDGED_AFTER_DAYS)
    if not use.any():
        return Priors(0, np.zeros((0, 4), np.int64))
    first = int(day[use].min())
    n = through - first + 1
    counts = np.zeros((n, 4), np.int64)
    np.add.at(counts[:, 0], day[use] - first, 1)
    np.add.at(counts[:, 1], day[use] - first, late[use] > definitions.grace_days)
    np.add.at(counts[:, 2], day2[use2] - first, 1)
    np.add.at(counts[:, 3], day2[use2] - first, late2[use2])
    return Priors(first, counts)
