"""Untyped field handles: ``F("company/identifier") == "ACME"`` makes a comparison.

A handle is not a node of the tree. The typed handles of `cwql.manage.fields` are subclasses and check more, in `Field._compare`,
which makes every comparison.
"""

from __future__ import annotations

from cwql.errors import ExpressionError, LiteralError
from cwql.language.names import SEPARATORS, find_fault, shorten, split
from cwql.language.nodes import Comparison, Condition, Constant, Order, OwnedPath, Path, conjunction
from cwql.language.operators import CONTAINS, EQ, GE, GT, IN, LE, LT, NE, NOT_CONTAINS, NOT_IN, TextOperators
from cwql.language.values import to_list, to_scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo
    from typing import ClassVar, Never, NoReturn

    from cwql.language.nodes import Expr, Scalar
    from cwql.language.operators import Operator


_SYNONYMS = {
    "anyof": "in_([...])",
    "ascending": "asc()",
    "descending": "desc()",
    "eq": "==",
    "equals": "==",
    "exact": "==",
    "exists": "is_not_null()",
    "ge": ">=",
    "greaterthan": ">",
    "gt": ">",
    "gte": ">=",
    "icontains": "contains()",
    "iendswith": "endswith()",
    "iexact": "==",
    "ilike": "like()",
    "isempty": "is_null()",
    "isin": "in_([...])",
    "isnone": "is_null()",
    "isnot": "!=",
    "isnotin": "not_in([...])",
    "isnotnone": "is_not_null()",
    "istartswith": "startswith()",
    "le": "<=",
    "lessthan": "<",
    "lt": "<",
    "lte": "<=",
    "matches": "like()",
    "ne": "!=",
    "neq": "!=",
    "noneof": "not_in([...])",
    "notequals": "!=",
    "notilike": "not_like()",
    "notnull": "is_not_null()",
    "of": "value_in(record) of a typed field",
    "oneof": "in_([...])",
    "range": "between(low, high)",
}
"""Names of comparisons in other libraries, without underscores and in lower case."""


