"""A few cases of the generators of hostile trees: see ``scripts/fuzz``."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from scripts.fuzz import lint_configuration, lint_runs, lint_trees

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo") or not hasattr(os, "wait4"), reason="POSIX")


@pytest.mark.parametrize("seed", range(1, 9))
def test_hostile_configuration(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The bound finds runs that hang; the speed of a run depends on the machine.
    monkeypatch.setattr(lint_configuration, "SECONDS", 10)
    assert [*lint_configuration.run_case(seed)] == []


@pytest.mark.parametrize("seed", [5, 9])
def test_hostile_trees(seed: int) -> None:
    assert [*lint_trees.run_case(seed)] == []


def test_the_generators_see_what_is_wrong(tmp_path: Path) -> None:
    """A generator that could not report anything would report nothing."""
    (tmp_path / "a.py").write_text("x = 1\r\n" + lint_trees.MISTAKES[".py"] + "\n")
    tree = lint_trees.Tree(random.Random(1), tmp_path)
    tree.planted.append(lint_trees.Planted("a.py", "utf-8", b"", frozenset((1,))))
    before = lint_runs.snapshot(tmp_path)
    fixed = (tmp_path / "a.py").read_bytes().replace(b"==", b"=")

    def problems(data: bytes, mode: int = 0o644, name: str = "a.py", comments: bool = False) -> int:
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(mode)
        return len([*lint_trees.Changes(before, lint_runs.snapshot(tmp_path), tree).problems(comments)])

    assert problems(fixed) == 0
    assert problems(fixed.replace(b"\r\n", b"\n")) == 1
    assert problems(fixed.replace(b"x = 1", b"x =  1")) == 1
    assert problems(b"\xef\xbb\xbf" + fixed) == 1
    assert problems(fixed + b"\n") == 1
    assert problems(fixed, 0o600) == 1
    assert problems(fixed, comments=True) == 1
    assert problems(fixed, name="b.py") == 1
    run = lint_runs.run_lint(tmp_path, ["--no-such-option"])
    assert run.problem(10) is None
    assert run._replace(err="Traceback (most recent call last)").problem(10) is not None
    assert run._replace(out="\x1b[2J").problem(10) is not None
    assert run._replace(status=None).problem(10) is not None
    assert run._replace(status=-9).problem(10) is not None
    assert run._replace(seconds=11).problem(10) is not None
    assert run._replace(megabytes=300).problem(10) is not None
