"""The syntax tree: equality, joining, negation, and walking over it."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql.errors import ExpressionError
from cwql.language.builder import F
from cwql.language.nodes import (
    DEPTH_LIMIT,
    And,
    Comparison,
    Constant,
    FieldList,
    Or,
    Order,
    OrderBy,
    Path,
    comparisons,
    conjunction,
    disjunction,
    map_leaves,
    negate,
    walk,
)
from cwql.language.operators import EQ, IN, LT
from cwql.source import Span
from cwql.value import replace

if TYPE_CHECKING:
    from cwql.language.nodes import Expr

A, B, C, D = (F(name) == 1 for name in "abcd")
TREE = cwql.parse("a = 1 and (b = 1 or (c = 1 and d = 1)) and e in (1, 2)")
VALUES = (
    1,
    True,
    Decimal(1),
    Decimal("1.0"),
    "1",
    None,
    0,
    False,
    "",
    date(2024, 1, 1),
    datetime(2024, 1, 1, tzinfo=UTC),
)
WRONG: list[Any] = [1, "b = 2", None, Path(("a",))]


def compared(value: Any) -> Comparison:
    return Comparison(Path(("a",)), EQ, value)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_comparisons_are_equal_if_type_and_value_are(value: Any) -> None:
    others = [other for other in VALUES if compared(other) == compared(value)]
    assert [(type(other), other) for other in others] == [
        (type(other), other) for other in VALUES if type(other) is type(value) and other == value
    ]
    assert hash(compared(value)) == hash(compared(value))


def test_lists_are_equal_if_the_types_of_all_values_are() -> None:
    first, second, third = (Comparison(Path(("a",)), IN, values) for values in ((1, 0), (1, 0), (True, False)))
    assert first == second
    assert first != third
    assert first != Comparison(Path(("a",)), IN, (0, 1))


def test_positions_do_not_count() -> None:
    parsed, built = cwql.parse("a = 1"), F("a") == 1
    assert parsed == built
    assert hash(parsed) == hash(built)
    assert parsed.span == Span(0, 5)
    assert built.span is None
    assert Order(Path(("a",)), start=3) == Order(Path(("a",)))
    assert FieldList((Path(("a",)),), (3,)) == FieldList((Path(("a",)),))


def test_a_junction_spans_its_items() -> None:
    tree: Any = cwql.parse("a = 1 and  ( b = 2 or c = 3 )")
    assert tree.span == Span(0, 27)
    assert tree.items[1].span == Span(13, 27)
    assert And((A, B)).span is None


@pytest.mark.parametrize(
    "tree",
    [
        TREE,
        Constant(True),
        OrderBy((Order(Path(("a",)), descending=True, start=2),)),
        FieldList((Path(("a", "b")),), (1,)),
    ],
    ids=repr,
)
def test_pickle_keeps_trees_with_their_positions(tree: Any) -> None:
    again = pickle.loads(pickle.dumps(tree))
    assert again == tree
    assert getattr(again, "span", None) == getattr(tree, "span", None)
    assert getattr(again, "starts", None) == getattr(tree, "starts", None)
    assert copy.deepcopy(tree) == tree


def test_replace_keeps_the_other_parts() -> None:
    parsed: Any = cwql.parse("a = 1")
    changed = replace(parsed, value=2)
    assert (changed, changed.span) == (compared(2), Span(0, 5))
    assert replace(parsed, operator=LT, span=None).span is None
    assert replace(And((A, B)), items=(B, C)) == And((B, C))
    with pytest.raises(TypeError, match="colour"):
        replace(parsed, colour="red")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (conjunction([]), Constant(True)),
        (disjunction([]), Constant(False)),
        (conjunction([A]), A),
        (disjunction([Or((A, B))]), Or((A, B))),
        (conjunction([A, And((B, C)), D]), And((A, B, C, D))),
        (conjunction([A, Or((B, C))]), And((A, Or((B, C))))),
        (A & B & C, And((A, B, C))),
        (A | (B | C), Or((A, B, C))),
        (~(A & (B | C)), Or((F("a") != 1, And((F("b") != 1, F("c") != 1))))),
        (negate(Constant(True)), Constant(False)),
        (~~TREE, TREE),
    ],
)
def test_joining_and_negation(made: Expr, expected: Expr) -> None:
    assert made == expected


def test_only_conditions_are_joined_or_negated() -> None:
    for wrong in WRONG:
        with pytest.raises(ExpressionError, match="expected another condition"):
            _ = A & wrong
        with pytest.raises(ExpressionError, match="expected another condition"):
            _ = wrong | A
        with pytest.raises(ExpressionError, match="expected a condition"):
            negate(wrong)
    with pytest.raises(ExpressionError, match="no truth value"):
        bool(A)


def test_walk_yields_every_node_from_left_to_right() -> None:
    tree: Any = TREE
    first, group, last = tree.items
    second, pair = group.items
    assert [id(node) for node in walk(tree)] == [
        id(node) for node in (tree, first, group, second, pair, *pair.items, last)
    ]
    assert list(walk(Constant(True))) == [Constant(True)]
    assert [str(comparison.path) for comparison in comparisons(tree)] == ["a", "b", "c", "d", "e"]


def test_map_leaves_replaces_and_flattens() -> None:
    assert map_leaves(TREE, lambda leaf: leaf) == TREE
    assert map_leaves(And((A, B)), lambda leaf: C & D) == And((C, D, C, D))
    assert map_leaves(Constant(True), negate) == Constant(False)
    assert map_leaves(TREE, negate) == cwql.parse("a != 1 and (b != 1 or (c != 1 and d != 1)) and e not in (1, 2)")


def test_the_depth_is_limited() -> None:
    tree: Expr = A
    for level in range(DEPTH_LIMIT):
        tree = And((tree, B)) if level % 2 else Or((tree, B))
    assert tree.depth == DEPTH_LIMIT
    assert len(list(walk(tree))) == 2 * DEPTH_LIMIT + 1
    with pytest.raises(ExpressionError, match=f"{DEPTH_LIMIT + 1} nested levels"):
        Or((tree, B))
