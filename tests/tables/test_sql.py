"""SQL over a real server: names, what is sent, the kinds of results, and random queries with and without pushdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from cwql import automate, manage
from cwql.sandbox import Sandbox
from cwql.tables import Database, SQLError, connect, fetch
from cwql.tables.query import read_query
from scripts.fuzz import tables as fuzz
from tests.tables.conftest import FAST
from tests.tables.recorder import Recorder


@pytest.fixture(scope="module")
def database(psa: manage.Client, rmm: automate.Client) -> Iterator[Database]:
    with connect(manage=psa, automate=rmm) as database:
        yield database


def test_both_products_in_one_query(database: Database) -> None:
    result = database.sql(
        "select g.id, c.ComputerName from manage.company.configurations g "
        "join automate.Computers c on c.SerialNumber = g.serialNumber order by g.id"
    )
    rows = list(result.rows())
    assert rows
    assert result.count() == len(rows)
    assert result.schema.names == ["id", "ComputerName"]
    assert result.to_polars().collect().height == len(rows)
    assert list(result.to_pandas().columns) == ["id", "ComputerName"]
    assert result.to_arrow_batch_reader().read_all().num_rows == len(rows)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select sumary from manage.service.tickets", "no column 'sumary'; did you mean 'summary'"),
        (
            "select t.company.nam from manage.service.tickets t",
            "no column 'nam' in manage /service/tickets.company; did you mean 'name'",
        ),
        (
            "select 1 from manage.service.tickts",
            "no table manage.service.tickts; did you mean 'manage.service.tickets'",
        ),
        ("select 1 from automate.Computer", "did you mean 'automate.computers'"),
        ("select company_name from manage.service.tickets", "no column 'company_name'; did you mean 'company.name'"),
        ("select t.company/name from manage.service.tickets t", "no column 'name'; did you mean 'company.name'"),
        ("select actualHours/foo from manage.service.tickets", "no column 'foo'"),
        (
            'select id from manage.service.tickets where status.name = "New"',
            r"no column 'New' \(a text is between single quotes, not double ones\)",
        ),
        ('select "sumary" from manage.service.tickets', "no column 'sumary'; did you mean 'summary'"),
        ("select 1 from manage.tickets", "no table manage.tickets"),
        ("select id from tickets t", "no table 'tickets'; did you mean .*'manage.service.tickets'"),
        ("select id from service.tickets", "no table 'service.tickets'; did you mean 'manage.service.tickets'"),
        ("select id from tickts", "no table 'tickts'; did you mean .*'manage.service.tickets'"),
        ("select id from psa.service.tickets", "did you mean 'manage.service.tickets'"),
        ("select id from board", "no table 'board'; did you mean .*'manage.service.boards'"),
        ("select id from nosuch", "no table 'nosuch'; a table is a product and a path"),
        ("show tables", "expected one SELECT statement; `cwql endpoints` lists the tables"),
        ("select dateEntered from manage.service.tickets", "no column 'dateEntered'; did you mean '_info.dateEntered'"),
        ("select t.dateEntered from manage.service.tickets t", "tickets; did you mean '_info.dateEntered'"),
        ("selec 1", "not valid SQL"),
        ("delete from manage.service.tickets", "expected one SELECT"),
        ("select 1; select 2", "expected one SELECT"),
        ("create table x as select id from manage.service.tickets", "`cwql pull` copies lists to a database"),
        ("select * from manage.finance.agreements_additions", "only one for each of finance.agreements"),
        ("select nosuch(id) from manage.service.tickets", "DuckDB: .*nosuch"),
    ],
)
def test_errors(database: Database, sql: str, message: str) -> None:
    with pytest.raises(SQLError, match=message):
        database.sql(sql).to_arrow()


def test_a_table_of_duckdb_may_have_the_name_of_a_list(database: Database) -> None:
    result = database.sql("with tickets as (select 1 as x) select x from tickets")
    assert list(result.rows()) == [{"x": 1}]


def test_error_shows_the_place() -> None:
    with pytest.raises(SQLError) as caught:
        read_query("select id\nfrom manage.service.tickets\nwhere companny.name = 'x'")
    assert str(caught.value).splitlines() == [
        "no column 'companny'; did you mean 'company'? (line 3, column 7)",
        "  where companny.name = 'x'",
        "        ^^^^^^^^",
    ]


def test_a_reference_compared_with_text_is_explained(psa: manage.Client) -> None:
    with (
        connect(manage=psa) as database,
        pytest.raises(SQLError, match=r"compare a member of the record, such as status\.name"),
    ):
        database.sql("select id from manage.service.tickets where status = 'New'").to_arrow()


def test_missing_client_is_named(psa: manage.Client) -> None:
    with connect(manage=psa) as database, pytest.raises(SQLError, match="without automate="):
        database.sql("select 1 from automate.Computers")


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("select id from manage.service.tickets where not closedFlag", ["conditions=closedFlag = false&fields=id"]),
        ("select count(*) from manage.service.tickets where closedFlag", ["/service/tickets/count?conditions=closedFlag = true"]),
        ("select count(*) from manage.service.tickets", ["/service/tickets/count"]),
        ("select count(*) from manage.service.tickets where status.name = 'New'", ['conditions=status/name = "New"&fields=id,status/name']),
        (
            "select t.id from manage.service.tickets t order by t._info.dateEntered desc, t.id limit 3",
            ["orderBy=dateEntered desc, id asc"],
        ),
        ("select id from manage.service.tickets order by summary limit 3", ["fields=id,summary"]),
        ("select id from manage.service.tickets limit 3", ["pageSize=3"]),
        (
            "select c.id from manage.company.contacts c where exists (select 1 from unnest(c.communicationItems) u(i) where u.i.value like '%@x%')",
            ['childConditions=communicationItems/value contains "@x"'],
        ),
        (
            "select id from manage.company.companies where customFields['Account Tier'] = 'Gold'",
            ['customFieldConditions=caption = "Account Tier" and value = "Gold"', "fields=id,customFields/caption,customFields/value"],
        ),
        (
            "select count(*) from manage.service.tickets t where cast(t._info.dateEntered at time zone 'America/New_York' as date) = date '2025-11-02'",
            ["/count?conditions=dateEntered >= [2025-11-02T04:00:00Z] and dateEntered < [2025-11-03T05:00:00Z]"],
        ),
        ("select ComputerName from automate.Computers where Client.Name = 'Globex Health'", ["condition=Client.Name = 'Globex Health'"]),
        ('select name from manage."/service/boards/1/statuses" where inactive', ["/service/boards/1/statuses", "inactive = true"]),
        (
            "select u.name from (select company.name as name from manage.service.tickets) u where u.name = 'Acme Industries'",
            ['conditions=company/name = "Acme Industries"'],
        ),
    ],
)  # fmt: skip
def test_what_is_sent(database: Database, psa: manage.Client, rmm: automate.Client, sql: str, sent: list[str]) -> None:
    recorders = [Recorder.on(psa), Recorder.on(rmm)]
    try:
        database.sql(sql).to_arrow()
    finally:
        psa._transport, rmm._transport = (recorder.inner for recorder in recorders)
    (target,) = [unquote(target) for recorder in recorders for target in recorder.targets]
    for part in sent:
        assert part in target


def test_smaller_side_limits_the_larger_one(database: Database, psa: manage.Client) -> None:
    recorder = Recorder.on(psa)
    try:
        database.sql(
            "select t.id from manage.service.tickets t join manage.company.companies c on c.id = t.company.id "
            "where c.identifier = 'GlobexHealth'"
        ).to_arrow()
    finally:
        psa._transport = recorder.inner
    first, second = [unquote(target) for target in recorder.targets]
    assert 'identifier = "GlobexHealth"' in first
    assert "company/id = " in second or "company/id in (" in second


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        (
            "t.company.id in (select c.id from manage.company.companies c where c.identifier = 'GlobexHealth')",
            "company/id in (3)",
        ),
        (
            "exists (select 1 from manage.company.companies c where c.id = t.company.id and c.identifier = 'GlobexHealth')",
            "company/id in (3)",
        ),
        ("t.id in (select e.chargeToId from manage.time.entries e where e.actualHours > 0 group by 1)", "id in ("),
    ],
)
def test_query_in_where_limits_the_table(database: Database, psa: manage.Client, where: str, sent: str) -> None:
    recorder = Recorder.on(psa)
    try:
        found = database.sql(f"select t.id from manage.service.tickets t where {where} order by 1").to_arrow()
    finally:
        psa._transport = recorder.inner
    (last,) = [unquote(target) for target in recorder.targets if "/service/tickets" in target]
    assert sent in last
    assert found.num_rows > 0


@pytest.mark.parametrize(
    "where",
    [
        "t.company.id not in (select c.id from manage.company.companies c where c.identifier = 'GlobexHealth')",
        "not exists (select 1 from manage.company.companies c where c.id = t.company.id and c.identifier = 'GlobexHealth')",
        "t.company.id in (select c.id from manage.company.companies c where c.identifier = 'GlobexHealth') or t.id = 1",
        "t.company.id in (select c.id from manage.company.companies c)",
    ],
)
def test_query_in_where_that_limits_nothing(database: Database, psa: manage.Client, where: str) -> None:
    recorder = Recorder.on(psa)
    try:
        database.sql(f"select t.id from manage.service.tickets t where {where} order by 1").to_arrow()
    finally:
        psa._transport = recorder.inner
    assert not any("conditions" in target for target in recorder.targets if "/service/tickets" in target)


def test_explain(database: Database) -> None:
    text = database.sql(
        "select t.id from manage.service.tickets t join manage.company.companies c on c.id = t.company.id "
        "where c.identifier = 'GlobexHealth' and not t.closedFlag"
    ).explain()
    assert "conditions: closedFlag = false" in text
    assert '  conditions: identifier = "GlobexHealth"\n' in text
    assert "  1 record, 1 page" in text
    assert "again locally" in text


def test_days_are_those_of_the_time_zone(psa: manage.Client) -> None:
    sql = "select cast(t._info.dateEntered as date) as d from manage.service.tickets t where t.id = 1"
    with (
        connect(manage=psa, timezone="Pacific/Kiritimati") as east,
        connect(manage=psa, timezone="Pacific/Niue") as west,
    ):
        assert next(east.sql(sql).rows())["d"] > next(west.sql(sql).rows())["d"]


def test_random_queries_have_the_same_rows_with_and_without_pushdown() -> None:
    with fuzz.make_world() as world:
        results = [fuzz.compare(world, number) for number in range(40)]
    assert [failure for _, failure in results if failure is not None] == []
    assert sum(counts["with conditions"] for counts, _ in results) > 26
    assert sum(counts["with rows"] for counts, _ in results) > 16


TICKETS, COMPANIES, ENTRIES = "manage.service.tickets", "manage.company.companies", "manage.time.entries"


QUERIES = (
    # A named query that is read in two places.
    f"with x as (select id, closedFlag c from {TICKETS}) select a.id from x a join x b on a.id = b.id + 1 where a.c and not b.c",
    f"with x as (select closedFlag c from {TICKETS}) select (select count(*) from x where c), (select count(*) from x where not c)",
    # Joins whose rows depend on all rows of a side, samples, and joins in parentheses.
    f"select p.id, e.id from {COMPANIES} p asof join {ENTRIES} e on e.id <= p.id * 5 where e.billableOption = 'Billable'",
    (
        f"select e.id, t.id from {ENTRIES} e asof join {TICKETS} t on t._info.dateEntered <= e.timeStart join {COMPANIES} b "
        "on b.id = t.company.id and t.closedFlag"
    ),
    f"select p.id, c.id from {COMPANIES} p positional join {COMPANIES} c where c.id > 3",
    f"select count(*) from {TICKETS} tablesample reservoir(5)",
    f"select count(*) = 10 from (select id, closedFlag from {TICKETS} using sample 10 rows) where closedFlag is false",
    f"select t.id, b.id from {TICKETS} t left join ({COMPANIES} b join {ENTRIES} e on e.id = b.id) on b.id = t.company.id",
    (
        f"select b.id from {COMPANIES} b left join ({TICKETS} t left join {ENTRIES} e on e.id = t.id and e.id = 2) "
        "on t.company.id = b.id and e.id is null where t.closedFlag"
    ),
    # Limits, and results of several rows.
    f"select id from {TICKETS} order by id limit 10 percent",
    f"select id from {TICKETS} order by id fetch first 3 rows only",
    f"select product(id::double), geomean(id), fsum(id) from {COMPANIES} limit 1",
    f"select b.id from {COMPANIES} b where exists (select count(*) from {TICKETS} t where t.company.id = b.id and t.id < 0)",
    # Columns without their names.
    f"select columns('^(id|name)$') from {COMPANIES}",
    f"select max(columns('^(id|name)$')) from {COMPANIES}",
    f"select company.* from {TICKETS} where id = 5",
    f"select t.*, b.name from {TICKETS} t join {COMPANIES} b on b.id = t.company.id where t.id = 5",
    # Moments that no record has.
    f"select id from {TICKETS} where requiredDate < 'infinity'",
    f"select id from {TICKETS} where _info.dateEntered not between '-infinity' and '2025-01-01'",
    f"select id from {TICKETS} where requiredDate in ('infinity', '2026-01-05')",
    # One side of an OR is true for nulls.
    f"select id from {TICKETS} where customFields['Root Cause'] like '%a%' or closedFlag is null",
    # DuckDB takes other letters for i, k and s.
    f"select id from {TICKETS} where summary ilike 'istan%' or lower(summary) = 'istanbul'",
    f"select id from {TICKETS} where upper(summary) = 'ISTANBUL' or contains(lower(summary), 'kelvin')",
)


def test_rows_are_those_of_the_whole_tables() -> None:
    with fuzz.make_world() as world:
        for sql in QUERIES:
            found, expected = world.database.sql(sql).to_arrow(), world.expected(sql)
            assert found.column_names == expected.column_names, sql
            assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, expected.to_pylist())), sql


def counted(database: Database, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in database.sql(sql).rows()]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let counting be worth it for the small lists of the sandbox."""
    monkeypatch.setattr(fetch, "PAGE", 5)


