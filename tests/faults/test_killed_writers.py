"""A server that is killed while it writes loses nothing that it acknowledged, and no batch half."""

import signal
import threading
from queue import Empty, SimpleQueue

import httpx

from features.kept_priors import count_outcomes
from ledger.store import Batch, open_database, write
from tests.faults.servers import BATCH_ROWS, PAYMENTS, Stored, batch, client_of, put, workers
from tests.faults.servers import stored_payments as stored
from tests.serving.running import wait_until
from tests.store.stores import NOW, rows

BATCHES = 10
SENDERS = 4
PATIENCE_SECONDS = 3
"""Of a sender; the killed process is replaced after that, while other tests go on."""


def test_of_ten_thousand_rows_in_flight_every_acknowledged_one_is_there_and_no_half_batch(
    on_either: Stored,
) -> None:
    service, database = on_either.service, on_either.database
    names = [f"flight{number}" for number in range(BATCHES)]
    todo: SimpleQueue[str] = SimpleQueue()
    for name in names:
        todo.put(name)
    acknowledged: list[str] = []
    unknown: list[str] = []

    def send() -> None:
        with client_of(service, timeout=PATIENCE_SECONDS) as client:
            while True:
                try:
                    name = todo.get_nowait()
                except Empty:
                    return
                try:
                    assert client.put(PAYMENTS, json=batch(name)).status_code == 200
                except httpx.TransportError:
                    unknown.append(name)
                    return
                acknowledged.append(name)

    put(service.client, batch("before", rows=1))
    (worker,) = workers(service)
    senders = [threading.Thread(target=send) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    wait_until(lambda: len(acknowledged) >= 2)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    kept = {name: stored(database, name) for name in names}
    for sender in senders:
        sender.join()
    assert unknown, "nothing was in flight when it was killed"
    assert {kept[name] for name in acknowledged} == {BATCH_ROWS}
    assert set(kept.values()) <= {0, BATCH_ROWS}
    again = [row for name in unknown for row in batch(name)["rows"]]
    sent = Batch([rows("payments", *again)])
    write(open_database(database), sent, actor="tests", now=NOW, count=count_outcomes)
    assert {stored(database, name) for name in acknowledged + unknown} == {BATCH_ROWS}
