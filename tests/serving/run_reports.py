"""What tests of answers from a score run share: its files, and a run with many alerts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pydantic import BaseModel

from tests.decisions.portfolios import TODAY, days_ago, fact, invoice, ledger_of
from tests.serving.asking import Asking, asking
from tests.serving.running import Service, scored

KPIS, AGING = "/v1/portfolio/kpis", "/v1/portfolio/aging"
FORECAST, ALERTS = "/v1/portfolio/cash-forecast", "/v1/alerts"

Json = dict[str, Any]


def read(service: Service, path: str, model: type[BaseModel], **query: Any) -> Json:
    """An answer, once it is what the model says."""
    response = service.client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    assert model.model_validate_json(response.content).model_dump(mode="json") == answer
    return answer


def report(run: Path, name: str) -> Json:
    found: Json = json.loads((run / name).read_text())
    return found


def customers(run: Path) -> list[Json]:
    found: list[Json] = pq.read_table(run / "customers.parquet").to_pylist()
    return found


@contextmanager
def alarmed_service(directory: Path, served_home: Path) -> Iterator[tuple[Asking, list[Json]]]:
    """An application whose last run has alerts of each customer and of the portfolio; those."""
    collectors = {"A": "Anna", "B": "Ben", "C": "Anna", "D": "Ben", "E/1": None}
    tables = {
        "customers": [{"customer_id": name, "collector": c} for name, c in collectors.items()],
        "invoices": [invoice(f"{c}1", c, "30000.00", due_days_ago=5) for c in collectors],
        "customer_facts": [fact(name, "credit_limit", "1000") for name in collectors],
    }
    with asking(directory / "home", ledger_of(TODAY, tables), served_home) as api:
        scored(api.settings, directory, "--as-of", days_ago(10))
        run = scored(api.settings, directory, "--as-of", TODAY)
        yield api, report(run, "alerts.json")["alerts"]
