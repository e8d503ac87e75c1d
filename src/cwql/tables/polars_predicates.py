"""Expressions of polars as predicates about one table, for `cwql.semantics.weaken`: `read_predicate`.

polars writes an expression as JSON. Its form is not a promise of polars, so anything unexpected is `UNKNOWN`, and every predicate is
evaluated again by polars itself.
"""

from __future__ import annotations

import io
import json
import re
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from cwql.semantics.column_predicate import UNKNOWN, AllOf, AnyOf, ColumnTest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.semantics.column_predicate import Predicate, Relation
    from cwql.tables.columns import Shape

__all__ = ["read_predicate"]

NEVER = AnyOf(())

_COMPARISONS: Mapping[str, tuple[Relation, Relation, Relation]] = {
    "Eq": ("=", "!=", "="),
    "NotEq": ("!=", "=", "!="),
    "Lt": ("<", ">=", ">"),
    "LtEq": ("<=", ">", ">="),
    "Gt": (">", "<=", "<"),
    "GtEq": (">=", "<", "<="),
}
"""For each comparison: its relation, its negation, and the relation with the sides exchanged."""

_SWAPPED: Mapping[Relation, Relation] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_BOUNDS: Mapping[str, tuple[Relation, Relation]] = {
    "Both": (">=", "<="),
    "Left": (">=", "<"),
    "Right": (">", "<="),
    "None": (">", "<"),
}

_OPPOSITE: Mapping[Relation, Relation] = {">=": "<", "<=": ">", "<": ">=", ">": "<="}

_VALUES: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "enum": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "datetime": datetime,
    "date": date,
}

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$#&~\s]")
"""Characters that have a meaning in regular expressions, or may have one."""


