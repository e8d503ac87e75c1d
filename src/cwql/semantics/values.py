"""Literals and values of records in the forms that are compared: folded text, numbers, timestamps."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from cwql.value import Value, assign

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from cwql.language.nodes import Scalar

    Number: TypeAlias = int | Decimal

INTEGER_LIMIT = 2**63
"""SQLite stores an integer from here on as a float."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,64}(\.[0-9]{1,64})?")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TIMESTAMP_LENGTH = len("2024-01-31T17:00:00.123456789+00:00")
_BOOLEANS = {"true": 1, "false": 0}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class LiteralValue(Value):
    """A literal in every form that a field may be compared with.

    `kind` is the form of its own type. `text` is folded and None for other types. `number` and `timestamp` (microseconds since
    1970, UTC) are None if the literal cannot be read as one. `part` is the text that ``contains`` and patterns search for, empty
    for null.
    """

    kind: Literal["null", "text", "number", "timestamp"]
    text: str | None
    number: Number | None
    timestamp: int | None
    part: str

    def __init__(self, value: Scalar) -> None:
        kind, part = "text", ""
        number: Number | None = None
        timestamp: int | None = None
        match value:
            case None:
                kind = "null"
            case bool():
                kind, number, part = "number", int(value), "true" if value else "false"
            case int() | Decimal():
                kind, number, part = "number", value, str(value)
            case datetime():
                kind, timestamp, part = "timestamp", to_timestamp(value), format_timestamp(value)
            case date():
                kind, timestamp, part = "timestamp", to_timestamp(value), value.isoformat()
            case str():
                number, timestamp, part = parse_number(value), parse_timestamp(value), value
        assign(self, "kind", kind)
        assign(self, "text", fold_case(value) if isinstance(value, str) else None)
        assign(self, "number", number)
        assign(self, "timestamp", timestamp)
        assign(self, "part", part)


def fold_case(text: str) -> str:
    """Return text without letter case."""
    return text.casefold()


def parse_number(text: str) -> Number | None:
    """Return the number that text contains, as SQLite would store it, otherwise None."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _BOOLEANS.get(text.casefold())
    if match[1] is None:
        return normalize_number(int(text))
    return normalize_number(float(text))


def normalize_number(value: int | float) -> Number | None:
    """Return a number of a record as it is compared; None for NaN."""
    if isinstance(value, int):
        if -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            return int(value)
        try:
            value = float(value)
        except OverflowError:
            return Decimal(value)
    return Decimal(repr(float(value))) if value == value else None


def parse_timestamp(text: str) -> int | None:
    """Return the microseconds since 1970 (UTC) of an ISO date or date-time, otherwise None."""
    # Only text that may be a date reaches the cache, which would keep thousands of texts of any length otherwise.
    return _parse_timestamp(text) if 10 <= len(text) <= _TIMESTAMP_LENGTH and text[4] == "-" else None


@lru_cache(maxsize=8192)
def _parse_timestamp(text: str) -> int | None:
    # `fromisoformat` reads other forms as well, such as 2024-W01-1.
    if _TIMESTAMP.fullmatch(text) is None:
        return None
    try:
        return to_timestamp(datetime.fromisoformat(text))
    except ValueError:
        return None


def to_timestamp(value: date | datetime) -> int:
    """Return the microseconds since 1970 (UTC); a time without a zone is in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND


def format_timestamp(value: datetime) -> str:
    """Return a time as the APIs write it: ``2024-01-31T17:00:00Z``, with a fraction if it has one."""
    if value.tzinfo is not None:
        value = (_EPOCH + (value - _EPOCH)).replace(tzinfo=None)
    return f"{value.isoformat()}Z"
