"""Which values need no quotes: numbers, and dates that the program formats."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.extractors.expressions import Reader

NUMERIC_FORMAT = re.compile(r"[yMdHhsNnFfDGgXxCEPRrOou0#]")
"""How a format of .NET begins that gives a number or a date."""

_DATE_FORMAT = re.compile(r"[\w\s:./%\\TZ+,'\[\]-]*")
_DATE_CALLS = frozenset(("tostring", "strftime", "format", "date", "gmdate", "tolocaldate", "toformat"))
_NUMBERS = frozenset(("count", "length", "size", "ticks", "year", "month", "day"))
_DEPTH = 3
"""How many names are followed, one to the next."""


def is_safe(reader: Reader, start: int, end: int, depth: int = 0) -> bool:
    """Tell whether the value ``start:end`` of a script cannot carry a quote or an operator."""
    tokens, script, habits = reader.tokens, reader.script, reader.habits
    end = min(end, len(tokens))
    while start < end - 1 and script.sign(start) == "(" and script.closing(start) == end - 1:
        start, end = start + 1, end - 1
    if start < end and script.sign(start) in ("new", "await"):
        start += 1
    if start >= end:
        return False
    if end - start == 1:
        token = tokens[start]
        return token.kind == "number" or (token.kind in ("name", "variable") and _is_safe_name(reader, start, depth))
    if habits.casts == "square":
        cast = script.sign(start + 1).lower() if script.sign(start) == "[" else ""
        if cast and script.sign(start + 2) == "]" and script.sign(start + 3) != "::":
            return cast in habits.number_types
        if cast in ("math", "int", "int32", "int64", "long"):
            return True
    if habits.calls == "cmdlet" and script.sign(start).lower() == "get-date":
        options = [token.text.lower() for token in tokens[start : min(end, start + 20)] if token.kind == "option"]
        return any(option in ("-format", "-uformat", "-f") for option in options)
    if script.sign(end - 1) != ")":
        if tokens[end - 1].kind != "name" or script.sign(end - 2) not in habits.links:
            return False
        name = script.sign(end - 1).lower()
        return name in _NUMBERS or (habits.calls == "bare" and name in habits.number_calls)
    return _is_safe_call(reader, start, end)


def _is_safe_call(reader: Reader, start: int, end: int) -> bool:
    tokens, script, habits = reader.tokens, reader.script, reader.habits
    opener = script.partner.get(end - 1, -1)
    head = start + 1 if tokens[start].kind != "sign" else script.closing(start) + 1
    if opener <= start or reader.chain_end(head) != end:
        return False
    name = script.sign(opener - 1).lower()
    owner = script.sign(opener - 3) if script.sign(opener - 2) in habits.links else ""
    if name in habits.number_calls or (name == "parse" and owner in habits.number_types):
        return True
    if script.sign(start).lower() == "math" and start + 2 < opener:
        return True
    if name not in _DATE_CALLS:
        return False
    value = tokens[opener + 1].value if opener + 1 < end - 1 else None
    if value is None:
        # `t.Format(time.RFC3339)`
        return name in habits.layouts
    formatted = name != "tostring" or NUMERIC_FORMAT.match(value) is not None
    member = name != "format" or script.sign(opener - 2) in habits.links
    return formatted and member and _DATE_FORMAT.fullmatch(value) is not None


def _is_safe_name(reader: Reader, at: int, depth: int) -> bool:
    """Tell whether a name is declared as a number everywhere, or is set once, to a safe value."""
    name = reader.script.sign(at)
    while reader.outer is not None:
        reader, at = reader.outer, reader.where
    script = reader.script
    unsafe = script.unsafe.get(script.fold(name))
    if unsafe is not None:
        return not unsafe
    settings = script.find_settings(name, at)
    if settings is None or len(settings) != 1 or settings[0].value < 0 or settings[0].sign != "=" or depth >= _DEPTH:
        return False
    first = end = settings[0].value
    while end < len(script.tokens) and end - first < 60 and not (end > first and reader.ends(end)):
        end = script.closing(end) + 1 if script.sign(end) in ("(", "[", "$(", "@(") else end + 1
    return is_safe(reader, first, end, depth + 1)
