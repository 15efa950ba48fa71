"""Readiness: the desk as it is now, or why there is none; kept up with the champion."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from decisions.champion import Champion, champion, last_accepted
from decisions.policy import Policy, read_policy
from decisions.policy_records import store_policy
from features.stored_ledger import StoredLedger
from ledger.errors import DatabaseError, DuecastError
from ledger.settings import Settings
from ledger.store import Engine, open_database
from models.registry import CHAMPION, UnreachableError, look_up
from serving.desk import Desk, no_ledger, warm
from serving.metered import MeteredLedger, metered
from serving.meters import Meters
from serving.problems import Flaw, RefusedError
from serving.refusal import Refusal

_log = logging.getLogger(__name__)


class Readiness:
    """Opens the desk in a thread of its own, and looks every few seconds for a new champion.

    A new champion takes the place of the old one between two requests, once it is loaded, checked
    and warm; a request that is under way ends with the one it began with. One that cannot be used
    is refused, and the old one goes on. What is missing at the start is looked for again.

    Parameters
    ----------
    settings, now
        Where things run, and the time.
    meters
        Show the version in use.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime], meters: Meters) -> None:
        self._settings, self._now, self._meters = settings, now, meters
        self._desk: Desk | None = None
        self._engine: Engine | None = None
        self._refusal: Refusal | None = None
        self._missing = RefusedError("starting", "the champion and the ledger are being loaded")
        self._said: list[str] = []
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._keep_looking, name="readiness", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        if self._engine is not None:
            self._engine.dispose()

    def desk(self) -> Desk:
        """The desk.

        Raises
        ------
        RefusedError
            If it is not open yet, or could not be opened.
        """
        desk = self._desk
        if desk is None:
            raise self._missing
        return desk

    def engine(self) -> Engine:
        """The database.

        Raises
        ------
        RefusedError
            If it is not open yet, or could not be opened.
        """
        engine = self._engine
        if engine is None:
            raise self._missing
        return engine

    def require_ready(self) -> None:
        """Refuse where scores cannot be asked for just now.

        Raises
        ------
        RefusedError
            Naming what is missing.
        DatabaseError
            If the database cannot be reached.
        """
        if self.desk().stored.head() is None:
            raise no_ledger()

    @property
    def refusal(self) -> Refusal | None:
        """The champion that could not be taken up, while it is champion."""
        return self._refusal

    def look(self) -> None:
        """Open the desk where there is none, and take up the champion where it is a new one."""
        try:
            if self._engine is None:
                self._engine = open_database(self._settings.database_url, pooled=True)
            self._desk = self._renewed(self._engine, self._desk)
            self._said = []
        except DuecastError as error:
            self._say_missing(error)
        except Exception:
            _log.exception("looking for the champion failed")
            if self._desk is None:
                self._missing = RefusedError("not-ready", "it failed to start; the log says why")

    def _keep_looking(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(self._settings.poll_seconds)

    def _renewed(self, engine: Engine, desk: Desk | None) -> Desk:
        """The desk with the champion of now, or with the old one where that cannot be used."""
        if desk is None:
            return self._opened(engine)
        try:
            wanted = look_up(self._settings, CHAMPION)
        except UnreachableError:
            return desk
        if (wanted.version, wanted.sha256) == (desk.champion.version, desk.champion.sha256):
            self._accept()
            return desk
        refused = self._refusal
        if refused and (wanted.version, wanted.sha256) == (refused.version, refused.sha256):
            return desk
        try:
            model = champion(self._settings)
            if (model.version, model.sha256) != (wanted.version, wanted.sha256):
                _log.warning("version %d is champion, but cannot be fetched now", wanted.version)
                return desk
            stored = self._stored(engine, model, desk)
            warm(model.bundle, desk.policy, stored)
        except DatabaseError:
            raise
        except Exception as error:  # whatever a bundle does when it is tried, the old one goes on
            self._refuse(wanted.version, wanted.sha256, error)
            return desk
        _log.info("version %d takes the place of %d", model.version, desk.champion.version)
        self._accept()
        return self._taken_up(replace(desk, champion=model, stored=stored, since=self._now()))

    def _opened(self, engine: Engine) -> Desk:
        """A first desk.

        Raises
        ------
        RefusedError
            Naming everything that is missing or cannot be used.
        """
        problems: list[str] = []
        model, policy = self._first_champion(problems), self._policy(problems)
        if model is None or policy is None:
            flaws = [Flaw(problem) for problem in problems]
            raise RefusedError("not-ready", "what scores need is missing or cannot be used", flaws)
        stored = self._stored(engine, model, None)
        warm(model.bundle, policy, stored)
        return self._taken_up(Desk(model, policy, stored, self._now()))

    def _first_champion(self, problems: list[str]) -> Champion | None:
        """The champion; the one accepted last where it cannot be used; else why there is none."""
        try:
            return champion(self._settings)
        except Exception as error:  # as below: a bundle may do whatever it likes
            accepted = last_accepted(self._settings)
            if accepted is None:
                problems += _why(error).splitlines()
                return None
            wanted = look_up(self._settings, CHAMPION)
            self._refuse(wanted.version, wanted.sha256, error)
            return accepted

    def _policy(self, problems: list[str]) -> Policy | None:
        try:
            return read_policy(self._settings.policy)
        except DuecastError as error:
            problems += str(error).splitlines()
            return None

    def _stored(self, engine: Engine, model: Champion, desk: Desk | None) -> StoredLedger:
        """The stored ledger with priors by the definitions of a model."""
        definitions = model.bundle.definitions
        if desk is not None and desk.stored.definitions == definitions:
            return desk.stored
        stored = MeteredLedger(engine, definitions, self._meters)
        stored.prepare()
        return stored

    def _taken_up(self, desk: Desk) -> Desk:
        store_policy(desk.stored.engine, desk.policy)
        self._meters.model_version.set(desk.champion.version)
        model = replace(desk.champion, bundle=metered(desk.champion.bundle, self._meters))
        return replace(desk, champion=model)

    def _accept(self) -> None:
        self._refusal = None
        self._meters.champion_refused.set(0)

    def _refuse(self, version: int, sha256: str, error: Exception) -> None:
        why = _why(error)
        _log.error("version %d is champion, but cannot be used: %s", version, why)
        self._refusal = Refusal(version, sha256, why, self._now())
        self._meters.champion_refused.set(1)

    def _say_missing(self, error: DuecastError) -> None:
        """Log why there is no desk, where that is news; a desk that is open goes on."""
        if isinstance(error, DatabaseError):
            self._meters.database_errors.inc()
            refusal = RefusedError(
                "no-database", "the database cannot be used now; the log says why"
            )
        elif isinstance(error, RefusedError):
            refusal = error
        else:
            flaws = [Flaw(line) for line in str(error).splitlines()]
            refusal = RefusedError("not-ready", "the service cannot be made ready", flaws)
        said = [flaw.detail for flaw in refusal.flaws] or [str(error)]
        if said != self._said:
            self._said = said
            _log.error("not ready: %s", "; ".join(said))
        if self._desk is None:
            self._missing = refusal


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, DuecastError) else f"{type(error).__name__}: {error}"
