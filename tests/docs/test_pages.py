"""The pages that are written by hand: their blocks run and show what comes out, their links lead somewhere, their names exist."""

from __future__ import annotations

import itertools
import re
import shlex
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from cwql.analysis.rules import RULES
from cwql.cli import COMMANDS
from scripts.docs.blocks import BLOCK, DOCS, LANGUAGES, NOT_RUN, ROOT, blocks, pages, play
from scripts.docs.pages.commands import parser_of

README = ROOT / "README.md"
WRITTEN = [README, *pages()]
EVERY = [README, *sorted(DOCS.rglob("*.md"))]

NOT_RUN_BLOCKS = {"docs/tutorial.md": 1, "docs/guides/manage.md": 1, "docs/guides/workers.md": 1}
"""How many blocks of a page no test runs; each gives its reason on the page."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_blocks_show_what_comes_out(path: Path) -> None:
    # Whoever reads the README copies one block; a page is read from its top.
    played = play(read(path), path.name, alone=path == README)
    assert played == read(path), "run python -m scripts.docs.blocks and read the difference"


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_blocks_are_of_a_kind_that_is_known(path: Path) -> None:
    text = read(path)
    assert text.count("```") == 2 * len(BLOCK.findall(text))
    assert {block.language for block in blocks(text)} <= LANGUAGES


def test_what_is_not_run_is_counted() -> None:
    found = {named(path): sum(block.reason is not None for block in blocks(read(path))) for path in WRITTEN}
    assert {name: count for name, count in found.items() if count} == NOT_RUN_BLOCKS
    for path in WRITTEN:
        reasons = [part for part in read(path).split("\n\n") if NOT_RUN.match(part)]
        assert len(reasons) == found[named(path)], "a reason stands right above its block"


def test_a_page_whose_output_is_wrong_is_noticed() -> None:
    page = "```python\nprint(1 + 1)\n#> 3\nx = 5\n```\n\n```console\n$ cwql fmt id=5\nid=5\n```\n\n```python\nprint(x)\n```\n"
    played = play(page)
    assert played == page.replace("#> 3", "#> 2").replace("\nid=5\n", "\nid = 5\n").replace(
        "print(x)\n", "print(x)\n#> 5\n"
    )
    with pytest.raises(NameError):
        play(page, alone=True)


def test_files_and_reasons() -> None:
    page = (
        "Save this as `a/b.py`:\n\n```python\nprint('from the file')\n```\n\n```console\n$ python a/b.py | cat\n```\n\n"
        "*Not run by the tests: it never ends.*\n\n```python\nwhile True: ...\n```\n"
    )
    assert play(page) == page.replace("| cat\n", "| cat\nfrom the file\n")


# --- names -----------------------------------------------------------------------------------------------------------

CALL = re.compile(r"(?:`|^\$ |\| )(cwql [a-z][^`\n|]*)", re.MULTILINE)


@cache
def options(command: str) -> frozenset[str]:
    return frozenset(text for action in parser_of(command)._actions for text in action.option_strings)


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_commands_and_options_exist(path: Path) -> None:
    for call in CALL.findall(read(path)):
        # What stands in the place of a text may hold anything.
        try:
            words = shlex.split(call)
        except ValueError:
            words = call.split()
        assert words[1] in COMMANDS, call
        for word in words[2:]:
            if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word):
                assert word.partition("=")[0] in options(words[1]), call


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_rules_exist(path: Path) -> None:
    codes, names = {rule.code for rule in RULES}, {rule.name for rule in RULES}
    assert set(re.findall(r"\bCW[0-9]{3}\b", read(path))) <= codes
    assert {name for _, name in re.findall(r"\b(CW[0-9]{3}) ([a-z]+(?:-[a-z]+)+)\b", read(path))} <= names


# --- links and order -------------------------------------------------------------------------------------------------

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub and the site give the headings of a page."""
    text = BLOCK.sub("", read(path))
    titles = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(re.sub(r"`[^`\n]*`", "", BLOCK.sub("", read(path)))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{named(path)}: {target}"
        assert path == README or found.is_relative_to(DOCS), f"{named(path)}: {target} is not part of the site"
        if anchor:
            assert anchor in anchors(found), f"{named(path)}: {target}"


@cache
def site() -> Any:
    spec = spec_from_file_location("docs_conf", DOCS / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_listed_once() -> None:
    listed = ["index", *[name for page in site().CONTENTS for _, names in site().list_contents(page) for name in names]]
    assert sorted(listed) == sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("path", EVERY[1:], ids=named)
def test_pages_begin_with_one_title(path: Path) -> None:
    lines = [line for line in BLOCK.sub("", read(path)).splitlines() if line and not line.startswith("<!--")]
    levels = [len(line) - len(line.lstrip("#")) for line in lines if re.match(r"#{1,6} ", line)]
    assert lines[0].startswith("# ")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), "a level is left out"
