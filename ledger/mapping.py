"""The mapping of somebody's files to the tables of a ledger, as a TOML file."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ledger.configuration import merged, read_table, read_toml
from ledger.schema import TABLES
from ledger.sheets import UNSTATED, Format

PRESETS = Path(__file__).parent / "presets"
SIGNS = ("", ".", ",")
LEAP_DAY = date(2024, 2, 29)
EXTREME = re.compile(r"(first|last) (\w+)\.(\w+)")
"""How a mapping takes a day of the extract from the data, such as `last payments.paid_on`."""


@dataclass(frozen=True)
class TableMapping:
    """How files give the rows of one table.

    Parameters
    ----------
    table
        Which table.
    place
        Where it stands in the mapping, such as `invoices` or `invoices[2]`.
    source
        Names or patterns of files in the source directory; empty: its only file.
    columns
        Names of the files' columns by ours; several are joined by `separator`.
    constants
        Values by column that the files do not have.
    values
        By column of ours: what the files write, and what it means.
    rows_with
        Only rows that have a value in this column of the files count; empty: all do.
    distinct
        Whether rows that say the same count once, such as customers gathered from invoices.
    """

    table: str
    place: str
    source: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows_with: str = ""
    distinct: bool = False
    separator: str = "/"
    format: Format = UNSTATED

    @property
    def names(self) -> tuple[str, ...]:
        """Every column of the files that the mapping names, in its order, each once."""
        named = [name for joined in self.columns.values() for name in joined]
        return tuple(dict.fromkeys([*named, *([self.rows_with] if self.rows_with else [])]))


@dataclass(frozen=True)
class SourceMapping:
    """How the files of a source give a ledger.

    `extract` holds the keys of ledger.toml; a day of it may be an `EXTREME` of the data.
    """

    name: str
    extract: Mapping[str, Any]
    tables: tuple[TableMapping, ...]


def read_preset(name: str, problems: list[str]) -> SourceMapping | None:
    """Read a mapping that comes with duecast; None, and why in `problems`, where there is none."""
    path = PRESETS / f"{name}.toml"
    presets = sorted(preset.stem for preset in PRESETS.glob("*.toml"))
    if name not in presets:
        problems.append(
            f"--preset is {name!r}; expected one of {', '.join(presets)}; or write a mapping and"
            " give it with --mapping"
        )
        return None
    return read_mapping(path, problems)


def read_mapping(path: Path, problems: list[str]) -> SourceMapping:
    """Read a mapping; what is wrong with it goes to `problems`, the rest is returned.

    Raises
    ------
    SettingsError
        If the file cannot be read as TOML.
    """
    return mapping_of(read_toml(path), path.name, problems)


def mapping_of(given: Mapping[str, Any], name: str, problems: list[str]) -> SourceMapping:
    """A mapping from the values of its TOML file."""
    found: list[str] = []
    for key in given:
        if key not in TABLES and key not in ("extract", "format"):
            found.append(_unknown(key, "table", ("extract", "format", *TABLES)))
    format = _format(given.get("format", {}), UNSTATED, "format", found)
    tables = [
        _table(table, place, values, format, found)
        for table in TABLES
        for place, values in _entries(table, given.get(table, []), found)
    ]
    if "invoices" not in given:
        found.append("there is no table invoices; a ledger needs one; add [invoices]")
    extract = given.get("extract", {})
    if not isinstance(extract, dict):
        found.append(f"extract is {extract!r}; expected a table; write [extract]")
        extract = {}
    problems.extend(f"{name}: {problem}" for problem in found)
    return SourceMapping(name, extract, tuple(tables))


def _entries(
    table: str, given: Any, problems: list[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a table, one for [table] and any number for [[table]], with their places."""
    entries = [given] if isinstance(given, dict) else given
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append(f"{table} is {given!r}; expected a table; write [{table}]")
        return
    for number, entry in enumerate(entries, start=1):
        yield (table if len(entries) == 1 else f"{table}[{number}]"), entry


