"""Generated and mutated programs: our frontends find the strings, calls and assignments that tree-sitter finds.

``python -m scripts.fuzz.lint_oracle --count N --seed N``: N programs, in turn of each language, half of them generated
and half of them snippets in which a few characters are changed. Programs in which tree-sitter finds an error are skipped.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from cwql.lint.frontends import language_of
from tests.lint.generated import Writer
from tests.lint.holdout import FOLDER, read_rounds
from tests.lint.holdout import read_all as read_held_out
from tests.lint.labels import read_all as read_labelled
from tests.lint.oracles import ORACLES, found_by_oracle, found_by_us

if TYPE_CHECKING:
    from collections.abc import Sequence

INSERTED = ("", ";", " ", "x", "()", "1", "'", '"', "//", "+", ".y", "(z)", " = w", ", v")

ODD = {
    # A text right after a name, which is an argument for tree-sitter.
    "ruby": re.compile(r"\w['\"][\w\"#:]"),
    # Signs and quotes in the names of commands and in bare words, which may contain all of them; an assignment to a command.
    "powershell": re.compile(
        r"[\w-][+'\"]+[\w-]|\w\+|[\w/+]['\"]|\w//|-\.\w|[A-Za-z]\$\w|= w|^\s*(?:\d\w|=)", re.MULTILINE
    ),
}
"""Parts of mutated programs that tree-sitter reads in another way, and nobody writes: such programs are not compared."""

TOLERATED = 0.02
"""The share of mutated programs that may have a difference. Nobody writes most of them: ``return client.x(z)GetAsync(url)``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Compare programs; return 1 if a generated one or too many mutated ones have a difference."""
    parser = argparse.ArgumentParser(description="Compare our frontends with tree-sitter.")
    parser.add_argument("--count", type=int, default=2000, help="how many programs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    compared, different = Counter[str](), Counter[str]()
    languages = list(ORACLES)
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        language = languages[seed % len(languages)]
        kind = "generated" if seed // len(languages) % 2 else "mutated"
        text = Writer(language, seed).program() if kind == "generated" else mutate(language, seed)
        if found_by_oracle(language, text) is None:
            continue
        compared[kind] += 1
        difference = differ(language, text)
        if difference:
            different[kind] += 1
            print(f"seed {seed}: {kind}, {language}: {difference}")
            if arguments.count == 1:
                print(text)
    for kind, count in compared.items():
        print(
            f"{count} {kind} programs without an error, {different[kind]} of them with another string, call or assignment"
        )
    return int(different["generated"] > 0 or different["mutated"] > 1 + TOLERATED * compared["mutated"])


@cache
def snippets(language: str) -> tuple[str, ...]:
    """Return the labelled snippets of a language whose text is ASCII, in which positions are offsets in bytes."""
    held_out = [*read_rounds(), *read_held_out(FOLDER.parent / "reproductions")]
    sources = [each.source for each in held_out if _language_of(each.file) == language]
    sources += [each.source for each in read_labelled() if each.language == language]
    # A PHP text without an opening tag is a part of a program for us, and HTML for tree-sitter.
    return tuple([text for text in sources if text.isascii() and (language != "php" or "<?" in text)])


def _language_of(file: str) -> str:
    """Return the name of the grammar of tree-sitter for a file: TypeScript has another one with JSX."""
    return "tsx" if file.endswith(".tsx") else getattr(language_of(file), "name", "")


@cache
def comparable(language: str) -> tuple[str, ...]:
    """Return the snippets of a language without a difference."""
    return tuple([text for text in snippets(language) if not differ(language, text)])


def mutate(language: str, seed: int) -> str:
    """Return a snippet in which a few characters are changed, without the parts that nobody writes."""
    rng = random.Random(f"{language} {seed}")
    odd = ODD.get(language)
    while True:
        text = original = rng.choice(comparable(language))
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(INSERTED) + text[at + rng.randrange(2) :]
        if odd is None or not Counter(odd.findall(text)) - Counter(odd.findall(original)):
            return text


def differ(language: str, text: str) -> str:
    """Return the differences between our tree and that of tree-sitter; none if it finds an error in the text."""
    expected = found_by_oracle(language, text)
    if expected is None or (language == "php" and "<?php" not in text):
        return ""
    if language == "java" and any(
        "\n" in text[low:high] and text[low : low + 3] != '"""' for low, high in expected.strings
    ):
        # The grammar accepts strings of several lines, which the language does not have.
        return ""
    found = found_by_us(language, text)
    if found is None:
        return "our frontend cannot read it"
    said = []
    for kind in ("strings", "calls", "assignments"):
        ours, theirs = getattr(found, kind), getattr(expected, kind)
        said += [f"missed {kind} {_show(text, each)}" for each in sorted(theirs - ours)]
        said += [f"extra {kind} {_show(text, each)}" for each in sorted(ours - theirs)]
    return "; ".join(said)


def _show(text: str, place: int | tuple[int, int]) -> str:
    low, high = place if isinstance(place, tuple) else (max(0, place - 30), place)
    return repr(text[low:high])


if __name__ == "__main__":
    sys.exit(main())
