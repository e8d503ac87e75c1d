"""A small run of ``python -m scripts.fuzz.language``, and broken promises that it must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.fuzz import language
from scripts.fuzz.language import PROMISES, Block, Case, plan, run

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

SIZE = 600


@pytest.mark.parametrize("dialect", ["manage", "automate"])
def test_promises_are_kept(dialect: DialectName) -> None:
    outcome = run(Block(dialect, 7, SIZE))
    assert outcome.failure is None
    assert outcome.counts["texts"] == SIZE
    assert outcome.counts["parsed"] > SIZE // 4
    for every, promise in PROMISES:
        assert outcome.counts[promise.__name__] == -(-SIZE // every)


def test_broken_promise_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def no_text_is_long(case: Case) -> None:
        assert len(case.text) < 20, "long"

    monkeypatch.setattr(language, "PROMISES", ((1, no_text_is_long),))
    failure = run(Block("manage", 1, 100)).failure
    assert failure is not None
    assert (failure.promise, failure.reason.splitlines()[0]) == ("no_text_is_long", "AssertionError: long")
    language.report(failure)
    assert "--dialect manage --seed 1 --count 100" in capsys.readouterr().out


def test_blocks_have_as_many_texts_as_wanted() -> None:
    blocks = list(plan(45_000, 3, ["manage", "automate"]))
    assert sum(block.size for block in blocks) == 45_000
    assert len({(block.dialect, block.seed) for block in blocks}) == len(blocks)
    assert [block.seed for block in blocks] == [3, 3, 4, 4, 5]
