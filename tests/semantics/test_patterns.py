"""Patterns of ``like``, in both evaluators."""

from __future__ import annotations

import pytest

from cwql.language.builder import F
from cwql.language.dialects import find_dialect
from cwql.semantics.predicate import predicate
from tests.semantics.documents import DocumentTable

MANAGE = [
    ("x", "X", True), ("x", "xy", False), ("x%", "xy", True), ("%y", "xy", True), ("%", "", True), ("", "", True), ("", "x", False),
    ("x*y", "xaby", True), ("%a%b%", "xaxbx", True), ("%a%b%", "ba", False), ("a%%b", "ab", True), ("%aa%aa", "aaa", False), ("_", "x", False),
    ("_", "_", True), ("[", "[", True), ("a[", "a[", True), ("[[]", "[", True), ("[]", "", False), ("[]%", "x", False), ("[]]", "]", False),
    ("[abc]", "b", True), ("[abc]", "d", False), ("[a-d]", "c", True), ("[a-d]", "-", False), ("[a-d]", "e", False), ("[a-a]", "a", True), ("\ud7ff%", "\ud7ffx", True), ("\U0010ffff%", "\U0010ffff", True), ("[A-D]", "c", True),
    ("[a-]", "a", True), ("[a-]", "-", True), ("[a-]", "b", False), ("[-a]", "-", True), ("[-]", "-", True), ("[d-a]", "b", False),
    ("[d-a]%", "bx", False), ("[^a-c]", "d", True), ("[^a-c]", "b", False), ("[^]", "^", True), ("[^]", "x", False), ("[a^]", "^", True),
    ("[^d-a]", "x", True), ("[^d-a]", "", False), ("x[a-c]%[x-z]", "xbqy", True), ("x[a-c]%[x-z]", "xby", True), ("x[a-c]%[x-z]", "xb", False),
    ("[a-c1-3]", "2", True), ("[a-c1-3]", "-", False), ("[.]", ".", True), ("[.]", "x", False), ("a.c", "abc", False), ("[\\]", "\\", True),
    ("%\\%", "a\\b", True), ("a?b", "axb", False), ("%[a-b]", "xxb\n", False), ("[^x]%", "\ny", True), ("ß", "SS", True), ("s_", "ß", False),
]  # fmt: skip
AUTOMATE = [
    ("x_", "xy", True), ("x_", "x", False), ("_%", "", False), ("x*", "xy", False), ("x*", "x*", True), ("x\\%", "x%", True), ("x\\%", "xy", False),
    ("x\\_", "x_", True), ("x\\", "x\\", True), ("[ab]", "a", False), ("[ab]", "[ab]", True), ("s_", "ß", True), ("_\n%", "a\nb", True), ("%_", "x", True),
    ("a?b", "a?b", True), ("a?_", "a?c", True), ("a?_", "axc", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "text", "expected", "language"),
    [(*row, "manage") for row in MANAGE] + [(*row, "automate") for row in AUTOMATE],
)
def test_pattern(pattern: str, text: str, expected: bool, language: str) -> None:
    tree = F("b").like(pattern)
    assert predicate(tree, dialect=find_dialect(language))({"b": text}) is expected
    assert (DocumentTable([{"b": text}]).find(tree, find_dialect(language)) == {0}) is expected


def test_wild_pattern_takes_linear_time() -> None:
    is_match = predicate(F("a").like("%a" * 2_000 + "b"))
    assert not is_match({"a": "a" * 100_000})
