"""Values as text: the counterpart of `cwql.language.literals`.

Each function returns the canonical text of a value in a dialect, or raises `Unwritable`. The text parses to an equal value of the
same type.
"""

from __future__ import annotations

import re

from cwql.language.characters import UNPRINTABLE
from cwql.language.literals import DIGITS_LIMIT
from cwql.language.names import shorten
from cwql.language.problems import (
    MALFORMED_TREE,
    MIXED_QUOTES,
    NUMBER_OUT_OF_RANGE,
    TRAILING_BACKSLASH,
    UNPRINTABLE_CHARACTER,
    UNWRITABLE_TIME,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal
    from typing import Literal, TypeAlias

    from cwql.diagnostics import DiagnosticKind
    from cwql.language.dialects import Dialect

    Escape: TypeAlias = Literal["refuse", "double", "backslash"]

ESCAPES: tuple[Escape, ...] = ("refuse", "double", "backslash")
"""The ways to write a string that contains both kinds of quotes."""


class Unwritable(Exception):
    """A value that has no text: the kind of problem, the message and a hint."""

    def __init__(self, kind: DiagnosticKind, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint


def write_scalar(value: object, dialect: Dialect, *, quoted_dates: bool = False, escape: Escape = "refuse") -> str:
    """Return the text of a value that is not a list."""
    kind = type(value)
    if kind is str:
        return write_string(value, dialect, escape)  # type: ignore[arg-type]
    if kind is bool:
        return dialect.booleans[0 if value else 1]
    if kind is int:
        return write_integer(value)  # type: ignore[arg-type]
    if value is None:
        return "null"
    # By name, because the modules of the other types are loaded only if a program uses them.
    name = (kind.__module__, kind.__qualname__)
    if name == ("decimal", "Decimal"):
        return write_decimal(value)  # type: ignore[arg-type]
    if name in (("datetime", "datetime"), ("datetime", "date")):
        written = write_time(value, dialect)  # type: ignore[arg-type]
        if quoted_dates and "quoted-date" in dialect.literals:
            return f"{dialect.quotes[0]}{written}{dialect.quotes[0]}"
        return written if dialect.bare_dates else f"[{written}]"
    raise Unwritable(
        MALFORMED_TREE,
        f"{shorten(value)} is a value of type {kind.__name__}: expected str, int, bool, Decimal, date, datetime or None",
        "values.to_scalar turns Python values into those",
    )


def write_string(value: str, dialect: Dialect, escape: Escape = "refuse") -> str:
    """Enclose a string in the kind of quote that it does not contain.

    A string with both kinds is refused, or written with doubled quotes or with backslashes, as `escape` says. With
    ``backslash`` every backslash is doubled too, in every string, because such a server would read it as an escape.
    """
    if found := re.search(UNPRINTABLE, value):
        character = found[0]
        what = "half a surrogate pair" if character >= "\ud800" else "the control character"
        raise Unwritable(
            UNPRINTABLE_CHARACTER,
            f"{shorten(value)} contains {what} U+{ord(character):04X} at index {found.start()}, which cannot be written",
            "compare with a part of the text without it, by contains or like",
        )
    quote = next((quote for quote in dialect.quotes if quote not in value), None)
    if escape == "backslash":
        quote = quote or dialect.quotes[0]
        return quote + value.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote
    body = value
    if quote is None:
        if escape == "refuse":
            raise Unwritable(
                MIXED_QUOTES,
                f"{shorten(value)} contains both kinds of quotes: a string can be enclosed only in a kind that it does not contain",
                "compare with a part of the text that contains one kind, by contains or like, or by id; or, if you know "
                "which escape your server reads, pass escape='double' or escape='backslash'",
            )
        quote = dialect.quotes[0]
        if re.search(r"(?<!\\)(?:\\\\)*\\" + quote, value):
            raise Unwritable(
                TRAILING_BACKSLASH,
                f"{shorten(value)} contains a backslash right before a quote that must be doubled",
                "compare with a part of the text, by contains or like",
            )
        body = value.replace(quote, quote + quote)
    if (len(value) - len(value.rstrip("\\"))) % 2:
        raise Unwritable(
            TRAILING_BACKSLASH,
            f"{shorten(value)} ends in a backslash, which a server may read as an escape of the closing quote",
            "leave the last backslash out and compare by startswith or contains",
        )
    return quote + body + quote


def write_integer(value: int) -> str:
    """Return an integer of at most `DIGITS_LIMIT` characters as text."""
    # 10**64 has 213 bits. Much longer numbers are never turned into digits, because that takes quadratic time.
    written = str(value) if value.bit_length() <= 213 else None
    if written is None or len(written) > DIGITS_LIMIT:
        raise _too_long(value)
    return written


def write_decimal(value: Decimal) -> str:
    """Return a decimal as text, without an exponent and with a fraction, so that it parses to a decimal."""
    if not value.is_finite():
        raise Unwritable(NUMBER_OUT_OF_RANGE, f"{value} is not a number that can be written: expected a finite one")
    if not value:
        return "0.0"
    # A large exponent would make format() build a string of that length.
    if abs(value.adjusted()) > DIGITS_LIMIT or len(value.as_tuple().digits) > 2 * DIGITS_LIMIT:
        raise _too_long(value)
    whole, _, fraction = f"{value:f}".partition(".")
    written = f"{whole}.{fraction.rstrip('0') or '0'}"
    if len(written) > DIGITS_LIMIT:
        raise _too_long(value)
    return written


def write_time(value: date | datetime, dialect: Dialect) -> str:
    """Return a date, or a time in UTC, as text without brackets or quotes; with a fraction of a second only if there is one.

    A time without a zone is written as it is if the dialect leaves the zone open, and refused otherwise.
    """
    from datetime import UTC, datetime

    if not isinstance(value, datetime):
        return value.isoformat()
    zone = ""
    moment = value
    if value.utcoffset() is not None:
        try:
            moment = value.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise Unwritable(UNWRITABLE_TIME, f"{value} is outside of the calendar in UTC") from None
        zone = "Z"
    elif dialect.naive_is_utc:
        raise Unwritable(
            UNWRITABLE_TIME,
            f"{value.isoformat()} has no time zone",
            "give it one, for example value.replace(tzinfo=datetime.UTC)",
        )
    return moment.replace(tzinfo=None).isoformat() + zone


def _too_long(value: object) -> Unwritable:
    return Unwritable(
        NUMBER_OUT_OF_RANGE, f"{shorten(value)} takes more than {DIGITS_LIMIT} characters to write without an exponent"
    )
