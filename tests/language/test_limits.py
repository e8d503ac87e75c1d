"""Long and deep texts: the time is linear in the length, and depth is a diagnostic, never a RecursionError."""

from __future__ import annotations

import copy
import itertools
import pickle
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import DEPTH_LIMIT, NESTING_LIMIT, Junction

if TYPE_CHECKING:
    from types import FrameType

DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)

SHAPES: dict[str, Callable[[int], str]] = {
    "and": lambda n: " and ".join(["a=1"] * n),
    "or": lambda n: " or ".join(["abc = 'x'"] * n),
    "and next to or": lambda n: " and b=2 or ".join(["a=1"] * n),
    "groups": lambda n: " or ".join(["(a=1 and b=2)"] * n),
    "dates": lambda n: " and ".join(["a>2024-01-01T00:00:00Z"] * n),
    "numbers in a list": lambda n: f"a in ({','.join(['12'] * n)})",
    "strings in a list": lambda n: f"a in ({', '.join(['QxQ'] * n)})".replace("Q", '"'),
    "one string": lambda n: f"a = '{'x' * n}'",
    "doubled quotes": lambda n: "a = '" + "''" * n + "'",
    "one name": lambda n: f"{'a' * n} = 1",
    "blanks": lambda n: f"a{' ' * n}={' ' * n}1",
    "not": lambda n: f"{'not ' * n}a=1",
    "not before a long group": lambda n: f"{'not ' * n}({' and '.join(['a=1'] * n)})",
    "nested not around a long group": lambda n: f"{'not (' * 100}{' or '.join(['a=1'] * n)}{')' * 100}",
    "not in every operand": lambda n: " and ".join(["not (a=1 or not b=2)"] * n),
    "path segments": lambda n: f"a{'/b' * n} = 1",
    "backslashes": lambda n: "a = '" + "\\" * n + "'",
    "lenient operators": lambda n: " and ".join(["a <> 1"] * n),
}
"""Texts of a size that grows with n, which can be parsed."""

FAULTS: dict[str, Callable[[int], str]] = {
    "open parentheses": lambda n: "(" * n,
    "closing parentheses": lambda n: ")" * n,
    "groups too deep": lambda n: f"{'(' * n}a=1{')' * n}",
    "not and groups too deep": lambda n: f"{'not (' * n}a=1{')' * n}",
    "groups in chains too deep": lambda n: f"{'a=1 and (b=2 or ' * n}c=3{')' * n}",
    "lists in lists": lambda n: f"a in {'(' * n}1{')' * n}",
    "half a list in lists": lambda n: f"a in {'(' * n}",
    "nothing but not": lambda n: "not " * n,
    "nothing but and": lambda n: "and " * n,
    "and doubled": lambda n: " and and ".join(["a=1"] * n),
    "and missing": lambda n: " ".join(["a=1"] * n),
    "words": lambda n: "word " * n,
    "a list without an end": lambda n: f"a in ({'1, ' * n}",
    "a list without commas": lambda n: f"a in ({'1 ' * n})",
    "commas": lambda n: f"a in ({',' * n})",
    "quotes": lambda n: "'" * (2 * n + 1),
    "quotes of both kinds": lambda n: "'\"" * n,
    "a string without an end": lambda n: f"a = '{'x' * n}",
    "strings without an end": lambda n: "a = 'x\n" * n,
    "escaped quotes": lambda n: "a = 'x\\'' " * n,
    "brackets": lambda n: "[" * n,
    "braces": lambda n: "{" * n,
    "signs": lambda n: f"a {'=' * n} 1",
    "one number": lambda n: f"a = {'1' * n}",
    "minus signs": lambda n: f"a = {'-' * n}1",
    "separators": lambda n: f"a{'/' * n}b = 1",
    "half a date": lambda n: f"a > {'2024-' * n}",
    "percent signs": lambda n: f"a%20=%20{'%27' * n}",
    "control characters": lambda n: f"a = '{chr(7) * n}'",
    "invisible characters": lambda n: f"a ={chr(0x200B) * n} 1",
    "halves of pairs": lambda n: f"a = '{chr(0xD800) * n}'",
    "comments": lambda n: "a=1 -- " * n,
    "slashes and stars": lambda n: "/* " * n,
    "semicolons": lambda n: "a=1;" * n,
    "two signs for and": lambda n: " && ".join(["a=1"] * n),
    "is null": lambda n: " and ".join(["a is null"] * n),
    "between": lambda n: " and ".join(["a between 1 and 2"] * n),
}
"""Texts of a size that grows with n, full of mistakes."""

NAMED = list(zip([*SHAPES, *FAULTS], itertools.cycle(DIALECTS), strict=False))
"""Every shape, with dialects taking turns."""


