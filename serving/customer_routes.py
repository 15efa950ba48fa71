"""Routes of customers: the profile."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from decisions.profile import UnknownCustomerError, profile
from decisions.runs import runs_before
from models.sentences import Language
from serving.alert_routes import alert_answer
from serving.callers import caller_of
from serving.contact_history import contact_history
from serving.own_customers import require_own
from serving.problems import Flaw, RefusedError
from serving.profile_answers import (
    ProfileAging,
    ProfileAnswer,
    ProfileDay,
    ProfileExposure,
    ProfileItem,
    ProfileLimit,
    ProfileScores,
)
from serving.questions import AskedLanguage
from serving.responses import json_response
from serving.row_answers import part_of, worded
from serving.run_pages import RunId, asked_run, reference
from serving.score_answers import LimitTerms, ReasonAnswer
from serving.worklists import item_of, worklist_row

router = APIRouter(prefix="/v1/customers", tags=["Customers"])

MAY_READ_NOTES = ("analyst", "collector", "admin")
"""Roles of people: what was noted of a person is nothing for a machine."""

EARLIER_RUNS = 12
"""Runs before, of as many days, that a profile tells of."""


@router.get("/{customer_id:path}", response_model=ProfileAnswer)
def read_customer(
    request: Request,
    customer_id: Annotated[
        str,
        Path(
            min_length=1,
            max_length=200,
            description="Its id, percent-encoded where it has to be.",
            examples=["C00007"],
        ),
    ],
    language: AskedLanguage,
    run: RunId = None,
) -> Response:
    """Read the profile of a customer: what it owes, how it pays, scores, limit, alerts, history.

    Read from a score run and those before it; nothing is scored here. Where there is no run, the
    answer is 409 and says how to make one. A collector's key sees the customers that are its own
    now.
    """
    state = request.app.state
    settings = state.settings
    require_own(request, customer_id)
    found = asked_run(settings, run)
    try:
        said = profile(found, runs_before(settings, found, EARLIER_RUNS), customer_id)
    except UnknownCustomerError as error:
        flaw = Flaw(f"run {found.record.run_id} has no customer {customer_id!r}")
        raise RefusedError("no-such-customer", str(error), [flaw]) from error
    contacts = None
    if caller_of(request).role in MAY_READ_NOTES:
        contacts = contact_history(state.readiness.engine(), customer_id)
    currency = said["reporting_currency"]
    answer = ProfileAnswer(
        run=reference(found),
        customer_id=customer_id,
        account=said["account"],
        exposure=part_of(ProfileExposure, said["exposure"], currency),
        aging=None if said["aging"] is None else ProfileAging.model_validate(said["aging"]),
        kpis=said["kpis"],
        scores=part_of(ProfileScores, said["scores"], currency),
        limit=_limit(said["limit"], currency),
        reasons=_reasons(said["reasons"], language),
        items=[
            item_of(ProfileItem, item, currency, reasons=_reasons(item["reasons"], language))
            for item in said["items"]
        ],
        worklist=None if said["worklist"] is None else worklist_row(said["worklist"], currency),
        alerts=[alert_answer(alert, language) for alert in said["alerts"]],
        contacts=contacts,
        history=[part_of(ProfileDay, day, currency) for day in said["history"]],
    )
    return json_response(answer, language)


def _limit(said: Mapping[str, Any], currency: str) -> ProfileLimit:
    """The limit, the columns of which begin with its name where the answer's fields do not."""
    inner = {name.removeprefix("limit_"): value for name, value in said.items()}
    return part_of(ProfileLimit, inner, currency, terms=part_of(LimitTerms, inner, currency))


def _reasons(said: Sequence[Mapping[str, Any]], language: Language) -> list[ReasonAnswer]:
    return [worded(ReasonAnswer.model_validate(reason), language) for reason in said]
