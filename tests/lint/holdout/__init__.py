"""Snippets whose labels were written before the code that has to pass them: ``holdout/LANGUAGE.toml``.

A label is ``LINE CODE TEXT``: the diagnostic starts at TEXT in that line. Run ``python -m tests.lint.holdout`` for the figures.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cwql.lint.frontends import TEXT, language_of
from cwql.lint.linter import lint_text
from cwql.source import Source

FOLDER = Path(__file__).parent
ROUNDS = tuple(sorted([path for path in FOLDER.iterdir() if path.is_dir()]))
"""The folders of the later rounds."""


@dataclass(frozen=True)
class Snippet:
    """A file and its expected diagnostics."""

    group: str
    file: str
    source: str
    expected: tuple[str, ...]

    def run(self) -> dict[str, str]:
        """Return the label and the severity of every diagnostic; no condition may end before it starts."""
        language = language_of(self.file) or TEXT
        source = Source(self.source, self.file)
        found: dict[str, str] = {}
        result = lint_text(source.text, filename=self.file, language=language.name)
        for condition in result.conditions:
            assert 0 <= condition.span.start < condition.span.end <= len(self.source), condition
        for each in result.diagnostics:
            line = source.position(each.span.start)[0]
            rest = self.source[each.span.start :]
            label = f"{line} {each.code} {rest.partition(chr(10))[0]}"
            known = next((e for e in self.expected if label.startswith(e)), label)
            found[known] = each.severity
        return found


def read_all(folder: Path = FOLDER) -> list[Snippet]:
    """Return the snippets of all languages."""
    return [
        Snippet(path.stem, each["file"], each["source"], tuple(each["expected"]))
        for path in sorted(folder.glob("*.toml"))
        for each in tomllib.loads(path.read_text(encoding="utf-8"))["snippet"]
    ]


def read_rounds() -> list[Snippet]:
    """Return the snippets of all rounds, of all languages."""
    return [snippet for folder in (FOLDER, *ROUNDS) for snippet in read_all(folder)]


def count(snippets: list[Snippet]) -> Counter[str]:
    """Return the number of expected, found and false diagnostics."""
    total: Counter[str] = Counter(snippets=len(snippets))
    for snippet in snippets:
        found = snippet.run()
        total["expected"] += len(snippet.expected)
        total["found"] += len([e for e in snippet.expected if e in found])
        for label, severity in found.items():
            total[f"false {severity}s"] += label not in snippet.expected
    return total
