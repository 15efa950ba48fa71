"""Roles, and what each may ask: one table, in which nothing that is not said is allowed."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args

Role = Literal["o2c", "analyst", "collector", "admin"]
"""The O2C system, those who study the portfolio, those who collect, those who look after it."""

ROLES: tuple[Role, ...] = get_args(Role)
PROBES = ("/healthz", "/livez", "/readyz")
"""Paths that anybody may ask, without a key."""

_EVERYONE = frozenset(ROLES)
_SCORING = frozenset[Role]({"o2c", "analyst", "admin"})
_COLLECTING = frozenset[Role]({"collector", "analyst", "admin"})
_STUDYING = frozenset[Role]({"analyst", "admin"})
_LOADING = frozenset[Role]({"o2c", "admin"})

Endpoints = Mapping[str, Mapping[str, frozenset[Role]]]
"""Roles by path, as a template, and method."""

ENDPOINTS: Endpoints = {
    "/v1/scores/invoices": {"POST": _SCORING},
    "/v1/scores/customers": {"POST": _SCORING},
    "/v1/credit/limits": {"POST": _SCORING},
    "/v1/credit/checks": {"POST": _SCORING},
    "/v1/ledger/{table}": {"PUT": _LOADING},
    "/v1/worklist": {"GET": _COLLECTING},
    "/v1/contacts": {"POST": _COLLECTING},
    "/v1/alerts": {"GET": _COLLECTING},
    "/v1/customers/{id:path}": {"GET": _EVERYONE},
    "/v1/portfolio/kpis": {"GET": _STUDYING},
    "/v1/portfolio/aging": {"GET": _STUDYING},
    "/v1/portfolio/cash-forecast": {"GET": _STUDYING},
    "/v1/audit/{id}": {"GET": _STUDYING},
    "/v1/model": {"GET": _EVERYONE},
    "/metrics": {"GET": _STUDYING},
    "/openapi.json": {"GET": _EVERYONE, "HEAD": _EVERYONE},
    "/docs": {"GET": _EVERYONE},
    "/docs/docs.js": {"GET": _EVERYONE},
    "/docs/swagger-ui.css": {"GET": _EVERYONE},
    "/docs/swagger-ui-bundle.js": {"GET": _EVERYONE},
}
"""Every path that needs a key, also of routes that are yet to come: who may ask it, and how."""


def is_public(path: str) -> bool:
    """Whether a path is the console's: its pages have nothing in them, its session asks for a key.

    >>> is_public("/"), is_public("/console/main.js"), is_public("/v1/model")
    (True, True, False)
    """
    return path in ("/", "/session") or path.startswith("/console/")


def roles_by_method(path: str, endpoints: Endpoints = ENDPOINTS) -> Mapping[str, frozenset[Role]]:
    """Roles that may ask a path, by method; empty for a path that the table does not name.

    A parameter stands for one part of a path, whatever its name, `{id:path}` for all the rest. A
    path without parameters comes before one with.

    >>> sorted(roles_by_method("/v1/ledger/invoices")["PUT"])
    ['admin', 'o2c']
    >>> roles_by_method("/v1/ledger/invoices/all")
    {}
    """
    if path in endpoints:
        return endpoints[path]
    for template, roles in endpoints.items():
        if "{" in template and _pattern(template).fullmatch(path):
            return roles
    return {}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", template)
    return re.compile("".join(map(_part, parts)), re.DOTALL)


def _part(part: str) -> str:
    """Regular expression of a parameter, or of what stands between two."""
    if not part.startswith("{"):
        return re.escape(part)
    return ".*" if part.endswith(":path}") else "[^/]+"
