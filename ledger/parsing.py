"""From the text or the typed column of a file to days, minor units, numbers and flags."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array, Flags
from ledger.days import day_of
from ledger.money import LARGEST_MINOR
from ledger.sheets import Format
from ledger.table import Column

ISO_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


CENTS = r"^-?\d{1,11}(\.\d{1,2})?$"
"""Amounts of two decimals at most and so few digits that a float is exact to the minor unit."""


@dataclass(frozen=True)
class Parsed:
    """Values, where one is given, and where what is given cannot be read; all shapes (n,)."""

    values: Array
    given: Flags
    bad: Flags

    @property
    def column(self) -> Column:
        """The values that could be read."""
        known = self.given & ~self.bad
        return Column(np.where(known, self.values, self.values.dtype.type(0)), known)


def text_of(column: Any, missing: Sequence[str] = ()) -> Any:
    """A column as text without surrounding blanks; null where empty or one of `missing`.

    Whole floats lose their `.0`, for pandas makes floats of whole numbers with gaps. The column
    must be of a type for which `holds_values` is true.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    text = pc.utf8_trim_whitespace(column)
    empty = pc.is_in(text, value_set=pa.array(["", *missing], pa.string()))
    text = pc.if_else(empty, pa.scalar(None, pa.string()), text)
    if pc.any(pc.match_substring(text, "\r")).as_py():
        text = pc.replace_substring(pc.replace_substring(text, "\r\n", "\n"), "\r", "\n")
    return text


def parse_days(column: Any, format: Format, zone: str) -> Parsed:
    """Days since 1970-01-01, int32, of dates, times or text.

    Text is ISO 8601 or as `format.date` says, and may carry a time of day. A time with an offset
    counts as the day it has in the time zone `zone`.
    """
    if pa.types.is_timestamp(column.type) and column.type.tz:
        local = column.to_pandas().dt.tz_convert(zone).dt.tz_localize(None)
        column = pa.array(local, from_pandas=True)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        given = _given(column)
        days = column.cast(pa.date32()).cast(pa.int32())
        return Parsed(_filled(days), given, np.zeros(len(given), np.bool_))
    text = text_of(column, format.missing)
    coded = _combined(text).dictionary_encode()
    read = [_day(word, format.date, zone) for word in coded.dictionary.to_pylist()]
    days = np.array([0 if day is None else day for day in [*read, 0]], np.int32)
    unread = np.array([day is None for day in [*read, 0]], np.bool_)
    codes = _filled(coded.indices, len(read))
    return Parsed(days[codes], _given(text), unread[codes])


def parse_money(column: Any, exponents: Array, format: Format) -> Parsed:
    """Minor units, int64, of decimals of major units; `exponents` of the currencies, shape (n,).

    Text and decimals are read exactly and may have no more decimals than the currency, zeros
    apart. Floats may miss the minor unit by what arithmetic on them leaves.
    """
    if pa.types.is_floating(column.type):
        return _money_of_floats(column, exponents)
    text = text_of(column, format.missing)
    if format.decimal in ("", ".") and exponents.min(initial=2) >= 2 and _all_match(text, CENTS):
        number = np.rint(_filled(text.cast(pa.float64())) * np.power(10.0, exponents))
        given = _given(text)
        return Parsed(number.astype(np.int64), given, np.zeros(len(given), np.bool_))
    plain, given, bad = _plain_numbers(text, format, "")
    plain = pc.replace_substring_regex(plain, r"(\.\d*?)0*$", r"\1")
    whole = pc.replace_substring(plain, ".", "")
    point = pc.find_substring(plain, ".")
    length = pc.utf8_length(plain)
    digits = np.where(_filled(point) < 0, 0, _filled(length) - _filled(point) - 1)
    long = _filled(pc.utf8_length(whole)) > 18
    mantissa = _filled(pc.if_else(pa.array(long), "0", whole).cast(pa.int64()))
    shift = np.clip(exponents - digits, 0, None)
    largest = LARGEST_MINOR // np.power(10, shift)
    bad |= given & (long | (digits > exponents) | (np.abs(mantissa) > largest))
    return Parsed(np.where(bad, 0, mantissa * np.power(10, shift)), given, bad)


