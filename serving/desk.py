"""The desk: everything that a process answers from, and where it reads the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from decisions.champion import Champion
from decisions.policy import Policy
from decisions.scoring import notes, score_portfolio
from features.stored_ledger import Snapshot, StoredLedger
from ledger.days import date_of
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from models.reasons import AT_MOST
from serving.answers import ModelReference, PolicyReference, PriorsFrom, Provenance
from serving.problems import Flaw, RefusedError


@dataclass(frozen=True, eq=False)
class Desk:
    """What answers rest on.

    Parameters
    ----------
    champion, policy, stored
        The model, the policy and the stored ledger.
    since
        Since when they are in use.
    at_seq
        The ledger as it stood after that write; as it stands if not given.
    """

    champion: Champion
    policy: Policy
    stored: StoredLedger
    since: datetime
    at_seq: int | None = None

    def customers(self, ids: Sequence[str]) -> Snapshot:
        """The accounts of some customers, in the stored ledger as it stands now.

        Raises
        ------
        RefusedError
            If nothing was ever written to it.
        """
        return self._part([f"c:{name}" for name in ids])

    def invoices(self, ids: Sequence[str], customers: Sequence[str] = ()) -> Snapshot:
        """The accounts of some invoices, and of some customers; see `customers`."""
        return self._part([*(f"i:{name}" for name in ids), *(f"c:{name}" for name in customers)])

    def provenance(self, as_of: int, snapshot: Snapshot, *more_notes: str) -> Provenance:
        """What an answer about the stored ledger on a day rests on."""
        return self._provenance(as_of, snapshot.ledger, "ledger", snapshot.seq, *more_notes)

    def provenance_of_request(self, as_of: int, ledger: Ledger) -> Provenance:
        """What an answer about a ledger in the request rests on."""
        return self._provenance(as_of, ledger, "bundle", None)

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

    def _part(self, nodes: Sequence[str]) -> Snapshot:
        snapshot = self.stored.part(nodes, self.at_seq)
        if snapshot is None:
            raise no_ledger()
        return snapshot

    def _provenance(
        self,
        as_of: int,
        ledger: Ledger,
        priors_from: PriorsFrom,
        seq: int | None,
        *more_notes: str,
    ) -> Provenance:
        return Provenance(
            model=self.model_reference,
            policy=self.policy_reference,
            as_of=date_of(as_of),
            ledger_through=date_of(ledger.extract.complete_through),
            ledger_seq=seq,
            priors_from=priors_from,
            notes=[*notes(self.champion.bundle), *more_notes],
        )


def no_ledger() -> RefusedError:
    """The refusal of whatever needs the ledger while nothing was ever written to it."""
    detail = "the stored ledger is empty; load one with `duecast ingest` or PUT /v1/ledger/{table}"
    return RefusedError("not-ready", detail, [Flaw(detail)])


def warm(bundle: ModelBundle, policy: Policy, stored: StoredLedger) -> None:
    """Score with reasons, so that no request waits for compilation."""
    probe = bundle.probe
    of_invoices = probe.observations.has_invoice
    bundle.score_invoices(probe.take(of_invoices), AT_MOST)
    bundle.score_customers(probe.take(~of_invoices), AT_MOST)
    some = stored.sample()
    if some is not None:
        day = some.ledger.extract.complete_through
        score_portfolio(some.ledger, bundle, policy, day, AT_MOST, priors=some.priors)
