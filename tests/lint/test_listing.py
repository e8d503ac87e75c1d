"""``cwql lint --list``: every condition with its position, its target, and why the target is known."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import cwql
from cwql.cli import main

SOURCE = """import requests
a = cw.get("/service/tickets", params={"conditions": f"board/id = {int(board)}"})  # connectwise
b = requests.get(base + "/v4_6_release/apis/3.0/company/companies?conditions=id=5")
# cwql: manage /company/contacts
conditions = "id = 6"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.py").write_text(SOURCE)
    (tmp_path / "b.json").write_text('{"href": "https://x/v4_6_release/apis/3.0/service/tickets?conditions=id=7"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--list", "--format", "json", str(folder / "a.py")]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["endpoint"], row["text"], row["known_by"]) for row in rows] == [
        (2, "/service/tickets", "board/id = {int(board)}", "call"),
        (3, "/company/companies", "id=5", "url"),
        (5, "/company/contacts", "id = 6", "comment"),
    ]
    assert {row["dialect"] for row in rows} == {"manage"}
    assert {row["parameter"] for row in rows} == {"conditions"}


def test_list_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--list", "a.py"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "a.py:2:56: /service/tickets (call) conditions: board/id = {int(board)}"


@pytest.mark.skipif(os.name != "posix", reason="there are no such names")
def test_list_shows_no_control_characters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (folder / "a.py").read_text(encoding="utf-8")
    for name in ("b\x1b[31m\r\n.py", "::error::x.py"):
        (folder / name).write_text(
            source.replace("board/id", "board/id = 1 and '\\x1b[31m' = summary and id"), encoding="utf-8"
        )
    assert main(["lint", "--list", "."]) == 0
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\r"}
    assert not any(line.startswith("::error") for line in out.splitlines())
    assert "b<U+001B>[31m" in out


def test_urls_in_data_are_counted_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lint", "--no-cache", "--exit-zero", "."])
    assert "in 2 files (3 conditions, 1 in data)" in capsys.readouterr().out


def test_condition_that_a_call_gives_to_a_url_is_listed_once() -> None:
    text = """// connectwise
function count(condition) { return fetch(`${server}/cwa/api/v1/Computers?condition=${encodeURIComponent(condition)}`); }
count("Status = 'Online'");
"""
    found = cwql.lint_text(text, filename="count.js").conditions
    assert [each.text for each in found] == ["Status = 'Online'"]
