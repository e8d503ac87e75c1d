"""Laws 1 and 3: printed text parses to the same tree, or printing is refused; no value ends its string."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwql.errors import ConditionError
from cwql.language.builder import Field
from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import DEPTH_LIMIT, Comparison, Path, conjunction, disjunction
from cwql.language.operators import EQ, MEMBERSHIP, NOT_STARTSWITH, OPERATORS
from cwql.language.parsing import parse
from cwql.language.printer import emit, lower
from tests.generators import HOSTILE_PIECES, field_lists, hostile_strings, orders, trees

if TYPE_CHECKING:
    from cwql.language.literal_printer import Escape
    from cwql.language.nodes import Expr
    from cwql.language.operators import Operator

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
law = settings(max_examples=100, deadline=None, derandomize=True)


@each_dialect
def test_printed_trees_parse_to_the_same_tree(dialect: Dialect) -> None:
    @law
    @given(trees(dialect))
    def run(tree: Expr) -> None:
        text = emit(tree, dialect=dialect)
        again = parse(text, dialect=dialect)
        assert again == tree
        assert lower(tree, dialect) is tree
        # Printing again changes nothing.
        assert emit(again, dialect=dialect) == text

    run()


@each_dialect
def test_prefix_not_parses_to_the_same_tree(dialect: Dialect) -> None:
    @law
    @given(trees(dialect))
    def run(tree: Expr) -> None:
        text = emit(tree, dialect=dialect, prefix_not=True)
        assert parse(text, dialect=dialect) == tree == lower(tree, dialect, prefix_not=True)

    run()


@each_dialect
@law
@given(order_by=orders, fields=field_lists)
def test_orders_and_field_lists_parse_to_the_same_tree(dialect: Dialect, order_by: object, fields: object) -> None:
    assert parse(emit(order_by, dialect=dialect), dialect=dialect, parameter="orderBy") == order_by  # type: ignore[arg-type]
    assert parse(emit(fields, dialect=dialect), dialect=dialect, parameter=dialect.parameters[-1].name) == fields  # type: ignore[arg-type]


def make(operator: Operator, value: str) -> Expr:
    field = Field("a/b")
    return field._compare(operator, [value, "x"] if operator in MEMBERSHIP else value)


def attempt(tree: Expr, dialect: Dialect, escape: Escape = "refuse") -> tuple[str, list[str]]:
    """Return the text, or the codes of the diagnostics if printing is refused."""
    try:
        return emit(tree, dialect=dialect, escape=escape), []
    except ConditionError as error:
        return "", [diagnostic.code for diagnostic in error.diagnostics]


@each_dialect
def test_hostile_strings_are_printed_as_one_value_or_refused(dialect: Dialect) -> None:
    """Every string in every operator, between two comparisons that a string without an end would change."""
    left, right = Comparison(Path(("id",)), EQ, 1), Comparison(Path(("z",)), EQ, "x'")
    printed = refused = 0
    for value in hostile_strings(10_000):
        native = [make(operator, value) for operator in dialect.operators]
        guarded = conjunction([left, *native, right])
        text, codes = attempt(guarded, dialect)
        if codes:
            refused += 1
            assert set(codes) <= {"CW150", "CW151", "CW152"}
            assert len(codes) == len(native)
        else:
            printed += 1
            assert parse(text, dialect=dialect) == guarded
    assert printed > 2000
    assert refused > 2000


@each_dialect
def test_hostile_strings_in_operators_without_a_form(dialect: Dialect) -> None:
    missing = [operator for operator in OPERATORS.values() if operator not in dialect.operators]
    assert missing
    for value in hostile_strings(1_500, seed=2):
        for operator in missing:
            tree = make(operator, value)
            text, codes = attempt(tree, dialect)
            if codes:
                assert codes[0] in ("CW150", "CW151", "CW152", "CW158")
            else:
                assert parse(text, dialect=dialect) == lower(tree, dialect) != tree


@each_dialect
@law
@given(value=st.lists(st.sampled_from(HOSTILE_PIECES) | st.text(max_size=3), max_size=8).map("".join))
def test_doubled_quotes_parse_to_the_same_tree(dialect: Dialect, value: str) -> None:
    tree = make(EQ, value)
    text, codes = attempt(tree, dialect, "double")
    if codes:
        assert codes[0] in ("CW151", "CW152")
    else:
        assert parse(text, dialect=dialect) == tree


@each_dialect
@law
@given(value=st.lists(st.sampled_from(["\\", '"', "'", "a", "%"]), max_size=9).map("".join))
def test_backslashes_escape_the_value_for_a_server_that_reads_them(dialect: Dialect, value: str) -> None:
    literal = emit(make(EQ, value), dialect=dialect, escape="backslash").partition(" = ")[2]
    quote, read_again, at = literal[0], "", 1
    while literal[at] != quote:
        at += literal[at] == "\\"
        read_again += literal[at]
        at += 1
    assert at == len(literal) - 1
    assert read_again == value


@each_dialect
def test_the_deepest_tree_parses_to_the_same_tree(dialect: Dialect) -> None:
    tree: Expr = Field("a").not_startswith("x")
    leaf = Field("b") == 1
    for level in range(DEPTH_LIMIT):
        tree = (conjunction if level % 2 else disjunction)([leaf, tree])
    assert tree.depth == DEPTH_LIMIT
    assert parse(emit(tree, dialect=dialect), dialect=dialect) == lower(tree, dialect)
    # The parentheses of not (…) would be one level too many.
    text = emit(tree, dialect=dialect, prefix_not=True)
    assert parse(text, dialect=dialect) == lower(tree, dialect, prefix_not=True)


def test_prefix_not_expresses_operators_without_a_negative_form() -> None:
    tree = Field("Name").not_startswith("x%")
    assert emit(tree, dialect="automate", prefix_not=True) == "not (Name startswith 'x%')"
    assert lower(tree, "automate", prefix_not=True) is tree
    assert tree.operator is NOT_STARTSWITH  # type: ignore[union-attr]
