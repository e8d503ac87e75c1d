"""Random edits in documents of the language server: its diagnostics must be those of a fresh ``cwql lint``.

``python -m scripts.fuzz.server_edits --count N --seed N``. An input is a snippet of the labelled set that is edited 20 times. After each
edit, the conditions that were moved by the edit must be those that the linter finds, and completion, hover, tokens and actions must
not raise.
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import TYPE_CHECKING

from lsprotocol import types

from cwql.lint.examine import examine_bytes, may_hold
from cwql.lint.frontends import find_language
from cwql.lint.linter import ExtractedFile
from cwql.lsp.actions import Actions
from cwql.lsp.completions import completions_at
from cwql.lsp.navigation import definition_at, format_edits, hover_at, inlay_hints, semantic_tokens
from cwql.lsp.session import Session
from tests.lint.labels import read_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.templates.model import ConditionTemplate
    from cwql.lsp.views import View

EDITS = 20
FRAGMENTS = (
    *"'\"`(){}[]=<>/.,&?%#$ \n\\a5",
    "id",
    "board/",
    " and ",
    " or summary contains 'x'",
    "impact = ",
    "\r\n",
    "\N{GRINNING FACE}",
    "\u2028",
    "é",
    "# cwql: ignore",
    "conditions",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Edit snippets; return 1 after the first failure."""
    parser = argparse.ArgumentParser(description="Edit documents of the language server at random.")
    parser.add_argument("--count", type=int, default=50, help="how many documents (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        problem = edit_document(seed)
        if problem is not None:
            print(f"seed {seed}: {problem}\nagain: python -m scripts.fuzz.server_edits --count 1 --seed {seed}")
            return 1
    print(f"{arguments.count} documents, {arguments.count * EDITS} edits: no difference")
    return 0


def edit_document(seed: int) -> str | None:
    """Edit a snippet; return the first difference, otherwise None."""
    rng = random.Random(seed)
    snippet = rng.choice(read_all())
    language = find_language(snippet.language)
    encoding = rng.choice(("utf-8", "utf-16", "utf-32"))
    session = Session({}, encoding)
    uri, path = "file:///fuzz/file", f"/fuzz/file{language.suffixes[0]}"
    text = snippet.source
    session.open(uri, path, language.name, text, 0)
    for version in range(1, EDITS + 1):
        text = _edit(rng, text)
        session.change(uri, text, version)
        view = session.view(uri)
        assert view is not None
        problem = _look(rng, view)
        if problem is None and (version == EDITS or rng.random() < 0.5):
            problem = _compare(view)
        if problem is not None:
            return f"after edit {version} of {snippet.language}, {snippet.title!r}: {problem}\n{text!r}"
    return None


def _edit(rng: random.Random, text: str) -> str:
    """Insert, delete or replace: mostly next to a quote or a sign, and often a few characters only."""
    places = [index for index, character in enumerate(text) if character in "'\"=/ "] or [0]
    start = rng.choice(places) + rng.choice((0, 1)) if rng.random() < 0.7 else rng.randrange(len(text) + 1)
    start = min(start, len(text))
    end = min(len(text), start + rng.choice((0, 0, 0, 1, 2, 8)))
    return text[:start] + (rng.choice(FRAGMENTS) if rng.random() < 0.8 else "") + text[end:]


def _look(rng: random.Random, view: View) -> str | None:
    """Use the features at a random position; often before anything else has looked at the new text."""
    offset = rng.randrange(len(view.document.text) + 1)
    at = view.position(offset)
    whole = types.Range(types.Position(0, 0), view.position(len(view.document.text)))
    try:
        if rng.random() < 0.5:
            view.document.quick_diagnostics()
        for item in completions_at(view, at, None):
            edit = item.text_edit
            if isinstance(edit, types.TextEdit) and not _order(edit.range.start) <= _order(at) <= _order(
                edit.range.end
            ):
                return f"the edit of {item.label!r} is not at the cursor"
        hover_at(view, at)
        definition_at(view, at)
        list(inlay_hints(view, whole))
        if len(semantic_tokens(view)) % 5:
            return "tokens that are not five numbers each"
        format_edits(view, view.span(whole))
        Actions(view, None, lazy=True, versioned=True).find(types.Range(at, at))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _order(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _compare(view: View) -> str | None:
    document = view.document
    job = document.job
    assert job is not None
    # The linter may not recognize the new text as a condition any more, but it must not find others.
    moved = {_key(each) for each in document.conditions()}
    quick = document.quick_diagnostics()
    fresh = examine_bytes(document.text.encode(), job).findings
    if document.diagnostics() != fresh:
        return f"{document.diagnostics()} instead of {fresh}"
    exact = {_key(each) for each in document.conditions()}
    found = set()
    if may_hold(document.text.encode()):
        found = {_key(each) for each in ExtractedFile(document.text, job).conditions()}
    if not found <= moved:
        return f"moved conditions {moved} instead of {found}"
    if quick != fresh and moved == found:
        return f"quick diagnostics {quick} instead of {fresh}"
    return None if exact == found else f"conditions {exact} instead of {found}"


def _key(found: ConditionTemplate) -> tuple[str, str, int, int]:
    return found.text, found.parameter, found.span.start, found.span.end


if __name__ == "__main__":
    sys.exit(main())
