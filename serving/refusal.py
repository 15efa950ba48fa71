"""The champion that a service does not take up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Refusal:
    """A champion that is not taken up: which version, why, and when it was first looked at."""

    version: int
    sha256: str
    why: str
    since: datetime
