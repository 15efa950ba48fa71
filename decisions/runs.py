"""Score runs: everything scored once on one day, kept whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from decisions import policy as policies
from decisions.alerts import RunBefore
from decisions.champion import Champion
from decisions.exposure import BASIS
from decisions.policy import Policy
from decisions.policy_records import store_policy
from decisions.records import RunRecord, append_run, run_directory, runs
from decisions.run_files import are_intact, write_files
from decisions.run_names import take_names
from decisions.run_reports import AGING, ALERTS, FORECAST, KPIS, run_reports
from decisions.scoring import Portfolio, score_portfolio
from decisions.tables import customer_table, invoice_table, worklist_table
from decisions.worklist import worklist
from ledger.days import date_of, day_of, parse_day
from ledger.digest import digest
from ledger.errors import DuecastError
from ledger.ledger import Ledger
from ledger.progress import silent
from ledger.settings import Settings
from ledger.store import erased_customers, open_store

INVOICES, CUSTOMERS, WORKLIST, FACTS = (
    "invoices.parquet",
    "customers.parquet",
    "worklist.parquet",
    "run.json",
)

TABLES = (INVOICES, CUSTOMERS, WORKLIST)
"""The tables of a run, see `decisions.tables`."""

REPORTS = (KPIS, AGING, FORECAST, ALERTS)
"""What a run says of its day beside its tables, as JSON."""

NOT_COMPARED = "The files of run {} are missing or altered; alerts compare with no run before."

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

    def table(self, name: str, customer_id: str | None = None) -> Any:
        """One of `TABLES` as an arrow table; only the rows of a customer, where one is given."""
        wanted = None if customer_id is None else [("customer_id", "=", customer_id)]
        return pq.read_table(self.directory / name, filters=wanted)

    @property
    def facts(self) -> dict[str, Any]:
        """What every answer from this run says: its day, basis, model, policy and notes."""
        return self.report(FACTS)

    def report(self, name: str) -> dict[str, Any]:
        """One of `REPORTS`, see `decisions.run_reports`."""
        report: dict[str, Any] = json.loads((self.directory / name).read_text(encoding="utf-8"))
        return report


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
    source: str,
    made_by: str,
    seq: int | None = None,
) -> Run:
    """The score run of a ledger on a day; the one that exists, where its files are intact.

    It is there only when all of its files are written and it is recorded. The same ledger as
    known at `as_of`, model, policy and number of reasons make the same run, bit for bit, given
    the run of this ledger before it: from its day on broken promises count, and with it alerts
    compare.

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
    made_by
        Who makes it, for the audit trail.
    seq
        Last write of the ledger, where it is a stored one.

    Raises
    ------
    LedgerError
        Naming every currency of an open balance for which there is no rate at most 7 days old.
    """
    engine = open_store(settings)
    known = ledger.known_at(as_of)
    identity = Identity(
        source,
        date_of(as_of),
        digest(known),
        champion.version,
        champion.sha256,
        policies.digest(policy),
        explain,
    )
    existing = runs(engine, run_id=identity.run_id)
    if existing:
        run = Run(existing[0], run_directory(settings.home, identity.run_id))
        if _intact(run):
            return run
        since = run.record.since
        earlier = runs(engine, run_id=run.record.run_before) if run.record.run_before else ()
    else:
        earlier = runs(engine, source=identity.source, before=identity.as_of)
        since = _since(earlier, policy, identity.as_of)
    before = Run(earlier[0], run_directory(settings.home, earlier[0].run_id)) if earlier else None
    directory = run_directory(settings.home, identity.run_id)
    record = write_run(
        directory, identity, ledger, champion, policy, since, before, made_at, progress, seq=seq
    )
    store_policy(engine, policy)
    append_run(settings, record, made_by)
    # Whoever was erased since the ledger was read is named in what was made of it; an erasure
    # that comes later finds the run.
    erased = erased_customers(engine)
    if erased:
        record = take_names(settings, record, erased, made_at, made_by) or record
    return Run(record, directory)


def write_run(
    directory: Path,
    identity: Identity,
    ledger: Ledger,
    champion: Champion,
    policy: Policy,
    since: date,
    before: Run | None,
    made_at: datetime,
    progress: Callable[[str], None] = silent,
    *,
    seq: int | None,
) -> RunRecord:
    """The record of a run, yet to be kept, once its files stand in a directory.

    From `since` on broken promises count, and alerts compare with the run `before`; the rest is as
    in `make_run`, which also says what is raised.
    """
    as_of, compared = day_of(identity.as_of), _compared(before)
    progress(STEPS[0])
    portfolio = score_portfolio(ledger, champion.bundle, policy, as_of, identity.explain)
    found = worklist(policy, portfolio, day_of(since))
    tables = {
        INVOICES: invoice_table(portfolio, found, parse_day(champion.bundle.window["as_of"])),
        CUSTOMERS: customer_table(portfolio),
        WORKLIST: worklist_table(found),
    }
    reports = run_reports(policy, portfolio, day_of(since), compared)
    progress(STEPS[1])
    facts = _facts(identity, portfolio, champion, policy, since)
    if before is not None and compared is None:
        facts["notes"].append(NOT_COMPARED.format(before.record.run_id))
    return RunRecord(
        **asdict(identity),
        run_id=identity.run_id,
        ledger_through=date_of(portfolio.position.ledger.extract.complete_through),
        since=since,
        run_before=None if before is None else before.record.run_id,
        ledger_seq=seq,
        policy_version=policy.version,
        made_at=made_at,
        invoices=len(portfolio.position.items),
        customers=len(portfolio.position.customers),
        files=write_files(directory, tables, {**reports, FACTS: facts}),
    )


def find_run(
    settings: Settings, source: str, *, run_id: str | None = None, as_of: date | None = None
) -> Run:
    """The run of a ledger with an id, else the last one of a day, else the last one of all.

    Raises
    ------
    NoRunError
        If there is no such run, or its files are not what was recorded.
    """
    found = runs(open_store(settings), source=source, run_id=run_id, as_of=as_of)
    if not found:
        which = f"run {run_id}" if run_id else f"score run as of {as_of}" if as_of else "score run"
        raise NoRunError(f"there is no {which}; make one with `duecast worklist LEDGER`")
    run = Run(found[0], run_directory(settings.home, found[0].run_id))
    if not _intact(run):
        raise NoRunError(
            f"the files of run {run.record.run_id} are missing or altered; make it again with "
            f"`duecast worklist LEDGER --as-of {run.record.as_of}`"
        )
    return run


def runs_before(settings: Settings, run: Run, at_most: int) -> tuple[Run, ...]:
    """Runs of a run's ledger as of earlier days, the latest day first, one of each day.

    Of a day the last recorded counts; one whose customers are missing or altered is left out.
    """
    record = run.record
    found: dict[date, Run] = {}
    for each in runs(open_store(settings), source=record.source, before=record.as_of):
        if len(found) == at_most:
            break
        before = Run(each, run_directory(settings.home, each.run_id))
        if each.as_of not in found and are_intact(
            before.directory, {CUSTOMERS: each.files[CUSTOMERS]}
        ):
            found[each.as_of] = before
    return tuple(found.values())


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


def _compared(before: Run | None) -> RunBefore | None:
    """What alerts compare with; None where there is no run before, or its files are altered."""
    if before is None or not _intact(before):
        return None
    told = before.report(ALERTS)["alerts"]
    keys = ((alert["kind"], alert["customer_id"], alert["invoice_id"]) for alert in told)
    return RunBefore(before.table(CUSTOMERS), frozenset(keys))


def _intact(run: Run) -> bool:
    """Whether a run has every file that a run has, and each is what was recorded."""
    whole = set(run.record.files) >= {*TABLES, *REPORTS, FACTS}
    return whole and are_intact(run.directory, run.record.files)
