"""Golden files: a text and the output of ``cwql check`` for it.

A file contains a line ``dialect parameter`` or ``dialect parameter endpoint``, the text, a line ``----``, and the diagnostics as
``cwql check`` prints them. ``python -m scripts.golden`` updates the diagnostics; read the diff before committing it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden"
MARK = "\n----\n"


class Golden(NamedTuple):
    """A case: its file, the text to check, and the expected output."""

    path: Path
    dialect: str
    parameter: str
    endpoint: str | None
    text: str
    expected: str


def load(path: Path) -> Golden:
    """Read a golden file."""
    with path.open(encoding="utf-8", newline="") as file:
        head, rest = file.read().split("\n", 1)
    text, expected = rest.rsplit(MARK, 1)
    dialect, parameter, *endpoint = head.split()
    return Golden(path, dialect, parameter, endpoint[0] if endpoint else None, text, expected.removesuffix("\n"))


def cases() -> list[Golden]:
    """Return every golden file, sorted by path."""
    return [load(path) for path in sorted(FOLDER.glob("*/*.txt"))]


def render_diagnostics(case: Golden) -> str:
    """Check the text of a case and return the output."""
    from cwql.analysis.checker import check
    from cwql.language.dialects import find_dialect
    from cwql.render import render
    from cwql.source import Source

    diagnostics = check(case.text, dialect=find_dialect(case.dialect), endpoint=case.endpoint, parameter=case.parameter)
    return render([(Source(case.text), diagnostics)], "text")


def store(case: Golden, text: str) -> None:
    """Write a case with new diagnostics to its file."""
    head = " ".join(part for part in (case.dialect, case.parameter, case.endpoint) if part)
    with case.path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{head}\n{case.text}{MARK}{text}\n")


if __name__ == "__main__":
    for case in cases():
        store(case, render_diagnostics(case))
