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
_DIGITS = frozenset(("[^0-9]", r"[^\d]", r"\D", "[^0-9]+", r"[^\d]+", r"\D+"))
"""Patterns of all that is no digit."""

_QUOTES = frozenset(("'", '"', "['\"]", "[\"']"))
"""Patterns of quotes."""

_FILTERS = frozenset(("where-object", "where", "?", "select-object", "select", "sort-object", "sort"))
"""Commands that pass on whole records in a pipe."""

_ESCAPERS = re.compile(
    r"(?:escape(?!$)|quoted?\b|quote(?:text|value|string)|saniti[sz]e)(?!.*(?:html|ur[il]|xml|sql|reg|shell|arg|js|component|path|data|file))"
)
"""Calls of a program's own, in small letters, that make a value fit for a condition: ``escapeCondition(…)``, ``quote(…)``."""

_OWN = frozenset(("", "this", "self", "conditions", "query"))
_NUMBERS = frozenset(("count", "length", "size", "ticks", "year", "month", "day"))
_DEPTH = 3
"""How many names are followed, one to the next."""

_WAYS = 4
"""How many settings of one name are looked at."""

_LONG = 200
"""How many words of a pipe are looked at."""


def is_safe(reader: Reader, start: int, end: int, depth: int = 0) -> bool:
    """Return whether the value ``start:end`` of a script cannot contain a quote or an operator."""
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
        if habits.calls == "cmdlet" and token.text.lower().lstrip("$") in ("true", "false", "get-date"):
            return True
        return token.kind == "number" or (token.kind in ("name", "variable") and _is_safe_name(reader, start, depth))
    if habits.casts == "round" and script.sign(start) == "(" and script.closing(start) == start + 2 < end - 1:
        # `(int) $row['id']`
        head = start + 3
        head = script.closing(head) + 1 if script.sign(head) == "(" else head + 1
        if script.sign(start + 1) in habits.number_types and reader.chain_end(head) == end:
            return True
    if habits.casts == "square":
        cast = script.sign(start + 1).lower() if script.sign(start) == "[" else ""
        if cast and script.sign(start + 2) == "]" and script.sign(start + 3) != "::":
            return cast in habits.number_types
        if cast in ("math", "int", "int32", "int64", "long"):
            return True
    if habits.calls == "cmdlet":
        last = script.sign(end - 1).lower()
        if script.sign(end - 4).lower() == "-replace" and script.sign(end - 2) == ",":
            # `$text -replace '[^0-9]', ''`, and `-replace "'", "''"`: code that doubles quotes handles them.
            pattern = tokens[end - 3].value
            return pattern in _QUOTES or (pattern in _DIGITS and tokens[end - 1].value == "")
        if script.sign(end - 2).lower() == "-replace":
            return tokens[end - 1].value in _DIGITS
        if last == "convertto-cwmtime" and script.sign(end - 2) == "|":
            return True
        if script.sign(start).lower() == "get-date":
            return script.sign(end - 2) != "|"
        if script.sign(end - 2).lower() == "-join" and tokens[end - 1].kind == "string":
            # `$tickets.id -join ','`
            return (tokens[end - 1].value or "").strip() == "," and is_safe(reader, start, end - 2, depth)
        if last == "id" and habits.records is not None and _is_record(reader, start, end - 2, depth):
            return True
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
    if _ESCAPERS.match(name) and owner.lower() in _OWN:
        # Whether it escapes correctly cannot be decided here.
        return True
    if name == "replace" and habits.calls == "cmdlet" and tokens[opener + 1].value in ("'", '"'):
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
    """Return whether a name is declared as a number everywhere, or every value that its use at `at` may see is safe."""
    name = reader.script.sign(at)
    while reader.outer is not None:
        reader, at = reader.outer, reader.where
    script = reader.script
    if script.unsafe.get(script.fold(name)) is False:
        return True
    settings = script.find_settings(name, at)
    if settings and len(settings) > 1 and settings[0].function == script.function[at]:
        seen = reader.last_set(settings, at)
        settings = seen if script.encloses(seen[0].block, at) else settings
    reader.budget -= 1
    if not settings or len(settings) > _WAYS or depth >= _DEPTH or reader.budget < 0:
        return False
    for setting in settings:
        if setting.value < 0 or setting.sign != "=":
            return False
        first = end = setting.value
        while end < len(script.tokens) and end - first < 60:
            if (
                end > first
                and reader.ends(end)
                and not (script.sign(end) == "," and script.sign(end - 2).lower() == "-replace")
            ):
                break
            end = script.closing(end) + 1 if script.sign(end) in ("(", "[", "$(", "@(") else end + 1
        if not is_safe(reader, first, end, depth + 1):
            return False
    return True