MONTHS = (
    "select strftime(t._info.dateEntered, '%Y-%m') as month, count(*) as n from manage.service.tickets t "
    "where t._info.dateEntered >= timestamptz '2025-11-01' and t._info.dateEntered < timestamptz '2026-02-01' "
    "group by 1 order by 1"
)


def test_records_of_months_are_counted(
    database: Database, psa: manage.Client, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psa, "_transport", recorder := Recorder(psa._transport))
    found = counted(database, MONTHS)
    assert len(found) > 1
    # All of them, and every month but the last.
    assert len(recorder.targets) == 3
    assert all("/count?" in target for target in recorder.targets)
    monkeypatch.setattr(fetch, "COUNTS", 0)
    recorder.clear()
    assert counted(database, MONTHS) == found
    assert any("pageSize" in target for target in recorder.targets)


def test_explain_shows_whether_records_are_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "  12 records, 1 page\n" in database.sql(MONTHS).explain()
    monkeypatch.setattr(fetch, "PAGE", 5)
    assert "  12 records, 3 counts by ranges of _info/dateEntered instead of pages\n" in database.sql(MONTHS).explain()


def test_list_is_read_if_records_are_added_between_the_counts(small_pages: None) -> None:
    with Sandbox() as sandbox, manage.Client.from_env(environ=sandbox.environment, **FAST) as own:

        class Adding(Recorder):
            """Add a ticket after the first count."""

            def send(self, request: Any) -> Any:
                response = super().send(request)
                if len(self.targets) == 1:
                    own.service.tickets.create({"summary": "new", "board": {"id": 1}, "company": {"id": 1}})
                return response

        recorder = Adding.on(own)
        with connect(manage=own) as database:
            found = counted(database, "select t.closedFlag, count(*) from manage.service.tickets t group by 1")
        assert sorted(found) == [(False, 17), (True, 134)]
        assert sum("/count" in target for target in recorder.targets) == 3
        assert any("pageSize" in target for target in recorder.targets)


