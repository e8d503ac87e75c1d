"""`cwql create`, `patch` and `delete`, files with types, and requests as curl, against the sandbox."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cwql.cli import local_server, main
from cwql.sandbox import Sandbox

PRINTER = ["--set", "summary=Printer on fire", "--set", "company/id=1", "--set", "board/id=1"]


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[None]:
    """One server for all: commands take the one that runs in their process."""
    with local_server.clients():
        yield


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main([*words, "--sandbox"])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def read(capsys: pytest.CaptureFixture[str], path: str) -> Any:
    (record,) = json.loads(run(capsys, "get", path, "--format", "json")[1])
    return record


# ---- create ------------------------------------------------------------------------------------------------------------


def test_a_record_is_created_from_members(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "create", "/service/tickets", *PRINTER)
    assert (status, err) == (0, "")
    made = json.loads(out)
    assert (made["summary"], made["company"]["id"]) == ("Printer on fire", 1)
    assert read(capsys, f"/service/tickets/{made['id']}")["summary"] == "Printer on fire"


def test_a_record_is_created_from_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"summary": "x", "company": {"id": 1}}\n'))
    status, out, _ = run(capsys, "create", "/service/tickets", "-", "--set", "summary=007", "--set", "board.id=1")
    assert (status, json.loads(out)["summary"], json.loads(out)["board"]["id"]) == (0, "007", 1)


def test_a_dry_run_prints_the_request_only(capsys: pytest.CaptureFixture[str]) -> None:
    before = run(capsys, "count", "/service/tickets")[1]
    status, out, err = run(capsys, "create", "/service/tickets", *PRINTER, "--dry-run")
    assert (status, err) == (0, "")
    assert out.startswith("POST http://127.0.0.1:")
    assert 'body: {"summary":"Printer on fire","company":{"id":1},"board":{"id":1}}' in out
    assert "authorization: ***" in out
    assert run(capsys, "count", "/service/tickets")[1] == before


def test_a_record_is_created_only_once(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["create", "/service/tickets", *PRINTER, "--set", "externalXRef=A-7", "--unless", "externalXRef = 'A-7'"]
    first, second = (json.loads(run(capsys, *words)[1])["id"] for _ in range(2))
    assert first == second
    by = [
        "create",
        "/company/companies",
        "--set",
        "identifier=AcmeIndustries",
        "--set",
        "name=Acme",
        "--by",
        "identifier",
    ]
    status, out, _ = run(capsys, *by)
    assert (status, json.loads(out)["id"], json.loads(out)["name"]) == (0, 1, "Acme")


# ---- patch and delete --------------------------------------------------------------------------------------------------


def test_members_of_a_record_are_changed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set", "status/name=In Progress", "--set", "budgetHours=2.5", "--set", "poNumber=12", "--unset", "owner"]
    status, out, err = run(capsys, "patch", "/service/tickets/5", '{"summary": "New"}', *words)
    assert (status, err) == (0, "")
    record = read(capsys, "/service/tickets/5")
    assert record == json.loads(out)
    assert (record["summary"], record["status"]["name"], record["budgetHours"]) == ("New", "In Progress", 2.5)
    assert record["poNumber"] == "12"
    assert record.get("owner") is None


def test_a_record_is_deleted_when_that_is_confirmed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    path = "/service/tickets/9"
    assert run(capsys, "delete", path) == (
        2, "", "cwql delete: error: there is no terminal to ask for a confirmation: give --yes\n"
    )  # fmt: skip
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    assert run(capsys, "delete", path) == (1, "", f"delete {path}? [y/N] ")
    assert run(capsys, "delete", path, "--dry-run")[1].startswith("DELETE http://")
    assert read(capsys, path)["id"] == 9
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run(capsys, "delete", path) == (0, "", f"delete {path}? [y/N] deleted {path}\n")
    status, _, err = run(capsys, "delete", path, "--yes")
    assert (status, "404" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["create", "/service/tickets", "--set", "sumary=x"], 1, "sumary: expected summary"),
        (["create", "/service/tickets", "--set", "summary"], 2, "expected FIELD=VALUE, got 'summary'"),
        (["create", "/service/tickets", "--set", "=x"], 2, "expected FIELD=VALUE"),
        (["create", "/service/tickets", "--dry-run", "summary=x"], 2, "--set FIELD=VALUE"),
        (["patch", "/service/tickets/5", "--dry-run", "summary=x"], 2, "--set FIELD=VALUE"),
        (["create", "/service/tickets", "summary=x"], 2, "--set FIELD=VALUE"),
        (["create", "/service/tickets", "{"], 2, "the body is not JSON"),
        (["create", "/service/tickets", "[" * 200_000], 2, "the body is not JSON"),
        (["create", "/service/tickets", "[1]"], 2, "the body is a JSON object: got '[1]'"),
        (["create", "/service/tickets", '{"company": 5}', "--set", "company/id=1"], 2, "needs an object at company"),
        (["create", "/service/tickets", *PRINTER, "--unless", "sumary = 1"], 1, "CW2"),
        (["create", "/service/tickets", *PRINTER, "--unless", "id = 1", "--by", "id"], 2, "give one"),
        (["create", "/service/tickets/5", *PRINTER], 2, "takes no POST"),
        (["create", "/company/companies", "--set", "name=x", "--by", "identifier"], 1, "identifier: expected a single"),
        (["patch", "/service/tickets/5"], 1, "expected at least one change"),
        (["patch", "/service/tickets/5", "--set", "severity=Hihg"], 1, "severity: expected"),
        (["patch", "/service/tickets", "--set", "summary=x"], 2, "takes no PATCH"),
        (["delete", "/service/tickets", "--yes"], 2, "expected a path that ends with its id"),
        (["delete", "/sales/opportunities/5/forecast", "--yes"], 2, "expected a path that ends with its id"),
    ],
)
def test_what_cannot_be_written(capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str) -> None:
    found, out, err = run(capsys, *words)
    assert (found, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


# ---- requests as curl --------------------------------------------------------------------------------------------------


def test_requests_are_printed_as_curl(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "count", "/service/tickets", "--where", "id = 5", "-v")
    assert (status, out) == (0, "1\n")
    (line,) = err.splitlines()
    assert line.startswith("curl -X GET 'http://127.0.0.1:")
    assert "conditions=id%20%3D%205" in line
    assert "'authorization: ***'" in line
    # A later command of the process is quiet again.
    assert run(capsys, "count", "/service/tickets")[2] == ""


# ---- files with types --------------------------------------------------------------------------------------------------


def test_files_with_types(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["get", "/service/tickets", "--where", "id < 4", "--fields", "id,summary,requiredDate,company/name"]
    for ending in ("parquet", "arrow", "xlsx"):
        status, out, err = run(capsys, *words, "--output-file", str(tmp_path / f"tickets.{ending}"))
        assert (status, out, err) == (0, "", "3 records\n")
    table = pq.read_table(tmp_path / "tickets.parquet")
    assert table.column("id").to_pylist() == [1, 2, 3]
    assert pa.types.is_timestamp(table.schema.field("requiredDate").type)
    with pa.memory_map(str(tmp_path / "tickets.arrow")) as source:
        assert pa.ipc.open_file(source).read_all().equals(table)
    with ZipFile(tmp_path / "tickets.xlsx") as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()


def test_the_ending_of_a_file_is_its_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    run(capsys, "get", "/service/tickets", "--fields", "id", "--output-file", str(file))
    assert file.read_text(encoding="utf-8").splitlines()[:2] == ["id", "1"]
    assert "needs --output-file FILE" in run(capsys, "get", "/service/tickets", "--format", "xlsx")[2]
    path = ["get", "/service/tickets/5", "--format", "parquet", "--output-file", str(tmp_path / "one.parquet")]
    assert "is not a list: use --output-format json" in run(capsys, *path)[2]


# ---- a server that is not the sandbox of the command -------------------------------------------------------------------


def test_sql_and_pull_use_the_server_of_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Sandbox() as box:
        for name, value in box.environment.items():
            monkeypatch.setenv(name, value)
        assert main(["sql", "select count(*) as n from manage.service.boards", "--format", "csv"]) == 0
        assert capsys.readouterr().out.startswith("n\n")
        assert main(["pull", "/service/boards", "--to", f"sqlite:{tmp_path / 'boards.db'}", "-v"]) == 0
        assert "curl -X GET" in capsys.readouterr().err
