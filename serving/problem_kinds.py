"""The kinds of problems that the service answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its name in `type`, the status and the title it is answered with."""

    name: str
    status: HTTPStatus
    title: str
    meaning: str


_KINDS = (
    Kind(
        "invalid-request",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request is not valid",
        "`errors` names every value that cannot be used and its place.",
    ),
    Kind(
        "unreadable-body",
        HTTPStatus.BAD_REQUEST,
        "The body cannot be read",
        "The body is no JSON, or nested too deeply.",
    ),
    Kind(
        "unknown-id",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger does not have what is asked for",
        "`errors` names every id that the ledger does not have; nothing was scored.",
    ),
    Kind(
        "unusable-day",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger does not reach the day asked for",
        "`as_of` lies after the last day that the ledger is complete through.",
    ),
    Kind(
        "unusable-ledger",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger cannot be used as it is",
        "`errors` names every problem of the ledger in the request, or of the stored one.",
    ),
    Kind(
        "unauthorised",
        HTTPStatus.UNAUTHORIZED,
        "The request has no key that counts",
        "Send `Authorization: Bearer KEY`; the key may be unknown, expired or revoked.",
    ),
    Kind(
        "forbidden",
        HTTPStatus.FORBIDDEN,
        "The key may not ask this",
        "Its role may not, or the customers asked for are another collector's.",
    ),
    Kind(
        "not-found",
        HTTPStatus.NOT_FOUND,
        "There is no such address",
        "The path is none of this service.",
    ),
    Kind(
        "no-such-run",
        HTTPStatus.NOT_FOUND,
        "There is no such score run",
        "`run` names a score run that this service does not have.",
    ),
    Kind(
        "no-such-customer",
        HTTPStatus.NOT_FOUND,
        "The score run has no such customer",
        "The id is of no customer that the ledger had on the day of the run.",
    ),
    Kind(
        "no-such-record",
        HTTPStatus.NOT_FOUND,
        "There is no such audit record",
        "The id is none that an answer named.",
    ),
    Kind(
        "method-not-allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The address does not take this method",
        "The header `Allow` names the methods it takes.",
    ),
    Kind(
        "read-timeout",
        HTTPStatus.REQUEST_TIMEOUT,
        "The request did not arrive in time",
        "The body was not complete when the time to send it was over.",
    ),
    Kind(
        "no-score-run",
        HTTPStatus.CONFLICT,
        "There is no score run yet",
        "Worklist, alerts, profiles and portfolio read a score run; `duecast score` makes one.",
    ),
    Kind(
        "taken-id",
        HTTPStatus.CONFLICT,
        "The id is taken",
        "`errors` names every id that a row of another customer has; give the contact another.",
    ),
    Kind(
        "too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "Send fewer invoices, or a shorter history, in one request.",
    ),
    Kind(
        "not-json",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not JSON",
        "Send JSON with `Content-Type: application/json`.",
    ),
    Kind(
        "too-many-requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "The key has asked too often",
        "Each key may ask so many times a minute; ask again after `Retry-After`.",
    ),
    Kind(
        "internal",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service failed",
        "The service's log says why, under the same `request_id`.",
    ),
    Kind(
        "starting",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is starting",
        "It is loading the champion and the ledger; `Retry-After` says when to ask again.",
    ),
    Kind(
        "not-ready",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is not ready",
        "`errors` says what is missing: a champion, a ledger.",
    ),
    Kind(
        "no-database",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database cannot be used",
        "It cannot be reached, or not in time; ask again after `Retry-After`.",
    ),
    Kind(
        "not-recorded",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The answer cannot be recorded",
        "No record, no answer: whoever runs the service finds in its log what is wrong.",
    ),
    Kind(
        "busy",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is busy",
        "As many requests as it answers at once are under way; ask again after `Retry-After`.",
    ),
    Kind(
        "stopping",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is stopping",
        "This process was told to stop; ask again after `Retry-After`, and another will answer.",
    ),
    Kind(
        "answer-timeout",
        HTTPStatus.GATEWAY_TIMEOUT,
        "The answer took too long",
        "Ask for less in one request. Whether a write is stored is not known: send it again.",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind of problem, by name."""

HEADERS = {
    "busy": {"Retry-After": "1"},
    "no-database": {"Retry-After": "5"},
    "not-ready": {"Retry-After": "30"},
    "not-recorded": {"Retry-After": "30"},
    "read-timeout": {"Connection": "close"},
    "starting": {"Retry-After": "2"},
    "stopping": {"Retry-After": "2", "Connection": "close"},
    "too-large": {"Connection": "close"},
    "unauthorised": {"WWW-Authenticate": "Bearer"},
}
"""Headers of some kinds of problem: when to ask again, with what; not to go on with a body
left unread."""
