"""The service and `duecast score` say the same of every invoice and customer, bit for bit."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import duecast
from models.scores import LATER_THAN
from tests.serving.running import Service

REASONS = 3


@pytest.fixture(scope="module")
def batch(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `duecast score` wrote of the ledger that is served."""
    out = tmp_path_factory.mktemp("batch")
    arguments = [
        "score",
        service.place,
        "--out",
        str(out),
        "--explain",
        str(REASONS),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUECAST_HOME", str(service.home))
        result = CliRunner().invoke(duecast.app, arguments, env=dict(os.environ))
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def invoices(batch: Path) -> pd.DataFrame:
    return pd.read_parquet(batch / "invoices.parquet").set_index("invoice_id", drop=False)


@pytest.fixture(scope="module")
def customers(batch: Path) -> pd.DataFrame:
    return pd.read_parquet(batch / "customers.parquet").set_index("customer_id", drop=False)


def ask(service: Service, path: str, **body: Any) -> dict[str, Any]:
    response = service.client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def same_number(answered: Any, stored: Any) -> bool:
    """The same bits, or both nothing."""
    if answered is None or pd.isna(stored):
        return answered is None and bool(pd.isna(stored))
    return np.float64(answered).tobytes() == np.float64(stored).tobytes()


def same_money(answered: dict[str, str] | None, stored: Decimal | None) -> bool:
    if answered is None or stored is None:
        return answered is None and stored is None
    return Decimal(answered["amount"]) == stored


def day(stored: Any) -> str | None:
    return None if pd.isna(stored) else stored.date().isoformat()


def assert_same_reasons(answered: list[dict[str, Any]], stored: Any) -> None:
    assert len(answered) == len(stored)
    for reason, kept in zip(answered, stored, strict=True):
        for name in ("feature", "family", "unit", "sentence"):
            assert reason[name] == kept[name]
        for name in ("value", "reference", "contribution"):
            assert same_number(reason[name], kept[name])


def assert_same_invoice(score: dict[str, Any], stored: pd.Series) -> None:
    for name in ("expected_days_late", "p_unpaid_365"):
        assert same_number(score[name], stored[name]), name
    for name in ("days_late_p10", "days_late_p50", "days_late_p90"):
        assert same_number(score[name], stored[name]), name
    for late in LATER_THAN:
        assert same_number(score["p_later_than"][str(late)], stored[f"p_later_than_{late}"])
    for name in ("customer_id", "days_past_due", "is_deduction", "confidence"):
        assert score[name] == stored[name], name
    assert score["due_on"] == day(stored["due_on"])
    assert score["expected_payment_date"] == day(stored["expected_payment_date"])
    for name in ("amount", "residual"):
        assert same_money(score[name], stored[name])
        assert score[name]["currency"] == stored["currency"]
    assert_same_reasons(score["reasons"], stored["reasons"])


def test_every_open_invoice_has_the_bits_of_the_batch(
    service: Service, invoices: pd.DataFrame
) -> None:
    assert len(invoices) > 100
    ids = invoices["invoice_id"].tolist()
    answer = ask(service, "/v1/scores/invoices", invoice_ids=ids, explain=REASONS)
    assert [score["invoice_id"] for score in answer["scores"]] == ids
    assert answer["not_scored"] == []
    for score in answer["scores"]:
        assert_same_invoice(score, invoices.loc[score["invoice_id"]])


def test_an_invoice_asked_alone_has_the_bits_it_has_among_all(
    service: Service, invoices: pd.DataFrame
) -> None:
    for name in invoices["invoice_id"].iloc[:: len(invoices) // 7]:
        answer = ask(service, "/v1/scores/invoices", invoice_ids=[name], explain=REASONS)
        assert_same_invoice(answer["scores"][0], invoices.loc[name])


def test_every_customer_has_the_bits_of_the_batch(
    service: Service, customers: pd.DataFrame
) -> None:
    assert customers["pd"].notna().any()
    ids = customers["customer_id"].tolist()
    together = ask(service, "/v1/scores/customers", customer_ids=ids, explain=REASONS)["scores"]
    alone = ask(service, "/v1/scores/customers", customer_ids=ids[3:4], explain=REASONS)["scores"]
    for score in (*together, *alone):
        stored = customers.loc[score["customer_id"]]
        for name in ("pd", "days_late"):
            assert same_number(score[name], stored[name]), name
        for name in ("in_default", "grade", "payment_class", "cleared_items", "status"):
            assert score[name] == stored[name], name
        for name in ("exposure", "overdue", "residual", "unallocated_cash", "expected_loss"):
            assert same_money(score[name], stored[name]), name
        assert score["grade_rules"] == stored["grade_rules"].tolist()
        assert_same_reasons(score["reasons"], stored["reasons"])


def test_every_limit_is_that_of_the_batch(service: Service, customers: pd.DataFrame) -> None:
    ids = customers["customer_id"].tolist()
    for limit in ask(service, "/v1/credit/limits", customer_ids=ids)["limits"]:
        stored = customers.loc[limit["customer_id"]]
        for name in ("limit", "credit_limit", "exposure", "guaranteed"):
            assert same_money(limit[name], stored[name]), name
        for term, money in limit["terms"].items():
            assert same_money(money, stored[f"limit_{term}"]), term
        assert limit["binding"] == stored["limit_binding"]
        assert limit["rules"] == stored["limit_rules"].tolist()
        for name in ("freeze", "refer"):
            assert limit[name] == stored[name]
        assert limit["proposed"] == stored["limit_proposed"]
