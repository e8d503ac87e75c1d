"""Read a text: a tight driver over the tables that `cwql_codegen` compiled from ``grammar/``.

Well-formed conditions take the fast way: one fused pattern matches a whole predicate, and the LALR(1) tables are asked only
about ``and``, ``or``, ``not`` and parentheses. At the first sign of trouble the text goes to `cwql.language.recovery`, which
reads token by token over the same tables and says what is wrong, where, and what to write instead; nothing is explained
here. `Reading.slipped` tells that the text holds a spelling that is read but should not be written (``<>``, a bare date): the
findings for it come from there too.
"""

from __future__ import annotations

import re

from cwql.errors import ConditionError
from cwql.frozen import Frozen, assign
from cwql.language.dialects import Dialect, dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.literals import BadLiteral, is_plain_date, read_literal
from cwql.language.nodes import (
    NESTING_LIMIT,
    Comparison,
    Path,
    conjunction,
    disjunction,
    negate,
)
from cwql.language.operators import IN, NOT_IN, OPERATORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal, TypeAlias

    from cwql.language.dialects.record import Shape
    from cwql.language.nodes import Expr, FieldList, OrderBy
    from cwql.language.operators import Operator

    Role: TypeAlias = Literal["value", "list", "condition"]
    Fill: TypeAlias = Callable[[str, Role, int, int], object]
    Tree: TypeAlias = Expr | OrderBy | FieldList


class Reading(Frozen):
    """Hold what was read: the `tree`, and whether the text `slipped`, that is, whether findings wait to be told."""

    __slots__ = ("slipped", "tree")
    __match_args__ = ("tree", "slipped")
    tree: Tree
    slipped: bool

    def __init__(self, tree: Tree, slipped: bool) -> None:
        assign(self, "tree", tree)
        assign(self, "slipped", slipped)


class Trouble(Exception):
    """The fast way ends here; never leaves `read`."""


def parse(text: str, dialect: str | Dialect = "manage", parameter: str | None = None) -> Tree:
    """Read the text of a query parameter into its tree.

    `parameter` is the name of the parameter that the text is meant for, in any letter case; by default the dialect's
    condition parameter. Raises `ConditionError` with every finding where one of them is an error, and `UnknownNameError`
    for an unknown dialect or parameter. A slip with one certain reading (``<>``, ``==``, a prefix ``not``) is no error
    here; `cwql.check` reports it.
    """
    record = _dialect(dialect)
    return read(text, record, find_parameter(record, parameter).shape).tree


def read(text: str, dialect: str | Dialect = "manage", shape: Shape = "condition", fill: Fill | None = None) -> Reading:
    """Read a text of the given shape; raise `ConditionError` where it holds an error.

    `fill`, given for templates, is called for every hole ``{name}`` that stands outside quotes, with the hole's text, its
    role (``value``, ``list`` or ``condition``) and its place; what it returns goes into the tree as it is.
    """
    record = _dialect(dialect)
    if shape == "condition":
        try:
            return _reader(record).read(text, fill)
        except Trouble:
            pass
    from cwql.language.recovery import diagnose

    tree, findings = diagnose(text, record, shape, fill)
    if tree is None or any(finding.severity == "error" for finding in findings):
        raise ConditionError(findings, text)
    return Reading(tree, bool(findings))


_dialect = dialect
_READERS: dict[str, ConditionReader] = {}


def _reader(record: Dialect) -> ConditionReader:
    reader = _READERS.get(record.name)
    if reader is None:
        reader = _READERS[record.name] = ConditionReader(record)
    return reader


_new = object.__new__


def _slot(name: str) -> Callable[[Comparison, object], None]:
    """Return the setter of a slot; a constructor call would cost twice as much as setting all five."""
    setter: Callable[[Comparison, object], None] = Comparison.__dict__[name].__set__
    return setter


_set_path, _set_operator, _set_value = _slot("path"), _slot("operator"), _slot("value")
_set_start, _set_end = _slot("_start"), _slot("_end")

