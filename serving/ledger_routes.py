"""Routes of the stored ledger: one write for each table."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from ledger.schema import TABLES
from serving.callers import caller_of
from serving.ledger_answers import LedgerWriteAnswer
from serving.ledger_examples import write_example
from serving.ledger_requests import WRITES
from serving.ledger_writes import write_rows
from serving.responses import json_response

router = APIRouter(prefix="/v1/ledger", tags=["Ledger"])

DESCRIPTION = """\
Store rows of the table `{table}`: all of them or none, and the answer comes after the commit.

A row whose key is stored replaces that row as a whole, which stays in the record: **what it leaves
out is unknown from then on**, so send every column that is known. A row that is the same in every
value changes nothing, so a request may be sent again. Where the answer does not come, or is
504, it is not known whether the rows are stored: send them again."""


def _add_route(table: str) -> None:
    model: Any = WRITES[table]
    examples = write_example(table)

    def put_rows(
        asked: Annotated[model, Body(openapi_examples=examples)], request: Request
    ) -> Response:
        state = request.app.state
        engine, caller = state.readiness.engine(), caller_of(request)
        return json_response(write_rows(engine, table, asked, caller.key_id, state.now()))

    router.add_api_route(
        f"/{table}",
        put_rows,
        methods=["PUT"],
        name=f"put_{table}",
        response_model=LedgerWriteAnswer,
        summary=f"Store {table.replace('_', ' ')}",
        description=DESCRIPTION.format(table=table),
    )


for _table in TABLES:
    _add_route(_table)
