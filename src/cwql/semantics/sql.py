"""Conditions as SQL over JSON documents in SQLite: `where`, and `order` for sorting.

A `Layout` says where the text of a document lies, how the API spells a path, and where collections of records lie. What comes out
are expressions over that column with bound parameters, so no text of a condition ever becomes SQL. Fields that are asked for
often may have columns beside the document, which can be indexed: `column_value` says what they hold.

`register` gives a connection the functions that SQLite lacks: Unicode case folding, and the reading of moments and numbers.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cwql.errors import LiteralError
from cwql.language.dialects import dialect as find_dialect
from cwql.language.nodes import Comparison, Constant
from cwql.semantics.meaning import MEANINGS, Operand, fold, plain_number, read_moment, read_number
from cwql.semantics.patterns import Pattern
from cwql.semantics.scopes import All, One, Some, arrange, fold_path

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr, OrderBy
    from cwql.semantics.meaning import Meaning
    from cwql.semantics.scopes import Plan, Prefix

__all__ = ["COLUMN_KINDS", "Fragment", "Layout", "column_value", "order", "register", "where"]

COLUMN_KINDS = ("text", "number", "moment", "sort")
"""What the columns beside a document may hold of a field: its folded text, its number, its moment, what it is sorted by."""

PARAMETERS_LIMIT = 30_000
"""SQLite takes 32,766 bound values in one statement."""

TEXT_LIMIT = 2_000_000
"""How many characters of SQL a condition may become: SQLite takes about 20 bytes of memory for each."""

PATTERN_LIMIT = 40_000
"""SQLite takes 50,000 bytes in a GLOB."""

_EXACT = 2**53
_CACHED_LENGTH = 256
"""Longer texts are folded each time, so that the cache stays small whatever records hold."""
_SIGNS = {
    frozenset((0,)): "=",
    frozenset((-1,)): "<",
    frozenset((-1, 0)): "<=",
    frozenset((1,)): ">",
    frozenset((1, 0)): ">=",
}


class Fragment(NamedTuple):
    """Hold an SQL expression and the values of its parameters, in order."""

    text: str
    parameters: tuple[str | int | float, ...] = ()


class Layout(Protocol):
    """Say how documents lie in a table."""

    def source(self, steps: tuple[str, ...]) -> str:
        """Return the SQL of the JSON text in which a path, as documents spell it, is looked up."""
        ...

    def spell(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        """Return a path as documents write it."""
        ...

    def is_collection(self, prefix: Prefix) -> bool:
        """Tell whether a folded path leads to a collection of records."""
        ...

    def may_be_list(self, segments: tuple[str, ...]) -> bool:
        """Tell whether a list of plain values may stand at the end of a path."""
        ...

    def columns(self, segments: tuple[str, ...]) -> Mapping[str, str]:
        """Return the columns that hold a field beside the document, by kind."""
        ...

    def related(self, prefix: Prefix) -> str | None:
        """Return SQL for the JSON list of a collection that documents do not hold themselves; None for others."""
        ...


def where(expr: Expr, layout: Layout, dialect: str | Dialect = "manage", *, custom: bool = False) -> Fragment:
    """Return the SQL expression that is true for the documents that fulfil a condition.

    With `custom` the condition is one of ``customFieldConditions``. Raises LiteralError for a condition that SQLite cannot take:
    more values than `PARAMETERS_LIMIT`, more SQL than `TEXT_LIMIT`, a pattern beyond `PATTERN_LIMIT`, text that no document can
    hold.
    """
    plan = arrange(expr, layout.is_collection, custom)
    found = _Writer(layout, find_dialect(dialect)).write(plan, {(): _Root(layout)})
    if len(found.parameters) > PARAMETERS_LIMIT:
        raise LiteralError(f"a condition of {len(found.parameters)} values: expected at most {PARAMETERS_LIMIT}")
    if len(found.text) > TEXT_LIMIT:
        raise LiteralError(f"a condition of {len(found.text)} characters of SQL: expected at most {TEXT_LIMIT}")
    return found


def order(terms: OrderBy, layout: Layout) -> str:
    """Return the terms of an ORDER BY: numbers before texts, texts without letter case, moments as moments, null first."""
    written = []
    for term in terms.terms:
        segments = term.path.segments
        scalar = _Root(layout).scalar(layout.spell(segments), layout.columns(segments))
        written.append(f"{scalar.sortable}{' DESC' if term.descending else ''}")
    return ", ".join(written)


def column_value(value: object, kind: str) -> str | int | float | None:
    """Return what a column of a kind (`COLUMN_KINDS`) holds for a value of a document."""
    if isinstance(value, str):
        match kind:
            case "text":
                return fold(value)
            case "moment":
                return read_moment(value)
            case "number":
                return _number_in_sql(value)
        moment = read_moment(value)
        return fold(value) if moment is None else moment
    if isinstance(value, (int, float)) and kind in ("number", "sort"):
        number = plain_number(value)
        return float(number) if isinstance(number, Decimal) else number
    return None


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that fragments call."""
    for name, count, function in (
        ("cwql_fold", 1, _fold),
        ("cwql_moment", 1, read_moment),
        ("cwql_number", 1, _number_in_sql),
        ("cwql_order", 2, _order),
        ("cwql_like", 3, _like),
    ):
        connection.create_function(name, count, function, deterministic=True)


