"""Compare SQL with and without pushdown: ``python -m scripts.fuzz.tables --count 3000 --seed 1``.

Random queries (joins, groups, nulls, patterns, times, lists, negations, nested queries) are executed by `cwql.tables` over a sandbox, and
by DuckDB over the whole tables: the rows have to be the same. Records with difficult values are added to the sandbox first. A failure
is printed with the options that make it again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from cwql import automate, manage
from cwql.errors import CwqlError
from cwql.sandbox import Sandbox
from cwql.tables import fetch
from cwql.tables.database import Database, connect
from cwql.tables.fetch import resource_at
from cwql.tables.query import read_query
from cwql.tables.where_text import freeze_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from cwql.sandbox.server import Size

NOW = datetime(2026, 1, 30, 17, tzinfo=UTC)
LITERAL_NOW = "2026-01-30 17:00:00+00"

NAMES = (
    "eLogic", "ELOGIC", "iMed_Partners", "A_B", "AxB", "100% Sure", "[EXT] Board", "E board", "Star * Corp", "O'Neil 24\" Displays",
    "back\\slash", "Müller", "MULLER", "muller", " blank", "blank ", "12", "true", "2026-01-05", "null", "STRASSE", "Straße",
    "İstanbul", "\u212aelvin",
)  # fmt: skip
"""Texts that languages and collations read in different ways."""


class Kind(NamedTuple):
    """A column and its kind."""

    name: str
    kind: str


class Table(NamedTuple):
    """A table of the API with the columns that queries use."""

    name: str
    columns: tuple[Kind, ...]
    key: str = "id"


TABLES = (
    Table(
        "manage.service.tickets",
        (
            Kind("id", "integer"), Kind("summary", "text"), Kind("board.name", "text"), Kind("board.id", "integer"),
            Kind("status.name", "text"), Kind("company.id", "integer"), Kind("company.identifier", "text"),
            Kind("owner.identifier", "text"), Kind("owner", "reference"), Kind("contact.id", "integer"),
            Kind("closedFlag", "boolean"), Kind("isInSla", "boolean"), Kind("severity", "enum"), Kind("budgetHours", "number"),
            Kind("actualHours", "number"), Kind("_info.lastUpdated", "time"), Kind("_info.dateEntered", "time"),
            Kind("requiredDate", "time"), Kind("closedDate", "time"), Kind("priority.id", "integer"), Kind("resources", "text"),
            Kind("customFields['Reopened']", "custom"), Kind("customFields['Root Cause']", "custom"), Kind("siteName", "text"),
        ),
    ),
    Table(
        "manage.company.companies",
        (
            Kind("id", "integer"), Kind("name", "text"), Kind("identifier", "text"), Kind("city", "text"),
            Kind("status.name", "text"), Kind("territory.name", "text"), Kind("leadFlag", "boolean"), Kind("addressLine1", "text"),
            Kind("_info.lastUpdated", "time"), Kind("dateAcquired", "time"), Kind("customFields['Account Tier']", "custom"),
            Kind("customFields['Seats']", "custom"), Kind("defaultContact", "reference"), Kind("phoneNumber", "text"),
        ),
    ),
    Table(
        "manage.company.contacts",
        (
            Kind("id", "integer"), Kind("firstName", "text"), Kind("lastName", "text"), Kind("company.id", "integer"),
            Kind("inactiveFlag", "boolean"), Kind("company", "reference"), Kind("_info.lastUpdated", "time"), Kind("title", "text"),
        ),
    ),
    Table(
        "manage.time.entries",
        (
            Kind("id", "integer"), Kind("company.id", "integer"), Kind("member.identifier", "text"), Kind("actualHours", "number"),
            Kind("timeStart", "time"), Kind("timeEnd", "time"), Kind("billableOption", "enum"), Kind("notes", "text"),
            Kind("invoice", "reference"), Kind("invoiceFlag", "boolean"), Kind("chargeToId", "integer"), Kind("project", "reference"),
        ),
    ),
    Table(
        "automate.Computers",
        (
            Kind("Id", "text"), Kind("ComputerName", "text"), Kind("Client.Name", "text"), Kind("Type", "text"),
            Kind("Status", "text"), Kind("OperatingSystemName", "text"), Kind("RemoteAgentLastContact", "time"),
            Kind("WarrantyEndDate", "time"), Kind("IsRebootNeeded", "boolean"), Kind("SerialNumber", "text"), Kind("MACAddress", "text"),
        ),
        "Id",
    ),
)  # fmt: skip

JOINS = (
    ("manage.service.tickets", "company.id", "manage.company.companies", "id"),
    ("manage.company.contacts", "company.id", "manage.company.companies", "id"),
    ("manage.time.entries", "company.id", "manage.company.companies", "id"),
    ("manage.service.tickets", "contact.id", "manage.company.contacts", "id"),
    ("manage.time.entries", "chargeToId", "manage.service.tickets", "id"),
)


class Failure(NamedTuple):
    """A query whose rows differ, or that raised an error."""

    number: int
    sql: str
    reason: str


class World:
    """A sandbox with difficult records, its clients, and its whole tables."""

    def __init__(
        self, clients: Mapping[str, Any], database: Database, tables: Mapping[str, pa.Table], sent: list[str]
    ) -> None:
        self.clients = clients
        self.database = database
        self.tables = tables
        self.sent = sent
        self.values = {
            (name, column.name): _values(tables[name], column) for name, columns, _ in TABLES for column in columns
        }

    def expected(self, sql: str) -> pa.Table:
        """Return the rows of a query over the whole tables."""
        query = read_query(freeze_now(sql, LITERAL_NOW))
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for scan in query.scans:
                connection.register(scan.name, self.tables[_table_name(scan.product, scan.path)])
            return connection.sql(query.rewritten()).to_arrow_table()


def _table_name(product: str, path: str) -> str:
    return f"{product}{path.replace('/', '.')}"


def _values(table: pa.Table, column: Kind) -> list[Any]:
    """Return some values of a column."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("t", table)
        cast = "" if column.kind != "time" else "::VARCHAR"
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.sql(
            f"SELECT DISTINCT ({column.name}){cast} AS v FROM t WHERE v IS NOT NULL ORDER BY ALL LIMIT 400"
        )
        return [row[0] for row in rows.fetchall()]


