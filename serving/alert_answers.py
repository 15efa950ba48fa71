"""What is answered about alerts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from decisions.alert_kinds import KINDS, SEVERITIES
from serving.run_answers import NextCursor, RunReference
from serving.wire import Part

AlertFigure = Annotated[
    float | str | None,
    Field(description="Money is decimal text, a day ISO 8601; shares and counts are numbers."),
]


class AlertAnswer(Part):
    """What must be heard of a customer, of an item, or of the portfolio."""

    kind: Literal[*KINDS]  # type: ignore[valid-type]
    severity: Literal[*SEVERITIES]  # type: ignore[valid-type]
    customer_id: Annotated[str | None, Field(description="Null: about the portfolio.")]
    invoice_id: Annotated[str | None, Field(description="Null: about no single item.")]
    was: Annotated[AlertFigure, Field(description="In the run before, or the bound; null: none.")]
    now: AlertFigure
    unit: Annotated[
        str, Field(description="share, count, day, word, or a currency.", examples=["EUR"])
    ]
    is_new: Annotated[
        bool | None, Field(description="Whether the run before did not have it; null: no such run.")
    ]
    sentence: Annotated[str, Field(description="In the language that was asked for.")]


class AlertsAnswer(Part):
    """A page of the alerts of a run, the most severe first."""

    run: RunReference
    since: Annotated[date, Field(description="Day of the run before.")]
    compared: Annotated[bool, Field(description="Whether there was a run to compare with.")]
    alerts: list[AlertAnswer]
    next_cursor: NextCursor
