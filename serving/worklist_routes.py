"""Routes of collection: the worklist."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from serving import worklists
from serving.callers import caller_of, collector_shown
from serving.recorded import AUDIT_ID, record
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
    the audit trail keeps who took such a file, and its SHA-256.
    """
    shown = collector_shown(caller_of(request), collector)
    query = ListQuery(run, limit, cursor, {"collector": shown})
    settings = request.app.state.settings
    if format == "json":
        return json_response(worklists.worklist_page(settings, query))
    file = worklists.worklist_file(settings, query, format)
    asked = {"path": request.url.path, "format": format, **vars(query)}
    audit_id = record(request, "export", asked, file.record.model_dump_json().encode())
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', AUDIT_ID: audit_id}
    return Response(file.content, headers=headers, media_type=file.media_type)
