"""A part of a ledger, cut out by the index of its customers, is what the whole says of them."""

from random import Random

import numpy as np
import pytest

from decisions.policy import read_policy
from decisions.scoring import score_portfolio
from decisions.tables import customer_table
from ledger.ledger import Ledger
from serving.links import customer_rows
from tests.ledgers import random_ledger
from tests.serving.running import small_bundle


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
