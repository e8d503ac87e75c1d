"""Golden files: one text and what cwql says about it.

A file holds a line ``dialect parameter`` or ``dialect parameter endpoint``, the text, a line ``----``, and the findings as
``cwql check`` prints them. ``python -m scripts.golden`` writes the findings anew; read the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden"
MARK = "\n----\n"


class Golden(NamedTuple):
    """Hold one case: where it stands, what is checked, and what is expected."""

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
    """Return every golden file, by name."""
    return [load(path) for path in sorted(FOLDER.glob("*/*.txt"))]


def findings(case: Golden) -> str:
    """Return what cwql says now."""
    from cwql.analysis.checker import check
    from cwql.render import render
    from cwql.source import Source

    found = check(case.text, case.dialect, case.endpoint, case.parameter)
    return render([(Source(case.text), found)], "text")


def store(case: Golden, text: str) -> None:
    """Write the findings into the file."""
    head = " ".join(part for part in (case.dialect, case.parameter, case.endpoint) if part)
    with case.path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{head}\n{case.text}{MARK}{text}\n")


if __name__ == "__main__":
    for case in cases():
        store(case, findings(case))
