"""Order checks: asked, answered once, and remembered."""

from datetime import datetime

from decisions.order_check import check_order
from decisions.order_json import order_check_json
from decisions.order_records import OrderCheckRecord, find_check, release_in_force
from decisions.orders import asked_sha256
from decisions.tables import customer_table
from ledger.moments import stored_utc
from ledger.store import Engine
from models.reasons import AT_MOST
from models.sentences import Language
from serving.customer_answers import decided_on
from serving.desk import Desk
from serving.order_answers import CreditCheckAnswer, ReleaseAnswer
from serving.order_requests import (
    CreditCheckQuestion,
    CreditCheckRequest,
    order_of,
    release_day,
)
from serving.problems import pointer
from serving.questions import Asked
from serving.recorded import resting_on
from serving.row_answers import part_of, worded

_OF_CUSTOMER = ("natural_person", "pd", "in_default", "grade", "grade_rules", "reasons")


def checked_order(
    desk: Desk, engine: Engine, asked: CreditCheckRequest, now: datetime
) -> OrderCheckRecord:
    """The check that answered when the order was first asked about; else a new one, to be kept.

    Raises
    ------
    RefusedError
        If the ledger does not have the customer, or does not reach the day, or an amount is none
        of its currency.
    LedgerError
        If the order's currency has no rate at most 7 days old.
    """
    order = order_of(asked)
    release = release_in_force(engine, order.order_id, order.customer_id, release_day(asked, now))
    releases = () if release is None else (release,)
    sha256 = asked_sha256(order, asked.as_of, releases)
    kept = find_check(engine, order.order_id, sha256)
    if kept is not None:
        return kept
    question = CreditCheckQuestion(asked=asked, asked_at=now, releases=releases)
    answer = answer_check(desk, question, "en")
    return OrderCheckRecord(
        order.order_id,
        order.customer_id,
        sha256,
        question.model_dump(mode="json"),
        answer.model_dump(mode="json"),
        resting_on(desk, answer.provenance.ledger_seq),
        stored_utc(now),
    )


def answer_check(
    desk: Desk, question: CreditCheckQuestion, language: Language
) -> CreditCheckAnswer:
    """What is answered to a question about an order."""
    asked = question.asked
    order = order_of(asked)
    portfolio, snapshot = decided_on(
        desk,
        [order.customer_id],
        Asked(asked.as_of, asked.allow_stale_days, AT_MOST, language),
        lambda _: pointer("customer_id"),
    )
    check = check_order(
        desk.policy.orders, portfolio, order, question.releases, released_on=question.on
    )
    said = order_check_json(check)
    (customer,) = customer_table(portfolio).to_pylist()
    release = check.release
    return part_of(
        CreditCheckAnswer,
        {**said, **{name: customer[name] for name in _OF_CUSTOMER}},
        check.currency,
        provenance=desk.provenance(check.as_of, snapshot),
        checked_at=question.asked_at,
        release=None
        if release is None
        else part_of(ReleaseAnswer, said["release"], release.currency),
    )


def answer_of(check: OrderCheckRecord, language: Language) -> CreditCheckAnswer:
    """What a check answered, with its reasons in a language."""
    answer = CreditCheckAnswer.model_validate(check.answer)
    reasons = [worded(reason, language) for reason in answer.reasons]
    return answer.model_copy(update={"reasons": reasons})
