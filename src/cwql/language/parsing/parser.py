"""The fast path: a parser for well-formed conditions, driven by the tables that `cwql_codegen` makes from ``grammar/``.

One pattern matches a whole predicate, so the LALR(1) tables are needed only for ``and``, ``or``, ``not`` and parentheses. Any
other text is a `FastPathMiss`: `cwql.language.parsing.recovery` parses it token by token with the same tables, and reports what
is wrong with it.
"""

from __future__ import annotations

import re

from cwql.errors import ExpressionError
from cwql.language.characters import INVISIBLE, SURROGATE
from cwql.language.literals import TERMINALS, BadLiteral, is_standard, read_literal
from cwql.language.nodes import NESTING_LIMIT, And, Comparison, Or, Path, join, negate
from cwql.language.operators import IN, NOT_IN, OPERATORS
from cwql.language.parsing.tables import load_condition_tables
from cwql.value import slot_setter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Literal, TypeAlias

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr
    from cwql.language.operators import Operator

    Role: TypeAlias = Literal["value", "list", "condition"]
    Fill: TypeAlias = Callable[[str, Role, int, int], Any]
    """Returns what replaces a placeholder of a template, given its text, role and position."""
    Matches: TypeAlias = Callable[[str, int, int], Iterator[re.Match[str]]]


class FastPathMiss(Exception):
    """The text is not well-formed, so only recovery can parse it."""


_BLANKS = " \t\r\n"
_LITERALS = (*TERMINALS, "VALUE_PLACEHOLDER")
_LISTS = ("LIST", "LIST_PLACEHOLDER")
_PREDICATES = frozenset(_LITERALS + _LISTS)
_RESUME = re.compile(r"[\s()]")
_WRITTEN = _PREDICATES - {"VALUE_PLACEHOLDER", "LIST_PLACEHOLDER"}

# The steps of reductions: a chain is the list of the items of a conjunction or disjunction.
_REFUSE, _START_CHAIN, _EXTEND_CHAIN, _JOIN_CHAIN, _KEEP = range(5)
_STEPS = {
    ("conjunction", 2): _JOIN_CHAIN,
    ("disjunction", 2): _JOIN_CHAIN,
    ("group", 3): _KEEP,
    ("inverse", 2): _KEEP,
}

# Setting the slots of a new object takes half the time of a constructor call.
_new = object.__new__
_set_path, _set_operator, _set_value = [slot_setter(Comparison, name) for name in ("path", "operator", "value")]
_set_start, _set_end = slot_setter(Comparison, "_start"), slot_setter(Comparison, "_end")
_set_segments = slot_setter(Path, "segments")