@pytest.mark.parametrize(
    ("sql", "lists"),
    [
        # Ages, of which those without a date belong to the last.
        (
            "select t._info.dateEntered > now() - interval 2 year is true, count(*) from manage.service.tickets t group by 1",
            0,
        ),
        ("select count(*) filter (where t.closedFlag), count(*) from manage.service.tickets t", 0),
        ("select t.board.id, count(*) from manage.service.tickets t where t.board.id in (1, 2) group by 1", 0),
        # A day of every month is not a range, two columns have no common classes, and every moment is another one.
        ("select hour(t._info.dateEntered), count(*) from manage.service.tickets t group by 1", 1),
        ("select t.closedFlag, t.board.id, count(*) from manage.service.tickets t group by 1, 2", 1),
        ("select t._info.dateEntered, count(*) from manage.service.tickets t group by 1", 1),
        # The server may compare text in another way.
        ("select t.closedFlag, count(*) from manage.service.tickets t where t.summary like '%a%' group by 1", 1),
    ],
)
def test_records_are_counted_if_all_of_a_class_are_the_same_for_the_query(
    database: Database,
    psa: manage.Client,
    small_pages: None,
    monkeypatch: pytest.MonkeyPatch,
    sql: str,
    lists: int,
) -> None:
    monkeypatch.setattr(psa, "_transport", recorder := Recorder(psa._transport))
    found = counted(database, f"select * from ({sql}) order by all")
    assert sum("pageSize" in target for target in recorder.targets) == lists
    monkeypatch.setattr(fetch, "COUNTS", 0)
    assert counted(database, f"select * from ({sql}) order by all") == found


