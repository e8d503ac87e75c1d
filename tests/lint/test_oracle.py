"""Our trees beside those of tree-sitter: the same strings, calls and assignments, at the same places.

Compared are the labelled snippets, generated programs, and mutated ones; those in which tree-sitter finds an error are
skipped. What is different on purpose is listed with its reason in `tests.lint.oracles`.
``python -m scripts.fuzz.lint_oracle`` compares many.
"""

from __future__ import annotations

import pytest

from scripts.fuzz.lint_oracle import TOLERATED, differ, mutate, snippets
from tests.lint.generated import Writer
from tests.lint.oracles import ORACLES, found_by_oracle


@pytest.mark.parametrize("language", ORACLES)
def test_snippets_have_the_strings_calls_and_assignments_of_tree_sitter(language: str) -> None:
    sources = snippets(language)
    known = [text for text in sources if found_by_oracle(language, text) is not None]
    assert len(known) * 2 >= len(sources)
    assert [text for text in known if differ(language, text)] == []


@pytest.mark.parametrize("language", ORACLES)
def test_generated_programs_have_them(language: str) -> None:
    programs = [Writer(language, seed).program() for seed in range(100)]
    assert sum(found_by_oracle(language, text) is not None for text in programs) >= 60
    assert [text for text in programs if differ(language, text)] == []


@pytest.mark.parametrize("language", ORACLES)
def test_mutated_programs_have_them(language: str) -> None:
    programs = [mutate(language, seed) for seed in range(150)]
    compared = [text for text in programs if found_by_oracle(language, text) is not None]
    assert len([text for text in compared if differ(language, text)]) <= 1 + TOLERATED * len(compared)
