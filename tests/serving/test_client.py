"""The client asks the real service, and tells apart what the service says and what fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ledger.days import date_of
from ledger.ledger import Ledger
from serving.client import Client, ProblemError, UnreachableServiceError
from tests.serving.running import Service, free_port


@pytest.fixture(scope="module")
def ledger(service: Service) -> Ledger:
    return service.ledger


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(f"http://127.0.0.1:{service.port}", service.key, language="fr") as client:
        yield client


def test_scores_and_limits_are_those_of_the_service(
    client: Client, service: Service, ledger: Ledger
) -> None:
    invoices = ledger.text("invoices", "invoice_id")[-4:].tolist()
    customers = ledger.text("invoices", "customer_id")[-2:].tolist()
    found = client.score_invoices(invoices, explain=2)
    body = {"invoice_ids": invoices, "explain": 2}
    headers = {"Accept-Language": "fr"}
    raw = service.client.post("/v1/scores/invoices", json=body, headers=headers)
    assert found.model_dump(mode="json") == raw.json()
    assert [score.customer_id for score in client.score_customers(customers).scores] == list(
        dict.fromkeys(customers)
    )
    assert len(client.credit_limits(customers).limits) == len(set(customers))
    assert client.model().version == 1


def test_a_document_is_scored_as_of_a_day(client: Client, ledger: Ledger) -> None:
    day = date_of(ledger.extract.complete_through)
    document = {
        "invoice_id": "Q1",
        "customer_id": str(ledger.text("invoices", "customer_id")[-1]),
        "issued_on": day.isoformat(),
        "due_on": "2030-01-31",
        "amount": "80.00",
    }
    found = client.score_documents([document], as_of=day)
    assert (found.scores[0].invoice_id, found.provenance.as_of) == ("Q1", day)


def test_a_refusal_names_every_flaw_and_its_place(client: Client) -> None:
    with pytest.raises(ProblemError) as caught:
        client.score_invoices(["no", "such"])
    assert caught.value.problem.status == 422
    assert "#/invoice_ids/0 no invoice 'no' is in the ledger" in str(caught.value)
    assert "#/invoice_ids/1 no invoice 'such' is in the ledger" in str(caught.value)


def test_rows_are_stored_whole_or_refused(client: Client, ledger: Ledger) -> None:
    rate = {"currency": "USD", "on": "1990-01-01", "rate": 1.5}
    with pytest.raises(ProblemError, match="#/rows/1"):
        client.put_rows("fx_rates", [rate, {**rate, "on": "1990-01-02", "rate": -1}])
    nothing = client.put_rows("fx_rates", void=[{"currency": "USD", "on": "1990-01-01"}])
    assert (nothing.seq, nothing.void, nothing.unchanged) == (1, 0, 1)


def test_what_a_score_run_says_is_read_page_by_page(
    client: Client, service: Service, run: Path
) -> None:
    assert run.is_dir()
    entries = list(client.worklist())
    assert [entry.rank for entry in entries] == list(range(1, len(entries) + 1)) != []
    assert client.customer(entries[0].customer_id).customer_id == entries[0].customer_id
    raised = list(client.alerts())
    assert len(raised) == len({(alert.kind, alert.customer_id) for alert in raised}) > 0
    assert client.kpis().run.run_id == client.cash_forecast().run.run_id == run.name


def test_an_order_is_checked(client: Client, ledger: Ledger) -> None:
    order = {
        "order_id": "O-1",
        "customer_id": str(ledger.text("invoices", "customer_id")[-1]),
        "order_amount": "120.00",
        "currency": "EUR",
    }
    first, again = client.check_order(order), client.check_order(order)
    assert first.order_id == "O-1"
    assert again.outcome == first.outcome


def test_where_nobody_answers_it_says_so(service: Service) -> None:
    with (
        Client(f"http://127.0.0.1:{free_port()}", service.key) as stranger,
        pytest.raises(UnreachableServiceError, match="no answer to GET /v1/model"),
    ):
        stranger.model()


@contextmanager
def answering(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[str]:
    """A server that gives these answers one after the other, the last one for ever."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_what_is_busy_is_asked_again(service: Service) -> None:
    model = service.client.get("/v1/model").content
    busy = (503, {"Retry-After": "0"}, b"{}")
    with answering(busy, busy, (200, {}, model)) as url, Client(url, "dk_x") as client:
        assert client.model().version == 1


def test_an_answer_of_something_else_is_no_answer_of_the_service() -> None:
    page = (502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>")
    with (
        answering(page) as url,
        Client(url, "dk_x") as client,
        pytest.raises(UnreachableServiceError, match="answered with 502 by something else"),
    ):
        client.model()
