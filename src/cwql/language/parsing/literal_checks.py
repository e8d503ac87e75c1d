"""Slips inside a single token, and texts that are a pasted piece of a URL."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import spelling_rules
from cwql.language import syntax_rules as rules
from cwql.language.literals import is_plain_date, read_string
from cwql.language.operators import TEXT_WORD
from cwql.language.parsing.parser import INVISIBLE
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.parsing.lexer import Token

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_STRINGS = re.compile("\"[^\"]*+\"|'[^']*+'")
_PREFIX = re.compile(
    r"[ \t\r\n]*(?:(?:GET|POST|get|post)[ \t]+)?(?:https?://[^\s?]*|/[^\s?]*)?[?&]?"
    r"(conditions?|child_?conditions|custom_?field_?conditions|order_?by|fields|include_?fields|exclude_?fields|expand)"
    r"[ \t]*=(?!=)[ \t]*(?=[\w(\"'%\[]|$)",
    re.IGNORECASE,
)
_URL = re.compile(r"[ \t\r\n]*(?:(?:GET|POST|get|post)[ \t]+\S|https?://)")


def read_pasted(text: str, record: Dialect, shape: Shape) -> Diagnostic | None:
    """Return the one finding for a text that is no condition by itself: empty, percent-encoded, a parameter, a URL."""
    surrogate = _SURROGATE.search(text)
    if surrogate is not None:
        return rules.CONTROL_CHARACTER.at(
            Span(surrogate.start(), surrogate.end()),
            f"lone surrogate U+{ord(surrogate.group()):04X}: no request can carry half a character",
            hint="decode the text with the right encoding, or take the character out",
        )
    if not text.strip(" \t\r\n"):
        what = {"condition": "condition", "order_by": "list of sort fields", "field_list": "list of fields"}[shape]
        return rules.EMPTY.at(
            Span(0, len(text)), f"empty {what}: expected at least one field", hint="leave the parameter out instead"
        )
    prefix = _PREFIX.match(text)
    # `fields = 5` or `condition = "x"` may be meant as a comparison with a field of that name.
    if prefix is not None and (prefix.end(1) > len(prefix.group().strip()) or _is_parameter(text, prefix)):
        return _pasted_parameter(text, prefix)
    if _URL.match(text):
        return rules.PASTED_PARAMETER.at(
            Span(0, len(text)),
            f"a URL, not a {'condition' if shape == 'condition' else 'list of fields'}",
            hint=f"pass the text behind `{record.parameters[0].name}=` only, decoded",
        )
    if "%" in text:
        outside = _STRINGS.sub(lambda match: " " * len(match.group()), text)
        escape = _ESCAPE.search(outside)
        if escape is not None and (" " not in text.strip() or _unquoted(text) != text):
            decoded = _unquoted(text)
            if decoded != text and not _ESCAPE.search(_STRINGS.sub("", decoded)):
                return rules.PERCENT_ENCODED.at(
                    Span(escape.start(), escape.end()),
                    f"percent-encoded text (`{escape.group()}` for {_unquoted(escape.group())!r}): expected plain text",
                    hint="give the decoded text: the client encodes it once, when it sends it",
                    fixes=[Fix("decode it", [Edit(Span(0, len(text)), decoded)])],
                )
    return None


def _is_parameter(text: str, prefix: re.Match[str]) -> bool:
    rest = text[prefix.end() :].lstrip()
    return bool(prefix.start(1) > 0 and text[prefix.start(1) - 1] in "?&/") or bool(
        re.match(
            rf"\(|[A-Za-z_%][\w/.%]*[ \t]*(?:[=!<>%,]|(?:not[ \t]+)?(?:in|{TEXT_WORD})\b|asc|desc|$)",
            rest,
            re.IGNORECASE,
        )
        and not re.match(r"(?:true|false|null)\b", rest, re.IGNORECASE)
    )


def _pasted_parameter(text: str, prefix: re.Match[str]) -> Diagnostic:
    value = text[prefix.end() :]
    outside = _STRINGS.sub(lambda match: "_" * len(match.group()), value)
    # The next parameter of the URL starts at an & that is followed by a name and an equals sign.
    following = re.search(r"&[A-Za-z]+=", outside)
    if following is not None:
        value = value[: following.start()]
    value = value.split("#", 1)[0] if "://" in prefix.group() else value
    encoded = _ESCAPE.search(_STRINGS.sub("", value)) is not None
    value = (_unquoted(value) if encoded else value).strip()
    name = prefix.group(1)
    return rules.PASTED_PARAMETER.at(
        Span(len(prefix.group()) - len(prefix.group().lstrip()), prefix.end()),
        f"`{name}=` is the name of a parameter, not part of its text",
        hint=f"pass {value}" if len(value) <= 80 else "pass the text behind it only",
        fixes=[Fix("keep the text of the parameter only", [Edit(Span(0, len(text)), value)])],
        notes=[f"`{text[prefix.end() + following.start() + 1 :][:60]}` is another parameter: pass it by itself"]
        if following is not None
        else [],
    )


def _unquoted(text: str) -> str:
    from urllib.parse import unquote, unquote_plus

    return unquote(text) if " " in text else unquote_plus(text)


def requote(value: str, record: Dialect) -> str | None:
    """Return the value between quotes that it does not hold, the dialect's own kind first; None where it holds both."""
    for quote in record.quotes:
        if quote not in value:
            return f"{quote}{value}{quote}"
    return None


