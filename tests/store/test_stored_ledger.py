"""A ledger in a database, SQLite or PostgreSQL, says what the same ledger in files says."""

from collections.abc import Callable, Collection
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError

from decisions.policy import read_policy
from decisions.scoring import score_portfolio
from decisions.tables import customer_table
from features.kept_accounts import KeptPortfolio
from features.kept_priors import (
    count_outcomes,
    definitions_sha256,
    definitions_text,
    priors_of,
)
from features.priors import Priors, build_priors
from features.stored_ledger import StoredLedger
from ledger.accounts import accounts
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.digest import digest
from ledger.errors import DatabaseError, LedgerError
from ledger.ledger import Ledger
from ledger.loading import load_parts
from ledger.store import (
    Batch,
    RefusedBatchError,
    erase,
    head,
    keep_outcomes,
    ledger_parts,
    open_database,
    outcomes,
    place,
    reading,
    tables_of_accounts,
    write,
    writing,
)
from ledger.store.tables import NODES, VERSIONS, WRITES
from ledger.stored_form import Stored
from tests.ledgers import random_ledger
from tests.serving.running import small_bundle
from tests.store.stores import BEFORE_ALL, NOW, put, put_ledger, rows, some, stored

CONSTANT = Definitions(constant_columns=("country", "parent_id"))
DUE = {"issued_on": "2024-01-01", "due_on": "2024-01-31"}
BILL = {"invoice_id": "I1", "customer_id": "A", "amount": "100.00", **DUE}
PAID = {"payment_id": "P1", "invoice_id": "I1", "amount": "100.00", "paid_on": "2024-02-05"}


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_database(database_url)


def sound_ledger(seed: int) -> Ledger:
    """A random ledger, repaired, without what no ledger may have."""
    random = Random(seed)
    while True:
        ledger = random_ledger(random, customers=5, invoices=25)
        loaded = load_parts(ledger_parts(ledger), ledger.extract)
        if not loaded.report.errors:
            return loaded.ledger


def put_in_pieces(
    engine: Engine, ledger: Ledger, random: Random, after_each: Callable[[], None] = lambda: None
) -> None:
    """Write a ledger in many batches: rates, customers and invoices first, then all else."""
    first = ("fx_rates", "customers", "invoices")
    parts = {part.table: part for part in ledger_parts(ledger)}
    pieces = []
    for name, part in parts.items():
        order = random.sample(range(len(part)), len(part))
        pieces += [
            (first.index(name) if name in first else 9, random.random(), some(part, np.array(cut)))
            for cut in np.array_split(order, 4)
            if len(cut)
        ]
    write(engine, Batch([], coverage=BEFORE_ALL), actor="tests", now=NOW, count=count_outcomes)
    for _, _, piece in sorted(pieces, key=lambda piece: piece[:2]):
        put(engine, piece)
        after_each()
    put_ledger(engine, ledger)


def kept_priors(engine: Engine, definitions: Definitions, ledger: Ledger) -> Priors:
    with engine.connect() as connection:
        now = head(connection)
    assert now is not None
    counted = outcomes(engine, definitions_sha256(definitions), until=now.seq)
    return priors_of(counted, ledger.extract.complete_through)


def assert_equal_priors(one: Priors, other: Priors) -> None:
    for name in ("groups", "starts", "day", "counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_order_in_which_a_ledger_is_written_it_is_the_same(
    engine: Engine, seed: int
) -> None:
    ledger = sound_ledger(seed)
    for definitions in (Definitions(), CONSTANT):
        text = definitions_text(definitions)
        keep_outcomes(engine, definitions_sha256(definitions), text, count_outcomes)
    put_in_pieces(engine, ledger, Random(seed))
    found = stored(engine)
    assert digest(found) == digest(ledger)
    for definitions in (Definitions(), CONSTANT):
        kept = kept_priors(engine, definitions, ledger)
        assert_equal_priors(kept, build_priors(ledger, definitions))
    with engine.connect() as connection:
        number = dict(connection.execute(select(NODES.c.node, NODES.c.account)).all())
    whole = accounts(found)
    for account in np.unique(whole.account):
        together = whole.nodes[whole.account == account]
        assert len({number[node] for node in together}) == 1


def test_priors_by_new_definitions_are_counted_from_the_whole(engine: Engine) -> None:
    ledger = sound_ledger(1)
    put_ledger(engine, ledger)
    later = StoredLedger(engine, replace(Definitions(), grace_days=9))
    later.prepare()
    later.prepare()
    snapshot = later.part([])
    assert snapshot is not None
    assert_equal_priors(snapshot.priors, build_priors(ledger, later.definitions))


