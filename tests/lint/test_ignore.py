"""Patterns of .gitignore: a table, git itself on generated trees and patterns, and patterns that are slow to match naively."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwql.lint.ignore import MOST_GLOBS, Patterns, read_pattern, read_patterns

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
    # Of a range that goes down, Git matches the first character.
    (["a[d-b]c"], "adc", False, True),
    (["a[d-b]c"], "abc", False, False),
    (["a[!d-b]c"], "adc", False, False),
    (["a[!d-b]c"], "abc", False, True),
    (["[[:digit:]]*.py"], "1a.py", False, True),
    (["[[:digit:]]*.py"], "a1.py", False, False),
    (["a[bc"], "a[bc", False, False),
    (["[!]a"], "!a", False, False),
    (["[!]a]"], "b", False, True),
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
    (["/a**"], "ab/c", False, True),
    (["/a**/b"], "ab", False, True),
    (["/a**/b"], "ax/y/b", False, True),
    (["/?a**/b"], "xab/y/b", False, False),
    (["a/**/b/**/c"], "a/b/c", False, True),
    (["a/**/b/**/c"], "a/x/b/b/y/c", False, True),
    (["a/**/b/**/c"], "a/x/y/c", False, False),
    ([r"**\/b"], "b", False, False),
    ([r"**\/b"], "x/y/b", False, True),
    ([r"x\/b"], "x/b", False, True),
    (["/*.md"], "x/a.md", False, False),
    (["x/[a/b]c"], "x/ac", False, True),
    (["x/[!a]c"], "x//c", False, False),
    (["*a?*"], "ba", False, False),
    (["*ab*ab"], "ab", False, False),
    (["*ab*ab"], "abab", False, True),
    (["a" * 5000, "!" + "b" * 5000], "a" * 5000, False, False),
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


SLOW = [
    ("**/a/" * 7 + "b", "a/" * 40 + "c.py"),
    ("**/a/" * 800 + "b", "a/" * 2000 + "c.py"),
    ("/x/" + "**/*a*/" * 500 + "b", "x/" + "a/" * 2000 + "c.py"),
    ("/" + "*/**/" * 500 + "b", "a/" * 2000 + "c.py"),
    ("*a" * 30 + "*b", "a" * 250),
    ("*a" * 2000 + "*b", "a" * 4000),
    ("*" + "?" * 120 + "b*", "a" * 250),
    ("[!x]*" * 20 + "y/*", "a" * 250 + "/c"),
    ("*[ab]" * 800 + "*c", "ab" * 2000),
]


@pytest.mark.parametrize(("pattern", "path"), SLOW, ids=range(len(SLOW)))
def test_repeated_stars_are_not_matched_in_every_combination(pattern: str, path: str) -> None:
    patterns = Patterns([pattern])
    start = time.process_time()
    assert patterns.verdict(path) is None
    # Backtracking would take years for most of these; the bound is no measurement.
    assert time.process_time() - start < 10


NAMES = ["a", "b", "ab", "a.py", "b.md", "foo", "Foo", "x y", "[a]", "a-b", "..a", "a\\b", "#h", "!n", "1"]
SEGMENTS = [
    *NAMES, "*", "*", "**", "?", "*.py", "*.*", "[ab]", "[!a]*", "[^a]", "[a-c]", "[]a]*", "[[:alpha:]]", "[[:digit:]]*", "[[:nope:]]",
    "[a", "[!", "\\a", "\\*", "\\", "a*b", "*a*", "?*", "a**", "**a", "[a-]", "[-a]", "[\\]]*", "[c-a]", "[a/b]", "***", "[[:a]", "[[a]*",
]  # fmt: skip


def make_pattern(chance: random.Random) -> str:
    text = "/".join(chance.choice(SEGMENTS) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
    return "".join(
        [
            chance.choice(["", "", "", "!"]),
            chance.choice(["", "", "", "/", "**/"]),
            text,
            chance.choice(["", "", "", "/", "/**", "/*", " ", "\\ ", "  "]),
        ]
    )


class Repository:
    """A git repository without settings of the user, whose `.gitignore` is written again and again."""

    def __init__(self, home: Path) -> None:
        self.root = home / "tree"
        self.root.mkdir()
        self._environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        self._git(["init", "-q", "."])

    def _git(self, words: list[str], given: bytes = b"") -> bytes:
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=self._environment, input=given, capture_output=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def ignored(self, data: bytes, paths: list[str]) -> set[str]:
        """Return the paths that git ignores, given the content of the `.gitignore`."""
        (self.root / ".gitignore").write_bytes(data)
        ignored = self._git(["check-ignore", "--no-index", "-z", "--stdin"], b"\0".join(map(os.fsencode, paths)))
        return set(map(os.fsdecode, ignored.split(b"\0"))) - {""}

    def plant(self, paths: list[tuple[str, bool]]) -> None:
        """Create files and folders (`True`), parents first."""
        for path, folder in paths:
            if folder:
                (self.root / path).mkdir()
            else:
                (self.root / path).write_text("")


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="asks git")


@needs_git
@pytest.mark.parametrize("seed", range(6))
def test_git_agrees(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    repository = Repository(tmp_path)
    paths: list[tuple[str, bool]] = []
    folders = [""]
    for name in chance.sample(NAMES, 8):
        for parent in chance.sample(folders, min(len(folders), 3)):
            path = f"{parent}{name}"
            if chance.random() < 0.5:
                folders.append(f"{path}/")
                paths.append((path, True))
            else:
                paths.append((path, False))
    repository.plant(paths)
    for _ in range(60):
        lines = [make_pattern(chance) for _ in range(chance.randint(1, 4))]
        data = "\n".join(lines).encode("utf-8", "surrogateescape")
        patterns = read_patterns(data)
        ours = {path for path, folder in paths if patterns.covers(path, folder)}
        assert ours == repository.ignored(data, [path for path, _ in paths]), lines


# Every name below these folders, and every pattern below, is made of few characters, so that many pairs nearly match.
FOLDERS = ["a", "b", "a/a", "a/b", "a/a/b", "a/a/b/a", "ab", "ab/b", "]", "\\", "a/.b", "-", "a/\n"]
FILES = ["a", "b", "ab", "aab", "a-b", "a]", "[", "!a", "#", "A", "0", " ", "a ", "\\a", "*", "?", "\t", ".ab"]
PATHS = [
    *[(folder, True) for folder in FOLDERS],
    *[(f"{folder}/{name}".removeprefix("/"), False) for folder in ["", *FOLDERS] for name in FILES
      if f"{folder}/{name}".removeprefix("/") not in FOLDERS],
]  # fmt: skip
MEMBERS = ["a", "b", "-", "!", "^", "]", "[", "\\", "\\]", "\\-", "a-b", "b-a", "/", "[:alpha:]", "[:upper:]", "[:punct:]", "[:no:]",
           "[:", ":]", "*"]  # fmt: skip
ATOMS = st.one_of(
    st.sampled_from(
        ["a", "b", "a", "b", "-", "*", "*", "**", "***", "?", "/", "/", "**/", "/**/", "/**", "]", " ", ".", "A", "0"]
    ),
    st.sampled_from(["\\a", "\\*", "\\/", "\\\\", "\\ ", "\\?", "\\[", "\\]", "\\", "[", "[!", "[]"]),
    st.builds(
        "[{}{}]".format, st.sampled_from(["", "!", "^"]), st.lists(st.sampled_from(MEMBERS), max_size=4).map("".join)
    ),
)
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "!", "!", "\\!", "#", "\\#"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(ATOMS, min_size=1, max_size=6).map("".join),
    st.sampled_from(["", "", "", "/", "/", "//", "/*", "/**", " ", "\\ ", "\r", "\t"]),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = Repository(tmp_path_factory.mktemp("git"))
    made.plant(PATHS)
    return made


@needs_git
@settings(max_examples=250, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4))
def test_git_agrees_with_generated_patterns(repository: Repository, lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    patterns = read_patterns(data)
    ours = {path for path, folder in PATHS if patterns.covers(path, folder)}
    assert ours == repository.ignored(data, [path for path, _ in PATHS])


def test_globs_after_the_first_ones_are_skipped() -> None:
    rules = Patterns([*(f"a{number}*b" for number in range(MOST_GLOBS)), "x*y", "name", "*.log"])
    assert rules.verdict(f"a{MOST_GLOBS - 1}-b") is True
    assert rules.verdict("x-y") is None
    assert (rules.verdict("name"), rules.verdict("one.log")) == (True, True)
