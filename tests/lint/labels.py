"""The labelled set: snippets of source code and their expected diagnostics (``snippets/LANGUAGE.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cwql.lint.frontends import find_language
from cwql.lint.linter import lint_text
from cwql.source import Source

FOLDER = Path(__file__).parent / "snippets"


@dataclass(frozen=True)
class Snippet:
    """A snippet: the `findings` that it must give (``"1:41 CW203"``), and its problems that are known to be `missed`.

    `file` is its name, if the language has several kinds of files.
    """

    language: str
    title: str
    source: str
    findings: tuple[str, ...]
    missed: tuple[str, ...] = ()
    file: str = ""

    def run(self) -> list[tuple[str, str]]:
        """Return position with code, and severity, of every diagnostic."""
        language = find_language(self.language)
        source = Source(self.source, self.file or f"snippet{language.suffixes[0]}")
        found = lint_text(source.text, filename=source.name, language=language.name).diagnostics
        places = [source.position(finding.span.start) for finding in found]
        return [
            (f"{line}:{column} {finding.code}", finding.severity)
            for (line, column), finding in zip(places, found, strict=True)
        ]


def read(path: Path) -> list[Snippet]:
    """Return the snippets of a file."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    if found.keys() != {"snippet"}:
        raise ValueError(f"{path.name}: expected [[snippet]] tables only")
    return [
        Snippet(
            each.get("language", path.stem),
            each["title"],
            each["source"],
            tuple(each["findings"]),
            tuple(each.get("missed", ())),
            each.get("file", ""),
        )
        for each in found["snippet"]
    ]


def read_all() -> list[Snippet]:
    """Return the snippets of all languages."""
    return [snippet for path in sorted(FOLDER.glob("*.toml")) for snippet in read(path)]
