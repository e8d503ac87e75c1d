"""Literals as text: the counterpart of `cwql.language.literals`.

Each writer returns the canonical text of one value in one dialect, or raises `Unwritable` with the rule that is broken.
What is written reads back as an equal value of the same type, whatever the value holds.
"""

from __future__ import annotations

import re

from cwql.language.carrier_rules import (
    CONTROL_CHARACTER,
    MALFORMED_TREE,
    MIXED_QUOTES,
    NO_ZONE,
    NUMBER_OUT_OF_RANGE,
    TRAILING_BACKSLASH,
)
from cwql.language.literals import DIGITS_LIMIT
from cwql.language.names import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal
    from typing import Literal, TypeAlias

    from cwql.diagnostics import Rule
    from cwql.language.dialects import Dialect

    Escape: TypeAlias = Literal["refuse", "double", "backslash"]

ESCAPES: tuple[Escape, ...] = ("refuse", "double", "backslash")
"""What to do about a string that holds both kinds of quotes."""

# Control characters (C0, DEL, C1) and lone halves of surrogate pairs.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Unwritable(Exception):
    """Say why a value has no text: the rule it breaks, the message and the way out."""

    def __init__(self, rule: Rule, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint


def write_scalar(value: object, dialect: Dialect, *, quoted_dates: bool = False, escape: Escape = "refuse") -> str:
    """Write a value; only the exact types of `nodes.Scalar` are taken, since a subclass would not read back as itself."""
    kind = type(value)
    if kind is str:
        return write_string(value, dialect, escape)  # type: ignore[arg-type]
    if kind is bool:
        return dialect.booleans[0] if value else dialect.booleans[1]
    if kind is int:
        return write_integer(value)  # type: ignore[arg-type]
    if value is None:
        return "null"
    # The other types need modules that a program which never used them has not loaded.
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
    """Enclose a string in the kind of quote that it lacks.

    A string that holds both kinds is refused, or written with doubled quotes or with backslashes, as `escape` says; under
    ``backslash`` every backslash is doubled too, in every string, since such a server would read it as an escape.
    """
    if found := _UNWRITABLE.search(value):
        character = found[0]
        what = "half a surrogate pair" if character >= "\ud800" else "the control character"
        raise Unwritable(
            CONTROL_CHARACTER,
            f"{shorten(value)} holds {what} U+{ord(character):04X} at index {found.start()}, which cannot be written",
            "compare with a part of the text that has none, by contains or like",
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
                f"{shorten(value)} holds both kinds of quotes: a string can be enclosed only in a kind that it lacks",
                "compare with a part of the text that holds one kind, by contains or like, or by id; or, if you know "
                "which escape your server reads, pass escape='double' or escape='backslash'",
            )
        quote = dialect.quotes[0]
        if re.search(r"(?<!\\)(?:\\\\)*\\" + quote, value):
            raise Unwritable(
                TRAILING_BACKSLASH,
                f"{shorten(value)} holds a backslash right before a quote that must be doubled",
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
    """Write an integer of at most `DIGITS_LIMIT` characters."""
    # 10**64 has 213 bits: far longer numbers are never turned into digits, which would take quadratic time.
    written = str(value) if value.bit_length() <= 213 else None
    if written is None or len(written) > DIGITS_LIMIT:
        raise _too_long(value)
    return written


def write_decimal(value: Decimal) -> str:
    """Write a decimal without an exponent and with a fraction, so that it reads back as a decimal."""
    if not value.is_finite():
        raise Unwritable(NUMBER_OUT_OF_RANGE, f"{value} is not a number that can be written: expected a finite one")
    # An exponent far out would make format() build a string of that length.
    if not value:
        return "0.0"
    if abs(value.adjusted()) > DIGITS_LIMIT or len(value.as_tuple().digits) > 2 * DIGITS_LIMIT:
        raise _too_long(value)
    whole, _, fraction = f"{value:f}".partition(".")
    written = f"{whole}.{fraction.rstrip('0') or '0'}"
    if len(written) > DIGITS_LIMIT:
        raise _too_long(value)
    return written


def write_time(value: date | datetime, dialect: Dialect) -> str:
    """Write a date, or a time in UTC, without brackets or quotes; the fraction of a second only where there is one.

    A time without a zone is written as it is where the dialect leaves the zone open, and refused elsewhere.
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
            raise Unwritable(NO_ZONE, f"{value} falls out of the calendar when it is turned into UTC") from None
        zone = "Z"
    elif dialect.naive_is_utc:
        raise Unwritable(
            NO_ZONE,
            f"{value.isoformat()} has no time zone",
            "give it one, for example value.replace(tzinfo=datetime.UTC)",
        )
    return moment.replace(tzinfo=None).isoformat() + zone


def _too_long(value: object) -> Unwritable:
    return Unwritable(
        NUMBER_OUT_OF_RANGE, f"{shorten(value)} takes more than {DIGITS_LIMIT} characters to write without an exponent"
    )
