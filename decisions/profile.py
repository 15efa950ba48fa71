"""The profile of a customer, from the files of a score run and of the runs before it."""

from collections.abc import Sequence
from typing import Any

from decisions.listing import ITEM_COLUMNS, in_its_currency, json_values
from decisions.run_reports import AGING, ALERTS
from decisions.runs import CUSTOMERS, INVOICES, WORKLIST, Run
from ledger.errors import DuecastError

EXPOSURE = ("exposure", "exposure_basis", "residual", "overdue", "open_credits", "unallocated_cash")
KPIS = ("days_late", "payment_class", "cleared_items")
SCORES = ("pd", "in_default", "grade", "grade_rules", "expected_loss", "guaranteed")
LIMITS = (
    "limit",
    "limit_binding",
    "limit_rules",
    "limit_need",
    "limit_risk",
    "limit_history",
    "limit_grade_cap",
    "limit_segment_cap",
    "credit_limit",
    "limit_proposed",
    "freeze",
    "refer",
)
ACCOUNT = ("name", "collector", "status", "natural_person", "do_not_contact")
HISTORY = ("as_of", "pd", "in_default", "grade", "exposure", "overdue", "limit", "credit_limit")
"""Columns of `customers.parquet` by the part of a profile that shows them."""

ITEM_SCORES = ("expected_days_late", "days_late_p10", "days_late_p50", "days_late_p90", "reasons")
"""Columns of `invoices.parquet` that a profile shows beside those of a worklist."""


class UnknownCustomerError(DuecastError):
    """A customer that a run does not have."""


def profile(run: Run, earlier: Sequence[Run], customer_id: str) -> dict[str, Any]:
    """What a run says of one customer, as JSON values.

    Keys: `customer_id`, `account`, `exposure`, `aging` (basis posted; None for a customer that
    owes nothing), `kpis`, `scores`, `limit`, `reasons`, `items`, `worklist` (None where nothing
    is to be done), `alerts`, and `history`: one entry for the run and each of those before it
    that has the customer, the latest first. Money is decimal text in the reporting currency; of
    items, in their own.

    Parameters
    ----------
    run, earlier
        The run to tell from, and those before it, the latest first.
    customer_id
        Whose profile.

    Raises
    ------
    UnknownCustomerError
        If the run does not have the customer.
    """
    row = _row(run, customer_id)
    if row is None:
        raise UnknownCustomerError(
            f"run {run.record.run_id} has no customer {customer_id}; expected one of the ledger; "
            "correct the id"
        )
    said = json_values(row)
    kpis = _part(said, KPIS)
    residual = float(row["residual"])
    kpis["overdue_share"] = float(row["overdue"]) / residual if residual > 0 else None
    listed = run.table(WORKLIST, customer_id).to_pylist()
    items = run.table(INVOICES, customer_id).select([*ITEM_COLUMNS, *ITEM_SCORES]).to_pylist()
    return {
        "customer_id": customer_id,
        "account": _part(said, ACCOUNT),
        "reporting_currency": said["reporting_currency"],
        "exposure": _part(said, EXPOSURE),
        "aging": _aging(run, customer_id),
        "kpis": kpis,
        "scores": _part(said, SCORES),
        "limit": _part(said, LIMITS),
        "reasons": said["reasons"],
        "items": [json_values(in_its_currency(item)) for item in items],
        "worklist": json_values(listed[0]) if listed else None,
        "alerts": [
            alert for alert in run.report(ALERTS)["alerts"] if alert["customer_id"] == customer_id
        ],
        "history": [
            _part(json_values(found), HISTORY)
            for each in (run, *earlier)
            if (found := _row(each, customer_id)) is not None
        ],
    }


def _row(run: Run, customer_id: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = run.table(CUSTOMERS, customer_id).to_pylist()
    return found[0] if found else None


def _part(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _aging(run: Run, customer_id: str) -> dict[str, Any] | None:
    """The customer's row of the run's aging, with the bounds of its buckets."""
    report = run.report(AGING)
    for row in report.get("rows", {}).get("by_customer", []):
        if row["customer"] == customer_id:
            shared = {name: report[name] for name in ("as_of", "basis", "bounds")}
            return {**shared, **row}
    return None