# The functions. They get texts and numbers only: fragments ask for the type first.


def _fold(text: str) -> str:
    return _fold_short(text) if len(text) <= _CACHED_LENGTH else fold(text)


@lru_cache(maxsize=8192)
def _fold_short(text: str) -> str:
    return fold(text)


def _number_in_sql(text: str) -> int | float | None:
    number = read_number(text)
    return float(number) if isinstance(number, Decimal) else number


def _order(value: int | float | None, literal: str) -> int | None:
    number, other = None if value is None else plain_number(value), Decimal(literal)
    return None if number is None else (number > other) - (number < other)


def _like(text: str, pattern: str, dialect: str) -> bool:
    find = _short_pattern if len(pattern) <= _CACHED_LENGTH else _long_pattern
    return find(pattern, dialect).fits(fold(text))


def _pattern(text: str, dialect: str) -> Pattern:
    return Pattern(text, find_dialect(dialect))


# SQLite calls `cwql_like` once per row. A long pattern takes up to a megabyte, so only a few of them are kept.
_short_pattern = lru_cache(maxsize=64)(_pattern)
_long_pattern = lru_cache(maxsize=8)(_pattern)


# Expressions.


class _Scalar(NamedTuple):
    """Hold the SQL of a value and of its JSON type (``text``, ``integer``, ``real``, ``true``, ``false``, ``array``, ``object``)."""

    type: str
    value: str
    columns: Mapping[str, str] = MappingProxyType({})

    @property
    def present(self) -> str:
        """Return the SQL that is true where there is a value, be it a list or an object."""
        return f"({self.value}) IS NOT NULL"

    @property
    def is_text(self) -> str:
        return f"({self.type}) IS 'text'"

    @property
    def text(self) -> str:
        """Return the folded text, null for anything else."""
        return self.columns.get("text") or f"CASE {self.type} WHEN 'text' THEN cwql_fold({self.value}) END"

    @property
    def moment(self) -> str:
        """Return the moment that a text names."""
        return self.columns.get("moment") or f"CASE {self.type} WHEN 'text' THEN cwql_moment({self.value}) END"

    @property
    def number(self) -> str:
        """Return the number, or the one that a text reads as."""
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
        """Return what to sort by."""
        return self.columns.get("sort") or (
            f"CASE {self.type} WHEN 'text' THEN coalesce(cwql_moment({self.value}), cwql_fold({self.value})) "
            f"WHEN 'array' THEN NULL WHEN 'object' THEN NULL ELSE {self.value} END"
        )


