"""Real conditions: a printed condition parses to the same tree; a simplified one is never longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cwql.errors import ConditionError
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.nodes import Constant
from cwql.language.parsing import parse
from cwql.language.printer import emit
from cwql.language.simplify import simplify

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus next to the checkout")
@pytest.mark.parametrize("name", ["manage", "automate"])
def test_corpus(name: str) -> None:
    printed = 0
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        parameter = find_parameter(find_dialect(name), row.get("parameter"))
        try:
            tree: Any = parse(row["condition"], dialect=find_dialect(name), parameter=parameter.name)
        except ConditionError:
            # Whether it may be refused is tested in test_oracle.py.
            continue
        text = emit(tree, dialect=find_dialect(name))
        assert parse(text, dialect=find_dialect(name), parameter=parameter.name) == tree
        printed += 1
        if parameter.shape == "condition":
            simple = simplify(tree)
            if not isinstance(simple, Constant):
                assert len(emit(simple, dialect=find_dialect(name))) <= len(text)
                assert simplify(simple) == simple
    assert printed > 100
