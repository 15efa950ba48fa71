"""Two processes on one port: their meters are one, and told to stop they end what they began."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from decisions.position import position_of
from features.kept_priors import write_ledger_to
from ledger.definitions import Definitions
from ledger.files import read_ledger
from ledger.settings import Settings
from ledger.store import open_store
from tests.faults.servers import BOUNDS, PAYMENTS, batch, client_of, home_like, workers
from tests.serving.running import PROMOTED_AT, Service, running, wait_until

READ_SECONDS = int(BOUNDS["DUECAST_READ_SECONDS"])
SCORES = "/v1/scores/invoices"


@pytest.fixture(scope="module")
def pair(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server of two processes with a champion and a ledger."""
    home = home_like(served_home, tmp_path_factory.mktemp("pair"))
    ledger = read_ledger(served_home / "files")
    write_ledger_to(open_store(Settings(home=home)), ledger, "tests", PROMOTED_AT)
    with running(home, DUECAST_WORKERS="2", **BOUNDS) as service:
        wait_until(lambda: len(workers(service)) == 2)
        yield service


def meters_of(service: Service) -> dict[tuple[str, ...], float]:
    """Every value that Prometheus reads, by name and labels, asked on a new connection."""
    with client_of(service) as client:
        text = client.get("/metrics").text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("duecast_")
    }


def test_the_meters_of_all_processes_are_summed_up(pair: Service) -> None:
    ledger = pair.ledger
    items = position_of(ledger, ledger.extract.complete_through, Definitions()).items
    ids = ledger.text("invoices", "invoice_id")[items.invoice[~items.is_deduction][:5]].tolist()
    asked: dict[int, int] = {}

    def ask() -> bool:
        """Whether both processes have answered, each on a connection of its own."""
        with client_of(pair) as client:
            response = client.post(SCORES, json={"invoice_ids": ids, "explain": 2})
        if response.status_code == 200:
            number = process_of(pair, response.headers["x-request-id"])
            asked[number] = asked.get(number, 0) + 1
        return len(asked) == 2

    wait_until(ask)
    total = sum(asked.values())
    for _ in range(5):
        meters = meters_of(pair)
        assert meters["duecast_requests_total", "POST", SCORES, "200"] == total
        assert meters["duecast_answer_seconds_count", SCORES] >= total
        for stage in ("read", "explain", "record"):
            assert meters["duecast_stage_seconds_count", stage] >= total
        scored = meters["duecast_scored_total", "invoices"]
        assert scored == len(ids) * total > 0
        bands = [
            v for name, v in meters.items() if name[:3:2] == ("duecast_scores_total", "p_late")
        ]
        assert sum(bands) == scored
        assert meters["duecast_feature_values_total", "age"] > 0
        assert meters["duecast_requests_underway",] == 1
        assert meters["duecast_model_version",] == 1
        assert meters["duecast_champion_refused",] == 0
        assert meters["duecast_database_errors_total",] == 0
    shares = {
        name[1]: meters[("duecast_feature_values_missing_total", *name[1:])] / value
        for name, value in meters.items()
        if name[0] == "duecast_feature_values_total"
    }
    assert all(0 <= share <= 1 for share in shares.values())
    assert shares["age"] == 0 < max(shares.values())


def process_of(service: Service, request_id: str) -> int:
    """The process that answered a request, as its line in the log says."""

    def lines() -> list[str]:
        return [line for line in service.log.read_text().splitlines() if request_id in line]

    wait_until(lambda: bool(lines()))
    return int(json.loads(lines()[-1])["process"])


def underway(service: Service) -> float:
    """Requests that are being read or answered, this one too."""
    return meters_of(service)["duecast_requests_underway",]


def test_told_to_stop_they_answer_what_they_have_begun_and_refuse_the_rest(pair: Service) -> None:
    answers: list[int] = []

    def write(turn: int) -> None:
        with client_of(pair) as client:
            response = client.put(PAYMENTS, json=batch(f"stopping-{turn}", rows=5_000))
            answers.append(response.status_code)

    begun = [threading.Thread(target=write, args=(turn,)) for turn in range(4)]
    with socket.create_connection(("127.0.0.1", pair.port)) as half:
        half.sendall(
            f"PUT {PAYMENTS} HTTP/1.1\r\nHost: duecast\r\nAuthorization: Bearer {pair.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )
        for thread in begun:
            thread.start()
        # Besides the half one and the question itself.
        wait_until(lambda: len(answers) + underway(pair) - 2 >= len(begun))
        start = time.monotonic()
        pair.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refusal(pair) is not None)
        refused, ready = refusal(pair), refusal(pair, "/readyz")
        for thread in begun:
            thread.join()
        assert half.recv(65_536).startswith(b"HTTP/1.1 408 ")
    assert answers == [200] * 4
    for said in (refused, ready):
        assert said is not None and said["type"] == "urn:duecast:problem:stopping"
    assert pair.process.wait(60) == 0
    assert time.monotonic() - start < READ_SECONDS + 10
    with pytest.raises(httpx.TransportError):
        pair.client.get("/healthz")


def refusal(service: Service, path: str = "/v1/model") -> dict[str, str] | None:
    """What is answered on a new connection with 503; None where it is another answer, or none."""
    try:
        with client_of(service, timeout=5) as client:
            response = client.get(path)
    except httpx.TransportError:
        return None
    found: dict[str, str] | None = response.json() if response.status_code == 503 else None
    return found
