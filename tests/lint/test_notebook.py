"""Conditions in notebooks: cells are one program, positions are those of the file, and fixes leave valid JSON."""

from __future__ import annotations

import json

from cwql.lint.file import lint_text
from cwql.lint.found import Found

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
    found = lint_text(TEXT, "connectwise.ipynb")
    assert [(each.code, TEXT[each.span.start : each.span.end]) for each in found] == [
        ("CW203", "closedFlg"),
        ("CW112", "=="),
    ]


def test_a_fixed_notebook_is_valid() -> None:
    text = TEXT
    for finding in reversed(lint_text(text, "connectwise.ipynb")):
        for edit in finding.fixes[0].edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    source = json.loads(text)["cells"][2]["source"]
    assert "closedFlag = false and id = 5" in source
    assert lint_text(text, "connectwise.ipynb") == []


def test_escapes_of_json_are_escapes_of_the_condition() -> None:
    cell = {
        "cell_type": "code",
        "source": "cw.get('/service/tickets', params={'conditions': f'summary = \"{x}\" and id = 1'})  # connectwise",
    }
    text = json.dumps({"cells": [cell], "nbformat": 4})
    seen: list[Found] = []
    found = lint_text(text, "a.ipynb", seen=seen)
    assert [each.code for each in found] == ["CW601"]
    assert seen[0].text.startswith('summary = "')


def test_a_notebook_of_another_language_is_searched_for_urls() -> None:
    text = json.dumps({"cells": [], "metadata": {"language_info": {"name": "R"}}})
    assert [each.code for each in lint_text(text, "connectwise.ipynb")] == ["CW693"]
