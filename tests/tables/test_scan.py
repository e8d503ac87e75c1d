"""`to_scan` of lists: rows, Arrow data, data frames and counts, from a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import polars as pl
import pytest

from cwql import automate, manage
from cwql.errors import ConditionError, CwqlError, UnknownNameError
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox
from cwql.tables.fetch import resource_at
from scripts.fuzz import frames as fuzz
from scripts.fuzz.tables import make_world
from tests.tables.conftest import FAST
from tests.tables.recorder import Recorder


def test_rows_are_the_records_of_the_list(psa: manage.Client) -> None:
    records = psa.service.tickets.all("closedFlag = false")
    rows = list(psa.service.tickets.to_scan("closedFlag = false").rows())
    assert [each["id"] for each in rows] == [record.id for record in records]
    for record, each in zip(records, rows, strict=True):
        assert each["summary"] == record.summary
        assert record.company is not None
        assert each["company/name"] == record.company.name
        assert isinstance(each["_info/lastUpdated"], datetime)
    assert [each["_mismatches"] for each in rows if each["_mismatches"]] == [
        [{"schema": "Ticket", "member": "budgetHours", "value": '"2,5"'}]
    ]


def test_all_parameters_of_a_list(psa: manage.Client) -> None:
    scan = psa.service.tickets.to_scan(
        Ticket.closedFlag == False,  # noqa: E712
        order_by="id desc",
        fields=[Ticket.summary, Ticket.company.name],
        limit=3,
        page_size=2,
    )
    table = scan.to_arrow()
    assert table.schema.equals(scan.schema)
    assert table.column_names == ["id", "summary", "company", "_mismatches"]
    assert table["id"].to_pylist() == sorted(table["id"].to_pylist(), reverse=True)
    assert table.num_rows == 3
    assert scan.count() == psa.service.tickets.count("closedFlag = false")


def test_pages_are_requested_one_by_one(psa: manage.Client) -> None:
    reader = psa.service.tickets.to_scan(page_size=10).to_arrow_batch_reader()
    assert [reader.read_next_batch().num_rows for _ in range(3)] == [10, 10, 10]


def test_rows_are_flat(psa: manage.Client) -> None:
    scan = psa.service.tickets.to_scan(fields=["id", "contact/name", "customFields"], limit=5)
    rows = list(scan.rows())
    for row in rows:
        assert list(row) == ["id", "contact/name", "customFields", "_mismatches"]
        assert isinstance(row["customFields"]["Root Cause"], str)
    assert list(rows[0]) == list(scan.to_pandas().columns)


def test_custom_fields_need_no_caption_in_the_selection(psa: manage.Client) -> None:
    rows = list(psa.service.tickets.to_scan(fields=["customFields/value"], limit=1).rows())
    assert set(rows[0]["customFields"]) >= {"Root Cause", "Reopened"}


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("sumary", "no column 'sumary' in the records 'Ticket'; did you mean 'summary'?"),
        ("createdDate", "no column 'createdDate' in the records 'Ticket'; did you mean '_info/dateEntered'?"),
        ("company/nme", "no column 'company/nme' in the records 'Ticket'; did you mean 'company/name'?"),
        ("dateEntered", "no column 'dateEntered' in the records 'Ticket'; did you mean '_info/dateEntered'?"),
        ("summary/name", "no column 'summary/name' in the records 'Ticket'; did you mean 'summary'?"),
        ("_info/nme", "no column '_info/nme' in the records 'Ticket'; did you mean '_info/lastUpdated' or"),
        ("configuration/id", "no column 'configuration/id' in the records 'Ticket'"),
    ],
)
def test_name_that_is_no_column_is_refused_before_a_request(psa: manage.Client, field: str, message: str) -> None:
    for on_invalid in ("raise", "warn", "ignore"):
        with pytest.raises(UnknownNameError) as caught:
            psa.service.tickets.to_scan(fields=["id", field], on_invalid=on_invalid)
        assert str(caught.value).startswith(message)


def test_order_by_a_name_that_only_filters_is_no_column(psa: manage.Client) -> None:
    scan = psa.service.tickets.to_scan(fields=["id", "customFields/value"], order_by="dateEntered desc, id", limit=3)
    assert scan.to_polars().head(2).collect().columns == ["id", "customFields", "_mismatches"]


def test_long_conditions_are_divided_and_come_once(psa: manage.Client) -> None:
    everything = [record.id for record in psa.service.tickets.list() if record.id is not None]
    table = psa.service.tickets.to_scan(Ticket.id.in_(everything * 6)).to_arrow()
    assert table["id"].to_pylist() == everything


def test_errors_come_at_once(psa: manage.Client) -> None:
    with pytest.raises(ConditionError, match="summary"):
        psa.service.tickets.to_scan("sumary = 'x'")
    with pytest.raises(UnknownNameError, match="not a list of records"):
        psa.service.tickets(5).to_scan()  # type: ignore[attr-defined]  # checkers report it as well


def test_automate(rmm: automate.Client) -> None:
    table = rmm.computers.to_scan("Status = 'Offline'", fields=["ComputerName", "Client.Name"]).to_arrow()
    assert table.num_rows == rmm.computers.count("Status = 'Offline'") > 0
    assert table["Client"].to_pylist()[0]["Name"]


def test_pandas_has_a_column_for_each_member(psa: manage.Client) -> None:
    frame = psa.service.tickets.to_scan(fields=["summary", "company/name", "_info/lastUpdated"]).to_pandas()
    assert list(frame.columns) == ["id", "summary", "company/name", "_info/lastUpdated", "_mismatches"]
    assert isinstance(frame["_info/lastUpdated"].dtype, pd.DatetimeTZDtype)


def requests(client: manage.Client, work: Callable[[], object]) -> list[str]:
    """Return the targets of the requests that `work` sends with a client."""
    recorder = Recorder.on(client)
    try:
        work()
    finally:
        client._transport = recorder.inner
    return recorder.targets


def test_polars_requests_only_what_is_used(psa: manage.Client) -> None:
    frame = psa.service.tickets.to_scan("closedFlag = false").to_polars()
    assert isinstance(frame, pl.LazyFrame)
    (sent,) = requests(psa, lambda: frame.select("id", "summary").head(3).collect())
    assert "fields=id,summary" in sent
    assert "pageSize=3" in sent
    closed = frame.filter(pl.col("company").struct.field("name") == "Globex Health").select("id").collect()
    expected = psa.service.tickets.all("closedFlag = false and company/name = 'Globex Health'")
    assert closed["id"].to_list() == [record.id for record in expected]
    assert frame.select(pl.len()).collect().item() == psa.service.tickets.count("closedFlag = false")


MOMENT = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("predicate", "condition"),
    [
        (pl.col("id") > 100, "id > 100"),
        (pl.lit(100) < pl.col("id"), "id > 100"),
        (pl.col("id").is_between(5, 9, closed="left"), "id >= 5 and id < 9"),
        (pl.col("id").is_in([3, 4]), "id in (3, 4)"),
        (~pl.col("closedFlag"), "closedFlag = false"),
        (~pl.col("closedFlag").fill_null(False), "closedFlag = false or closedFlag = null"),
        (pl.col("company").struct.field("name") == "Globex Health", 'company/name = "Globex Health"'),
        (pl.col("owner").is_null(), "owner = null"),
        (pl.col("summary").str.contains("Email", literal=True), 'summary contains "Email"'),
        (pl.col("requiredDate") >= MOMENT, "requiredDate >= [2025-03-01T12:00:00Z]"),
        (
            pl.col("requiredDate").dt.date() == MOMENT.date(),
            "requiredDate >= [2025-03-01T00:00:00Z] and requiredDate < [2025-03-02T00:00:00Z]",
        ),
        (pl.col("requiredDate").dt.year() > 2025, "requiredDate >= [2026-01-01T00:00:00Z]"),
        ((pl.col("id") > 5) | ~(pl.col("id") > 3), "id > 5 or id <= 3"),
        (pl.col("id") + 1 > 5, None),
        (pl.col("summary").str.contains("E.?mail"), None),
        (pl.col("summary").str.contains("Email").not_(), None),
        (pl.col("id").map_batches(lambda ids: ids > 5, return_dtype=pl.Boolean), None),
    ],
)
def test_filters_of_polars_become_conditions(psa: manage.Client, predicate: pl.Expr, condition: str | None) -> None:
    frame = psa.service.tickets.to_scan("priority/id != 9").to_polars()
    found: list[pl.DataFrame] = []
    (sent,) = requests(psa, lambda: found.append(frame.filter(predicate).select("id", "summary").collect()))
    conditions = dict(parse_qsl(urlsplit(sent).query))["conditions"]
    if condition is None:
        assert conditions in ("priority/id != 9", "priority/id != 9 and summary != null")
    else:
        assert conditions in (f"priority/id != 9 and {condition}", f"priority/id != 9 and ({condition})")
    assert found[0].equals(frame.collect().filter(predicate).select("id", "summary"))


def test_filters_of_polars_after_a_limit_are_not_sent(psa: manage.Client) -> None:
    frame = psa.service.tickets.to_scan(limit=5).to_polars()
    expected = frame.collect().filter(pl.col("id") > 3)["id"].to_list()
    assert frame.filter(pl.col("id") > 3).collect()["id"].to_list() == expected
    whole = psa.service.tickets.to_scan().to_polars()
    assert whole.head(5).filter(pl.col("id") > 3).collect()["id"].to_list() == expected
    assert requests(psa, lambda: whole.filter(pl.lit(False) & (pl.col("id") > 3)).collect()) == []


def test_random_frames_have_the_same_rows_with_and_without_pushdown() -> None:
    with make_world() as world:
        results = [fuzz.compare(world, number) for number in range(40)]
    assert [failure for _, failure in results if failure is not None] == []
    assert sum(counts["with conditions"] for counts, _ in results) > 16
    assert sum(counts["with rows"] for counts, _ in results) > 16


def test_asynchronous_client(server: Sandbox) -> None:
    async def work() -> None:
        async with manage.AsyncClient.from_env(environ=server.environment, **FAST) as client:
            scan = client.service.tickets.to_scan("closedFlag = false", fields=["id", "summary"], page_size=5)
            rows = [row async for row in scan.rows()]
            table = await scan.to_arrow()
            assert table.to_pylist(maps_as_pydicts="strict") == rows
            assert table.num_rows == await scan.count()
            assert [batch.num_rows async for batch in scan.to_arrow_batches()][:2] == [5, 5]
            assert (await scan.to_polars()).collect().height == len(rows)
            assert len(await scan.to_pandas()) == len(rows)
            assert scan.schema.equals(table.schema)

    asyncio.run(work())


def test_rows_and_counts_need_no_extra(psa: manage.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    expected = list(psa.service.tickets.to_scan("closedFlag = false").rows())
    for name in [name for name in sys.modules if name.startswith("cwql.tables")]:
        monkeypatch.delitem(sys.modules, name)
    for library in ("pyarrow", "msgspec"):
        monkeypatch.setitem(sys.modules, library, None)
    scan = psa.service.tickets.to_scan("closedFlag = false")
    assert list(scan.rows()) == expected
    assert scan.count() == len(expected) > 10
    for use in (scan.to_arrow, scan.to_arrow_batch_reader, scan.to_polars, scan.to_pandas, lambda: scan.schema):
        with pytest.raises(CwqlError, match=r'pip install "cwql\[tables\]"'):
            use()
    with pytest.raises(CwqlError, match=r'pip install "cwql\[tables\]"'):
        from cwql.tables import connect  # noqa: F401


@pytest.fixture
def in_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize(
    "command",
    [
        ("sql", "select 1 as one", "--sandbox"),
        ("pull", "/service/tickets", "--sandbox", "--to", "duckdb:x.db"),
        ("get", "/service/tickets", "--sandbox", "--output-file", "x.parquet"),
        ("get", "/service/tickets", "--sandbox", "--output-file", "x.xlsx"),
    ],
    ids=lambda command: " ".join((command[0], command[-1])),
)
@pytest.mark.parametrize("library", ["pyarrow", "msgspec", "duckdb", "xlsxwriter"])
def test_commands_name_the_extra_that_they_need(
    command: tuple[str, ...],
    library: str,
    in_empty_folder: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import sys

    from cwql.cli import main

    monkeypatch = in_empty_folder
    for name in [name for name in sys.modules if name.startswith(("cwql.tables", library))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    status = main(list(command))
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert status == 0 or 'pip install "cwql[tables]"' in error


def test_missing_dlt_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    import cwql.tables

    monkeypatch.delitem(sys.modules, "cwql.tables.dlt_resources", raising=False)
    monkeypatch.delitem(vars(cwql.tables), "dlt_source", raising=False)
    monkeypatch.setitem(sys.modules, "dlt", None)
    with pytest.raises(CwqlError, match="pip install dlt"):
        _ = cwql.tables.dlt_source


def present(value: object) -> int:
    """Return how many values there are in a record, at any depth, that are not null."""
    if isinstance(value, dict):
        return sum(present(each) for each in value.values())
    if isinstance(value, list):
        return sum(present(each) for each in value)
    return value is not None


@pytest.mark.parametrize(
    "path", ["/service/tickets", "/company/companies", "/company/configurations", "/time/entries", "/system/members"]
)
def test_frame_of_dumped_models_has_all_values(psa: manage.Client, path: str) -> None:
    """The call of the guide: values of custom fields have several types in one list, and become text."""
    records = [each.model_dump() for each in resource_at(psa, path).list()]
    frame = pl.DataFrame(records, strict=False, infer_schema_length=None)
    rows = frame.to_dicts()
    assert [present(row) for row in rows] == [present(record) for record in records]
    assert [row["id"] for row in rows] == [record["id"] for record in records]