class _Document:
    """Write how members of a document are reached; a child of a collection is one too."""

    def __init__(self, value: str, kind: str | None = None) -> None:
        self._value = value
        self._kind = kind

    def scalar(self, steps: tuple[str, ...], columns: Mapping[str, str] = MappingProxyType({})) -> _Scalar:
        """Return what stands at a path; lists and objects have their JSON text as value."""
        path, text = _json_path(steps), self._text(steps)
        type, value = f"json_type({text}, {path})", f"json_extract({text}, {path})"
        if self._kind is None:
            return _Scalar(type, value, columns)
        # A child that is no object has no members.
        type, value = (f"(CASE {self._kind} WHEN 'object' THEN {found} END)" for found in (type, value))
        return _Scalar(type, value)

    def _text(self, steps: tuple[str, ...]) -> str:
        return self._value

    def children(self, steps: tuple[str, ...]) -> str:
        """Return a JSON list of the records at a path: a lone one counts as a list of itself."""
        found = self.scalar(steps)
        return (
            f"CASE {found.type} WHEN 'array' THEN {found.value} WHEN 'object' THEN json_array(json({found.value})) END"
        )


class _Root(_Document):
    """Write how members of a whole record are reached: its text may lie in several places."""

    def __init__(self, layout: Layout) -> None:
        super().__init__("")
        self._layout = layout

    def _text(self, steps: tuple[str, ...]) -> str:
        return self._layout.source(steps)


def _json_path(steps: tuple[str, ...]) -> str:
    # Steps are names of the language: letters, digits and underscores. SQLite only uses an index for a path spelt out.
    for step in steps:
        if not step.replace("_", "a").isalnum():
            raise LiteralError(f"{step!r} is no name of a field")
    return "'$." + ".".join(f'"{step}"' for step in steps) + "'"