@pytest.mark.parametrize("seed", range(4))
def test_a_customer_is_scored_alike_from_its_account_and_from_the_whole(
    engine: Engine, seed: int
) -> None:
    ledger = sound_ledger(seed)
    put_ledger(engine, ledger)
    bundle, policy = small_bundle(ledger), read_policy()
    keeper = StoredLedger(engine, bundle.definitions)
    keeper.prepare()
    day = ledger.extract.complete_through
    whole = score_portfolio(ledger, bundle, policy, day, 2)
    customers = {row["customer_id"]: row for row in customer_table(whole).to_pylist()}
    names = list(customers)
    for asked in [[name] for name in names] + [names]:
        snapshot = keeper.part([f"c:{name}" for name in asked])
        assert snapshot is not None
        codes, known = snapshot.customers(asked)
        assert known.all()
        part = score_portfolio(
            snapshot.ledger,
            bundle,
            policy,
            day,
            2,
            customers=np.unique(codes),
            priors=snapshot.priors,
        )
        for row in customer_table(part).to_pylist():
            assert repr(row) == repr(customers[row["customer_id"]])
    assert not keeper.part(["c:nobody"]).ledger.customers  # type: ignore[union-attr]


def test_the_same_rows_again_change_nothing(engine: Engine) -> None:
    first = put(engine, rows("invoices", BILL), through="2024-03-31")
    again = put(engine, rows("invoices", BILL), through="2024-03-31")
    assert (first.new, first.unchanged) == (1, 0)
    assert (again.new, again.corrected, again.unchanged) == (0, 0, 1)
    assert again.seq == first.seq == 1


def test_a_correction_is_a_new_version_and_the_old_one_can_be_read(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), rows("payments", PAID), through="2024-03-31")
    second = put(engine, rows("invoices", {**BILL, "due_on": "2024-02-29"}))
    assert (second.seq, second.new, second.corrected) == (2, 0, 1)
    for seq, day in ((1, "2024-01-31"), (2, "2024-02-29"), (None, "2024-02-29")):
        assert stored(engine, seq).invoices["due_on"].tolist() == [parse_day(day)]
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()
    for seq, day in ((1, "2024-01-31"), (2, "2024-02-29")):
        snapshot = keeper.part(["c:A"], seq)
        assert snapshot is not None and snapshot.seq == seq
        assert snapshot.ledger.invoices["due_on"].tolist() == [parse_day(day)]
        assert digest(snapshot.ledger) == digest(stored(engine, seq))


def test_a_row_taken_back_counts_no_longer_until_it_is_sent_again(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), rows("payments", PAID), through="2024-03-31")
    gone = put(engine, payments=["P1", "P9"])
    assert (gone.void, gone.unchanged) == (1, 1)
    assert len(stored(engine).payments) == 0
    assert len(stored(engine, 1).payments) == 1
    assert put(engine, rows("payments", PAID)).new == 1
    assert len(stored(engine).payments) == 1


def test_nobody_can_add_to_what_was_known_before(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), through="2024-03-31")
    put(engine, rows("payments", {**PAID, "recorded_on": "2024-02-06"}), through="2024-04-02")
    payments = stored(engine).payments
    assert payments.known_on.tolist() == [parse_day("2024-04-01")]
    assert len(stored(engine).known_at(parse_day("2024-03-31")).payments) == 0
    put(engine, rows("payments", {**PAID, "recorded_on": "2024-02-06", "amount": "90.00"}))
    assert stored(engine).payments.known_on.tolist() == [parse_day("2024-04-03")]
    assert stored(engine).payments["amount"].tolist() == [9000]


def test_a_dispute_is_not_closed_before_it_was_said_to_be(engine: Engine) -> None:
    dispute = {"dispute_id": "D1", "invoice_id": "I1", "opened_on": "2024-02-01"}
    put(engine, rows("invoices", BILL), rows("disputes", dispute), through="2024-03-31")
    closed = {**dispute, "closed_on": "2024-02-10", "outcome": "credited"}
    put(engine, rows("disputes", closed))
    found = stored(engine)
    assert found.disputes["closed_on"].tolist() == [parse_day("2024-04-01")]
    then = found.known_at(parse_day("2024-03-31")).disputes
    assert len(then) == 1 and not then.known("closed_on").any()
    assert put(engine, rows("disputes", closed)).unchanged == 1


def test_numbers_of_all_digits_are_the_same_when_sent_again(engine: Engine) -> None:
    rate = {"currency": "USD", "on": "2024-01-01", "rate": repr(1 / 0.92)}
    put(engine, rows("invoices", BILL), rows("fx_rates", rate), through="2024-03-31")
    assert put(engine, rows("fx_rates", rate)).unchanged == 1
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()
    snapshot = keeper.part(["c:A"])
    assert snapshot is not None
    assert snapshot.ledger.fx_rates["rate"].tolist() == [1 / 0.92]


