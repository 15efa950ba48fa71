"""How good trees of the earlier rows were on later invoices: for the card, MLflow and gates."""

from typing import Any

from ledger.ledger import Ledger
from models.delay import DelayModel
from training.accuracy import model_accuracy, reliability_of_later_than
from training.cluster_bootstrap import DRAWS_OF_TRAINING
from training.delay_rows import DelayRows
from training.judged_items import JudgedItems
from training.labels import DelayOutcomes
from training.slices import slices


def judgement(
    model: DelayModel, rows: DelayRows, ledger: Ledger, outcomes: DelayOutcomes, seed: int
) -> dict[str, Any]:
    """Accuracy on later invoices on the day first seen, JSON values.

    With 95 % intervals by a bootstrap of customers, bins of reliability, and for each slice the
    accuracy of P(late) and of days late.
    """
    first = rows.first_looks_later
    invoice, frame = rows.looks.invoice[first], rows.frame.take(first)
    said = model.distribution(frame)
    items = JudgedItems.of_model(said, outcomes, invoice)
    return {
        **model_accuracy(said, outcomes, invoice).as_dict(),
        "intervals": items.intervals(frame.observations.customer, seed, DRAWS_OF_TRAINING),
        "reliability": {
            f"later_than_{k}": reliability_of_later_than(said, outcomes, invoice, k)
            for k in (0, 30)
        },
        "slices": [
            {
                "by": each.by,
                "value": each.value,
                "invoices": int(each.rows.sum()),
                **model_accuracy(said.take(each.rows), outcomes, invoice[each.rows]).as_dict(),
            }
            for each in slices(ledger, invoice, frame)
        ],
    }
