"""Draining: told to stop, a process refuses what is new and ends what it has begun."""

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from serving.problems import RefusedError

_log = logging.getLogger(__name__)


class Draining:
    """Counts the requests under way, and holds back SIGTERM until there are none.

    The server closes its door as soon as it is told to stop, and whoever knocks then waits for
    nothing. So we hear the signal first: what comes from then on is refused with 503, and the
    server is told once every answer is given, which the bounds of the gate see to.
    """

    def __init__(self) -> None:
        self._underway = 0
        self._stopping = False
        self._idle = asyncio.Event()

    def require_open(self) -> None:
        """Refuse once the process is told to stop.

        Raises
        ------
        RefusedError
            Telling to ask another process, or later.
        """
        if self._stopping:
            raise RefusedError("stopping", "it answers what it has begun; ask again shortly")

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request, for as long as it is being read and answered; see `require_open`."""
        self.require_open()
        self._underway += 1
        try:
            yield
        finally:
            self._underway -= 1
            if self._stopping and not self._underway:
                self._idle.set()

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Hear SIGTERM before the server does, for the time of the block, in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop, servers = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

        def hear(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(begin)

        def begin() -> None:
            if not self._stopping:
                self._stopping = True
                _log.info("told to stop; %d requests are under way", self._underway)
                stops.append(loop.create_task(stop()))

        async def stop() -> None:
            if self._underway:
                await self._idle.wait()
            signal.signal(signal.SIGTERM, servers)
            signal.raise_signal(signal.SIGTERM)

        stops: list[asyncio.Task[None]] = []
        signal.signal(signal.SIGTERM, hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, servers)
