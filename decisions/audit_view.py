"""A record of the audit trail as it is shown."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from decisions.audit_chain import AuditRecord


def facts(record: AuditRecord) -> dict[str, Any]:
    """A record as JSON values; inputs and result are null where they are not kept or damaged."""
    values = asdict(record)
    for name in ("inputs", "result"):
        del values[f"{name}_zlib"]
        values[name] = _read(getattr(record, name))
    return {**values, "at": f"{record.at.isoformat()}Z"}


def lines(record: AuditRecord) -> Iterator[str]:
    """A record for a reader, one fact a line, then inputs and result."""
    shown = facts(record)
    contents = {name: shown.pop(name) for name in ("inputs", "result")}
    for name, value in shown.items():
        if value is not None:
            yield f"{name.replace('_', ' '):<16}{value}"
    for name, value in contents.items():
        yield f"{name}:"
        yield json.dumps(value, indent=2, ensure_ascii=False)


def _read(content: bytes | None) -> Any:
    """The JSON value of a content; null where it is none."""
    try:
        return None if content is None else json.loads(content)
    except ValueError:
        return None
