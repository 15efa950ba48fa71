"""Configuration from TOML into frozen dataclasses: unknown keys fail, all errors at once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from ledger.errors import SettingsError


@dataclass(frozen=True)
class Within:
    """The closed range in which a number, or each of a list of them, must lie."""

    low: float
    high: float = float("inf")

    def __str__(self) -> str:
        return f"from {self.low:g} " + ("up" if self.high == float("inf") else f"to {self.high:g}")


def read_toml(path: Path) -> dict[str, Any]:
    """Values of a TOML file; SettingsError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: {error.strerror}; give a readable file"]) from error
    except ValueError as error:
        raise SettingsError([f"{path}: {error}; expected TOML; correct the file"]) from error


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `above`, and of `below` where `above` has none."""
    values = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        values[key] = merged(below[key], value) if both else value
    return values


def read_table(cls: type, given: Any, where: str, problems: list[str]) -> Any:
    """An instance of the dataclass `cls` from a table of TOML.

    Fields may be numbers (`Annotated` with the range `Within` which they must lie), flags, texts,
    dates, dataclasses, tuples of one of these, and dictionaries from text to one of these.
    None where that fails; `problems` then says why, each with its place after `where`.
    """
    if not isinstance(given, Mapping):
        problems.append(f"{where} is {given!r}; expected a table; write [{where}]")
        return None
    names = [field.name for field in fields(cls)]
    before = len(problems)
    prefix = f"{where}." if where else ""
    problems.extend(
        f"{prefix}{key} is no key here; expected one of {', '.join(names)}; correct or remove it"
        for key in given
        if key not in names
    )
    hints = get_type_hints(cls, include_extras=True)
    values = {}
    for name in names:
        if name not in given:
            problems.append(f"{prefix}{name} is missing; give it")
        else:
            values[name] = _value(hints[name], given[name], prefix + name, problems)
    return cls(**values) if len(problems) == before else None


WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    date: "a date like 2024-02-29",
}


def _value(hint: Any, given: Any, where: str, problems: list[str]) -> Any:
    """One value of the kind that `hint` names; None, and why, where it is none."""
    if is_dataclass(hint):
        return read_table(cast(type, hint), given, where, problems)
    if get_origin(hint) is dict:
        if isinstance(given, Mapping):
            of = get_args(hint)[1]
            return {k: _value(of, v, f"{where}.{k}", problems) for k, v in given.items()}
        problems.append(f"{where} is {given!r}; expected a table; write [{where}]")
        return None
    if get_origin(hint) is tuple:
        if isinstance(given, list | tuple):
            return tuple(_value(get_args(hint)[0], item, where, problems) for item in given)
        problems.append(f"{where} is {given!r}; expected a list; correct it")
        return None
    kind, *limits = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    expected = " ".join([WORDS[kind], *map(str, limits)])
    fits = type(given) is kind or (kind is float and type(given) is int)
    if not fits or any(not limit.low <= given <= limit.high for limit in limits):
        problems.append(f"{where} is {given!r}; expected {expected}; correct it")
        return None
    return float(given) if kind is float else given
