"""Routes of collection: the worklist."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from serving import worklists
from serving.callers import caller_of, collector_shown
from serving.own_customers import own_customers
from serving.questions import AskedLanguage
from serving.recorded import AUDIT_ID, record, resting_on
from serving.responses import json_response
from serving.run_pages import MOST_ENTRIES, PAGE, Collector, Cursor, ListQuery, RunId
from serving.worklist_answers import WorklistAnswer

router = APIRouter(prefix="/v1", tags=["Collection"])

FILES = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            worklists.MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


@router.get("/worklist", response_model=WorklistAnswer, responses=FILES)  # type: ignore[arg-type]
def read_worklist(
    request: Request,
    language: AskedLanguage,
    run: RunId = None,
    collector: Collector = None,
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=MOST_ENTRIES,
            description=f"Entries of a page; not given: {PAGE}, or all in a file.",
        ),
    ] = None,
    cursor: Cursor = None,
    format: Annotated[Literal["json", "csv", "xlsx"], Query(description="Of the answer.")] = "json",
) -> Response:
    """Read the worklist of a score run: whom to turn to, in which order, with what, and why.

    Nothing is scored here: where there is no run, the answer is 409 and says how to make one. CSV
    and XLSX have one row for each customer, and no cell that a spreadsheet would run as a formula;
    the audit trail keeps who took such a file, and its SHA-256. A collector's key sees the entries
    of the customers that are its own now, also of an old run.
    """
    shown = collector_shown(caller_of(request), collector)
    filters = {"collector": shown}
    query = ListQuery(run, limit, cursor, filters, own_customers(request))
    settings = request.app.state.settings
    if format == "json":
        return json_response(worklists.worklist_page(settings, query, language), language)
    file = worklists.worklist_file(settings, query, format)
    asked = {"path": request.url.path, "format": format, "run": run, "limit": limit}
    inputs = {**asked, "cursor": cursor, "filters": filters}
    said = file.record.model_dump_json().encode()
    audit_id = record(request, "export", inputs, said, rests_on=resting_on())
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', AUDIT_ID: audit_id}
    return Response(file.content, headers=headers, media_type=file.media_type)
