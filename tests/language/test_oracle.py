"""Law 5: the driver and Lark agree on verdict, tree and spans, on real conditions and on generated ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING

import pytest

from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import comparisons
from cwql.language.parsing.parser import ConditionReader, Reading, Trouble, parse
from cwql.language.printer import emit
from tests.oracle import Oracle, Refused, is_beyond_reach
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHARED = File(__file__).parents[3] / "shared"
SHARDS = 10
TEXTS_A_SHARD = 5_000
"""Ten shards for each of two dialects: 100,000 texts."""

DIALECT = pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)


@cache
def find_readers(record: Dialect) -> tuple[ConditionReader, Oracle]:
    return ConditionReader(record), Oracle(record)


def compare(record: Dialect, text: str) -> Reading | None:
    """Return what the driver read, or None where it refused, after making sure that Lark says the same."""
    driver, oracle = find_readers(record)
    try:
        reading = driver.read(text)
    except Trouble:
        reading = None
    try:
        expected = oracle.read(text)
    except Refused:
        assert reading is None, f"only the driver reads {text!r}"
        return None
    if reading is None:
        assert is_beyond_reach(oracle, text), f"only Lark reads {text!r}"
        return None
    assert reading.tree == expected, text
    spans = [leaf.span for leaf in comparisons(reading.tree)]  # type: ignore[arg-type]
    assert spans == [leaf.span for leaf in comparisons(expected)], text
    return reading


def compare_all(record: Dialect, texts: Iterable[str]) -> Counter[bool]:
    """Compare every text and count those that were read and those that were refused."""
    return Counter(compare(record, text) is not None for text in texts)


def corpus(record: Dialect) -> Iterator[dict[str, str]]:
    """Yield the rows whose text is a condition; the test is skipped where the corpora are not at hand."""
    path = SHARED / "corpus" / f"{record.name}.jsonl"
    if not path.is_file():
        pytest.skip(f"no {path.parent.name}/{path.name} beside the checkout")
    shapes = {parameter.name.lower(): parameter.shape for parameter in record.parameters}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if shapes.get(row.get("parameter", "conditions").lower(), "condition") == "condition":
            yield row


def examples(record: Dialect) -> set[str]:
    """Return the conditions of the reference documents: after ``condition=``, between backticks, in quoted code."""
    paths = sorted((SHARED / "seeds").glob(f"{record.name}-*.md"))
    if not paths:
        pytest.skip("no seeds beside the checkout")
    found: set[str] = set()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r"[cC]onditions?=([^\n`&$]+)", text))
        found.update(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text))
        found.update(re.findall(r"condition = \"([^\"\n]+)\"", text))
    return found


@DIALECT
def test_every_form_of_the_record_is_read(record: Dialect) -> None:
    """A form says what the grammar reads: driver and Lark take its example, and printing keeps what it holds."""
    forms = [*record.operators.values(), *record.literals.values(), record.prefix_not]
    for form in forms:
        reading = compare(record, form.example)
        assert reading is not None, form.example
        assert parse(emit(reading.tree, record), record) == reading.tree
    for operator, form in record.operators.items():
        (found,) = comparisons(parse(form.example, record))
        assert found.operator is operator, form.example


@DIALECT
def test_corpus(record: Dialect) -> None:
    counts = compare_all(record, [row["condition"] for row in corpus(record)])
    assert counts[True] > 9 * counts[False]


@DIALECT
def test_corpus_is_read(record: Dialect) -> None:
    driver, _ = find_readers(record)
    for row in corpus(record):
        if "suspect" not in row:
            driver.read(row["condition"])


@DIALECT
def test_reference_documents(record: Dialect) -> None:
    counts = compare_all(record, examples(record))
    assert counts[True] >= 10


@DIALECT
@pytest.mark.parametrize("shard", range(SHARDS))
def test_generated_texts(record: Dialect, shard: int) -> None:
    counts = compare_all(record, Texts(record, shard).stream(TEXTS_A_SHARD))
    assert min(counts[True], counts[False]) > TEXTS_A_SHARD // 4, "the generator makes one kind of text only"


@DIALECT
def test_well_formed_texts_are_read(record: Dialect) -> None:
    driver, _ = find_readers(record)
    texts = Texts(record, 77)
    for _ in range(5_000):
        driver.read(texts.valid())


@DIALECT
def test_deep_groups(record: Dialect) -> None:
    for count in (99, 100, 101):
        for opening in ("(", "not (", "not not(", "a=1 or (", "a=1 or b=1 and (", "not a=1 and (not "):
            reading = compare(record, f"{opening * count}c=1{')' * count}")
            assert (reading is None) == (count > 100 or (opening.count("=") == 2 and count > 50))
