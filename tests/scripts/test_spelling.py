"""Words of the dictionary are reported, unless a place is listed with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.english.spelling import (
    ALLOWED,
    DICTIONARY,
    PATHS,
    ROOT,
    Allowed,
    Misspelling,
    entries,
    judge,
    main,
    read_allowed,
    run_codespell,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_codespell_reports_words_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Fine.\nIt Stands here, and threshold_stands there.\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("# read anew\n", encoding="utf-8")
    assert run_codespell(["docs", "b.py"], tmp_path) == [
        Misspelling("b.py", 1, "anew", "again"),
        Misspelling("docs/a.md", 2, "Stands", "Is"),
    ]


def test_allowed_words_are_left_out_and_unused_entries_are_returned() -> None:
    found = [Misspelling("docs/a.md", 2, "Holds", "Contains"), Misspelling("src/b.py", 3, "holds", "contains")]
    used = Allowed("holds", "docs/*", "a lock is held")
    unused = Allowed("anew", "docs/*", "a quotation")
    assert judge(found, [used, unused]) == ([found[1]], [unused])


def test_star_allows_every_word() -> None:
    found = [Misspelling("docs/a.md", 2, "Holds", "Contains"), Misspelling("docs/a.md", 3, "anew", "again")]
    assert judge(found, [Allowed("*", "docs/a.md", "a list of words")]) == ([], [])


def test_every_allowance_gives_a_reason() -> None:
    assert read_allowed(["holds docs/* a lock is held"]) == [Allowed("holds", "docs/*", "a lock is held")]
    with pytest.raises(ValueError, match="expected WORD PATTERN REASON, found 'holds docs"):
        read_allowed(["holds docs/*"])


def test_lists_are_well_formed() -> None:
    words = [line.partition("->")[0] for line in entries(DICTIONARY)]
    assert words == sorted(set(words))
    assert {entry.word for entry in read_allowed(entries(ALLOWED))} <= {*words, "*"}
    assert all((ROOT / path).exists() for path in entries(PATHS))


def test_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "a.md"
    page.write_text("It is read again.\n", encoding="utf-8")
    assert main([str(page)]) == 0
    page.write_text("It is read anew.\n", encoding="utf-8")
    assert main([str(page)]) == 1
    assert capsys.readouterr().out == f"{page.as_posix()}:1: anew ==> again\n"
