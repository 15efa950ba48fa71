"""What of each open item is to be asked for today, and what asking is worth."""

from dataclasses import dataclass

import numpy as np

from decisions.direct_debits import by_direct_debit, debit_returns
from decisions.netting import netted_minor
from decisions.policy import WorklistPolicy
from decisions.position import Position
from decisions.words import STAGES
from ledger.arrays import Codes, Days, Flags, Floats, Minor
from ledger.rates import in_reporting
from models.scores import InvoiceScores

NO_STAGE = -1


@dataclass(frozen=True, eq=False)
class Chase:
    """What to ask of open items, all shapes (n,); money in minor units of the reporting currency.

    Parameters
    ----------
    stage
        Position in STAGES by days past due, NO_STAGE for an item that is left alone.
    disputed_minor, promised_minor, debit_minor, netted_minor, deduction_minor
        Parts that are paused: disputed, promised, to be paid by a debit that was not returned,
        covered by the customer's cash and credits, left of an invoice that counts as paid.
    asked_minor
        What is left to ask for: the chaseable residual less those, of items that have a stage.
    p_still_open
        P(still open after the policy's horizon), given that it is open today.
    priority_minor
        asked x p_still_open x uplift of the stage, rounded.
    returned_on, was_returned
        Last day on which a payment of a direct debit item was known to be returned.
    """

    stage: Codes
    disputed_minor: Minor
    promised_minor: Minor
    debit_minor: Minor
    netted_minor: Minor
    deduction_minor: Minor
    asked_minor: Minor
    p_still_open: Floats
    priority_minor: Minor
    returned_on: Days
    was_returned: Flags

    @property
    def paused_minor(self) -> dict[str, Minor]:
        """The parts that are paused, by the rule that pauses them."""
        return {
            "disputed": self.disputed_minor,
            "deduction": self.deduction_minor,
            "live_promise": self.promised_minor,
            "direct_debit_pending": self.debit_minor,
            "covered_by_credits": self.netted_minor,
        }


def chase(
    policy: WorklistPolicy, position: Position, scores: InvoiceScores, silent: Flags
) -> Chase:
    """What to ask of the items of a position.

    Parameters
    ----------
    policy
        Stages, uplift and horizon.
    position
        What customers owe.
    scores
        Of its items; where they say nothing, an item is taken to stay open.
    silent
        Items whose customer is not to be contacted, shape (n,): they are asked for nothing.
    """
    items = position.items
    netted = netted_minor(items, position.credits)
    left = items.chaseable_minor - netted
    is_debit = by_direct_debit(position)
    returned_on, was_returned = debit_returns(position)
    pending = is_debit & ~was_returned
    stage = stages(policy, items.days_past_due)
    asked = (stage != NO_STAGE) & ~pending & ~silent
    p_open = p_still_open(policy.horizon_days, items.days_past_due, scores)
    uplift = np.array([policy.uplift[name] for name in STAGES] + [0.0])[stage]
    asked_minor = reporting_minor(position, np.where(asked, left, 0))
    none = np.int64(0)
    return Chase(
        stage=stage,
        disputed_minor=reporting_minor(
            position, np.where(items.is_deduction, none, items.disputed_minor)
        ),
        promised_minor=reporting_minor(
            position, np.where(items.is_deduction, none, items.promised_minor)
        ),
        debit_minor=reporting_minor(position, np.where(pending, left, none)),
        netted_minor=reporting_minor(position, netted),
        deduction_minor=np.where(items.is_deduction, items.residual_reporting_minor, none),
        asked_minor=asked_minor,
        p_still_open=p_open,
        priority_minor=np.rint(asked_minor * p_open * uplift).astype(np.int64),
        returned_on=returned_on,
        was_returned=was_returned & is_debit,
    )


def stages(policy: WorklistPolicy, days_past_due: Days) -> Codes:
    """Stage of items so many days past due (negative: not yet due), NO_STAGE before the first.

    Positions in STAGES, shape (n,).
    """
    first_days = np.array([policy.stage_from_days[name] for name in STAGES])
    return (np.searchsorted(first_days, days_past_due, side="right") - 1).astype(np.int32)


def p_still_open(horizon_days: int, days_past_due: Days, scores: InvoiceScores) -> Floats:
    """P(still open after so many days | open now), 1 where scores say nothing, shape (n,)."""
    known = scores.distribution.later_than((days_past_due + horizon_days).astype(np.int32))
    return np.where(np.isnan(known), 1.0, known)


def reporting_minor(position: Position, minor: Minor) -> Minor:
    """Amounts of a position's items in minor units of the reporting currency, shape (n,)."""
    day = np.full(len(minor), position.as_of, np.int32)
    return in_reporting(position.ledger, position.items.currency, minor, day)
