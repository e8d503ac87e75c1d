"""Constants of a query, evaluated by DuckDB: values, and the moments for which a comparison is true."""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

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


MOST_STEPS = 60
"""How many changes of an expression are found."""

_UNITS = frozenset(("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"))

_DATES = (exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day, exp.DayOfWeek, exp.DayOfMonth, exp.DayOfYear)
"""Functions of a date."""

_DATE_FORMAT = re.compile(r"(?:%-?[YyGVmdejbBaAuUwW]|[^%])*")


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
                moment = f"CAST(({text}) AS {_TIMES})"
                value, null = self._row(f"SELECT epoch_us({moment}), {moment} IS NULL")
                # Infinity is a moment of DuckDB that no record has.
                return null or value is not None, None if value is None else _FIRST + timedelta(microseconds=value)
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

    def moments(self, node: exp.Expression, wanted: bool) -> Moments | None:
        """Return the moments for which a comparison of one column is true (or false), or None if nothing is known.

        DuckDB evaluates it for a grid of moments, and for each second next to a change. That is right for functions that only go
        up or only go down, such as a cast to a date, `date_trunc`, `date_diff` with a constant, or another time zone.
        """
        if not _is_monotone(node) or (not wanted and isinstance(node, exp.EQ)):
            return None
        test = f"{_with_variable(node)} IS {'TRUE' if wanted else 'FALSE'}"
        try:
            return self._search(test)
        except duckdb.Error:
            return None

    def steps(self, node: exp.Expression, low: datetime, high: datetime) -> list[datetime] | None:
        """Return the moments between two others at which an expression gets another value, at most `MOST_STEPS`.

        None if they are not known: the expression has to be made of the local date of one column, such as `date_trunc('month', …)`,
        a cast to a date, or `strftime` with a format of dates, so its value changes at most once in half a day.
        """
        if not _is_of_date(node):
            return None
        value = _with_variable(node)
        start, end = math.floor(low.timestamp()), math.ceil(high.timestamp())
        if (end - start) // _STEP > MOST_STEPS * 2 * 366:
            return None
        try:
            coarse = self._changes(value, start, end + _STEP, _STEP)
            if len(coarse) > MOST_STEPS:
                return None
            fine = [self._changes(value, each - _STEP, each, 1) for each in coarse]
        except duckdb.Error:
            return None
        if any(len(found) != 1 for found in fine):
            return None
        return [datetime.fromtimestamp(each, UTC) for (each,) in fine if start < each < end]

    def _changes(self, value: str, start: int, end: int, step: int) -> list[int]:
        """Return the seconds of a grid at which an expression has another value than at the one before."""
        rows = self._connection.execute(
            f"SELECT s FROM (SELECT s, v, lag(v) OVER (ORDER BY s) AS before FROM (SELECT range AS s, {value} AS v FROM "  # noqa: S608
            f"(SELECT range, to_timestamp(range) AS moment FROM range({start}, {end} + 1, {step})))) "
            f"WHERE s > {start} AND v IS DISTINCT FROM before ORDER BY s LIMIT {MOST_STEPS + 1}"
        ).fetchall()
        return [row[0] for row in rows]

    def values(self, node: exp.Expression, values: Sequence[object]) -> list[object] | None:
        """Return the value of an expression of one column for each value of it, or None if DuckDB cannot evaluate it."""
        try:
            found = self._connection.execute(
                f"SELECT {_with_variable(node)} FROM (SELECT unnest(?) AS moment)",  # noqa: S608
                [list(values)],
            ).fetchall()
        except duckdb.Error:
            return None
        return [row[0] for row in found] if len(found) == len(values) else None

    def _search(self, test: str) -> Moments | None:
        start = int(_FIRST.timestamp())
        end = start + _YEARS * 365 * 86_400
        grid = self._true_seconds(test, start, end, _STEP)
        if grid is None:
            return None
        first, last, count = grid
        if first is None or last is None:
            # A range between two points of the grid looks like no range.
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


def _is_monotone(node: exp.Expression) -> bool:
    return all(
        isinstance(each, _MONOTONE) and (not isinstance(each, exp.Anonymous) or each.name.lower() in _FUNCTIONS)
        for each in node.walk()
    )


def _is_of_date(node: exp.Expression) -> bool:
    """Return whether an expression of one column of moments depends only on the date in some time zone."""
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)):
        inner = node.this if str(node.unit).upper() in _UNITS else None
    elif isinstance(node, exp.TimeToStr):
        written = node.args.get("format")
        literal = isinstance(written, exp.Literal) and _DATE_FORMAT.fullmatch(written.name)
        inner = node.this if literal else None
    elif isinstance(node, _DATES) or (isinstance(node, exp.Cast) and node.to.this == exp.DType.DATE):
        inner = node.this
    else:
        return False
    return inner is not None and _is_monotone(inner)


def _with_variable(node: exp.Expression) -> str:
    """Return the SQL of an expression of one column with the column replaced by `moment`."""
    copied = exp.Paren(this=node.copy())
    for each in [found for found in copied.find_all(exp.Column, exp.Dot) if not isinstance(found.parent, exp.Dot)]:
        each.replace(exp.column("moment"))
    return str(copied.sql(dialect="duckdb"))
