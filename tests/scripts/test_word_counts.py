"""Word counts look at prose only: docstrings and comments of Python, text of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.english.word_counts import ENTRIES, count, group_of, main, prose_of_markdown, prose_of_python, table

if TYPE_CHECKING:
    from pathlib import Path

BY_NAME = {entry.name: entry for entry in ENTRIES}


def test_docstrings_and_comments_are_prose() -> None:
    source = '''"""Module docstring."""
LIMIT = 5
"""Attribute docstring."""


class A:
    """Class docstring, with ``what`` as code."""

    def f(self) -> str:
        # A comment.
        return "what a string"  # noqa: X1
'''
    prose = " ".join(prose_of_python(source).split())
    assert prose == "Module docstring. Attribute docstring. Class docstring, with as code. A comment."


def test_an_open_backquote_hides_only_its_own_comment() -> None:
    assert "what follows" in prose_of_python("x = 1  # a ` alone\ny = 2  # what follows\nz = 3  # another ` alone\n")


def test_code_and_link_targets_are_no_prose_of_a_page() -> None:
    page = """# Title

<!-- what -->
Read [the guide](docs/what.md) and `what`, ``what ` is``.

```python
what = 1
```

An open ` backquote.

What is counted.
"""
    prose = prose_of_markdown(page)
    assert count([prose]).hits["what"] == 1
    assert "the guide" in prose
    assert "docs" not in prose


@pytest.mark.parametrize(
    ("text", "name", "hits"),
    [
        ("What is what? Whatever, somewhat.", "what", 2),
        ("It stands, stood, is standing, and understands.", "stands", 3),
        ("Hold the threshold; it held.", "holds", 2),
        ("Tell whether it tells\n    whether.", "tell whether", 2),
        ("Tell, told, tells.", "told, tells", 3),
        ("For example, or e.g. this.", "for example", 2),
        ("If and because; when.", "if", 1),
    ],
)
def test_words_are_found_in_any_form(text: str, name: str, hits: int) -> None:
    assert count([text]).hits[name] == hits


def test_rates_are_per_ten_thousand_words() -> None:
    found = count(["if " + "word " * 199])
    assert found.words == 200
    assert found.rate(BY_NAME["if"]) == 50
    assert count([]).rate(BY_NAME["if"]) == 0


@pytest.mark.parametrize(
    ("name", "rate", "missed"),
    [("what", 15, False), ("what", 15.1, True), ("if", 40, False), ("if", 39.9, True), ("when", 0, False)],
)
def test_goals(name: str, rate: float, missed: bool) -> None:
    assert BY_NAME[name].misses(rate) is missed


def test_table_marks_missed_goals() -> None:
    lines = table({"code": count(["what what if because"]), "docs": count(["if because"])}).splitlines()
    assert lines[0].split() == ["per", "10,000", "words", "code", "docs", "goal"]
    assert lines[1].split() == ["what", "5000.0*", "0.0", "at", "most", "15"]
    assert lines[-1].split() == ["words", "4", "2"]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("src/cwql/lint/frontends/go.py", "src/cwql/lint"),
        ("src/cwql/source.py", "src/cwql"),
        ("tests/lint/python/test_x.py", "tests/lint"),
        ("docs/guides/lint.md", "docs/guides"),
        ("README.md", "README.md"),
    ],
)
def test_groups(path: str, group: str) -> None:
    assert group_of(path) == group


def test_check_fails_if_a_goal_is_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = "If it rains, we stay in, because it is wet. "
    (tmp_path / "src" / "cwql" / "lint").mkdir(parents=True)
    module = tmp_path / "src" / "cwql" / "lint" / "a.py"
    module.write_text(f'"""{good}"""\n', encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(good, encoding="utf-8")
    assert main(["--check"], tmp_path) == 0
    module.write_text(f'"""{good}Tell whether it rains."""\n', encoding="utf-8")
    assert main([], tmp_path) == 0
    assert main(["--check", "--packages"], tmp_path) == 1
    printed = capsys.readouterr()
    assert printed.err == "missed: told, tells in code; tell whether in code\n"
    assert "src/cwql/lint" in printed.out
