"""Planted mistakes: how many of them type checkers catch, and the exceptions of the others when the line runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.api.test_typing import _mypy, _pyright

FILE = Path(__file__).parents[1] / "typing" / "planted.py"
HEAD, _, BODY = FILE.read_text(encoding="utf-8").partition("# --- planted\n")
MARK = re.compile(r"(.*?)  # (both|mypy|pyright|none) \| (?:(\w+): (.+)|-)")


class Mistake(NamedTuple):
    line: int
    code: str
    checkers: str
    error: str | None
    says: str


def _mistakes() -> list[Mistake]:
    found = []
    for number, line in enumerate(BODY.splitlines(), HEAD.count("\n") + 2):
        if line and not line.startswith("#"):
            match = MARK.fullmatch(line)
            assert match is not None, f"{FILE}:{number} is not marked"
            found.append(Mistake(number, match[1], match[2], match[3], match[4] or ""))
    return found


MISTAKES = _mistakes()


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(HEAD, str(FILE), "exec"), space)
    return space


def _sort_out(checker: str, found: set[tuple[str, int, str]]) -> float:
    """Compare a checker's report with the marks; return the share of the mistakes that it catches."""
    told = {line for _, line, _ in found}
    expected = {it.line for it in MISTAKES if it.checkers in ("both", checker)}
    code = {it.line: it.code for it in MISTAKES}
    assert {code.get(line, line) for line in told - expected} == set(), "reported, but not marked"
    assert {code[line] for line in expected - told} == set(), "marked, but not reported"
    return len(told) / len(MISTAKES)


def test_enough_is_planted() -> None:
    assert len(MISTAKES) >= 80
    assert len({it.code for it in MISTAKES}) == len(MISTAKES)


def test_what_mypy_catches(tmp_path: Path) -> None:
    assert _sort_out("mypy", _mypy(tmp_path, FILE)) >= 0.87


def test_what_pyright_catches(tmp_path: Path) -> None:
    pytest.importorskip("basedpyright")
    assert _sort_out("pyright", _pyright(tmp_path, FILE)) >= 0.89


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda it: it.code)
def test_the_line_says_what_is_wrong_when_it_runs(mistake: Mistake, names: dict[str, Any]) -> None:
    if mistake.error is None:
        assert mistake.checkers == "both"
        exec(mistake.code, dict(names))
        return
    with pytest.raises(Exception, match=re.escape(mistake.says)) as caught:
        exec(mistake.code, dict(names))
    assert mistake.error in [kind.__name__ for kind in type(caught.value).__mro__]
