"""Keys and sessions that ended long ago: found, and dropped with their revocations."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from decisions.retention import Aged


def aged_keys(before: date) -> "Aged":
    """What drops keys and sessions that expired or were revoked before a day."""
    from decisions.retention import Aged

    return Aged("keys", before, ended_keys, drop_keys, "key_ids")


def ended_keys(connection: "Connection", before: date) -> list[str]:
    """Ids of sessions, then of keys, that ended before a day; no key of a session that did not."""
    from sqlalchemy import or_, select

    from serving.access import KEYS, REVOCATIONS

    moment = datetime.combine(before, time())
    ended = or_(KEYS.c.expires_at < moment, REVOCATIONS.c.revoked_at < moment)
    wanted = select(KEYS.c.key_id, KEYS.c.session_of).join(REVOCATIONS, isouter=True)
    found = dict(connection.execute(wanted.where(ended)).all())
    sessions = select(KEYS.c.key_id, KEYS.c.session_of).where(KEYS.c.session_of.is_not(None))
    needed = {key for session, key in connection.execute(sessions).all() if session not in found}
    return sorted(found.keys() - needed, key=lambda key_id: (found[key_id] is None, key_id))


def drop_keys(connection: "Connection", ids: Sequence[str]) -> None:
    """Drop some keys with their revocations, in a transaction that `writing` began."""
    from decisions.retention import drop_rows
    from serving.access import KEYS, REVOCATIONS

    drop_rows(REVOCATIONS, connection, ids)
    drop_rows(KEYS, connection, ids)
