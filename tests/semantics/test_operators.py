"""The meaning of conditions, as tables; every row is evaluated by both evaluators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from cwql.errors import ConditionError, LiteralError, UnknownNameError
from cwql.language.builder import F
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Constant, OrderBy, Path, conjunction
from cwql.language.operators import OPERATORS
from cwql.language.parsing import parse
from cwql.manage import models
from cwql.semantics.operators import SEMANTICS
from cwql.semantics.predicate import predicate
from tests.semantics.documents import DocumentTable

if TYPE_CHECKING:
    from cwql.language.nodes import Scalar

RECORD: dict[str, Any] = {
    "id": 5, "text": "5", "name": "Straße", "blank": "", "nothing": None, "flag": True, "amount": 1.5, "big": 2**60,
    "when": "2024-01-02T12:00:00Z", "day": "2024-01-02", "offset": "2024-01-02T13:00:00+01:00", "status": {"name": "New"},
    "ports": [80, 443], "tags": ["VIP", None], "empty": [], "pattern": "50%_[x]*",
    "t": [{"x": "a@b.c", "y": "Email"}, {"x": "555", "y": "Phone"}], "s": [],
    "customFields": [{"id": 1, "caption": "Asset", "value": "Yes"}, {"id": 2, "caption": "Tier", "value": None}],
}  # fmt: skip

MANAGE = [
    ("name = 'STRASSE'", True), ("name = 'strass'", False), ("name != 'x'", True), ("Name contains 'SS'", True),
    ("status/NAME in ('old', 'new')", True), ("status/name not in ('old', 'new')", False),
    # Null.
    ("nothing = null", True), ("nothing != null", False), ("gone = null", True), ("gone/far = null", True), ("name = null", False),
    ("nothing = 'x'", False), ("nothing != 'x'", False), ("nothing not in ('x')", False), ("nothing not like 'x'", False),
    ("nothing not contains 'x'", False), ("nothing < 1", False), ("nothing >= 1", False), ("blank = null", False), ("blank != null", True),
    ("id in (1, null)", False), ("nothing in (1, null)", True), ("nothing not in (1, null)", False), ("id not in (1, null)", True),
    ("id < null", False), ("name contains null", False), ("name not contains null", False), ("nothing <= null", False),
    # Numbers, texts, flags.
    ("id = 5", True), ("id = 5.0", True), ("id = '5'", True), ("text = 5", True), ("text < 10", True), ("text < '10'", False),
    ("id = 'five'", False), ("id != 'five'", True), ("id < 'five'", False), ("amount = 1.5", True), ("amount > 1.4999999999", True),
    ("big > 1152921504606846975", True), ("big = 1152921504606846976", True), ("flag = true", True), ("flag = 1", True),
    ("flag = 'True'", True), ("flag != false", True), ("name = true", False),
    # Dates.
    ("when = [2024-01-02T12:00:00Z]", True), ("offset = [2024-01-02T12:00:00Z]", True), ("when > [2024-01-02]", True),
    ("when = [2024-01-02]", False), ("day = [2024-01-02]", True), ("day < [2024-01-02T00:00:01Z]", True), ("when = '2024-01-02 12:00'", True),
    ("when >= 2024-01-02", True), ("name > [2024-01-02]", False), ("name != [2024-01-02]", True), ("id < [2024-01-02]", False),
    # Patterns.
    ("name like 'str%'", True), ("name like '*SS*'", True), ("name like 'S_r%'", False), ("pattern like '50[%]_[[]x]%'", True),
    ("pattern like '50[%]%'", True), ("name like '[r-t]%'", True), ("name like '[^r-t]%'", False), ("name not like 'x%'", True),
    ("blank like '%'", True), ("id like '5'", False), ("id not like '5'", True), ("id contains 5", False), ("text contains 5", True),
    # Collections.
    ("ports contains 443", True), ("ports contains 44", False), ("ports not contains 22", True), ("ports not contains 80", False),
    ("tags contains 'vip'", True), ("ports = 80", True), ("ports != 80", True), ("ports > 1000", False), ("empty != null", True),
    ("empty contains 1", False), ("empty not contains 1", True), ("empty = 1", False), ("t/x like '%@%' and t/y = 'Email'", True),
    ("t/x like '%@%' and t/y = 'Phone'", False), ("t/x like '%@%' or t/y = 'nope'", True), ("s/x = null", True), ("s/x = 'a'", False),
    ("t/x = null", False), ("(t/x = 'a@b.c' or t/x = 'q') and t/y = 'Phone'", False), ("id = 5 and t/y = 'Phone'", True),
    ("status = null", False), ("status = 5", False), ("status != 5", True),
    ("not (id = 5 and text = '5')", False), ("not (nothing = 1)", False),
]  # fmt: skip

AUTOMATE = [
    ("name like 'S_r%'", True), ("name like 'S*'", False), ("pattern like '50\\%%'", True), ("pattern like '%[x]%'", True),
    ("name startswith 'STR'", True), ("name endswith 'sse'", True), ("not (name startswith 'x')", True), ("status.name = 'new'", True),
    ("when >= '2024-01-02'", True), ("when > 2024-01-02T11:59:59", True), ("ports contains 443", True), ("nothing startswith 'x'", False),
]  # fmt: skip

CUSTOM = [
    ("caption = 'asset' and value != null", True), ("caption = 'Tier' and value != null", False), ("id = 1 and value = 'yes'", True),
    ("Asset contains 'ye'", True), ("Asset = 'yes' and Tier = null", True), ("Tier = 'yes'", False), ("nope = null", False),
    ("caption = 'Asset' or caption = 'nope'", True),
    # A caption names another custom field, next to the one that the other terms are about.
    ("(Asset = 'yes' or caption = 'nope') and caption = 'Tier' and value = null", True),
    ("(Asset = 'no' or caption = 'nope') and caption = 'Tier' and value = null", False),
    ("(Tier = null or caption = 'nope') and (value = 'yes' or caption = 'nope')", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "language", "custom"),
    [(*row, "manage", False) for row in MANAGE]
    + [(*row, "automate", False) for row in AUTOMATE]
    + [(*row, "manage", True) for row in CUSTOM],
)
def test_both_evaluators(text: str, expected: bool, language: str, custom: bool) -> None:
    judge = predicate(text, dialect=find_dialect(language), parameter="customFieldConditions" if custom else None)
    assert judge(RECORD) is expected
    tree: Any = parse(text, dialect=find_dialect(language))
    assert (DocumentTable([RECORD]).find(tree, find_dialect(language), custom=custom) == {0}) is expected


def test_every_operator_has_semantics() -> None:
    assert set(SEMANTICS) == set(OPERATORS.values())
    for operator, semantics in SEMANTICS.items():
        assert semantics.operator is operator
        assert semantics.summary


class Color(Enum):
    RED = "Red"


@dataclass
class Thing:
    """A record as an object."""

    color: Color
    made: datetime
    born: date
    price: Decimal
    number: UUID
    in_: str = "kept"


def test_objects_and_python_values() -> None:
    thing = Thing(
        Color.RED,
        datetime(2024, 1, 2, 14, tzinfo=timezone(timedelta(hours=2))),
        date(2024, 1, 2),
        Decimal("19.99"),
        UUID("0" * 32),
    )
    assert predicate(F("Color") == "red")(thing)
    assert predicate("made = [2024-01-02T12:00:00Z] and made contains '2024'")(thing)
    assert predicate("born = [2024-01-02]")(thing)
    assert predicate("price = 19.99 and price < 20")(thing)
    assert predicate("number like '0000%'")(thing)
    assert predicate("nope = null")(thing)


def test_models() -> None:
    ticket = models.Ticket.model_validate({
        "id": 1,
        "summary": "Printer",
        "board": {"id": 2, "name": "Help Desk"},
        "_info": {"lastUpdated": "2024-01-02T12:00:00Z"},
        "odd": {"x": 1},
        "customFields": [{"id": 1, "caption": "Asset", "value": "yes"}],
    })  # fmt: skip
    assert predicate("board/Name = 'help desk' and summary contains 'print'")(ticket)
    assert predicate("_info/lastUpdated > [2024-01-01]")(ticket)
    assert predicate("odd/x = 1 and closedFlag = null")(ticket)
    assert predicate("caption = 'Asset' and value = 'Yes'", parameter="customFieldConditions")(ticket)


def test_constants_and_errors() -> None:
    assert predicate(Constant(True))({})
    assert not predicate(Constant(False))({})
    with pytest.raises(ConditionError):
        predicate("a =")
    with pytest.raises(UnknownNameError):
        predicate("a = 1", dialect="other")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        predicate("a = 1", parameter="nope")


def test_statement_beyond_the_limits_of_sqlite_is_refused() -> None:
    table = DocumentTable([{"a": 1}])
    manage = find_dialect("manage")
    for tree in (
        Comparison(Path(("a",)), OPERATORS["in"], tuple(range(40_000))),
        F("a").like("%a_b" * 20_000 + "%"),
        conjunction([F("a") == None] * 60_000),  # noqa: E711
        Comparison(Path(("a",)), OPERATORS["="], "\ud800"),
        Comparison(Path(('a"',)), OPERATORS["="], "x"),
    ):
        with pytest.raises(LiteralError):
            table.find(tree, find_dialect("automate"))
    with pytest.raises(LiteralError, match="pattern"):
        table.find(F("a").like("[ab]" * 10_001), manage)
    assert table.find(F("a").like("[ab]" * 10_000), manage) == set()
    deep = conjunction([F("a") == number for number in range(1_500)])
    assert table.find(deep, manage) == set()


def test_time_without_zone_is_in_utc() -> None:
    naive, aware = datetime(2024, 1, 2, 12), datetime(2024, 1, 2, 12, tzinfo=UTC)
    assert predicate(Comparison(Path(("a",)), OPERATORS["="], naive))({"a": aware})
    assert predicate(Comparison(Path(("a",)), OPERATORS["="], aware))({"a": "2024-01-02T12:00:00"})


# Values that are near each other: (value, literal, whether less, whether equal).
NEAR: list[tuple[object, Scalar, bool, bool]] = [
    # From 2**53 on, a float and the decimal that is printed for it are different integers.
    (100000000000000018, Decimal("100000000000000020.0"), True, False),
    (100000000000000016.0, Decimal("100000000000000020.0"), False, True),
    (2**53, 2**53, False, True),
    (2**53, 2**53 + 1, True, False),
    (0.1, Decimal("0.1"), False, True),
    (0.1, Decimal("0.10000000000000001"), True, False),
    (2**70, 2**70 + 1, True, False),
    ("1.50", Decimal("1.5"), False, True),
    ("+2", 2, False, True),
    # Dates in other forms than those of the APIs are text.
    ("2024-01-02T11:59:59.999999999Z", datetime(2024, 1, 2, 12, tzinfo=UTC), True, False),
    ("2024-01-02T13:00+0100", datetime(2024, 1, 2, 12, tzinfo=UTC), False, True),
    ("20240102", date(2024, 1, 2), False, False),
    ("2024-W01-2", date(2024, 1, 2), False, False),
    ("2024-01-02T12", datetime(2024, 1, 2, 12, tzinfo=UTC), False, False),
    ("2024-01-02t12:00", datetime(2024, 1, 2, 12, tzinfo=UTC), False, False),
    ("2023-02-29", date(2023, 3, 1), False, False),
    ("2024-01-02", "20240102", True, False),
    ("2024-01-02T13:00:00+01:00", "2024-01-02T12:00:00Z", False, True),
]


@pytest.mark.parametrize(("value", "literal", "is_less", "is_equal"), NEAR)
def test_values_near_each_other(value: object, literal: Scalar, is_less: bool, is_equal: bool) -> None:
    # `a` has indexed columns, `b` has none.
    table = DocumentTable([{"a": value, "b": value}])
    for name in ("a", "b"):
        for operator, expected in (("<", is_less), ("=", is_equal), ("in", is_equal)):
            operand = (literal,) if operator == "in" else literal
            tree = Comparison(Path((name,)), OPERATORS[operator], operand)
            assert predicate(tree)({name: value}) is expected
            assert (table.find(tree, find_dialect("manage")) == {0}) is expected


@pytest.mark.parametrize("child", [5, "x", None, True, ["x"], [], {"y": 1}])
def test_child_without_members_has_null(child: object) -> None:
    record = {"t": [child]}
    for text, expected in (("t/x = null", True), ("t/x != null", False), ("t/x = 5", False), ("t/x not in (5)", False)):
        tree: Any = parse(text, dialect="manage")
        assert predicate(tree)(record) is expected
        assert (DocumentTable([record]).find(tree, find_dialect("manage")) == {0}) is expected


def test_sorted_values() -> None:
    values = [None, -1.5, 2, True, "", "B", "a", "ß", "2024-01-02T13:00:00+01:00", "2024-01-02T12:30:00Z", "zz"]
    table = DocumentTable([{"a": value, "b": value} for value in reversed(values)])
    # Timestamps are numbers of microseconds, and numbers come before texts.
    expected = [None, -1.5, True, 2, "2024-01-02T13:00:00+01:00", "2024-01-02T12:30:00Z", "", "a", "B", "ß", "zz"]
    for name in ("a", "b"):
        found = [values[-1 - index] for index in table.sort(OrderBy((F(name).asc(),)))]
        assert found == expected
        assert [values[-1 - index] for index in table.sort(OrderBy((F(name).desc(),)))] == expected[::-1]
