"""``cwql fields``: a table, or JSON; unknown names suggest near ones, with exit status 2."""

from __future__ import annotations

import json

import pytest

from cwql.cli import main


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], str]:
    status = main(["fields", *words])
    captured = capsys.readouterr()
    return status, captured.out.splitlines(), captured.err


def test_a_table_of_all_fields(capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = _run(capsys, "/service/tickets")
    assert status == 0
    assert lines[0].split() == ["id", "integer"]
    assert any(line.startswith("summary ") and "text(100)" in line and "required" in line for line in lines)
    assert any(line.startswith("impact ") and "Low, Medium, High" in line for line in lines)
    assert any(line.startswith("lastUpdated ") and "filters (observed)" in line for line in lines)
    assert all(len(line) <= 100 for line in lines)


def test_a_prefix_selects_and_a_whole_name_opens(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split()[0] for line in _run(capsys, "service/tickets", "BOARD/")[1]] == [
        "board/id",
        "board/name",
        "board/_info",
        "board/lastUpdated",
        "board/dateEntered",
        "board/updatedBy",
        "board/enteredBy",
        "board/_info/lastUpdated",
        "board/_info/dateEntered",
        "board/_info/updatedBy",
        "board/_info/enteredBy",
    ]
    names = [line.split()[0] for line in _run(capsys, "service/tickets", "company")[1]]
    assert names[0] == "company"
    assert "company/identifier" in names
    assert [line.split()[0] for line in _run(capsys, "service/tickets", "company/ide")[1]] == ["company/identifier"]


def test_automate_paths_have_dots(capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = _run(capsys, "/Computers", "Client.N", "-d", "automate")
    assert (status, lines[0].split()[0]) == (0, "Client.Name")


def test_json_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", "/service/tickets", "impact", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["path"], row["type"], row["enum"], row["nullable"]) == (
        "impact",
        "enum",
        ["Low", "Medium", "High"],
        True,
    )
    assert main(["fields", "/Computers", "ClientID", "-d", "automate", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["note"] == {"kind": "alias", "origin": "documented", "target": "Client.Id"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("/service/tickts",), "did you mean '/service/tickets'"),
        (("/service/tickets", "sumary"), "did you mean 'summary'"),
        (("/service/tickets", "compny/id"), "did you mean 'company'"),
        (("/service/tickets", "summary/x"), "and has no fields"),
        (("/Computers", "-d", "manage"), "/Computers is an endpoint of automate, not of manage"),
        (("/Computrs",), "did you mean '/Computers'"),
        (("/system/documents/uploadsample",), "returns no records"),
    ],
)
def test_unknown_names_suggest_near_ones(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str) -> None:
    status, lines, error = _run(capsys, *words)
    assert (status, lines) == (2, [])
    assert says in error
