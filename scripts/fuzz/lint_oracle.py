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

_JAVASCRIPT = re.compile(
    # A pattern, an element, a number or a type that is called, brackets at the beginning of a line or before a body.
    r"/[a-z]+\(|/\((?:z\)|\))|>\s*\((?:z\)|\))|\)\(z\)|\b\d+ ?\(|\(z\)>|as \w+\(|typeof \w+\(|^\s*\(z\)|\(z\)\s*\{"
    # An assignment to several values or to the value of an item, ``return`` or a comment in the place of a value.
    r"|\) = |\w = w = |new\s*(?://|;|=)|\w//\w|, v(?:\(|=>)|^\s*finally\(|(?:[=:]|return) //|\+ return"
    # Tags whose names differ, an attribute without a sign, signs among the arguments of a type, an unclosed comment.
    r"|<\w+ \w+ ?\{|<\(?\w[\w ]*(?:[.,;=]|\(\))\s*[\w\[]|<\s*[\w.]+|</[\w.]+|/\*(?![\s\S]*\*/)",
    re.MULTILINE,
)

ODD = {
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "tsx": _JAVASCRIPT,
    # The operator of a value called like a method, a text right after a name, a document after empty brackets, a line
    # that ends in the middle of an expression, a line with nothing but an operator,
    # a call without a dot after the name of a class, a text or a symbol right after a name, a list after a name and a blank, a semicolon in a placeholder.
    "ruby": re.compile(
        r"\.\s*\+|//|\.?\b\w+'(?=[\"#\w])|\.\w+\"|\(\) <<~|\(\w+\n\w|when\s*\n|(?m:^\s*\+\s*$)|\b\w+\"[\w:]|\.\w+:\w|\w \[|#\{;|class \w+ < \w+[ '(]"
    ),
    # Signs and quotes in the names of commands and in bare words, which may contain all of them; a comment right after a
    # semicolon, which is none for tree-sitter.
    "powershell": re.compile(
        r"[\w-][+'\"=;(]+[\w-]|\w\+|[\w/+]['\"]|=\d\w|\d\$\w|\w//|-\.\w|^\s*\d\w|-\s+\w|^\s*=|= w|function [\w-]*[.']|[A-Za-z]\$\w|;<#|(?<![\[\w.])[\w.]+\]::",
        re.MULTILINE,
    ),
    # A variable whose name is apart from its sign, a new object that is joined with a text, a loop over calls.
    "php": re.compile(r"\$ \w|new [\w\\]+\.|as \$\w+ ?\(|\(\w+\.y|<\?php\w"),
    # An assignment to a pointer in brackets, two values for a name, signs between those of an assignment, a number that is
    # called.
    "go": re.compile(r"\*\(z\)|, v\w*[.(]|:\d=|\d ?\(|\w//|_\(|;\w"),
    # A method without a type and with another name than its class, a value of the rest of the arguments, an operator in the
    # place of a name.
    "java": re.compile(r";\w+\(|\.\.\. \w+ =|\(\w*\+\w* ?= "),
    # A text that is called, a member of a type without a name that is an expression, a property of a named interface, an
    # assignment in the arguments of a type or after brackets, a cast before a generic call, a call in the place of a
    # parameter or before an entry, an operator there, a number that is called, a placeholder or a comment in a format.
    "csharp": re.compile(
        r"['\"] ?\(z\)|\(z\)[\w.]+<|,\(z\)|new \{[^}]*\w[+(]\w|\w \w+\.y\w* \{|<\w+ = w|\{\(z\)|\w ?\(z?\) ?=?>|\{ ?\+|= ?\d \(|\(z\) ?[=\w\"]|\+ return|= w\w*(?:\([^()]*\) =>| = )|\w// |\(z\)\s+\[|[,{]\s+\+\w|using \w\.|= w\) in|<List<\w+>\(|\w;\w|>\s*\.y|<\w+\.y|\"{3}\S+\n|= w\w*\(\w+ \w|\{\w+:[^{}\"\n]*//|(?m:^\(z\)\s*\w+ =)|\{\w+:[^{}\"\n]*\{"
    ),
}
"""Parts of mutated programs that tree-sitter reads in another way, and nobody writes: such programs are not compared."""


def main(argv: Sequence[str] | None = None) -> int:
    """Compare programs; return 1 after the first difference."""
    parser = argparse.ArgumentParser(description="Compare our frontends with tree-sitter.")
    parser.add_argument("--count", type=int, default=2000, help="how many programs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    compared = 0
    languages = list(ORACLES)
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        language = languages[seed % len(languages)]
        text = Writer(language, seed).program() if seed // len(languages) % 2 else mutate(language, seed)
        difference = differ(language, text)
        compared += found_by_oracle(language, text) is not None
        if difference:
            print(f"seed {seed}: {language}: {difference}\n{text}")
            print(f"again: python -m scripts.fuzz.lint_oracle --count 1 --seed {seed}")
            return 1
    print(f"{arguments.count} programs, {compared} of them without an error: the same strings, calls and assignments")
    return 0


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
    """Return a snippet in which a few characters are changed."""
    rng = random.Random(f"{language} {seed}")
    text = original = rng.choice(comparable(language))
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(INSERTED) + text[at + rng.randrange(2) :]
    odd = ODD.get(language)
    return original if odd is not None and Counter(odd.findall(text)) - Counter(odd.findall(original)) else text


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
