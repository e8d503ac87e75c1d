"""Rules for texts that become part of generated code, and the form in which messages show them.

Names, enum members and the version of a document end up in Python files, in packed tables and on terminals. A text that
breaks one of these rules is refused when it is read, with its place, so that no generator has to expect it.
"""

from __future__ import annotations

import re

NAME_LIMIT = 240
"""The longest name, in characters. A module is named after its schema, and file names end at 255 bytes."""

TEXT_LIMIT = 1000
"""The longest enum member or media type, in characters."""

_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z ._+-]{0,62}[0-9A-Za-z._+-])?")


def find_problem(text: str, forbidden: str = "", limit: int = NAME_LIMIT) -> str | None:
    """Return why a text cannot be a name, otherwise None. `forbidden` are the separators of the table it goes into."""
    if not text:
        return "is empty"
    if len(text) > limit:
        return f"has {len(text):,} characters, at most {limit} are supported"
    for char in text:
        # Control characters, surrogates, bidirectional marks, invisible characters, and every space but the plain one.
        if not char.isprintable():
            return f"contains the non-printable character U+{ord(char):04X}"
        if char in forbidden:
            return f"contains {char!r}, which separates entries in the generated tables"
    return None


def find_version_problem(text: str) -> str | None:
    """Return why a text cannot be a version, otherwise None.

    The version is part of a comment in the first line of each file. A free text could declare an encoding there
    (``coding: utf-7``), and the rest of the file would be read in it.
    """
    if _VERSION.fullmatch(text):
        return None
    return "is no version: expected at most 64 letters, digits, '.', '-', '+', '_' and spaces, such as 2025.16"


def printable(text: str, limit: int = 400) -> str:
    """Return a text for a message: control characters and surrogates escaped, long texts cut."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join([char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut])
