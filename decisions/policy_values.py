"""What values of a policy may be: their ranges, and what several of them must agree on."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

from ledger.configuration import Within

Count = Annotated[int, Within(0)]
Days = Annotated[int, Within(-3650, 3650)]
Share = Annotated[float, Within(0, 1)]
LossShare = Annotated[float, Within(0.01, 1)]
Money = Annotated[float, Within(0)]
Factor = Annotated[float, Within(0)]


def rising(where: str, values: Sequence[float], count: int) -> list[str]:
    """What is wrong with values that must be so many and rise."""
    if len(values) == count and sorted(set(values)) == list(values):
        return []
    return [f"{where} is {list(values)}; expected {count} rising numbers; put them in order"]


def falling(where: str, values: Sequence[float], why: str) -> list[str]:
    """What is wrong with values that must not rise."""
    if all(later <= earlier for earlier, later in pairwise(values)):
        return []
    return [f"{where} rises to {list(values)}; expected falling numbers, as {why}; correct it"]


def strangers(where: str, given: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    """What is wrong with a table that may have only some keys."""
    return [
        f"{where}.{name} is no key here; expected one of {', '.join(known)}; correct or remove it"
        for name in given
        if name not in known
    ]
