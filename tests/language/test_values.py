"""Python values as values of the tree."""

from __future__ import annotations

import enum
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from cwql.errors import LiteralError
from cwql.language.builder import F
from cwql.language.values import to_list, to_scalar


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Number(int):
    def __int__(self) -> int:
        return 99

    def __index__(self) -> int:
        return 99


class Real(float):
    def __repr__(self) -> str:
        return f"Real({float(self)})"


class Stamp(datetime):
    pass


class Color(enum.Enum):
    RED = "Red"


class Level(enum.IntEnum):
    HIGH = 3


class Mode(enum.StrEnum):
    ON = "on"


CEST = timezone(timedelta(hours=2))

TABLE: list[tuple[Any, Any]] = [
    ("x", "x"),
    (Text("x"), "x"),
    (5, 5),
    (Number(5), 5),
    (True, True),
    (None, None),
    (1.5, Decimal("1.5")),
    (0.1, Decimal("0.1")),
    (2.0, Decimal("2.0")),
    (1e22, Decimal("1E+22")),
    (Real(0.5), Decimal("0.5")),
    (Decimal("2.50"), Decimal("2.50")),
    (date(2024, 1, 31), date(2024, 1, 31)),
    (datetime(2024, 1, 31, 17, tzinfo=CEST), datetime(2024, 1, 31, 15, tzinfo=UTC)),
    (Stamp(2024, 1, 31, 17, tzinfo=CEST), datetime(2024, 1, 31, 15, tzinfo=UTC)),
    (Color.RED, "Red"),
    (Level.HIGH, 3),
    (Mode.ON, "on"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
]


@pytest.mark.parametrize(("obj", "expected"), TABLE)
def test_to_scalar(obj: Any, expected: Any) -> None:
    scalar = to_scalar(obj)
    assert scalar == expected
    assert type(scalar) is type(expected)
    if isinstance(expected, datetime):
        assert scalar.tzinfo is UTC  # type: ignore[union-attr]


REFUSED: list[tuple[Any, str]] = [
    (float("nan"), "finite"),
    (float("-inf"), "finite"),
    (Decimal("sNaN"), "finite"),
    (datetime(2024, 1, 31), "no time zone"),
    (datetime.min.replace(tzinfo=CEST), "not a moment in UTC"),
    (b"x", "decode"),
    (time(1), "datetime"),
    (timedelta(1), "datetime"),
    ([1], "in_"),
    ({1}, "in_"),
    (1j, "real"),
    (object(), "convert it first"),
    (F("a"), "another field"),
    (F("a") == 1, "condition is not a value"),
]


@pytest.mark.parametrize(("obj", "message"), REFUSED)
def test_other_values_are_refused_with_an_alternative(obj: Any, message: str) -> None:
    with pytest.raises(LiteralError, match=message):
        to_scalar(obj)


def test_naive_times_have_the_zone_of_the_argument() -> None:
    moment = datetime(2024, 7, 1, 12)
    assert to_scalar(moment, timezone="Europe/Berlin") == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert to_scalar(moment, timezone="UTC") == datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert to_scalar(moment, timezone=CEST) == datetime(2024, 7, 1, 10, tzinfo=UTC)
    # An aware time keeps its zone.
    assert to_scalar(moment.replace(tzinfo=UTC), timezone="Europe/Berlin") == datetime(2024, 7, 1, 12, tzinfo=UTC)
    # The hour that is repeated in autumn depends on fold.
    repeated = datetime(2024, 10, 27, 2, 30)
    assert to_scalar(repeated, timezone="Europe/Berlin") == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert to_scalar(repeated.replace(fold=1), timezone="Europe/Berlin") == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    with pytest.raises(LiteralError, match="does not exist"):
        to_scalar(datetime(2024, 3, 31, 2, 30), timezone="Europe/Berlin")
    for unknown in ("Mars/Olympus", "../etc/passwd", "", 5):
        with pytest.raises(LiteralError, match="unknown time zone"):
            to_scalar(moment, timezone=unknown)  # type: ignore[arg-type]


LISTS: list[tuple[Any, tuple[Any, ...]]] = [
    ([3, 1, 3, 2], (3, 1, 2)),
    ((1, True, Decimal(1), 1), (1, True, Decimal(1))),
    ({3, 1, 2}, (1, 2, 3)),
    (frozenset(("b", 1, "a")), (1, "a", "b")),
    ({date(2024, 1, 2), date(2024, 1, 1)}, (date(2024, 1, 1), date(2024, 1, 2))),
    (range(3), (0, 1, 2)),
    ((n for n in (1, 1)), (1,)),
    ({"x": 1, "y": 2}.keys(), ("x", "y")),
    ({"x": 1, "y": 2}.values(), (1, 2)),
    (map(str, [1]), ("1",)),
    ([], ()),
]


@pytest.mark.parametrize(("values", "expected"), LISTS)
def test_to_list(values: Any, expected: tuple[Any, ...]) -> None:
    assert to_list(values) == expected
    assert [type(value) for value in to_list(expected)] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("abc", r"in_\(\['abc'\]\)"),
        (b"x", "put it into one"),
        ({"a": 1}, "keys"),
        (5, "iterable"),
        ([None], "is_null"),
        ([[1]], "in_"),
    ],
)
def test_anything_but_a_list_is_refused(values: Any, message: str) -> None:
    with pytest.raises(LiteralError, match=message):
        to_list(values)


def test_modules_are_imported_when_a_value_needs_them() -> None:
    heavy = {"decimal", "_decimal", "datetime", "enum", "uuid", "typing", "dataclasses", "zoneinfo"}
    script = (
        "import sys, re; before = set(sys.modules)\n"
        "import cwql.language.builder, cwql.language.printer\n"
        "cwql.language.printer.emit(cwql.language.builder.F('id') == 1)\n"
        "print(*(set(sys.modules) - before))"
    )
    added = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(added)
