"""Hand-written pages: blocks show their real output, links resolve, and commands, options and rules exist."""

from __future__ import annotations

import itertools
import re
import shlex
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from cwql.cli import COMMANDS
from cwql.rules.registry import RULES
from scripts.docs.blocks import BLOCK, DOCS, LANGUAGES, NOT_RUN, ROOT, blocks, run_page, written_pages
from scripts.docs.pages.commands import parser_of

README = ROOT / "README.md"
WRITTEN = [README, *written_pages()]
EVERY = [README, *sorted(DOCS.rglob("*.md"))]

NOT_RUN_BLOCKS = {
    "docs/ci/pre-commit.md": 1,
    "docs/tutorial.md": 1,
    "docs/guides/manage.md": 2,
    "docs/guides/network.md": 1,
    "docs/guides/workers.md": 1,
}
"""Number of blocks that no test runs, by page; the page gives the reason for each."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="the commands on the pages need a POSIX shell")
@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_blocks_show_their_output(path: Path) -> None:
    # Readers copy single blocks of the README, but read a page from the top.
    updated = run_page(read(path), path.name, isolated=path == README)
    assert updated == read(path), "run python -m scripts.docs.blocks and read the diff"


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_blocks_have_a_known_language(path: Path) -> None:
    text = read(path)
    assert text.count("```") == 2 * len(BLOCK.findall(text))
    assert {block.language for block in blocks(text)} <= LANGUAGES


def test_blocks_that_are_not_run_are_counted() -> None:
    found = {named(path): sum(block.reason is not None for block in blocks(read(path))) for path in WRITTEN}
    assert {name: count for name, count in found.items() if count} == NOT_RUN_BLOCKS
    for path in WRITTEN:
        reasons = [part for part in read(path).split("\n\n") if NOT_RUN.match(part)]
        assert len(reasons) == found[named(path)], "a reason belongs directly above its block"


@pytest.mark.skipif(sys.platform == "win32", reason="the sandbox of a page needs symbolic links")
def test_wrong_output_is_replaced() -> None:
    page = "```python\nprint(1 + 1)\n#> 3\nx = 5\n```\n\n```console\n$ cwql fmt id=5\nid=5\n```\n\n```python\nprint(x)\n```\n"
    updated = run_page(page)
    assert updated == page.replace("#> 3", "#> 2").replace("\nid=5\n", "\nid = 5\n").replace(
        "print(x)\n", "print(x)\n#> 5\n"
    )
    with pytest.raises(NameError):
        run_page(page, isolated=True)


@pytest.mark.skipif(sys.platform == "win32", reason="the commands on the page need a POSIX shell")
def test_files_and_reasons() -> None:
    page = (
        "Save this as `a/b.py`:\n\n```python\nprint('from the file')\n```\n\n```console\n$ python a/b.py | cat\n```\n\n"
        "*Not run by the tests: it never ends.*\n\n```python\nwhile True: ...\n```\n"
    )
    assert run_page(page) == page.replace("| cat\n", "| cat\nfrom the file\n")


# --- names -----------------------------------------------------------------------------------------------------------

CALL = re.compile(r"(?:`|^\$ |\| )(cwql [a-z][^`\n|]*)", re.MULTILINE)


@cache
def options(command: str) -> frozenset[str]:
    return frozenset(text for action in parser_of(command)._actions for text in action.option_strings)


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_commands_and_options_exist(path: Path) -> None:
    for call in CALL.findall(read(path)):
        # A placeholder for a condition may contain unbalanced quotes.
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
    """Return the anchors of the headings, as GitHub and the site generate them."""
    text = BLOCK.sub("", read(path))
    titles = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_links_resolve(path: Path) -> None:
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


def test_search_terms_are_of_pages_that_exist() -> None:
    assert [name for name in site().SEARCH_TERMS if not (DOCS / f"{name}.md").is_file()] == []


def test_every_page_is_listed_once() -> None:
    listed = ["index", *[name for page in site().CONTENTS for _, names in site().list_contents(page) for name in names]]
    assert sorted(listed) == sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("path", EVERY[1:], ids=named)
def test_pages_begin_with_one_title(path: Path) -> None:
    lines = [line for line in BLOCK.sub("", read(path)).splitlines() if line and not line.startswith("<!--")]
    levels = [len(line) - len(line.lstrip("#")) for line in lines if re.match(r"#{1,6} ", line)]
    assert lines[0].startswith("# ")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), "a level is skipped"