_LITERALS = frozenset(("STRING", "NUMBER", "BOOLEAN", "NULL", "DATE", "BARE_DATE", "VALUE_HOLE"))
_SURROGATE = re.compile("[\ud800-\udfff]")
INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Characters that look like a blank or like nothing."""


class ConditionReader:
    """Read conditions of one dialect the fast way."""

    __slots__ = (
        "_after_or",
        "_dialect",
        "_end",
        "_item",
        "_items",
        "_operators",
        "_predicates",
        "_rules",
        "_start",
        "_states",
    )

    def __init__(self, record: Dialect) -> None:
        tables = __import__(f"cwql_grammar.{record.name}", fromlist=["STATES"])
        self._dialect = record
        self._predicates = re.compile(tables.PREDICATE).finditer
        # Compiled when the first list comes: most conditions hold none.
        self._item: str = tables.ITEM
        self._items: Callable[[str], Iterator[re.Match[str]]] | None = None
        self._states: tuple[dict[str, int], ...] = tables.STATES
        self._rules: tuple[tuple[str, int], ...] = tables.RULES
        self._start: int = tables.START
        self._after_or = frozenset(
            [n for n, row in enumerate(self._states) if "conjunction" in row and "disjunction" not in row]
        )
        self._end: int = tables.END
        self._operators: dict[str, Operator] = {form.spelling: op for op, form in record.operators.items()}

    def read(self, text: str, fill: Fill | None = None) -> Reading:
        """Return the tree; raise `Trouble` where the text is not well-formed."""
        if not text.isascii() and _SURROGATE.search(text):
            raise Trouble
        operators, literal, all_states = self._operators, self._literal, self._states
        separator, foreign = self._dialect.separator, self._dialect.foreign_wildcards
        paths: dict[str, Path] = {}
        states = [self._start]
        values: list[object] = []
        row = all_states[self._start]
        slipped = not text.isascii() and INVISIBLE.search(text) is not None
        depth = 0
        value: object
        for match in self._predicates(text, 0, len(text.rstrip(" \t\r\n"))):
            kind = match.lastgroup
            if kind in _LITERALS or kind == "LIST" or kind == "LIST_HOLE":
                written, relation, inverted, word = match.group(1, 2, 3, 4)
                path = paths.get(written)
                if path is None:
                    if "/" in written and separator != "/":
                        slipped = True
                        path = Path(tuple(written.replace("/", separator).split(separator)))
                    else:
                        path = Path(tuple(written.split(separator)))
                    paths[written] = path
                start, end = match.span(1)[0], match.end()
                node = _new(Comparison)
                _set_path(node, path)
                _set_start(node, start)
                _set_end(node, end)
                if kind in _LITERALS:
                    if relation is None:
                        operator = OPERATORS.get(word) or OPERATORS[word.lower()]
                        if inverted is not None:
                            operator = operator.negation
                    else:
                        found = operators.get(relation)
                        if found is None:
                            slipped = True
                            found = self._dialect.slips[relation.lower()][0]
                        operator = found
                    written = match.group(kind)
                    if kind == "STRING":
                        scalar: object = written[1:-1]
                        if written[0] in scalar:  # type: ignore[operator]
                            slipped = True
                            scalar = scalar.replace(written[0] * 2, written[0])  # type: ignore[attr-defined]
                    elif kind == "NUMBER":
                        scalar = int(written) if len(written) < 19 and "." not in written else literal(kind, written)
                        if word is not None and foreign and _holds(scalar, foreign):  # type: ignore[arg-type]
                            slipped = True
                    elif kind == "VALUE_HOLE":
                        scalar = _filled(match, kind, fill, "value")
                    else:
                        scalar = literal(kind, written)
                        slipped = slipped or not self._is_plain(kind, written)
                    symbol = "comparison"
                else:
                    operator = IN if match["NOT_IN"] is None else NOT_IN
                    if kind == "LIST":
                        scalar, clean = self._list(match["LIST"], match.start("LIST"), fill)
                        slipped = slipped or not clean
                    else:
                        scalar = _filled(match, kind, fill, "list")
                    symbol = "membership"
                _set_operator(node, operator)
                _set_value(node, scalar)
                value = node
            elif kind == "OTHER":
                raise Trouble
            else:
                symbol = kind  # type: ignore[assignment]
                value = None
                if kind == "LPAR":
                    depth += 1
                    if depth > NESTING_LIMIT:
                        raise Trouble
                elif kind == "RPAR":
                    depth -= 1
                elif kind == "NOT":
                    slipped = True
                elif kind == "HOLE":
                    value = _filled(match, kind, fill, "condition")
            while (action := row.get(symbol, _NO_ACTION)) < 0:
                slipped = self._reduce(action, symbol, states, values) or slipped
                row = all_states[states[-1]]
            states.append(action)
            values.append(value)
            row = all_states[action]
        while states[-1] != self._end:
            slipped = self._reduce(row.get("$END", _NO_ACTION), "$END", states, values) or slipped
            row = all_states[states[-1]]
        return Reading(values[-1], slipped)  # type: ignore[arg-type]

    def _reduce(self, action: int, ahead: str, states: list[int], values: list[object]) -> bool:
        """Carry out a reduction; tell whether it met ``and`` and ``or`` side by side without parentheses."""
        if action == _NO_ACTION:
            raise Trouble
        origin, size = self._rules[-action - 1]
        slipped = False
        if size > 1:
            value = values[-1]
            if size == 3:
                # A group, or one more link of a chain: ``chain and item``.
                if origin == "group":
                    value = values[-2]
                else:
                    chain = values[-3]
                    chain.append(value)  # type: ignore[attr-defined]
                    value = chain
            elif origin == "conjunction":
                slipped = ahead == "OR" or states[-3] in self._after_or
                value = conjunction([values[-2], *value])  # type: ignore[misc, list-item]
            elif origin == "disjunction":
                value = disjunction([values[-2], *value])  # type: ignore[misc, list-item]
            elif origin == "inverse":
                value = negate(value)  # type: ignore[arg-type]
            else:
                value = [value]
            del states[-size:], values[-size:]
            values.append(value)
        else:
            states.pop()
        states.append(self._states[states[-1]][origin])
        return slipped

    def _literal(self, kind: str, written: str) -> object:
        try:
            return read_literal(kind, written, self._dialect.naive_is_utc)
        except BadLiteral:
            raise Trouble from None

    def _is_plain(self, kind: str, written: str) -> bool:
        """Tell that no finding waits for the spelling of a literal other than a string."""
        if kind == "DATE" or kind == "BARE_DATE":
            return (kind == "BARE_DATE") == self._dialect.bare_dates and is_plain_date(written)
        return True

    def _list(self, text: str, offset: int, fill: Fill | None) -> tuple[tuple[object, ...], bool]:
        if self._items is None:
            self._items = re.compile(self._item).finditer
        values: list[object] = []
        clean = True
        for match in self._items(text):
            kind = match.lastgroup or ""
            written = match[kind]
            if kind == "STRING":
                body = written[1:-1]
                if written[0] in body:
                    clean = False
                    body = body.replace(written[0] * 2, written[0])
                values.append(body)
            elif kind == "VALUE_HOLE":
                if fill is None:
                    raise Trouble
                values.append(fill(written, "value", offset + match.start(kind), offset + match.end(kind)))
            else:
                values.append(self._literal(kind, written))
                clean = clean and self._is_plain(kind, written)
        return tuple(values), clean


_NO_ACTION = -1_000_000


def _filled(match: re.Match[str], group: str, fill: Fill | None, role: Role) -> object:
    if fill is None:
        raise Trouble
    return fill(match[group], role, match.start(group), match.end(group))


def _holds(text: str, characters: str) -> bool:
    return any(character in text for character in characters)
