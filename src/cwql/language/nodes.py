"""The syntax tree that parser, builder and templates make, and that printer, checker and evaluators work on.

::

    Expr = Comparison | And | Or | Constant
    OrderBy = Order, ...        FieldList = Path, ...

Parentheses have no node, because And and Or take any number of items and are nested only where they alternate. ``not`` has
none either: every operator has a negation, so `negate` pushes it inward. A tree has at most `DEPTH_LIMIT` levels, so recursion
over it cannot overflow. Equality and hash ignore positions in a text; values are compared with their type: ``1``, ``True`` and
``Decimal(1)`` differ.
"""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.source import Span, cover
from cwql.value import Value, assign, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime
    from decimal import Decimal
    from typing import Any, ClassVar, Generic, NoReturn, Self, TypeAlias

    from typing_extensions import TypeVar

    from cwql.language.dialects import AnyDialect
    from cwql.language.operators import Operator

    Scalar: TypeAlias = str | int | bool | Decimal | date | datetime | None
    ComparisonValue: TypeAlias = Scalar | tuple[Scalar, ...]

    R = TypeVar("R", contravariant=True, default=Any)

    class About(Generic[R]):
        """A mark for type checkers: what it is the base of is about records of the type R."""

else:

    class About:
        """At run time the record is not kept."""

        __slots__ = ()

        def __class_getitem__(cls, record):
            return cls


NESTING_LIMIT = 100
"""How deep parentheses may be nested in a text."""

DEPTH_LIMIT = NESTING_LIMIT + 1
"""How many levels of And and Or a tree may have: one more than the parentheses around them."""


class Path(Value):
    """The name of a field as segments in the API's spelling: ``Path(("company", "identifier"))``."""

    __module__ = "cwql.ast"

    segments: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.segments)

    def __repr__(self) -> str:
        return f"Path({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Path) and self.segments == other.segments)

    def __hash__(self) -> int:
        return hash(self.segments)


class OwnedPath(Path):
    """A path with the record that it starts at; typed handles make them. It equals a path of the same segments."""

    owner: str = field(default="", compare=False)
    product: str = field(default="", compare=False)


class Condition(Value, About["R"]):
    """A condition on records R: joined by ``&`` and ``|``, negated by ``~``, and never used as a truth value.

    ``Ticket.closedFlag == False`` is a ``Condition[models.Ticket]``, which type checkers accept for lists of tickets only. A
    condition from a text or from `cwql.F` is a ``Condition[Any]``, or plainly `Condition`, which every list accepts. At run
    time the record is not kept.
    """

    __module__ = "cwql"

    _not_a_value: ClassVar[str] = "a condition is not a value; join conditions with & and |"
    """The reason that `cwql.language.values` gives for refusing one."""

    def __and__(self, other: Condition[R], /) -> Condition[R]:
        return conjunction((self, _require_condition(other)))

    def __or__(self, other: Condition[R], /) -> Condition[R]:
        return disjunction((self, _require_condition(other)))

    if TYPE_CHECKING:
        # For a condition on a union of records on the left: the right one fits in it.
        def __rand__(self, other: Condition[R], /) -> Condition[R]: ...
        def __ror__(self, other: Condition[R], /) -> Condition[R]: ...

    else:
        __rand__ = __and__
        __ror__ = __or__

    def __invert__(self) -> Condition[R]:
        return negate(self)

    def __str__(self) -> str:
        try:
            return self.to_text()
        except ValueError:
            # A constant, for example, has no text.
            return repr(self)

    def to_text(self, dialect: AnyDialect = "manage") -> str:
        """Return the canonical text, as `cwql.emit` does. Raises `ConditionError` if the dialect cannot express it."""
        # The printer imports this module, so it is loaded by name when it is needed.
        text: str = __import__(f"{__package__}.printer", fromlist=["emit"]).emit(self, dialect=dialect)
        return text

    def __bool__(self) -> NoReturn:
        raise ExpressionError(
            "a condition has no truth value in Python: join conditions with & and |, negate with ~ (not `and`, `or`, `not`), "
            "write `x.in_([...])` instead of `in`, and `(low < x) & (x < high)` or `x.between(low, high)` instead of "
            "`low < x < high`"
        )


