"""Credentials: the key or the session that a request brings, and whether its own page sent it."""

import base64
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

COOKIE = "duecast_session"
SIGNED_IN_AS = "x-signed-in-as"
"""Header by which a page says with which key it was signed in: the cookie is that of all pages."""

KEY = re.compile(r"(?P<key_id>dk_[0-9a-f]{12})_(?P<secret>[0-9a-f]{48})")
SESSION = re.compile(r"(?P<key_id>ds_[0-9a-f]{12})_(?P<secret>[0-9a-f]{48})")


BROWSED = re.compile(r"/docs(/.*)?|/openapi\.json")
"""Paths that people open in a browser, which sends a key only as the password it asks for. Later
it sends that with every request, wherever to: elsewhere it does not count."""


def key_text(said: str, path: str) -> str:
    """What an `Authorization` header gives as a key (RFC 6750); else "".

    Where people browse, also what it gives as a password (RFC 7617).

    >>> key_text("Bearer dk_1", "/v1/model"), key_text("Basic bWU6ZGtfMQ==", "/docs")
    ('dk_1', 'dk_1')
    >>> key_text("Basic bWU6ZGtfMQ==", "/v1/model"), key_text("Digest dk_1", "/docs")
    ('', '')
    """
    scheme, _, rest = said.partition(" ")
    if scheme.lower() == "bearer":
        return rest.lstrip(" ")
    if scheme.lower() != "basic" or not BROWSED.fullmatch(path):
        return ""
    try:
        return base64.b64decode(rest.strip(" "), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def session_text(headers: Headers, path: str) -> str | None:
    """What the cookie gives as a session; None where there is none, or a key is sent beside it."""
    if key_text(headers.get("authorization", ""), path):
        return None
    return cookie_parser(headers.get("cookie", "")).get(COOKIE)


def is_of_own_page(headers: Headers) -> bool:
    """Whether a browser says that a page of this service made the request.

    `Sec-Fetch-Site` decides; browsers that do not send it send `Origin` with what changes
    anything. It is compared with `Host` without its scheme, which a proxy may have ended.

    >>> is_of_own_page(Headers({"Host": "a.example", "Origin": "https://a.example"}))
    True
    >>> is_of_own_page(Headers({"Host": "a.example", "Sec-Fetch-Site": "same-site"}))
    False
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", "")).netloc
    return bool(origin) and origin == headers.get("host")