def test_an_amount_that_a_database_cannot_hold_is_refused(engine: Engine) -> None:
    yen = {"currency": "JPY", "on": "2024-01-01", "rate": "0.006"}
    put(engine, rows("fx_rates", yen), through="2024-03-31")
    huge = {**BILL, "currency": "JPY", "amount": "999999999999999"}
    with pytest.raises(LedgerError, match="larger than a database can hold"):
        put(engine, rows("invoices", huge))


def test_a_ledger_cannot_be_complete_through_a_day_to_come(engine: Engine) -> None:
    with pytest.raises(LedgerError, match="complete_through is 2027-01-01, in the future"):
        put(engine, rows("invoices", BILL), through="2027-01-01")


def test_what_is_kept_of_an_account_is_read_again_after_a_write(engine: Engine) -> None:
    other = {**BILL, "invoice_id": "I2", "customer_id": "B"}
    put(engine, rows("invoices", BILL, other), through="2024-03-31")
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()

    def part(customer: str) -> Ledger:
        snapshot = keeper.part([f"c:{customer}"])
        assert snapshot is not None
        return snapshot.ledger

    kept = part("B")
    part("A")
    assert part("B").tables is kept.tables
    put(engine, rows("payments", PAID), through="2024-04-02")
    assert len(part("A").payments) == 1
    assert part("B").tables is kept.tables
    assert part("B").extract.complete_through == parse_day("2024-04-02")
    put(
        engine, rows("payments", {**PAID, "payment_id": "P2", "invoice_id": "", "customer_id": "A"})
    )
    put(engine, rows("allocations", clearing("I2", "P2")))
    assert sorted(part("B").text("invoices", "invoice_id").tolist()) == ["I1", "I2"]
    put(engine, rows("fx_rates", {"currency": "USD", "on": "2024-01-01", "rate": "1.1"}))
    assert len(part("B").fx_rates) == 1


@pytest.mark.parametrize("seed", range(4))
def test_many_accounts_that_are_kept_are_what_the_database_has(engine: Engine, seed: int) -> None:
    ledger, random = sound_ledger(seed), Random(seed)
    names = [f"c:{name}" for name in ledger.vocabularies["customer"]]
    keeper = StoredLedger(engine, Definitions(), many=1)

    def compare() -> None:
        snapshot = keeper.part(random.sample(names, len(names)))
        assert snapshot is not None
        assert digest(snapshot.ledger) == digest(stored(engine))

    keeper.prepare()
    put_in_pieces(engine, ledger, random, compare)
    compare()


def test_of_many_accounts_only_what_a_write_touched_is_read_again(engine: Engine) -> None:
    names = ["A", "B", "C", "D"]
    bills = [{**BILL, "invoice_id": f"I{name}", "customer_id": name} for name in names]
    put(engine, rows("invoices", *bills), through="2024-03-31")
    portfolio, asked = KeptPortfolio(), []

    def payments(customers: list[str]) -> int:
        with reading(engine) as connection:
            now, wanted = place(connection, [f"c:{name}" for name in customers])
            assert now is not None

            def read(some: Collection[int]) -> Stored:
                asked.append(len(some))
                return tables_of_accounts(connection, sorted(some), now.seq)

            return len(portfolio.ledger(connection, now, wanted, read, {}).payments)

    assert (payments(names[:3]), payments(names[:2]), asked) == (0, 0, [3])
    put(engine, rows("payments", {**PAID, "invoice_id": "IA"}))
    assert (payments(names), payments(names), asked) == (1, 1, [3, 2])
    assert (payments(["D"]), asked) == (0, [3, 2, 1])
    put(engine, rows("fx_rates", {"currency": "USD", "on": "2024-01-01", "rate": "1.1"}))
    assert (payments(["D"]), asked) == (0, [3, 2, 1, 1])


def clearing(invoice: str, payment: str) -> dict[str, str]:
    """An allocation of a payment to an invoice."""
    return {
        "allocation_id": "1",
        "invoice_id": invoice,
        "kind": "payment",
        "source_id": payment,
        "amount": "100.00",
        "allocated_on": "2024-02-05",
    }


def test_a_batch_with_an_error_is_stored_in_no_part(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), through="2024-03-31")
    bad = rows("payments", PAID, {**PAID, "payment_id": "P2", "amount": "1.005"})
    worse = rows("invoices", {**BILL, "invoice_id": "I2", "due_on": "soon"})
    with pytest.raises(RefusedBatchError) as caught:
        put(engine, bad, worse, through="2024-04-30")
    assert len(caught.value.problems) == 2
    assert "row 2: amount is '1.005'" in str(caught.value)
    assert "due_on is 'soon'" in str(caught.value)
    found = stored(engine)
    assert (len(found.payments), len(found.invoices)) == (0, 1)
    assert found.extract.complete_through == parse_day("2024-03-31")


