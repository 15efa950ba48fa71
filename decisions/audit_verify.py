"""Whether the audit trail is what was recorded: every record, their order, none missing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from decisions.audit_anchor import (
    ANCHOR,
    KEY,
    Anchor,
    audit_directory,
    read_anchor,
    read_key,
    set_anchor_aside,
)
from decisions.audit_chain import (
    BEGINNING,
    AuditEntry,
    AuditError,
    AuditRecord,
    canonical_json,
    flaw,
)
from decisions.audit_log import append, last_seq, pages
from ledger.progress import silent

ACCEPTED, DROPPED = "anchor", "retention"
"""Kinds of record by which the trail itself goes on: a lost anchor known, old records dropped."""


@dataclass(frozen=True)
class Verification:
    """What was found of an audit trail.

    Parameters
    ----------
    records
        How many there are.
    last_seq, last_mac
        `seq` and seal of the last.
    findings
        What is wrong, one sentence each; none where the trail is what was recorded.
    lost_anchors
        Ids of anchors that are missing, or do not agree with the records counted in them.
    """

    records: int
    last_seq: int
    last_mac: str
    findings: tuple[str, ...]
    lost_anchors: tuple[str, ...]


@dataclass
class _Walk:
    """What is known of the trail up to a record."""

    key: bytes
    anchors: Sequence[Anchor]
    through: int
    previous: AuditRecord | None = None
    first: AuditRecord | None = None
    records: int = 0
    flaws: list[tuple[int, int, str]] = field(default_factory=list)
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    misplaced: set[str] = field(default_factory=set)
    dropped: set[tuple[int, str]] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)

    def note(self, first: int, last: int, what: str) -> None:
        """Keep a flaw; joined with the one before where that is the same of its neighbours."""
        if self.flaws and self.flaws[-1][1:] == (first - 1, what):
            first = self.flaws.pop()[0]
        self.flaws.append((first, last, what))

    def visit(self, record: AuditRecord) -> None:
        """Look at the next record."""
        found, before = flaw(record, self.key), self.previous
        if before is None:
            self.first = record
        elif record.seq != before.seq + 1:
            self.note(before.seq + 1, record.seq - 1, "missing")
        elif found is None and record.previous_mac != before.mac:
            found = "no successor of the record before, which was altered or put in its place"
        if found is not None:
            self.note(record.seq, record.seq, found)
        else:
            self._count(record)
        self.misplaced |= {
            anchor.anchor_id
            for anchor in self.anchors
            if anchor.count == record.seq and anchor.mac != record.mac
        }
        self.previous, self.records = record, self.records + 1

    def _count(self, record: AuditRecord) -> None:
        if record.seq <= self.through:
            first, _ = self.counted.get(record.anchor_id, (record.seq, 0))
            self.counted[record.anchor_id] = (first, record.seq)
        if record.kind == DROPPED:
            facts = json.loads(record.result or b"{}")
            if facts.get("table") == "audit":
                self.dropped.add((facts["through_seq"], facts["through_mac"]))
        elif record.kind == ACCEPTED:
            self.given_up |= set(json.loads(record.result or b"{}").get("given_up", ()))


def verify(
    engine: Engine,
    home: Path,
    other_anchors: Sequence[Path] = (),
    progress: Callable[[str], None] = silent,
) -> Verification:
    """What is wrong with an audit trail, if anything; records may be appended meanwhile.

    Finds records that were altered, removed, added or reordered by whoever lacks the key; those
    removed from the end by the anchors, all but the last one at most, where the process that
    wrote it was killed before it could move its anchor.

    Parameters
    ----------
    engine, home
        The trail, and its key and anchor.
    other_anchors
        Copies of the anchors of other machines that write to the same database.
    progress
        Told of each page of records as it begins.

    Raises
    ------
    AuditError
        If there are records and no key.
    """
    through = last_seq(engine)
    if not through and not audit_directory(home).exists():
        return Verification(0, 0, BEGINNING, (), ())
    key = read_key(home)
    anchors, findings = _anchors(home, key, other_anchors)
    findings += _readable_by_others(home)
    walk = _Walk(key, anchors, through)
    for page in pages(engine, max([through, *(anchor.count for anchor in anchors)])):
        progress(f"Records {page[0].seq} to {page[-1].seq}")
        for record in page:
            walk.visit(record)
    findings += _beginning(walk)
    findings += [_said(*found) for found in walk.flaws]
    lost = {}
    for anchor in anchors:
        why = _disagreement(walk, anchor)
        if why and anchor.anchor_id not in walk.given_up:
            lost[anchor.anchor_id] = why
    at_hand = {anchor.anchor_id for anchor in anchors}
    for anchor_id, (first, last) in walk.counted.items():
        if anchor_id not in at_hand | walk.given_up:
            lost[anchor_id] = (
                f"records {first} to {last} were counted in anchor {anchor_id}, which is not at "
                "hand: records after them may have been removed; give it with --anchor"
            )
    return Verification(
        records=walk.records,
        last_seq=walk.previous.seq if walk.previous else 0,
        last_mac=walk.previous.mac if walk.previous else BEGINNING,
        findings=(*findings, *lost.values()),
        lost_anchors=tuple(lost),
    )


def accept_lost_anchors(
    engine: Engine,
    home: Path,
    other_anchors: Sequence[Path] = (),
    *,
    at: datetime,
    by: str,
    why: str,
    code_version: str,
) -> AuditRecord:
    """Record that anchors are lost, as after a backup was restored, and begin a new one.

    From then on `verify` asks for them no more. What else it finds, it still finds.

    Raises
    ------
    AuditError
        If no anchor is lost.
    """
    lost = verify(engine, home, other_anchors).lost_anchors
    key = read_key(home)
    try:
        own = read_anchor(audit_directory(home) / ANCHOR, key).anchor_id
    except AuditError:
        own = None
    if own is not None and not lost:
        raise AuditError("no anchor is lost: there is nothing to accept")
    if own is None or own in lost:
        set_anchor_aside(home)
    entry = AuditEntry(
        at=at,
        kind=ACCEPTED,
        actor=by,
        inputs=canonical_json({"why": why}),
        result=canonical_json({"given_up": list(lost)}),
        code_version=code_version,
    )
    return append(engine, home, entry)


def _anchors(home: Path, key: bytes, others: Sequence[Path]) -> tuple[list[Anchor], list[str]]:
    """Every anchor that can be read, and why the others cannot."""
    anchors, findings = [], []
    for path in (audit_directory(home) / ANCHOR, *others):
        try:
            anchors.append(read_anchor(path, key))
        except AuditError as error:
            findings.append(str(error))
    return anchors, findings


def _readable_by_others(home: Path) -> list[str]:
    path = audit_directory(home) / KEY
    mode = path.stat().st_mode & 0o777
    if not mode & 0o077:
        return []
    return [f"{path} can be read by others: its mode is {mode:o}; expected 600; change it"]


def _beginning(walk: _Walk) -> list[str]:
    """What is wrong with where the trail begins."""
    first = walk.first
    if first is None or (first.seq, first.previous_mac) == (1, BEGINNING):
        return []
    if (first.seq - 1, first.previous_mac) in walk.dropped:
        return []
    if first.seq == 1:
        return ["record 1 does not begin the trail: it was altered"]
    return [f"{_said(1, first.seq - 1, 'missing')}, and no record says that they were dropped"]


def _disagreement(walk: _Walk, anchor: Anchor) -> str | None:
    """Why an anchor and the records do not agree."""
    last = walk.previous.seq if walk.previous else 0
    if anchor.count > last:
        return (
            f"{_said(last + 1, anchor.count, 'missing')}: removed from the end, as anchor "
            f"{anchor.anchor_id} counts {anchor.count}"
        )
    if anchor.anchor_id in walk.misplaced:
        return f"record {anchor.count} is not the one that anchor {anchor.anchor_id} saw"
    _, own = walk.counted.get(anchor.anchor_id, (0, 0))
    if own > anchor.count + 1:
        return (
            f"anchor {anchor.anchor_id} counts {anchor.count} records, yet record {own} was "
            "counted in it: an old anchor was put in place of it, or power was cut and no record "
            "has followed yet"
        )
    return None


def _said(first: int, last: int, what: str) -> str:
    if first == last:
        return f"record {first} is {what}"
    return f"records {first} to {last} are {what}"
