"""`ledger.toml`: what an extract covers, read and written."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ledger.days import date_of, day_of
from ledger.findings import Finding
from ledger.ledger import Extract

FILE = "ledger.toml"
KEYS = ("reporting_currency", "complete_from", "complete_through", "timezone")
EXAMPLE = 'reporting_currency = "EUR", complete_through = 2024-12-31'


def read_extract(directory: Path, problems: list[Finding]) -> Extract | None:
    """Read the ledger.toml of a directory; None, and why in `problems`, where that fails."""
    path = directory / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problems.append(_finding(f"{FILE} is missing; expected a file with {EXAMPLE}; write it"))
        return None
    except (OSError, ValueError) as error:
        problems.append(_finding(f"{FILE}: {error}; expected TOML like {EXAMPLE}; correct it"))
        return None
    found: list[str] = []
    extract = extract_of(values, FILE, found)
    problems.extend(_finding(problem) for problem in found)
    return extract


def extract_of(values: Mapping[str, Any], where: str, problems: list[str]) -> Extract | None:
    """An extract from the values of its keys; None, and why, where one is wrong or missing."""
    before = len(problems)
    for key in values:
        if key not in KEYS:
            close = get_close_matches(key, KEYS, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            problems.append(
                f"{where}: {key} is no key{hint}; expected {', '.join(KEYS)}; correct or remove it"
            )
    currency = values.get("reporting_currency")
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        problems.append(_wrong(where, values, "reporting_currency", "a code like 'EUR'"))
    through = _day(values.get("complete_through"))
    if through is None:
        problems.append(_wrong(where, values, "complete_through", "a date like 2024-02-29"))
    first = _day(values.get("complete_from"))
    if first is None and "complete_from" in values:
        problems.append(_wrong(where, values, "complete_from", "a date like 2024-02-29"))
    if first is not None and through is not None and first > through:
        problems.append(
            f"{where}: complete_from is {date_of(first)}, after complete_through"
            f" ({date_of(through)}); expected a day before it; correct one of them"
        )
    zone = values.get("timezone", "UTC")
    if not _is_zone(zone):
        problems.append(_wrong(where, values, "timezone", "a name like 'Europe/Paris'"))
    if len(problems) > before or through is None:
        return None
    return Extract(str(currency), through, first, zone)


def extract_toml(extract: Extract) -> str:
    """The text of the ledger.toml of an extract."""
    lines = [f'reporting_currency = "{extract.reporting_currency}"']
    if extract.complete_from is not None:
        lines.append(f"complete_from = {date_of(extract.complete_from)}")
    lines.append(f"complete_through = {date_of(extract.complete_through)}")
    lines.append(f'timezone = "{extract.timezone}"')
    return "\n".join(lines) + "\n"


def _day(value: object) -> int | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return day_of(value) if type(value) is date else None


def _is_zone(name: object) -> bool:
    if name == "UTC":
        return True
    try:
        return isinstance(name, str) and ZoneInfo(name).key == name
    except (LookupError, ValueError, OSError):
        return False


def _wrong(where: str, values: Mapping[str, Any], key: str, expected: str) -> str:
    if key not in values:
        return f"{where}: {key} is missing; expected {expected}; add it"
    return f"{where}: {key} is {str(values[key])!r}; expected {expected}; correct it"


def _finding(sentence: str) -> Finding:
    return Finding("unusable-extract", sentence, file=FILE)
