"""Turns: threads of a process that compute small answers one after the other.

Only one thread of Python computes at a time. Several that try hand the interpreter to each other
with every row they read, and each answer takes many times longer than all of them in a row.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 20
"""Items of a request up to which it waits for its turn; larger ones do not hold up the small."""


class Turns:
    """Gives the threads of a process their turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    @contextmanager
    def of(self, items: int) -> Iterator[None]:
        """The turn of a request for so many items."""
        if items > FEW:
            yield
            return
        with self._turn:
            yield
