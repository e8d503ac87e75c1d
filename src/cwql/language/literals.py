"""Literals of a text as Python values: strings, numbers, booleans, null, dates and times.

Each reader takes the text of one terminal and returns its value; a reader that cannot raises `BadLiteral`, which the
parser turns into a finding. Values: `str`, `int`, `decimal.Decimal` (where the text has a fraction), `bool`, None,
`datetime.date`, and `datetime.datetime` in UTC (without a zone only where the dialect leaves the zone open).
`decimal` and `datetime` are imported when first needed: most conditions hold neither.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from cwql.language.nodes import Scalar

TERMINALS = ("STRING", "NUMBER", "BOOLEAN", "NULL", "DATE", "BARE_DATE")
"""The terminals of the grammars that `read_literal` reads."""

DIGITS_LIMIT = 64
"""How many characters a number may have; CPython itself refuses to read integers beyond 4,300 digits."""


class BadLiteral(Exception):
    """Say why the text of a literal has no value: `rule` names the rule to report, `message` and `hint` what to say."""

    def __init__(self, rule: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint


def read_string(text: str) -> str:
    """Return what stands between the quotes; a doubled quote inside stands for one."""
    quote, body = text[0], text[1:-1]
    return body.replace(quote + quote, quote) if quote in body else body


def read_number(text: str) -> int | Decimal:
    """Return an integer, or a Decimal where the text has a fraction."""
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
    """Read a date or a time, bracketed or bare, in every form that clients are known to send.

    ``[2016-08-20T18:04:26Z]``, ``[2025-01-01]``, a blank for T, missing zone or padding, fractions, offsets, and
    ``MM/DD/YYYY``, which servers read the American way. A time is given in UTC; one without a zone is taken as UTC where
    `naive_is_utc` says so and is left without a zone otherwise. Raises `BadLiteral` for text that is no date
    (``malformed-date``) and for days and hours that do not exist (``impossible-date``).
    """
    from datetime import UTC, date, datetime, timedelta, timezone

    body = text[1:-1].strip() if text.startswith("[") else text
    if match := re.fullmatch(_ISO + _TIME + _ZONE, body):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := re.fullmatch(_US + _TIME + _ZONE, body):
        year, month, day = int(match[3]), int(match[1]), int(match[2])
    else:
        raise BadLiteral(
            "malformed-date",
            f"{_shown(body)} is not a date or time",
            "write [yyyy-MM-dd] or [yyyy-MM-ddTHH:mm:ssZ], for example [2024-01-31T17:00:00Z]",
        )
    hour, minute, second, fraction, half, zone = match.groups()[3:]
    try:
        if hour is None:
            if zone is not None:
                raise BadLiteral(
                    "malformed-date",
                    f"{_shown(body)} has a zone but no time",
                    "add the time, for example T00:00:00Z, or leave the zone out",
                )
            return date(year, month, day)
        hours = int(hour)
        if half is not None:
            if not 1 <= hours <= 12:
                raise ValueError("hour must be in 1..12 with AM or PM")
            hours = hours % 12 + (12 if half in ("PM", "pm", "Pm", "pM") else 0)
        if fraction is not None and fraction[6:].strip("0"):
            raise BadLiteral(
                "malformed-date",
                f"{_shown(body)} is finer than a microsecond",
                "write at most six digits after the seconds",
            )
        micros = int((fraction or "0").ljust(6, "0")[:6])
        moment = datetime(year, month, day, hours, int(minute), int(second or 0), micros)
        if zone is None:
            return moment.replace(tzinfo=UTC) if naive_is_utc else moment
        if zone in ("Z", "z"):
            return moment.replace(tzinfo=UTC)
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadLiteral("impossible-date", f"{_shown(body)} does not exist: {error}") from None


def read_literal(terminal: str, text: str, naive_is_utc: bool = True) -> Scalar:
    """Return the value of a literal by the name of its terminal; raise `BadLiteral` where it has none."""
    if terminal == "STRING":
        return read_string(text)
    if terminal == "NUMBER":
        return read_number(text)
    if terminal == "BOOLEAN":
        return len(text) == len("true")
    if terminal == "NULL":
        return None
    return read_date(text, naive_is_utc)


def is_plain_date(text: str) -> bool:
    """Tell, without reading it, that a date is written out in full: padded, and with a zone where it has a time."""
    body = text[1:-1] if text[0] == "[" else text
    if len(body) < 10 or body[4] != "-" or body[7] != "-":
        return False
    return len(body) == 10 or (len(body) > 19 and body[10] == "T" and body[-1] == "Z")


def _shown(body: str) -> str:
    return repr(body if len(body) <= 40 else body[:37] + "...")