class _Writer:
    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self._layout = layout
        self._dialect = dialect
        self._aliases = 0

    def write(self, plan: Plan, bound: dict[Prefix, _Document]) -> Fragment:
        match plan:
            case Comparison():
                return self._comparison(plan, bound)
            case Constant():
                return Fragment("1" if plan.value else "0")
            case All():
                return _join("AND", [self.write(item, bound) for item in plan.items], "1")
            case Some():
                return _join("OR", [self.write(item, bound) for item in plan.items], "0")
            case One():
                return self._one(plan, bound)

    def _one(self, plan: One, bound: dict[Prefix, _Document]) -> Fragment:
        document, steps = self._reach(plan.prefix, bound)
        children = self._layout.related(plan.prefix) or document.children(steps)
        alias = self._alias()
        child = _Document(f"{alias}.value", f"{alias}.type")
        body = self.write(plan.body, {**bound, plan.prefix: child})
        # The outer join makes an empty collection a child of nulls.
        source = f"(SELECT 1) LEFT JOIN json_each({children}) AS {alias}"
        return Fragment(f"EXISTS (SELECT 1 FROM {source} WHERE {body.text})", body.parameters)

    def _alias(self) -> str:
        self._aliases += 1
        return f"c{self._aliases}"

    def _reach(self, path: tuple[str, ...], bound: dict[Prefix, _Document]) -> tuple[_Document, tuple[str, ...]]:
        """Return the deepest document chosen on the way of a path, and the rest of the way, as documents spell it."""
        folded = fold_path(path)
        best: Prefix = ()
        for prefix in bound:
            if len(best) < len(prefix) < len(folded) and folded[: len(prefix)] == prefix:
                best = prefix
        spelled = self._layout.spell(path)
        # An alias may be longer or shorter than what it stands for; none leads through a collection.
        return bound[best], spelled[len(best) :] if best else spelled

    def _comparison(self, comparison: Comparison, bound: dict[Prefix, _Document]) -> Fragment:
        meaning = MEANINGS[comparison.operator]
        operands = [Operand(value) for value in comparison.values]
        nullable = any(operand.kind == "null" for operand in operands)
        document, steps = self._reach(comparison.path.segments, bound)
        scalar = document.scalar(steps, self._layout.columns(comparison.path.segments))
        if nullable and meaning.relation == "order":
            if meaning.signs != {0}:
                return Fragment("0")
            return Fragment(scalar.present if meaning.negated else f"({scalar.value}) IS NULL")
        if nullable and meaning.relation != "in":
            return Fragment("0")
        alone = self._holds(scalar, meaning, operands)
        if not self._layout.may_be_list(comparison.path.segments):
            return alone
        alias = self._alias()
        item = _Scalar(f"{alias}.type", f"{alias}.value")
        is_contains = meaning.relation == "contains"
        inside = _compare(item, operands[0], frozenset((0,))) if is_contains else self._holds(item, meaning, operands)
        many = f"EXISTS (SELECT 1 FROM json_each({scalar.value}) AS {alias} WHERE {inside.text})"
        if is_contains and meaning.negated:
            many = f"NOT {many}"
        text = f"CASE {scalar.type} WHEN 'array' THEN {many} ELSE {alone.text} END"
        return Fragment(text, inside.parameters + alone.parameters)

    def _holds(self, scalar: _Scalar, meaning: Meaning, operands: list[Operand]) -> Fragment:
        positive = self._positive(scalar, meaning, operands)
        if not meaning.negated:
            return positive
        return Fragment(f"({scalar.present} AND NOT ifnull({positive.text}, 0))", positive.parameters)

    def _positive(self, scalar: _Scalar, meaning: Meaning, operands: list[Operand]) -> Fragment:
        match meaning.relation:
            case "order":
                return _compare(scalar, operands[0], meaning.signs)
            case "in":
                return _among(scalar, operands)
            case "contains":
                return _holding(scalar, _bindable(fold(operands[0].part or "")))
            case "startswith":
                return _starting(scalar, _bindable(fold(operands[0].part or "")))
            case "endswith":
                return _ending(scalar, _bindable(fold(operands[0].part or "")))
            case "like":
                return self._like(scalar, _bindable(operands[0].part or ""))

    def _like(self, scalar: _Scalar, text: str) -> Fragment:
        pattern = Pattern(text, self._dialect)
        match pattern.plain:
            case (whole,):
                return Fragment(f"({scalar.text}) = ?", (whole,))
            case (start, ""):
                return _starting(scalar, start)
            case ("", end):
                return _ending(scalar, end)
            case ("", part, ""):
                return _holding(scalar, part)
        glob = pattern.glob
        written = text if glob is None else glob
        if len(written.encode()) > PATTERN_LIMIT:
            raise LiteralError(f"a pattern of {len(written)} characters: expected at most {PATTERN_LIMIT} bytes")
        if glob is None:
            called = f"CASE {scalar.type} WHEN 'text' THEN cwql_like({scalar.value}, ?, ?) END"
            return Fragment(called, (text, self._dialect.name))
        return Fragment(f"({scalar.text}) GLOB ?", (glob,))


def _compare(scalar: _Scalar, operand: Operand, signs: frozenset[int]) -> Fragment:
    """Compare a scalar with a literal: by the type of what is stored, as `cwql.semantics.meaning` has it."""
    sign = _SIGNS[signs]
    match operand.kind:
        case "null":
            return Fragment("0")
        case "number":
            return _compare_number(scalar.number, operand, sign)
        case "moment":
            assert operand.moment is not None
            return Fragment(f"({scalar.moment}) {sign} ?", (operand.moment,))
        case "text":
            pass
    assert operand.text is not None
    as_text = Fragment(f"({scalar.text}) {sign} ?", (_bindable(operand.text),))
    if operand.moment is not None:
        moment = scalar.moment
        # A text beside it is no number, so two ways are enough.
        return Fragment(
            f"CASE WHEN ({moment}) IS NULL THEN {as_text.text} ELSE ({moment}) {sign} ? END",
            (*as_text.parameters, operand.moment),
        )
    if operand.number is not None:
        return _join("OR", [as_text, _compare_number(scalar.pure_number, operand, sign)], "0")
    return as_text