class Comparison(Condition):
    """A comparison of the field at `path` with `value`; ``in`` and ``not in`` take a tuple of values."""

    __module__ = "cwql.ast"

    path: Path
    operator: Operator
    value: ComparisonValue
    _start: int = field(default=-1, compare=False)
    _end: int = field(default=-1, compare=False)
    depth: ClassVar[int] = 0

    def __init__(self, path: Path, operator: Operator, value: ComparisonValue, span: Span | None = None) -> None:
        assign(self, "path", path)
        assign(self, "operator", operator)
        assign(self, "value", value)
        assign(self, "_start", -1 if span is None else span.start)
        assign(self, "_end", -1 if span is None else span.end)

    @property
    def start(self) -> int:
        """Return the start of the span, or -1 if the comparison was not parsed."""
        return self._start

    @property
    def end(self) -> int:
        """Return the end of the span, or -1 if the comparison was not parsed."""
        return self._end

    @property
    def span(self) -> Span | None:
        """Return the position in the text, or None if the comparison was not parsed."""
        return None if self._start < 0 else Span(self._start, self._end)

    @property
    def values(self) -> tuple[Scalar, ...]:
        """Return the value, or the values of a list, as a tuple."""
        return self.value if type(self.value) is tuple else (self.value,)  # type: ignore[return-value]

    def _key(self) -> tuple[object, ...]:
        value = self.value
        if type(value) is tuple:
            return (self.path.segments, self.operator.name, tuple([type(item) for item in value]), value)
        return (self.path.segments, self.operator.name, type(value), value)

    def __replace__(self, **changes: Any) -> Self:
        parts = {"path": self.path, "operator": self.operator, "value": self.value, "span": self.span}
        return type(self)(**parts | changes)


class Constant(Condition):
    """A condition that is true for every record, or for none, such as an empty list. It has no text."""

    __module__ = "cwql.ast"

    value: bool
    depth: ClassVar[int] = 0

    @property
    def span(self) -> Span | None:
        """Return None, because a constant is never parsed."""
        return None


class Junction(Condition):
    """Base of And and Or: two or more items, none of which is a junction of the same kind."""

    items: tuple[Expr, ...]
    depth: int = field(default=0, compare=False)

    def __init__(self, items: tuple[Expr, ...]) -> None:
        depth = 1
        for item in items:
            if item.depth >= depth:
                depth = item.depth + 1
        if depth > DEPTH_LIMIT:
            raise ExpressionError(
                f"a condition of {depth} nested levels of & and | is beyond the limit of {DEPTH_LIMIT}: "
                "join many conditions of one kind in one step, or name a list with in_()"
            )
        assign(self, "items", items)
        assign(self, "depth", depth)

    @property
    def span(self) -> Span | None:
        """Return the span from the first item to the last one, or None if they were not parsed."""
        spans = [span for span in (self.items[0].span, self.items[-1].span) if span is not None]
        return cover(spans[0], spans[-1]) if spans else None

    def __replace__(self, **changes: Any) -> Self:
        return type(self)(**{"items": self.items} | changes)


class And(Junction):
    """True if every item is true. Use `conjunction` to make one."""

    __module__ = "cwql.ast"


class Or(Junction):
    """True if at least one item is true. Use `disjunction` to make one."""

    __module__ = "cwql.ast"


if TYPE_CHECKING:
    Expr: TypeAlias = Comparison | And | Or | Constant
else:
    Expr = Condition


class Order(Value, About["R"]):
    """One term of a sort order; `start` is the position of its path in the text, or -1.

    ``Ticket.id.desc()`` is an ``Order[models.Ticket]``, which type checkers accept for lists of tickets only. A term from a text or
    from `cwql.F` fits every list.
    """

    __module__ = "cwql.ast"

    path: Path
    descending: bool = False
    start: int = field(default=-1, compare=False)


class OrderBy(Value):
    """The terms of an ``orderBy`` parameter, the most significant first."""

    __module__ = "cwql.ast"

    terms: tuple[Order, ...]


