"""From somebody's files to a ledger, checked on the way."""

from collections.abc import Callable
from pathlib import Path

from ledger.control import control_findings
from ledger.drafts import Part
from ledger.errors import SettingsError
from ledger.files import directory_parts, write_ledger
from ledger.findings import Finding, Report
from ledger.ledger import Extract, Ledger
from ledger.loading import load_parts
from ledger.mapping import SourceMapping, read_mapping, read_preset
from ledger.quarantine import write_quarantine
from ledger.sources import mapped_extract, mapped_parts


def ingest(
    source: str | Path,
    to: str | Path | Callable[[Ledger], None],
    *,
    preset: str | None = None,
    mapping: str | Path | None = None,
    quarantine: str | Path | None = None,
    control: str | Path | None = None,
) -> Report:
    """Turn the files of a source into a ledger, and report every problem.

    Parameters
    ----------
    source
        A file or a directory; without preset and mapping the directory of a ledger.
    to
        The directory of the ledger to write, in place of one that is there; or what is given the
        ledger. Where the report has errors, nothing is.
    preset
        Name of a mapping that comes with duecast.
    mapping
        A mapping file; docs/ingest.md describes it.
    quarantine
        A CSV file for rows with errors: they are set aside there and the rest is loaded.
    control
        A CSV file with the books' open balances; a difference is an error.

    Raises
    ------
    SettingsError
        If the mapping is wrong; names everything wrong with it.
    """
    findings: list[Finding] = []
    parts, extract = _read(Path(source), preset, mapping, findings)
    loaded = load_parts(parts, extract, findings, set_aside=quarantine is not None)
    report = loaded.report
    if quarantine is not None:
        write_quarantine(Path(quarantine), report.set_aside, [part.sheet for part in parts])
    if control is not None and not report.errors:
        differences = control_findings(loaded.ledger, Path(control))
        report = Report((*report.findings, *differences), report.set_aside)
    if not report.errors:
        if callable(to):
            to(loaded.ledger)
        else:
            write_ledger(loaded.ledger, to)
    return report


def _read(
    source: Path, preset: str | None, mapping: str | Path | None, findings: list[Finding]
) -> tuple[list[Part], Extract | None]:
    if preset is None and mapping is None:
        return directory_parts(source, findings)
    problems: list[str] = []
    if not source.exists():
        problems.append(f"{source}: there is no such file or directory; give one that exists")
    found = _mapping(preset, mapping, problems)
    if found is None or not source.exists():
        raise SettingsError(problems)
    parts = mapped_parts(found, source, problems, findings)
    extract = mapped_extract(found, parts, problems, findings)
    if problems:
        errors = [finding.sentence for finding in Report(tuple(findings)).errors]
        raise SettingsError([*problems, *errors])
    return parts, extract


def _mapping(
    preset: str | None, mapping: str | Path | None, problems: list[str]
) -> SourceMapping | None:
    """The mapping that a preset or a file gives; None, and why, where there is none."""
    if preset is not None and mapping is not None:
        problems.append("--preset and --mapping are both given; expected one; leave out the other")
        return None
    if preset is not None:
        return read_preset(preset, problems)
    try:
        return read_mapping(Path(str(mapping)), problems)
    except SettingsError as error:
        problems.extend(error.problems)
        return None
