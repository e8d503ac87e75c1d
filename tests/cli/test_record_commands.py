"""`cwql get`, `count` and `ping`: against the sandbox over HTTP, and without any server."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cwql.cli import local_server, main
from cwql.cli.client_args import EndpointArgument
from cwql.cli.get import TABLE_LIMIT, find_columns
from cwql.errors import UnknownNameError
from cwql.sandbox import Sandbox
from cwql.sandbox.data import SIZES
from cwql.schema.catalog import catalog

TICKETS = SIZES["small"].tickets


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[None]:
    """One server for all: commands take the one that runs in their process."""
    with local_server.clients():
        yield


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main([*words, "--sandbox"])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


# ---- get ---------------------------------------------------------------------------------------------------------------


def test_table_is_limited_with_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "get", "/service/tickets")
    assert status == 0
    title, rule, *rows = out.splitlines()
    assert title.split() == ["id", "summary", "company/name", "board/name", "status/name"]
    assert set(rule) == {"─", " "}
    assert [int(row.split()[0]) for row in rows] == list(range(1, TABLE_LIMIT + 1))
    assert err == f"{TABLE_LIMIT} records (the first {TABLE_LIMIT}; use --all for all)\n"


def test_all_records_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "get", "/service/tickets", "--all", "--fields", "id")
    assert (status, len(out.splitlines()), err) == (0, TICKETS + 2, f"{TICKETS} records\n")
    assert run(capsys, "get", "/service/tickets", "--all", "--fields", "id", "--quiet")[2] == ""
    assert "not allowed with argument --all" in run(capsys, "get", "/service/tickets", "--all", "--limit", "3")[2]


def test_preview_sends_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)

        def preview(*words: str) -> Any:
            assert main([*words, "--preview", "--output-format", "json"]) == 0
            return json.loads(capsys.readouterr().out)

        found = preview("get", "/service/tickets", "--where", "id > 5", "--fields", "id", "--limit", "7")
        assert (found["method"], found["pagination"], found["request_count"]) == ("GET", "keyset", 1)
        assert found["params"] == {"conditions": "id > 5", "fields": "id", "page": "1", "pageSize": "7"}
        assert preview("get", "/service/tickets/5")["url"].endswith("/service/tickets/5")
        assert preview("count", "/Computers", "--where", "Id > 5")["params"]["condition"] == "Id > 5"
        assert preview("get", "/service/tickets", "--page-size", "9")["params"] == {"page": "1", "pageSize": "9"}
        assert main(["get", "/service/tickets", "--preview"]) == 0
        assert capsys.readouterr().out.startswith(f"GET {sandbox.manage_url}/service/tickets\n")
        assert [*sandbox.requests] == []


def test_limits_of_calls(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(faults=["503"]) as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        assert main(["count", "/service/tickets", "--max-retries", "0", "--timeout", "5"]) == 2
        assert len(sandbox.requests) == 1
    for option, value in (
        ("--timeout", "0"),
        ("--timeout", "nan"),
        ("--max-retries", "-1"),
        ("--requests-per-minute", "0"),
    ):
        status, _, err = run(capsys, "count", "/service/tickets", f"{option}={value}")
        assert (status, f"argument {option}: expected a" in err) == (2, True)


def test_other_formats_are_not_limited(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "get", "/service/tickets", "--format", "jsonl", "--fields", "id,status/name")
    records = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert [record["id"] for record in records] == list(range(1, TICKETS + 1))
    assert all(record["status"]["name"] for record in records)


def test_all_query_options(capsys: pytest.CaptureFixture[str]) -> None:
    question = [
        "--where", "closedFlag = True and id < 100",
        "--custom-field-conditions", "caption = 'Root Cause' and value != null",
        "--order-by", "id desc",
        "--fields", "id,closedFlag,company/identifier",
        "--limit", "5",
    ]  # fmt: skip
    status, out, _ = run(capsys, "get", "/service/tickets", *question, "--format", "csv")
    title, *rows = csv.reader(io.StringIO(out))
    assert status == 0
    assert title == ["id", "closedFlag", "company/identifier"]
    ids = [int(row[0]) for row in rows]
    assert len(ids) == 5
    assert ids == sorted(ids, reverse=True)
    assert {row[1] for row in rows} == {"true"}


def test_repeated_conditions_are_joined(capsys: pytest.CaptureFixture[str]) -> None:
    board, status = "board/name = 'Help Desk' or board/name = 'Security'", "closedFlag = false"
    words = ["--format", "json", "--fields", "id", "--fields", "board/name,closedFlag"]
    status_code, out, err = run(capsys, "get", "/service/tickets", "--where", board, "--where", status, *words)
    records = json.loads(out)
    assert (status_code, err) == (0, "")
    assert records
    assert {record["board"]["name"] for record in records} == {"Help Desk", "Security"}
    assert {record["closedFlag"] for record in records} == {False}
    assert set(records[0]) == {"id", "board", "closedFlag"}
    count = run(capsys, "count", "/service/tickets", "--where", board, "--where", status)
    assert count == (0, f"{len(records)}\n", "")


def test_repeated_orders_are_appended(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--order-by", "closedFlag desc", "--order-by", "id desc", "--fields", "id,closedFlag", "--format", "csv"]
    _, out, _ = run(capsys, "get", "/service/tickets", *words)
    rows = [(closed == "true", int(id)) for id, closed in list(csv.reader(io.StringIO(out)))[1:]]
    assert rows == sorted(rows, reverse=True)


@pytest.mark.parametrize(
    "address",
    [
        "/service/tickets?conditions=id=5",
        "service/tickets?CONDITIONS=id%3D5&page=1&pageSize=50#top",
        "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=id%20%3D%205",
    ],
)
def test_query_of_a_pasted_address_is_used(capsys: pytest.CaptureFixture[str], address: str) -> None:
    assert run(capsys, "count", address) == (0, "1\n", "")
    _, out, _ = run(capsys, "get", address, "--format", "json")
    assert [record["id"] for record in json.loads(out)] == [5]
    assert run(capsys, "count", address, "--where", "id = 6")[1] == "0\n"


@pytest.mark.parametrize("query", ["page=2", "pageId=7", "pageSize=0", "condition=id=5", "x", "=1"])
def test_query_that_a_list_cannot_follow(capsys: pytest.CaptureFixture[str], query: str) -> None:
    status, out, err = run(capsys, "get", f"/service/tickets?{query}")
    assert (status, out) == (2, "")
    assert "cannot be used here: expected conditions, childConditions" in err


def test_wrong_condition_in_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "count", "/service/tickets?conditions=idd = 5")
    assert (status, out) == (1, "")
    assert "<conditions>:1:1" in err


def test_address_of_another_server(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as other:
        for name, value in other.environment.items():
            monkeypatch.setenv(name, value)
        host = other.manage_url.partition("://")[2].partition("/")[0]
        assert main(["count", f"http://{host}/v4_6_release/apis/3.0/service/tickets?conditions=id=5"]) == 0
        assert capsys.readouterr().out == "1\n"
        assert main(["count", "https://api-eu.myconnectwise.net/v4_6_release/apis/3.0/service/tickets"]) == 2
        assert f"the URL names the server api-eu.myconnectwise.net, but the client is configured for {host}" in (
            capsys.readouterr().err
        )


@pytest.mark.parametrize(
    "words",
    [
        ("count", "tickets"),
        ("get", "Tickets"),
        ("fields", "tickets"),
        ("check", "-e", "tickets", "id = 5"),
        ("fmt", "-e", "tickets", "id = 5"),
        ("fix", "-e", "tickets", "id = 5"),
        ("pull", "tickets", "--to", "sqlite:x.db"),
        ("create", "tickets", "--set", "id=5"),
        ("patch", "tickets", "--set", "id=5"),
        ("delete", "tickets"),
    ],
)
def test_word_that_two_products_have_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    status = main([*words])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert "can mean /Tickets of automate, or /project/tickets or /service/tickets of manage: write the path" in err


def test_word_of_one_product_is_a_path_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "count", "/service/tickets")[2] == ""
    assert run(capsys, "count", "computers")[0] == 0
    assert run(capsys, "count", "tickets", "--product", "automate")[:2] == run(capsys, "count", "/Tickets")[:2]
    assert "did you mean '/project/tickets' or '/service/tickets'" in run(capsys, "count", "tickets", "-d", "manage")[2]


def test_since(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "count", "/service/tickets", "--since", "9999w")[1] == f"{TICKETS}\n"
    assert run(capsys, "count", "/service/tickets", "--since", "2999-01-01")[1] == "0\n"
    some = int(run(capsys, "count", "/service/tickets", "--since", "2024-03-01T00:00:00+02:00")[1])
    assert 0 < some <= TICKETS
    for wrong in ("yesterday", "7", "d", "2026-13-01", "999999w", "999999d"):
        status, out, err = run(capsys, "count", "/service/tickets", "--since", wrong)
        assert (status, out) == (2, "")
        assert "--since: expected a date such as 2026-01-31" in err
    assert "has no time of the last update" in run(capsys, "count", "/Computers", "--since", "7d")[2]


@pytest.mark.parametrize(
    "words",
    [
        ["get", "/service/\x1b]0;t\x07"],
        ["pull", "/service/tickets", "--to", "sqlite:\x1b[31m\0"],
        ["pull", "/service/tickets", "--to", "x\u202e"],
        ["sql", "select \x1b[31m from nothing"],
        ["create", "/service/tickets", "\x1b[31m"],
        ["get", "/service/tickets", "a\x1b[31m"],
        ["get", "/service/tickets", "--limit", "\x9b31m"],
    ],
)
def test_error_has_no_control_characters(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    status, _, err = run(capsys, *words)
    assert status in (1, 2)
    assert not set(err) & {"\x1b", "\x07", "\0", "\u202e"}


def test_csv_for_excel(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--fields", "id,_info/dateEntered", "--format", "csv", "--excel", "--delimiter", ";", "--limit", "1"]
    _, out, _ = run(capsys, "get", "/service/tickets", *words, "--timezone", "America/New_York")
    title, row = out.splitlines()
    assert title == "\ufeffid;_info/dateEntered"
    assert row.startswith("1;")
    assert row[-6:] in ("-04:00", "-05:00")
    status, _, err = run(capsys, "get", "/service/tickets", "--excel")
    assert (status, err) == (2, "cwql get: error: --excel and --delimiter need --output-format csv, not table\n")
    assert (
        "did you mean 'America/New_York'" in run(capsys, "get", "/service/tickets", "--timezone", "America/NewYork")[2]
    )
    assert "expected one character" in run(capsys, "get", "/service/tickets", "--delimiter", "::")[2]


def test_advice_for_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean --fields?" in run(capsys, "get", "/service/tickets", "--field", "id")[2]
    assert "write --order-by=VALUE if" in run(capsys, "get", "/service/tickets", "--order-by", "-id")[2]


def test_child_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    child = "communicationItems/communicationType = 'Phone'"
    status, out, _ = run(
        capsys, "get", "/company/contacts", "--child-conditions", child, "--format", "json", "--limit", "3"
    )
    assert status == 0
    assert len(json.loads(out)) == 3


def test_json_has_the_order_of_the_specification_and_unknown_fields(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "_running", None)
    with local_server.clients(odd_records=True):
        status, out, _ = run(capsys, "get", "/service/tickets/7", "--format", "json")
    [ticket] = json.loads(out)
    assert status == 0
    order = [name for name in catalog("manage").record("Ticket").names if name in ticket]
    assert list(ticket) == [*order, "aiSummary"]
    assert (ticket["severity"], ticket["budgetHours"]) == ("Catastrophic", "2,5")


def test_endpoint_decides_the_product(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "get", "/Computers", "--where", "Status = 'Online'", "--format", "json")
    records = json.loads(out)
    assert status == 0
    assert records
    assert {record["Status"] for record in records} == {"Online"}


def test_sub_resources_and_urls(capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("/service/tickets/1/notes", "https://na.example/v4_6_release/apis/3.0/service/tickets/1/notes?page=1"):
        status, out, _ = run(capsys, "get", path, "--format", "json")
        assert status == 0
        assert {note["ticketId"] for note in json.loads(out)} == {1}


@pytest.mark.parametrize("format", ["table", "json"])
def test_endpoints_without_a_list(capsys: pytest.CaptureFixture[str], format: str) -> None:
    status, out, _ = run(capsys, "get", "/DatabaseServerTime", "--format", format)
    assert status == 0
    assert "value" in out
    assert "T" in out.splitlines()[-1] or format == "json"
    status, out, _ = run(capsys, "get", "/system/info", "--format", format)
    assert status == 0
    assert "v2025" in out


def test_limit_has_to_be_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    for limit in ("-5", "x", "1.5", "0"):
        status, out, err = run(capsys, "get", "/service/tickets", f"--limit={limit}")
        assert (status, out) == (2, "")
        assert f"expected a whole number from 1, got '{limit}'; --all is all records" in err


@pytest.mark.parametrize(("size", "pages"), [("60", [60, 120, TICKETS]), ("1000", [TICKETS])])
def test_page_size(capsys: pytest.CaptureFixture[str], size: str, pages: list[int]) -> None:
    words = ["get", "/service/tickets", "--page-size", size, "--format", "csv", "--progress"]
    status, out, err = run(capsys, *words)
    assert status == 0
    assert len(out.splitlines()) == TICKETS + 1
    assert err.splitlines() == [f"/service/tickets: {done} of {TICKETS}" for done in pages]


@pytest.mark.parametrize("size", ["0", "1001", "x", "-1", "1.5"])
def test_page_size_has_to_be_valid(capsys: pytest.CaptureFixture[str], size: str) -> None:
    status, out, err = run(capsys, "get", "/service/tickets", f"--page-size={size}")
    assert (status, out) == (2, "")
    assert f"expected a whole number from 1 to 1000, got '{size}'" in err


def test_output_file_and_progress(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "tickets.jsonl"
    status, out, err = run(
        capsys, "get", "/service/tickets", "--format", "jsonl", "--output-file", str(file), "--progress"
    )
    assert (status, out) == (0, "")
    assert err.splitlines()[-2:] == [f"/service/tickets: {TICKETS} of {TICKETS}", f"{TICKETS} records"]
    assert len(file.read_text("utf-8").splitlines()) == TICKETS


@pytest.mark.parametrize("command", ["get", "count"])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--where", "status.name == New"), ("CW133", "CW112", "CW121", "^^^")),
        (("--where", "sumary = 'x'"), ("CW203", "summary")),
        (("--child-conditions", "notes/text contains"), ("<--child-conditions>:1:",)),
    ],
)
def test_queries_with_errors_are_not_sent(
    capsys: pytest.CaptureFixture[str], command: str, words: tuple[str, ...], found: tuple[str, ...]
) -> None:
    status, out, err = run(capsys, command, "/service/tickets", *words)
    assert (status, out) == (1, "")
    for part in found:
        assert part in err


def test_queries_with_warnings_are_sent(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "count", "/service/tickets", "--where", "id == 5")
    assert (status, out) == (0, "1\n")
    assert "CW112" in err


# ---- count, ping -------------------------------------------------------------------------------------------------------


def test_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "count", "/service/tickets")[:2] == (0, f"{TICKETS}\n")
    assert run(capsys, "count", "/service/tickets", "--where", "id <= 12")[:2] == (0, "12\n")
    everything = int(run(capsys, "count", "/Computers")[1])
    online = int(run(capsys, "count", "/Computers", "--where", "Status = 'Online'")[1])
    assert 0 < online < everything


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_ping(capsys: pytest.CaptureFixture[str], product: str) -> None:
    status, out, err = run(capsys, "ping", "-d", product)
    assert (status, err) == (0, "")
    assert out.startswith(f"{product}: ")
    assert out.endswith(" ms)\n")


# ---- invalid queries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("get", "/service/tickts"),
            "no endpoint '/service/tickts' in manage 2025.16 or automate 25.0.5; did you mean '/service/tickets'",
        ),
        (("get", "/service/tickets", "-d", "automate"), "/service/tickets is an endpoint of manage, not of automate"),
        (("get", "/service/tickets/{id}/notes"), "/service/tickets/{parentId}/notes: expected an id, got {id}"),
        (("get", "/Computers", "--child-conditions", "Id = 1"), "automate has no parameter for --child-conditions"),
        (("get", "/service/tickets/99999999"), "404"),
    ],
)
def test_failures(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_server_of_the_environment_is_used(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(seed=9) as box:
        for name, value in box.environment.items():
            monkeypatch.setenv(name, value)
        answers = []
        for words in (
            ("count", "/service/tickets", "--where", "closedFlag = False"),
            ("count", "/Computers", "--where", "Status = 'Online'"),
            ("get", "/company/companies", "--limit", "2", "--format", "jsonl", "--fields", "id"),
            ("ping",),
            ("ping", "-d", "automate"),
        ):
            served = box._handler.requests
            assert main([*words]) == 0
            assert box._handler.requests > served
            answers.append(capsys.readouterr().out)
        closed = [row.document["closedFlag"] for row in box._store.find("manage", "Ticket")]
        assert answers[0] == f"{closed.count(False)}\n"
        assert [json.loads(line) for line in answers[2].splitlines()] == [{"id": 1}, {"id": 2}]


def test_missing_server_suggests_the_sandbox(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("CONNECTWISE_", "CWQL_")):
            monkeypatch.delenv(name)
    assert main(["count", "/service/tickets"]) == 2
    err = capsys.readouterr().err
    assert "CONNECTWISE_COMPANY_ID" in err
    assert err.endswith("--sandbox uses a local server with example records instead\n")


# ---- columns -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "fields", "titles"),
    [
        ("/company/companies", None, ["id", "identifier", "name", "status/name"]),
        ("/Computers", None, ["Id", "ComputerName", "Client.Name", "Location.Name", "Status"]),
        ("/service/tickets", "ID, Company/Name ,nonsense/here", ["id", "company/name", "nonsense/here"]),
        ("/Computers", "client.name,Id", ["Client.Name", "Id"]),
        ("/system/audittrail", None, None),
    ],
)
def test_columns(endpoint: str, fields: str | None, titles: list[str] | None) -> None:
    found = [column.title for column in find_columns(EndpointArgument(endpoint, None), fields)]
    assert found == titles if titles is not None else found


def test_every_list_has_columns() -> None:
    for product in ("manage", "automate"):
        known = catalog(product)
        for endpoint in known.endpoints():
            if endpoint.listed and endpoint.record is not None:
                record = known.record(endpoint.record)
                plain = [field for field in record.fields() if field.kind not in ("reference", "collection", "map")]
                assert find_columns(EndpointArgument(known.title(endpoint), product), None) or not plain


def test_unknown_endpoint() -> None:
    with pytest.raises(UnknownNameError):
        EndpointArgument("/nothing/here", None)


def test_output_file_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "no" / "tickets.csv"
    status, _, err = run(capsys, "get", "/service/tickets", "--format", "csv", "--output-file", str(file))
    assert (status, err) == (2, f"cwql: error: {file}: No such file or directory\n")
