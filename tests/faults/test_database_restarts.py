"""PostgreSQL is restarted, and killed, under load: it is told so, and it passes."""

import signal

import httpx

from ledger.places import read_place
from tests.faults.servers import Stored, batch, load, ok, stored_payments
from tests.postgresql import PostgresqlServer

ROWS = 50


def test_while_postgresql_is_gone_every_answer_says_so_and_no_acknowledged_row_is_lost(
    on_postgresql: Stored, postgresql_server: PostgresqlServer
) -> None:
    service = on_postgresql.service
    ledger = read_place(on_postgresql.database).ledger
    invoice = str(ledger.text("invoices", "invoice_id")[0])
    acknowledged: set[str] = set()
    sent: set[str] = set()

    def ask(client: httpx.Client, turn: int) -> httpx.Response:
        if turn % 3 == 0:
            return client.get("/v1/model")
        if turn % 3 == 1:
            return client.post("/v1/scores/invoices", json={"invoice_ids": [invoice]})
        name = f"load{turn}"
        sent.add(name)
        response = client.put("/v1/ledger/payments", json=batch(name, ROWS))
        if ok(response):
            acknowledged.add(name)
        return response

    with load(service, 6, ask) as asked:
        asked.wait_for(12, ok)
        for how in (signal.SIGINT, signal.SIGQUIT):
            postgresql_server.stop(how)
            try:
                asked.wait_for(12, is_refused)
                assert is_refused(service.client.get("/readyz"))
            finally:
                postgresql_server.start()
            asked.wait_for(12, ok)
    assert not asked.broken
    others = [answer.text for answer in asked.answers if not ok(answer) and not is_refused(answer)]
    assert not others, others[0]
    assert acknowledged
    for name in acknowledged:
        assert stored_payments(on_postgresql.database, name) == ROWS
    for name in sent - acknowledged:
        assert stored_payments(on_postgresql.database, name) in (0, ROWS)


def is_refused(answer: httpx.Response) -> bool:
    """Whether an answer says that the database cannot be used, and when to come again."""
    return (
        answer.status_code == 503
        and answer.json()["type"] == "urn:duecast:problem:no-database"
        and int(answer.headers["retry-after"]) > 0
    )
