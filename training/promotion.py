"""Promotion: which version is champion, who made it so and why, and which gates it passed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from decisions.records import Promotion, append_promotion, promotions
from ledger.errors import DuecastError, ProblemsError
from ledger.settings import Settings
from ledger.store import open_store
from models.bundle import ModelBundle
from models.bundle_cache import RegisteredBundle
from models.manifest import BundleError
from models.registry import (
    CHALLENGER,
    CHAMPION,
    RegisteredVersion,
    RegistryError,
    find,
    promote,
    run_artifacts,
    versions,
)
from training.comparison import Candidate
from training.gates import Gate, gates
from training.later_invoices import LATER_INVOICES, LaterInvoices

MINUTE = "%Y-%m-%d %H:%M"


class PromotionRefusedError(ProblemsError):
    """A version that did not pass its gates; `gates` holds all of them."""

    def __init__(self, version: int, found: Sequence[Gate], refused: Sequence[Gate]) -> None:
        self.version, self.gates = version, tuple(found)
        super().__init__(
            [f"version {version} is not promoted: {_refusal(gate)}" for gate in refused]
        )


def promote_version(
    settings: Settings, version: int | None, promoted_by: str, why: str, promoted_at: datetime
) -> Promotion:
    """Record of a promotion, once the version (the challenger if None) is champion.

    It must pass every gate; `why`, where it is not empty, excuses those that can be excused.

    Raises
    ------
    PromotionRefusedError
        Naming every gate that it did not pass, with figure and bound.
    RegistryError
        If there is no such version, it is champion already, or MLflow cannot be reached.
    """
    registered = find(settings, CHALLENGER if version is None else version)
    before = _champion_version(settings)
    if before is not None and before.version == registered.version:
        raise RegistryError(
            f"version {registered.version} is champion already; name another one, or make one "
            "with `duecast train`"
        )
    found = _gates(settings, registered, before)
    refused = [gate for gate in found if not (gate.passed or (gate.excusable and why.strip()))]
    if refused:
        raise PromotionRefusedError(registered.version, found, refused)
    return _recorded(settings, registered.version, before, promoted_by, why, promoted_at, found)


def roll_back(settings: Settings, promoted_by: str, why: str, promoted_at: datetime) -> Promotion:
    """Record of making the version champion again that was so before the last promotion.

    A promotion that was rolled back does not count: two rollbacks in a row undo the last two
    promotions. No gate is asked.

    Raises
    ------
    RegistryError
        If none was champion before, or MLflow cannot be reached.
    """
    standing = _standing(promotion_history(settings))
    if len(standing) < 2:
        raise RegistryError(
            "no version was champion before this one, so there is none to go back to; "
            "name a version: duecast promote VERSION"
        )
    before = _champion_version(settings)
    return _recorded(
        settings, standing[-2], before, promoted_by, why, promoted_at, (), rollback=True
    )


def promotion_history(settings: Settings) -> tuple[Promotion, ...]:
    """Every promotion, the last first."""
    return promotions(open_store(settings))


def champion_at(settings: Settings, moment: datetime) -> Promotion:
    """The promotion of the version that was champion at a moment, in UTC.

    Raises
    ------
    DuecastError
        If none was promoted by then.
    """
    history = promotion_history(settings)
    found = next((record for record in history if record.promoted_at <= moment), None)
    if found is None:
        first = (
            f"the first was on {history[-1].promoted_at:{MINUTE}}" if history else "none ever was"
        )
        raise DuecastError(
            f"no version was promoted by {moment:{MINUTE}}; {first}; ask for a later day"
        )
    return found


def _gates(
    settings: Settings, registered: RegisteredBundle, before: RegisteredVersion | None
) -> tuple[Gate, ...]:
    """What every gate finds of a version; only the probe's where it scores differently here."""
    try:
        bundle = ModelBundle.load(registered.path)
    except BundleError as error:
        problems = error.problems
        return (Gate("probe", len(problems), 0, False, False, "; ".join(problems)),)
    later = _later_invoices(settings, registered.run_id)
    return gates(Candidate(bundle, later), _candidate(settings, before))


def _recorded(
    settings: Settings,
    version: int,
    before: RegisteredVersion | None,
    promoted_by: str,
    why: str,
    promoted_at: datetime,
    found: Sequence[Gate],
    rollback: bool = False,
) -> Promotion:
    """Record of a promotion, once the version is champion."""
    promoted = promote(settings, version)
    record = Promotion(
        promoted.version,
        None if before is None else before.version,
        promoted.sha256,
        promoted_at,
        promoted_by,
        why,
        [asdict(gate) for gate in found],
        rollback,
    )
    append_promotion(settings, record)
    return record


def _standing(history: Sequence[Promotion]) -> list[int]:
    """Versions that were champion one after the other, without those that were rolled back."""
    standing: list[int] = []
    for record in reversed(history):
        champions = [record.previous, record.version]
        if record.rollback:
            champions = [record.version]
            while standing and standing[-1] != record.version:
                standing.pop()
        for version in champions:
            if version is not None and standing[-1:] != [version]:
                standing.append(version)
    return standing


def _candidate(settings: Settings, registered: RegisteredVersion | None) -> Candidate | None:
    """The champion, without a bundle if this duecast cannot load it; None where there is none."""
    if registered is None:
        return None
    try:
        bundle = ModelBundle.load(find(settings, registered.version).path)
    except BundleError:
        bundle = None
    return Candidate(bundle, _later_invoices(settings, registered.run_id))


def _champion_version(settings: Settings) -> RegisteredVersion | None:
    return next((entry for entry in versions(settings) if CHAMPION in entry.aliases), None)


def _later_invoices(settings: Settings, run_id: str) -> LaterInvoices | None:
    """What a training kept to be compared by; None where it did not, or this duecast cannot."""
    with run_artifacts(settings, run_id, LATER_INVOICES) as directory:
        try:
            return LaterInvoices.load(directory)
        except (DuecastError, OSError, ValueError, KeyError):
            return None


def _refusal(gate: Gate) -> str:
    figures = "" if gate.figure is None else f" is {gate.figure:.4g}, at most {gate.bound:.4g}"
    remedy = "; say --why to promote it all the same" if gate.excusable else ""
    return f"{gate.name}{figures} ({gate.sentence}){remedy}"
