"""Law 7: a simplified condition matches the same records."""

from __future__ import annotations

import random

import pytest

from cwql.language.operators import OPERATORS
from cwql.language.simplify import simplify
from cwql.semantics.predicate import predicate
from tests.generators import meeting_record, meeting_trees


def nest(record: dict[tuple[str, ...], object]) -> dict[str, object]:
    """Return a record of folded paths as servers send it, with `t/x` as the children of a collection."""
    children = record["t", "x"]
    assert isinstance(children, list)
    return {"a": record["a",], "b": record["b",], "t": [{"x": value} for value in children]}


@pytest.mark.parametrize("seed", range(4))
def test_simplified_condition_matches_the_same_records(seed: int) -> None:
    rng = random.Random(seed)
    operators = list(OPERATORS.values())
    for _ in range(500):
        tree = meeting_trees(rng, operators)
        before, after = predicate(tree), predicate(simplify(tree))
        for _ in range(12):
            record = nest(meeting_record(rng))
            assert before(record) == after(record), (tree, simplify(tree), record)
