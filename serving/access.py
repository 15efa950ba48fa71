"""API keys as the database has them: who was given one, for what, until when; and sessions.

A key is an id, which may be shown and logged, and a secret, which is told once and kept by its
SHA-256 alone. The secret has 192 random bits, so that no slow hash is needed: nobody can try them.
A session is a short-lived key that was made from another one, for the browser of a person.
"""

import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Row,
    String,
    Table,
    insert,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError

from decisions.recorded_changes import recorded_change
from ledger.errors import SettingsError
from ledger.moments import stored_utc
from ledger.settings import Settings
from ledger.store import APPEND_ONLY, METADATA, open_store
from serving.roles import ROLES, Role

PREFIX, SESSION_PREFIX = "dk_", "ds_"
ID_BYTES, SECRET_BYTES = 6, 24
SESSION_LASTS = timedelta(hours=12)
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """A key without its secret.

    Parameters
    ----------
    key_id
        Its first part, `dk_` and twelve hexadecimal digits; of a session, `ds_`.
    secret_sha256
        Of its second part, hexadecimal.
    role, name, collector
        What it may ask; who has it; whose customers it sees, empty unless a collector's.
    created_at, expires_at, revoked_at
        When, in UTC; None: never.
    session_of
        Id of the key that a session was made from; None: it is no session.
    """

    key_id: str
    secret_sha256: str = field(repr=False)
    role: Role
    name: str
    collector: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None
    session_of: str | None = None

    def has_secret(self, secret: str) -> bool:
        """Whether a secret is this key's, found out in a time that tells nothing of it."""
        return hmac.compare_digest(_digest(secret), self.secret_sha256)

    def state(self, now: datetime) -> Literal["valid", "revoked", "expired"]:
        """Whether it counts."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and now >= self.expires_at:
            return "expired"
        return "valid"


KEYS = Table(
    "keys",
    METADATA,
    Column("key_id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", String, nullable=False),
    Column("collector", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("session_of", String(32), ForeignKey("keys.key_id")),
    info=APPEND_ONLY,
)

REVOCATIONS = Table(
    "key_revocations",
    METADATA,
    Column("key_id", String(32), ForeignKey("keys.key_id"), primary_key=True),
    Column("revoked_at", DateTime, nullable=False),
    info=APPEND_ONLY,
)


def create_key(
    settings: Settings,
    role: str,
    now: datetime,
    *,
    by: str,
    name: str = "",
    collector: str = "",
    lasts: timedelta | None = None,
) -> tuple[Key, str]:
    """A new key, and the text of it, which is nowhere else.

    Parameters
    ----------
    role
        One of `ROLES`.
    now
        With a time zone.
    by
        Who makes it, for the audit trail.
    name
        Who has it; not given: the role.
    collector
        Whose customers it sees; for the role collector, and for no other.
    lasts
        How long it counts; None: until it is revoked.

    Raises
    ------
    SettingsError
        Naming everything that no key can be made of.
    """
    known = next((each for each in ROLES if each == role), None)
    problems = []
    if known is None:
        problems.append(f"role is {role!r}; expected one of {', '.join(ROLES)}; correct it")
    if (role == "collector") != bool(collector.strip()):
        problems.append(
            f"collector is {collector!r} and role is {role!r}; expected the name that customers "
            "are assigned to for the role collector, and none for any other; correct one of them"
        )
    if lasts is not None and lasts <= timedelta(0):
        problems.append(f"the key would last {lasts}; expected some time to come; correct it")
    if problems or known is None:
        raise SettingsError(problems)
    key_id, secret = _new_id(PREFIX), secrets.token_hex(SECRET_BYTES)
    expires_at = None if lasts is None else now + lasts
    key = Key(key_id, _digest(secret), known, name or role, collector.strip(), now, expires_at)
    _change(settings, KEYS, _row(key), "created", key, now, by)
    return key, f"{key_id}_{secret}"


def create_session(settings: Settings, key: Key, now: datetime) -> tuple[Key, str]:
    """A new session of a key, and the text of it: it lasts twelve hours, or as long as the key."""
    session_id, secret = _new_id(SESSION_PREFIX), secrets.token_hex(SECRET_BYTES)
    ends = min(filter(None, (now + SESSION_LASTS, key.expires_at)))
    session = replace(
        key,
        key_id=session_id,
        secret_sha256=_digest(secret),
        created_at=now,
        expires_at=ends,
        session_of=key.key_id,
    )
    _change(settings, KEYS, _row(session), "signed in", session, now, key.key_id)
    return session, f"{session_id}_{secret}"


def revoke_key(settings: Settings, key_id: str, now: datetime, *, by: str) -> Key:
    """The key or session with an id, which counts no more; revoked before, it stays as it is.

    Raises
    ------
    SettingsError
        If there is none.
    """
    engine = open_store(settings)
    key = next((each for each in keys(engine, EVER) if each.key_id == key_id), None)
    if key is None:
        raise SettingsError(
            [f"there is no key {key_id!r}; expected an id that `duecast keys list` shows"]
        )
    if key.revoked_at is None:
        values = {"key_id": key_id, "revoked_at": stored_utc(now)}
        change = "signed out" if key.session_of == by else "revoked"
        with suppress(IntegrityError):  # somebody else has just revoked it
            _change(settings, REVOCATIONS, values, change, key, now, by)
    return next(each for each in keys(engine, EVER) if each.key_id == key_id)


def keys(engine: Engine, sessions_since: datetime | None = None) -> tuple[Key, ...]:
    """Every key that there ever was, the first made first; sessions that end after a moment.

    Parameters
    ----------
    sessions_since
        The moment; None: no sessions.
    """
    since = datetime.max if sessions_since is None else stored_utc(sessions_since)
    wanted = (
        select(KEYS, REVOCATIONS.c.revoked_at)
        .join(REVOCATIONS, isouter=True)
        .where(or_(KEYS.c.session_of.is_(None), KEYS.c.expires_at > since))
        .order_by(KEYS.c.created_at, KEYS.c.key_id)
    )
    with engine.connect() as connection:
        return tuple(_key(row) for row in connection.execute(wanted))


def key_reader(settings: Settings, now: Callable[[], datetime]) -> Callable[[], tuple[Key, ...]]:
    """What reads every key of a database, which it opens when it is first asked.

    Of the sessions it reads those that are not over, or were not a day ago.
    """
    engine = cache(lambda: open_store(settings))
    return lambda: keys(engine(), now() - timedelta(days=1))


def _change(
    settings: Settings,
    table: Table,
    values: dict[str, Any],
    change: str,
    key: Key,
    now: datetime,
    by: str,
) -> None:
    """Write what was made or revoked, with its audit record: no key changes otherwise."""
    what = {"change": change, "key_id": key.key_id, "role": key.role}
    # A session is of a person: the trail names its key, which has the name.
    what |= {"name": key.name} if key.session_of is None else {"session_of": key.session_of}
    with recorded_change(settings, "key", actor=by, at=now, what=what) as connection:
        connection.execute(insert(table).values(**values))


def _new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(ID_BYTES)


def _row(key: Key) -> dict[str, Any]:
    """The row of a key in its table."""
    return {
        **{column.name: getattr(key, column.name) for column in KEYS.columns},
        "created_at": stored_utc(key.created_at),
        "expires_at": None if key.expires_at is None else stored_utc(key.expires_at),
    }


def _key(row: Row[Any]) -> Key:
    values = dict(row._mapping)
    moments = {
        name: values[name] and values[name].replace(tzinfo=UTC)
        for name in ("created_at", "expires_at", "revoked_at")
    }
    return Key(**values | moments)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
