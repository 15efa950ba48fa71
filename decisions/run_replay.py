"""A recorded score run, made again from the ledger, the model and the policy of then."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from decisions.audit_chain import AuditError, AuditRecord
from decisions.champion import champion_of
from decisions.policy_records import load_policy
from decisions.records import RunRecord, run_directory, run_json, runs
from decisions.runs import Identity, Run, write_run
from ledger.days import day_of
from ledger.digest import digest
from ledger.ledger import Ledger
from ledger.places import place_name, read_place
from ledger.settings import Settings
from ledger.store import open_store

KIND = "score_run"
"""Of such records."""


def made_again(settings: Settings, record: AuditRecord) -> dict[str, Any]:
    """What is recorded of a run once it is made again: counts, and the SHA-256 of each file.

    Its files are written aside and dropped. Alerts compare with the same run before as then; where
    that is not there any more, they differ, and with them what the run says of itself. So do names
    that were erased since, and with them the digest of the ledger.

    Raises
    ------
    DuecastError
        If the ledger as it stood, the model's bundle or the policy is not at hand; says which.
    """
    told = _run_of(json.loads(record.result or b"{}"))
    engine = open_store(settings)
    champion = champion_of(settings, told.model_version, told.model_sha256)
    policy = load_policy(engine, told.policy_sha256)
    ledger, sha256 = _ledger_of(settings, told)
    earlier = runs(engine, run_id=told.run_before) if told.run_before else ()
    before = Run(earlier[0], run_directory(settings.home, earlier[0].run_id)) if earlier else None
    identity = Identity(
        told.source,
        told.as_of,
        told.ledger_sha256,
        told.model_version,
        told.model_sha256,
        told.policy_sha256,
        told.explain,
    )
    with TemporaryDirectory(dir=settings.home) as aside:
        again = write_run(
            Path(aside) / told.run_id,
            identity,
            ledger,
            champion,
            policy,
            told.since,
            before,
            told.made_at,
            seq=told.ledger_seq,
        )
    return run_json(replace(again, ledger_sha256=sha256))


def _ledger_of(settings: Settings, told: RunRecord) -> tuple[Ledger, str]:
    """The ledger that was scored, and the digest that it has now.

    Raises
    ------
    AuditError
        If what is at hand is another one.
    """
    place = told.source if told.ledger_seq is None else settings.database_url
    ledger = read_place(place, told.ledger_seq).ledger
    found = digest(ledger.known_at(day_of(told.as_of)))
    erased_since = told.ledger_seq is not None and place_name(place) == told.source
    if found != told.ledger_sha256 and not erased_since:
        raise AuditError(
            f"run {told.run_id} is of the ledger {told.source} with digest {told.ledger_sha256}, "
            f"but that of {place_name(place)} is {found}; bring that ledger back, or name its "
            "database with DUECAST_DATABASE"
        )
    return ledger, found


def _run_of(told: dict[str, Any]) -> RunRecord:
    """The run of an audit record's result."""
    days = {name: date.fromisoformat(told[name]) for name in ("as_of", "ledger_through", "since")}
    return RunRecord(**{**told, **days, "made_at": datetime.fromisoformat(told["made_at"])})
