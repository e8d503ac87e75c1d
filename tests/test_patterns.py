"""No regular expression that reads text from outside takes more than linear time."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cwql
from cwql.client import errors, long_pages
from cwql.client.error_body import HINTS, Complaint, Refusal
from cwql.language.parsing.lexer import _NEXT_COMPARISON
from tests.patterns import MODES, Pattern, find_patterns, find_pumps, find_slow_input

ROOT = Path(cwql.__file__).parent

OUTSIDE = ("client", "sandbox", "manage", "automate")
"""Packages that read what servers and callers say: all of their patterns are measured, also those made at run time."""

DYNAMIC = {"client/errors.py:_locate", "client/error_body.py:find_hint", "client/long_pages.py:divide"}
"""Patterns that these packages make at run time; `test_patterns_that_are_made_at_run_time` and `test_hints` try them."""


WINDOWED = {_NEXT_COMPARISON}
"""Patterns that are only applied to a window of constant size."""

PATTERNS = find_patterns("cwql", ROOT)
MEASURED = [each for each in PATTERNS if each.pattern is not None and each.pattern not in WINDOWED]


def outside() -> list[Pattern]:
    return [each for each in PATTERNS if each.place.split("/")[1] in OUTSIDE]


@pytest.mark.parametrize("found", MEASURED, ids=lambda each: each.place)
def test_time_is_linear(found: Pattern) -> None:
    assert found.pattern is not None
    for mode in found.modes:
        assert find_slow_input(found.pattern, mode) is None, found.pattern.pattern


def test_no_other_pattern_is_made_at_run_time() -> None:
    made = {f"{found.place.rpartition(':')[0]}:{found.function}" for found in outside() if found.pattern is None}
    assert made == {f"cwql/{place}" for place in DYNAMIC}


class Recorder(ModuleType):
    """The module `re`, which keeps the patterns that are compiled, and how they are applied."""

    def __init__(self) -> None:
        super().__init__("re")
        self.made: set[tuple[re.Pattern[Any], str]] = set()

    def compile(self, pattern: Any, flags: int = 0) -> Any:
        return Recorded(re.compile(pattern, flags), self.made)

    def search(self, pattern: Any, text: Any, flags: int = 0) -> re.Match[Any] | None:
        found: re.Match[Any] | None = self.compile(pattern, flags).search(text)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


class Recorded:
    """A pattern that notes its methods."""

    def __init__(self, pattern: re.Pattern[Any], made: set[tuple[re.Pattern[Any], str]]) -> None:
        self._pattern = pattern
        self._made = made

    def __getattr__(self, name: str) -> Any:
        self._made.add((self._pattern, MODES.get(name, "scan")))
        return getattr(self._pattern, name)


def test_patterns_that_are_made_at_run_time(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(errors, "re", recorder)
    monkeypatch.setattr(long_pages, "re", recorder)
    refusal = Refusal(400, "x", "y", (Complaint("a.(b)+/c*", "z"), Complaint("aaaa", "z")))
    errors.reply_error(refusal, "manage", conditions=("aaaa = 1",))
    for pretty in ("", "\n  "):
        row = b'{"id": 1, "_info": {"x": "y"}}'
        assert len(list(long_pages.divide(b"[" + b",".join([pretty.encode() + row] * 20_000) + b"]"))) > 5
    assert {mode for _, mode in recorder.made} == {"match", "scan"}
    assert len(recorder.made) >= 5
    for pattern, mode in recorder.made:
        assert find_slow_input(pattern, mode) is None, pattern.pattern


@pytest.mark.parametrize(
    "pattern", sorted({text for hints in HINTS.values() for hint in hints for text in (hint.said, hint.at)})
)
def test_hints(pattern: str) -> None:
    assert find_slow_input(re.compile(pattern, re.IGNORECASE), "scan") is None


def test_every_call_is_found() -> None:
    """Nothing gets to `re` by another way than a call of `re.…` with the pattern in its first place."""
    texts = {path: path.read_text("utf-8") for package in OUTSIDE for path in (ROOT / package).rglob("*.py")}
    calls = sum(
        len(re.findall(r"\bre\.(?:compile|match|fullmatch|search|subn?|split|findall|finditer)\(", text))
        for text in texts.values()
    )
    assert calls == len(outside()) > 25
    assert not [
        path for path, text in texts.items() if re.search(r"^\s*(?:from re import|import re as)", text, re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("pattern", "mode"),
    [
        # An address was searched for a password with this one: hours for one unsigned callback.
        (re.compile(r"(//)?.*@", re.DOTALL), "scan"),
        (re.compile(r"(a+)+$"), "match"),
        (re.compile(r"(?:a|a)*b"), "fullmatch"),
        (re.compile(r"(?:a|ab)*c(?:a|ba)*$"), "scan"),
        (re.compile(r"\s+$"), "scan"),
        (re.compile(r"x*\s*x*\s*!"), "match"),
        (re.compile(r"/[!-~]*?(\?[!-~]*)?"), "fullmatch"),
        (re.compile(r"<!--.*?-->", re.DOTALL), "scan"),
        (re.compile(r"\[[^\]]*\]"), "scan"),
        (re.compile(r"[a-z0-9.]*[a-z0-9]@"), "scan"),
        (re.compile(rb"(x+x+)+y"), "match"),
        (re.compile(r"(?=(a+)+b)"), "match"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.pattern),
)
def test_slow_patterns_are_found(pattern: re.Pattern[Any], mode: str) -> None:
    assert find_slow_input(pattern, mode) is not None


@pytest.mark.parametrize(
    ("pattern", "mode"),
    [
        (re.compile(r"[a-z]+"), "scan"),
        (re.compile(r"(a+)+"), "match"),
        (re.compile(r"\"[^\"]*(?:\"|\Z)"), "scan"),
        (re.compile(r"(?<!\s)\s++$"), "scan"),
        (re.compile(r"/[^?]*(\?.*)?"), "fullmatch"),
        (re.compile(r"\s+$"), "match"),
        (re.compile(rb"%[0-9a-f]{2}"), "scan"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.pattern),
)
def test_linear_patterns_are_accepted(pattern: re.Pattern[Any], mode: str) -> None:
    assert find_slow_input(pattern, mode) is None


def test_inputs_are_made_from_the_pattern() -> None:
    made = find_pumps(re.compile(r"key=(?:x[yz])*;q{2,}"))
    assert ("key=", "xy", "\x00") in made
    assert ("key=xy;", "q", "") in made
