"""Callers: who asks, and what of the collectors' work they may see."""

from dataclasses import dataclass

from fastapi import Request

from serving.problems import RefusedError
from serving.roles import Role


@dataclass(frozen=True)
class Caller:
    """Who asks: the key, the name it was made with, its role, and for whom a collector collects.

    `collector` is the name that customers are assigned to; empty for every other role.
    """

    key_id: str
    name: str
    role: Role
    collector: str = ""


def caller_of(request: Request) -> Caller:
    """Who asks this request, as the gate found out."""
    caller: Caller = request.state.caller
    return caller


def collector_shown(caller: Caller, asked: str | None) -> str | None:
    """Whose customers a list shows: a collector's own ones, to others what they ask for.

    Raises
    ------
    RefusedError
        If a collector asks for anybody else's.
    """
    if caller.role != "collector":
        return asked
    if asked not in (None, caller.collector):
        raise _not_own(caller, f"those of {asked!r} were asked for")
    return caller.collector


def require_own_customer(caller: Caller, collector_of_customer: str) -> None:
    """Refuse to show a collector a customer that is somebody else's, or nobody's.

    Raises
    ------
    RefusedError
        If the caller is a collector, and the customer is not assigned to it.
    """
    if caller.role == "collector" and collector_of_customer != caller.collector:
        raise _not_own(caller, "this customer is not one of them")


def _not_own(caller: Caller, what: str) -> RefusedError:
    return RefusedError(
        "forbidden", f"this key sees the customers of {caller.collector!r}; {what}; leave it out"
    )