def read_predicate(expression: pl.Expr, shape: Shape) -> Predicate:
    """Return a predicate that is true for every record for which the expression is."""
    try:
        with warnings.catch_warnings():
            # The format is deprecated for storing expressions, which this does not do.
            warnings.simplefilter("ignore")
            tree = json.loads(expression.meta.serialize(format="json"))
        return _Reader(shape).read(tree, True)
    except (pl.exceptions.PolarsError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return UNKNOWN


class _Column:
    """A column of the table, and its shape; `part` is ``date`` or ``year`` for that part of a moment."""

    def __init__(self, path: tuple[str, ...], shape: Shape, part: str = "") -> None:
        self.path = path
        self.shape = shape
        self.part = part


class _Reader:
    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def read(self, node: Any, wanted: bool) -> Predicate:
        """Return when an expression is true, or when it is false."""
        if not isinstance(node, dict) or len(node) != 1:
            return UNKNOWN
        ((name, value),) = node.items()
        if name == "Alias":
            return self.read(value[0], wanted)
        if name == "BinaryExpr":
            return self._binary(value["op"], value["left"], value["right"], wanted)
        if name == "Function":
            return self._function(value["function"], value["input"], wanted)
        if name == "Column":
            return self._flag(node, "=", wanted)
        if name == "Literal":
            found = _value(node)
            return AllOf(()) if found is wanted else NEVER if isinstance(found, bool) or found is None else UNKNOWN
        return UNKNOWN

    def _binary(self, operator: str, left: Any, right: Any, wanted: bool) -> Predicate:
        if operator in ("And", "LogicalAnd", "Or", "LogicalOr"):
            if not (self._is_logical(left) and self._is_logical(right)):
                # Between numbers these operators combine bits.
                return UNKNOWN
            sides = (self.read(left, wanted), self.read(right, wanted))
            return AllOf(sides) if operator.endswith("And") == wanted else AnyOf(sides)
        if operator in ("EqValidity", "NotEqValidity"):
            return self._validity(left, right, (operator == "EqValidity") == wanted)
        if operator not in _COMPARISONS:
            return UNKNOWN
        relation, negation, _ = _COMPARISONS[operator]
        used = relation if wanted else negation
        sides_in_order: tuple[tuple[Any, Any, Relation], ...] = ((left, right, used), (right, left, _SWAPPED[used]))
        for side, other, each in sides_in_order:
            column = self._column(side)
            if column is not None and _is_constant(other):
                return self._test(column, each, _value(other))
        return UNKNOWN

    def _is_logical(self, node: Any) -> bool:
        column = self._column(node)
        if column is not None:
            return column.shape.kind == "boolean"
        return not _is_constant(node) or isinstance(_value(node), bool)

    def _validity(self, left: Any, right: Any, equal: bool) -> Predicate:
        """Comparisons that have a result for null."""
        for side, other in ((left, right), (right, left)):
            column = self._column(side)
            if column is None or column.part or not _is_constant(other):
                continue
            value = _value(other)
            if value is None:
                return ColumnTest(column.path, "null" if equal else "not null")
            test = self._test(column, "=" if equal else "!=", value)
            return test if equal else AnyOf((test, ColumnTest(column.path, "null")))
        return UNKNOWN

    def _test(self, column: _Column, relation: Relation, value: Any) -> Predicate:
        """Return a comparison with a value of the column's own type."""
        if value is None:
            return NEVER
        kind = column.shape.kind
        if column.part:
            return _part_test(column, relation, value)
        if kind == "enum" and relation not in ("=", "!="):
            return AllOf((ColumnTest(column.path, "not null"), UNKNOWN))
        if not _fits(kind, value):
            return UNKNOWN
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
        return ColumnTest(column.path, relation, value)

    def _function(self, function: Any, given: list[Any], wanted: bool) -> Predicate:
        if isinstance(function, str):
            return self._fill(given, wanted) if function == "FillNull" else UNKNOWN
        ((group, what),) = function.items()
        name, options = next(iter(what.items())) if isinstance(what, dict) else (what, {})
        if group == "Boolean":
            return self._boolean(name, options, given, wanted)
        column = self._column(given[0])
        if column is None or column.part:
            return UNKNOWN
        known = ColumnTest(column.path, "not null")
        value = _value(given[1]) if len(given) == 2 and _is_constant(given[1]) else None
        if group == "StringExpr" and isinstance(value, str) and column.shape.kind == "text":
            plain = name in ("StartsWith", "EndsWith") or (
                name == "Contains" and (options.get("literal") or not _SPECIAL.search(value))
            )
            if plain and wanted and value:
                return AllOf((ColumnTest(column.path, "has text", value), UNKNOWN))
            return AllOf((known, UNKNOWN)) if plain else UNKNOWN
        if group == "ListExpr" and name == "Contains" and wanted and value is not None:
            return AllOf((ColumnTest(column.path, "has item", value), UNKNOWN))
        return UNKNOWN

    def _boolean(self, name: str, options: Any, given: list[Any], wanted: bool) -> Predicate:
        if name == "Not":
            return self.read(given[0], not wanted) if self._is_logical(given[0]) else UNKNOWN
        column = self._column(given[0])
        if column is None or column.part:
            return UNKNOWN
        if name in ("IsNull", "IsNotNull"):
            return ColumnTest(column.path, "null" if (name == "IsNull") == wanted else "not null")
        if not all(_is_constant(each) for each in given[1:]):
            return UNKNOWN
        if name == "IsBetween":
            first, second = _BOUNDS[options["closed"]]
            low, high = _value(given[1]), _value(given[2])
            if wanted:
                return AllOf((self._test(column, first, low), self._test(column, second, high)))
            return AnyOf((self._test(column, _OPPOSITE[first], low), self._test(column, _OPPOSITE[second], high)))
        if name == "IsIn":
            return self._is_in(column, _value(given[1]), options.get("nulls_equal") is not False, wanted)
        return UNKNOWN

    def _is_in(self, column: _Column, found: Any, nulls_equal: bool, wanted: bool) -> Predicate:
        if not isinstance(found, (list, pl.Series)):
            return UNKNOWN
        values = [value for value in found if value is not None]
        if nulls_equal and len(values) < len(found):
            return UNKNOWN
        if not all(_fits(column.shape.kind, value) for value in values):
            return UNKNOWN
        values = [value.astimezone(UTC) if isinstance(value, datetime) else value for value in values]
        if wanted:
            return ColumnTest(column.path, "in", tuple(values)) if values else NEVER
        if not values or nulls_equal:
            # Null is in no list then, so that it fulfils the negation.
            return UNKNOWN
        return ColumnTest(column.path, "not in", tuple(values))

    def _fill(self, given: list[Any], wanted: bool) -> Predicate:
        """``fill_null`` of a flag."""
        value = _value(given[1]) if len(given) == 2 and _is_constant(given[1]) else None
        if not isinstance(value, bool):
            return UNKNOWN
        if value is wanted:
            return self._flag(given[0], "not false" if wanted else "not true", None)
        return self._flag(given[0], "=", wanted)

    def _flag(self, node: Any, relation: Relation, value: bool | None) -> Predicate:
        column = self._column(node)
        if column is None or column.shape.kind != "boolean":
            return UNKNOWN
        return ColumnTest(column.path, relation, value)

    def _column(self, node: Any) -> _Column | None:
        """Return the column that an expression is, a member of it, or the date or year of it."""
        if not isinstance(node, dict) or len(node) != 1:
            return None
        ((name, value),) = node.items()
        if name == "Column":
            return _member(_Column((), self._shape), str(value))
        if name == "Cast" and value["dtype"] == {"Literal": "Date"}:
            return _moment_part(self._column(value["expr"]), "date")
        if name != "Function" or len(value["input"]) != 1 or not isinstance(value["function"], dict):
            return None
        ((group, what),) = value["function"].items()
        inner = self._column(value["input"][0])
        if group == "StructExpr" and isinstance(what, dict) and "FieldByName" in what:
            return _member(inner, str(what["FieldByName"]))
        if group == "TemporalExpr" and what in ("Date", "Year"):
            return _moment_part(inner, what.lower())
        return None


def _member(column: _Column | None, name: str) -> _Column | None:
    if column is None or column.part or column.shape.kind != "record":
        return None
    found = dict(column.shape.members).get(name)
    return _Column((*column.path, name), found) if found is not None else None


def _moment_part(column: _Column | None, part: str) -> _Column | None:
    if column is None or column.part or column.shape.kind != "datetime":
        return None
    return _Column(column.path, column.shape, part)


def _part_test(column: _Column, relation: Relation, value: Any) -> Predicate:
    """Return the moments whose date or year, in UTC, fulfils a comparison."""
    bounds = _first_moments(column.part, value)
    if bounds is None:
        return AllOf((ColumnTest(column.path, "not null"), UNKNOWN))
    start, end = (ColumnTest(column.path, ">=", bounds[0]), ColumnTest(column.path, "<", bounds[1]))
    before, after = (ColumnTest(column.path, "<", bounds[0]), ColumnTest(column.path, ">=", bounds[1]))
    tests: Mapping[str, Predicate] = {
        "=": AllOf((start, end)),
        "!=": AnyOf((before, after)),
        "<": before,
        "<=": end,
        ">": after,
        ">=": start,
    }
    return tests[relation]


def _first_moments(part: str, value: Any) -> tuple[datetime, datetime] | None:
    """Return the first moment of a date or year, and that of the next one."""
    try:
        if part == "date" and isinstance(value, date) and not isinstance(value, datetime):
            start = datetime(value.year, value.month, value.day, tzinfo=UTC)
            return start, start + timedelta(days=1)
        if part == "year" and isinstance(value, int):
            return datetime(value, 1, 1, tzinfo=UTC), datetime(value + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    return None


def _fits(kind: str, value: Any) -> bool:
    types = _VALUES.get(kind)
    if types is None or not isinstance(value, types):
        return False
    if isinstance(value, bool) != (kind == "boolean"):
        return False
    if isinstance(value, datetime):
        return kind == "datetime" and value.tzinfo is not None
    return value == value  # not NaN


def _is_constant(node: Any) -> bool:
    """Return whether an expression is a literal."""
    if not isinstance(node, dict):
        return False
    return "Literal" in node or ("Alias" in node and _is_constant(node["Alias"][0]))


def _value(node: Any) -> Any:
    """Return the value of a constant, as polars evaluates it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expression = pl.Expr.deserialize(io.StringIO(json.dumps(node)), format="json")
    return pl.select(expression.alias("value"))["value"][0]
