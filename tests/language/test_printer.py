"""Printing: the text of each kind of tree, and the diagnostics of trees that have none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cwql.errors import ConditionError, ExpressionError, UnknownNameError
from cwql.language.builder import F
from cwql.language.nodes import And, Comparison, Constant, FieldList, Or, Order, OrderBy, Path
from cwql.language.operators import CONTAINS, EQ, GT, IN, LIKE, NOT_LIKE
from cwql.language.parsing import parse
from cwql.language.printer import emit, lower

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

ID = Path(("id",))
TABLE: list[tuple[Any, str, str]] = [
    (F("id") == 1, "id = 1", "id = 1"),
    (F("status/name") == "New", 'status/name = "New"', "status.name = 'New'"),
    (F("a") == 'say "hi"', "a = 'say \"hi\"'", "a = 'say \"hi\"'"),
    (F("a") == "it's", 'a = "it\'s"', 'a = "it\'s"'),
    (F("a") == "", 'a = ""', "a = ''"),
    (F("a") == "C:\\\\", 'a = "C:\\\\"', "a = 'C:\\\\'"),
    (F("a") == "C:\\x", 'a = "C:\\x"', "a = 'C:\\x'"),
    (F("a") == "{}", 'a = "{}"', "a = '{}'"),
    (F("a") == "\u202e\u2028😀", 'a = "\u202e\u2028😀"', "a = '\u202e\u2028😀'"),
    (F("a") != None, "a != null", "a != null"),  # noqa: E711
    (F("a") == True, "a = true", "a = True"),  # noqa: E712
    (F("a") >= -5, "a >= -5", "a >= -5"),
    (F("a") < Decimal("1E+3"), "a < 1000.0", "a < 1000.0"),
    (F("a") < Decimal("1.50"), "a < 1.5", "a < 1.5"),
    (F("a") < Decimal("-0.0"), "a < 0.0", "a < 0.0"),
    (F("a") < Decimal("1E-9"), "a < 0.000000001", "a < 0.000000001"),
    (F("a") > date(2024, 1, 31), "a > [2024-01-31]", "a > 2024-01-31"),
    (F("a") > datetime(2024, 1, 31, 17, tzinfo=UTC), "a > [2024-01-31T17:00:00Z]", "a > 2024-01-31T17:00:00Z"),
    (
        Comparison(ID, GT, datetime(2024, 1, 31, 1, 2, 3, 40_000, tzinfo=timezone(timedelta(hours=2)))),
        "id > [2024-01-30T23:02:03.040000Z]",
        "id > 2024-01-30T23:02:03.040000Z",
    ),
    (F("a").in_([1, 2]), "a in (1, 2)", "a in (1, 2)"),
    (F("a").not_in("x" for _ in "ab"), 'a not in ("x")', "a not in ('x')"),
    (F("a").contains("x"), 'a contains "x"', "a contains 'x'"),
    (F("a").not_like("x%"), 'a not like "x%"', "a not like 'x%'"),
    (F("a").startswith("x"), 'a like "x%"', "a startswith 'x'"),
    (F("a").endswith("x"), 'a like "%x"', "a endswith 'x'"),
    (F("a").not_startswith("x"), 'a not like "x%"', "a not like 'x%'"),
    (F("a").not_endswith("x"), 'a not like "%x"', "a not like '%x'"),
    ((F("a") == 1) & (F("b") == 2) & (F("c") == 3), "a = 1 and b = 2 and c = 3", "a = 1 and b = 2 and c = 3"),
    ((F("a") == 1) | (F("b") == 2) & (F("c") == 3), "a = 1 or (b = 2 and c = 3)", "a = 1 or (b = 2 and c = 3)"),
    (((F("a") == 1) | (F("b") == 2)) & (F("c") == 3), "(a = 1 or b = 2) and c = 3", "(a = 1 or b = 2) and c = 3"),
    (~((F("a") == 1) | (F("b") < 2)), "a != 1 and b >= 2", "a != 1 and b >= 2"),
    (And((And((F("a") == 1, F("b") == 2)), F("c") == 3)), "a = 1 and b = 2 and c = 3", "a = 1 and b = 2 and c = 3"),
    (Or((And((F("a") == 1,)),)), "a = 1", "a = 1"),
    (OrderBy((F("a/b").asc(), F("c").desc())), "a/b asc, c desc", "a.b asc, c desc"),
    (FieldList((ID, Path(("a", "b")))), "id,a/b", "id,a.b"),
]


@pytest.mark.parametrize(("tree", "manage", "automate"), TABLE)
def test_table(tree: Any, manage: str, automate: str) -> None:
    assert emit(tree) == manage
    assert emit(tree, dialect="automate") == automate


def test_options_select_the_forms_of_the_reference_document() -> None:
    tree = (F("Status") != "Offline") & (F("LastContact") >= date(2024, 2, 14)) & F("Name").not_in(["a"])
    assert emit(tree, dialect="automate", prefix_not=True, quoted_dates=True) == (
        "not (Status = 'Offline') and LastContact >= '2024-02-14' and not (Name in ('a'))"
    )
    # No document shows these forms for Manage.
    assert emit(tree, dialect="manage", prefix_not=True, quoted_dates=True) == emit(tree)


def test_automate_prints_a_time_without_a_zone_as_it_is() -> None:
    tree = Comparison(ID, GT, datetime(2024, 2, 1, 8, 30))
    assert emit(tree, dialect="automate") == "id > 2024-02-01T08:30:00"


REFUSED: list[tuple[Any, str, str]] = [
    (F("a") == "\"'", "manage", "CW150"),
    (F("a") == "x\n", "manage", "CW151"),
    (F("a") == "\x85", "automate", "CW151"),
    (F("a") == "\x7f", "automate", "CW151"),
    (F("a") == "\ud83d", "manage", "CW151"),
    (F("a") == "C:\\", "manage", "CW152"),
    (F("a").in_(["x", "\\\\\\"]), "automate", "CW152"),
    (F("a").in_([]), "manage", "CW153"),
    (Constant(True), "automate", "CW153"),
    (And(()), "manage", "CW153"),
    (Or(()), "manage", "CW153"),
    ((F("a") == 1) & Constant(True), "manage", "CW153"),
    (Comparison(ID, IN, ()), "manage", "CW154"),
    (OrderBy(()), "manage", "CW154"),
    (FieldList(()), "manage", "CW154"),
    (F("a") == 10**64, "manage", "CW155"),
    (F("a") == -(10**63), "manage", "CW155"),
    (F("a") == 10**1_000_000, "manage", "CW155"),
    (F("a") == 1e300, "manage", "CW155"),
    (F("a") == Decimal("1E-1000000"), "manage", "CW155"),
    (F("a") == Decimal("0." + "1" * 200), "manage", "CW155"),
    (Comparison(ID, EQ, Decimal("NaN")), "manage", "CW155"),
    (Comparison(ID, EQ, Decimal("sNaN")), "manage", "CW155"),
    (Comparison(ID, EQ, Decimal("-Infinity")), "manage", "CW155"),
    (Comparison(ID, GT, datetime(2024, 1, 1)), "manage", "CW156"),
    (Comparison(ID, GT, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))), "automate", "CW156"),
    (Comparison(Path(()), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("a b",)), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("a", "")), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("é",)), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("1a",)), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("a\n",)), EQ, 1), "manage", "CW157"),
    (Comparison(Path(("NOT",)), EQ, 1), "manage", "CW157"),
    (Comparison(Path((5,)), EQ, 1), "manage", "CW157"),  # type: ignore[arg-type]
    (Comparison(Path("id"), EQ, 1), "manage", "CW157"),  # type: ignore[arg-type]
    (Comparison("id", EQ, 1), "manage", "CW157"),  # type: ignore[arg-type]
    (OrderBy((Order(Path(("desc",))),)), "manage", "CW157"),
    (FieldList((Path(("a-b",)),)), "manage", "CW157"),
    (F("a").startswith("100%"), "manage", "CW158"),
    (F("a").endswith("*"), "manage", "CW158"),
    (F("a").startswith("[a"), "manage", "CW158"),
    (F("a").not_startswith("a_b"), "automate", "CW158"),
    (F("a").not_endswith("a\\b"), "automate", "CW158"),
    (Comparison(ID, EQ, (1, 2)), "manage", "CW159"),
    (Comparison(ID, IN, 1), "manage", "CW159"),
    (Comparison(ID, IN, ((1,),)), "manage", "CW159"),  # type: ignore[arg-type]
    (Comparison(ID, EQ, 1.5), "manage", "CW159"),  # type: ignore[arg-type]
    (Comparison(ID, EQ, b"x"), "manage", "CW159"),  # type: ignore[arg-type]
    (Comparison(ID, EQ, [1]), "manage", "CW159"),  # type: ignore[arg-type]
    (Comparison(ID, "=", 1), "manage", "CW159"),  # type: ignore[arg-type]
    (OrderBy(("id",)), "manage", "CW159"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("tree", "dialect", "code"), REFUSED)
def test_refused(tree: Any, dialect: DialectName, code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        emit(tree, dialect=dialect)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert diagnostic.severity == "error"
    assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(caught.value.text)
    assert str(caught.value).isprintable() or "\n" in str(caught.value)


def test_subclasses_are_refused_because_they_would_parse_to_another_type() -> None:
    class Text(str):
        __slots__ = ()

    with pytest.raises(ConditionError, match="CW159"):
        emit(Comparison(ID, EQ, Text("x")))


def test_every_problem_is_reported_at_its_position() -> None:
    with pytest.raises(ConditionError) as caught:
        emit((F("a") == "\x00") & ((F("b") == "\"'") | (F("c") == 1)) & F("d").in_(["x", "\\"]))
    error = caught.value
    assert [(diagnostic.code, error.text[slice(*diagnostic.span)]) for diagnostic in error.diagnostics] == [
        ("CW151", "\"'\\\\x00'\""),
        ("CW150", "'\\'\"\\\\\\'\\''"),
        ("CW152", "\"'\\\\\\\\'\""),
    ]
    assert [diagnostic.message.partition(":")[0] for diagnostic in error.diagnostics] == ["a", "b", "d"]


def test_escapes() -> None:
    both = F("a") == "6' 2\""
    assert emit(both, escape="double") == 'a = "6\' 2"""'
    assert emit(both, dialect="automate", escape="double") == "a = '6'' 2\"'"
    assert emit(both, escape="backslash") == 'a = "6\' 2\\""'
    assert emit(F("a") == "C:\\", escape="backslash") == 'a = "C:\\\\"'
    with pytest.raises(ConditionError, match="CW152"):
        # A server that reads backslashes would read \" as a quote, and the next quote as the end.
        emit(F("a") == "x\\\" '", escape="double")
    with pytest.raises(ExpressionError, match="unknown escape 'html'"):
        emit(both, escape="html")  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", ["id = 1", None, F("a"), 5, ID])
