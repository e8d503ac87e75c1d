"""The outline of a condition with placeholders: the role of each placeholder, derived from the tokens around it.

There is no tree of ``status/name = '…' and … in (…)``, but its position distinguishes a value from a field. The text is split
into words, strings, operators and parentheses, and parsed as the grammar would parse it. If that fails, the outline is
not `certain`.
"""

from __future__ import annotations

from functools import lru_cache

from cwql.language.operators import TEXT_WORDS
from cwql.lint import lazy_patterns as re
from cwql.lint.record import Record
from cwql.lint.templates.model import PLACEHOLDER
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal, TypeAlias

    Role: TypeAlias = Literal[
        "text",
        "date",
        "value",
        "items",
        "list",
        "literal",
        "field",
        "operator",
        "condition",
        "tail",
        "rest",
        "connective",
        "unknown",
    ]
    State: TypeAlias = Callable[["Token"], "State"]

_TOKEN = re.compile(
    r"[ \t\r\n]*+(?:\Z|(?P<STRING>\"[^\"]*+(?:\"\"[^\"]*+)*+\"|'[^']*+(?:''[^']*+)*+')"
    r"|(?P<DATE>\[[^\[\]\"']*+\])"
    r"|(?P<SIGN>[=!<>]+)|(?P<OPEN>\()|(?P<CLOSE>\))|(?P<COMMA>,)"
    r"|(?P<WORD>[^\s()\[\]{}\"',;=!<>&|]+)|(?P<OTHER>[\s\S]))"
)
"""A token, with the blanks before it; the end of the text has no group."""
_KEYWORDS = {
    "and": "JUNCTION",
    "or": "JUNCTION",
    "not": "NOT",
    "in": "IN",
    **dict.fromkeys((*TEXT_WORDS, "eq", "ne", "lt", "le", "gt", "ge"), "TEXT"),
}
_LITERAL = re.compile(r"(?:true|false|null|-?[0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z_][\w/.]*", re.ASCII)
_PATH_WITH_PLACEHOLDERS = re.compile(rf"[A-Za-z_{PLACEHOLDER}][\w/.{PLACEHOLDER}]*", re.ASCII)
_DIGITS = re.compile(rf"[-+0-9TZtz:.{PLACEHOLDER}]+")

_ENDS = frozenset(("JUNCTION", "CLOSE", "END"))
_VALUES = frozenset(("STRING", "DATE", "LITERAL", "PLACEHOLDER"))
_RELATIONS = frozenset(("SIGN", "TEXT", "NOT", "IN"))


class Part(Value):
    """A span of the text with one or more placeholders, its `role`, and the comparison it belongs to.

    Roles: ``text`` and ``date`` are strings and brackets that contain placeholders; ``value``, ``items`` (alone in
    parentheses) and ``list`` (including the parentheses) consist of placeholders only; ``literal`` has other characters
    as well; ``tail`` is an operator with its value; ``rest`` is what may follow a comparison. `path` and `operator` are
    those of its comparison, `comparison` is its number. `joined` contains the connectives next to a condition without
    its own parentheses.
    """

    role: Role
    start: int
    end: int
    path: str = ""
    operator: str = ""
    comparison: int = 0
    joined: tuple[str, ...] = ()


class Token(Record):
    """A token of the text: its `kind`, its position, and whether it contains a placeholder."""

    kind: str
    text: str
    start: int
    end: int
    with_placeholders: bool