def _table(
    table: str, place: str, given: Mapping[str, Any], format: Format, problems: list[str]
) -> TableMapping:
    keys = tuple(key for key in TableMapping.__dataclass_fields__ if key not in ("table", "place"))
    for key in given:
        if key not in keys:
            problems.append(_unknown(f"{place}.{key}", "key", keys))
    columns = {
        ours: theirs
        for ours, value in _ours(table, f"{place}.columns", given.get("columns", {}), problems)
        if (theirs := _texts(value, f"{place}.columns.{ours}", problems))
    }
    constants = dict(_ours(table, f"{place}.constants", given.get("constants", {}), problems))
    values = {
        ours: {str(key): str(word) for key, word in words.items()}
        for ours, words in _ours(table, f"{place}.values", given.get("values", {}), problems)
        if _is_table(words, f"{place}.values.{ours}", problems)
    }
    for column in TABLES[table].columns:
        if column.required and column.name not in {*columns, *constants}:
            problems.append(
                f"{place}.columns has no {column.name}, which every row of {table} needs;"
                " add it, or give one value for all rows in constants"
            )
    return TableMapping(
        table,
        place,
        _texts(given.get("source", []), f"{place}.source", problems),
        columns,
        constants,
        values,
        _text(given.get("rows_with", ""), f"{place}.rows_with", problems),
        _flag(given.get("distinct", False), f"{place}.distinct", problems),
        _text(given.get("separator", "/"), f"{place}.separator", problems),
        _format(given.get("format", {}), format, f"{place}.format", problems),
    )


def _ours(table: str, place: str, given: Any, problems: list[str]) -> Iterator[tuple[str, Any]]:
    """Keys that are columns of ours, with their values; others are named in `problems`."""
    if not _is_table(given, place, problems):
        return
    names = TABLES[table].names
    for key, value in given.items():
        if key in names:
            yield key, value
        else:
            problems.append(_unknown(f"{place}.{key}", f"column of {table}", names))


def _format(given: Any, below: Format, place: str, problems: list[str]) -> Format:
    """A format, what it does not say taken from the one `below` it."""
    if not _is_table(given, place, problems):
        return below
    found: list[str] = []
    whole = read_table(Format, merged(vars(below), given), place, found)
    if whole is None:
        problems.extend(found)
        return below
    format: Format = whole
    expected = {
        "encoding": ("a name like 'cp1252'", _is_encoding(format.encoding)),
        "delimiter": ("one character", len(format.delimiter) <= 1),
        "decimal": ("'.' or ','", format.decimal in SIGNS),
        "thousands": (
            "one character other than the decimal sign",
            len(format.thousands) <= 1 and format.thousands != (format.decimal or "."),
        ),
        "date": ("the codes of strptime, like '%d.%m.%Y'", _tells_a_day(format.date)),
    }
    wrong = {name: what for name, (what, fits) in expected.items() if not fits}
    problems.extend(
        f"{place}.{name} is {getattr(format, name)!r}; expected {what}; correct it"
        for name, what in wrong.items()
    )
    return below if wrong else format


def _is_encoding(name: str) -> bool:
    try:
        return not name or bool(codecs.lookup(name))
    except LookupError:
        return False


def _tells_a_day(format: str) -> bool:
    """Whether a format of dates is empty or tells year, month and day."""
    try:
        return not format or datetime.strptime(LEAP_DAY.strftime(format), format).date() == LEAP_DAY
    except ValueError:
        return False


def _is_table(given: Any, place: str, problems: list[str]) -> bool:
    if not isinstance(given, Mapping):
        problems.append(f"{place} is {given!r}; expected a table; write [{place}]")
    return isinstance(given, Mapping)


def _text(given: Any, place: str, problems: list[str]) -> str:
    if not isinstance(given, str):
        problems.append(f"{place} is {given!r}; expected a text; correct it")
        return ""
    return given


def _flag(given: Any, place: str, problems: list[str]) -> bool:
    if not isinstance(given, bool):
        problems.append(f"{place} is {given!r}; expected true or false; correct it")
    return given is True


def _texts(given: Any, place: str, problems: list[str]) -> tuple[str, ...]:
    """One text, or a list of them."""
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) and text for text in texts):
        problems.append(f"{place} is {given!r}; expected a name or a list of names; correct it")
        return ()
    return tuple(texts)


def _unknown(place: str, what: str, names: tuple[str, ...]) -> str:
    close = get_close_matches(place.rpartition(".")[2], names, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{place} is no {what}{hint}; expected one of {', '.join(names)}; correct or remove it"