def test_an_amount_has_the_decimals_of_the_currency_of_its_stored_invoice(engine: Engine) -> None:
    dinar = {"currency": "BHD", "on": "2024-01-01", "rate": "2.5"}
    put(engine, rows("fx_rates", dinar), through="2024-03-31")
    put(engine, rows("invoices", {**BILL, "currency": "BHD"}))
    part = {
        "allocation_id": "1",
        "invoice_id": "I1",
        "kind": "deduction",
        "amount": "1.005",
        "allocated_on": "2024-02-05",
    }
    put(engine, rows("allocations", part))
    assert stored(engine).allocations["amount"].tolist() == [1005]


def test_a_payment_joins_two_accounts_with_all_their_rows(engine: Engine) -> None:
    other = {**BILL, "invoice_id": "I2", "customer_id": "B"}
    put(engine, rows("invoices", BILL, other), through="2024-03-31")
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()

    def invoices_of(customer: str) -> list[str]:
        snapshot = keeper.part([f"c:{customer}"])
        assert snapshot is not None
        return sorted(snapshot.ledger.text("invoices", "invoice_id").tolist())

    assert (invoices_of("A"), invoices_of("B")) == (["I1"], ["I2"])
    put(engine, rows("payments", {**PAID, "invoice_id": "I2", "customer_id": "A"}))
    assert invoices_of("A") == invoices_of("B") == ["I1", "I2"]


def test_an_allocation_finds_the_payment_that_comes_after_it(engine: Engine) -> None:
    cleared = rows("allocations", clearing("I1", "P1"))
    put(engine, rows("invoices", BILL), cleared, through="2024-03-31")
    put(engine, rows("payments", {**PAID, "invoice_id": "", "customer_id": "B"}))
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()
    snapshot = keeper.part(["c:A"])
    assert snapshot is not None
    assert len(snapshot.ledger.payments) == 1


def test_the_first_write_says_what_the_ledger_covers_and_no_later_one_takes_from_it(
    engine: Engine,
) -> None:
    with pytest.raises(LedgerError, match="give reporting_currency and complete_through"):
        put(engine, rows("invoices", BILL))
    put(engine, rows("invoices", BILL), through="2024-03-31")
    put(engine, through="2024-03-01")
    assert stored(engine).extract.complete_through == parse_day("2024-03-31")
    with pytest.raises(LedgerError, match="reporting_currency is USD"):
        put(engine, through="2024-04-30", currency="USD")


def test_a_clock_set_back_does_not_set_back_the_record(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), through="2024-03-31")
    put(engine, rows("payments", PAID), now=NOW.replace(year=2020))
    with engine.connect() as connection:
        assert connection.execute(select(WRITES.c.stored_at)).scalars().all() == [NOW, NOW]


def test_the_database_refuses_to_change_or_delete_a_version(engine: Engine) -> None:
    put(engine, rows("invoices", BILL), through="2024-03-31")
    table = VERSIONS["invoices"]
    for statement in (update(table).values(amount=1), table.delete(), WRITES.delete()):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(statement)


def test_what_is_erased_of_a_person_is_gone_and_does_not_come_back(engine: Engine) -> None:
    customer = {"customer_id": "A", "country": "FR", "name": "Ann", "email": "a@b.fr"}
    contact = {"contact_id": "1", "customer_id": "A", "contacted_on": "2024-02-01", "note": "ill"}
    put(engine, rows("customers", customer), rows("contacts", contact), through="2024-03-31")
    with writing(engine, "ledger") as connection:
        assert erase(connection, "A", NOW) == 2
    put(engine, rows("customers", {**customer, "country": "BE"}))
    for seq in (1, 2, None):
        found = stored(engine, seq)
        for table, column in (("customers", "name"), ("customers", "email"), ("contacts", "note")):
            assert not found.tables[table].known(column).any()
    assert stored(engine).text("customers", "country").tolist() == ["BE"]
    with (
        pytest.raises(LedgerError, match="no customer 'B'"),
        writing(engine, "ledger") as connection,
    ):
        erase(connection, "B", NOW)


def test_a_database_that_is_gone_is_told_from_a_mistake(tmp_path: object) -> None:
    with pytest.raises(DatabaseError, match="cannot be used"):
        open_database("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize("missing", ["invoice_id", "customer_id", "due_on"])
def test_a_row_without_what_it_must_have_is_refused_with_all_else_that_is_wrong(
    engine: Engine, missing: str
) -> None:
    put(engine, rows("invoices", BILL), through="2024-03-31")
    torn = {**BILL, missing: ""}
    with pytest.raises(RefusedBatchError) as caught:
        put(engine, rows("invoices", torn), rows("payments", {**PAID, "paid_on": "soon"}))
    assert len(caught.value.problems) == 2
    assert f"{missing} is missing" in str(caught.value)
    assert "paid_on is 'soon'" in str(caught.value)
