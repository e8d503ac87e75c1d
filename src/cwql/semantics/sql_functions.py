"""The functions that SQLite lacks, `register`, and the values of indexed columns, `column_value`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from cwql.language.dialects import find_dialect
from cwql.semantics.patterns import LikePattern
from cwql.semantics.values import fold_case, normalize_number, parse_number, parse_timestamp

if TYPE_CHECKING:
    import sqlite3

COLUMN_KINDS = ("text", "number", "timestamp", "sort")
"""What an indexed column may contain of a field: its folded text, its number, its timestamp, or the value that it is sorted by."""

_CACHED_LENGTH = 256
"""Longer texts and patterns are not kept in the large caches, so that those stay small whatever records contain."""


def column_value(value: object, kind: str) -> str | int | float | None:
    """Return the value of a column of a kind (`COLUMN_KINDS`) for a value of a document."""
    if isinstance(value, str):
        match kind:
            case "text":
                return fold_case(value)
            case "timestamp":
                return parse_timestamp(value)
            case "number":
                return _number(value)
        timestamp = parse_timestamp(value)
        return fold_case(value) if timestamp is None else timestamp
    if isinstance(value, (int, float)) and kind in ("number", "sort"):
        return _to_sql(normalize_number(value))
    return None


def register(connection: sqlite3.Connection) -> None:
    """Add the functions that the SQL of `cwql.semantics.sql` calls to a connection.

    They are called with texts and numbers only, because the SQL tests the type first.
    """
    for name, count, function in (
        ("cwql_fold", 1, _fold),
        ("cwql_timestamp", 1, parse_timestamp),
        ("cwql_number", 1, _number),
        ("cwql_compare", 2, _compare),
        ("cwql_like", 3, _like),
    ):
        connection.create_function(name, count, function, deterministic=True)


def _fold(text: str) -> str:
    return _fold_short(text) if len(text) <= _CACHED_LENGTH else fold_case(text)


@lru_cache(maxsize=8192)
def _fold_short(text: str) -> str:
    return fold_case(text)


def _number(text: str) -> int | float | None:
    return _to_sql(parse_number(text))


def _to_sql(number: int | Decimal | None) -> int | float | None:
    return float(number) if isinstance(number, Decimal) else number


def _compare(value: int | float | None, literal: str) -> int | None:
    number, other = None if value is None else normalize_number(value), Decimal(literal)
    return None if number is None else (number > other) - (number < other)


def _like(text: str, pattern: str, dialect: str) -> bool:
    find = _short_pattern if len(pattern) <= _CACHED_LENGTH else _long_pattern
    return find(pattern, dialect).matches(fold_case(text))


def _pattern(text: str, dialect: str) -> LikePattern:
    return LikePattern(text, find_dialect(dialect))


# SQLite calls `cwql_like` once for each row. A long pattern takes up to a megabyte, so only a few of them are kept.
_short_pattern = lru_cache(maxsize=64)(_pattern)
_long_pattern = lru_cache(maxsize=8)(_pattern)
