"""Admission: who asks, whether they may, and whether they have asked too often."""

import base64
import logging
import re
from collections.abc import Callable
from datetime import datetime

from starlette.datastructures import Headers
from starlette.types import Scope

from ledger.settings import Settings
from serving.access import Key, key_reader
from serving.callers import Caller
from serving.keyring import Keyring
from serving.problems import RefusedError
from serving.rates import FILE, Rates
from serving.roles import ENDPOINTS, Endpoints, roles_by_method

KEY = re.compile(r"(?P<key_id>dk_[0-9a-f]{12})_(?P<secret>[0-9a-f]{48})")
BROWSED = re.compile(r"/docs(/.*)?|/openapi\.json")
"""Paths that people open in a browser, which sends a key only as the password it asks for."""

_log = logging.getLogger(__name__)


class Admission:
    """Finds out who makes a request, and refuses it where they may not.

    Why a key does not count is told to the log, with the key's id and never its secret, and not
    to the caller. A key that is made or revoked counts, or no longer, after the few seconds of
    the keyring.

    Parameters
    ----------
    keyring
        The keys.
    rates
        How often they asked.
    now
        The time.
    endpoints
        Who may ask what.
    """

    def __init__(
        self,
        keyring: Keyring,
        rates: Rates,
        now: Callable[[], datetime],
        endpoints: Endpoints = ENDPOINTS,
    ) -> None:
        self._keyring = keyring
        self._rates = rates
        self._now = now
        self._endpoints = endpoints

    @classmethod
    def of(cls, settings: Settings, now: Callable[[], datetime]) -> "Admission":
        """Admission by the keys of a database; nothing is opened before somebody asks."""
        rates = Rates(settings.home / FILE, settings.requests_per_minute)
        return cls(Keyring(key_reader(settings)), rates, now)

    async def admit(self, scope: Scope) -> Caller:
        """Who makes a request that may be answered.

        Raises
        ------
        RefusedError
            If it has no key that counts, its role may not ask this, no role may, or the key has
            asked too often.
        DatabaseError
            If the keys cannot be read.
        """
        key = await self._authenticated(scope)
        self._authorise(key, scope)
        wait_seconds = self._rates.wait_seconds(key.key_id)
        if wait_seconds:
            raise RefusedError(
                "too-many-requests",
                f"this key has asked too often; ask again in {wait_seconds} seconds",
                headers={"Retry-After": str(wait_seconds)},
            )
        return Caller(key.key_id, key.name, key.role, key.collector)

    async def _authenticated(self, scope: Scope) -> Key:
        said = Headers(scope=scope).get("authorization")
        given = KEY.fullmatch(_credentials(said or ""))
        if given is None:
            raise _refused("unauthorised", "no key" if said is None else "no such form", "", scope)
        key = await self._keyring.find(given["key_id"])
        if key is None:
            state = "unknown"
        elif not key.has_secret(given["secret"]):
            state = "wrong secret"
        else:
            state = key.state(self._now())
        if key is None or state != "valid":
            raise _refused("unauthorised", state, given["key_id"], scope)
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


def _refused(kind: str, why: str, key_id: str, scope: Scope) -> RefusedError:
    """The refusal of a request, once the log has it."""
    client = (scope.get("client") or ("unknown",))[0]
    _log.warning(
        "%s (%s): key %s, %s %r, from %s, request %s",
        kind,
        why,
        key_id or "none",
        scope["method"],
        scope["path"],
        client,
        scope["state"]["request_id"],
    )
    browsed = kind == "unauthorised" and BROWSED.fullmatch(scope["path"])
    headers = {"WWW-Authenticate": 'Basic realm="duecast"'} if browsed else {}
    return RefusedError(kind, _DETAILS[kind], headers=headers)


def _credentials(said: str) -> str:
    """What an `Authorization` header gives as a key (RFC 6750), or password (RFC 7617); else "".

    >>> _credentials("Bearer dk_1"), _credentials("Basic bWU6ZGtfMQ=="), _credentials("Digest dk_1")
    ('dk_1', 'dk_1', '')
    """
    scheme, _, rest = said.partition(" ")
    if scheme.lower() == "bearer":
        return rest.lstrip(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(" "), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


_DETAILS = {
    "unauthorised": "expected `Authorization: Bearer KEY` with a key that counts; whoever runs the "
    "service makes one with `duecast keys create`",
    "forbidden": "the role of this key may not ask this; use a key of another role",
}
