"""Planted mistakes and first guesses: which of them type checkers report, and the exceptions of the lines when they run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = Path(__file__).parents[1] / "typing"
MARK = re.compile(r"(.*?)  # (both|mypy|pyright|none) \| (?:(\w+): (.+)|-)")


class Line(NamedTuple):
    number: int
    code: str
    checkers: str
    error: str | None
    says: str


def _lines(name: str) -> tuple[str, list[Line]]:
    """Return the names that the lines of a file use, as code, and the lines."""
    file = FOLDER / name
    head, _, body = file.read_text(encoding="utf-8").partition("# --- planted\n")
    found = []
    for number, line in enumerate(body.splitlines(), head.count("\n") + 2):
        if line and not line.startswith("#"):
            match = MARK.fullmatch(line)
            assert match is not None, f"{file}:{number} is not marked"
            found.append(Line(number, match[1], match[2], match[3], match[4] or ""))
    return head, found


MISTAKES = _lines("planted.py")[1]
GUESSES = _lines("guesses.py")[1]
FILES = {"planted.py": MISTAKES, "guesses.py": GUESSES}


@cache
def _names(file: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(_lines(file)[0], file, "exec"), space)
    return space


def reported_share(checker: str, found: set[tuple[str, int, str]]) -> float:
    """Compare a checker's report with the marks; return the share of the mistakes that it reports."""
    share = 0.0
    for file, lines in FILES.items():
        reported = {line for name, line, _ in found if name == file}
        expected = {it.number for it in lines if it.checkers in ("both", checker)}
        code = {it.number: it.code for it in lines}
        assert {code.get(line, line) for line in reported - expected} == set(), "reported, but not marked"
        assert {code[line] for line in expected - reported} == set(), "marked, but not reported"
        share = share or len(reported) / len(lines)
    return share


def test_enough_is_planted() -> None:
    assert len(MISTAKES) >= 80
    assert len(GUESSES) >= 95
    assert len({it.code for it in [*MISTAKES, *GUESSES]}) == len(MISTAKES) + len(GUESSES)


@pytest.mark.parametrize(("file", "line"), [(file, line) for file, lines in FILES.items() for line in lines], ids=str)
def test_the_line_works_or_its_error_names_the_right_form(file: str, line: Line) -> None:
    names = dict(_names(file))
    if line.error is None:
        # A mistake that both checkers report, or a guess that works.
        assert line.checkers == ("both" if line in MISTAKES else "none")
        exec(line.code, names)
        return
    with pytest.raises(Exception, match=re.escape(line.says)) as caught:
        exec(line.code, names)
    assert line.error in [kind.__name__ for kind in type(caught.value).__mro__]
