"""Read a text: a tight driver over the tables that `cwql_codegen` compiled from ``grammar/``.

Well-formed conditions take the fast way: one fused pattern matches a whole predicate, and the LALR(1) tables are asked only
about ``and``, ``or``, ``not`` and parentheses. At the first sign of trouble the text goes to `cwql.language.parsing.recovery`, which
reads token by token over the same tables and says what is wrong, where, and what to write instead; nothing is explained
here. `Reading.slipped` tells that the text holds a spelling that is read but should not be written (``<>``, a bare date): the
findings for it come from there too.
"""

from __future__ import annotations

import re

from cwql.errors import ConditionError, ExpressionError
from cwql.language.dialects import Dialect, dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.literals import TERMINALS, BadLiteral, is_plain_date, read_date, read_number
from cwql.language.nodes import (
    NESTING_LIMIT,
    Comparison,
    Path,
    conjunction,
    disjunction,
    negate,
)
from cwql.language.operators import IN, NOT_IN, OPERATORS
from cwql.value import Value, slot_setter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Literal, TypeAlias, overload

    from cwql.language.dialects.base import Shape
    from cwql.language.nodes import Expr, FieldList, OrderBy
    from cwql.language.operators import Operator

    Role: TypeAlias = Literal["value", "list", "condition"]
    Fill: TypeAlias = Callable[[str, Role, int, int], object]
    Tree: TypeAlias = Expr | OrderBy | FieldList
    ConditionParameter: TypeAlias = Literal["conditions", "condition", "childConditions", "customFieldConditions"]
    ListParameter: TypeAlias = Literal["fields", "expand", "includeFields", "excludeFields"]


class Reading(Value):
    """Hold what was read: the `tree`, and whether the text `slipped`, that is, whether findings wait to be told."""

    tree: Tree
    slipped: bool


class Trouble(Exception):
    """The fast way ends here: only `cwql.language.parsing.recovery` can tell what the text holds."""


if TYPE_CHECKING:

    @overload
    def parse(text: str, dialect: str | Dialect = "manage", parameter: ConditionParameter | None = None) -> Expr: ...
    @overload
    def parse(text: str, dialect: str | Dialect = "manage", *, parameter: Literal["orderBy"]) -> OrderBy: ...
    @overload
    def parse(text: str, dialect: str | Dialect, parameter: Literal["orderBy"]) -> OrderBy: ...
    @overload
    def parse(text: str, dialect: str | Dialect = "manage", *, parameter: ListParameter) -> FieldList: ...
    @overload
    def parse(text: str, dialect: str | Dialect, parameter: ListParameter) -> FieldList: ...
    @overload
    def parse(text: str, dialect: str | Dialect = "manage", parameter: str | None = None) -> Tree: ...


def parse(text: str, dialect: str | Dialect = "manage", parameter: str | None = None) -> Tree:
    """Read the text of a query parameter into its tree.

    `parameter` is the name of the parameter that the text is meant for, in any letter case; by default the dialect's
    condition parameter. Raises `ConditionError` with every finding where one of them is an error, and `UnknownNameError`
    for an unknown dialect or parameter. A slip with one certain reading (``<>``, ``==``, a prefix ``not``) is no error
    here; `cwql.check` reports it.
    """
    record = _dialect(dialect)
    if not isinstance(text, str):
        raise ExpressionError(f"cannot read {type(text).__name__} as a condition: expected a str")
    return read(text, record, "condition" if parameter is None else find_parameter(record, parameter).shape).tree


def read(text: str, dialect: str | Dialect = "manage", shape: Shape = "condition", fill: Fill | None = None) -> Reading:
    """Read a text of the given shape; raise `ConditionError` where it holds an error.

    `fill`, given for templates, is called for every hole ``{name}`` that stands outside quotes, with the hole's text, its
    role (``value``, ``list`` or ``condition``) and its place; what it returns goes into the tree as it is.
    """
    record = _dialect(dialect)
    if shape == "condition":
        reading = glance(text, record, fill)
        if reading is not None:
            return reading
    from cwql.language.parsing.recovery import diagnose

    tree, findings = diagnose(text, record, shape, fill)
    if tree is None or any(finding.severity == "error" for finding in findings):
        raise ConditionError(findings, text)
    return Reading(tree, bool(findings))


