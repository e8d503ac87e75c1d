"""Law 4 at volume: whatever the text, reading gives a tree or findings with places inside the text, and nothing else."""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING

import pytest

import cwql
from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.parsing.parser import read
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARDS = 20
TEXTS_A_SHARD = 5_000
"""Twenty shards for each of two dialects: 200,000 texts."""

DIALECT = pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)


@pytest.fixture(autouse=True)
def _end_a_hang() -> Iterator[None]:
    """End the process, with a traceback, where a text is read for ever."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def examine(record: Dialect, text: str, parameter: str | None = None, check: bool = True) -> None:
    """Read a text; make sure that findings lie inside it and one is an error where it is refused; `check` it as well."""
    place = find_parameter(record, parameter)
    try:
        read(text, record, place.shape)
        refused, findings = False, []
    except cwql.ConditionError as refusal:
        refused, findings = True, refusal.diagnostics
        assert any(finding.severity == "error" for finding in findings), f"refused without an error: {text!r}"
    if check:
        findings = cwql.check(text, record, parameter=parameter)
        # The checker may also find errors of meaning; test_agreement.py compares those of reading.
        assert not refused or any(finding.severity == "error" for finding in findings), f"no error in {text!r}"
    for finding in findings:
        spans = [finding.span, *[edit.span for fix in finding.fixes for edit in fix.edits]]
        assert all(0 <= span.start <= span.end <= len(text) for span in spans), f"{text!r}: {finding}"
        assert finding.message


@DIALECT
@pytest.mark.parametrize("shard", range(SHARDS))
def test_generated_texts(record: Dialect, shard: int) -> None:
    for number, text in enumerate(Texts(record, 1_000 + shard).stream(TEXTS_A_SHARD)):
        examine(record, text, check=number % 10 == 0)


@DIALECT
def test_hostile_texts(record: Dialect) -> None:
    texts = Texts(record, 3_000)
    for _ in range(500):
        examine(record, texts.hostile())


@DIALECT
def test_other_parameters(record: Dialect) -> None:
    texts = Texts(record, 2_000)
    shapes = {parameter.shape: parameter.name for parameter in record.parameters}
    for _ in range(500):
        examine(record, texts.order_by(), shapes["order_by"])
        examine(record, texts.field_list(), shapes["field_list"])
        # A text that is meant for another parameter.
        examine(record, texts.field_list())
        examine(record, texts.any(), shapes["order_by"])
        examine(record, texts.any(), shapes["field_list"])


@DIALECT
def test_texts_that_are_nearly_nothing(record: Dialect) -> None:
    for text in ("", " ", "\n", "\t \r\n", "\x00", "\ufeff", "\ud800", "(", ")", "'", '"', "[", "{", "}", "\\", "%", "not", "and", "in", "a", "=", "1", "a=", "=1"):  # fmt: skip
        examine(record, text)
        for parameter in record.parameters:
            examine(record, text, parameter.name)
