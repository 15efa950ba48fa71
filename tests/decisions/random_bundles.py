"""Bundles of small models trained on random features: they score, and that is all."""

from collections.abc import Mapping
from dataclasses import asdict

from features.priors import build_priors
from ledger.definitions import Definitions
from ledger.ledger import Extract, empty_ledger
from models.bundle import ModelBundle
from models.reference import reference_row
from tests.models.random_models import TODAY, default_model, delay_model, random_frame

DEFINITIONS = Definitions()


def random_bundle(
    *, delay: bool = True, default: bool = True, definitions: Definitions = DEFINITIONS
) -> ModelBundle:
    """A bundle with a delay model and a default model, or without one of them."""
    probe = random_frame(5, seed=3)
    probe.observations.has_invoice[3:] = False
    return ModelBundle(
        delay=delay_model() if delay else None,
        default=default_model() if default else None,
        absent=_absent(delay=delay, default=default),
        invoice_reference=reference_row(random_frame(200, seed=4)),
        customer_reference=reference_row(random_frame(200, seed=5, of_invoices=False)),
        priors=build_priors(empty_ledger(Extract("EUR", TODAY))),
        recipe={"definitions": asdict(definitions)},
        window={"from": "2020-01-01", "as_of": "2023-12-31"},
        data_sha256="0" * 64,
        metrics={"notes": []},
        card="# A model for tests\n",
        probe=probe,
    )


def _absent(**there: bool) -> Mapping[str, str]:
    reasons = {"delay": "no invoice was ever paid", "default": "0 defaults, 30 are needed"}
    return {name: reasons[name] for name, is_there in there.items() if not is_there}