def glance(text: str, record: Dialect, fill: Fill | None = None) -> Reading | None:
    """Read a condition the fast way; return None where only `cwql.language.parsing.recovery` can tell what it holds."""
    try:
        return reader_of(record).read(text, fill)
    except Trouble:
        return None


_dialect = dialect
_READERS: dict[str, ConditionReader] = {}


def reader_of(record: Dialect) -> ConditionReader:
    """Return what reads the conditions of a dialect."""
    reader = _READERS.get(record.name)
    if reader is None:
        reader = _READERS[record.name] = ConditionReader(record)
    return reader


_new = object.__new__


# A constructor call would cost twice as much as setting all of the slots.
_set_path, _set_operator, _set_value = [slot_setter(Comparison, name) for name in ("path", "operator", "value")]
_set_start, _set_end = slot_setter(Comparison, "_start"), slot_setter(Comparison, "_end")
_set_segments = slot_setter(Path, "segments")
_set_tree, _set_slipped = slot_setter(Reading, "tree"), slot_setter(Reading, "slipped")

_LITERALS = (*TERMINALS, "VALUE_HOLE")
_LISTS = ("LIST", "LIST_HOLE")
_PREDICATES = frozenset(_LITERALS + _LISTS)
_WORDS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")
INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Characters that look like a blank or like nothing."""

# What to do at a reduction, by rule: a chain is the list of the items after the first one.
_REFUSE, _OPEN_CHAIN, _EXTEND_CHAIN, _CLOSE_CHAIN, _UNWRAP, _KEEP_LAST, _RENAME = range(7)
_WORK = {
    ("conjunction", 2): _CLOSE_CHAIN,
    ("disjunction", 2): _CLOSE_CHAIN,
    ("group", 3): _UNWRAP,
    ("inverse", 2): _KEEP_LAST,
}


class ConditionReader:
    """Read conditions of one dialect the fast way."""

    __slots__ = (
        "_after_or",
        "_dialect",
        "_item",
        "_items",
        "_moment",
        "_predicates",
        "_relations",
        "_rules",
        "_start",
        "_states",
    )

    def __init__(self, record: Dialect) -> None:
        tables = __import__(f"cwql_grammar.{record.name}", fromlist=["STATES"])
        pattern = re.compile(tables.PREDICATE)
        self._dialect = record
        self._predicates = pattern.finditer
        # Compiled when the first list comes: most conditions hold none.
        self._item: str = tables.ITEM
        self._items: Callable[[str], Iterator[re.Match[str]]] | None = None
        self._moment: Callable[[str], datetime] | None = None
        self._relations: dict[str, Operator] = {name: op for name, op in OPERATORS.items() if op.family != "membership"}
        self._start: int = tables.START
        # The tables once more, by what `match.lastgroup` gives. An action n < 0 is rule n of the list, counted from its end;
        # where there is no action the rule refuses.
        self._rules = [(_REFUSE, "", 0)]
        for origin, size in reversed(tables.RULES):
            chain = _EXTEND_CHAIN if size == 3 else _OPEN_CHAIN
            self._rules.append((_RENAME if size == 1 else _WORK.get((origin, size), chain), origin, size))
        refuse = -len(self._rules)
        accepting = [-number - 1 for number, rule in enumerate(tables.RULES) if rule == ("start", 1)]
        names = dict.fromkeys(_LITERALS, "comparison") | dict.fromkeys(_LISTS, "membership") | {"END": "$END"}
        self._states: list[dict[str, int]] = []
        for row in tables.STATES:
            actions = {group: row.get(names.get(group, group), refuse) for group in pattern.groupindex}
            if actions["END"] in accepting:
                actions["END"] = tables.END
            self._states.append(actions | {symbol: action for symbol, action in row.items() if symbol not in actions})
        # After trailing blanks the pattern finds the end once more.
        self._states[tables.END]["END"] = tables.END
        self._after_or = frozenset(
            [n for n, row in enumerate(tables.STATES) if "conjunction" in row and "disjunction" not in row]
        )

    def read(self, text: str, fill: Fill | None = None) -> Reading:
        """Return the tree; raise `Trouble` where the text is not well-formed."""
        slipped = False
        if not text.isascii():
            if _SURROGATE.search(text):
                raise Trouble
            slipped = INVISIBLE.search(text) is not None
        relations, rules, all_states = self._relations, self._rules, self._states
        paths: dict[str, Path] = {}
        states = [self._start]
        values: list[object] = []
        row = all_states[self._start]
        # An odd number of `not` is carried down into the operators, so no tree is ever walked to negate it: `inverted` holds
        # for what comes next, `polarity` for the group it stands in, `outer` for the groups around that one.
        inverted = polarity = False
        outer: list[bool] = []
        value: object = None
        for match in self._predicates(text):
            kind: str = match.lastgroup  # type: ignore[assignment]
            if kind in _PREDICATES:
                written, relation, literal = match.group(1, 2, kind)
                path = paths.get(written)
                if path is None:
                    path = paths[written] = _new(Path)
                    separator = self._dialect.separator
                    if "/" in written and separator != "/":
                        slipped = True
                        written = written.replace("/", separator)
                    _set_segments(path, tuple(written.split(separator)))
                if relation is None:
                    operator = IN if match["NOT_IN"] is None else NOT_IN
                else:
                    known = relations.get(relation)
                    if known is None:
                        known, slip = self._find_relation(relation)
                        slipped = slipped or slip
                    operator = known
                scalar: object
                if kind == "STRING":
                    body: str = literal[1:-1]
                    if literal[0] in body:
                        slipped = True
                        body = body.replace(literal[0] * 2, literal[0])
                    elif literal[-2] == "\\":
                        slipped = True
                    foreign = self._dialect.foreign_wildcards
                    if foreign and operator.family == "text" and _holds(body, foreign):
                        slipped = True
                    scalar = body
                elif kind == "NUMBER" and len(literal) < 19 and "." not in literal:
                    scalar = int(literal)
                elif kind == "LIST":
                    scalar, plain = self._list(literal, match.start(kind), fill)
                    slipped = slipped or not plain
                elif kind == "VALUE_HOLE" or kind == "LIST_HOLE":
                    scalar = _filled(match, kind, fill, "value" if kind == "VALUE_HOLE" else "list")
                else:
                    scalar, plain = self._literal(kind, literal)
                    slipped = slipped or not plain
                if inverted:
                    operator = operator.negation
                inverted = polarity
                value = _new(Comparison)
                _set_path(value, path)
                _set_operator(value, operator)
                _set_value(value, scalar)
                _set_start(value, match.start(1))
                _set_end(value, match.end())
            elif kind == "NOT":
                slipped = True
                inverted = not inverted
            elif kind == "LPAR":
                if len(outer) == NESTING_LIMIT:
                    raise Trouble
                outer.append(polarity)
                polarity = inverted
            elif kind == "HOLE":
                value = _filled(match, kind, fill, "condition")
                if inverted:
                    value = negate(value)  # type: ignore[arg-type]
                inverted = polarity
            while (action := row[kind]) < 0:
                work, origin, size = rules[action]
                if work == _RENAME:
                    states[-1] = action = all_states[states[-2]][origin]
                    row = all_states[action]
                    continue
                if work == _EXTEND_CHAIN:
                    # One more link, and the same state as before it: chain and item -> chain.
                    values[-3].append(values[-1])  # type: ignore[attr-defined]
                    del states[-2:], values[-2:]
                    row = all_states[states[-1]]
                    continue
                if work == _OPEN_CHAIN:
                    made: object = [values[-1]]
                elif work == _CLOSE_CHAIN:
                    junction = conjunction if (origin == "conjunction") != polarity else disjunction
                    try:
                        made = junction([values[-2], *values[-1]])  # type: ignore[misc, list-item]
                    except ExpressionError:
                        raise Trouble from None
                    if origin == "conjunction" and (kind == "OR" or states[-3] in self._after_or):
                        slipped = True
                elif work == _UNWRAP:
                    made = values[-2]
                    inverted = polarity = outer.pop()
                elif work == _KEEP_LAST:
                    made = values[-1]
                else:
                    raise Trouble
                del states[-size:], values[-size:]
                values.append(made)
                action = all_states[states[-1]][origin]
                states.append(action)
                row = all_states[action]
            states.append(action)
            values.append(value)
            row = all_states[action]
        reading = _new(Reading)
        _set_tree(reading, values[0])
        _set_slipped(reading, slipped)
        return reading

    def _find_relation(self, written: str) -> tuple[Operator, bool]:
        """Return the operator of a relation in any letter case, and whether it is written as it should not be."""
        spelling = " ".join(written.lower().split())
        operator = self._relations.get(spelling)
        return (self._dialect.slips[spelling][0], True) if operator is None else (operator, False)

    def _literal(self, kind: str, written: str) -> tuple[object, bool]:
        """Return the value of a literal, and whether no finding waits for its spelling."""
        if kind == "STRING":
            body = written[1:-1]
            if written[0] in body:
                return body.replace(written[0] * 2, written[0]), False
            return body, written[-2] != "\\"
        if kind == "BOOLEAN" or kind == "NULL":
            return _WORDS[written.lower()], True
        try:
            if kind == "NUMBER":
                return read_number(written), True
            body = written if kind == "BARE_DATE" else written[1:-1]
            expected = (kind == "BARE_DATE") == self._dialect.bare_dates
            # What servers print and programs send, yyyy-MM-ddTHH:mm:ssZ. Python 3.13 takes hour 24 for the next midnight.
            if len(body) == 20 and body[4::3] == "--T::Z" and body[11:13] != "24":
                if self._moment is None:
                    from datetime import datetime

                    self._moment = datetime.fromisoformat
                try:
                    return self._moment(body), expected
                except ValueError:
                    raise Trouble from None
            return read_date(written, self._dialect.naive_is_utc), expected and is_plain_date(written)
        except BadLiteral:
            raise Trouble from None

    def _list(self, text: str, offset: int, fill: Fill | None) -> tuple[tuple[object, ...], bool]:
        """Return the values of a list, and whether no finding waits for the spelling of one."""
        if text[0] not in "\"'[{":
            # Most lists without quotes are ids. The pattern has matched, so what int() reads between commas is a number.
            items = text.split(",")
            try:
                if max(map(len, items)) < 19:
                    return tuple(map(int, items)), True
            except ValueError:
                pass
        if self._items is None:
            self._items = re.compile(self._item).finditer
        values: list[object] = []
        all_plain = True
        for match in self._items(text):
            kind: str = match.lastgroup  # type: ignore[assignment]
            if kind == "VALUE_HOLE":
                if fill is None:
                    raise Trouble
                value = fill(match[kind], "value", offset + match.start(kind), offset + match.end(kind))
            else:
                value, plain = self._literal(kind, match[kind])
                all_plain = all_plain and plain
            values.append(value)
        return tuple(values), all_plain


def _filled(match: re.Match[str], group: str, fill: Fill | None, role: Role) -> object:
    if fill is None:
        raise Trouble
    return fill(match[group], role, match.start(group), match.end(group))


def _holds(text: str, characters: str) -> bool:
    return any(character in text for character in characters)
