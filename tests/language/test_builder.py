"""Field handles: the comparison that each spelling makes, and uses that are refused."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import cwql
from cwql.errors import CwqlError, ExpressionError, LiteralError
from cwql.language.builder import F, Field
from cwql.language.nodes import And, Comparison, Constant, Expr, Order, Path
from cwql.language.operators import OPERATORS, TEXT_WORDS

A = Path(("a",))


def compared(operator: str, value: Any) -> Comparison:
    return Comparison(A, OPERATORS[operator], value)


BUILT: list[tuple[Any, Any]] = [
    (F("a") == 1, compared("=", 1)),
    (F("a") != "x", compared("!=", "x")),
    (F("a") < 1, compared("<", 1)),
    (F("a") <= 1, compared("<=", 1)),
    (F("a") > 1, compared(">", 1)),
    (F("a") >= 1, compared(">=", 1)),
    (F("a") > 5, compared(">", 5)),
    (5 == F("a"), compared("=", 5)),  # noqa: SIM300 - the test is about the reflected form
    (F("a").contains("x"), compared("contains", "x")),
    (F("a").contains(443), compared("contains", 443)),
    (F("a").not_contains("x"), compared("not contains", "x")),
    (F("a").like("x%"), compared("like", "x%")),
    (F("a").not_like("x%"), compared("not like", "x%")),
    (F("a").startswith("x"), compared("startswith", "x")),
    (F("a").not_startswith("x"), compared("not startswith", "x")),
    (F("a").endswith("x"), compared("endswith", "x")),
    (F("a").not_endswith("x"), compared("not endswith", "x")),
    (F("a").in_(x % 3 for x in range(9)), compared("in", (0, 1, 2))),
    (F("a").not_in({2, 1}), compared("not in", (1, 2))),
    (F("a").in_([]), Constant(False)),
    (F("a").not_in(()), Constant(True)),
    (F("a").is_null(), compared("=", None)),
    (F("a").is_not_null(), compared("!=", None)),
    (F("a") == None, compared("=", None)),  # noqa: E711
    (F("a").between(1, 2), And((compared(">=", 1), compared("<=", 2)))),
    (~F("a").contains("x"), compared("not contains", "x")),
    (F("a").asc(), Order(A)),
    (F("a").desc(), Order(A, descending=True)),
]


@pytest.mark.parametrize(("built", "expected"), BUILT)
def test_built(built: Any, expected: Any) -> None:
    assert built == expected


@pytest.mark.parametrize(
    ("name", "segments"),
    [
        ("id", ("id",)),
        ("company/identifier", ("company", "identifier")),
        ("Client.Id", ("Client", "Id")),
        ("_info/lastUpdated", ("_info", "lastUpdated")),
        ("and/id", ("and", "id")),
        (Path(("x", "y")), ("x", "y")),
    ],
)
def test_names(name: Any, segments: tuple[str, ...]) -> None:
    field = F(name)
    assert (field == 1) == Comparison(Path(segments), OPERATORS["="], 1)
    assert str(field) == "/".join(segments)


@pytest.mark.parametrize(
    "name", ["", "a b", "a/", "/a", "a//b", "a.b/c", "1a", "é", "in", "NULL", "a\n", "a=1", "{a}", "x" * 99 + "!"]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(LiteralError, match="is not a field name"):
        F(name)
    with pytest.raises(ExpressionError, match="expected a str"):
        F(5)  # type: ignore[arg-type]


def chained(field: Field) -> object:
    return 1 < field < 9


def joined_by_and(field: Field) -> object:
    return field == 1 and field == 2


MISUSED: list[tuple[Callable[[Any], object], str]] = [
    (bool, "has no truth value"),
    (chained, r"\(low < x\) & \(x < high\)"),
    (joined_by_and, "& and"),
    (lambda f: not f, "negate with ~"),
    (lambda f: not (f == 1), "negate with ~"),  # noqa: SIM201
    (lambda f: 1 in f, r"contains\(1\)"),
    (lambda f: f in [F("b"), F("c")], "never with another field"),
    (list, "cannot be iterated"),
    (lambda f: {f}, "str"),
    (lambda f: f & (f == 1), "compare it before joining"),
    (lambda f: (f == 1) & f, "expected another condition"),
    (lambda f: 1 | f, "compare it before joining"),
    (lambda f: ~f, "compare it before negating"),
    (lambda f: f == F("b"), "never with another field"),
    (lambda f: f.in_(F("b")), "never with another field"),
    (lambda f: f == (f == 1), "parentheses"),
    (lambda f: f == [1, 2], r"in_\(\[1, 2\]\)"),
    (lambda f: f != (1, 2), r"not_in\(\(1, 2\)\)"),
    (lambda f: f < [1], "single value"),
    (lambda f: f < None, "is_null"),
    (lambda f: f >= True, "no order"),
    (lambda f: f.between(1, None), "no order"),
    (lambda f: f.like(5), "expected a str"),
    (lambda f: f.startswith(None), "is_null"),
    (lambda f: f.contains(None), "is_null"),
    (lambda f: f.in_("abc"), r"in_\(\['abc'\]\)"),
    (lambda f: f.in_([None, 1]), "is_null"),
    (lambda f: f.not_in(5), r"not_in\(\): .*iterable"),
    (lambda f: f == datetime(2024, 1, 1), "timezone="),
]


@pytest.mark.parametrize(("use", "message"), MISUSED)
def test_misuse_is_refused_with_an_alternative(use: Callable[[Field], object], message: str) -> None:
    with pytest.raises(CwqlError, match=message) as caught:
        use(F("a"))
    assert isinstance(caught.value, (ExpressionError, LiteralError))


def test_naive_times_have_the_time_zone_of_the_handle() -> None:
    moment = datetime(2024, 7, 1, 10, tzinfo=UTC)
    field = F("a", timezone="Europe/Berlin")
    assert (field > datetime(2024, 7, 1, 12)) == compared(">", moment)
    assert field.in_([datetime(2024, 7, 1, 12)]) == compared("in", (moment,))


def test_handles_copy_and_pickle() -> None:
    field = F("a/b", timezone="UTC")
    for again in (copy.copy(field), copy.deepcopy(field), pickle.loads(pickle.dumps(field))):
        assert repr(again) == "F('a/b')"
        assert (again == 1) == (field == 1)


def test_a_subclass_can_check_every_comparison() -> None:
    seen: list[str] = []

    class Typed(Field):
        __slots__ = ()

        def _compare(self, operator: Any, value: object) -> Expr:
            seen.append(operator.name)
            return super()._compare(operator, value)

    field = Typed("a")
    results = [
        field == 1,
        field != 1,
        field < 1,
        field <= 1,
        field > 1,
        field >= 1,
        field.is_null(),
        field.is_not_null(),
    ]
    results += [getattr(field, f"{negation}{word}")("x") for word in TEXT_WORDS for negation in ("", "not_")]
    results += [field.in_([1]), field.not_in([1]), field.between(1, 2)]
    assert len(seen) == len(results) + 1
    assert set(seen) == set(OPERATORS)


def test_every_text_operator_has_a_method() -> None:
    assert TEXT_WORDS == ("contains", "like", "startswith", "endswith")
    for word in TEXT_WORDS:
        assert getattr(F("a"), word)("x") == compared(word, "x")
        assert getattr(F("a"), f"not_{word}")("x") == compared(f"not {word}", "x")


def test_the_negation_of_an_empty_list_is_everything() -> None:
    assert ~F("a").in_([]) == Constant(True)
    assert ~F("a").not_in([]) == Constant(False)
    assert ~(F("a").in_([]) | (F("b") == 1)) == And((Constant(True), Comparison(Path(("b",)), OPERATORS["!="], 1)))


# --- Values of numpy, pandas and polars ----------------------------------------------------------------------------------


def test_scalars_of_numpy_are_values() -> None:
    numpy = pytest.importorskip("numpy")
    field = F("a")
    assert (field == numpy.int64(3)) == (field == 3)
    assert (field == numpy.bool_(False)) == (field == False)  # noqa: E712
    assert (field == numpy.float64(0.1)) == (field == Decimal("0.1"))
    assert (field == numpy.float32(0.1)) == (field == Decimal("0.1"))
    assert (field == numpy.str_("x")) == (field == "x")
    assert (field == numpy.array(7)) == (field == 7)
    moment = datetime(2024, 7, 1, 12, 0, 0, 5, tzinfo=UTC)
    for unit in ("us", "ns"):
        value = numpy.datetime64("2024-07-01T12:00:00.000005", unit)
        assert (F("a", timezone=UTC) > value) == (field > moment)
        with pytest.raises(LiteralError, match="has no time zone"):
            _ = field > value
    with pytest.raises(LiteralError, match="finite"):
        _ = field == numpy.float32("nan")
    with pytest.raises(LiteralError, match="compute the moment first"):
        _ = field == numpy.timedelta64(5, "s")
    with pytest.raises(LiteralError, match="real number"):
        _ = field == numpy.complex64(1j)


def test_lists_take_arrays_and_columns_of_data_frames() -> None:
    numpy, pandas, polars = (pytest.importorskip(name) for name in ("numpy", "pandas", "polars"))
    expected = F("a").in_([3, 1, 2])
    frame = pandas.DataFrame({"id": [3, 1, 2, 3]}, index=[10, 11, 12, 13])
    for values in (numpy.array([3, 1, 2]), frame["id"], polars.Series([3, 1, 2]), pandas.Index([3, 1, 2])):
        assert F("a").in_(values) == expected
    assert F("a").in_(numpy.array([0.1], dtype="float32")) == F("a").in_([Decimal("0.1")])
    assert F("a").in_(pandas.Series(["x", "y"])) == F("a").in_(["x", "y"])
    times = pandas.Series(pandas.to_datetime(["2024-07-01T12:00:00Z"]))
    assert F("a").in_(times) == F("a").in_([datetime(2024, 7, 1, 12, tzinfo=UTC)])
    assert F("a").in_(frame["id"][:0]) == Constant(False)
    with pytest.raises(LiteralError, match="a mapping as a list"):
        F("a").in_(frame)
    with pytest.raises(LiteralError, match="finite number"):
        F("a").in_(pandas.Series([1.0, None]))


def test_is_compares_with_a_flag_or_null() -> None:
    assert F("a").is_(False) == (F("a") == False)  # noqa: E712
    assert F("a").is_(None) == F("a").is_null()
    with pytest.raises(ExpressionError, match="takes True, False or None, not 0"):
        F("a").is_(0)  # type: ignore[arg-type]


def test_conditions_of_a_list_are_joined() -> None:
    terms = [F("id") == 1, F("id") == 2]
    assert cwql.all_of(*terms) == (F("id") == 1) & (F("id") == 2)
    assert cwql.any_of(*terms) == (F("id") == 1) | (F("id") == 2)
    assert cwql.all_of(terms[0]) == terms[0]
    for join in (cwql.all_of, cwql.any_of):
        with pytest.raises(cwql.ExpressionError, match="needs at least one condition"):
            join()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("icontains", r"contains\(\)"),
        ("starts_with", r"startswith\(\)"),
        ("isin", r"in_\(\[...\]\)"),
        ("notin_", r"not_in\(\)"),
        ("eq", "=="),
    ],
)
def test_names_of_other_libraries_get_advice(name: str, advice: str) -> None:
    with pytest.raises(AttributeError, match=rf"F\('a'\) has no method '{name}': write {advice}"):
        getattr(F("a"), name)
    assert not hasattr(F("a"), "nosuch")
    assert not hasattr(F("a"), "__array__")


def test_membership_takes_one_list() -> None:
    with pytest.raises(ExpressionError, match=r"in_ takes one list: write F\('a'\).in_\(\[1, ...\]\)"):
        F("a").in_(1, 2)  # type: ignore[arg-type]
    with pytest.raises(ExpressionError, match=r"not_in takes one list"):
        F("a").not_in("x", "y")  # type: ignore[arg-type]
