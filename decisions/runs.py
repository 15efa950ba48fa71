"""Score runs: everything scored once on one day, kept whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from decisions import policy as policies
from decisions.champion import Champion
from decisions.exposure import BASIS
from decisions.policy import Policy
from decisions.records import RunRecord, append_run, runs
from decisions.scoring import Portfolio, score_portfolio
from decisions.tables import customer_table, invoice_table, worklist_table
from decisions.worklist import worklist
from ledger.days import date_of, day_of, parse_day
from ledger.digest import digest
from ledger.errors import DuecastError
from ledger.ledger import Ledger
from ledger.progress import silent
from ledger.settings import Settings
from ledger.store import open_store

INVOICES, CUSTOMERS, WORKLIST, FACTS = (
    "invoices.parquet",
    "customers.parquet",
    "worklist.parquet",
    "run.json",
)

STEPS = ("Scoring", "Writing the run")


class NoRunError(DuecastError):
    """There is no score run to answer from."""


@dataclass(frozen=True)
class Identity:
    """What makes a run the one it is."""

    source: str
    as_of: date
    ledger_sha256: str
    model_version: int
    model_sha256: str
    policy_sha256: str
    explain: int

    @property
    def run_id(self) -> str:
        """The day, and a digest of all of it."""
        text = json.dumps(asdict(self), default=date.isoformat, sort_keys=True)
        return f"{self.as_of.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Run:
    """A complete score run and the directory of its files."""

    record: RunRecord
    directory: Path

    def table(self, name: str) -> Any:
        """One of `INVOICES`, `CUSTOMERS` and `WORKLIST`, as an arrow table."""
        return pq.read_table(self.directory / name)

    @property
    def facts(self) -> dict[str, Any]:
        """What every answer from this run says: its day, basis, model, policy and notes."""
        facts: dict[str, Any] = json.loads((self.directory / FACTS).read_text(encoding="utf-8"))
        return facts


def make_run(
    settings: Settings,
    ledger: Ledger,
    champion: Champion,
    policy: Policy,
    as_of: int,
    explain: int,
    made_at: datetime,
    progress: Callable[[str], None] = silent,
    *,
    source: Path,
) -> Run:
    """The score run of a ledger on a day; the one that exists, where its files are intact.

    It is there only when all of its files are written and it is recorded. The same ledger as
    known at `as_of`, model, policy and number of reasons make the same run, bit for bit, given
    the day of the run of this ledger before it, from which on broken promises count.

    Parameters
    ----------
    settings
        The home that keeps runs and records.
    ledger, champion, policy, as_of, explain
        What is scored by what; see `score_portfolio`.
    made_at
        Now, in UTC.
    progress
        Told each of `STEPS` as it begins.
    source
        Where the ledger was read from: runs of another place are those of another ledger.

    Raises
    ------
    LedgerError
        Naming every currency of an open balance for which there is no rate at most 7 days old.
    """
    engine = open_store(settings)
    known = ledger.known_at(as_of)
    identity = Identity(
        str(source.resolve()),
        date_of(as_of),
        digest(known),
        champion.version,
        champion.sha256,
        policies.digest(policy),
        explain,
    )
    existing = runs(engine, run_id=identity.run_id)
    if existing:
        run = Run(existing[0], _directory(settings, identity.run_id))
        if _intact(run):
            return run
        since = run.record.since
    else:
        since = _since(
            runs(engine, source=identity.source, before=identity.as_of), policy, identity.as_of
        )
    progress(STEPS[0])
    portfolio = score_portfolio(ledger, champion.bundle, policy, as_of, explain)
    found = worklist(policy, portfolio, day_of(since))
    tables = {
        INVOICES: invoice_table(portfolio, found, parse_day(champion.bundle.window["as_of"])),
        CUSTOMERS: customer_table(portfolio),
        WORKLIST: worklist_table(found),
    }
    progress(STEPS[1])
    directory = _directory(settings, identity.run_id)
    facts = _facts(identity, portfolio, champion, policy, since)
    record = RunRecord(
        run_id=identity.run_id,
        source=identity.source,
        as_of=identity.as_of,
        ledger_through=date_of(known.extract.complete_through),
        since=since,
        ledger_sha256=identity.ledger_sha256,
        model_version=champion.version,
        model_sha256=champion.sha256,
        policy_version=policy.version,
        policy_sha256=identity.policy_sha256,
        explain=explain,
        made_at=made_at,
        invoices=len(portfolio.position.items),
        customers=len(portfolio.position.customers),
        files=_write(directory, tables, facts),
    )
    append_run(engine, record)
    return Run(record, directory)


def find_run(
    settings: Settings, source: Path, *, run_id: str | None = None, as_of: date | None = None
) -> Run:
    """The run of a ledger with an id, else the last one of a day, else the last one of all.

    Raises
    ------
    NoRunError
        If there is no such run, or its files are not what was recorded.
    """
    place = str(source.resolve())
    found = runs(open_store(settings), source=place, run_id=run_id, as_of=as_of)
    if not found:
        which = f"run {run_id}" if run_id else f"score run as of {as_of}" if as_of else "score run"
        raise NoRunError(f"there is no {which}; make one with `duecast worklist LEDGER`")
    run = Run(found[0], _directory(settings, found[0].run_id))
    if not _intact(run):
        raise NoRunError(
            f"the files of run {run.record.run_id} are missing or altered; make it again with "
            f"`duecast worklist LEDGER --as-of {run.record.as_of}`"
        )
    return run


def _facts(
    identity: Identity, portfolio: Portfolio, champion: Champion, policy: Policy, since: date
) -> dict[str, Any]:
    """What every answer from a run says; no clock, so that the same run has the same bytes."""
    through = portfolio.position.ledger.extract.complete_through
    return {
        "run_id": identity.run_id,
        "as_of": identity.as_of.isoformat(),
        "ledger_through": date_of(through).isoformat(),
        "since": since.isoformat(),
        "basis": "known",
        "exposure_basis": BASIS,
        "reporting_currency": portfolio.position.currency,
        "priors_from": portfolio.priors_from,
        "model": {"version": champion.version, "sha256": champion.sha256},
        "policy": policies.echo(policy),
        "invoices": len(portfolio.position.items),
        "customers": len(portfolio.position.customers),
        "notes": list(portfolio.notes),
    }


def _since(earlier: Sequence[RunRecord], policy: Policy, as_of: date) -> date:
    """Day of the run before, else as far back as the policy looks."""
    if earlier:
        return earlier[0].as_of
    return as_of - timedelta(days=policy.worklist.first_run_looks_back_days)


def _directory(settings: Settings, run_id: str) -> Path:
    return settings.home / "runs" / run_id


def _intact(run: Run) -> bool:
    """Whether every file of a run is what was recorded."""
    return all(
        (run.directory / name).is_file() and _sha256(run.directory / name) == sha256
        for name, sha256 in run.record.files.items()
    )


def _write(directory: Path, tables: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of the files of a run, after writing its directory, which appears whole."""
    scratch = directory.with_name(f".making-{directory.name}-{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        for name, table in tables.items():
            pq.write_table(table, scratch / name)
        text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (scratch / FACTS).write_text(f"{text}\n", encoding="utf-8")
        files = {path.name: _sha256(path) for path in sorted(scratch.iterdir())}
        for path in (*scratch.iterdir(), scratch):
            _flush(path)
        _replace(scratch, directory)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return files


def _replace(scratch: Path, directory: Path) -> None:
    """Move a directory to where another may be; another process may be doing the same."""
    old = scratch.with_name(f"{scratch.name}-old")
    while scratch.exists():
        try:
            scratch.rename(directory)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            with suppress(FileNotFoundError):
                directory.rename(old)
    _flush(directory.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    """Have what was written to a file or directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
