"""Mutable classes with slots that are declared by their fields."""

from __future__ import annotations

import pytest

from cwql.lint.record import FEW, Record, later
from cwql.value import replace


class Point(Record):
    x: int
    y: int = 0
    seen: list[int] = later([])


class Named(Point):
    name: str = ""
    hidden: bool = later(True)


def test_fields_are_arguments_in_order_and_by_name() -> None:
    first, second = Point(1), Named(1, 2, name="origin")
    assert (first.x, first.y) == (1, 0)
    assert (second.x, second.y, second.name, second.hidden) == (1, 2, "origin", True)


def test_the_compiled_initializer_sets_the_same_fields() -> None:
    class Fresh(Named):
        pass

    made = [Fresh(1, 2, "a") for _ in range(2 * FEW)]
    assert {(each.x, each.y, each.name, each.hidden) for each in made} == {(1, 2, "a", True)}
    assert len({id(each.seen) for each in made}) == len(made)
    for each in made:
        assert each.seen == []


def test_each_record_has_its_own_list() -> None:
    first, second = Point(1), Point(1)
    first.seen.append(3)
    assert (first.seen, second.seen) == ([3], [])


def test_records_can_be_changed_and_are_compared_by_identity() -> None:
    first, second = Point(1), Point(1)
    first.y = 5
    assert first.y == 5
    assert first != second
    assert len({first, second}) == 2


def test_a_copy_has_other_fields() -> None:
    first = Named(1, 2, name="origin")
    second = replace(first, y=5)
    assert (first.y, repr(second)) == (2, "Named(x=1, y=5, seen=[], name='origin', hidden=True)")


def test_other_arguments_and_other_attributes_are_errors() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, 2, 3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="seen"):
        Point(1, seen=[])  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]
