"""The limit for `cwql.language.parsing.parser`: a parser of Manage conditions that is written by hand, as fast as reasonably possible in Python.

A regular expression matches a whole predicate, and a stack contains the open groups. It creates the syntax tree of cwql, including spans,
for valid texts. It supports one dialect, no placeholders and no lenient spellings, and has no error messages.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cwql.language.nodes import And, Comparison, Or, Path
from cwql.language.operators import OPERATORS

if TYPE_CHECKING:
    from cwql.language.nodes import Expr

STRING = r"\"[^\"\x00-\x1f]*+\"|'[^'\x00-\x1f]*+'"
ATOM = rf"{STRING}|-?[0-9]+(?:\.[0-9]+)?|(?i:true|false|null)\b|\[[^\]]*+\]"
TOKEN = re.compile(
    rf"""\s*+(?:
    ([A-Za-z_][A-Za-z0-9_/]*+) \s*+ (?:
        (?: ([=!<>]=|[=<>]) | (?i:(not)\s++)?+ (?i:(contains|like))\b ) \s*+
        (?: "([^"\x00-\x1f]*+)" | '([^'\x00-\x1f]*+)' | (-?[0-9]++)(?![.0-9]) | (-?[0-9]+\.[0-9]+) | ((?i:true|false|null))\b | \[([^\]]*+)\] )
      | (?i:(not)\s++)?+ (?i:in) \s*+ \(( (?: \s*+(?:{ATOM})\s*+ (?:,|(?=\))) )++ )\)
    )
    | ((?i:and)\b) | ((?i:or)\b) | (\() | (\)) | ([\s\S]) )""",
    re.VERBOSE,
)
ITEM = re.compile(r"\"([^\"]*+)\"|'([^']*+)'|(-?[0-9]++)(?![.0-9])|(-?[0-9]+\.[0-9]+)|([A-Za-z]++)|\[([^\]]*+)\]")
TEXT, OTHER_TEXT, INTEGER, DECIMAL, WORD, DATE, NOT_IN, LIST, AND_WORD, OR_WORD, OPEN, CLOSE, FAULT = range(5, 18)
WORDS = {"true": True, "false": False, "null": None}
IN, NOT_IN_OPERATOR = OPERATORS["in"], OPERATORS["not in"]

new = object.__new__
setters: Any = [Comparison.__dict__[name].__set__ for name in ("path", "operator", "value", "_start", "_end")]
set_path, set_operator, set_value, set_start, set_end = setters
set_segments: Any = Path.__dict__["segments"].__set__


def parse(text: str) -> Expr:  # noqa: C901 - the fastest loop in Python is one function
    """Return the syntax tree of a condition; raise ValueError if it is invalid."""
    paths: dict[str, Path] = {}
    stack: list[tuple[list[Any], list[Any]]] = []
    either: list[Any] = []
    both: list[Any] = []
    operand = True
    value: Any
    for match in TOKEN.finditer(text, 0, len(text.rstrip())):
        kind: int = match.lastindex  # type: ignore[assignment]
        if kind <= LIST:
            if not operand:
                raise ValueError("two predicates without and, or")
            operand = False
            written, sign, inverted, word = match.group(1, 2, 3, 4)
            path = paths.get(written)
            if path is None:
                path = paths[written] = new(Path)
                set_segments(path, tuple(written.split("/")))
            if kind == LIST:
                operator = IN if match[NOT_IN] is None else NOT_IN_OPERATOR
                written = match[LIST]
                try:
                    value = tuple(map(int, written.split(","))) if written[0] not in "\"'[" else None
                except ValueError:
                    value = None
                if value is None:
                    value = tuple([_read_item(item) for item in ITEM.finditer(written)])
            else:
                if sign is not None:
                    operator = OPERATORS[sign]
                else:
                    operator = OPERATORS[word.lower() if inverted is None else "not " + word.lower()]
                value = match[kind]
                if kind == INTEGER:
                    value = int(value)
                elif kind > INTEGER:
                    value = _read(kind, value)
            node = new(Comparison)
            set_path(node, path)
            set_operator(node, operator)
            set_value(node, value)
            set_start(node, match.start(1))
            set_end(node, match.end())
            both.append(node)
        elif kind <= OR_WORD:
            if operand:
                raise ValueError("no predicate before and, or")
            operand = True
            if kind == OR_WORD:
                either.append(_join(And, both))
                both = []
        elif kind == OPEN:
            if not operand:
                raise ValueError("a group without and, or before it")
            stack.append((either, both))
            either, both = [], []
        elif kind == CLOSE:
            if operand or not stack:
                raise ValueError("a stray parenthesis")
            either.append(_join(And, both))
            node = _join(Or, either)
            either, both = stack.pop()
            both.append(node)
        else:
            raise ValueError(f"unexpected character at {match.start()}")
    if operand or stack:
        raise ValueError("the condition ends too early")
    either.append(_join(And, both))
    return _join(Or, either)  # type: ignore[no-any-return]


def _join(kind: type[And | Or], items: list[Any]) -> Any:
    if len(items) == 1:
        return items[0]
    flat: list[Any] = []
    for item in items:
        if type(item) is kind:
            flat.extend(item.items)
        else:
            flat.append(item)
    return kind(tuple(flat))


def _read_item(match: re.Match[str]) -> Any:
    kind = match.lastindex
    assert kind is not None
    value = match[kind]
    return value if kind < 3 else int(value) if kind == 3 else _read(kind + 4, value)


def _read(kind: int, value: str) -> Any:
    if kind == WORD:
        return WORDS[value.lower()]
    if kind == DECIMAL:
        return Decimal(value)
    return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