class Field(TextOperators):
    """A field to compare: ``F("board/name")``, or ``F("Client.Name")``.

    Values may be whatever `values.to_scalar` takes; `timezone`, a tzinfo or an IANA name, is the zone of naive datetimes. Raises
    `LiteralError` for a name that is not a path and for values that cannot be expressed, and `ExpressionError` for Python syntax
    that cannot be used (``and``, ``in``, ``1 < x < 9``).
    """

    __module__ = "cwql"
    __qualname__ = "F"

    __slots__ = ("_path", "_timezone")
    _not_a_value: ClassVar[str] = "both languages compare a field with a value, never with another field"
    _path: Path
    _timezone: tzinfo | str | None

    def __init__(self, path: str | Path, *, timezone: tzinfo | str | None = None) -> None:
        self._path = to_path(path)
        self._timezone = timezone

    def __repr__(self) -> str:
        return f"F({str(self._path)!r})"

    def __str__(self) -> str:
        return str(self._path)

    # Comparisons

    def __eq__(self, value: object) -> Expr:  # type: ignore[override]
        return self._compare(EQ, value)

    def __ne__(self, value: object) -> Expr:  # type: ignore[override]
        return self._compare(NE, value)

    def __lt__(self, value: object) -> Expr:
        return self._compare(LT, value)

    def __le__(self, value: object) -> Expr:
        return self._compare(LE, value)

    def __gt__(self, value: object) -> Expr:
        return self._compare(GT, value)

    def __ge__(self, value: object) -> Expr:
        return self._compare(GE, value)

    def contains(self, value: object) -> Expr:
        """True if the text contains `value`, or a collection has it as a member."""
        return self._compare(CONTAINS, value)

    def not_contains(self, value: object) -> Expr:
        """True if `contains` is false and the field is not null."""
        return self._compare(NOT_CONTAINS, value)

    def in_(self, values: Iterable[object], *more: Never) -> Expr:
        """True if the field equals one of the values; never, if there are none."""
        if more:
            raise ExpressionError(f"in_ takes one list: write {self!r}.in_([{shorten(values)}, ...])")
        return self._compare(IN, values)

    def not_in(self, values: Iterable[object], *more: Never) -> Expr:
        """True if the field equals none of the values; always, if there are none."""
        if more:
            raise ExpressionError(f"not_in takes one list: write {self!r}.not_in([{shorten(values)}, ...])")
        return self._compare(NOT_IN, values)

    def is_(self, value: bool | None) -> Expr:
        """True if the field is True, False or null: ``== False`` in a form that linters of Python accept."""
        if value is not None and not isinstance(value, bool):
            raise ExpressionError(
                f"{self!r}.is_() takes True, False or None, not {shorten(value)}: write == for any other value"
            )
        return self._compare(EQ, value)

    def is_null(self) -> Expr:
        """True if the field has no value."""
        return self._compare(EQ, None)

    def is_not_null(self) -> Expr:
        """True if the field has a value."""
        return self._compare(NE, None)

    def between(self, low: object, high: object) -> Expr:
        """True from `low` to `high`, both included."""
        return conjunction((self._compare(GE, low), self._compare(LE, high)))

    # Sort terms

    def asc(self) -> Order:
        """Sort by the field in ascending order."""
        return Order(self._path)

    def desc(self) -> Order:
        """Sort by the field in descending order."""
        return Order(self._path, descending=True)

    # Construction of comparisons

    def _compare(self, operator: Operator, value: object) -> Expr:
        """Return one comparison. Every method ends here, so that subclasses can check more."""
        if isinstance(value, Field):
            raise ExpressionError(f"cannot compare {self!r} with {value!r}: {Field._not_a_value}")
        if operator.family == "membership":
            values = self._list(operator, value)
            return Comparison(self._path, operator, values) if values else Constant(operator is NOT_IN)
        if isinstance(value, Condition):
            raise ExpressionError(
                f"cannot compare {self!r} with a condition: comparisons bind weaker than & and | in Python, so put parentheses "
                "around each: (F('a') == 1) & (F('b') == 2)"
            )
        if isinstance(value, (list, tuple, set, frozenset, range)):
            method = {"=": "in_", "!=": "not_in"}.get(operator.name)
            hint = f"write {self!r}.{method}({shorten(value)})" if method else "expected a single value"
            raise ExpressionError(f"cannot compare {self!r} by {operator.name} with a list: {hint}")
        scalar = to_scalar(value, timezone=self._timezone)
        if operator.family == "order" and (scalar is None or isinstance(scalar, bool)):
            raise ExpressionError(
                f"cannot compare {self!r} by {operator.name} with {scalar}: it has no order; use == or !=, is_null() or is_not_null()"
            )
        if operator.family == "text":
            self._check_text(operator, scalar)
        return Comparison(self._path, operator, scalar)

    def _list(self, operator: Operator, values: object) -> tuple[Scalar, ...]:
        method = "not_in" if operator is NOT_IN else "in_"
        try:
            return to_list(values, timezone=self._timezone)  # type: ignore[arg-type]
        except LiteralError as error:
            raise LiteralError(f"{self!r}.{method}(): {error}") from None

    def _check_text(self, operator: Operator, scalar: Scalar) -> None:
        # `contains` is also for members of a collection, such as port numbers: OpenPortsTCP contains 443.
        if isinstance(scalar, str) or (scalar is not None and operator in (CONTAINS, NOT_CONTAINS)):
            return
        raise ExpressionError(
            f"cannot compare {self!r} by {operator.name} with {scalar!r}: expected a str"
            + ("; use is_null() or is_not_null()" if scalar is None else "")
        )

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name):
            """Raise AttributeError with the method or operator that the name means in other libraries."""
            if name[:1] == "_":
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            plain = name.replace("_", "").lower()
            same = [f"{each}()" for each in dir(type(self)) if each[:1] != "_" and each.replace("_", "") == plain]
            means = same[0] if same else _SYNONYMS.get(plain)
            raise AttributeError(f"{self!r} has no method {name!r}{f': write {means}' if means else ''}")

    # Uses that Python would misunderstand

    def __bool__(self) -> NoReturn:
        raise ExpressionError(
            f"{self!r} has no truth value in Python: compare it (== True for a flag), join conditions with & and |, negate with ~ "
            "(not `and`, `or`, `not`)"
        )

    def __contains__(self, value: object) -> bool:
        raise ExpressionError(f"`in` requires a truth value: write {self!r}.contains({shorten(value)})")

    def __iter__(self) -> Iterator[NoReturn]:
        raise ExpressionError(f"{self!r} is a name, not a list of values: it cannot be iterated over")

    def __hash__(self) -> int:
        raise ExpressionError(
            f"{self!r} cannot be in a set or a key, because == makes a condition and cannot compare handles; use str(field)"
        )

    def __and__(self, other: object) -> NoReturn:
        raise ExpressionError(
            f"{self!r} is not a condition: compare it before joining, for example ({self!r} == True) & (...)"
        )

    __rand__ = __or__ = __ror__ = __and__

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __neg__(self) -> NoReturn:
            raise ExpressionError(f"{self!r} has no negative: write {self!r}.desc() for descending order")

    def __invert__(self) -> NoReturn:
        raise ExpressionError(
            f"{self!r} is not a condition: compare it before negating, for example ~({self!r} == True)"
        )


F = Field
"""The short name: ``F("status/name") == "New"``."""


def to_path(name: object) -> Path:
    """Return the path for a name written with ``/`` or ``.``; raise `LiteralError` if it is none."""
    if isinstance(name, OwnedPath):
        # It is valid, and knows its record.
        return name
    if isinstance(name, Path):
        name = "/".join(map(str, name.segments))
    if not isinstance(name, str):
        raise ExpressionError(
            f"cannot use {shorten(name)} as a field name: expected a str such as 'company/identifier'"
        )
    text = str.__str__(name)
    if all(separator in text for separator in SEPARATORS):
        fault: str | None = "it mixes / and ."
    else:
        fault = find_fault(split(text))
    if fault is not None:
        raise LiteralError(f"{shorten(text)} is not a field name: {fault}; write 'company/identifier' or 'Client.Id'")
    return Path(split(text))
