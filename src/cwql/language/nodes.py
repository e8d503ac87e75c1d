"""The one tree that parser, builder and templates make and that printer, checker and evaluators walk.

::

    Expr = Comparison | And | Or | Constant
    OrderBy = Order, ...        FieldList = Path, ...

There is no node for parentheses (And and Or are n-ary and nested only where they alternate) and none for ``not`` (every
operator has a negation, so `negate` pushes it inward). Trees are at most `DEPTH_LIMIT` levels deep, so that recursion over
one cannot overflow. Equality and hash look at what a tree says, never at where it stood; values count with their type:
``1``, ``True`` and ``Decimal(1)`` differ.
"""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.language.operators import Operator
from cwql.source import Span
from cwql.value import Value, assign, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from decimal import Decimal
    from typing import Any, ClassVar, NoReturn, Self, TypeAlias

    Scalar: TypeAlias = str | int | bool | Decimal | date | datetime | None
    ComparisonValue: TypeAlias = Scalar | tuple[Scalar, ...]

NESTING_LIMIT = 100
"""How deep parentheses may be nested in a text."""

DEPTH_LIMIT = NESTING_LIMIT + 1
"""How many levels of And and Or a tree may have: one more than the parentheses that print them."""


class Path(Value):
    """Name a field by its segments, in the API's spelling: ``Path(("company", "identifier"))``."""

    segments: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.segments)

    def __repr__(self) -> str:
        return f"Path({str(self)!r})"


class Node(Value):
    """Combine with ``&``, ``|`` and ``~``; refuse to be a truth value."""

    def __and__(self, other: Expr) -> Expr:
        return conjunction((self, _operand(other)))  # type: ignore[arg-type]

    def __or__(self, other: Expr) -> Expr:
        return disjunction((self, _operand(other)))  # type: ignore[arg-type]

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> Expr:
        return negate(self)  # type: ignore[arg-type]

    def __bool__(self) -> NoReturn:
        raise ExpressionError(
            "a condition has no truth value in Python: join conditions with & and |, negate with ~ (not `and`, `or`, `not`), "
            "write `x.in_([...])` instead of `in`, and `(low < x) & (x < high)` or `x.between(low, high)` instead of "
            "`low < x < high`"
        )


class Comparison(Node):
    """Compare the field at `path` by `operator` with `value` (a tuple of values for ``in`` and ``not in``)."""

    path: Path
    operator: Operator
    value: ComparisonValue
    _start: int = field(default=-1, compare=False)
    _end: int = field(default=-1, compare=False)
    depth: ClassVar[int] = 0
    """A comparison is a leaf."""

    def __init__(self, path: Path, operator: Operator, value: ComparisonValue, span: Span | None = None) -> None:
        assign(self, "path", path)
        assign(self, "operator", operator)
        assign(self, "value", value)
        assign(self, "_start", -1 if span is None else span.start)
        assign(self, "_end", -1 if span is None else span.end)

    @property
    def span(self) -> Span | None:
        """Return where the comparison stood in its text, or None for a built one."""
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


class Constant(Node):
    """Hold for every record, or for none: what an empty list or a contradiction folds to. No text can say it."""

    value: bool
    depth: ClassVar[int] = 0
    """A constant is a leaf."""

    @property
    def span(self) -> Span | None:
        """Return None: a constant stands in no text."""
        return None


class Junction(Node):
    """Join two or more items, none of which is a junction of the same kind."""

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

    def __replace__(self, **changes: Any) -> Self:
        return type(self)(**{"items": self.items} | changes)

    @property
    def span(self) -> Span | None:
        """Return the stretch from the first item that stood in a text to the last one, or None."""
        spans = [span for span in (self.items[0].span, self.items[-1].span) if span is not None]
        return spans[0].cover(spans[-1]) if spans else None


class And(Junction):
    """Hold where every item holds. Made by `conjunction`."""


class Or(Junction):
    """Hold where at least one item holds. Made by `disjunction`."""


if TYPE_CHECKING:
    Expr: TypeAlias = Comparison | And | Or | Constant
else:
    Expr = Node


class Order(Value):
    """One term of a sort order; `start` is the position of its path in the text, or -1."""

    path: Path
    descending: bool = False
    start: int = field(default=-1, compare=False)


class OrderBy(Value):
    """Hold the terms of an ``orderBy`` parameter, the first counting most."""

    terms: tuple[Order, ...]


class FieldList(Value):
    """The paths of a ``fields``, ``expand``, ``includeFields`` or ``excludeFields`` parameter.

    `starts` are the positions of the paths in the text; empty for a list that was not parsed.
    """

    paths: tuple[Path, ...]
    starts: tuple[int, ...] = field(default=(), compare=False)


def conjunction(items: Iterable[Expr]) -> Expr:
    """Join with ``and``: flatten nested conjunctions, unwrap a single item, fold none to true."""
    flat = _flatten(And, items)
    if len(flat) == 1:
        return flat[0]
    return And(tuple(flat)) if flat else Constant(True)


def disjunction(items: Iterable[Expr]) -> Expr:
    """Join with ``or``: flatten nested disjunctions, unwrap a single item, fold none to false."""
    flat = _flatten(Or, items)
    if len(flat) == 1:
        return flat[0]
    return Or(tuple(flat)) if flat else Constant(False)


def negate(expr: Expr) -> Expr:
    """Return the tree that holds where `expr` does not: every operator negated, And and Or exchanged (De Morgan)."""
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


def comparisons(expr: Expr) -> Iterator[Comparison]:
    """Yield the leaves that compare, from left to right."""
    if isinstance(expr, Comparison):
        yield expr
    elif isinstance(expr, Junction):
        for item in expr.items:
            yield from comparisons(item)


def _flatten(kind: type[Junction], items: Iterable[Expr]) -> list[Expr]:
    flat: list[Expr] = []
    for item in items:
        if isinstance(item, kind):
            flat.extend(item.items)
        else:
            flat.append(item)
    return flat


def _operand(other: object) -> Expr:
    """Return the right side of ``&`` or ``|`` where it is a condition, which type checkers see but Python does not."""
    if isinstance(other, Node):
        return other  # type: ignore[return-value]
    raise ExpressionError(
        f"cannot join a condition with {other!r}: expected another condition; comparisons bind weaker than & and | in Python, "
        "so put parentheses around each: (F('a') == 1) & (F('b') == 2)"
    )
