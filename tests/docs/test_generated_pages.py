"""Generated pages are up to date and complete."""

from __future__ import annotations

import re

import pytest

import cwql
import cwql.client.errors
from cwql import APIError
from cwql.cli import COMMANDS
from cwql.client.settings import VARIABLES
from cwql.language.dialects import DIALECTS
from cwql.language.operators import OPERATORS
from cwql.rules.registry import RULES
from scripts.docs.pages.errors import every_error
from scripts.docs.pages.registry import DOCS, pages, stored
from scripts.docs.pages.rules import GROUPS

PAGES = pages()


def test_folders_contain_exactly_the_generated_pages() -> None:
    assert stored() == set(PAGES)
    assert {f"rules/{rule.name}.md" for rule in RULES} < set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_bytes() == PAGES[name].encode(), "run make pages and read the diff"


def test_every_rule_is_in_a_group_of_the_index() -> None:
    assert all(any(rule.code.startswith(start) for start, _ in GROUPS) for rule in RULES)
    assert all(f"[{rule.name}]({rule.name}.md)" in PAGES["rules/index.md"] for rule in RULES)


def test_fences_are_closed() -> None:
    for name, text in PAGES.items():
        assert name.endswith(".svg") or len(re.findall("^```", text, re.MULTILINE)) % 2 == 0, name


def test_registries_are_complete_on_the_pages() -> None:
    assert all(f"## cwql {name}\n" in PAGES["reference/command-line.md"] for name in COMMANDS)
    assert all(f"{kind.__name__}`" in PAGES["reference/errors.md"] for kind in every_error())
    for dialect in DIALECTS:
        language = PAGES[f"reference/language-{dialect.name}.md"]
        assert all(f"`{form.spelling}`" in language or form.spelling in language for form in dialect.literals.values())
        assert all(operator.name in language for operator in OPERATORS.values() if operator.name.startswith("not "))
        for variables in VARIABLES.get(dialect.name, {}).values():
            assert all(f"`{variable}`" in PAGES["reference/settings.md"] for variable in variables)


def test_diagrams_show_every_word_of_the_grammar() -> None:
    comparison = PAGES["reference/diagrams/automate-comparison.svg"]
    for word in ("contains", "like", "startswith", "endswith", "!=", "&lt;=", "eq", "not"):
        assert f">{word}</text>" in comparison, word
    assert ">startswith</text>" not in PAGES["reference/diagrams/manage-comparison.svg"]
    assert ">[</text>" in PAGES["reference/diagrams/manage-date.svg"]


def test_client_errors_are_in_the_tree_and_importable() -> None:
    names = {kind.__name__ for kind in every_error() if issubclass(kind, APIError)} - {"SecretError"}
    assert names <= set(cwql.__all__)
    drawn = re.findall(r"^[ │├└─]*(\w+Error) ", cwql.client.errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(names)