def test_each_side_of_an_or_requests_its_own_columns(
    database: Database, psa: manage.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psa, "_transport", recorder := Recorder(psa._transport))
    sql = (
        "select c.id from manage.company.contacts c where c.inactiveFlag or exists "
        "(select 1 from unnest(c.communicationItems) u(i) where u.i.value like '%@initech.example') order by c.id"
    )
    found = [each for (each,) in counted(database, sql)]
    assert [fields(target) for target in recorder.targets] == ["id,inactiveFlag", "id,communicationItems/value"]
    assert found == [
        each.id
        for each in psa.company.contacts.list()
        if each.inactiveFlag
        or any((item.value or "").endswith("@initech.example") for item in each.communicationItems or [])
    ]


def fields(target: str) -> str:
    return parse_qs(urlsplit(target).query)["fields"][0]


def test_or_between_two_tables_limits_one_to_ids_of_the_other(
    database: Database, psa: manage.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psa, "_transport", recorder := Recorder(psa._transport))
    sql = (
        "select t.id from manage.service.tickets t join manage.company.companies c on c.id = t.company.id "
        "where t.priority.id = 1 or c.name = 'Globex Health' order by t.id"
    )
    found = [each for (each,) in counted(database, sql)]
    assert "priority/id = 1 or company/id in (" in unquote(recorder.targets[1])
    assert found == [
        each.id
        for each in psa.service.tickets.list()
        if (each.priority and each.priority.id == 1) or (each.company and each.company.name == "Globex Health")
    ]
    left = sql.replace(" join", " right join").replace("where", "where t.id is null or")
    assert counted(database, left)


