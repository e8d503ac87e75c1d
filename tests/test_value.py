"""Value classes: methods that are derived from the fields of a class."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import pytest

from cwql.value import Value, assign, field, replace, slot_setter

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import KW_ONLY

T = TypeVar("T")


class Point(Value):
    x: int
    y: int = 0
    origin: ClassVar[str] = "corner"


class Point3(Point):
    z: int = 0


class Label(Value):
    text: str
    _: KW_ONLY
    bold: bool = False
    colour: str


class Word(Value):
    text: str
    start: int = field(default=-1, compare=False)


class Pair(Value, Generic[T]):
    left: T
    right: T


class Names(Value):
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        assign(self, "names", tuple(sorted(self.names)))


class Unit(Value, eq=False):
    name: str


class Celsius(Value):
    degrees: float

    def __init__(self, text: str) -> None:
        assign(self, "degrees", float(text))


SAMPLES = [
    Point(1, 2),
    Point3(1, 2, 3),
    Label("a", bold=True, colour="red"),
    Word("a", 5),
    Pair("a", "b"),
    Names(("b", "a")),
    Celsius("20.5"),
]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Point(1), "Point(x=1, y=0)"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (Point(y=2, x=1), "Point(x=1, y=2)"),
        (Point3(1), "Point3(x=1, y=0, z=0)"),
        (Point3(1, z=3), "Point3(x=1, y=0, z=3)"),
        (Label("a", colour="red"), "Label(text='a', bold=False, colour='red')"),
        (Word("a", 5), "Word(text='a')"),
        (Pair[int](1, 2), "Pair(left=1, right=2)"),
        (Names(("b", "a")), "Names(names=('a', 'b'))"),
        (Celsius("20.5"), "Celsius(degrees=20.5)"),
    ],
    ids=repr,
)
def test_arguments_fill_the_fields_in_order_or_by_name(made: Value, expected: str) -> None:
    assert repr(made) == expected


@pytest.mark.parametrize(
    ("kind", "args", "kwargs", "message"),
    [
        (Point, (), {}, "Point() needs the argument 'x'"),
        (Point, (1, 2, 3), {}, "Point() takes 2 positional arguments, but 3 were given"),
        (Point, (1,), {"z": 1}, "Point() got an unexpected argument 'z'"),
        (Point, (1,), {"x": 1}, "Point() got several values for the argument 'x'"),
        (Label, ("a",), {}, "Label() needs the argument 'colour'"),
        (Label, ("a", True), {"colour": "red"}, "Label() takes 1 positional arguments, but 2 were given"),
        (Label, ("a", True, "red"), {}, "Label() takes 1 positional arguments, but 3 were given"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    kind: type[Value], args: tuple[object, ...], kwargs: dict[str, object], message: str
) -> None:
    with pytest.raises(TypeError) as caught:
        kind(*args, **kwargs)
    assert str(caught.value) == message


def test_equal_if_type_and_compared_fields_are_equal() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(2, 1)
    assert Point(1, 2) != Point3(1, 2)
    assert Point(1, 2) != (1, 2)
    assert Word("a", 1) == Word("a", 2)
    assert len({Point(1, 2), Point(1, 2), Point3(1, 2), Word("a", 1), Word("a", 2)}) == 3


def test_a_class_without_eq_compares_by_identity() -> None:
    metre = Unit("m")
    assert metre == metre
    assert metre != Unit("m")
    assert len({metre, metre, Unit("m")}) == 2


@pytest.mark.parametrize("value", SAMPLES, ids=repr)
def test_no_field_can_be_set_deleted_or_added(value: Any) -> None:
    name = value.__fields__[0]
    attempts: tuple[Callable[[], object], ...] = (
        lambda: setattr(value, name, None),
        lambda: setattr(value, "other", None),
        lambda: delattr(value, name),
    )
    for attempt in attempts:
        with pytest.raises(AttributeError, match="is immutable"):
            attempt()
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", SAMPLES, ids=repr)
def test_pickle_and_copy_keep_every_field(value: Any) -> None:
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert type(again) is type(value)
    assert [getattr(again, name) for name in value.__fields__] == [getattr(value, name) for name in value.__fields__]
    assert copy.copy(value) is value
    assert copy.deepcopy(value) is value


def test_replace_changes_fields_and_keeps_the_others() -> None:
    assert replace(Point3(1, 2, 3), y=5) == Point3(1, 5, 3)
    assert replace(Label("a", colour="red"), bold=True) == Label("a", bold=True, colour="red")
    assert replace(Word("a", 5), text="b").start == 5
    assert replace(Names(("a",)), names=("c", "b")) == Names(("b", "c"))
    with pytest.raises(TypeError, match="unexpected argument 'w'"):
        replace(Point(1, 2), w=1)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copy_replace_works_too() -> None:
    assert copy.replace(Point(1, 2), y=3) == Point(1, 3)  # type: ignore[attr-defined, unused-ignore]


def test_match_takes_positional_fields() -> None:
    match Label("a", colour="red"):
        case Label(text, colour=colour):
            assert (text, colour) == ("a", "red")
    match Point3(1, 2, 3):
        case Point3(x, y, z):
            assert (x, y, z) == (1, 2, 3)
    assert Label.__match_args__ == ("text",)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Point3, "(x: 'int', y: 'int' = 0, z: 'int' = 0)"),
        (Label, "(text: 'str', *, bold: 'bool' = False, colour: 'str')"),
        (Word, "(text: 'str', start: 'int' = -1)"),
        (Celsius, "(text: 'str') -> 'None'"),
    ],
)
def test_signature_shows_the_fields(kind: type[Value], expected: str) -> None:
    assert str(inspect.signature(kind)) == expected


def test_slot_setter_sets_a_field_of_a_new_object() -> None:
    made = object.__new__(Point)
    slot_setter(Point, "x")(made, 1)
    slot_setter(Point, "y")(made, 2)
    assert made == Point(1, 2)


def test_class_variables_are_no_fields() -> None:
    assert Point.__fields__ == ("x", "y")
    assert Point(1).origin == "corner"