def cut(text: str) -> Iterator[Token]:
    """Yield the tokens of a text with placeholders.

    A word of placeholders only is a ``PLACEHOLDER``, one with some is ``MIXED``.
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None:
            break
        written, end = match[kind], match.end()
        if kind == "WORD":
            kind = _kind_of(written)
        yield Token(kind, written, end - len(written), end, PLACEHOLDER in written)


@lru_cache(1024)
def _kind_of(word: str) -> str:
    """Return the kind of a word: most of them are the same few fields and operators."""
    if PLACEHOLDER in word:
        return "MIXED" if word.strip(PLACEHOLDER) else "PLACEHOLDER"
    if _LITERAL.fullmatch(word):
        return "LITERAL"
    return _KEYWORDS.get(word.lower()) or ("PATH" if _PATH.fullmatch(word) else "LITERAL")


class Outline:
    """Parse a condition with placeholders.

    `parts` are in the order of the text, `comparisons` are the spans of its comparisons and whole conditions, `certain`
    is True if all of the text was understood.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[Part] = []
        self.comparisons: list[tuple[int, int]] = []
        self.certain = True
        self._tokens = list(cut(text))
        self._end = Token("END", "", len(text), len(text), False)
        self._at = 0
        self._path = self._operator = ""
        self._between = False
        state: State = self._operand
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.kind == "OTHER" and self._is_never_closed(token):
                break
            self.certain = self.certain and not (token.kind == "OTHER" and self._is_unmatched(token))
            state = state(token)

    def _is_never_closed(self, token: Token) -> bool:
        """Return whether a token is a quote that begins a value, which no placeholder after it can close."""
        before = self._before()
        begins = before is not None and before.kind in ("SIGN", "TEXT", "OPEN", "COMMA")
        return begins and token.text in "\"'" and PLACEHOLDER not in self.text[token.end :]

    def _is_unmatched(self, token: Token) -> bool:
        """Return whether a token is a quote, bracket or brace of which a placeholder may contain the other half."""
        if token.text == "[":
            rest = self.text[token.end :]
            return PLACEHOLDER in rest and "]" not in rest
        if token.text == "]":
            before = self.text[: token.start]
            return PLACEHOLDER in before and "[" not in before
        return token.text in "\"'{}"

    def _peek(self, distance: int = 0) -> Token:
        at = self._at + distance
        return self._tokens[at] if at < len(self._tokens) else self._end

    def _before(self) -> Token | None:
        return self._tokens[self._at - 2] if self._at > 1 else None

    def _extend(self, token: Token) -> None:
        """Count a token to the present comparison."""
        if self.comparisons:
            self.comparisons[-1] = (self.comparisons[-1][0], token.end)

    def _add(self, role: Role, token: Token, joined: tuple[str, ...] = ()) -> None:
        self._add_span(role, token.start, token.end, joined)

    def _add_span(self, role: Role, start: int, end: int, joined: tuple[str, ...] = ()) -> None:
        self.parts.append(Part(role, start, end, self._path, self._operator, len(self.comparisons) - 1, joined))

    def _unknown(self, token: Token) -> None:
        self.certain = False
        if token.with_placeholders:
            self._add("unknown", token)

    # -- states: each takes a token and returns the state behind it --------------------------------------------------------

    def _operand(self, token: Token) -> State:
        """Expect a comparison, a group or a whole condition."""
        if self._between:
            # ``between [$from] and [$to]``
            self._between = False
            return self._value(token)
        self._path = self._operator = ""
        following = self._peek()
        if token.kind in ("NOT", "OPEN"):
            return self._operand
        self.comparisons.append((token.start, token.end))
        if token.kind == "PATH":
            self._path = token.text
            return self._relation
        if token.kind == "PLACEHOLDER" and following.kind in _ENDS:
            self._condition(token, following)
            return self._junction
        if token.kind in ("PLACEHOLDER", "MIXED") and (
            token.kind == "PLACEHOLDER" or _PATH_WITH_PLACEHOLDERS.fullmatch(token.text)
        ):
            if following.kind in _RELATIONS or (
                following.kind == "PLACEHOLDER" and self._peek(1).kind in (*_VALUES, "OPEN")
            ):
                self._add("field", token)
                return self._relation
            if following.kind in ("STRING", "DATE", "LITERAL") or following.kind in _ENDS:
                # Field and operator, or a comparison as a whole.
                self._add("field" if following.kind in _ENDS else "operator", token)
                return self._junction if following.kind in _ENDS else self._value
        if token.with_placeholders:
            self._unknown(token)
        return self._junction if token.kind == "JUNCTION" else self._relation

    def _condition(self, token: Token, following: Token) -> None:
        before = self._before()
        joined = [each.text.lower() for each in (before, following) if each is not None and each.kind == "JUNCTION"]
        if before is not None and before.kind == "NOT":
            joined.insert(0, "not")
        self._add("condition", token, tuple(joined))

    def _relation(self, token: Token) -> State:
        """Expect an operator."""
        following = self._peek()
        if token.kind in ("JUNCTION", "CLOSE"):
            return self._junction(token)
        self._extend(token)
        if token.kind in ("SIGN", "TEXT"):
            # Half an operator.
            self.certain = self.certain and not (token.text == "!" and following.with_placeholders)
            self._operator = f"{self._operator} {token.text.lower()}".strip()
            return self._value
        if token.kind == "NOT":
            self._operator = "not"
            return self._relation
        if token.kind == "IN":
            self._operator = f"{self._operator} in".strip()
            return self._list
        if token.kind == "PLACEHOLDER":
            if following.kind in _VALUES or following.kind == "MIXED":
                self._add("operator", token)
                return self._value
            if following.kind == "OPEN":
                self._add("operator", token)
                return self._list
            if following.kind in _ENDS:
                self._add("tail", token)
                return self._junction
        if token.with_placeholders:
            self._unknown(token)
            return self._junction
        # `is null` and other words that are no operators.
        self._between = token.text.lower() == "between"
        return self._value if token.kind == "PATH" else self._junction

    def _value(self, token: Token) -> State:
        """Expect a value."""
        if token.kind == "OPEN":
            return self._list(token)
        if token.kind in ("JUNCTION", "CLOSE"):
            return self._junction(token)
        self._extend(token)
        if token.kind == "PLACEHOLDER" and self._peek().kind in ("STRING", "DATE", "LITERAL", "PATH", "MIXED"):
            # The next token may be the value.
            self._unknown(token)
            return self._junction if self._peek().kind == "PATH" else self._value
        following = self._peek()
        if token.text == "[" and following.with_placeholders and self._peek(1).kind == "JUNCTION":
            # A date without its closing bracket, which a placeholder at the end would contain.
            self._at += 1
            self._extend(following)
            self._add_span("date", token.start, following.end)
        elif token.with_placeholders:
            self._placeholder_value(token)
        return self._junction

    def _placeholder_value(self, token: Token) -> None:
        if token.kind == "STRING":
            self._add("text", token)
        elif token.kind == "DATE":
            self._add("date", token)
        elif token.kind == "PLACEHOLDER":
            self._add("value", token)
        elif token.kind == "MIXED":
            head = token.text.rstrip(PLACEHOLDER)
            if PLACEHOLDER not in head and _LITERAL.fullmatch(head):
                # `false` and what may follow it.
                self._add_span("rest", token.start + len(head), token.end)
                return
            first = token.text.partition(PLACEHOLDER)[0].lower()
            beginning = any(word.startswith(first) for word in ("true", "false", "null"))
            word = first[:1].isalpha() and not beginning
            self.certain = self.certain and (word or (not first.isalpha() and is_digital(token.text)))
            self._add("literal", token)
        else:
            self._unknown(token)

    def _list(self, token: Token) -> State:
        """Expect a list."""
        if token.kind == "OPEN" or token.text == "[":
            self._extend(token)
            if self._peek().kind == "PLACEHOLDER" and self._peek(1).kind == "CLOSE":
                self._add("items", self._peek())
                self._extend(self._peek(1))
                self._at += 2
                return self._junction
            return self._item
        if token.kind == "PLACEHOLDER" or (token.kind == "DATE" and token.with_placeholders):
            self._extend(token)
            if token.kind == "PLACEHOLDER":
                self._add("list", token)
            elif token.text == f"[{PLACEHOLDER}]":
                # The wrong parentheses around the right thing.
                self._add_span("items", token.start + 1, token.end - 1)
            else:
                self._unknown(token)
            return self._junction
        if token.kind == "MIXED":
            self._unknown(token)
            return self._junction
        return self._value(token)

    def _item(self, token: Token) -> State:
        """Expect an item of a list, a comma or its end."""
        self._extend(token)
        if token.kind == "CLOSE" or token.text == "]":
            return self._junction
        if token.with_placeholders:
            if token.kind in ("PLACEHOLDER", "MIXED") and self._peek().kind not in ("COMMA", "CLOSE"):
                self._unknown(token)
            else:
                self._placeholder_value(token)
        return self._item

    def _junction(self, token: Token) -> State:
        """Expect a connective or the end of a group."""
        if token.kind == "JUNCTION":
            return self._operand
        if token.kind == "CLOSE":
            return self._junction
        following = self._peek()
        if token.kind == "OTHER" and token.text in "&|" and self._before() is not None:
            # `&&` in the place of `and`
            self._at += following.text == token.text
            return self._operand
        if token.kind == "PLACEHOLDER":
            if following.kind in _ENDS:
                self._add("rest", token)
                return self._junction
            if following.kind in ("PATH", "OPEN", "NOT") or (
                following.kind == "PLACEHOLDER" and self._peek(1).kind in _RELATIONS
            ):
                self._add("connective", token)
                return self._operand
        if token.with_placeholders:
            self._unknown(token)
        elif token.text not in "&|;" and (before := self._before()) is not None and before.with_placeholders:
            # A token follows where the placeholder before it should have ended a value.
            self.certain = False
        return self._junction


def is_digital(word: str) -> bool:
    """Return whether the known characters of a word with placeholders can be a number, a date or a time."""
    return _DIGITS.fullmatch(word) is not None


def is_like_date(word: str) -> bool:
    """Return whether the known characters of a word with placeholders can be a date with a time."""
    return is_digital(word) and any(sign in word for sign in "T:")


def outline_list(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the positions of the items of a list of fields that have placeholders.

    With each comes whether only its direction is one.
    """
    at = 0
    for item in text.split(","):
        if PLACEHOLDER in item:
            start, end = at + len(item) - len(item.lstrip()), at + len(item.rstrip())
            path, _, direction = item.strip().partition(" ")
            if PLACEHOLDER not in path and not direction.strip(f" {PLACEHOLDER}"):
                yield text.index(PLACEHOLDER, start), end, True
            else:
                yield start, end, False
        at += len(item) + 1
