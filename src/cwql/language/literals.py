"""Literals of a text as Python values: strings, numbers, booleans, null, dates and times.

A reader takes the text of one terminal and returns its value, or raises `BadLiteral`, which the parser reports. Values are
`str`, `int`, `decimal.Decimal` (if the text has a fraction), `bool`, None, `datetime.date`, and `datetime.datetime` in UTC
(without a zone only if the dialect leaves the zone open). `decimal` and `datetime` are imported on first use, because most
conditions contain neither.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from decimal import Decimal

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Scalar

DIGITS_LIMIT = 64
"""How many characters a number may have; CPython itself refuses to parse integers of more than 4,300 digits."""

LITERAL_FORMS: dict[str, str] = {
    "string": "text",
    "other-quotes": "text in the other quotes",
    "doubled-quote": "a quote inside a text, doubled",
    "number": "number",
    "boolean": "true and false",
    "null": "no value",
    "datetime": "date and time",
    "date": "date",
    "bare-date": "date without brackets",
    "quoted-date": "date in quotes",
}
"""The forms of literals that a dialect may have, with their names for readers."""


class BadLiteral(Exception):
    """The text of a literal has no value: `mistake` is the name of the problem to report."""

    def __init__(self, mistake: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.mistake = mistake
        self.message = message
        self.hint = hint


def read_string(text: str) -> str:
    """Return the text between the quotes; a doubled quote means one."""
    quote, body = text[0], text[1:-1]
    return body.replace(quote + quote, quote) if quote in body else body


def read_number(text: str) -> int | Decimal:
    """Return an integer, or a Decimal if the text has a fraction."""
    if len(text) > DIGITS_LIMIT:
        raise BadLiteral("malformed-number", f"a number of {len(text)} characters: expected at most {DIGITS_LIMIT}")
    if "." in text:
        from decimal import Decimal

        return Decimal(text)
    return int(text)


_ISO = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_US = r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"
_TIME = r"(?:[Tt ][ ]*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?: ?([AaPp][Mm]))?)?"
_ZONE = r"(?: ?([Zz]|[+-][0-9]{2}:?[0-9]{2}))?"


def read_date(text: str, naive_is_utc: bool = True) -> date | datetime:
    """Read a date or a time, with or without brackets, in every form that clients are known to send.

    ``[2016-08-20T18:04:26Z]``, ``[2025-01-01]``, a blank for T, a missing zone or padding, fractions, offsets, and
    ``MM/DD/YYYY``, which servers read as month first. Times are returned in UTC. A time without a zone is UTC if
    `naive_is_utc`, otherwise it is returned without a zone. Raises `BadLiteral` for text that is not a date
    (``malformed-date``) and for days and hours that do not exist (``impossible-date``).
    """
    body = text[1:-1].strip() if text[:1] == "[" else text
    # The form that servers print and programs send. Python 3.13 reads hour 24 as the next midnight.
    if len(body) == 20 and body[4::3] == "--T::Z" and body[11:13] != "24":
        try:
            return _parse_iso(body)
        except ValueError:
            pass
    from datetime import UTC, date, datetime, timedelta, timezone

    if match := re.fullmatch(_ISO + _TIME + _ZONE, body):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := re.fullmatch(_US + _TIME + _ZONE, body):
        year, month, day = int(match[3]), int(match[1]), int(match[2])
    else:
        raise BadLiteral(
            "malformed-date",
            f"{_shorten(body)} is not a date or time",
            "write [yyyy-MM-dd] or [yyyy-MM-ddTHH:mm:ssZ], for example [2024-01-31T17:00:00Z]",
        )
    hour, minute, second, fraction, half, zone = match.groups()[3:]
    if hour is None and zone is not None:
        raise BadLiteral(
            "malformed-date",
            f"{_shorten(body)} has a zone but no time",
            "add the time, for example T00:00:00Z, or remove the zone",
        )
    if fraction is not None and fraction[6:].strip("0"):
        raise BadLiteral(
            "malformed-date",
            f"{_shorten(body)} is more precise than a microsecond",
            "write at most six digits after the seconds",
        )
    try:
        if hour is None:
            return date(year, month, day)
        micros = int((fraction or "0").ljust(6, "0")[:6])
        moment = datetime(year, month, day, _hours(hour, half), int(minute), int(second or 0), micros)
        if zone is None:
            return moment.replace(tzinfo=UTC) if naive_is_utc else moment
        if zone in ("Z", "z"):
            return moment.replace(tzinfo=UTC)
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadLiteral("impossible-date", f"{_shorten(body)} does not exist: {error}") from None


_fromisoformat: Callable[[str], datetime] | None = None


def _parse_iso(text: str) -> datetime:
    # Even an import of a loaded module takes longer than parsing the text.
    global _fromisoformat
    if _fromisoformat is None:
        from datetime import datetime

        _fromisoformat = datetime.fromisoformat
    return _fromisoformat(text)


def _hours(text: str, half: str | None) -> int:
    """Return the hour of the day; `half` is AM or PM, or None for a clock of 24 hours."""
    hours = int(text)
    if half is None:
        return hours
    if not 1 <= hours <= 12:
        raise ValueError("hour must be in 1..12 with AM or PM")
    return hours % 12 + (12 if half.lower() == "pm" else 0)


_READERS: dict[str, Callable[[str, bool], Scalar]] = {
    "STRING": lambda text, _: read_string(text),
    "NUMBER": lambda text, _: read_number(text),
    "BOOLEAN": lambda text, _: len(text) == len("true"),
    "NULL": lambda text, _: None,
    "DATE": read_date,
    "BARE_DATE": read_date,
}

TERMINALS: tuple[str, ...] = tuple(_READERS)
"""The terminals of the grammars that are literals."""


def read_literal(terminal: str, text: str, naive_is_utc: bool = True) -> Scalar:
    """Return the value of a literal by the name of its terminal; raise `BadLiteral` if it has none."""
    return _READERS[terminal](text, naive_is_utc)


def is_standard(terminal: str, text: str, dialect: Dialect) -> bool:
    """Return whether a literal is written as the dialect writes it, so that there is nothing to report about it."""
    if terminal == "STRING":
        return text[0] not in text[1:-1] and text[-2] != "\\"
    if terminal in ("DATE", "BARE_DATE"):
        return (terminal == "BARE_DATE") == dialect.bare_dates and is_full_date(text)
    return True


def is_full_date(text: str) -> bool:
    """Return whether a date is written in full: with two digits for month and day, and a zone if it has a time."""
    body = text[1:-1] if text[0] == "[" else text
    if len(body) < 10 or body[4] != "-" or body[7] != "-":
        return False
    return len(body) == 10 or (len(body) > 19 and body[10] == "T" and body[-1] == "Z")


def form_of(text: str, dialect: Dialect) -> str:
    """Return the form in which a literal is written, one of `LITERAL_FORMS`."""
    if text[0] in "\"'":
        return "string" if text[0] == dialect.quotes[0] else "other-quotes"
    if text[0] == "[" or text[4:5] == "-":
        return "datetime" if ":" in text else "date"
    folded = text.lower()
    if folded == "null":
        return "null"
    return "boolean" if folded in ("true", "false") else "number"


def _shorten(body: str) -> str:
    return repr(body if len(body) <= 40 else body[:37] + "...")
