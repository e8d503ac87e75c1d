"""Conditions in notebooks: cells are one program, positions are those of the file, and fixes leave valid JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cwql.cli import main
from cwql.lint.frontends.notebook import NotebookSource
from cwql.lint.linter import lint_text
from cwql.source import Span

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CELLS = [
    {"cell_type": "markdown", "source": ["Use `conditions='bord = 1'` of ConnectWise\n"]},
    {"cell_type": "code", "source": ["%load_ext x\n", "!pip install y\n", 'word = "a\\"b"\n'], "outputs": []},
    {
        "cell_type": "code",
        "source": 'r = cw.get("/service/tickets", params={"conditions": "closedFlg = false and id == 5"})',
    },
]
TEXT = json.dumps({"cells": CELLS, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}, indent=1)


def test_findings_are_at_their_place_in_the_file() -> None:
    found = lint_text(TEXT, filename="connectwise.ipynb").diagnostics
    assert [(each.code, TEXT[each.span.start : each.span.end]) for each in found] == [
        ("CW203", "closedFlg"),
        ("CW112", "=="),
    ]


def test_a_fixed_notebook_is_valid() -> None:
    text = TEXT
    for finding in reversed(lint_text(text, filename="connectwise.ipynb").diagnostics):
        for edit in finding.fixes[0].edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    source = json.loads(text)["cells"][2]["source"]
    assert "closedFlag = false and id = 5" in source
    assert lint_text(text, filename="connectwise.ipynb").diagnostics == ()


def test_escapes_of_json_are_escapes_of_the_condition() -> None:
    cell = {
        "cell_type": "code",
        "source": "cw.get('/service/tickets', params={'conditions': f'summary = \"{x}\" and id = 1'})  # connectwise",
    }
    text = json.dumps({"cells": [cell], "nbformat": 4})
    found = lint_text(text, filename="a.ipynb")
    assert [each.code for each in found.diagnostics] == ["CW601"]
    assert found.conditions[0].text == 'summary = "{x}" and id = 1'


def test_a_notebook_of_another_language_is_searched_for_urls() -> None:
    text = json.dumps({"cells": [], "metadata": {"language_info": {"name": "R"}}})
    assert [each.code for each in lint_text(text, filename="connectwise.ipynb").diagnostics] == ["CW693"]


def test_positions_are_those_of_cells() -> None:
    source = NotebookSource(TEXT, "a.ipynb")
    for finding in lint_text(TEXT, filename="a.ipynb").diagnostics:
        shown, span = source.displayed(finding.span)
        line, column = shown.position(span.start)
        assert (shown.name, line) == ("a.ipynb:cell 3", 1)
        assert source.part(finding.span.start) == "cell 3, line 1"
        assert shown.line(line)[column - 1 : column - 1 + len(span)] == TEXT[finding.span.start : finding.span.end]
    # Outside of the code cells, a position is that of the file.
    assert source.displayed(Span(0, 1)) == (source, Span(0, 1))
    assert (source.part(0), source.part(len(TEXT)), NotebookSource("", "a").part(0)) == ("", "", "")


def test_lines_and_escapes_of_cells() -> None:
    source = NotebookSource(TEXT, "a.ipynb")
    at = TEXT.index("word = ")
    shown, span = source.displayed(Span(at, at + len('word = \\"a\\\\\\"b\\"')))
    assert shown.position(span.start) == (3, 1)
    assert shown.text[span.start : span.end] == 'word = "a\\"b"'


def test_reports_name_cell_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ipynb").write_text(TEXT)
    at = TEXT[: TEXT.index("closedFlg")].count("\n") + 1

    def lint(format: str) -> str:
        assert main(["lint", "--isolated", "--format", format, "--select", "CW203"]) == 1
        return capsys.readouterr().out

    text = lint("text").splitlines()
    assert text[0].startswith("a.ipynb:cell 3:1:55: error CW203 ")
    assert text[2].startswith('1 | r = cw.get("/service/tickets", ')
    assert lint("concise").startswith("a.ipynb:cell 3:1:55: ")
    (found,) = json.loads(lint("json"))
    assert (found["filename"], found["part"], found["line"]) == ("a.ipynb", "cell 3, line 1", at)
    assert f"file=a.ipynb,line={at}," in lint("github")
    assert "::cell 3, line 1: " in lint("github")
    (result,) = json.loads(lint("sarif"))["runs"][0]["results"]
    assert result["message"]["text"].startswith("cell 3, line 1: ")
    assert result["locations"][0]["logicalLocations"] == [{"name": "cell 3, line 1"}]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == at
    assert "unknown-field: cell 3, line 1: " in lint("gitlab")
    assert "at cell 3, line 1" in lint("junit")