def test_anything_but_a_tree_is_refused(thing: Any) -> None:
    with pytest.raises(ExpressionError, match="expected a condition"):
        emit(thing)


def test_unknown_dialects_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        emit(F("a") == 1, dialect="odata")  # type: ignore[arg-type]


def test_lower() -> None:
    tree = F("a").startswith("x") & ~F("b").endswith("y")
    assert lower(tree) == Comparison(Path(("a",)), LIKE, "x%") & Comparison(Path(("b",)), NOT_LIKE, "%y")
    assert lower(tree, "automate") == F("a").startswith("x") & Comparison(Path(("b",)), NOT_LIKE, "%y")
    assert lower(tree, "automate", prefix_not=True) is tree
    assert lower(And((Comparison(ID, CONTAINS, "x"),))) == Comparison(ID, CONTAINS, "x")
    with pytest.raises(ConditionError, match="CW158"):
        lower((F("a") == "\x00") & F("a").startswith("%"))


def test_a_word_that_only_automate_reserves_is_a_field_of_manage() -> None:
    tree = Comparison(Path(("startswith",)), EQ, 1)
    assert emit(tree) == "startswith = 1"
    assert parse("startswith = 1") == tree
    with pytest.raises(ConditionError, match="CW157"):
        emit(tree, dialect="automate")
    with pytest.raises(ConditionError):
        parse("startswith = 1", dialect="automate")