class FastParser:
    """Parser for well-formed conditions of one dialect; it has no state between texts."""

    __slots__ = (
        "after_or",
        "dialect",
        "foreign",
        "items",
        "items_pattern",
        "matches",
        "path_group",
        "relations",
        "rules",
        "start",
        "table",
    )

    def __init__(self, dialect: Dialect) -> None:
        tables = load_condition_tables(dialect.name)
        pattern = re.compile(tables.PREDICATE)
        self.dialect = dialect
        self.foreign = dialect.foreign_wildcards
        self.matches: Matches = pattern.finditer
        self.path_group = pattern.groupindex["PATH"]
        self.items_pattern = tables.ITEM
        self.items: Matches | None = None
        self.relations: dict[str, Operator] = {
            name: operator for name, operator in OPERATORS.items() if operator.family != "membership"
        }
        # An action n < 0 reduces by rule n, counted from the end of the list; the first rule refuses.
        self.rules = [(_REFUSE, "", 0)]
        for origin, size in reversed(tables.RULES):
            chain = _EXTEND_CHAIN if size == 3 else _START_CHAIN
            self.rules.append((_STEPS.get((origin, size), chain), origin, size))
        # The table by the name of the group that matches (`match.lastgroup`). The start symbol is not reduced, but accepted.
        refuse, accept = -len(self.rules), -tables.RULES.index(("start", 1)) - 1
        symbols = dict.fromkeys(_LITERALS, "comparison") | dict.fromkeys(_LISTS, "membership")
        self.table: list[dict[str, int]] = []
        for row in tables.STATES:
            actions = {group: row.get(symbols.get(group, group), refuse) for group in (*pattern.groupindex, "$END")}
            if actions["$END"] == accept:
                actions["$END"] = tables.END
            self.table.append(row | actions)
        self.start = tables.START
        self.after_or = frozenset(
            [n for n, row in enumerate(tables.STATES) if "conjunction" in row and "disjunction" not in row]
        )

    def parse(self, text: str, fill: Fill | None = None) -> tuple[Expr, bool]:
        """Return the tree, and whether its spelling has to be reported; raise `FastPathMiss` if the text is not well-formed."""
        parse = _Parse(self, fill)
        if not text.isascii():
            if re.search(SURROGATE, text):
                raise FastPathMiss
            parse.warned = re.search(INVISIBLE, text) is not None
        return parse.run(text, 0, len(text.rstrip(_BLANKS)))

    def match_comparison(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Return the match of a comparison without placeholders that is this whole part of the text, or None."""
        match = next(self.matches(text, start, end), None)
        return match if match is not None and match.end() == end and match.lastgroup in _WRITTEN else None

    def find_items(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield a match for each item of a list that was matched there; the name of its last group is the kind of the literal."""
        if self.items is None:
            # Compiled on first use, because most conditions have no list.
            self.items = re.compile(self.items_pattern).finditer
        return self.items(text, start, end)


class _Parse:
    """The state of one call of `FastParser.parse`."""

    __slots__ = ("fill", "groups", "parser", "paths", "states", "values", "warned")

    def __init__(self, parser: FastParser, fill: Fill | None) -> None:
        self.parser = parser
        self.fill = fill
        self.states = [parser.start]
        self.values: list[Any] = []
        self.paths: dict[str, Path] = {}
        self.warned = False
        # `not` is pushed into the operators at once, so that no tree is walked to negate it. For each open group: whether the
        # predicates in it are negated.
        self.groups = [False]

    def run(self, text: str, start: int, end: int) -> tuple[Expr, bool]:  # noqa: C901  # one loop, see below
        """Parse a part of a text. A comparison is read in the loop, because a call for each would take a tenth of the time."""
        parser = self.parser
        table, rules, relations, group = parser.table, parser.rules, parser.relations, parser.path_group
        states, values, groups, paths = self.states, self.values, self.groups, self.paths
        row = table[states[0]]
        negated = False
        value: Any
        for match in parser.matches(text, start, end):
            kind: str = match.lastgroup  # type: ignore[assignment]
            action = row[kind]
            while action < 0:
                if rules[action][0] != _EXTEND_CHAIN:
                    action = self.reduce(kind, action)
                    break
                # The state before the item is the one before the chain: the chain continues where it was.
                item = values.pop()
                values[-1].append(item)
                del states[-2:]
                action = table[states[-1]][kind]
            if kind in _PREDICATES:
                name, relation, literal = match.group(group, group + 1, kind)
                path = paths.get(name)
                if path is None:
                    path = paths[name] = self.read_path(name)
                operator = relations.get(relation)
                if operator is None:
                    operator = self.find_operator(match, relation)
                if kind == "NUMBER" and len(literal) < 19 and "." not in literal:
                    value = int(literal)
                elif kind == "STRING":
                    value = literal[1:-1]
                    if literal[0] in value or literal[-2] == "\\":
                        value = self.read_scalar(kind, literal)
                    if operator.family == "text":
                        for wildcard in parser.foreign:
                            self.warned = self.warned or wildcard in value
                else:
                    value = self.read_value(match, kind, literal)
                comparison = _new(Comparison)
                _set_path(comparison, path)
                _set_operator(comparison, operator.negation if negated else operator)
                _set_value(comparison, value)
                _set_start(comparison, match.start(group))
                _set_end(comparison, match.end())
                values.append(comparison)
                negated = groups[-1]
            elif kind == "LPAR":
                if len(groups) > NESTING_LIMIT:
                    raise FastPathMiss
                groups.append(negated)
            elif kind == "RPAR":
                groups.pop()
                negated = groups[-1]
            elif kind == "NOT":
                negated = not negated
                self.warned = True
            elif kind == "PLACEHOLDER":
                condition = self.fill_placeholder(match, kind, "condition")
                values.append(negate(condition) if negated else condition)
                negated = groups[-1]
            states.append(action)
            row = table[action]
        self.reduce("$END", row["$END"])
        return values[0], self.warned

    def reduce(self, kind: str, action: int) -> int:
        """Reduce until the next token can be shifted, and return the state after it."""
        table, rules, states, values = self.parser.table, self.parser.rules, self.states, self.values
        while action < 0:
            step, origin, size = rules[action]
            if step == _EXTEND_CHAIN:
                # The state before the item is the one before the chain: the chain continues where it was.
                item = values.pop()
                values[-1].append(item)
                del states[-2:]
                action = table[states[-1]][kind]
                continue
            if step == _START_CHAIN:
                item = values.pop()
                values[-1] = [values[-1], item]
            elif step == _JOIN_CHAIN:
                self.join_chain(kind, origin)
            elif step == _REFUSE:
                raise FastPathMiss
            del states[-size:]
            action = table[states[-1]][origin]
            states.append(action)
            action = table[action][kind]
        return action

    def join_chain(self, kind: str, origin: str) -> None:
        """Replace a chain by a conjunction or disjunction."""
        is_and = origin == "conjunction"
        if is_and and (kind == "OR" or self.states[-3] in self.parser.after_or):
            self.warned = True
        try:
            self.values[-1] = join(And if is_and != self.groups[-1] else Or, self.values[-1])
        except ExpressionError:
            raise FastPathMiss from None

    def read_value(self, match: re.Match[str], kind: str, literal: str) -> Any:
        """Return the value of a literal that is no simple string or integer; `kind` is its terminal, or LIST."""
        if kind == "LIST":
            return self.read_list(literal, match.start(kind))
        if kind == "VALUE_PLACEHOLDER":
            return self.fill_placeholder(match, kind, "value")
        if kind == "LIST_PLACEHOLDER":
            return self.fill_placeholder(match, kind, "list")
        return self.read_scalar(kind, literal)

    def read_path(self, name: str) -> Path:
        separator = self.parser.dialect.separator
        if separator != "/" and "/" in name:
            self.warned = True
            name = name.replace("/", separator)
        path = _new(Path)
        _set_segments(path, tuple(name.split(separator)))
        return path

    def find_operator(self, match: re.Match[str], relation: str | None) -> Operator:
        """Return the operator of a membership test, or of a relation in any letter case."""
        if relation is None:
            return IN if match["NOT_IN"] is None else NOT_IN
        spelling = " ".join(relation.lower().split())
        operator = self.parser.relations.get(spelling)
        if operator is None:
            self.warned = True
            operator = self.parser.dialect.lenient_operators[spelling][0]
        return operator

    def read_scalar(self, kind: str, literal: str) -> object:
        if kind == "STRING":
            # Almost every string is plain. The others are read by `read_literal`, and reported.
            body = literal[1:-1]
            if literal[0] not in body and literal[-2] != "\\":
                return body
        try:
            value = read_literal(kind, literal, self.parser.dialect.naive_is_utc)
        except BadLiteral:
            raise FastPathMiss from None
        if not is_standard(kind, literal, self.parser.dialect):
            self.warned = True
        return value

    def read_list(self, text: str, offset: int) -> tuple[object, ...]:
        if text[0] not in "\"'[{":
            # Most lists without quotes are ids. After a match of the pattern, whatever int() accepts between commas is a number.
            numbers = text.split(",")
            try:
                if max(map(len, numbers)) < 19:
                    return tuple(map(int, numbers))
            except ValueError:
                pass
        values: list[object] = []
        for match in self.parser.find_items(text, 0, len(text)):
            kind: str = match.lastgroup  # type: ignore[assignment]
            if kind == "VALUE_PLACEHOLDER":
                values.append(self.fill_placeholder(match, kind, "value", offset))
            else:
                values.append(self.read_scalar(kind, match[kind]))
        return tuple(values)

    def fill_placeholder(self, match: re.Match[str], group: str, role: Role, offset: int = 0) -> Any:
        if self.fill is None:
            raise FastPathMiss
        return self.fill(match[group], role, offset + match.start(group), offset + match.end(group))


class ComparisonReader:
    """Reads single comparisons of a text that as a whole is not well-formed, or that is not spelt as it should be."""

    __slots__ = ("_parser", "_text")

    def __init__(self, parser: FastParser, text: str) -> None:
        self._parser = parser
        self._text = text

    def matches(self) -> Iterator[re.Match[str]]:
        """Yield the matches of the pattern. After a character that begins nothing, the search goes on after its word.

        At each character of a long word, the pattern would read the rest of the word as a path.
        """
        end = len(self._text.rstrip(_BLANKS))
        at: int | None = 0
        while at is not None:
            start, at = at, None
            for match in self._parser.matches(self._text, start, end):
                yield match
                if match.lastgroup == "OTHER":
                    resumed = _RESUME.search(self._text, match.end(), end)
                    at = None if resumed is None else resumed.start()
                    break

    def is_comparison(self, match: re.Match[str]) -> bool:
        """Return whether the match is a whole comparison."""
        return match.lastgroup in _PREDICATES

    def read(self, match: re.Match[str]) -> Comparison | None:
        """Return the comparison, or None if it is wrong, or if its spelling has to be reported."""
        if not match.group().isascii():
            return None
        try:
            comparison, is_odd = _Parse(self._parser, None).run(self._text, match.start(), match.end())
        except FastPathMiss:
            return None
        return None if is_odd or not isinstance(comparison, Comparison) else comparison


_PARSERS: dict[str, FastParser] = {}


def fast_parser(dialect: Dialect) -> FastParser:
    """Return the parser of a dialect."""
    parser = _PARSERS.get(dialect.name)
    if parser is None:
        parser = _PARSERS[dialect.name] = FastParser(dialect)
    return parser


def try_parse_fast(text: str, dialect: Dialect, fill: Fill | None = None) -> tuple[Expr, bool] | None:
    """Return the tree, and whether its spelling has to be reported; None if the text is not well-formed."""
    try:
        return fast_parser(dialect).parse(text, fill)
    except FastPathMiss:
        return None
