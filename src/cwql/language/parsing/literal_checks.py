"""Checks of literals that were parsed: strings and dates that are not written as they should be."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.characters import INVISIBLE
from cwql.language.literals import BadLiteral, is_full_date, read_date, read_string
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.parsing.lexer import Token

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def requote(value: str, dialect: Dialect) -> str | None:
    """Return the value between quotes that it does not contain, the dialect's own if possible; None if it has both."""
    for quote in dialect.quotes:
        if quote not in value:
            return f"{quote}{value}{quote}"
    return None


def check_string(token: Token, dialect: Dialect) -> list[Diagnostic]:
    """Report a doubled quote, a backslash before the closing quote, and invisible characters."""
    found = []
    text, body = token.text, token.text[1:-1]
    if text[0] in body:
        written = requote(read_string(text), dialect)
        found.append(
            problems.DOUBLED_QUOTE.at(
                Span(token.start, token.end),
                "a quote inside a string is doubled: it is not known how servers read that",
                hint=f"write {written}" if written else "the value has both kinds of quotes: search for a part of it",
                fixes=[Fix(f"write {written}", [Edit(Span(token.start, token.end), written)])] if written else [],
            )
        )
    if body.endswith("\\"):
        found.append(
            problems.BACKSLASH_ESCAPE.at(
                Span(token.end - 2, token.end),
                "a backslash before the closing quote: if a server reads it as an escape, the string does not end there",
                hint="search for the part before the backslash with `contains` or `like`",
                severity="warning",
            )
        )
    invisible = None if body.isascii() else re.search(INVISIBLE, text)
    if invisible is not None:
        # In an emoji sequence these characters are right.
        before = text[max(invisible.start() - 1, 0)]
        if not (invisible.group() in "\u200d\ufe0f\ufe0e" and ord(before) > 0x2000):
            span = Span(token.start + invisible.start(), token.start + invisible.end())
            found.append(
                problems.INVISIBLE_CHARACTER.at(
                    span,
                    f"invisible character U+{ord(invisible.group()):04X} inside a string: it is part of the value",
                    hint="delete it, unless the field really contains it",
                    fixes=[Fix("delete it", [Edit(span, "")], applicability="unsafe")],
                    severity="warning",
                )
            )
    return found


def check_date(token: Token, value: object, dialect: Dialect) -> list[Diagnostic]:
    """Report dates without brackets, padding or zone, and dates with the month first."""
    bare = token.kind == "BARE_DATE"
    span = Span(token.start, token.end)
    body = token.text if bare else token.text[1:-1].strip()
    written = write_date(value, dialect)
    fix = [Fix(f"write {written}", [Edit(span, written)])]
    if bare and not dialect.bare_dates:
        message = f"a date without brackets: expected {written}"
        return [problems.BARE_DATE.at(span, message, hint=f"write {written}", fixes=fix)]
    if is_full_date(token.text):
        return []
    if _is_loose(body):
        message = f"{body} is read as {_spell_out(value)}: expected year-month-day, two digits each"
        safe = not _is_ambiguous(body)
        fix = [Fix(f"write {written}", [Edit(span, written)], applicability="safe" if safe else "unsafe")]
        return [problems.LOOSE_DATE.at(span, message, hint=f"write {written}", fixes=fix)]
    if not bare and len(body) < len(token.text) - 2:
        message = f"blanks inside the brackets: expected {written}"
        return [problems.LOOSE_DATE.at(span, message, hint=f"write {written}", fixes=fix)]
    if len(body) > 10 and not re.search(r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$", body):
        meaning = "it is read as UTC" if dialect.naive_is_utc else "the server decides which one is meant"
        return [
            problems.NAIVE_TIME.at(
                span,
                f"a time without a zone: {meaning}",
                hint=f"write {written}" if dialect.naive_is_utc else "add Z for UTC or an offset such as +01:00",
                fixes=fix if dialect.naive_is_utc else [],
            )
        ]
    return []


def _is_loose(body: str) -> bool:
    """Return whether a date has the month first, or parts that are not of two digits, or AM and PM."""
    return bool(
        "/" in body
        or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", body)
        or re.search(r"[AaPp][Mm]|[T ][0-9]:", body)
    )


def _is_ambiguous(body: str) -> bool:
    """Return whether a date may have the day first: 01/02/2024, but not 01/15/2024."""
    match = re.match(r"([0-9]{1,2})/([0-9]{1,2})/", body)
    return match is not None and match[1] != match[2] and int(match[2]) <= 12


def write_date(value: object, dialect: Dialect) -> str:
    """Return a date or time in the dialect's canonical form."""
    from cwql.language.literal_printer import write_scalar

    return write_scalar(value, dialect)


def fix_date(token: Token, dialect: Dialect) -> Fix | None:
    """Return a fix for a date with quotes inside its brackets, blanks in the wrong place, or slashes after the year."""
    body = token.text.strip("[] ").strip("\"' ")
    # A blank in the middle of others is not tried again: that would take quadratic time.
    joined = re.sub(r"(?<! ) ++T", "T", body)
    dashed = re.sub(r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?![0-9])", r"\1-\2-\3", joined)
    for candidate in (body, joined, re.sub(r"(?<! ) ++(?=[Zz+-])", "", joined), dashed):
        try:
            value = read_date(candidate, dialect.naive_is_utc)
        except BadLiteral:
            continue
        written = write_date(value, dialect)
        return Fix(f"write {written}", [Edit(Span(token.start, token.end), written)])
    return None


def _spell_out(value: object) -> str:
    from datetime import date, datetime

    if isinstance(value, datetime):
        zone = "" if value.tzinfo is None else " UTC"
        return f"{value:%d} {_MONTHS[value.month - 1]} {value:%Y at %H:%M}{zone}"
    assert isinstance(value, date)
    return f"{value:%d} {_MONTHS[value.month - 1]} {value:%Y}".lstrip("0")
