"""Routes of alerts."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from decisions.alert_kinds import KINDS, SEVERITIES
from decisions.run_reports import ALERTS
from decisions.runs import CUSTOMERS, Run
from models.sentences import Language
from serving.alert_answers import AlertAnswer, AlertsAnswer
from serving.callers import caller_of, collector_shown
from serving.own_customers import own_customers
from serving.questions import AskedLanguage
from serving.responses import json_response
from serving.run_pages import (
    PAGE,
    Collector,
    Cursor,
    Limit,
    ListQuery,
    RunId,
    find_page,
    next_cursor,
    reference,
)

router = APIRouter(prefix="/v1", tags=["Collection"])


@router.get("/alerts", response_model=AlertsAnswer)
def read_alerts(
    request: Request,
    language: AskedLanguage,
    run: RunId = None,
    collector: Collector = None,
    severity: Annotated[
        Literal[*SEVERITIES] | None,  # type: ignore[valid-type]
        Query(description="Only alerts of this severity."),
    ] = None,
    kind: Annotated[
        Literal[*KINDS] | None,  # type: ignore[valid-type]
        Query(description="Only alerts of this kind."),
    ] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """Read the alerts of a score run: what must be heard of customers and of the portfolio.

    The most severe first. Alerts of a collector are those about the own customers, for a
    collector's key those that are its own now; those about the portfolio are nobody's. Where there
    is no run, the answer is 409 and says how to make one.
    """
    shown = collector_shown(caller_of(request), collector)
    filters = {"collector": shown, "severity": severity, "kind": kind}
    query = ListQuery(run, limit, cursor, filters, own_customers(request))
    found, offset = find_page(request.app.state.settings, query)
    report = found.report(ALERTS)
    alerts = _chosen(found, report["alerts"], query)
    page = alerts[offset : offset + (limit or PAGE)]
    answer = AlertsAnswer(
        run=reference(found),
        since=report["since"],
        compared=report["compared"],
        alerts=[alert_answer(alert, language) for alert in page],
        next_cursor=next_cursor(found, query, offset + len(page), len(alerts)),
    )
    return json_response(answer, language)


def alert_answer(alert: Mapping[str, Any], language: Language) -> AlertAnswer:
    """An alert of a run's report, told in a language."""
    about = {name: alert[name] or None for name in ("customer_id", "invoice_id")}
    return AlertAnswer.model_validate({**alert, **about, "sentence": alert["sentence"][language]})


def _chosen(run: Run, alerts: list[dict[str, Any]], query: ListQuery) -> list[dict[str, Any]]:
    """Alerts that pass every filter, in their order."""
    filters = query.filters
    collector, customers = filters["collector"], query.own
    if collector is not None and customers is None:
        table = run.table(CUSTOMERS)
        pairs = zip(table["customer_id"].to_pylist(), table["collector"].to_pylist(), strict=True)
        customers = frozenset(customer for customer, theirs in pairs if theirs == collector)
    return [
        alert
        for alert in alerts
        if (customers is None or alert["customer_id"] in customers)
        and filters["severity"] in (None, alert["severity"])
        and filters["kind"] in (None, alert["kind"])
    ]
