"""The names of fields: what a name is, which words are none, and paths written with ``/`` or ``.``."""

from __future__ import annotations

import re

from cwql.language.operators import TEXT_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect

KEYWORDS = frozenset(("and", "or", "not", "in", "eq", "ne", "lt", "le", "gt", "ge", "true", "false", "null"))
"""Words that cannot be a field in a condition of any dialect, in lower case."""

RESERVED = KEYWORDS | frozenset(TEXT_WORDS)
"""Words that cannot be a field in a condition of at least one dialect."""

DIRECTIONS = frozenset(("asc", "desc", "ascending", "descending"))
"""Words that cannot be a field in a sort order."""

SEPARATORS = "/."
"""Separators between the segments of a path: the one of Manage, and the one of Automate."""

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def reserved_words(dialect: Dialect) -> frozenset[str]:
    """Return the words that cannot be a field in a condition of the dialect, in lower case."""
    return KEYWORDS.union([operator.name for operator in dialect.operators if operator.family == "text"])


def find_fault(segments: tuple[object, ...], reserved: frozenset[str] = RESERVED) -> str | None:
    """Return the reason why the segments are not a path, or None; a single segment must not be one of the `reserved` words."""
    if not segments:
        return "a path without a name"
    for segment in segments:
        if type(segment) is not str:
            return f"a segment of type {type(segment).__name__}"
        if not _NAME.fullmatch(segment):
            return f"{shorten(segment)} is not a name: expected a letter or underscore, then letters, digits and underscores"
    if len(segments) == 1 and str(segments[0]).lower() in reserved:
        return f"{str(segments[0])!r} is a word of the language, not a field"
    return None


def split(text: str) -> tuple[str, ...]:
    """Return the segments of a path written with one kind of separator; `find_fault` checks them."""
    for separator in SEPARATORS:
        if separator in text:
            return tuple(text.split(separator))
    return (text,)


def shorten(value: object, limit: int = 60) -> str:
    """Return the repr of a value, cut to a length that fits into a message; safe for values of any size."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return "an integer of more than 300 digits"
    if isinstance(value, (str, bytes)) and len(value) > limit:
        return f"{value[: limit - 3]!r}..."
    shown = repr(value)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