def _compare_number(value: str, operand: Operand, sign: str) -> Fragment:
    number = operand.number
    assert number is not None
    bound = _native(number)
    if bound is not None:
        return Fragment(f"({value}) {sign} ?", (bound,))
    return Fragment(f"cwql_order({value}, ?) {sign} 0", (str(number),))


def _native(number: int | Decimal) -> int | float | None:
    """Return a number that SQLite compares as exactly as `decimal` does, or None where there is none."""
    if isinstance(number, int):
        # Beyond 2**53 a stored float may be printed as another integer than the one it is next to.
        return number if -_EXACT <= number <= _EXACT else None
    if not -_EXACT < number < _EXACT:
        return None
    near = float(number)
    return near if Decimal(repr(near)) == number else None


def _among(scalar: _Scalar, operands: list[Operand]) -> Fragment:
    """Look a scalar up in a list: plain texts and numbers in one go each, which an index serves, others one by one."""
    texts: list[str] = []
    numbers: list[int | float] = []
    parts: list[Fragment] = []
    for operand in operands:
        native = _native(operand.number) if operand.kind == "number" and operand.number is not None else None
        if operand.kind == "null":
            parts.append(Fragment(f"({scalar.value}) IS NULL"))
        elif native is not None:
            numbers.append(native)
        elif operand.kind == "text" and operand.number is None and operand.moment is None:
            texts.append(_bindable(operand.text or ""))
        else:
            parts.append(_compare(scalar, operand, frozenset((0,))))
    if texts:
        parts.append(Fragment(f"({scalar.text}) IN ({_marks(texts)})", tuple(texts)))
    if numbers:
        parts.append(Fragment(f"({scalar.number}) IN ({_marks(numbers)})", tuple(numbers)))
    return _join("OR", parts, "0")


def _marks(values: list[str] | list[int | float]) -> str:
    return ", ".join("?" * len(values))


def _holding(scalar: _Scalar, part: str) -> Fragment:
    if not part:
        return Fragment(scalar.is_text)
    return Fragment(f"instr({scalar.text}, ?) > 0", (part,))


def _starting(scalar: _Scalar, start: str) -> Fragment:
    if not start:
        return Fragment(scalar.is_text)
    text, beyond = scalar.text, _successor(start)
    if beyond is None:
        return Fragment(f"({text}) >= ?", (start,))
    return Fragment(f"(({text}) >= ? AND ({text}) < ?)", (start, beyond))


def _ending(scalar: _Scalar, end: str) -> Fragment:
    if not end:
        return Fragment(scalar.is_text)
    return Fragment(f"substr({scalar.text}, -{len(end)}) = ?", (end,))


def _successor(text: str) -> str | None:
    """Return the least text that comes after every text with that beginning, or None if there is none."""
    while text:
        last = ord(text[-1])
        if last < 0x10FFFF:
            # Half surrogates are no characters of UTF-8, which is what SQLite orders by.
            return text[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        text = text[:-1]
    return None


def _bindable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LiteralError("half a surrogate pair is no text that a document can hold") from None
    return text


def _join(word: str, parts: Iterable[Fragment], empty: str) -> Fragment:
    """Join fragments as a balanced tree: SQLite refuses expressions that are nested a thousand deep."""
    pending = list(parts)
    if not pending:
        return Fragment(empty)
    parameters = tuple([value for part in pending for value in part.parameters])
    texts = [part.text for part in pending]
    while len(texts) > 1:
        paired = [f"({' '.join((texts[at], word, texts[at + 1]))})" for at in range(0, len(texts) - 1, 2)]
        texts = [*paired, *texts[len(texts) - len(texts) % 2 :]]
    return Fragment(texts[0], parameters)
