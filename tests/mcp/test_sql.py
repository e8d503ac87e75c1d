"""The tool `sql`: right answers, and no way around the policy, the budget or into files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("duckdb", reason="the extra tables is not installed")
pytest.importorskip("pyarrow", reason="the extra tables is not installed")

from cwql.manage import Client
from cwql.mcp import tools
from cwql.mcp.policy import Policy, read_paths, read_patterns
from tests.mcp.assistant import FAST, connect

if TYPE_CHECKING:
    from pathlib import Path

    from cwql.sandbox import Sandbox
    from tests.mcp.assistant import Assistant

TICKETS = "manage.service.tickets"


def test_groups_and_joins_are_right(assistant: Assistant, sandbox: Sandbox) -> None:
    with Client.from_env(environ=sandbox.environment, **FAST) as psa:
        tickets = psa.service.tickets.all()
        companies = {company.id: company.name for company in psa.company.companies.all()}
    expected: dict[str | None, int] = {}
    for ticket in tickets:
        if not ticket.closedFlag and ticket.company is not None and ticket.company.id is not None:
            name = companies[ticket.company.id]
            expected[name] = expected.get(name, 0) + 1
    found = assistant.ask(
        "sql",
        query=f"select c.name, count(*) as n from {TICKETS} t join manage.company.companies c on c.id = t.company.id "
        "where not t.closedFlag group by 1 order by 1",
    )
    assert {row["name"]: row["n"] for row in found["rows"]} == expected
    assert found["more"] is False


def test_both_products_are_joined(assistant: Assistant) -> None:
    found = assistant.ask(
        "sql",
        query="select k.ComputerName, c.name from automate.Computers k join manage.company.configurations c "
        "on lower(c.serialNumber) = lower(k.SerialNumber) where k.Status = 'Offline' order by 1",
    )
    assert found["rows"]
    assert set(found["rows"][0]) == {"ComputerName", "name"}


def test_records_are_taken_from_the_budget(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(records=200)) as assistant:
        found = assistant.ask("sql", query=f"select board.name, count(*) from {TICKETS} group by 1")
        assert found["records"] == 150
        assert assistant.session.budget.left["records"] == 50
        error = assistant.refusal("sql", query=f"select board.name, count(*) from {TICKETS} group by 1")
        assert error["code"] == "budget"
        assert "150 records" in error["message"]
        assert assistant.ask("sql", query=f"select id from {TICKETS} where id = 7")["rows"] == [{"id": 7}]
        assert assistant.session.budget.left["records"] == 49


def test_requests_are_taken_from_the_budget(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(requests=2)) as assistant:
        assistant.ask("sql", query=f"select id from {TICKETS} where id = 7")
        assert assistant.refusal("sql", query=f"select id from {TICKETS} where id = 7")["code"] == "budget"


def test_an_unknown_table_has_similar_names(assistant: Assistant) -> None:
    error = assistant.refusal("sql", query="select * from tickets")
    assert error["message"] == "no table 'tickets'"
    assert "manage.service.tickets" in error["hint"]
    assert assistant.refusal("sql", query="select 1")["hint"] == "name a list, such as manage.service.tickets"


@pytest.mark.parametrize(
    "table",
    [
        "'/etc/hostname'",
        '"/etc/hostname"',
        "'http://127.0.0.1:1/x.csv'",
        "information_schema.tables",
        "temp.x",
        "client",
    ],
)
def test_what_is_no_list_of_the_api_is_an_unknown_table(assistant: Assistant, table: str) -> None:
    error = assistant.refusal("sql", query=f"select * from {table}")
    assert error["code"] == "sql"
    assert error["message"] == "no table '" + table.strip("\"'") + "'"


def test_only_the_rows_that_are_shown_are_made(assistant: Assistant) -> None:
    # Half a billion rows, for which there is neither the time nor the memory.
    found = assistant.ask("sql", query=f"select a.id from {TICKETS} a, {TICKETS} b, {TICKETS} c, {TICKETS} d")
    assert len(found["rows"]) == 200
    assert found["more"] is True


def test_long_results_are_cut_between_rows(assistant: Assistant) -> None:
    found = assistant.ask("sql", query=f"select a.id, b.id as other from {TICKETS} a, manage.company.companies b")
    assert len(found["rows"]) == 200
    assert found["more"] is True


@pytest.mark.parametrize(
    "query",
    [
        f"select contactName from {TICKETS}",
        f"select upper(ContactName) as x from {TICKETS}",
        f"select count(*) from {TICKETS} where contactName = 'Will Dubois'",
        f"select id from {TICKETS} order by contactName",
        f"select contact from {TICKETS}",
        f"select contact.name from {TICKETS}",
        f"select * from {TICKETS}",
        f"select t from {TICKETS} t",
        f"from {TICKETS}",
        f"select * exclude (contactName) from {TICKETS}",
        f"with x as (select * from {TICKETS}) select id from x",
        f"select id from {TICKETS} where id in (select id from {TICKETS} where contactName like 'W%')",
        f"select a.id from {TICKETS} a join {TICKETS} b using (contactName)",
        f"select id from {TICKETS} group by id, contactName",
        f"select max(contactName) over () from {TICKETS}",
        f"select customFields['Root Cause'] from {TICKETS}",
        f"select customFields from {TICKETS}",
        f"select _extra from {TICKETS}",
    ],
)
def test_no_query_reaches_a_hidden_field(sandbox: Sandbox, query: str) -> None:
    with connect(sandbox, Policy(hidden=read_paths(["contact", "contactName", "customFields"]))) as assistant:
        error = assistant.refusal("sql", query=query)
        assert error["code"] == "hidden-field", error
        assert assistant.requests == 0


def test_credentials_are_hidden(assistant: Assistant) -> None:
    for query in ("select portalPassword from manage.company.contacts", "select * from manage.company.contacts"):
        assert assistant.refusal("sql", query=query)["code"] == "hidden-field"
    assert assistant.ask("sql", query="select firstName from manage.company.contacts limit 1")["rows"]


def test_other_tables_are_refused(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(endpoints=read_patterns(["/service/tickets"]))) as assistant:
        for query in (
            "select name from manage.company.companies",
            f"select id from {TICKETS} where company.id in (select id from manage.company.companies)",
            f"select t.id from {TICKETS} t join manage.company.companies c on c.id = t.company.id",
            'select id from manage."/company/companies"',
            'select id from manage."/service/tickets/7/notes"',
            "select ComputerName from automate.Computers",
        ):
            assert assistant.refusal("sql", query=query)["code"] == "not-allowed", query
        assert assistant.requests == 0
        assert assistant.ask("sql", query=f"select id from {TICKETS} where id = 7")["rows"] == [{"id": 7}]


def test_files_and_other_statements_are_refused(assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("secret\n1\n", encoding="utf-8")
    target = tmp_path / "y.csv"
    for query in (
        f"select * from '{file}'",
        f"select * from read_csv('{file}')",
        f"select content from read_text('{file}')",
        f"select id, (select content from read_text('{file}')) from {TICKETS} where id = 7",
        f"select id from {TICKETS}, glob('/*') where id = 7",
        f"select id, x from {TICKETS}, '{file}' x where id = 7",
        f"copy (select id from {TICKETS}) to '{target}'",
        f"select id from {TICKETS} where id = 7; select 1",
        "install httpfs",
        f"attach '{target}' as x",
        "pragma database_list",
        "set threads = 1",
        "select 1",
        "select * from duckdb_settings()",
        f"select id from {TICKETS}, duckdb_settings() where id = 7",
        f"select id from {TICKETS}, session where id = 7",
        f"select getenv('HOME') from {TICKETS} where id = 7",
        "create table x as select 1",
        "drop table x",
        "select",
        "",
        "(" * 2_000,
        f"select {'(' * 1_900}1{')' * 1_900} from {TICKETS}",
        f"select sumary from {TICKETS}",
        "select id from manage.service.tickts",
    ):
        error = assistant.refusal("sql", query=query)
        assert error["code"] in ("sql", "invalid-argument", "unknown-endpoint"), (query, error)
        assert "secret" not in str(error)
    assert not target.exists()


def test_queries_that_only_compute_are_refused_or_end(assistant: Assistant) -> None:
    began = time.monotonic()
    for query in (
        f"select list_sum(range(100000000)) from {TICKETS} where id = 7",
        f"select count(*) from {TICKETS}, generate_series(1, 1000000000) where id = 7",
        f"select repeat('x', 1000000000) from {TICKETS} where id = 7",
    ):
        assert assistant.refusal("sql", query=query)["code"] == "sql"
    assert time.monotonic() - began < 60


def test_tool_needs_its_packages(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_spec", lambda name: None)
    listed = assistant.portal.call(assistant.client.list_tools)
    assert "sql" not in {tool.name for tool in listed.tools}
    assert assistant.refusal("sql", query=f"select id from {TICKETS}")["code"] == "unknown-tool"
