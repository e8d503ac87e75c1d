"""Constants of a query, evaluated by DuckDB: values, and the moments for which a comparison is true."""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from cwql.value import Value

if TYPE_CHECKING:
    from cwql.tables.columns import Kind

__all__ = ["Constants", "Moments"]

_TIMES = "TIMESTAMPTZ"

_MONOTONE = (
    exp.Cast, exp.AtTimeZone, exp.TimestampTrunc, exp.DateTrunc, exp.Paren, exp.Interval, exp.Literal, exp.Var, exp.DataType,
    exp.Column, exp.Identifier, exp.Add, exp.Sub, exp.DateDiff, exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.Dot,
    exp.Anonymous, exp.Neg, exp.TimestampDiff, exp.DType,
)  # fmt: skip
"""What a comparison may be made of, so that it is true in one range of moments: nothing in it goes up and down again."""

_FUNCTIONS = frozenset(("date_diff", "datediff", "date_sub", "datesub", "date_trunc", "datetrunc", "timezone", "year"))

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = 90
_STEP = 12 * 3600


class Moments(Value):
    """A range of moments in whole seconds, `low` included, `high` not; None is no bound."""

    low: datetime | None
    high: datetime | None
    exact: bool
    empty: bool = False


class Constants:
    """Evaluate expressions without columns."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._values: dict[tuple[str, str], tuple[bool, Any]] = {}

    def is_constant(self, node: exp.Expression) -> bool:
        """Return whether an expression contains no column and no query, and always has the same value."""
        return not any(
            isinstance(each, (exp.Column, exp.Star, exp.Query, exp.Rand, exp.Uuid, exp.Parameter, exp.Placeholder))
            for each in node.walk()
        )

    def value(self, node: exp.Expression, kind: Kind | str = "") -> tuple[bool, Any]:
        """Return whether the value is known, and the value, converted as for a comparison with a column of that kind."""
        if not self.is_constant(node):
            return False, None
        text = str(node.sql(dialect="duckdb"))
        key = (text, kind)
        if key not in self._values:
            self._values[key] = self._evaluate(text, kind)
        return self._values[key]

    def _evaluate(self, text: str, kind: str) -> tuple[bool, Any]:
        try:
            if kind == "datetime":
                row = self._row(f"SELECT epoch_us(CAST(({text}) AS {_TIMES}))")
                return True, None if row[0] is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=row[0])
            value, name = self._row(f"SELECT ({text}), typeof({text})")
            if kind in ("integer", "number") and isinstance(value, str):
                value = self._row(f"SELECT CAST(({text}) AS {'BIGINT' if kind == 'integer' else 'DOUBLE'})")[0]
            if kind == "boolean" and isinstance(value, str):
                value = self._row(f"SELECT CAST(({text}) AS BOOLEAN)")[0]
            return name.partition("(")[0] not in ("INTERVAL", "TIME", "BLOB") or kind == "", value
        except (duckdb.Error, OverflowError, ValueError):
            return False, None

    def _row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self._connection.execute(sql).fetchall()
        return tuple(row)

    def moments(self, node: exp.Expression, column: int, wanted: bool) -> Moments | None:
        """Return the moments of a column for which a comparison is true (or false), or None if nothing is known.

        DuckDB evaluates it for a grid of moments, and for each second next to a change. That is right for functions that only go
        up or only go down, such as a cast to a date, `date_trunc`, `date_diff` with a constant, or another time zone.
        """
        for each in node.walk():
            if not isinstance(each, _MONOTONE) or (
                isinstance(each, exp.Anonymous) and each.name.lower() not in _FUNCTIONS
            ):
                return None
        if not wanted and isinstance(node, exp.EQ):
            return None
        test = _with_variable(node, column)
        test = f"({test}) IS {'TRUE' if wanted else 'FALSE'}"
        try:
            return self._search(test)
        except duckdb.Error:
            return None

    def _search(self, test: str) -> Moments | None:
        start = int(_FIRST.timestamp())
        end = start + _YEARS * 365 * 86_400
        grid = self._true_seconds(test, start, end, _STEP)
        if grid is None:
            return None
        first, last, count = grid
        if first is None or last is None:
            # A range between two points of the grid cannot be told from no range.
            return None
        contiguous = (last - first) // _STEP + 1 == count
        low: datetime | None = None
        high: datetime | None = None
        if first > start:
            found = self._true_seconds(test, first - _STEP, first, 1)
            if found is None or found[0] is None:
                return None
            contiguous &= found[2] == first - found[0] + 1
            low = datetime.fromtimestamp(found[0], UTC)
        if last + _STEP <= end:
            found = self._true_seconds(test, last, last + _STEP, 1)
            if found is None or found[1] is None:
                return None
            contiguous &= found[2] == found[1] - last + 1
            high = datetime.fromtimestamp(found[1] + 1, UTC)
        return Moments(low, high, contiguous)

    def _true_seconds(self, test: str, start: int, end: int, step: int) -> tuple[int | None, int | None, int] | None:
        row = self._row(
            f"SELECT min(s), max(s), count(*) FROM (SELECT range AS s, to_timestamp(range) AS moment FROM "  # noqa: S608
            f"range({start}, {end} + 1, {step})) WHERE {test}"
        )
        return row[0], row[1], row[2]


def _with_variable(node: exp.Expression, column: int) -> str:
    """Return the SQL of a comparison with the column replaced by `moment`."""
    if id(node) == column:
        return "moment"
    marked = next(each for each in node.walk() if id(each) == column)
    variable = exp.column("moment")
    parent = marked.parent
    copy_path: list[tuple[str, int | None]] = []
    # The tree of the query must not change, so the same place is replaced in a copy.
    while marked is not node and parent is not None:
        copy_path.append((marked.arg_key, marked.index))
        marked, parent = parent, parent.parent
    copied = node.copy()
    place = copied
    for key, index in reversed(copy_path):
        value = place.args[key]
        place = value[index] if index is not None else value
    place.replace(variable)
    return str(copied.sql(dialect="duckdb"))