def string_slips(token: Token, record: Dialect) -> list[Diagnostic]:
    """Report a quote that is escaped by doubling, a backslash before the closing quote, and invisible characters."""
    found = []
    text, body = token.text, token.text[1:-1]
    if text[0] in body:
        written = requote(read_string(text), record)
        found.append(
            spelling_rules.DOUBLED_QUOTE.at(
                Span(token.start, token.end),
                "a quote inside a string is doubled: no server's answer to that is known",
                hint=f"write {written}" if written else "the value holds both kinds of quotes: search for a part of it",
                fixes=[Fix(f"write {written}", [Edit(Span(token.start, token.end), written)])] if written else [],
            )
        )
    if body.endswith("\\"):
        found.append(
            rules.BACKSLASH_ESCAPE.at(
                Span(token.end - 2, token.end),
                "a backslash before the closing quote: a server that takes it as an escape reads on behind the string",
                hint="search for the part before the backslash with `contains` or `like`",
                severity="warning",
            )
        )
    invisible = None if body.isascii() else INVISIBLE.search(text)
    if invisible is not None:
        # Inside an emoji sequence these characters do belong.
        near = text[max(invisible.start() - 1, 0)]
        if not (invisible.group() in "\u200d\ufe0f\ufe0e" and ord(near) > 0x2000):
            place = Span(token.start + invisible.start(), token.start + invisible.end())
            found.append(
                rules.INVISIBLE_CHARACTER.at(
                    place,
                    f"invisible character U+{ord(invisible.group()):04X} inside a string: it takes part in the comparison",
                    hint="delete it, unless the field really holds it",
                    fixes=[Fix("delete it", [Edit(place, "")], safe=False)],
                    severity="warning",
                )
            )
    return found


def date_slips(token: Token, value: object, record: Dialect) -> list[Diagnostic]:
    """Report dates without brackets, without padding or zone, and dates in the American order."""
    bare = token.kind == "BARE_DATE"
    span = Span(token.start, token.end)
    body = token.text if bare else token.text[1:-1].strip()
    written = write_date(value, record)
    fix = [Fix(f"write {written}", [Edit(span, written)])]
    if bare and not record.bare_dates:
        return [
            spelling_rules.BARE_DATE.at(
                span, f"a date without brackets: expected {written}", hint=f"write {written}", fixes=fix
            )
        ]
    if is_plain_date(token.text):
        return []
    if (
        "/" in body
        or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", body)
        or re.search(r"[AaPp][Mm]|[T ][0-9]:", body)
    ):
        return [
            spelling_rules.LOOSE_DATE.at(
                span,
                f"{body} is read as {_spelled(value)}: expected year-month-day, two digits each",
                hint=f"write {written}",
                fixes=fix,
            )
        ]
    if len(body) > 10 and not re.search(r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$", body):
        taken = "read as UTC" if record.naive_is_utc else "the server decides which is meant"
        return [
            spelling_rules.NAIVE_TIME.at(
                span,
                f"a time without a zone: {taken}",
                hint=f"write {written}" if record.naive_is_utc else "add Z for UTC or an offset such as +01:00",
                fixes=fix if record.naive_is_utc else [],
            )
        ]
    return []


def write_date(value: object, record: Dialect) -> str:
    """Return a date or time in the dialect's canonical form."""
    from cwql.language.literal_printer import write_scalar

    return write_scalar(value, record)


def bad_date_fix(token: Token, record: Dialect) -> Fix | None:
    """Return a fix for brackets that hold a date with something odd about it: quotes, blanks in the wrong place."""
    from cwql.language.literals import BadLiteral, read_date

    body = token.text.strip("[] ").strip("\"' ")
    for candidate in (body, re.sub(r"[ ]+T", "T", body), re.sub(r"[ ]+(?=[Zz+-])", "", re.sub(r"[ ]+T", "T", body))):
        try:
            value = read_date(candidate, record.naive_is_utc)
        except BadLiteral:
            continue
        written = write_date(value, record)
        return Fix(f"write {written}", [Edit(Span(token.start, token.end), written)])
    return None


def _spelled(value: object) -> str:
    from datetime import date, datetime

    if isinstance(value, datetime):
        return f"{value:%d} {_MONTHS[value.month - 1]} {value:%Y at %H:%M}"
    assert isinstance(value, date)
    return f"{value:%d} {_MONTHS[value.month - 1]} {value:%Y}".lstrip("0")


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
