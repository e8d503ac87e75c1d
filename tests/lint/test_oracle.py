"""Our tokens beside those of tree-sitter: the same string literals at the same places, in snippets and in mutated ones."""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

import pytest
from tree_sitter import Language, Parser

from cwql.lint.frontends import UnreadableSource, language_of
from cwql.lint.frontends.scanner import Scanner
from tests.lint.holdout import read_all as read_held_out
from tests.lint.labels import read_all as read_labelled

# The module of the wheel, the name of its function, and the kinds of nodes that are strings.
ORACLES = {
    "javascript": ("tree_sitter_javascript", "language", {"string", "template_string"}),
    "csharp": (
        "tree_sitter_c_sharp",
        "language",
        {"string_literal", "verbatim_string_literal", "interpolated_string_expression", "raw_string_literal"},
    ),
    "go": ("tree_sitter_go", "language", {"interpreted_string_literal", "raw_string_literal"}),
    "php": ("tree_sitter_php", "language_php", {"string", "encapsed_string", "heredoc", "nowdoc"}),
    "ruby": ("tree_sitter_ruby", "language", {"string"}),
    "powershell": ("tree_sitter_powershell", "language", {"string_literal"}),
    "java": ("tree_sitter_java", "language", {"string_literal"}),
}
MUTATIONS = 150
"""How many mutated snippets of each language are compared; those in which tree-sitter finds an error are skipped."""


def snippets(language: str) -> list[str]:
    held_out = [each.source for each in read_held_out() if getattr(language_of(each.file), "module", "") == language]
    labelled = [each.source for each in read_labelled() if each.language == language]
    return [text for text in (*labelled, *held_out) if text.isascii()]


def strings_of_oracle(parser: Parser, kinds: set[str], text: str) -> set[tuple[int, int]] | None:
    """Return the spans of the outermost strings; None if the program has an error."""
    tree = parser.parse(text.encode())
    if tree.root_node.has_error:
        return None
    found: set[tuple[int, int]] = set()
    stack: list[Any] = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.type in kinds and node.is_named:
            found.add((node.start_byte, node.end_byte))
        else:
            stack += node.children
    return found


def strings_of_ours(language: str, text: str) -> set[tuple[int, int]] | None:
    """Return the spans of the outermost strings that the scanner finds; here-documents and characters are others."""
    grammar = import_module(f"cwql.lint.frontends.{language}").GRAMMAR
    try:
        tokens = Scanner(text, grammar.syntax).tokens()
    except UnreadableSource:
        return None
    found: set[tuple[int, int]] = set()
    for token in tokens:
        opener = text[token.start : token.start + 2]
        character = opener[:1] == "'" and language in ("csharp", "go", "java")
        other = language == "ruby" and opener[:1] in ("%", "<", "`", ":")
        if token.kind == "string" and not character and not other:
            found.add((token.start, token.end))
    return found


def compare(language: str, parser: Parser, kinds: set[str], text: str) -> bool:
    """Compare the strings of a program; return whether tree-sitter could parse it."""
    expected = strings_of_oracle(parser, kinds, text)
    if expected is None or (language == "php" and "<?" not in text):
        # A PHP text without an opening tag is a part of a program for us, and HTML for tree-sitter.
        return False
    if language == "java" and any("\n" in text[low:high] and text[low : low + 3] != '"""' for low, high in expected):
        # The grammar accepts strings of several lines, which the language does not have.
        return False
    if language == "ruby":
        expected = {(low, high) for low, high in expected if text[low : low + 1] not in "%<`:"}
    assert strings_of_ours(language, text) == expected, text
    return True


@pytest.mark.parametrize("language", ORACLES)
def test_strings_are_those_of_tree_sitter(language: str) -> None:
    module, name, kinds = ORACLES[language]
    parser = Parser(Language(getattr(import_module(module), name)()))
    sources = snippets(language)
    known = sum(compare(language, parser, kinds, text) for text in sources)
    assert known * 2 >= len(sources)
    chance = random.Random(f"{language} 1")
    for _ in range(MUTATIONS):
        text = chance.choice(sources)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(text) + 1)
            text = (
                text[:at]
                + chance.choice(["", ";", " ", "x", "()", "\n", "1", "'", '"', "//", "+"])
                + text[at + chance.randrange(2) :]
            )
        compare(language, parser, kinds, text)
