"""Names that resemble a mistyped one."""

from __future__ import annotations

import time

import pytest

from cwql.schema.suggest import edit_distance, suggest


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [
        ("", "", 0),
        ("status", "status", 0),
        ("staus", "status", 1),
        ("statsu", "status", 1),
        ("sttus", "status", 1),
        ("statuss", "status", 1),
        ("stetus", "status", 1),
        ("kitten", "sitting", 3),
        ("abc", "xyz", 3),
        ("ca", "abc", 3),
    ],
)
def test_edit_distance(left: str, right: str, count: int) -> None:
    assert edit_distance(left, right, 3) == edit_distance(right, left, 3) == count
    if count:
        assert edit_distance(left, right, count - 1) is None


def test_the_nearest_goes_first() -> None:
    fields = ["summary", "severity", "status", "subType", "site"]
    assert suggest("sumary", fields) == ["summary"]
    assert suggest("STATUS", fields)[0] == "status"
    assert suggest("qqqqqq", fields) == []
    assert suggest("name", ["companyName", "nameOfBoard"]) == ["nameOfBoard", "companyName"]
    assert suggest("x", ["y", "z", "w", "v"], limit=2) == ["v", "w"]


def test_a_hostile_name_costs_nothing() -> None:
    start = time.process_time()
    assert suggest("a" * 1_000_000, [f"field{n}" for n in range(500)]) == []
    assert time.process_time() - start < 1
