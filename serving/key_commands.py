"""The commands of keys: create, list, revoke."""

import getpass
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serving.roles import Role

if TYPE_CHECKING:
    from serving.access import Key

app = typer.Typer(no_args_is_help=True, help="Make and revoke the keys that the service asks for.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key may ask.")],
    name: Annotated[str, typer.Option(help="Who has it; the role if not given.")] = "",
    collector: Annotated[
        str, typer.Option(help="Whose customers it sees; for the role collector.")
    ] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="Days until it expires; never if not set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key, and print it: nothing can show it again."""
    from ledger.settings import Settings
    from serving.access import create_key

    key, text = create_key(
        Settings.from_environment(os.environ),
        role,
        datetime.now(UTC),
        by=getpass.getuser(),
        name=name,
        collector=collector,
        lasts=None if days is None else timedelta(days=days),
    )
    if as_json:
        _print_json({"key": text, **_facts(key, datetime.now(UTC))})
        return
    typer.echo(text)
    until = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "until revoked"
    typer.echo(f"Key of {key.name!r}, role {key.role}, {until}. Keep it: it is not shown again.")


@app.command("list")
def list_keys(
    sessions: Annotated[
        bool, typer.Option("--sessions", help="Also the sessions that people signed in for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show every key that was made, without its secret."""
    from rich.table import Table

    from ledger.screen import screen
    from ledger.settings import Settings
    from ledger.store import open_store
    from serving.access import EVER, keys

    now = datetime.now(UTC)
    engine = open_store(Settings.from_environment(os.environ))
    every = keys(engine, EVER if sessions else None)
    by_id = {key.key_id: key for key in every}
    facts = [_facts(key, now, by_id.get(key.session_of or "")) for key in every]
    if as_json:
        _print_json(facts)
        return
    titles = ("key", "state", "role", "name", "collector", "made", "expires", "revoked")
    table = Table(*titles, *(["session of"] if sessions else []))
    for found in facts:
        table.add_row(*(str(value or "") for value in found.values()))
    screen().print(table)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Its first part, `dk_…`.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a key and its sessions, or one session; services refuse it within a few seconds."""
    from ledger.settings import Settings
    from serving.access import revoke_key

    now = datetime.now(UTC)
    key = revoke_key(Settings.from_environment(os.environ), key_id, now, by=getpass.getuser())
    if as_json:
        _print_json(_facts(key, now))
        return
    typer.echo(f"{key.key_id} of {key.name!r}, role {key.role}, is revoked.")


def _facts(key: "Key", now: datetime, of: "Key | None" = None) -> dict[str, Any]:
    """What may be told of a key, or of a session of one, in the order of the table."""
    state = key.state(now)
    return {
        "key_id": key.key_id,
        "state": of.state(now) if of is not None and state == "valid" else state,
        "role": key.role,
        "name": key.name,
        "collector": key.collector or None,
        "created_at": _iso(key.created_at),
        "expires_at": _iso(key.expires_at),
        "revoked_at": _iso(key.revoked_at),
        **({"session_of": key.session_of} if key.session_of else {}),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))
