"""A part of a ledger, cut out by the index of its customers, is what the whole says of them."""

from random import Random

import numpy as np
import pandas as pd
import pytest

from decisions.policy import read_policy
from decisions.scoring import score_portfolio
from decisions.tables import customer_table
from ledger.digest import digest
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from serving.links import customer_rows
from serving.respelling import respelt
from tests.ledgers import random_ledger
from tests.serving.running import small_bundle


def entangled() -> Ledger:
    """Customers that settle each other's invoices, each pair in another way; and Z, alone."""
    day, names = "2024-01-01", "AaBbCcDdEeFfZ"
    bills = {f"I-{name}": name for name in names}
    invoices = [
        {"invoice_id": invoice, "customer_id": customer, "kind": "invoice"}
        for invoice, customer in bills.items()
    ]
    invoices.append(
        {"invoice_id": "N-a", "customer_id": "a", "kind": "credit_note", "applies_to": "I-A"}
    )
    invoices.append({"invoice_id": "N-b", "customer_id": "b", "kind": "credit_note"})
    payments = [
        {"payment_id": "P-c", "customer_id": "c"},
        {"payment_id": "P-d", "customer_id": "d", "invoice_id": "I-D"},
        {"payment_id": "P-e", "customer_id": "e"},
        {"payment_id": "R-E", "customer_id": "E", "reversal_of": "P-e"},
    ]
    allocations = [
        {"invoice_id": "I-B", "kind": "credit_note", "source_id": "N-b"},
        {"invoice_id": "I-C", "kind": "payment", "source_id": "P-c"},
    ]
    frames = {
        "customers": pd.DataFrame({"customer_id": list(names), "parent_id": "Z"}),
        "invoices": pd.DataFrame(invoices).assign(issued_on=day, due_on=day, amount="9.00"),
        "payments": pd.DataFrame(payments).assign(paid_on=day, amount="9.00"),
        "allocations": pd.DataFrame(allocations).assign(
            allocation_id=["1", "2"], amount="9.00", allocated_on=day
        ),
        "promises": pd.DataFrame(
            {"promise_id": ["1"], "customer_id": "f", "invoice_id": "I-F"}
        ).assign(made_on=day, promised_on=day),
    }
    return ledger_from_frames(frames, Extract("EUR", 19_900))


def test_customers_hang_together_however_they_settle_each_other() -> None:
    ledger = entangled()
    index = customer_rows(ledger)
    words = ledger.vocabularies["customer"]
    for number, name in enumerate(words):
        part = index.part(ledger, np.array([number], np.int32))
        pair = {name.upper(), name.lower()} if name != "Z" else {"Z"}
        assert keys(part, "customers", "customer_id") == pair
        assert keys(part, "invoices", "customer_id") == pair


def test_a_respelt_ledger_has_the_same_content_and_no_other_words() -> None:
    for seed in range(10):
        whole = random_ledger(Random(seed))
        part = whole.of_customers(whole.invoices["customer_id"][:1])
        small = respelt(part, {"currency": {"AAA"}})
        assert digest(small) == digest(part)
        for name, table in small.tables.items():
            for column in table.columns.values():
                assert not column.values[~column.known].any(), name
        assert "AAA" in small.vocabularies["currency"]
        for vocabulary, words in small.vocabularies.items():
            assert words.tolist() == sorted(set(words))
            assert set(words) <= {*whole.vocabularies[vocabulary], "AAA"}


def keys(ledger: Ledger, table: str, key: str) -> set[str]:
    return set(ledger.text(table, key).tolist())


@pytest.mark.parametrize("seed", range(25))
def test_a_part_holds_all_that_belongs_to_its_customers(seed: int) -> None:
    ledger = random_ledger(Random(seed))
    index = customer_rows(ledger)
    for code in np.unique(ledger.invoices["customer_id"]):
        codes = np.array([code], np.int32)
        part, wanted = index.part(ledger, codes), ledger.of_customers(codes)
        for name, table in wanted.tables.items():
            key = table.spec.key[0]
            assert keys(wanted, name, key) <= keys(part, name, key) if name != "fx_rates" else True
            assert len(table) <= len(part.tables[name]) <= len(ledger.tables[name])


@pytest.mark.parametrize("seed", range(12))
def test_customers_have_the_same_scores_and_limits_in_a_part_as_in_the_whole(seed: int) -> None:
    ledger = random_ledger(Random(seed))
    bundle, policy = small_bundle(ledger), read_policy()
    index, day = customer_rows(ledger), ledger.extract.complete_through
    whole = score_portfolio(ledger, bundle, policy, day, 2, priors=bundle.priors)
    rows = {row["customer_id"]: row for row in customer_table(whole).to_pylist()}
    for code in whole.position.customers:
        codes = np.array([code], np.int32)
        part = score_portfolio(
            index.part(ledger, codes), bundle, policy, day, 2, customers=codes, priors=bundle.priors
        )
        (found,) = customer_table(part).to_pylist()
        assert repr(found) == repr(rows[found["customer_id"]])