class _Recorder:
    """A transport that notes what it sends."""

    def __init__(self, inner: Any, sent: list[str]) -> None:
        self._inner = inner
        self._sent = sent

    def send(self, request: Any) -> Any:
        self._sent.append(request.target)
        return self._inner.send(request)

    def close(self) -> None:
        self._inner.close()


@contextmanager
def make_world(size: Size = "small") -> Iterator[World]:
    """Yield a world; records are added over the API, as any program could."""
    sent: list[str] = []
    sandbox = Sandbox(size=size, odd_records=True)
    fast: dict[str, Any] = {"requests_per_minute": 1_000_000.0, "burst": 100_000, "transport": sandbox.transport()}
    with (
        manage.Client.from_env(environ=sandbox.environment, **fast) as psa,
        automate.Client.from_env(environ=sandbox.environment, **fast) as rmm,
    ):
        _plant(psa)
        clients = {"manage": psa, "automate": rmm}
        tables = {}
        for table in TABLES:
            product, _, path = table.name.partition(".")
            tables[table.name] = resource_at(clients[product], path.replace(".", "/")).to_scan().to_arrow()
        for client in (psa, rmm):
            client._transport = _Recorder(client._transport, sent)
        with connect(manage=psa, automate=rmm, now=lambda: NOW) as database, _small_pages():
            yield World(clients, database, tables, sent)
    sandbox.close()


@contextmanager
def _small_pages() -> Iterator[None]:
    """Let queries count the records of lists that are as small as those of the sandbox."""
    page = fetch.PAGE
    fetch.PAGE = 5
    try:
        yield
    finally:
        fetch.PAGE = page


def _plant(psa: manage.Client) -> None:
    """Add records with difficult values."""
    for place, name in enumerate(NAMES):
        psa.service.tickets.create(
            {
                "summary": name,
                "board": {"id": 1},
                "company": {"id": 1 + place % 5},
                **({"budgetHours": place / 4} if place % 3 else {}),
                **({"requiredDate": f"2026-01-{1 + place:02}T0{place % 10}:30:00Z"} if place % 2 else {}),
            }
        )
        psa.company.contacts.create(
            {"firstName": name[:30], "lastName": name[::-1][:30], "company": {"id": 1 + place % 5}}
        )


