"""Recovery and the fast way agree: the same trees, and an error for every text that the fast way refuses."""

from __future__ import annotations

import pytest

from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.parsing.parser import ConditionReader, Trouble
from cwql.language.parsing.recovery import diagnose
from tests.texts import Texts

SHARDS = 5


@pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_recovery_agrees_with_the_fast_way(record: Dialect, shard: int) -> None:
    driver = ConditionReader(record)
    for text in Texts(record, 100 + shard).stream(1_000):
        try:
            reading = driver.read(text)
        except Trouble:
            reading = None
        tree, findings = diagnose(text, record, "condition", None)
        errors = [finding for finding in findings if finding.severity == "error"]
        if reading is None:
            assert errors, f"refused without a reason: {text!r}"
            continue
        assert not errors, f"read and refused: {text!r}: {errors}"
        assert tree == reading.tree, text
        assert reading.slipped or not findings, f"read as clean: {text!r}: {findings}"
