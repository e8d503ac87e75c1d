"""All generated pages: docs/rules and docs/reference, from the registries and docstrings. They are never edited by hand."""

from __future__ import annotations

from pathlib import Path

from scripts.docs.pages import behaviors, commands, endpoints, errors, grammar, languages, names, rules, settings
from scripts.docs.pages.markdown import MARK

__all__ = ["DOCS", "FOLDERS", "MARK", "pages", "store"]

DOCS = Path(__file__).resolve().parents[3] / "docs"

FOLDERS = ("rules", "reference")
"""Folders that contain generated files only."""

SUBJECTS = (rules, languages, grammar, commands, settings, endpoints, errors, names, behaviors)


def pages() -> dict[str, str]:
    """Return the text of every page by its path below docs/."""
    texts: dict[str, str] = {}
    for subject in SUBJECTS:
        texts |= subject.pages()
    return texts


def stored() -> set[str]:
    """Return the path of every file in the folders of generated pages."""
    return {
        path.relative_to(DOCS).as_posix() for name in FOLDERS for path in (DOCS / name).rglob("*") if path.is_file()
    }


def store() -> None:
    """Write every page, and delete pages that are no longer generated."""
    wanted = pages()
    for name in stored() - wanted.keys():
        (DOCS / name).unlink()
    for name, text in wanted.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_bytes(text.encode())
