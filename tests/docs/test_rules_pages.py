"""The pages of docs/rules say what the rules' records say."""

from __future__ import annotations

import re

import pytest

from cwql.analysis.rules import RULES
from tests.docs.pages import FOLDER, GROUPS, pages

PAGES = pages()


def test_there_is_a_page_for_every_rule_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*")} == {*PAGES} == {f"{rule.name}.md" for rule in RULES} | {"index.md"}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_as_made(name: str) -> None:
    assert (FOLDER / name).read_bytes() == PAGES[name].encode(), "run python -m tests.docs and read the difference"


def test_every_rule_is_in_a_group_of_the_index() -> None:
    assert all(any(rule.code.startswith(start) for start, _ in GROUPS) for rule in RULES)
    assert all(f"[{rule.name}]({rule.name}.md)" in PAGES["index.md"] for rule in RULES)


def test_fences_are_closed() -> None:
    for name, text in PAGES.items():
        assert len(re.findall("^```", text, re.MULTILINE)) % 2 == 0, name
