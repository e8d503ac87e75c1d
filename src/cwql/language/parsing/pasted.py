"""Checks of whole texts that are not a condition: empty, percent-encoded, an SQL query, or copied from a URL."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.characters import SURROGATE
from cwql.language.operators import TEXT_WORD
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_STRINGS = re.compile("\"[^\"]*+\"|'[^']*+'")
_PREFIX = re.compile(
    r"[ \t\r\n]*(?:(?:GET|POST|get|post)[ \t]+)?(?:https?://[^\s?]*|/[^\s?]*)?[?&]?"
    r"(conditions?|child_?conditions|custom_?field_?conditions|order_?by|fields|include_?fields|exclude_?fields|expand)"
    r"[ \t]*=(?!=)[ \t]*(?=[\w(\"'%\[]|$)",
    re.IGNORECASE,
)
_URL = re.compile(r"[ \t\r\n]*(?:(?:GET|POST|get|post)[ \t]+\S|https?://)")
_SELECT = re.compile(r"[ \t\r\n]*select\s++(?![=<>!]|(?:contains|like|in|not)\b)[^;]*?\bfrom\s++[\w\[{]", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b[ \t\r\n]*", re.IGNORECASE)
_CLAUSE = re.compile(r"\b((?:order|group)\s+by|having|limit|offset|fetch|union)\b|;|\Z", re.IGNORECASE)
_SHAPES = {"condition": "condition", "order_by": "list of sort fields", "field_list": "list of fields"}


def check_pasted(text: str, dialect: Dialect, shape: Shape) -> Diagnostic | None:
    """Return the diagnostic for a text that cannot be parsed by itself, or None."""
    surrogate = re.search(SURROGATE, text)
    if surrogate is not None:
        return problems.CONTROL_CHARACTER.at(
            Span(surrogate.start(), surrogate.end()),
            f"lone surrogate U+{ord(surrogate.group()):04X}: no request can transmit half a character",
            hint="decode the text with the right encoding, or remove the character",
        )
    if not text.strip(" \t\r\n"):
        return problems.EMPTY_TEXT.at(
            Span(0, len(text)),
            f"empty {_SHAPES[shape]}: expected at least one field",
            hint="leave the parameter out instead",
        )
    prefix = _PREFIX.match(text)
    # `fields = 5` or `condition = "x"` may be meant as a comparison with a field of that name.
    if prefix is not None and (prefix.end(1) > len(prefix.group().strip()) or _is_parameter(text, prefix)):
        return _report_parameter(text, prefix)
    if _URL.match(text):
        return problems.PASTED_PARAMETER.at(
            Span(0, len(text)),
            f"a URL, not a {'condition' if shape == 'condition' else 'list of fields'}",
            hint=f"pass only the text after `{dialect.parameters[0].name}=`, decoded",
        )
    if shape == "condition":
        outside = _STRINGS.sub(lambda match: "_" * len(match.group()), text)
        select = _SELECT.match(outside)
        if select is not None:
            return _report_query(text, outside, select, dialect)
    return _check_encoding(text) if "%" in text else None


def _check_encoding(text: str) -> Diagnostic | None:
    outside = _STRINGS.sub(lambda match: " " * len(match.group()), text)
    escape = _ESCAPE.search(outside)
    decoded = _unquote(text)
    if escape is None or decoded == text or _ESCAPE.search(_STRINGS.sub("", decoded)):
        return None
    return problems.PERCENT_ENCODED.at(
        Span(escape.start(), escape.end()),
        f"percent-encoded text (`{escape.group()}` for {_unquote(escape.group())!r}): expected plain text",
        hint="pass the decoded text: the client encodes it when it sends it",
        fixes=[Fix("decode it", [Edit(Span(0, len(text)), decoded)])],
    )


def _report_query(text: str, outside: str, select: re.Match[str], dialect: Dialect) -> Diagnostic:
    """Report ``select … from … where …``; only the text after ``where`` is a condition."""
    where = _WHERE.search(outside, select.end())
    first = len(text) - len(text.lstrip())
    notes = [f"`cwql sql` executes SQL queries on the lists of {dialect.title}"]
    if where is None:
        return problems.SQL_SYNTAX.at(
            Span(first, len(text.rstrip())),
            "an SQL query: expected only a condition, such as the text after `where`",
            hint=f"leave `{dialect.parameters[0].name}` out to get all records",
            notes=notes,
        )
    end = _CLAUSE.search(outside, where.end())
    assert end is not None
    condition = text[where.end() : end.start()].rstrip()
    if end.group(1) is not None:
        notes.insert(0, f"`{' '.join(end.group(1).lower().split())}` is not part of a condition")
    return problems.SQL_SYNTAX.at(
        Span(first, where.start() + len("where")),
        "an SQL query: expected only the text after `where`",
        hint=f"pass {condition}" if len(condition) <= 80 else "pass only the text after `where`",
        fixes=[Fix("keep only the condition", [Edit(Span(0, len(text)), condition)], applicability="unsafe")],
        notes=notes,
    )


def _is_parameter(text: str, prefix: re.Match[str]) -> bool:
    """Return whether a parameter's name is meant, not a field of the same name."""
    if prefix.start(1) > 0 and text[prefix.start(1) - 1] in "?&/":
        return True
    rest = text[prefix.end() :].lstrip()
    starts_condition = re.match(
        rf"\(|[A-Za-z_%][\w/.%]*[ \t]*(?:[=!<>%,]|(?:not[ \t]+)?(?:in|{TEXT_WORD})\b|asc|desc|$)", rest, re.IGNORECASE
    )
    return starts_condition is not None and not re.match(r"(?:true|false|null)\b", rest, re.IGNORECASE)


def _report_parameter(text: str, prefix: re.Match[str]) -> Diagnostic:
    value = text[prefix.end() :]
    outside = _STRINGS.sub(lambda match: "_" * len(match.group()), value)
    # The next parameter of the URL starts at an & that is followed by a name and an equals sign.
    following = re.search(r"&[A-Za-z]+=", outside)
    notes = []
    if following is not None:
        value = value[: following.start()]
        other = text[prefix.end() + following.start() + 1 :][:60]
        notes = [f"`{other}` is another parameter: pass it separately"]
    value = value.split("#", 1)[0] if "://" in prefix.group() else value
    encoded = _ESCAPE.search(_STRINGS.sub("", value)) is not None
    value = (_unquote(value) if encoded else value).strip()
    return problems.PASTED_PARAMETER.at(
        Span(len(prefix.group()) - len(prefix.group().lstrip()), prefix.end()),
        f"`{prefix.group(1)}=` is the name of a parameter, not part of its text",
        hint=f"pass {value}" if len(value) <= 80 else "pass only the text after it",
        fixes=[Fix("keep only the text of the parameter", [Edit(Span(0, len(text)), value)])],
        notes=notes,
    )


def _unquote(text: str) -> str:
    from urllib.parse import unquote, unquote_plus

    return unquote(text) if " " in text else unquote_plus(text)
