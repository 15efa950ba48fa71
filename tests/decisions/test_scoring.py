"""Scoring a portfolio, a part of it, and a ledger that came with a request."""

from dataclasses import replace

import numpy as np
import pytest

from decisions.policy import read_policy
from decisions.scoring import UNSCORED, Portfolio, score_portfolio
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from tests.decisions.portfolios import DAY, TODAY, days_ago, fact, invoice, ledger_of, payment
from tests.decisions.random_bundles import random_bundle

POLICY = read_policy()


@pytest.fixture(scope="module")
def bundle() -> ModelBundle:
    return random_bundle()


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledger_of(
        TODAY,
        {
            "customers": [
                {"customer_id": "P"},
                {"customer_id": "A", "parent_id": "P"},
                {"customer_id": "B", "parent_id": "P"},
                {"customer_id": "Z"},
            ],
            "customer_facts": [fact("P", "credit_limit", "1500"), fact("Z", "status", "insolvent")],
            "invoices": [
                invoice("A1", "A", "1000.00", due_days_ago=-10),
                invoice("B1", "B", "600.00", due_days_ago=12),
                invoice("B2", "B", "500.00", due_days_ago=15),
                invoice("Z1", "Z", "50.00", due_days_ago=15),
            ],
            # 9.00 of B2 are left, within what counts as paid: a deduction
            "payments": [payment("1", "491.00", 4, customer_id="B", invoice_id="B2")],
        },
    )


def codes(ledger: Ledger, *names: str) -> np.ndarray:
    return ledger.codes("customer", np.array(names, dtype=object))[0]


def test_a_customer_alone_still_has_its_group(ledger: Ledger, bundle: ModelBundle) -> None:
    found = score_portfolio(ledger, bundle, POLICY, DAY, customers=codes(ledger, "A"))
    given = found.credit.limit_inputs
    assert found.credit.accounts.customer_id.tolist() == ["A"]
    assert (given.exposure[0], given.group_exposure[0]) == (1000.0, 1609.0)
    assert (given.parent_limit[0], given.has_parent_limit[0]) == (1500.0, True)
    assert found.credit.limits.freeze[0]


def test_scores_say_what_could_be_trained_only_in_part(ledger: Ledger, bundle: ModelBundle) -> None:
    thin = replace(bundle, metrics={"notes": ["delay: every invoice has the same hazards"]})
    found = score_portfolio(ledger, thin, POLICY, DAY)
    assert found.notes == ("delay: every invoice has the same hazards",)


def test_nothing_is_expected_of_a_deduction(ledger: Ledger, bundle: ModelBundle) -> None:
    found = score_portfolio(ledger, bundle, POLICY, DAY, 4, customers=codes(ledger, "B"))
    scores = found.invoice_scores
    assert found.position.items.is_deduction.tolist() == [True, False]
    assert scores.confidence.tolist() == [UNSCORED, "low"]
    assert np.isnan(scores.p_later_than[0]).all()
    assert np.isnan(scores.expected_days_late).tolist() == [True, False]
    assert scores.expected_payment_on.known[0] == np.False_
    assert (scores.reasons[0], len(scores.reasons[1]) > 0) == ((), True)
    alone = score_portfolio(ledger, bundle, POLICY, DAY, 4, customers=codes(ledger, "A", "B"))
    assert alone.invoice_scores.expected_days_late[2] == scores.expected_days_late[1]


def test_an_insolvent_customer_is_in_default(ledger: Ledger, bundle: ModelBundle) -> None:
    found = score_portfolio(ledger, bundle, POLICY, DAY, 4)
    place = found.credit.accounts.customer_id.tolist().index("Z")
    assert found.customer_scores.pd[place] == 1.0
    assert found.credit.grades.letters()[place] == "E"
    assert found.credit.grades.rules[place] == ("in_default",)
    # 1 x 0.45 x 50.00
    assert found.credit.expected_loss_minor[place] == 2250


def test_it_says_whose_priors_it_used(ledger: Ledger, bundle: ModelBundle) -> None:
    def score(**more: object) -> Portfolio:
        return score_portfolio(ledger, bundle, POLICY, DAY, **more)  # type: ignore[arg-type]

    assert score().priors_from == "ledger"
    assert score(priors=bundle.priors).priors_from == "bundle"


def test_an_account_is_looked_after_as_the_ledger_says(bundle: ModelBundle) -> None:
    rows = [
        {"customer_id": "A", "natural_person": "true", "collector": "ana", "language": "fr"},
        {"customer_id": "B", "onboarded_on": days_ago(40)},
    ]
    facts = [
        {"customer_id": name, "name": "dunning_block", "value": value, "valid_from": days_ago(9)}
        for name, value in (("A", "yes"), ("B", "False"))
    ]
    ledger = ledger_of(TODAY, {"customers": rows, "customer_facts": facts})
    found = score_portfolio(ledger, bundle, POLICY, DAY).credit.accounts
    assert found.treated_as_person(unknown_is_natural_person=False).tolist() == [True, False]
    assert found.treated_as_person(unknown_is_natural_person=True).tolist() == [True, True]
    assert found.dunning_block.tolist() == [True, False]
    assert found.status.tolist() == ["active", "active"]
    assert (found.collector[0], found.language[0]) == ("ana", "fr")
    assert np.isnan(found.tenure_days[0])
    assert found.tenure_days[1] == 40.0
