"""Admission: who asks, whether they may, and whether they have asked too often."""

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.datastructures import Headers
from starlette.types import Scope

from ledger.settings import Settings
from serving.access import Key, key_reader
from serving.callers import Caller
from serving.credentials import (
    BROWSED,
    KEY,
    SESSION,
    SIGNED_IN_AS,
    is_of_own_page,
    key_text,
    session_text,
)
from serving.keyring import Keyring
from serving.problems import RefusedError
from serving.rates import FILE, Rates
from serving.roles import ENDPOINTS, Endpoints, roles_by_method

SIGN_INS_PER_MINUTE = 20
"""How often one address may try to sign in with what is no key."""

CHANGES_NOTHING = ("GET", "HEAD")

_log = logging.getLogger(__name__)


class Admission:
    """Finds out who makes a request, and refuses it where they may not.

    Why a key does not count is told to the log, with the key's id and never its secret, and not
    to the caller. A key that is made or revoked counts, or no longer, after the few seconds of
    the keyring. A session counts while its key does, and asks in its name.

    Parameters
    ----------
    keyring
        The keys.
    rates, sign_ins
        How often keys asked, and how often addresses tried to sign in in vain.
    now
        The time.
    endpoints
        Who may ask what.
    """

    def __init__(
        self,
        keyring: Keyring,
        rates: Rates,
        sign_ins: Rates,
        now: Callable[[], datetime],
        endpoints: Endpoints = ENDPOINTS,
    ) -> None:
        self._keyring = keyring
        self._rates = rates
        self._sign_ins = sign_ins
        self._now = now
        self._endpoints = endpoints

    @classmethod
    def of(cls, settings: Settings, now: Callable[[], datetime]) -> "Admission":
        """Admission by the keys of a database; nothing is opened before somebody asks."""
        file = settings.home / FILE
        return cls(
            Keyring(key_reader(settings, now)),
            Rates(file, settings.requests_per_minute),
            Rates(file, SIGN_INS_PER_MINUTE),
            now,
        )

    async def admit(self, scope: Scope) -> Caller:
        """Who makes a request that may be answered.

        Raises
        ------
        RefusedError
            If it has no key or session that counts, its role may not ask this, no role may, a
            session is used by another site, or the key has asked too often.
        DatabaseError
            If the keys cannot be read.
        """
        headers = Headers(scope=scope)
        text = session_text(headers, scope["path"])
        if text is None:
            key = await self._key(headers.get("authorization"), scope)
        else:
            key = (await self._session(text, scope))[1]
            if headers.get(SIGNED_IN_AS, key.key_id) != key.key_id:
                raise _refused("unauthorised", "another key", key.key_id, scope)
            if scope["method"] not in CHANGES_NOTHING:
                require_own_page(key, scope)
        self._authorise(key, scope)
        _require_patience(self._rates.wait_seconds(key.key_id), "this key has asked too often")
        return Caller(key.key_id, key.name, key.role, key.collector)

    async def sign_in(self, text: str, scope: Scope) -> Key:
        """The key that somebody signs in with.

        Raises
        ------
        RefusedError
            If it does not count, or too many that did not came from its address.
        DatabaseError
            If the keys cannot be read.
        """
        address = _address(scope)
        tries = f"sign-in {address}"
        wait_seconds = self._sign_ins.wait_seconds(tries, counts=False)
        _require_patience(wait_seconds, f"{address} has tried to sign in too often")
        try:
            return await self._key(f"Bearer {text}", scope)
        except RefusedError:
            self._sign_ins.wait_seconds(tries)
            raise

    async def session(self, scope: Scope) -> tuple[Key, Key] | None:
        """The session of a request and the key it was made from; None where it has none.

        Raises
        ------
        RefusedError
            If it counts no more.
        DatabaseError
            If the keys cannot be read.
        """
        text = session_text(Headers(scope=scope), scope["path"])
        return None if text is None else await self._session(text, scope)

    def sessions_changed(self) -> None:
        """Have this process know at once of a session that it made or ended."""
        self._keyring.read_anew()

    async def _key(self, said: str | None, scope: Scope) -> Key:
        given = KEY.fullmatch(key_text(said or "", scope["path"]))
        if given is None:
            raise _refused("unauthorised", "no key" if said is None else "no such form", "", scope)
        found = await self._keyring.find(given["key_id"])
        return self._valid(found, given["key_id"], given["secret"], scope)

    async def _session(self, text: str, scope: Scope) -> tuple[Key, Key]:
        given = SESSION.fullmatch(text)
        if given is None:
            raise _refused("unauthorised", "no such form", "", scope)
        found = await self._keyring.find(given["key_id"], patiently=True)
        session = self._valid(found, given["key_id"], given["secret"], scope)
        key = await self._keyring.find(str(session.session_of))
        return session, self._valid(key, session.key_id, None, scope)

    def _valid(self, key: Key | None, key_id: str, secret: str | None, scope: Scope) -> Key:
        """A key that counts, its secret being right; None: it needs none."""
        if key is None:
            state = "unknown"
        elif secret is not None and not key.has_secret(secret):
            state = "wrong secret"
        else:
            state = key.state(self._now())
        if key is None or state != "valid":
            raise _refused("unauthorised", state, key_id, scope)
        return key

    def _authorise(self, key: Key, scope: Scope) -> None:
        roles = roles_by_method(scope["path"], self._endpoints)
        if roles and scope["method"] not in roles:
            raise RefusedError(
                "method-not-allowed",
                "Allow names the methods it takes",
                headers={"Allow": ", ".join(sorted(roles))},
            )
        if key.role not in roles.get(scope["method"], ()):
            raise _refused("forbidden", f"role {key.role}", key.key_id, scope)


def require_own_page(key: Key, scope: Scope) -> None:
    """Refuse a session that a page of another site makes use of."""
    if not is_of_own_page(Headers(scope=scope)):
        raise _refused("forbidden", "another site", key.key_id, scope)


def _require_patience(wait_seconds: int, why: str) -> None:
    if wait_seconds:
        raise RefusedError(
            "too-many-requests",
            f"{why}; ask again in {wait_seconds} seconds",
            headers={"Retry-After": str(wait_seconds)},
        )


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("unknown",))[0])


def _refused(kind: str, why: str, key_id: str, scope: Scope) -> RefusedError:
    """The refusal of a request, once the log has it."""
    _log.warning(
        "%s (%s): key %s, %s %r, from %s, request %s",
        kind,
        why,
        key_id or "none",
        scope["method"],
        scope["path"],
        _address(scope),
        scope["state"]["request_id"],
    )
    browsed = kind == "unauthorised" and BROWSED.fullmatch(scope["path"])
    headers = {"WWW-Authenticate": 'Basic realm="duecast"'} if browsed else {}
    return RefusedError(kind, _DETAILS.get(why, _DETAILS[kind]), headers=headers)


_DETAILS = {
    "unauthorised": "expected `Authorization: Bearer KEY` with a key that counts; whoever runs the "
    "service makes one with `duecast keys create`",
    "forbidden": "the role of this key may not ask this; use a key of another role",
    "another key": "this browser is signed in with another key by now; sign in again",
    "another site": "a session is for the pages of this service; send a key instead",
}
