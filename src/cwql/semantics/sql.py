"""Conditions as SQL over JSON documents in SQLite: `where`, and `order_by` for sorting.

A `ColumnLayout` says where the text of a document is, how the API spells a path, and which paths lead to collections of records. The
results are expressions with bound parameters, so no text of a condition ever becomes SQL. Fields that are often asked for may have
indexed columns next to the document: `cwql.semantics.sql_functions` defines their values, and adds the functions that SQLite
lacks to a connection.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cwql.errors import LiteralError
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Constant
from cwql.semantics.operators import PART, PREFIX, SEMANTICS, SUFFIX
from cwql.semantics.patterns import LikePattern
from cwql.semantics.scopes import AllOf, AnyChild, AnyOf, fold_path, make_plan
from cwql.semantics.values import LiteralValue, fold_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr, OrderBy
    from cwql.semantics.operators import OperatorSemantics, TextTest
    from cwql.semantics.scopes import Plan, Prefix

__all__ = ["ColumnLayout", "SqlExpression", "order_by", "where"]

PARAMETERS_LIMIT = 30_000
"""SQLite takes 32,766 bound values in one statement."""

TEXT_LIMIT = 2_000_000
"""How many characters of SQL a condition may become: SQLite takes about 20 bytes of memory for each."""

PATTERN_LIMIT = 40_000
"""SQLite takes 50,000 bytes in a GLOB."""

_EXACT = 2**53
"""SQLite stores larger integers exactly, but floats only near to their decimals."""

_COMPARISONS = {
    frozenset((0,)): "=",
    frozenset((-1,)): "<",
    frozenset((-1, 0)): "<=",
    frozenset((1,)): ">",
    frozenset((1, 0)): ">=",
}


class SqlExpression(NamedTuple):
    """An SQL expression and the values of its parameters, in order."""

    text: str
    parameters: tuple[str | int | float, ...] = ()


class ColumnLayout(Protocol):
    """How documents are stored in a table."""

    def source(self, segments: tuple[str, ...]) -> str:
        """Return the SQL of the JSON text in which a path, as documents spell it, is looked up."""
        ...

    def spell(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        """Return a path as documents spell it."""
        ...

    def is_collection(self, prefix: Prefix) -> bool:
        """Return whether a folded path leads to a collection of records."""
        ...

    def may_be_list(self, segments: tuple[str, ...]) -> bool:
        """Return whether the value of a path may be a list of plain values."""
        ...

    def columns(self, segments: tuple[str, ...]) -> Mapping[str, str]:
        """Return the indexed columns of a field, by kind."""
        ...

    def related(self, prefix: Prefix) -> str | None:
        """Return SQL for the JSON list of a collection that is stored in another table, otherwise None."""
        ...


def where(
    expr: Expr, layout: ColumnLayout, dialect: str | Dialect = "manage", *, custom: bool = False
) -> SqlExpression:
    """Return the SQL expression that is true for the documents that match a condition.

    With `custom` the condition is one of ``customFieldConditions``. Raises LiteralError for a condition that SQLite cannot take:
    more values than `PARAMETERS_LIMIT`, more SQL than `TEXT_LIMIT`, a pattern beyond `PATTERN_LIMIT`, text that no document can
    contain.
    """
    plan = make_plan(expr, layout.is_collection, custom)
    found = _Compiler(layout, find_dialect(dialect)).compile(plan, {(): _Root(layout)})
    if len(found.parameters) > PARAMETERS_LIMIT:
        raise LiteralError(f"a condition of {len(found.parameters)} values: expected at most {PARAMETERS_LIMIT}")
    if len(found.text) > TEXT_LIMIT:
        raise LiteralError(f"a condition of {len(found.text)} characters of SQL: expected at most {TEXT_LIMIT}")
    return found


def order_by(terms: OrderBy, layout: ColumnLayout) -> str:
    """Return the terms of an ORDER BY: null, then numbers, then text without letter case; date-times as timestamps."""
    written = []
    for term in terms.terms:
        segments = term.path.segments
        field = _Root(layout).field(layout.spell(segments), layout.columns(segments))
        written.append(f"{field.sortable}{' DESC' if term.descending else ''}")
    return ", ".join(written)


class _Field(NamedTuple):
    """The SQL of a value and of its JSON type (``text``, ``integer``, ``real``, ``true``, ``false``, ``array``, ``object``)."""

    type: str
    value: str
    columns: Mapping[str, str] = MappingProxyType({})

    @property
    def present(self) -> str:
        """Return the SQL that is true if there is a value, also a list or an object."""
        return f"({self.value}) IS NOT NULL"

    @property
    def text(self) -> str:
        """Return the folded text, null for anything else."""
        return self.columns.get("text") or f"CASE {self.type} WHEN 'text' THEN cwql_fold({self.value}) END"

    @property
    def timestamp(self) -> str:
        """Return the timestamp of a text."""
        return self.columns.get("timestamp") or f"CASE {self.type} WHEN 'text' THEN cwql_timestamp({self.value}) END"

    @property
    def number(self) -> str:
        """Return the number, or the one that a text contains."""
        return self.columns.get("number") or (
            f"CASE {self.type} WHEN 'text' THEN cwql_number({self.value}) "
            f"WHEN 'array' THEN NULL WHEN 'object' THEN NULL ELSE {self.value} END"
        )

    @property
    def pure_number(self) -> str:
        """Return the number, null for a text."""
        return f"CASE WHEN {self.type} IN ('text', 'array', 'object') THEN NULL ELSE {self.value} END"

    @property
    def sortable(self) -> str:
        """Return the value to sort by."""
        return self.columns.get("sort") or (
            f"CASE {self.type} WHEN 'text' THEN coalesce(cwql_timestamp({self.value}), cwql_fold({self.value})) "
            f"WHEN 'array' THEN NULL WHEN 'object' THEN NULL ELSE {self.value} END"
        )


class _Document:
    """The SQL of a document, or of a child of a collection, with `kind` for its JSON type."""

    def __init__(self, value: str, kind: str | None = None) -> None:
        self._value = value
        self._kind = kind

    def field(self, segments: tuple[str, ...], columns: Mapping[str, str] = MappingProxyType({})) -> _Field:
        """Return the field at a path; the value of a list or an object is its JSON text."""
        path, text = _json_path(segments), self._text(segments)
        type, value = f"json_type({text}, {path})", f"json_extract({text}, {path})"
        if self._kind is None:
            return _Field(type, value, columns)
        # A child that is no object has no members.
        type, value = (f"(CASE {self._kind} WHEN 'object' THEN {found} END)" for found in (type, value))
        return _Field(type, value)

    def _text(self, segments: tuple[str, ...]) -> str:
        return self._value

    def children(self, segments: tuple[str, ...]) -> str:
        """Return a JSON list of the records at a path; a single record is a list of itself."""
        found = self.field(segments)
        return (
            f"CASE {found.type} WHEN 'array' THEN {found.value} WHEN 'object' THEN json_array(json({found.value})) END"
        )


class _Root(_Document):
    """A whole record, whose text may be in several places."""

    def __init__(self, layout: ColumnLayout) -> None:
        super().__init__("")
        self._layout = layout

    def _text(self, segments: tuple[str, ...]) -> str:
        return self._layout.source(segments)


def _json_path(segments: tuple[str, ...]) -> str:
    # Segments are names of the language: letters, digits and underscores. SQLite uses an index only if the path is a literal.
    for segment in segments:
        if not segment.replace("_", "a").isalnum():
            raise LiteralError(f"{segment!r} is no field name")
    return "'$." + ".".join(f'"{segment}"' for segment in segments) + "'"


class _Compiler:
    """Compile plans to SQL; `bound` maps the collections of which a child was chosen to that child."""

    def __init__(self, layout: ColumnLayout, dialect: Dialect) -> None:
        self._layout = layout
        self._dialect = dialect
        self._aliases = 0

    def compile(self, plan: Plan, bound: dict[Prefix, _Document]) -> SqlExpression:
        match plan:
            case Comparison():
                return self._comparison(plan, bound)
            case Constant():
                return SqlExpression("1" if plan.value else "0")
            case AllOf():
                return _join("AND", [self.compile(item, bound) for item in plan.items], "1")
            case AnyOf():
                return _join("OR", [self.compile(item, bound) for item in plan.items], "0")
            case AnyChild():
                return self._any_child(plan, bound)

    def _any_child(self, plan: AnyChild, bound: dict[Prefix, _Document]) -> SqlExpression:
        document, segments = self._resolve(plan.prefix, bound)
        children = self._layout.related(plan.prefix) or document.children(segments)
        alias = self._new_alias()
        child = _Document(f"{alias}.value", f"{alias}.type")
        body = self.compile(plan.body, {**bound, plan.prefix: child})
        # The outer join gives an empty collection one child whose members are null.
        source = f"(SELECT 1) LEFT JOIN json_each({children}) AS {alias}"
        return SqlExpression(f"EXISTS (SELECT 1 FROM {source} WHERE {body.text})", body.parameters)

    def _new_alias(self) -> str:
        self._aliases += 1
        return f"c{self._aliases}"

    def _resolve(self, path: tuple[str, ...], bound: dict[Prefix, _Document]) -> tuple[_Document, tuple[str, ...]]:
        """Return the deepest document that was chosen on a path, and the rest of the path as documents spell it."""
        folded = fold_path(path)
        best: Prefix = ()
        for prefix in bound:
            if len(best) < len(prefix) < len(folded) and folded[: len(prefix)] == prefix:
                best = prefix
        spelled = self._layout.spell(path)
        # An alias may be longer or shorter than the path that it replaces, but none leads through a collection.
        return bound[best], spelled[len(best) :] if best else spelled

    def _comparison(self, comparison: Comparison, bound: dict[Prefix, _Document]) -> SqlExpression:
        semantics = SEMANTICS[comparison.operator]
        literals = [LiteralValue(value) for value in comparison.values]
        has_null = any(literal.kind == "null" for literal in literals)
        document, segments = self._resolve(comparison.path.segments, bound)
        field = document.field(segments, self._layout.columns(comparison.path.segments))
        if has_null and semantics.relation == "order":
            if semantics.signs != {0}:
                return SqlExpression("0")
            return SqlExpression(field.present if semantics.negated else f"({field.value}) IS NULL")
        if has_null and semantics.relation != "in":
            return SqlExpression("0")
        single = self._test(field, semantics, literals)
        if not self._layout.may_be_list(comparison.path.segments):
            return single
        alias = self._new_alias()
        item = _Field(f"{alias}.type", f"{alias}.value")
        if semantics.searches_lists:
            inside = _compare(item, literals[0], frozenset((0,)))
        else:
            inside = self._test(item, semantics, literals)
        many = f"EXISTS (SELECT 1 FROM json_each({field.value}) AS {alias} WHERE {inside.text})"
        if semantics.searches_lists and semantics.negated:
            many = f"NOT {many}"
        text = f"CASE {field.type} WHEN 'array' THEN {many} ELSE {single.text} END"
        return SqlExpression(text, inside.parameters + single.parameters)

    def _test(self, field: _Field, semantics: OperatorSemantics, literals: list[LiteralValue]) -> SqlExpression:
        positive = self._positive_test(field, semantics, literals)
        if not semantics.negated:
            return positive
        return SqlExpression(f"({field.present} AND NOT ifnull({positive.text}, 0))", positive.parameters)

    def _positive_test(
        self, field: _Field, semantics: OperatorSemantics, literals: list[LiteralValue]
    ) -> SqlExpression:
        if semantics.relation == "order":
            return _compare(field, literals[0], semantics.signs)
        if semantics.relation == "in":
            return _is_in(field, literals)
        if semantics.text_test is not None:
            return _test_text(field, semantics.text_test, _bindable(fold_case(literals[0].part)))
        return self._like(field, _bindable(literals[0].part))

    def _like(self, field: _Field, text: str) -> SqlExpression:
        pattern = LikePattern(text, self._dialect)
        match pattern.literal_sections:
            case (whole,):
                return SqlExpression(f"({field.text}) = ?", (whole,))
            case (start, ""):
                return _test_text(field, PREFIX, start)
            case ("", end):
                return _test_text(field, SUFFIX, end)
            case ("", part, ""):
                return _test_text(field, PART, part)
        glob = pattern.glob
        written = text if glob is None else glob
        if len(written.encode()) > PATTERN_LIMIT:
            raise LiteralError(f"a pattern of {len(written)} characters: expected at most {PATTERN_LIMIT} bytes")
        if glob is None:
            called = f"CASE {field.type} WHEN 'text' THEN cwql_like({field.value}, ?, ?) END"
            return SqlExpression(called, (text, self._dialect.name))
        return SqlExpression(f"({field.text}) GLOB ?", (glob,))


def _compare(field: _Field, literal: LiteralValue, signs: frozenset[int]) -> SqlExpression:
    """Compare a field with a literal by the type of the stored value, as `cwql.semantics.operators` defines it."""
    sign = _COMPARISONS[signs]
    match literal.kind:
        case "null":
            return SqlExpression("0")
        case "number":
            return _compare_number(field.number, literal, sign)
        case "timestamp":
            assert literal.timestamp is not None
            return SqlExpression(f"({field.timestamp}) {sign} ?", (literal.timestamp,))
        case "text":
            pass
    assert literal.text is not None
    as_text = SqlExpression(f"({field.text}) {sign} ?", (_bindable(literal.text),))
    if literal.timestamp is not None:
        timestamp = field.timestamp
        # A text that is a date is no number, so there are only two cases.
        return SqlExpression(
            f"CASE WHEN ({timestamp}) IS NULL THEN {as_text.text} ELSE ({timestamp}) {sign} ? END",
            (*as_text.parameters, literal.timestamp),
        )
    if literal.number is not None:
        return _join("OR", [as_text, _compare_number(field.pure_number, literal, sign)], "0")
    return as_text


def _compare_number(value: str, literal: LiteralValue, sign: str) -> SqlExpression:
    number = literal.number
    assert number is not None
    bound = _exact_in_sql(number)
    if bound is not None:
        return SqlExpression(f"({value}) {sign} ?", (bound,))
    return SqlExpression(f"cwql_compare({value}, ?) {sign} 0", (str(number),))


def _exact_in_sql(number: int | Decimal) -> int | float | None:
    """Return a number that SQLite compares as exactly as `decimal` does, or None if there is none."""
    # From 2**53 on, the decimal that is printed for a stored float is another integer than its exact value.
    if not -_EXACT < number < _EXACT:
        return None
    if isinstance(number, int):
        return number
    near = float(number)
    return near if Decimal(repr(near)) == number else None


def _is_in(field: _Field, literals: list[LiteralValue]) -> SqlExpression:
    """Look a field up in a list: plain texts and numbers at once, which can use an index, all others one by one."""
    texts: list[str] = []
    numbers: list[int | float] = []
    parts: list[SqlExpression] = []
    for literal in literals:
        exact = _exact_in_sql(literal.number) if literal.kind == "number" and literal.number is not None else None
        if literal.kind == "null":
            parts.append(SqlExpression(f"({field.value}) IS NULL"))
        elif exact is not None:
            numbers.append(exact)
        elif literal.text is not None and literal.number is None and literal.timestamp is None:
            texts.append(_bindable(literal.text))
        else:
            parts.append(_compare(field, literal, frozenset((0,))))
    if texts:
        parts.append(SqlExpression(f"({field.text}) IN ({_placeholders(texts)})", tuple(texts)))
    if numbers:
        parts.append(SqlExpression(f"({field.number}) IN ({_placeholders(numbers)})", tuple(numbers)))
    return _join("OR", parts, "0")


def _placeholders(values: list[str] | list[int | float]) -> str:
    return ", ".join("?" * len(values))


def _test_text(field: _Field, test: TextTest, operand: str) -> SqlExpression:
    return SqlExpression(*test.sql(field.text, operand))


def _bindable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LiteralError("half of a surrogate pair is no text that a document can contain") from None
    return text


def _join(word: str, parts: Iterable[SqlExpression], empty: str) -> SqlExpression:
    """Join expressions as a balanced tree, because SQLite refuses expressions that are nested a thousand deep."""
    pending = list(parts)
    if not pending:
        return SqlExpression(empty)
    parameters = tuple([value for part in pending for value in part.parameters])
    texts = [part.text for part in pending]
    while len(texts) > 1:
        paired = [f"({' '.join((texts[at], word, texts[at + 1]))})" for at in range(0, len(texts) - 1, 2)]
        texts = [*paired, *texts[len(texts) - len(texts) % 2 :]]
    return SqlExpression(texts[0], parameters)
