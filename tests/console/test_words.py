"""The words of the console: whatever the service may say has one in both languages."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from decisions.actions import BLOCKED, PAUSES
from decisions.alert_kinds import KINDS, SEVERITIES
from decisions.limits import TERMS
from decisions.order_check import PRECEDENCE
from decisions.urgency import URGENCIES
from decisions.words import ACTIONS, ORDER_OUTCOMES, ORDER_STATUSES, PAYMENT_CLASSES, STAGES
from serving.contact_requests import CHANNELS, OUTCOMES
from serving.pages import CONSOLE
from serving.roles import ROLES
from tests.console.browsing import Desk, visiting
from tests.serving.run_reports import customers

WORDS = {
    "role": ROLES,
    "action": ACTIONS,
    "term": (*TERMS, "override", "parent"),
    "channel": CHANNELS,
    "outcome": OUTCOMES,
    "severity": SEVERITIES,
    "alert": KINDS,
    "status": (*ORDER_STATUSES, *BLOCKED),
    "paymentClass": PAYMENT_CLASSES,
    "order": ORDER_OUTCOMES,
    "decidedBy": PRECEDENCE,
    "found": (*ORDER_STATUSES, *BLOCKED, "none", "valid", "expired"),
}
RULES = {*URGENCIES, *PAUSES, *(f"stage_{stage}" for stage in STAGES), *TERMS}

Messages = dict[str, Any]


@pytest.fixture(scope="module")
def messages(browser: Browser, desk: Desk) -> dict[str, Messages]:
    with visiting(browser, desk, None) as visit:
        page = visit.open("")
        return {
            name: page.evaluate(f"import('/console/{name.lower()}.js').then(m => m.{name})")
            for name in ("ENGLISH", "FRENCH")
        }


def test_both_languages_say_the_same_things(messages: dict[str, Messages]) -> None:
    english, french = messages["ENGLISH"], messages["FRENCH"]
    assert english.keys() == french.keys()
    assert {kind: list(words) for kind, words in english["words"].items()} == {
        kind: list(words) for kind, words in french["words"].items()
    }
    for name in english.keys() - {"words"}:
        assert places(english[name]) == places(french[name]), name


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_word_that_the_service_may_say_is_known(messages: dict[str, Messages]) -> None:
    words = messages["ENGLISH"]["words"]
    assert {kind: set(given) for kind, given in WORDS.items()} == {
        kind: set(words[kind]) for kind in WORDS
    }
    assert set(words["rule"]) >= RULES


def test_every_rule_of_a_run_is_known(messages: dict[str, Messages], desk: Desk) -> None:
    (run,) = (path for path in (desk.service.home / "runs").iterdir() if path.is_dir())
    entries = desk.service.client.get("/v1/worklist", params={"limit": 1000}).json()["entries"]
    said = {rule for entry in entries for rule in entry["rules"]}
    said |= {rule for row in customers(run) for rule in (*row["grade_rules"], *row["limit_rules"])}
    assert said - set(messages["ENGLISH"]["words"]["rule"]) == set()


def test_every_message_is_used_and_every_one_used_is_there(messages: dict[str, Messages]) -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in CONSOLE.glob("*.js")
        if file.name not in ("english.js", "french.js")
    )
    there = set(messages["ENGLISH"]) - {"words"}
    assert set(re.findall(r'\bsay\("(\w+)"', code)) - there == set()
    assert {name for name in there if not re.search(rf'"{name}"', code)} == set()
