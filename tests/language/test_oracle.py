"""Law 5: parser and Lark agree on verdict, tree and spans, for real conditions and for generated ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING

import pytest

from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import Expr, comparisons
from cwql.language.parsing import parse
from cwql.language.parsing.parser import try_parse_fast
from cwql.language.printer import emit
from tests.oracle import Oracle, Refused, is_beyond_reach
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHARED = File(__file__).parents[3] / "shared"
SHARDS = 5
TEXTS_A_SHARD = 5_000
"""Five shards for each of two dialects: 50,000 texts."""

DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@cache
def find_oracle(dialect: Dialect) -> Oracle:
    return Oracle(dialect)


def compare(dialect: Dialect, text: str) -> Expr | None:
    """Return the tree, or None if the parser refuses the text, after checking that Lark agrees."""
    oracle = find_oracle(dialect)
    parsed = try_parse_fast(text, dialect)
    try:
        expected = oracle.read(text)
    except Refused:
        assert parsed is None, f"only the parser accepts {text!r}"
        return None
    if parsed is None:
        assert is_beyond_reach(oracle, text), f"only Lark accepts {text!r}"
        return None
    tree, _ = parsed
    assert tree == expected, text
    assert [leaf.span for leaf in comparisons(tree)] == [leaf.span for leaf in comparisons(expected)], text
    return tree


def compare_all(dialect: Dialect, texts: Iterable[str]) -> Counter[bool]:
    """Compare every text and count those that were accepted and those that were refused."""
    return Counter(compare(dialect, text) is not None for text in texts)


def corpus(dialect: Dialect) -> Iterator[dict[str, str]]:
    """Yield the rows whose text is a condition; the test is skipped without the corpora."""
    path = SHARED / "corpus" / f"{dialect.name}.jsonl"
    if not path.is_file():
        pytest.skip(f"no {path.parent.name}/{path.name} next to the checkout")
    shapes = {parameter.name.lower(): parameter.shape for parameter in dialect.parameters}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if shapes.get(row.get("parameter", "conditions").lower(), "condition") == "condition":
            yield row


def examples(dialect: Dialect) -> set[str]:
    """Return the conditions of the reference documents: after ``condition=``, between backticks, in quoted code."""
    paths = sorted((SHARED / "seeds").glob(f"{dialect.name}-*.md"))
    if not paths:
        pytest.skip("no seeds next to the checkout")
    found: set[str] = set()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r"[cC]onditions?=([^\n`&$]+)", text))
        found.update(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text))
        found.update(re.findall(r"condition = \"([^\"\n]+)\"", text))
    return found


@DIALECT
def test_examples_of_all_forms_are_parsed(dialect: Dialect) -> None:
    """The parser and Lark accept the example of every form, and printing keeps its meaning."""
    forms = [*dialect.operators.values(), *dialect.literals.values(), dialect.prefix_not]
    for form in forms:
        tree = compare(dialect, form.example)
        assert tree is not None, form.example
        assert parse(emit(tree, dialect=dialect), dialect=dialect) == tree
    for operator, form in dialect.operators.items():
        (found,) = comparisons(parse(form.example, dialect=dialect))
        assert found.operator is operator, form.example


@DIALECT
def test_corpus(dialect: Dialect) -> None:
    counts = compare_all(dialect, [row["condition"] for row in corpus(dialect)])
    assert counts[True] > 9 * counts[False]


@DIALECT
def test_corpus_is_parsed_unless_a_row_is_marked(dialect: Dialect) -> None:
    for row in corpus(dialect):
        if "suspect" not in row:
            assert try_parse_fast(row["condition"], dialect) is not None, row["condition"]


@DIALECT
def test_reference_documents(dialect: Dialect) -> None:
    counts = compare_all(dialect, examples(dialect))
    assert counts[True] >= 10


@DIALECT
@pytest.mark.parametrize("shard", range(SHARDS))
def test_generated_texts(dialect: Dialect, shard: int) -> None:
    counts = compare_all(dialect, Texts(dialect, shard).stream(TEXTS_A_SHARD))
    assert min(counts[True], counts[False]) > TEXTS_A_SHARD // 4, "the generator makes only one kind of text"


@DIALECT
def test_well_formed_texts_are_parsed(dialect: Dialect) -> None:
    texts = Texts(dialect, 77)
    for _ in range(5_000):
        text = texts.valid()
        assert try_parse_fast(text, dialect) is not None, text


@DIALECT
def test_deep_groups(dialect: Dialect) -> None:
    for count in (99, 100, 101):
        for opening in ("(", "not (", "not not(", "a=1 or (", "a=1 or b=1 and (", "not a=1 and (not "):
            tree = compare(dialect, f"{opening * count}c=1{')' * count}")
            assert (tree is None) == (count > 100 or (opening.count("=") == 2 and count > 50))


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "a = 1 ", " a = 1\t\r\n", "a = 1 \x0c", "a = 1\x00", "( ", ")", "a", "and"]
)
@DIALECT
def test_short_texts_and_blanks(dialect: Dialect, text: str) -> None:
    assert (compare(dialect, text) is not None) == (text.strip(" \t\r\n") == "a = 1")
