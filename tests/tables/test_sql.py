"""SQL over a real server: names, what is sent, the kinds of results, and random queries with and without pushdown."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from cwql import automate, manage
from cwql.tables import Database, SQLError, connect
from cwql.tables.query import read_query
from scripts.fuzz import tables as fuzz
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
        ("select 1 from manage.tickets", "no table manage.tickets"),
        ("select id from tickets t", "no table 'tickets'; did you mean .*'manage.service.tickets'"),
        ("select id from service.tickets", "no table 'tickets'; did you mean 'manage.service.tickets'"),
        ("select id from nosuch", "DuckDB: .*nosuch"),
        ("select dateEntered from manage.service.tickets", "no column 'dateEntered'; did you mean '_info.dateEntered'"),
        ("select t.dateEntered from manage.service.tickets t", "tickets; did you mean '_info.dateEntered'"),
        ("selec 1", "not valid SQL"),
        ("delete from manage.service.tickets", "expected one SELECT"),
        ("select 1; select 2", "expected one SELECT"),
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
        results = [fuzz.compare(world, number) for number in range(60)]
    assert [failure for _, failure in results if failure is not None] == []
    assert sum(counts["with conditions"] for counts, _ in results) > 40
    assert sum(counts["with rows"] for counts, _ in results) > 25
