"""Readiness: the desk once it is open, and until then the reason why it is not."""

import logging
import threading
from collections.abc import Callable

from serving.desk import Desk
from serving.problems import RefusedError

_log = logging.getLogger(__name__)


class Readiness:
    """Opens the desk in a thread of its own, so that the process is alive meanwhile."""

    def __init__(self) -> None:
        self._desk: Desk | None = None
        self._refusal = RefusedError("starting", "the champion and the ledger are being loaded")

    def open(self, make: Callable[[], Desk]) -> threading.Thread:
        """Begin to open the desk that `make` makes."""
        thread = threading.Thread(target=self._open, args=(make,), name="opening", daemon=True)
        thread.start()
        return thread

    def desk(self) -> Desk:
        """The desk.

        Raises
        ------
        RefusedError
            If it is not open yet, or could not be opened.
        """
        if self._desk is None:
            raise self._refusal
        return self._desk

    def _open(self, make: Callable[[], Desk]) -> None:
        try:
            self._desk = make()
        except RefusedError as refusal:
            for flaw in refusal.flaws:
                _log.error("not ready: %s", flaw.detail)
            self._refusal = refusal
        except Exception:
            _log.exception("not ready: the service failed to start")
            self._refusal = RefusedError("not-ready", "it failed to start; the log says why")