# --- generated queries ---------------------------------------------------------------------------------------------------


class _Maker:
    """Make the query of a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)

    def query(self) -> str:
        return self.random.choice(
            [
                self._plain,
                self._plain,
                self._limited,
                self._group,
                self._count,
                self._join,
                self._join,
                self._nested,
                self._union,
                self._twice,
                self._classes,
            ]
        )()

    def _pick(self) -> Table:
        return self.random.choice(TABLES)

    def _plain(self) -> str:
        table = self._pick()
        columns = self.random.sample(table.columns, 2)
        shown = ", ".join(
            [f"t.{table.key}", *(f"{self._column('t', each)} AS c{place}" for place, each in enumerate(columns))]
        )
        return f"SELECT {shown} FROM {table.name} t WHERE {self.predicate(table, 't')}"

    def _limited(self) -> str:
        table = self._pick()
        orders = [each for each in table.columns if each.kind in ("time", "integer", "text", "number")]
        order = self.random.choice(orders)
        down = self.random.choice(["", " DESC", " DESC NULLS LAST", " NULLS FIRST", " ASC NULLS LAST"])
        offset = self.random.choice(["", "", " OFFSET 3"])
        keys = self.random.choice(
            [f"{self._column('t', order)}{down}, t.{table.key}", f"t.{table.key}", f"t.{table.key} DESC"]
        )
        where = self.random.choice(["", f" WHERE {self.predicate(table, 't')}"])
        # Rows with the same key may come in any order, so only the id of the last ones is compared.
        return f"SELECT t.{table.key} FROM {table.name} t{where} ORDER BY {keys} LIMIT {self.random.randint(1, 12)}{offset}"

    def _group(self) -> str:
        table = self._pick()
        key = self.random.choice(
            [each for each in table.columns if each.kind in ("text", "enum", "boolean", "integer")]
        )
        other = self.random.choice(table.columns)
        having = self.random.choice(["", "", " HAVING count(*) > 1"])
        extra = self.random.choice(
            [
                f"count({self._column('t', other)})",
                f"count(*) FILTER (WHERE {self.predicate(table, 't', 1)})",
                f"min({self._column('t', other)})",
            ]
            if other.kind != "reference"
            else [f"count({self._column('t', other)})"]
        )
        return (
            f"SELECT {self._column('t', key)} AS k, count(*) AS n, {extra} AS x FROM {table.name} t "
            f"WHERE {self.predicate(table, 't')} GROUP BY 1{having}"
        )

    def _count(self) -> str:
        table = self._pick()
        return f"SELECT count(*) AS n FROM {table.name} t WHERE {self.predicate(table, 't')}"

    def _join(self) -> str:
        left, left_key, right, right_key = self.random.choice(JOINS)
        a, b = _find(left), _find(right)
        kind = self.random.choice(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"])
        on = f"a.{left_key} = b.{right_key}"
        if self.random.random() < 0.5:
            on += f" AND {self.predicate(*self.random.choice([(a, 'a'), (b, 'b')]), 1)}"
        sides = [(a, "a")] if kind in ("SEMI JOIN", "ANTI JOIN") else [(a, "a"), (b, "b")]
        terms = [self.predicate(*self.random.choice(sides), 1) for _ in range(self.random.randint(0, 2))]
        if len(sides) > 1 and self.random.random() < 0.3:
            terms.append(f"({self.predicate(a, 'a', 1)} OR {self.predicate(b, 'b', 1)})")
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        shown = f"a.{a.key} AS i" + (f", b.{b.key} AS j" if len(sides) > 1 else "")
        return f"SELECT {shown} FROM {left} a {kind} {right} b ON {on}{where}"

    def _nested(self) -> str:
        left, left_key, right, right_key = self.random.choice(JOINS)
        a, b = _find(left), _find(right)
        form = self.random.randint(0, 3)
        inner = self.predicate(b, "b", 1)
        outer = self.predicate(a, "a", 1)
        if form == 0:
            test = f"a.{left_key} IN (SELECT b.{right_key} FROM {right} b WHERE {inner})"
        elif form == 1:
            test = f"a.{left_key} NOT IN (SELECT b.{right_key} FROM {right} b WHERE {inner})"
        else:
            test = f"{'NOT ' if form == 2 else ''}EXISTS (SELECT 1 FROM {right} b WHERE b.{right_key} = a.{left_key} AND {inner})"
        joiner = self.random.choice(["AND", "AND", "OR"])
        return f"SELECT a.{a.key} FROM {left} a WHERE {test} {joiner} {outer}"

    def _union(self) -> str:
        table = self._pick()
        column = self.random.choice([each for each in table.columns if each.kind == "text"])
        parts = [
            f"SELECT {self._column('t', column)} AS c, t.{table.key} AS i FROM {table.name} t WHERE {self.predicate(table, 't', 1)}"
            for _ in range(2)
        ]
        joined = f" {self.random.choice(['UNION ALL', 'UNION', 'EXCEPT'])} ".join(parts)
        test = self._text("u.c", self.world.values[table.name, column.name])
        return f"SELECT u.c, count(*) AS n FROM ({joined}) u WHERE {test} GROUP BY 1"

    def _twice(self) -> str:
        table = self._pick()
        column = self.random.choice([each for each in table.columns if each.kind == "text"])
        return (
            f"WITH w AS (SELECT {self._column('t', column)} AS c, t.{table.key} AS i FROM {table.name} t WHERE {self.predicate(table, 't', 1)}) "
            f"SELECT w.i FROM w WHERE {self._text('w.c', self.world.values[table.name, column.name])}"
        )

    def _classes(self) -> str:
        """Return a query about the numbers of records in ranges of one column."""
        table = self.random.choice([each for each in TABLES if each.key == "id"])
        column = self.random.choice(
            [each for each in table.columns if each.kind in ("time", "time", "boolean", "integer")]
        )
        name = self._column("t", column)
        terms = [f"NOT {self._column('t', each)}" for each in table.columns if each.kind == "boolean"][:1]
        terms = terms if self.random.random() < 0.3 else []
        if column.kind == "boolean":
            key = self.random.choice([name, f"coalesce({name}, false)", f"CASE WHEN {name} THEN 'a' ELSE 'b' END"])
        elif column.kind == "integer":
            low, high = sorted(self.random.choices(self.world.values[table.name, column.name], k=2))
            terms += self.random.choice([[], [f"{name} IN ({low}, {high}, 3)"], [f"{name} BETWEEN {low} AND {high}"]])
            key = self.random.choice(
                [name, f"CASE WHEN {name} < {low} THEN 1 WHEN {name} <= {high} THEN 2 ELSE 3 END", f"{name} = {high}"]
            )
        else:
            low, high = sorted([f"TIMESTAMPTZ '{self._moment()}'" for _ in range(2)])
            terms += self.random.choice([[], [f"{name} >= {low}"], [f"{name} >= {low}", f"{name} < {high}"]])
            zone = self.random.choice(["", "", " AT TIME ZONE 'America/New_York'", " AT TIME ZONE 'Asia/Kolkata'"])
            unit = self.random.choice(["year", "quarter", "month", "week", "day"])
            key = self.random.choice(
                [
                    f"date_trunc('{unit}', {name}{zone})",
                    f"strftime({name}{zone}, '%Y-%m')",
                    f"year({name}{zone})",
                    f"CAST({name}{zone} AS DATE)",
                    f"CASE WHEN {name} > {high} THEN 'new' WHEN {name} > {low} THEN 'old' ELSE 'older' END",
                    f"date_diff('day', {name}, {high}) > 3",
                    f"{name} IS NULL",
                ]
            )
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        if self.random.random() < 0.3:
            shown = f"count(*) AS n, sum(CASE WHEN {key} IS NULL THEN 1 ELSE 2 END) AS x"
            return f"SELECT {shown} FROM {table.name} t{where}"
        return f"SELECT {key} AS k, count(*) AS n FROM {table.name} t{where} GROUP BY 1"

    def _moment(self) -> str:
        return f"202{self.random.randint(4, 6)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02} {self.random.choice(['00:00:00', '17:30:05', '04:00:00'])}+00"

    # --- predicates ------------------------------------------------------------------------------------------------

    def predicate(self, table: Table, alias: str, depth: int = 2) -> str:
        """Return a predicate about a table."""
        roll = self.random.random()
        if depth and roll < 0.25:
            return f"({self.predicate(table, alias, depth - 1)} AND {self.predicate(table, alias, depth - 1)})"
        if depth and roll < 0.45:
            return f"({self.predicate(table, alias, depth - 1)} OR {self.predicate(table, alias, depth - 1)})"
        if depth and roll < 0.55:
            return f"NOT ({self.predicate(table, alias, depth - 1)})"
        column = self.random.choice(table.columns)
        name = self._column(alias, column)
        values = self.world.values[table.name, column.name]
        test = {
            "text": self._text, "enum": self._enum, "integer": self._number, "number": self._number, "boolean": self._boolean,
            "time": self._time, "reference": self._reference, "custom": self._text,
        }[column.kind](name, values)  # fmt: skip
        if self.random.random() < 0.04:
            return f"({test}) IS {self.random.choice(['', 'NOT '])}{self.random.choice(['TRUE', 'FALSE', 'NULL'])}"
        return test

    def _column(self, alias: str, column: Kind) -> str:
        return f"{alias}.{column.name}"

    def _null(self, name: str) -> str:
        return f"{name} IS {self.random.choice(['', 'NOT '])}NULL"

    def _text(self, name: str, values: list[Any]) -> str:
        value = str(self.random.choice([*values, *NAMES, "x"]))
        quoted = _quote(value)
        start = self.random.randint(0, max(0, len(value) - 1))
        part = value[start : start + self.random.randint(1, 8)]
        changed = self.random.choice([part, part.upper(), part.lower(), part.replace("a", "_").replace("e", "%")])
        several = ", ".join([_quote(str(each)) for each in self.random.choices([*values, *NAMES], k=3)])
        return self.random.choice(
            [
                f"{name} = {quoted}",
                f"{name} {self.random.choice(['<>', '<', '>', '<=', '>='])} {quoted}",
                f"{name} {self.random.choice(['', 'NOT '])}LIKE {_quote(self.random.choice(['%', '']) + changed + '%')}",
                f"{name} {self.random.choice(['', 'NOT '])}ILIKE {_quote('%' + changed + self.random.choice(['%', '']))}",
                f"{name} LIKE {_quote('%' + part.replace('!', '!!').replace('%', '!%').replace('_', '!_') + '%')} ESCAPE '!'",
                f"{name} {self.random.choice(['', 'NOT '])}IN ({several})",
                f"lower({name}) = {_quote(value.lower())}",
                f"trim({name}) = {_quote(value.strip())}",
                f"contains({name}, {_quote(part)})",
                f"starts_with({name}, {_quote(value[:3])})",
                f"length({name}) > {self.random.randint(0, 12)}",
                f"{name} IS {self.random.choice(['', 'NOT '])}DISTINCT FROM {quoted}",
                f"coalesce({name}, '') = {self.random.choice([quoted, chr(39) * 2])}",
                self._null(name),
            ]
        )

    def _enum(self, name: str, values: list[Any]) -> str:
        value = str(self.random.choice([*values, "Catastrophic", "high", "Nonsense"]))
        return self.random.choice(
            [
                f"{name} {self.random.choice(['=', '<>'])} {_quote(value)}",
                f"{name} {self.random.choice(['', 'NOT '])}IN ({_quote(value)}, {_quote(str(self.random.choice(values or ['x'])))})",
                f"{name} LIKE {_quote(value[:2] + '%')}",
                self._null(name),
            ]
        )

    def _number(self, name: str, values: list[Any]) -> str:
        value = self.random.choice([*values[:40], *values[-3:], 0, -1, 2.5, 7])
        other = self.random.choice([*values[:40], 3, 1e6])
        return self.random.choice(
            [
                f"{name} {self.random.choice(['=', '<>', '<', '<=', '>', '>='])} {value}",
                f"{value} {self.random.choice(['=', '<>', '<', '<=', '>', '>='])} {name}",
                f"{name} {self.random.choice(['', 'NOT '])}BETWEEN {value} AND {other}",
                f"{name} {self.random.choice(['', 'NOT '])}IN ({value}, {other}{self.random.choice(['', ', NULL'])})",
                f"{name} IS {self.random.choice(['', 'NOT '])}DISTINCT FROM {value}",
                f"{name} + 1 > {value}",
                f"{name} % 2 = 0",
                self._null(name),
            ]
        )

    def _boolean(self, name: str, _: list[Any]) -> str:
        return self.random.choice(
            [
                name,
                f"NOT {name}",
                f"{name} = {self.random.choice(['TRUE', 'FALSE'])}",
                f"{name} <> TRUE",
                self._null(name),
                f"{name} IS {self.random.choice(['', 'NOT '])}{self.random.choice(['TRUE', 'FALSE'])}",
                f"coalesce({name}, FALSE)",
            ]
        )

    def _time(self, name: str, values: list[Any]) -> str:
        value = self.random.choice([*values, "2026-01-05 12:30:00.5+00"])
        moment = f"TIMESTAMPTZ '{value}'"
        zone = self.random.choice(["UTC", "America/New_York", "Asia/Kolkata"])
        operator = self.random.choice(["<", "<=", ">", ">=", "="])
        return self.random.choice(
            [
                f"{name} {self.random.choice(['=', '<>', '<', '<=', '>', '>='])} {moment}",
                f"{name} {operator} now() - INTERVAL {self.random.randint(1, 400)} DAY",
                f"{name} {self.random.choice(['', 'NOT '])}BETWEEN {moment} - INTERVAL 20 DAY AND {moment}",
                f"CAST({name} AT TIME ZONE '{zone}' AS DATE) {operator} CAST({moment} AS DATE)",
                f"date_trunc('month', {name}) {operator} date_trunc('month', {moment})",
                f"date_diff('day', {name}, {moment}) {operator} {self.random.randint(-3, 40)}",
                f"year({name}) = {str(value)[:4]}",
                f"{name} IN ({moment}, now())",
                f"{name} {operator} '{value}'",
                self._null(name),
            ]
        )

    def _reference(self, name: str, _: list[Any]) -> str:
        return self.random.choice([self._null(name), f"{name}.id IS NULL", f"{name}.id > 3"])


def _find(name: str) -> Table:
    return next(table for table in TABLES if table.name == name)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def compare(world: World, number: int) -> tuple[Counter[str], Failure | None]:
    """Execute the query of a seed both ways."""
    sql = _Maker(world, number).query()
    counts: Counter[str] = Counter(queries=1)
    world.sent.clear()
    try:
        expected = world.expected(sql)
    except duckdb.Error as error:
        counts["refused by DuckDB"] += 1
        return counts, None if "Conversion" in str(error) else Failure(number, sql, f"not executable: {error}")
    try:
        found = world.database.sql(sql).to_arrow()
    except (CwqlError, AssertionError, LookupError, TypeError, ValueError) as error:
        return counts, Failure(number, sql, f"{type(error).__name__}: {error}")
    counts["rows"] += expected.num_rows
    counts["with rows"] += expected.num_rows > 0
    counts["with conditions"] += any("onditions=" in target or "condition=" in target for target in world.sent)
    counts["counted"] += any("/count" in target for target in world.sent)
    ordered = " LIMIT " in sql
    mine, theirs = [[repr(row) for row in table.to_pylist()] for table in (found, expected)]
    if (mine if ordered else sorted(mine)) == (theirs if ordered else sorted(theirs)):
        return counts, None
    missing, wrong = Counter(theirs) - Counter(mine), Counter(mine) - Counter(theirs)
    reason = (
        f"{sum(missing.values())} rows missing, {sum(wrong.values())} too many: {list(missing)[:2]} {list(wrong)[:2]}"
    )
    return counts, Failure(number, sql, f"{reason}\n  {world.sent[:4]}")


def main(arguments: list[str] | None = None) -> int:
    """Run the queries of many seeds; return 1 if the rows of one differ."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.tables", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--count", type=int, default=3000, help="how many queries (default: %(default)s)")
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
                print(f"--seed {failure.number} --count 1: {failure.reason}\n  {failure.sql}", flush=True)
                if len(failures) >= 20:
                    break
    print(", ".join([f"{value:,} {name}" for name, value in total.items()]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
