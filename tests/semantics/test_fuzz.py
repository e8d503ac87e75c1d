"""A small run of ``python -m scripts.fuzz.semantics``, and what its second evaluator says by itself."""

from __future__ import annotations

from typing import Any

import pytest

import cwql
from cwql.language.dialects import find_dialect
from scripts.fuzz import semantics
from scripts.fuzz.evaluator import matches
from scripts.fuzz.semantics import RECORDS, WORLDS, Block, plan, run
from tests.semantics.test_operators import AUTOMATE, CUSTOM, MANAGE, RECORD

CONDITIONS = 30


@pytest.mark.parametrize("world", range(len(WORLDS)), ids=[world.record for world in WORLDS])
def test_evaluators_agree(world: int) -> None:
    counts, failures = run(Block(world, 11, CONDITIONS))
    assert failures == []
    assert counts["pairs"] == counts["predicate"] == RECORDS * CONDITIONS
    assert 0.05 < counts["matches"] / counts["pairs"] < 0.8
    assert counts["sandbox"] > counts["pairs"] / 2
    for rewriting in ("simplify", "fix", "translate"):
        assert counts[rewriting] > counts["pairs"] / 4


def test_difference_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantics, "matches", lambda *_, **__: False)
    _, (failure,) = run(Block(0, 11, CONDITIONS))
    assert failure.evaluator == "predicate"
    assert "found, though it does not match" in failure.reason


def test_blocks_have_as_many_pairs_as_wanted() -> None:
    blocks = list(plan(5_000, 3))
    assert sum(block.conditions for block in blocks) * RECORDS == 5_000
    assert len({(block.world, block.seed) for block in blocks}) == len(blocks)


@pytest.mark.parametrize(
    ("text", "expected", "language", "custom"),
    [(*row, "manage", False) for row in MANAGE]
    + [(*row, "automate", False) for row in AUTOMATE]
    + [(*row, "manage", True) for row in CUSTOM],
)
def test_second_evaluator(text: str, expected: bool, language: str, custom: bool) -> None:
    tree: Any = cwql.parse(text, dialect=find_dialect(language))
    assert matches(tree, RECORD, find_dialect(language), custom=custom) is expected