class FieldList(Value):
    """The paths of a ``fields``, ``expand``, ``includeFields`` or ``excludeFields`` parameter.

    `starts` are the positions of the paths in the text; it is empty if the list was not parsed.
    """

    __module__ = "cwql.ast"

    paths: tuple[Path, ...]
    starts: tuple[int, ...] = field(default=(), compare=False)


if TYPE_CHECKING:
    Tree: TypeAlias = Condition | OrderBy | FieldList
    """What the text of a query parameter parses to."""


def conjunction(items: Iterable[Condition]) -> Expr:
    """Join with ``and``: nested conjunctions are flattened, a single item is returned as it is, no items make True."""
    return join(And, items)


def disjunction(items: Iterable[Condition]) -> Expr:
    """Join with ``or``: nested disjunctions are flattened, a single item is returned as it is, no items make False."""
    return join(Or, items)


def all_of(*conditions: Condition[R]) -> Condition[R]:
    """Return the condition that matches if all of the given ones match. Raises ExpressionError without any."""
    return conjunction(_require_any("all_of", conditions))


def any_of(*conditions: Condition[R]) -> Condition[R]:
    """Return the condition that matches if one of the given ones matches. Raises ExpressionError without any."""
    return disjunction(_require_any("any_of", conditions))


def _require_any(name: str, conditions: tuple[Condition, ...]) -> list[Expr]:
    if not conditions:
        raise ExpressionError(f"{name}() needs at least one condition; for a list of them write {name}(*conditions)")
    return [_require_condition(condition) for condition in conditions]


def join(kind: type[And | Or], items: Iterable[Condition]) -> Expr:
    """Return the `conjunction` or `disjunction` of the items."""
    flat: list[Expr] = []
    for item in items:
        if isinstance(item, (And, Or)) and type(item) is kind:
            flat += item.items
        else:
            flat.append(item)  # type: ignore[arg-type]  # a condition is one of the four kinds
    if len(flat) > 1:
        return kind(tuple(flat))
    return flat[0] if flat else Constant(kind is And)


def negate(expr: Condition) -> Expr:
    """Return the negation: every operator is negated, And and Or are exchanged (De Morgan)."""
    match expr:
        case Comparison():
            return Comparison(expr.path, expr.operator.negation, expr.value, expr.span)
        case And():
            return disjunction([negate(item) for item in expr.items])
        case Or():
            return conjunction([negate(item) for item in expr.items])
        case Constant():
            return Constant(not expr.value)
    raise ExpressionError(f"cannot negate {expr!r}: expected a condition")


def walk(expr: Condition) -> Iterator[Expr]:
    """Yield a condition and everything in it, depth-first, from left to right."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node  # type: ignore[misc]  # a condition is one of the four kinds
        if isinstance(node, Junction):
            stack += reversed(node.items)


def comparisons(expr: Condition) -> Iterator[Comparison]:
    """Yield the comparisons of a condition from left to right."""
    for node in walk(expr):
        if isinstance(node, Comparison):
            yield node


def paths(tree: Tree) -> list[Path]:
    """Return every path of a condition, a sort order or a list of fields, from left to right."""
    if isinstance(tree, OrderBy):
        return [term.path for term in tree.terms]
    if isinstance(tree, FieldList):
        return list(tree.paths)
    return [comparison.path for comparison in comparisons(tree)]


def map_leaves(expr: Condition, change: Callable[[Comparison | Constant], Condition]) -> Expr:
    """Return the condition with every comparison and constant replaced; junctions are flattened if that nests them."""
    if not isinstance(expr, (And, Or)):
        return change(expr)  # type: ignore[arg-type,return-value]  # a condition is one of the four kinds
    return join(type(expr), [map_leaves(item, change) for item in expr.items])


def _require_condition(other: object) -> Expr:
    if isinstance(other, Condition):
        return other  # type: ignore[return-value]
    raise ExpressionError(
        f"cannot join a condition with {other!r}: expected another condition; comparisons bind weaker than & and | in Python, "
        "so put parentheses around each: (F('a') == 1) & (F('b') == 2)"
    )


# Users know them as names of `cwql`.
all_of.__module__ = "cwql"
any_of.__module__ = "cwql"
