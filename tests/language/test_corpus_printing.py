"""Real conditions: what reads prints, reads back as the same tree, and prints the same again; simplifying keeps it readable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cwql.errors import ConditionError
from cwql.language.dialects import dialect, parameter
from cwql.language.nodes import Constant
from cwql.language.parsing.parser import read
from cwql.language.printer import emit
from cwql.language.simplify import simplify

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")
@pytest.mark.parametrize("name", ["manage", "automate"])
def test_corpus(name: str) -> None:
    printed = 0
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        shape = parameter(dialect(name), row.get("parameter")).shape
        try:
            tree: Any = read(row["condition"], name, shape).tree
        except ConditionError:
            # Whether it may be refused is the parser's affair.
            continue
        text = emit(tree, name)
        assert read(text, name, shape).tree == tree
        printed += 1
        if shape == "condition":
            simple = simplify(tree)
            if not isinstance(simple, Constant):
                assert len(emit(simple, name)) <= len(text)
                assert simplify(simple) == simple
    assert printed > 100
