"""What a field may be called: names, the words that are none, and paths written with ``/`` or ``.``."""

from __future__ import annotations

import re

from cwql.language.operators import TEXT_WORDS

RESERVED = frozenset(
    ("and", "or", "not", "in", *TEXT_WORDS, "eq", "ne", "lt", "le", "gt", "ge", "true", "false", "null")
)
"""Words that stand for something else where a path of one segment would stand in a condition, in lower case."""

DIRECTIONS = frozenset(("asc", "desc", "ascending", "descending"))
"""The same for a sort order."""

SEPARATORS = "/."
"""What may stand between the segments of a path: Manage's sign, then Automate's."""

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def find_fault(segments: tuple[object, ...], reserved: frozenset[str] = RESERVED) -> str | None:
    """Say what keeps the segments from being a path, or return None; `reserved` words alone are none."""
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
    """Return the segments of a path written with one kind of separator; what they are worth `find_fault` says."""
    for separator in SEPARATORS:
        if separator in text:
            return tuple(text.split(separator))
    return (text,)


def shorten(value: object, limit: int = 60) -> str:
    """Return the value as Python writes it, cut to a length that fits into a message; safe for values of any size."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return "an integer of more than 300 digits"
    if isinstance(value, (str, bytes)) and len(value) > limit:
        return f"{value[: limit - 3]!r}..."
    shown = repr(value)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
