"""Law 4 at volume: for any text, parsing returns a tree or diagnostics with spans inside the text, and raises nothing else."""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING

import pytest

import cwql
from cwql.language.dialects import DIALECTS, Dialect
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARDS = 5
TEXTS_A_SHARD = 5_000
"""Five shards for each of two dialects: 50,000 texts. `make fuzz PARTS=language` reads more, from other seeds."""

DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@pytest.fixture(autouse=True)
def _end_a_hang() -> Iterator[None]:
    """End the process with a traceback if parsing does not end."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def examine(dialect: Dialect, text: str, parameter: str | None = None, check: bool = True) -> None:
    """Parse a text, and check that spans are inside it and that one diagnostic is an error if it is refused."""
    try:
        cwql.parse(text, dialect=dialect, parameter=parameter)
        refused, diagnostics = False, []
    except cwql.ConditionError as refusal:
        refused, diagnostics = True, refusal.diagnostics
        assert any(diagnostic.severity == "error" for diagnostic in diagnostics), f"refused without an error: {text!r}"
    if check:
        diagnostics = cwql.check(text, dialect=dialect, parameter=parameter)
        # The checker may find other errors too; test_agreement.py compares those of parsing.
        assert not refused or any(diagnostic.severity == "error" for diagnostic in diagnostics), f"no error in {text!r}"
    for diagnostic in diagnostics:
        spans = [diagnostic.span, *[edit.span for fix in diagnostic.fixes for edit in fix.edits]]
        assert all(0 <= span.start <= span.end <= len(text) for span in spans), f"{text!r}: {diagnostic}"
        assert diagnostic.message


@DIALECT
@pytest.mark.parametrize("shard", range(SHARDS))
def test_generated_texts(dialect: Dialect, shard: int) -> None:
    for number, text in enumerate(Texts(dialect, 1_000 + shard).stream(TEXTS_A_SHARD)):
        examine(dialect, text, check=number % 10 == 0)


@DIALECT
def test_hostile_texts(dialect: Dialect) -> None:
    texts = Texts(dialect, 3_000)
    for _ in range(500):
        examine(dialect, texts.hostile())


@DIALECT
def test_other_parameters(dialect: Dialect) -> None:
    texts = Texts(dialect, 2_000)
    shapes = {parameter.shape: parameter.name for parameter in dialect.parameters}
    for _ in range(500):
        examine(dialect, texts.order_by(), shapes["order_by"])
        examine(dialect, texts.field_list(), shapes["field_list"])
        # A text that is meant for another parameter.
        examine(dialect, texts.field_list())
        examine(dialect, texts.any(), shapes["order_by"])
        examine(dialect, texts.any(), shapes["field_list"])


@DIALECT
def test_texts_of_one_character_or_word(dialect: Dialect) -> None:
    for text in ("", " ", "\n", "\t \r\n", "\x00", "\ufeff", "\ud800", "(", ")", "'", '"', "[", "{", "}", "\\", "%", "not", "and", "in", "a", "=", "1", "a=", "=1"):  # fmt: skip
        examine(dialect, text)
        for parameter in dialect.parameters:
            examine(dialect, text, parameter.name)
