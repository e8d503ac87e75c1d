"""Patterns of .gitignore: a table, and git itself on trees and patterns that are made up."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from cwql.lint.ignore import Patterns, read_pattern, read_patterns

if TYPE_CHECKING:
    from pathlib import Path

TABLE = [
    # patterns, path, folder, taken out
    (["*.log"], "a.log", False, True),
    (["*.log"], "x/y/a.log", False, True),
    (["*.log", "!keep.log"], "x/keep.log", False, False),
    (["!keep.log", "*.log"], "x/keep.log", False, True),
    (["/a.log"], "x/a.log", False, False),
    (["/a.log"], "a.log", False, True),
    (["build/"], "build", False, False),
    (["build/"], "build", True, True),
    (["build/"], "x/build/out/a.py", False, True),
    (["build/", "!build/keep.py"], "build/keep.py", False, True),
    (["build/*", "!build/keep.py"], "build/keep.py", False, False),
    (["docs/*.md"], "docs/a.md", False, True),
    (["docs/*.md"], "docs/x/a.md", False, False),
    (["docs/**/*.md"], "docs/a.md", False, True),
    (["docs/**/*.md"], "docs/x/y/a.md", False, True),
    (["**/foo/bar"], "a/b/foo/bar", False, True),
    (["**/foo/bar"], "foo/bar", False, True),
    (["foo/**"], "foo", True, False),
    (["foo/**"], "foo/a/b", False, True),
    (["a?c"], "abc", False, True),
    (["a?c"], "a/c", False, False),
    (["a[b-d]c"], "acc", False, True),
    (["a[!b-d]c"], "acc", False, False),
    (["a[^b-d]c"], "axc", False, True),
    (["a[]]c"], "a]c", False, True),
    (["[[:digit:]]*.py"], "1a.py", False, True),
    (["[[:digit:]]*.py"], "a1.py", False, False),
    (["a[bc"], "a[bc", False, False),
    ([r"\#x"], "#x", False, True),
    ([r"\!x"], "!x", False, True),
    (["# x"], "# x", False, False),
    (["x  "], "x", False, True),
    (["x\\ "], "x ", False, True),
    (["x\r"], "x", False, True),
    (["/"], "x", False, False),
    ([""], "x", False, False),
    (["**"], "a/b", False, True),
    (["caf?"], "café", False, True),
    (["a**b"], "axxb", False, True),
    (["x/a**b"], "x/a/b", False, False),
]


@pytest.mark.parametrize(("patterns", "path", "folder", "expected"), TABLE)
def test_table(patterns: list[str], path: str, folder: bool, expected: bool) -> None:
    assert Patterns(patterns).covers(path, folder) is expected


def test_bytes_of_a_file() -> None:
    patterns = read_patterns(b"\xef\xbb\xbf*.a\r\n\n# no\n\xff.b\n")
    assert [pattern.text for pattern in patterns.patterns] == ["*.a", "\udcff.b"]
    assert patterns.covers("\udcff.b")


def test_lines_that_name_nothing() -> None:
    assert [read_pattern(line) for line in ("", "  ", "#", "/", "!")] == [None] * 5


def test_many_stars_take_no_time() -> None:
    patterns = Patterns(["*a" * 30 + "*b", "[!x]*" * 20 + "y/*"])
    start = time.perf_counter()
    assert not patterns.covers("a" * 250)
    assert not patterns.covers("a" * 250 + "/c")
    # Without care this would outlast the universe; the bound is no measurement.
    assert time.perf_counter() - start < 10


NAMES = ["a", "b", "ab", "a.py", "b.md", "foo", "Foo", "x y", "[a]", "a-b", "..a", "a\\b", "#h", "!n", "1"]
PIECES = [
    *NAMES, "*", "*", "**", "?", "*.py", "*.*", "[ab]", "[!a]*", "[^a]", "[a-c]", "[]a]*", "[[:alpha:]]", "[[:digit:]]*", "[[:nope:]]",
    "[a", "[!", "\\a", "\\*", "\\", "a*b", "*a*", "?*", "a**", "**a", "[a-]", "[-a]", "[\\]]*", "[c-a]", "[a/b]", "***", "[[:a]", "[[a]*",
]  # fmt: skip


def make_pattern(chance: random.Random) -> str:
    text = "/".join(chance.choice(PIECES) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
    return "".join(
        [
            chance.choice(["", "", "", "!"]),
            chance.choice(["", "", "", "/", "**/"]),
            text,
            chance.choice(["", "", "", "/", "/**", "/*", " ", "\\ ", "  "]),
        ]
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git")
@pytest.mark.parametrize("seed", range(6))
def test_git_agrees(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    root = tmp_path / "tree"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True, env=environment)
    paths: list[tuple[str, bool]] = []
    folders = [""]
    for name in chance.sample(NAMES, 8):
        for parent in chance.sample(folders, min(len(folders), 3)):
            path = f"{parent}{name}"
            if chance.random() < 0.5:
                (root / path).mkdir()
                folders.append(f"{path}/")
                paths.append((path, True))
            else:
                (root / path).write_text("")
                paths.append((path, False))
    for _ in range(60):
        lines = [make_pattern(chance) for _ in range(chance.randint(1, 4))]
        data = "\n".join(lines).encode("utf-8", "surrogateescape")
        (root / ".gitignore").write_bytes(data)
        asked = "\0".join(path for path, _ in paths)
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", "check-ignore", "--no-index", "-z", "--stdin"],
            input=asked.encode(),
            capture_output=True,
            cwd=root,
            env=environment,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        theirs = set(done.stdout.decode().split("\0")) - {""}
        patterns = read_patterns(data)
        ours = {path for path, folder in paths if patterns.covers(path, folder)}
        assert ours == theirs, lines
