"""Recovery and the fast path agree: the same trees, and an error for every text that the fast path refuses."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

import pytest

from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import And, Comparison, Constant, FieldList, OrderBy, Path, comparisons
from cwql.language.operators import EQ
from cwql.language.parsing import parse_with_recovery
from cwql.language.parsing.lists import parse_list_fast
from cwql.language.parsing.parser import try_parse_fast
from cwql.language.parsing.recovery import recover
from tests.texts import Texts

SHARDS = 5


def spans(tree: object) -> list[object]:
    """Return the positions of all comparisons."""
    return [leaf.span for leaf in comparisons(tree)]  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_recovery_agrees_with_the_fast_path(dialect: Dialect, shard: int) -> None:
    for text in Texts(dialect, 100 + shard).stream(1_000):
        fast = try_parse_fast(text, dialect)
        tree, diagnostics, _ = recover(text, dialect, well_formed=fast is not None)
        # The fast path accepts ``==`` of both languages, because recovery decides how serious it is.
        errors = [found for found in diagnostics if found.severity == "error" and found.name != "double-equals"]
        if fast is None:
            assert errors, f"refused without a reason: {text!r}"
            continue
        assert not errors, f"accepted and refused: {text!r}: {errors}"
        assert tree == fast[0], text
        assert spans(tree) == spans(fast[0]), text
        assert fast[1] or not diagnostics, f"accepted without a warning: {text!r}: {diagnostics}"


LIST_PARTS = (
    "id", "company/name", "company.name", "get", "POST", "asc", "Desc", "DESC", "descending", "_x1", "1x", "",
    " ", "  ", ",", ",", ", ", "\t", "\n", "\x0b", "\xa0", "é", "/", ".", "%20", "(", "'",
)  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("shape", ["order_by", "field_list"])
def test_recovery_agrees_with_the_fast_path_of_lists(
    dialect: Dialect, shape: Literal["order_by", "field_list"]
) -> None:
    chance = random.Random(5)
    accepted = 0
    for _ in range(20_000):
        text = "".join(chance.choices(LIST_PARTS, k=chance.randrange(1, 9)))
        fast = parse_list_fast(text, dialect, shape)
        if fast is not None:
            tree, diagnostics, _ = recover(text, dialect, shape, well_formed=False)
            assert not diagnostics, f"accepted without a diagnostic: {text!r}"
            assert tree == fast, text
            assert starts(tree) == starts(fast), text
            accepted += 1
    assert accepted > 500


def starts(tree: object) -> Sequence[int]:
    """Return the positions of all paths of a list."""
    if isinstance(tree, OrderBy):
        return [term.start for term in tree.terms]
    assert isinstance(tree, FieldList)
    return tree.starts


def test_common_lists_need_no_recovery() -> None:
    for text in ("id", "id desc", "company/name asc, id DESC", " id , summary"):
        assert parse_with_recovery(text, DIALECTS[0], "order_by").well_formed
    for text in ("id", "id,company/name, summary"):
        assert parse_with_recovery(text, DIALECTS[0], "field_list").well_formed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id in (1, 2)", ["id in (1, 2)"]),
        ("id not in (1 ,2) and a = 1", ["id not in (1 ,2)", "a = 1"]),
        ("(id <> 1)", ["id <> 1"]),
        ("not (a = 1 or b in (2))", ["a = 1", "b in (2)"]),
        ("a = 1 and id in (1, 2,) and b = 2", ["a = 1", "id in (1, 2,)", "b = 2"]),
        ("id in 1, 2", ["id in 1, 2"]),
    ],
)
def test_spans_of_recovery_are_those_of_the_comparisons(text: str, expected: list[str]) -> None:
    tree, _, _ = recover(text, DIALECTS[0], well_formed=try_parse_fast(text, DIALECTS[0]) is not None)
    assert [text[slice(*span)] for span in spans(tree)] == expected  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "well_formed", "codes"),
    [
        ("id = 1", True, []),
        ("id == 1", True, ["CW112"]),
        ("id = = 1", False, ["CW115"]),
        ("", False, ["CW101"]),
    ],
)
def test_a_result_says_whether_the_fast_path_accepted_the_text(text: str, well_formed: bool, codes: list[str]) -> None:
    result = parse_with_recovery(text, DIALECTS[0])
    assert result.well_formed is well_formed
    assert [diagnostic.code for diagnostic in result.diagnostics] == codes
    assert result.has_errors == (not well_formed)


def test_a_predicate_that_cannot_be_parsed_is_a_constant() -> None:
    result = parse_with_recovery("id = 1 and closedFlag", DIALECTS[0])
    assert result.has_errors
    assert result.tree == And((Comparison(Path(("id",)), EQ, 1), Constant(True)))
