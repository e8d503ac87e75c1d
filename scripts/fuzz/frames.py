"""Compare lazy frames of polars with and without pushdown: ``python -m scripts.fuzz.frames --count 2000 --seed 1``.

Random filters, columns and slices are collected from a scan of a sandbox, and from the whole table: the rows have to be the same, in
the same order. A failure is printed with the options that make it again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from cwql.errors import CwqlError
from cwql.tables.fetch import resource_at
from scripts.fuzz.tables import TABLES, Kind, Table, World, make_world

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[pl.LazyFrame], pl.LazyFrame]

NOW = datetime(2026, 1, 30, 17, tzinfo=UTC)


class Failure(NamedTuple):
    """A query whose rows differ, or that raised an error."""

    number: int
    query: str
    reason: str


class _Maker:
    """Make the query of a seed: a function of a lazy frame, and its text."""

    def __init__(self, world: World, seed: int) -> None:
        self.random = random.Random(seed)
        self.table = self.random.choice(TABLES)
        whole = pl.DataFrame(pl.from_arrow(world.tables[self.table.name]))
        self.whole = whole
        self.columns = [each for each in self.table.columns if "[" not in each.name]

    def query(self) -> tuple[Work, str]:
        """Return a query that any frame of the table can execute."""
        steps: list[Work] = []
        text = ""
        if self.random.random() < 0.1:
            number = self.random.randint(1, 40)
            steps.append(lambda frame: frame.head(number))
            text += f".head({number})"
        for _ in range(self.random.choice([1, 1, 1, 2])):
            predicate = self.predicate(2)
            steps.append(lambda frame, predicate=predicate: frame.filter(predicate))  # type: ignore[misc]
            text += f".filter({predicate})"
        chosen = list(
            dict.fromkeys([self.table.key, *(self._top(each) for each in self.random.sample(self.columns, 2))])
        )
        if self.random.random() < 0.2:
            count = pl.len()
            steps.append(lambda frame: frame.select(count))
            text += ".select(len())"
        else:
            steps.append(lambda frame: frame.select(chosen))
            text += f".select({chosen})"
            if self.random.random() < 0.2:
                offset, length = self.random.randint(0, 5), self.random.randint(1, 9)
                steps.append(lambda frame: frame.slice(offset, length))
                text += f".slice({offset}, {length})"

        def work(frame: pl.LazyFrame) -> pl.LazyFrame:
            for step in steps:
                frame = step(frame)
            return frame

        return work, text

    def _choose(self, expressions: list[pl.Expr]) -> pl.Expr:
        return self.random.choice(expressions)

    def _top(self, column: Kind) -> str:
        return column.name.partition(".")[0]

    def predicate(self, depth: int) -> pl.Expr:
        """Return a predicate about some columns."""
        if depth and self.random.random() < 0.5:
            left, right = self.predicate(depth - 1), self.predicate(depth - 1)
            return self._choose([left & right, left | right, ~left, ~(left & right), ~(left | right)])
        column = self.random.choice(self.columns)
        first, *rest = column.name.split(".")
        expression = pl.col(first)
        for name in rest:
            expression = expression.struct.field(name)
        make: Callable[[pl.Expr, list[Any]], pl.Expr] = {
            "integer": self._number,
            "number": self._number,
            "text": self._text,
            "enum": self._enum,
            "boolean": self._boolean,
            "time": self._time,
            "reference": self._null,
        }[column.kind]
        values = self.whole.select(expression.alias("v"))["v"].drop_nulls().unique(maintain_order=True).to_list()
        return make(expression, values or [None])

    def _null(self, column: pl.Expr, _: list[Any]) -> pl.Expr:
        return self._choose([column.is_null(), column.is_not_null()])

    def _compare(self, column: pl.Expr, value: Any) -> pl.Expr:
        return self._choose(
            [column == value, column != value, column < value, column <= value, column > value, column >= value]
        )

    def _number(self, column: pl.Expr, values: list[Any]) -> pl.Expr:
        known = [each for each in values[:40] if each is not None]
        kind = float if any(isinstance(each, float) for each in known) else int
        value, other = (kind(self.random.choice([*known, 0, -1, 7])) for _ in range(2))
        closed: Any = self.random.choice(["both", "left", "right", "none"])
        return self._choose(
            [
                self._compare(column, value),
                pl.lit(value) < column,
                column.is_between(value, other, closed=closed),
                column.is_in([value, other]),
                ~column.is_in([value, other]),
                column.eq_missing(value),
                column.ne_missing(value),
                column + 1 > value,
                column > 2.5,
                column.cast(pl.Int64) == value,
                self._null(column, values),
            ]
        )

    def _text(self, column: pl.Expr, values: list[Any]) -> pl.Expr:
        value = self.random.choice([*values[:60], "e", "", "E%", "a_b"]) or ""
        part = value[self.random.randint(0, 3) :][:5]
        return self._choose(
            [
                self._compare(column, self.random.choice([value, value.upper(), value.lower()])),
                column.is_in([value, value.upper()]),
                ~column.is_in([value, None]),
                column.is_in([value, None], nulls_equal=True),
                column.is_in(pl.Series([value, "x"]).implode()),
                column.str.contains(part, literal=True),
                ~column.str.contains(part, literal=True),
                column.str.contains("e.?a|x"),
                column.str.starts_with(value[:2]),
                column.str.ends_with(value[-2:]),
                column.str.to_lowercase() == value.lower(),
                column.str.len_chars() > len(value),
                column.eq_missing(value),
                column.ne_missing(value),
                self._null(column, values),
            ]
        )

    def _enum(self, column: pl.Expr, values: list[Any]) -> pl.Expr:
        value = self.random.choice([*values, "Catastrophic", "high"]) or "x"
        text = column.cast(pl.String)
        return self._choose(
            [column == value, column != value, text == value, text.is_in([value, "x"]), self._null(column, values)]
        )

    def _boolean(self, column: pl.Expr, values: list[Any]) -> pl.Expr:
        flag = self.random.random() < 0.5
        return self._choose(
            [
                column,
                ~column,
                column == flag,
                column != flag,
                column.fill_null(flag),
                ~column.fill_null(flag),
                column.eq_missing(flag),
                column.ne_missing(flag),
                column.is_in([flag]),
                self._null(column, values),
            ]
        )

    def _time(self, column: pl.Expr, values: list[Any]) -> pl.Expr:
        value = self.random.choice([*values, NOW]) or NOW
        value += timedelta(microseconds=self.random.choice([0, 0, 500_000, -1]))
        zone = "America/New_York"
        return self._choose(
            [
                self._compare(column, value),
                column.is_between(value - timedelta(days=20), value),
                self._compare(column.dt.date(), value.date()),
                self._compare(column.cast(pl.Date), value.date()),
                self._compare(column.dt.year(), value.year),
                column.dt.convert_time_zone(zone).dt.date() == value.date(),
                column.dt.truncate("1mo") == value.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
                column.is_in([value, NOW]),
                column > pl.lit(value.astimezone()),
                column.eq_missing(value),
                self._null(column, values),
            ]
        )


def compare(world: World, number: int) -> tuple[Counter[str], Failure | None]:
    """Collect the query of a seed both ways."""
    maker = _Maker(world, number)
    work, text = maker.query()
    counts: Counter[str] = Counter(queries=1)
    try:
        expected = work(maker.whole.lazy()).collect()
    except pl.exceptions.PolarsError:
        counts["refused by polars"] += 1
        return counts, None
    world.sent.clear()
    try:
        found = work(_scan(world, maker.table).to_polars()).collect()
    except (pl.exceptions.PolarsError, CwqlError, LookupError, TypeError, ValueError) as error:
        return counts, Failure(number, text, f"{type(error).__name__}: {error}")
    counts["rows"] += len(expected)
    counts["with rows"] += len(expected) > 0
    counts["with conditions"] += any("onditions=" in target or "condition=" in target for target in world.sent)
    mine, theirs = found.rows(), expected.rows()
    if repr(mine) == repr(theirs):
        return counts, None
    return counts, Failure(
        number, f"{maker.table.name}{text}", f"{len(mine)} rows, expected {len(theirs)}\n  {world.sent[:2]}"
    )


def _scan(world: World, table: Table) -> Any:
    product, _, path = table.name.partition(".")
    return resource_at(world.clients[product], path.replace(".", "/")).to_scan()


def main(arguments: list[str] | None = None) -> int:
    """Run the queries of many seeds; return 1 if the rows of one differ."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.frames", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--count", type=int, default=2000, help="how many queries (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first query (default: %(default)s)")
    options = parser.parse_args(arguments)
    total: Counter[str] = Counter()
    failures: list[Failure] = []
    with make_world() as world:
        for number in range(options.seed, options.seed + options.count):
            counts, failure = compare(world, number)
            total += counts
            if failure is not None:
                failures.append(failure)
                print(f"--seed {failure.number} --count 1: {failure.reason}\n  {failure.query}", flush=True)
                if len(failures) >= 20:
                    break
    print(", ".join([f"{value:,} {name}" for name, value in total.items()]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
