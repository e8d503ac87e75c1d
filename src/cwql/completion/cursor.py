"""The position of a cursor in a text: `locate` reads the text up to the cursor, with the tolerant lexer of the parser.

The grammar of conditions is so small that a few states describe every position: a field, an operator, a value, a
connective. Text that fits no state is skipped, so that a mistake at the beginning does not disturb the rest.
"""

from __future__ import annotations

import re

from cwql.language.names import split
from cwql.language.operators import OPERATORS
from cwql.language.parsing.lexer import Token, tokenize
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypeAlias

    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.operators import Operator

    Expected: TypeAlias = Literal["field", "operator", "value", "list", "connective", "direction"]

_WORDS = frozenset(
    ("PATH", "DOTTED_PATH", "WORD", "TEXT", "BOOLEAN", "NULL", "AND", "OR", "NOT", "IN", "NUMBER", "DIRECTION")
)
"""Kinds of tokens that may continue after the cursor."""

_PATHS = frozenset(("PATH", "DOTTED_PATH", "WORD"))
_OPEN_STRINGS = frozenset(("UNCLOSED_STRING",))
_OPEN_DATES = frozenset(("UNCLOSED_DATE", "BARE_DATE"))
_SIGNS = frozenset(("COMPARE", "SIGN"))
_NAME = re.compile(r"[A-Za-z0-9_]*")
_CLOSING = {quote: re.compile(rf"[^{quote}\n]*?{quote}(?=[ \t\r\n]*(?:$|[),]|(?ai:and|or)\b))") for quote in "\"'"}
_CONNECTIVE = re.compile(r"[ \t](?:and|or)[ \t]", re.IGNORECASE)
_DATE_END = re.compile(r"[0-9TtZz:.+-]*\]?")


class Cursor(Value):
    """The position of a cursor.

    `span` is the word (or the string) under the cursor, `typed` the part of it before the cursor. `path` and `operator`
    are those of the comparison around the cursor, `listed` the values of its list so far. `prefix` contains the segments
    before the one under the cursor. `quote` is the quote that is open, otherwise empty.
    """

    expected: Expected
    span: Span
    typed: str
    path: tuple[str, ...] = ()
    operator: Operator | None = None
    prefix: tuple[str, ...] = ()
    quote: str = ""
    listed: tuple[str, ...] = ()


def locate(text: str, offset: int, dialect: Dialect, shape: Shape) -> Cursor:
    """Return the position of a cursor in a text. Never raises for any text."""
    offset = max(0, min(offset, len(text)))
    tokens = list(tokenize(text[:offset], dialect.name if shape == "condition" else shape))
    partial = _find_partial(tokens, text, offset)
    if partial is not None:
        tokens = tokens[: tokens.index(partial)]
    if shape != "condition":
        return _locate_in_list(text, offset, tokens, partial, ordered=shape == "order_by")
    state = _State(dialect)
    for token in tokens:
        state.read(token)
    return state.cursor(text, offset, partial)


def _find_partial(tokens: Sequence[Token], text: str, offset: int) -> Token | None:
    """Return the token that is not complete yet, because the cursor is at its end."""
    if not tokens:
        return None
    last = tokens[-1]
    if last.kind in _OPEN_STRINGS and not text[last.end : offset].strip():
        return last
    if last.end != offset:
        # A blank inside brackets of a date: [2024-01-01 10:
        return last if last.kind == "UNCLOSED_DATE" and not text[last.end : offset].strip() else None
    if last.kind in _WORDS or last.kind in _OPEN_DATES or (last.kind == "SIGN" and last.text in ("!", "=!")):
        return last
    return last if last.kind == "CHARACTER" and last.text == "[" else None


