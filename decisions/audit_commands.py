"""The commands of the audit trail: verify, list, show, replay, accept."""

import getpass
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from decisions.audit_replay import Replayer
from ledger.settings import Settings

RECORD = Annotated[str, typer.Argument(metavar="ID", help="Id that the answer named.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Anchors = Annotated[
    list[Path] | None,
    typer.Option(
        "--anchor",
        metavar="FILE",
        help="Copy of the anchor of another machine on the same database; may be repeated.",
    ),
]

TAKING_AWAY = ("erasure", "retention")
"""Kinds of record after which something that was there is not there any more."""

ReplayersOf = Callable[[Settings], Mapping[str, Replayer]]
"""What computes answers again, by kind of record, where things run as the settings say."""


def audit_app(replayers_of: ReplayersOf) -> typer.Typer:
    """`duecast audit`, in which `replay` computes with what it is given."""
    app = typer.Typer(no_args_is_help=True)
    audit = typer.Typer(no_args_is_help=True, help="What was answered and decided: verify, replay.")
    app.add_typer(audit, name="audit")
    audit.command("verify")(print_verification)
    audit.command("list")(print_list)
    audit.command("show")(print_record)
    audit.command("accept")(accept)

    @audit.command("replay")
    def print_replay(audit_id: RECORD, as_json: AsJson = False) -> None:
        """Compute an answer or score run again and compare it; exit code 2 if anything differs."""
        from decisions.audit_anchor import read_key
        from decisions.audit_log import count_since, read
        from decisions.audit_replay import replay
        from ledger.code_version import code_version
        from ledger.store import open_store

        settings = _settings()
        engine = open_store(settings)
        record = read(engine, audit_id)
        done = replay(record, read_key(settings.home), replayers_of(settings), code_version())
        notes = list(done.notes)
        if done.differences and (taken := count_since(engine, record.at, TAKING_AWAY)):
            notes.append(
                f"records of kind {' or '.join(TAKING_AWAY)} since then: {taken}; what they took "
                "away, such as names, differs"
            )
        if as_json:
            _print_json({**asdict(done), "notes": notes, "same": not done.differences})
        else:
            for line in done.differences:
                typer.echo(line)
            for note in notes:
                typer.echo(f"Note: {note}")
            verdict = "differs from" if done.differences else "is the same as"
            typer.echo(f"The answer of today {verdict} the one recorded as {audit_id}.")
        if done.differences:
            raise typer.Exit(2)

    return app


def print_verification(anchor: Anchors = None, as_json: AsJson = False) -> None:
    """Find every record that was altered, removed, added or reordered; exit code 2 if any."""
    from decisions.audit_log import PAGE_RECORDS, last_seq
    from decisions.audit_verify import verify
    from ledger.progress import shown_progress
    from ledger.store import open_store

    settings = _settings()
    engine = open_store(settings)
    with shown_progress(1 + last_seq(engine) // PAGE_RECORDS) as begin:
        found = verify(engine, settings.home, anchor or (), begin)
    if as_json:
        _print_json({**asdict(found), "intact": not found.findings})
    else:
        for finding in found.findings:
            typer.echo(finding)
        many = len(found.findings)
        verdict = f"{many} finding{'s' if many > 1 else ''}" if many else "nothing was changed"
        typer.echo(f"{found.records} audit records verified: {verdict}.")
        typer.echo(f"Last record {found.last_seq}, seal {found.last_mac}.")
    if found.findings:
        raise typer.Exit(2)


def print_list(
    kind: Annotated[
        str | None, typer.Option(help="Of this kind only, such as score_run or credit.checks.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the last records, the last first: id, when, kind and by whom."""
    from rich.table import Table

    from decisions.audit_log import last_records
    from ledger.screen import screen
    from ledger.store import open_store

    found = [
        {
            "audit_id": each.audit_id,
            "at": f"{each.at:%Y-%m-%dT%H:%M:%SZ}",
            "kind": each.kind,
            "actor": each.actor,
        }
        for each in last_records(open_store(_settings()), last, kind)
    ]
    if as_json:
        _print_json(found)
        return
    table = Table("id", "when", "kind", "by")
    for each in found:
        table.add_row(*each.values())
    screen().print(table)


def print_record(audit_id: RECORD, as_json: AsJson = False) -> None:
    """Print a record: who asked what when, by what it was answered, and the answer."""
    from decisions.audit_anchor import read_key
    from decisions.audit_chain import flaw
    from decisions.audit_log import read
    from decisions.audit_view import facts, lines
    from ledger.store import open_store

    settings = _settings()
    record = read(open_store(settings), audit_id)
    found = flaw(record, read_key(settings.home))
    if as_json:
        _print_json({**facts(record), "flaw": found})
    else:
        typer.echo("\n".join(lines(record)))
        if found is not None:
            typer.echo(f"The record is {found}.")
    if found is not None:
        raise typer.Exit(2)


def accept(
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="For the record.")],
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who decides; you if not given.")
    ] = None,
    anchor: Anchors = None,
    as_json: AsJson = False,
) -> None:
    """Record that an anchor is lost, as after restoring a backup, and begin another one."""
    from decisions.audit_verify import accept_lost_anchors
    from ledger.code_version import code_version
    from ledger.store import open_store

    settings = _settings()
    record = accept_lost_anchors(
        open_store(settings),
        settings.home,
        anchor or (),
        at=datetime.now(UTC).replace(tzinfo=None),
        by=by or getpass.getuser(),
        why=why,
        code_version=code_version(),
    )
    given_up = json.loads(record.result or b"{}")["given_up"]
    if as_json:
        _print_json({"audit_id": record.audit_id, "given_up": given_up})
    else:
        typer.echo(
            f"Recorded as {record.audit_id}; given up: {', '.join(given_up) or 'none known'}."
        )


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))