def count_calls(work: Callable[[], object]) -> int:
    """Return how many functions, of Python and of C, are called: other processes have no influence on it."""
    calls = 0

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(("name", "dialect"), NAMED)
def test_work_is_linear_in_the_length(name: str, dialect: Dialect) -> None:
    shape = SHAPES.get(name) or FAULTS[name]
    # Longer than a URL may be, so that the same rules report both.
    n = int(2_500 * 1_000 / len(shape(1_000)))
    small, large = shape(n), shape(4 * n)
    for text in (small, large):
        # Imports and lookups that happen once do not count.
        cwql.check(text, dialect=dialect)
    once, again = (
        count_calls(lambda: cwql.check(small, dialect=dialect)),
        count_calls(lambda: cwql.check(large, dialect=dialect)),
    )
    # Four times the text, and imports and tables for long texts. Quadratic work would be millions of calls.
    assert again < 4.4 * once + 10_000


@pytest.mark.parametrize(("name", "dialect"), list(zip(SHAPES, itertools.cycle(DIALECTS), strict=False)))
def test_a_megabyte_is_parsed(name: str, dialect: Dialect) -> None:
    n = int(1_000_000 * 1_000 / len(SHAPES[name](1_000)))
    assert isinstance(cwql.parse(SHAPES[name](n).replace("/", dialect.separator), dialect=dialect), cwql.Expr)


@pytest.mark.parametrize(("name", "dialect"), list(zip(FAULTS, itertools.cycle(DIALECTS), strict=False)))
def test_a_long_text_of_mistakes_is_refused(name: str, dialect: Dialect) -> None:
    n = int(250_000 * 1_000 / len(FAULTS[name](1_000)))
    with pytest.raises(cwql.ConditionError) as caught:
        cwql.parse(FAULTS[name](n), dialect=dialect)
    # Diagnostics about names and values take longer than the tree.
    assert {each.code for each in caught.value.diagnostics} & {
        each.code for each in cwql.check(FAULTS[name](n // 5), dialect=dialect)
    }


@DIALECT
def test_a_hundred_thousand_terms(dialect: Dialect) -> None:
    tree = cwql.parse(" and ".join(f"field{n % 50} = {n}" for n in range(100_000)), dialect=dialect)
    assert isinstance(tree, cwql.ast.And)
    assert len(tree.items) == 100_000


@DIALECT
@pytest.mark.parametrize("depth", [NESTING_LIMIT, NESTING_LIMIT + 1, 1_000, 30_000])
@pytest.mark.parametrize("opening", ["(", "not (", "( ", "not not (", "a=1 or ("])
def test_nesting(dialect: Dialect, depth: int, opening: str) -> None:
    text = f"{opening * depth}a=1{')' * depth}"
    diagnostics = cwql.check(text, dialect=dialect)
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    if depth <= NESTING_LIMIT:
        assert not errors
        cwql.parse(text, dialect=dialect)
        return
    assert [diagnostic.name for diagnostic in errors] == ["too-deep"]
    with pytest.raises(cwql.ConditionError):
        cwql.parse(text, dialect=dialect)


@DIALECT
def test_alternating_levels_have_a_limit_too(dialect: Dialect) -> None:
    """A group can be two levels of the tree, so half as many groups reach its limit."""
    for depth in (50, 51, 100, 5_000):
        text = f"{'a=1 or b=2 and (' * depth}c=3 or d=4{')' * depth}"
        errors = [diagnostic for diagnostic in cwql.check(text, dialect=dialect) if diagnostic.severity == "error"]
        if depth <= DEPTH_LIMIT // 2:
            assert not errors
            assert isinstance(cwql.parse(text, dialect=dialect), cwql.ast.Or)
        else:
            assert errors
            with pytest.raises(cwql.ConditionError):
                cwql.parse(text, dialect=dialect)


def deepest() -> cwql.ast.Or:
    """Return a tree of as many levels as the limit allows."""
    text = f"{'a=1 or (b=2 and (' * (NESTING_LIMIT // 2)}c=3 or d=4{'))' * (NESTING_LIMIT // 2)}"
    tree = cwql.parse(text)
    assert isinstance(tree, cwql.ast.Or)
    assert tree.depth == DEPTH_LIMIT
    return tree


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_deepest_tree_can_be_pickled(protocol: int) -> None:
    tree = deepest()
    again = pickle.loads(pickle.dumps(tree, protocol))
    assert again == tree
    assert again.span == tree.span


def test_the_deepest_tree_can_be_walked() -> None:
    tree = deepest()
    assert copy.copy(tree) == tree
    assert copy.deepcopy(tree) == tree
    assert hash(tree) == hash(deepest())
    assert repr(tree).count("Or(") == DEPTH_LIMIT // 2 + 1
    assert ~~tree == tree
    assert cwql.parse(cwql.emit(tree)) == tree
    with pytest.raises(cwql.ExpressionError, match="nested levels"):
        Junction((tree, tree.items[0]))
