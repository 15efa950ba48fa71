"""The policies by which anything was ever decided, to be read again by their digest."""

import hashlib

from sqlalchemy import Column, Engine, String, Table, Text, insert, select

from decisions.policy import Policy, content, digest, policy_of
from ledger.errors import DuecastError
from ledger.store import APPEND_ONLY, METADATA, writing


class NoPolicyError(DuecastError):
    """A policy that was never stored, or is not what was stored."""


_POLICIES = Table(
    "policies",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("content", Text, nullable=False),
    info=APPEND_ONLY,
)


def store_policy(engine: Engine, policy: Policy) -> str:
    """SHA-256 of a policy, once it is stored; nothing is written where it already is."""
    sha256 = digest(policy)
    present = select(_POLICIES.c.sha256).where(_POLICIES.c.sha256 == sha256)
    with engine.connect() as connection:
        if connection.execute(present).first() is not None:
            return sha256
    with writing(engine, "audit") as connection:
        if connection.execute(present).first() is None:
            connection.execute(insert(_POLICIES).values(sha256=sha256, content=content(policy)))
    return sha256


def load_policy(engine: Engine, sha256: str) -> Policy:
    """The policy with a SHA-256.

    What the policy did not yet have when it was stored is as in `decisions/policy.toml`.

    Raises
    ------
    NoPolicyError
        If it was never stored, or what is stored has another digest.
    SettingsError
        If this code cannot read it.
    """
    wanted = select(_POLICIES.c.content).where(_POLICIES.c.sha256 == sha256)
    with engine.connect() as connection:
        found = connection.execute(wanted).scalar()
    if found is None:
        raise NoPolicyError(f"policy {sha256} is not stored here; give a database that has it")
    got = hashlib.sha256(found.encode()).hexdigest()
    if got != sha256:
        raise NoPolicyError(f"policy {sha256} was altered: what is stored has digest {got}")
    return policy_of(found)