def parse_numbers(column: Any, format: Format, *, whole: bool = False) -> Parsed:
    """Numbers as float64, or as int64 where they must be `whole`."""
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        given = _given(column)
        number = _filled(column.cast(pa.float64(), safe=False))
        bad = given & ~np.isfinite(number)
    else:
        text = text_of(column, format.missing)
        plain, given, bad = _plain_numbers(text, format, r"(?:[eE][+-]?\d+)?")
        number = _filled(plain.cast(pa.float64()))
        bad |= ~np.isfinite(number)
    if whole:
        bad |= (number != np.rint(number)) | (np.abs(number) > LARGEST_MINOR)
    number = np.where(bad, 0.0, number)
    return Parsed(number.astype(np.int64) if whole else number, given, bad)


def parse_flags(column: Any, format: Format) -> Parsed:
    """Flags of true, false, 1 and 0, in letters of either case."""
    text = text_of(column, format.missing)
    lower = pc.utf8_lower(text)
    true = _filled(pc.is_in(lower, value_set=pa.array(["true", "1"])))
    false = _filled(pc.is_in(lower, value_set=pa.array(["false", "0"])))
    given = _given(text)
    return Parsed(true & given, given, given & ~true & ~false)


def has_decimal_comma(texts: Sequence[Any]) -> bool:
    """Whether numbers can only have been written with a decimal comma.

    They can where each is one with points between thousands at most, some have a comma, and not
    all would do with commas between thousands.
    """
    comma = point = False
    for text in texts:
        given = text.drop_null()
        if not _all_match(given, r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?-?$"):
            return False
        comma |= bool(pc.any(pc.match_substring(given, ",")).as_py())
        point |= not _all_match(given, r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?-?$")
    return comma and point


def _all_match(text: Any, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(text, pattern)).as_py() is not False


def _plain_numbers(text: Any, format: Format, exponent: str) -> tuple[Any, Flags, Flags]:
    """Numbers as -123.45 ("0" where there is none), where one is given, and where it is none.

    `exponent` is the pattern of an exponent. A minus may stand behind a number, as SAP writes it.
    """
    point = re.escape(format.decimal or ".")
    whole = r"\d+"
    if format.thousands:
        whole = rf"(?:\d+|\d{{1,3}}(?:{re.escape(format.thousands)}\d{{3}})+)"
    digits = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)"
    number = pc.match_substring_regex(text, rf"^(?:[+-]?{digits}{exponent}|{digits}-)$")
    given = _given(text)
    bad = given & ~_filled(number)
    plain = pc.if_else(pc.fill_null(number, False), text, "0")
    if format.thousands:
        plain = pc.replace_substring(plain, format.thousands, "")
    if format.decimal not in ("", "."):
        plain = pc.replace_substring(plain, format.decimal, ".")
    plain = pc.replace_substring_regex(plain, r"^\+", "")
    return pc.replace_substring_regex(plain, r"^(.*)-$", r"-\1"), given, bad


def _money_of_floats(column: Any, exponents: Array) -> Parsed:
    number = _filled(column.cast(pa.float64()))
    given = _given(column) & ~np.isnan(number)
    finite = np.where(np.isfinite(number), number, 0.0)
    scaled = finite * np.power(10.0, exponents)
    minor = np.rint(scaled)
    inexact = np.abs(scaled - minor) > 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)
    bad = given & (inexact | (np.abs(minor) > LARGEST_MINOR) | ~np.isfinite(number))
    return Parsed(np.where(bad, 0, minor).astype(np.int64), given, bad)


def _day(word: str, format: str, zone: str) -> int | None:
    """The day that a word means; None where it means none."""
    try:
        if format:
            return day_of(datetime.strptime(word, format).date())
        if ISO_DAY.fullmatch(word) is None:
            return None
        when = datetime.fromisoformat(word)
        return day_of((when.astimezone(ZoneInfo(zone)) if when.tzinfo else when).date())
    except ValueError:
        return None


def _given(column: Any) -> Flags:
    valid: Flags = _numpy(pc.is_valid(column))
    return valid


def _filled(column: Any, value: int = 0) -> Array:
    """A column as numpy, with `value` where it is null."""
    filler = bool(value) if pa.types.is_boolean(column.type) else value
    return _numpy(pc.fill_null(column, pa.scalar(filler, column.type)))


def _numpy(column: Any) -> Array:
    found: Array = _combined(column).to_numpy(zero_copy_only=False)
    return found


def _combined(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
