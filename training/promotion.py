"""Promotion: which version is champion, who made it so, and why."""

from datetime import datetime

from decisions.records import Promotion, append_promotion, promotions
from ledger.settings import Settings
from ledger.store import open_store
from models.registry import CHAMPION, RegistryError, promote, versions


def promote_version(
    settings: Settings, version: int | None, promoted_by: str, why: str, promoted_at: datetime
) -> Promotion:
    """Record of a promotion, once the version (the challenger if None) is champion.

    Raises
    ------
    RegistryError
        If there is no such version, or MLflow cannot be reached.
    """
    champions = [found.version for found in versions(settings) if CHAMPION in found.aliases]
    promoted = promote(settings, version)
    record = Promotion(
        promoted.version,
        champions[0] if champions else None,
        promoted.sha256,
        promoted_at,
        promoted_by,
        why,
    )
    append_promotion(open_store(settings), record)
    return record


def roll_back(settings: Settings, promoted_by: str, why: str, promoted_at: datetime) -> Promotion:
    """Record of a promotion of the version that was champion before the last promotion.

    Raises
    ------
    RegistryError
        If there was none, or MLflow cannot be reached.
    """
    before = promotion_history(settings)
    if not before or before[0].previous is None:
        raise RegistryError(
            "no version was champion before this one, so there is none to go back to; "
            "name a version: duecast promote VERSION"
        )
    return promote_version(settings, before[0].previous, promoted_by, why, promoted_at)


def promotion_history(settings: Settings) -> tuple[Promotion, ...]:
    """Every promotion, the last first."""
    return promotions(open_store(settings))
