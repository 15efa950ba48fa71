"""Routes of collection: the worklist."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from serving import worklists
from serving.callers import caller_of, collector_shown
from serving.responses import json_response
from serving.worklist_answers import WorklistAnswer

router = APIRouter(prefix="/v1", tags=["Collection"])

MOST_ENTRIES = 1_000


@router.get(
    "/worklist",
    response_model=WorklistAnswer,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_worklist(
    request: Request,
    run: Annotated[
        str | None, Query(max_length=100, description="Score run; not given: the last one.")
    ] = None,
    collector: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Only this collector's; empty: only nobody's. A collector's key sees its "
            "own, and may not ask for others.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=MOST_ENTRIES,
            description=f"Entries of a page; not given: {worklists.PAGE}, or all as CSV.",
        ),
    ] = None,
    cursor: Annotated[
        str | None,
        Query(max_length=1_000, description="`next_cursor` of the page before, of the same run."),
    ] = None,
    format: Annotated[Literal["json", "csv"], Query(description="Of the answer.")] = "json",
) -> Response:
    """Read the worklist of a score run: whom to turn to, in which order, with what, and why.

    Nothing is scored here: where there is no run, the answer is 409 and says how to make one. CSV
    has one row for each customer, and no cell that a spreadsheet would run as a formula.
    """
    shown = collector_shown(caller_of(request), collector)
    query = worklists.Query(run, shown, limit, cursor)
    if format == "json":
        return json_response(worklists.worklist_page(request.app.state.settings, query))
    text, run_id = worklists.worklist_csv(request.app.state.settings, query)
    name = f'attachment; filename="worklist-{run_id}.csv"'
    return Response(
        text.encode("utf-8-sig"), headers={"Content-Disposition": name}, media_type="text/csv"
    )
