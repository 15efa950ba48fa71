"""Routes of the portfolio: key figures, aging and cash forecast of a score run."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from decisions.run_reports import AGING, FORECAST, KPIS
from serving.portfolio_answers import (
    AgingAnswer,
    AgingBuckets,
    AgingRow,
    CashForecastAnswer,
    ForecastWeek,
    KeyFigures,
    KpisAnswer,
)
from serving.responses import json_response
from serving.run_pages import (
    PAGE,
    Cursor,
    Limit,
    ListQuery,
    RunId,
    asked_run,
    find_page,
    next_cursor,
    reference,
)

router = APIRouter(prefix="/v1/portfolio", tags=["Portfolio"])


@router.get("/kpis", response_model=KpisAnswer)
def read_kpis(request: Request, run: RunId = None) -> Response:
    """Read the key figures of a score run: how long money is out, how well it is collected.

    As `duecast kpis` prints them, of what was recorded by the day of the run. Nothing is computed
    here: where there is no run, the answer is 409 and says how to make one.
    """
    found = asked_run(request.app.state.settings, run)
    report = found.report(KPIS)
    problems = report.get("problems", [])
    return json_response(
        KpisAnswer(
            run=reference(found),
            **_origin(report),
            figures=None if problems else KeyFigures.model_validate(report),
            problems=problems,
        )
    )


@router.get("/aging", response_model=AgingAnswer)
def read_aging(
    request: Request,
    by: Annotated[
        Literal["customer", "company", "currency"], Query(description="What there are rows for.")
    ] = "company",
    run: RunId = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """Read the aging of a score run: receivables by days past due, credits and cash beside.

    As `duecast aging` prints it, of what was recorded by the day of the run. Nothing is computed
    here: where there is no run, the answer is 409 and says how to make one.
    """
    query = ListQuery(run, limit, cursor, {"by": by})
    found, offset = find_page(request.app.state.settings, query)
    report = found.report(AGING)
    rows = report.get("rows", {}).get(f"by_{by}", [])
    page = rows[offset : offset + (limit or PAGE)]
    total = report.get("total")
    return json_response(
        AgingAnswer(
            run=reference(found),
            **_origin(report),
            by=by,
            bounds=report.get("bounds", []),
            rows=[AgingRow.model_validate({**row, "label": row[by]}) for row in page],
            total=None if total is None else AgingBuckets.model_validate(total),
            problems=report.get("problems", []),
            next_cursor=next_cursor(found, query, offset + len(page), len(rows)),
        )
    )


@router.get("/cash-forecast", response_model=CashForecastAnswer)
def read_cash_forecast(request: Request, run: RunId = None) -> Response:
    """Read the cash forecast of a score run: when the money of open items arrives, by ISO week.

    As `duecast forecast` prints it. Nothing is computed here: where there is no run, the answer is
    409 and says how to make one.
    """
    found = asked_run(request.app.state.settings, run)
    report = found.report(FORECAST)
    weeks = [
        ForecastWeek(week=week["week"], first_day=week["from"], last_day=week["through"])
        for week in report["weeks"]
    ]
    answer = {**report, "run": reference(found), "weeks": weeks}
    return json_response(CashForecastAnswer.model_validate(answer))


def _origin(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("as_of", "basis", "ledger_through")}