def test_equality_in_an_outer_join_limits_only_the_joined_table(database: Database, psa: manage.Client) -> None:
    sql = (
        "select count(*) from manage.service.tickets t join manage.company.companies c on c.name = 'Globex Health' "
        "left join manage.company.contacts m on t.company.id = c.id and m.id = t.contact.id"
    )
    assert counted(database, sql) == [(psa.service.tickets.count(),)]


def test_current_time_has_whole_seconds(psa: manage.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psa, "_transport", recorder := Recorder(psa._transport))
    with connect(manage=psa, now=lambda: datetime(2026, 1, 30, 17, 0, 0, 250_000, UTC)) as database:
        counted(database, "select count(*) from manage.service.tickets t where t._info.lastUpdated < now()")
    assert "/count?conditions=lastUpdated < [2026-01-30T17:00:00Z]" in unquote(recorder.targets[0])


def test_parallel_is_a_number_from_one(psa: manage.Client) -> None:
    with pytest.raises(ValueError, match="parallel is a number from 1"):
        connect(manage=psa, parallel=0)


@pytest.mark.parametrize(
    "limit",
    [
        "> '9999-12-31 23:59:59+00'",
        ">= '9999-12-31 23:59:59.999999+00'",
        "< '0001-01-01'",
        "< '0001-01-01 00:00:00+14'",
    ],
)
def test_first_and_last_moments(database: Database, limit: str) -> None:
    table = "manage.service.tickets"
    assert database.sql(f"SELECT id FROM {table} WHERE requiredDate {limit}").to_arrow().num_rows == 0
    sides = database.sql(f"SELECT requiredDate {limit} AS late, count(*) AS n FROM {table} GROUP BY 1").to_arrow()
    assert not any(row["late"] for row in sides.to_pylist())


def test_first_rows_need_no_more_than_them(database: Database) -> None:
    table = "manage.service.tickets"
    result = database.sql(f"SELECT id FROM {table} ORDER BY id DESC")
    some = list(result.rows(3))
    assert some == list(result.rows())[:3]
    assert some == list(result.rows(3))
    many = database.sql(f"SELECT a.id FROM {table} a, {table} b, {table} c, {table} d")
    assert len(list(many.rows(5))) == 5


def test_query_that_takes_too_long_says_so(psa: manage.Client) -> None:
    table = "manage.service.tickets"
    with connect(manage=psa, timeout=0.2) as database, pytest.raises(SQLError, match=r"takes longer than 0\.2 seconds"):
        list(database.sql(f"SELECT sum(a.id) FROM {table} a, {table} b, {table} c, {table} d, {table} e").rows())
