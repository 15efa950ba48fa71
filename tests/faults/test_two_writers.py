"""Writers at once, and writers whose clocks are wrong: every version is kept, in one order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain
from threading import Barrier

from sqlalchemy import select

from ledger.store import Batch, open_database, write
from ledger.store.tables import VERSIONS, WRITES
from tests.faults.servers import PAYMENTS, Stored, batch, client_of, put
from tests.store.stores import rows

INVOICES = "/v1/ledger/invoices"
ROUNDS = 5
PAID = {"paid_on": "2023-12-01", "amount": "1.00"}


def test_of_two_writers_of_one_invoice_both_are_answered_and_the_later_one_counts(
    on_either: Stored,
) -> None:
    service = on_either.service
    together = Barrier(2)
    dates = {"issued_on": "2023-11-01", "due_on": "2023-12-01"}

    def send(amount: int) -> list[tuple[int, str]]:
        """`seq` and amount of each of some writes, each at the same time as the other's."""
        done = []
        with client_of(service) as client:
            for turn in range(ROUNDS):
                row = {"invoice_id": "both", "customer_id": "both", **dates}
                body = {"rows": [{**row, "amount": f"{amount + turn}.00"}]}
                together.wait(60)
                response = client.put(INVOICES, json=body)
                assert response.status_code == 200, response.text
                done.append((response.json()["seq"], body["rows"][0]["amount"]))
        return done

    with ThreadPoolExecutor(2) as pool:
        sent = sorted(chain(*pool.map(send, (100, 200))))
    assert len({seq for seq, _ in sent}) == 2 * ROUNDS
    table = VERSIONS["invoices"].c
    wanted = select(table.seq, table.amount, table.ended_seq).where(table.invoice_id == "both")
    with open_database(on_either.database).connect() as connection:
        kept = connection.execute(wanted.order_by(table.seq)).all()
    assert [(seq, f"{amount / 10_000:.2f}") for seq, amount, _ in kept] == sent
    assert [ended for _, _, ended in kept] == [*(seq for seq, _ in sent[1:]), None]


def test_a_writer_whose_clock_was_set_back_sets_back_neither_seq_nor_stored_at(
    on_either: Stored,
) -> None:
    """One writer is the server, the other is this process."""
    client, engine = on_either.service.client, open_database(on_either.database)
    first = put(client, batch("clock-1", rows=10))["seq"]
    yesterday = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    payment = {"payment_id": "clock-2", "customer_id": "clock", **PAID}
    late = write(engine, Batch([rows("payments", payment)]), actor="tests", now=yesterday).seq
    last = put(client, batch("clock-3", rows=10))["seq"]
    assert [late, last] == [first + 1, first + 2]
    wanted = select(WRITES.c.stored_at).where(WRITES.c.seq >= first).order_by(WRITES.c.seq)
    with engine.connect() as connection:
        stored_at = connection.execute(wanted).scalars().all()
    assert stored_at == sorted(stored_at)
    assert stored_at[0] > yesterday
    assert stored_at[1] == stored_at[0]
    assert client.put(PAYMENTS, json=batch("clock-3", rows=10)).json()["seq"] == last
