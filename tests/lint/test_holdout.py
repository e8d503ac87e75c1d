"""Snippets that were labelled before the code, and files of public repositories that were linted wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.holdout import Snippet, count, read_all

SNIPPETS = read_all()
REPORTS = read_all(Path(__file__).parent / "reproductions")


@pytest.mark.parametrize("snippet", REPORTS, ids=lambda snippet: f"{snippet.file}-{len(snippet.source)}")
def test_reported_file(snippet: Snippet) -> None:
    assert sorted(snippet.run()) == sorted(snippet.expected)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: f"{snippet.group}-{snippet.file}")
def test_held_out_snippet(snippet: Snippet) -> None:
    assert sorted(snippet.run()) == sorted(snippet.expected)


def test_no_error_is_false() -> None:
    total = count([*SNIPPETS, *REPORTS])
    assert total["false errors"] == 0
    assert total["found"] >= 0.95 * total["expected"]