class _State:
    """The comparison that the tokens so far have reached."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._words = {form.name for form in dialect.operators}
        self.expected: Expected = "field"
        self.path: tuple[str, ...] = ()
        self.operator: Operator | None = None
        self.negation: Token | None = None
        self.in_list = False
        self.listed: list[str] = []

    def _start(self, expected: Expected) -> None:
        self.expected = expected
        self.path, self.operator, self.negation = (), None, None
        self.in_list, self.listed = False, []

    def read(self, token: Token) -> None:
        """Advance by a token."""
        kind = token.kind
        if kind in ("AND", "OR"):
            self._start("field")
        elif kind == "NOT":
            if self.expected == "operator":
                self.negation = token
        elif kind in _SIGNS or kind in ("TEXT", "IN"):
            self._read_operator(token)
        elif kind == "LPAR":
            if self.expected == "list":
                self.expected, self.in_list = "value", True
        elif kind == "RPAR":
            self._start("connective")
        elif kind == "COMMA":
            if self.in_list:
                self.expected = "value"
        elif self.expected == "value" or self.expected == "list":
            self.listed.append(token.text)
            self.expected = "connective"
        elif kind in _PATHS:
            self._start("operator")
            self.path = split(token.text)
        elif self.expected == "field":
            # A placeholder, or something that is not a field.
            self._start("connective" if kind in ("PLACEHOLDER", "FOREIGN_PLACEHOLDER") else "operator")

    def _read_operator(self, token: Token) -> None:
        word = " ".join(token.text.lower().split())
        if self.negation is not None:
            word = f"not {word}"
        lenient = self._dialect.lenient_operators.get(word)
        self.operator = OPERATORS.get(word) or (None if lenient is None else lenient[0])
        self.negation = None
        self.expected = "list" if token.kind == "IN" else "value"
        self.in_list, self.listed = False, []

    def cursor(self, text: str, offset: int, partial: Token | None) -> Cursor:
        """Return the position after the tokens, or in the incomplete one."""
        expected = self.expected
        if partial is not None and expected == "connective" and partial.kind not in _WORDS:
            # A second value after a value.
            expected = "value"
        if expected == "field":
            return _in_path(text, offset, partial)
        start = offset if partial is None else partial.start
        quote = ""
        if expected == "operator" and self.negation is not None:
            start = self.negation.start
            if partial is None:
                # With one blank, so that it compares with the names of operators.
                typed = "not "
                return Cursor("operator", Span(start, offset), typed, self.path)
        end = offset
        if expected == "value":
            if partial is not None and partial.kind in _OPEN_STRINGS and partial.text[0] in "\"'":
                quote = partial.text[0]
                end = _end_of_string(text, offset, quote)
            elif partial is not None and partial.text[0] == "[":
                found = _DATE_END.match(text, offset)
                end = offset if found is None else found.end()
            else:
                end = _end_of_name(text, offset)
        elif partial is not None:
            end = _end_of_name(text, offset)
        typed = " ".join(text[start:offset].split()) if expected == "operator" else text[start:offset]
        listed = tuple(self.listed) if self.in_list else ()
        return Cursor(expected, Span(start, end), typed, self.path, self.operator, (), quote, listed)


def _in_path(text: str, offset: int, partial: Token | None) -> Cursor:
    """Return a position in a path: only the segment under the cursor is replaced."""
    if partial is None or partial.kind not in _WORDS:
        return Cursor("field", Span(offset, offset), "")
    segments = split(text[partial.start : offset])
    start = offset - len(segments[-1])
    return Cursor("field", Span(start, _end_of_name(text, offset)), segments[-1], prefix=segments[:-1])


def _locate_in_list(text: str, offset: int, tokens: Sequence[Token], partial: Token | None, *, ordered: bool) -> Cursor:
    """Return a position in a sort order or in a list of fields."""
    before = tokens[-1] if tokens else None
    if before is None or before.kind == "COMMA":
        return _in_path(text, offset, partial)
    start = offset if partial is None else partial.start
    expected: Expected = "direction" if ordered and before.kind in _PATHS else "connective"
    path = split(before.text) if before.kind in _PATHS else ()
    return Cursor(expected, Span(start, _end_of_name(text, offset) if partial else offset), text[start:offset], path)


def _end_of_name(text: str, offset: int) -> int:
    found = _NAME.match(text, offset)
    return offset if found is None else found.end()


def _end_of_string(text: str, offset: int, quote: str) -> int:
    """Return the end of the string around the cursor; the cursor itself if the string is not closed."""
    found = _CLOSING[quote].match(text, offset)
    if found is None or _CONNECTIVE.search(text, offset, found.end()):
        return offset
    return found.end()