def _is_record(reader: Reader, start: int, end: int, depth: int) -> bool:
    """Return whether the value ``start:end`` is a record of ConnectWise, or a member of one: ``$ticket.company``."""
    script, records = reader.script, reader.habits.records
    if start < end and script.sign(start) in ("(", "@(", "$(") and reader.chain_end(script.closing(start) + 1) >= end:
        return _gives_records(reader, start + 1, depth)
    if start >= end or reader.tokens[start].kind != "variable" or reader.chain_end(start + 1) < end or records is None:
        return False
    if any(reader.tokens[index].text == "(" for index in range(start + 1, end)):
        return False
    name, at = script.sign(start), start
    while reader.outer is not None:
        reader, at = reader.outer, reader.where
    if name == "$_":
        return _is_piped(reader, at, depth)
    settings = reader.script.find_settings(name, at)
    reader.budget -= 1
    if not settings or len(settings) > _WAYS or depth >= 2 * _DEPTH or reader.budget < 0:
        return False
    for setting in settings:
        value = setting.value
        if value < 0 and reader.script.sign(setting.at + 1).lower() == "in":
            # `foreach ($ticket in $tickets)`
            value = setting.at + 2
        if value < 0 or not _gives_records(reader, value, depth + 1):
            return False
    return True


def _is_piped(reader: Reader, at: int, depth: int) -> bool:
    """Return whether the ``$_`` at `at` is a record: ``Get-CWMCompany -all | ForEach-Object { $_.id }``."""
    script = reader.script
    opener = script.block[at] if at < len(script.block) else -1
    if script.sign(opener - 1).lower() not in ("foreach-object", "%", "foreach") or script.sign(opener - 2) != "|":
        return False
    start = script.begin[opener]
    start += 2 if script.sign(start + 1) in reader.habits.sets else 0
    return _gives_records(reader, start, depth + 1, opener - 2)


def _gives_records(reader: Reader, at: int, depth: int, stop: int = -1) -> bool:
    """Return whether the command at `at` returns records, or a name has some, followed only by filters up to `stop`."""
    script, tokens, records = reader.script, reader.tokens, reader.habits.records
    if at >= len(tokens) or records is None:
        return False
    if script.sign(at) in ("(", "@(", "$("):
        inside, end = _gives_records(reader, at + 1, depth + 1) if depth < 2 * _DEPTH else False, script.closing(at) + 1
    elif script.sign(at).lower() == "$null":
        inside, end = True, at + 1
    elif tokens[at].kind == "variable":
        end = reader.chain_end(at + 1)
        inside = _is_record(reader, at, end, depth + 1)
    else:
        inside, end = records.fullmatch(tokens[at].text) is not None, at + 1
    for _ in range(_LONG if inside else 0):
        word = script.sign(end).lower()
        if (
            end == stop
            or end >= len(tokens)
            or word in (";", "}", ")")
            or (tokens[end].fresh and script.sign(end - 1) not in ("|", "`"))
        ):
            break
        if word == "-expandproperty" or (word == "|" and script.sign(end + 1).lower() not in _FILTERS):
            return False
        end = script.closing(end) + 1 if word in ("(", "{", "$(", "@(", "@{", "[") else end + 1
    return inside
