"""The desk: everything that a process answers from, opened once and never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from decisions.champion import Champion, champion
from decisions.policy import Policy, read_policy
from decisions.scoring import notes, score_portfolio
from ledger.days import date_of
from ledger.errors import DuecastError
from ledger.files import read_ledger
from ledger.ledger import Extract
from ledger.settings import Settings
from models.reasons import AT_MOST
from serving.answers import ModelReference, PolicyReference, PriorsFrom, Provenance
from serving.meters import Meters
from serving.problems import Flaw, RefusedError
from serving.stored_ledger import StoredLedger, stored_ledger

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Desk:
    """The champion, the policy and the stored ledger, and since when they are in use."""

    champion: Champion
    policy: Policy
    stored: StoredLedger
    since: datetime

    def provenance(
        self, as_of: int, extract: Extract, priors_from: PriorsFrom, *more_notes: str
    ) -> Provenance:
        """What an answer about a ledger on a day rests on."""
        return Provenance(
            model=self.model_reference,
            policy=self.policy_reference,
            as_of=date_of(as_of),
            ledger_through=date_of(extract.complete_through),
            priors_from=priors_from,
            notes=[*notes(self.champion.bundle), *more_notes],
        )

    @property
    def model_reference(self) -> ModelReference:
        """What an answer says of the model."""
        return ModelReference(version=self.champion.version, sha256=self.champion.sha256)

    @property
    def policy_reference(self) -> PolicyReference:
        """What an answer says of the policy."""
        return PolicyReference(
            owner=self.policy.owner,
            version=self.policy.version,
            effective_from=self.policy.effective_from,
        )


def open_desk(settings: Settings, now: datetime, meters: Meters) -> Desk:
    """Load the champion, the policy and the ledger, and score once to warm up.

    Raises
    ------
    RefusedError
        Naming everything that is missing or cannot be used.
    """
    problems: list[str] = []
    model = _loaded(lambda: champion(settings), problems)
    policy = _loaded(lambda: read_policy(settings.policy), problems)
    ledger = _loaded(lambda: read_ledger(settings.served_ledger), problems)
    if model is None or policy is None or ledger is None:
        flaws = [Flaw(problem) for problem in problems]
        raise RefusedError("not-ready", "what scores need is missing or cannot be used", flaws)
    stored = stored_ledger(ledger, model.bundle.definitions)
    desk = Desk(model, policy, stored, now)
    _warm(desk)
    meters.model_version.set(model.version)
    return desk


def _loaded(load: Callable[[], T], problems: list[str]) -> T | None:
    """What is loaded; none where that fails, and why in `problems`."""
    try:
        return load()
    except DuecastError as error:
        problems += str(error).splitlines()
        return None


def _warm(desk: Desk) -> None:
    """Score with reasons, so that no request waits for compilation."""
    stored, bundle = desk.stored, desk.champion.bundle
    probe = bundle.probe
    of_invoices = probe.observations.has_invoice
    bundle.score_invoices(probe.take(of_invoices), AT_MOST)
    bundle.score_customers(probe.take(~of_invoices), AT_MOST)
    part = stored.part(stored.ledger.invoices["customer_id"][-1:])
    day = part.extract.complete_through
    score_portfolio(part, bundle, desk.policy, day, AT_MOST, priors=stored.priors)
