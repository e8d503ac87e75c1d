"""Programs with mistyped conditions: after ``--fix`` a program parses as before, and only its literals differ.

``python -m scripts.fuzz.lint_fixes --count N --seed N``. An input is a snippet of the labelled sets, of any language, in which words
of conditions are mistyped. The fixed program must have the same tokens but for the text of its strings, Python and JSON the same tree,
and a tree of tree-sitter of the same shape; bash and node must accept it if they accepted it before. A second run must change nothing.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shutil
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from cwql.lint.fix import Document, fix_source
from cwql.lint.frontends import TEXT, UnreadableSource, find_language, language_of
from cwql.lint.frontends.scanner import Scanner
from cwql.lint.job import LintJob
from cwql.lint.request_targets import NOWHERE
from tests.lint.holdout import read_rounds
from tests.lint.labels import read_all as read_labelled
from tests.lint.oracles import ORACLES, parser_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.syntax import Token

MISTAKES = (
    (" = ", " == "),
    ("=", "=="),
    (" and ", " && "),
    (" and ", " AND "),
    (" or ", " || "),
    ("false", "fasle"),
    ("false", "'false'"),
    ("closedFlag", "closedFlg"),
    ("name", "nmae"),
    ("board/id", "board.id"),
    (" contains ", " containz "),
    (" in (", " in "),
    ("!=", "<>"),
    (" = 1", " = '1'"),
    ("[", ""),
    ("status/name", "status"),
    (" and ", " and and "),
    (")", ""),
    ("id", "ID"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Fix mistyped programs; return 1 after the first failure."""
    parser = argparse.ArgumentParser(description="Fix mistyped conditions in programs.")
    parser.add_argument("--count", type=int, default=300, help="how many programs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    programs = [
        *[(find_language(each.language).suffixes[0], each.source) for each in read_labelled()],
        *[(each.file, each.source) for each in read_rounds()],
    ]
    # Misused field handles are mistakes of the code itself, and so are their fixes.
    programs = [
        (name, source) for name, source in programs if "from cwql" not in source and "import cwql" not in source
    ]
    changed = 0
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        name, before, after, problem = fix_program(programs, seed)
        changed += before != after
        if problem is not None:
            print(f"seed {seed}: {name}: {problem}\n--- before\n{before}\n--- after\n{after}")
            print(f"again: python -m scripts.fuzz.lint_fixes --count 1 --seed {seed}")
            return 1
    print(f"{arguments.count} programs, {changed} of them changed: all parse as before")
    return 0


def fix_program(programs: Sequence[tuple[str, str]], seed: int) -> tuple[str, str, str, str | None]:
    """Mistype and fix a program; return its name, its text before and after, and the fault."""
    rng = random.Random(seed)
    suffix, text = rng.choice(programs)
    name = suffix if "." in suffix[1:] else f"connectwise{suffix}"
    for _ in range(rng.randrange(1, 4)):
        text = _mistype(rng, text)
    language = language_of(name) or TEXT
    order = LintJob(name, name, language.name, NOWHERE)
    document = Document(name, text.encode())
    unsafe = rng.random() < 0.5
    fixed = fix_source(document, order, unsafe)
    if fixed is None:
        return name, text, text, None
    problem = _difference(name, language.module, text, fixed.text)
    if problem is None:
        again = fix_source(Document(name, fixed.text.encode()), order, unsafe)
        if again is not None and again.text != fixed.text:
            problem = f"a second run changes it again:\n{again.text}"
    return name, text, fixed.text, problem


def _mistype(rng: random.Random, text: str) -> str:
    wrong = [(right, mistake) for right, mistake in MISTAKES if right in text]
    if not wrong:
        return text
    right, mistake = rng.choice(wrong)
    places = [at for at in range(len(text)) if text.startswith(right, at)]
    at = rng.choice(places)
    return text[:at] + mistake + text[at + len(right) :]


def _difference(name: str, module: str, before: str, after: str) -> str | None:
    if module == "python":
        return _compare(_python(before), _python(after))
    if module in ("json", "notebook"):
        return _compare(_json(before), _json(after))
    if module == "shell":
        return _compare(*[_accepts(["bash", "-n"], text) for text in (before, after)])
    grammar = getattr(import_module(f"cwql.lint.frontends.{module}"), "GRAMMAR", None)
    if grammar is None:
        return None
    try:
        tokens = [_skeleton(Scanner(text, grammar.syntax).tokens()) for text in (before, after)]
    except UnreadableSource:
        return None
    problem = _compare(*tokens)
    if problem is None and module in ORACLES:
        problem = _compare(*[_shape(module, text) for text in (before, after)])
    if problem is None and name.endswith((".js", ".mjs")) and shutil.which("node"):
        problem = _compare(*[_accepts(["node", "--check", "-"], text) for text in (before, after)])
    return problem


def _compare(before: object, after: object) -> str | None:
    return None if before is None or before == after else "the program is another one"


def _skeleton(tokens: Sequence[Token]) -> list[object]:
    """Return the tokens without the texts of strings."""
    found: list[object] = []
    for token in tokens:
        if token.kind == "string":
            placeholders = [
                _skeleton(part.tokens) for part in token.parts or () if part.kind == "placeholder" and part.tokens
            ]
            found.append((token.kind, token.whole, *map(tuple, placeholders)))
        else:
            found.append((token.kind, token.text))
    return found


def _shape(module: str, text: str) -> list[object] | None:
    """Return the kinds of the nodes that tree-sitter finds, but for the parts of strings; None if it reports an error."""
    oracle = ORACLES[module]
    root = parser_of(module).parse(text.encode()).root_node
    if root.has_error:
        return None
    found: list[object] = []
    stack = [root]
    while stack:
        node = stack.pop()
        found.append(node.type)
        if node.type in oracle.strings:
            # An escape of a string may have become plain text.
            stack += [child for child in node.named_children if child.type in oracle.placeholders]
        else:
            stack += node.children
    return found


def _python(text: str) -> str | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [value for value in node.values if not isinstance(value, ast.Constant)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def _json(text: str) -> object:
    try:
        return _emptied(json.loads(text))
    except ValueError:
        return None


def _emptied(value: object) -> object:
    if isinstance(value, dict):
        return {key: _emptied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_emptied(each) for each in value]
    return "" if isinstance(value, str) else value


def _accepts(command: Sequence[str], text: str) -> bool | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=30, check=False)
    return True if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
