"""Accounts: who hangs together with whom, and whose every row is."""

from random import Random

import numpy as np
import pandas as pd
import pytest

from ledger.accounts import accounts
from ledger.digest import digest
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from serving.respelling import respelt
from tests.ledgers import random_ledger


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
        "customers": pd.DataFrame({"customer_id": list(names), "country": "FR"}),
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
    found = accounts(entangled())
    of = dict(zip(found.nodes.tolist(), found.account.tolist(), strict=True))
    for name in "AaBbCcDdEeFf":
        together = {node for node, account in of.items() if account == of[f"c:{name}"]}
        customers = {node for node in together if node.startswith("c:")}
        assert customers == {f"c:{name.upper()}", f"c:{name.lower()}"}
        assert {f"i:I-{name.upper()}", f"i:I-{name.lower()}"} <= together
    assert [node for node, account in of.items() if account == of["c:Z"]] == ["c:Z", "i:I-Z"]


def test_customers_of_one_parent_are_one_account() -> None:
    frames = {
        "customers": pd.DataFrame({"customer_id": ["A", "B", "C"], "parent_id": ["P", "P", None]})
    }
    found = accounts(ledger_from_frames(frames, Extract("EUR", 19_900)))
    of = dict(zip(found.nodes.tolist(), found.account.tolist(), strict=True))
    assert of["c:A"] == of["c:B"] == of["c:P"] != of["c:C"]


@pytest.mark.parametrize("seed", range(25))
def test_every_row_is_of_the_account_of_whom_it_names(seed: int) -> None:
    ledger = random_ledger(Random(seed))
    found = accounts(ledger)
    of = dict(zip(found.nodes.tolist(), found.account.tolist(), strict=True))
    for code in np.unique(ledger.invoices["customer_id"]):
        account = of[f"c:{ledger.vocabularies['customer'][code]}"]
        wanted = ledger.of_customers(np.array([code], np.int32))
        for name, owner in found.of_rows.items():
            key = ledger.tables[name].spec.key[0]
            mine = set(ledger.text(name, key)[owner == account].tolist())
            assert keys(wanted, name, key) <= mine


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
