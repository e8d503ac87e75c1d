"""Count words that make prose hard to read, per 10,000 words: ``python -m scripts.english.word_counts``.

Docstrings and comments of src/, tests/ and scripts/ are one text, the Markdown pages another. The goals are a reminder, taken from the
source of ruff, httpx, sqlglot and others: conditions start with *if* and *when*, reasons with *because*. ``--check`` fails if a
goal is missed, ``--packages`` shows the same table for each package and folder.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tokenize
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CODE = ("src", "tests", "scripts")
# The programs in examples/ are shown in the docs.
PAGES = ("docs", "examples", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A comment for a tool is not prose.
_DIRECTIVE = re.compile(r"# *(type:|noqa|pragma:|pyright:|mypy:|ruff:|fmt:|cwql:)")


class Entry(NamedTuple):
    """A word or phrase, and how often it may or should occur in 10,000 words; None if there is no goal."""

    name: str
    pattern: re.Pattern[str]
    at_most: float | None = None
    at_least: float | None = None

    def misses(self, rate: float) -> bool:
        """Return whether a rate misses the goal."""
        return (self.at_most is not None and rate > self.at_most) or (
            self.at_least is not None and rate < self.at_least
        )

    @property
    def goal(self) -> str:
        """Return the goal as text."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return f"at least {self.at_least:g}" if self.at_least is not None else ""


def _entry(name: str, pattern: str = "", at_most: float | None = None, at_least: float | None = None) -> Entry:
    return Entry(name, re.compile(rf"\b(?:{pattern or name})\b", re.IGNORECASE), at_most, at_least)


ENTRIES = (
    _entry("what", at_most=15),
    _entry("where", at_most=30),
    _entry("stands", "stands?|stood|standing", at_most=1),
    _entry("holds", "holds?|held|holding", at_most=3),
    _entry("told, tells", "told|tells?|telling", at_most=3),
    _entry("tell whether", r"tells?\s+whether", at_most=0),
    _entry("beside", at_most=3),
    _entry("anew", at_most=0),
    _entry("behind"),
    _entry("asked", "asked|asks?|asking"),
    _entry("if", at_least=40),
    _entry("when"),
    _entry("because", at_least=3),
    _entry("for example", r"for\s+example|e\.g"),
)


class Count(NamedTuple):
    """The number of words of some texts, and of the occurrences of each entry."""

    words: int
    hits: dict[str, int]

    def rate(self, entry: Entry) -> float:
        """Return the occurrences in 10,000 words."""
        return 10_000 * self.hits[entry.name] / self.words if self.words else 0.0


def count(texts: list[str]) -> Count:
    """Count words and entries in texts."""
    whole = "\n\n".join(texts)
    return Count(len(_WORD.findall(whole)), {it.name: len(it.pattern.findall(whole)) for it in ENTRIES})


def prose_of_python(source: str) -> str:
    """Return the docstrings and comments of Python source; a string alone in a statement is one as well."""
    parts = [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    parts += [
        token.string.lstrip("#! ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string)
    ]
    return "\n".join([_CODE.sub(" ", part) for part in parts])


def prose_of_markdown(page: str) -> str:
    """Return the prose of a Markdown page: no code, no link targets, no HTML comments."""
    for pattern in (_HTML_COMMENT, _FENCE, _CODE):
        page = pattern.sub(" ", page)
    return _LINK_TARGET.sub("]", page)


def texts_of(roots: tuple[str, ...], root: Path = ROOT) -> dict[str, str]:
    """Return the prose of every Python file and every page below some folders, by path."""
    found = {}
    for name in roots:
        start = root / name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            read = {".py": prose_of_python, ".pyi": prose_of_python, ".md": prose_of_markdown}.get(path.suffix)
            if read is not None:
                found[path.relative_to(root).as_posix()] = read(path.read_text(encoding="utf-8"))
    return found


def group_of(path: str) -> str:
    """Return the package or folder that a file is counted in: at most ``src/cwql/lint``, ``tests/lint``, ``docs/guides``."""
    parts = PurePosixPath(path).parts[:-1]
    return "/".join(parts[: 3 if parts[:1] == ("src",) else 2]) or path


def table(counts: dict[str, Count]) -> str:
    """Return rates as a table: a row for each entry, a column for each count; a star marks a missed goal."""
    names = list(counts)
    widths = [max(8, len(name) + 1) for name in names]
    head = f"{'per 10,000 words':16}" + "".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True))
    lines = [f"{head}  goal"]
    for entry in ENTRIES:
        cells = []
        for name, width in zip(names, widths, strict=True):
            rate = counts[name].rate(entry)
            cells.append(f"{rate:{width - 1}.1f}{'*' if entry.misses(rate) else ' '}")
        lines.append(f"{entry.name:16}{''.join(cells)}  {entry.goal}".rstrip())
    words = "".join(f"{counts[name].words:{width - 1},} " for name, width in zip(names, widths, strict=True))
    return "\n".join([*lines, f"{'words':16}{words}".rstrip()])


def package_table(texts: dict[str, str]) -> str:
    """Return rates as a table with a row for each package and a column for each entry."""
    groups: dict[str, list[str]] = {}
    for path, text in texts.items():
        groups.setdefault(group_of(path), []).append(text)
    width = max(map(len, groups), default=0)
    lines = [f"{'per 10,000 words':{width}}{'words':>9}" + "".join(f"{it.name:>13}" for it in ENTRIES)]
    for name, parts in sorted(groups.items()):
        found = count(parts)
        rates = [found.rate(it) for it in ENTRIES]
        cells = [f"{rate:12.1f}{'*' if it.misses(rate) else ' '}" for it, rate in zip(ENTRIES, rates, strict=True)]
        lines.append(f"{name:{width}}{found.words:9,}{''.join(cells)}".rstrip())
    return "\n".join(lines)


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Print the table, and return 1 if a goal is missed and ``--check`` is given."""
    parser = argparse.ArgumentParser(prog="python -m scripts.english.word_counts", description="Count words of prose.")
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a goal is missed")
    parser.add_argument("--packages", action="store_true", help="show the rates of each package and folder")
    arguments = parser.parse_args(words)
    code, pages = texts_of(CODE, root), texts_of(PAGES, root)
    counts = {"code": count(list(code.values())), "docs": count(list(pages.values()))}
    print(table(counts))
    if arguments.packages:
        print(f"\n{package_table(code | pages)}")
    missed = [f"{it.name} in {name}" for name, found in counts.items() for it in ENTRIES if it.misses(found.rate(it))]
    if arguments.check and missed:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
