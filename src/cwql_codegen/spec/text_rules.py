"""Rules for texts of a document that become part of generated code, and their form in messages.

Names, enum members and the version are written to Python files, packed tables and terminals. A text that breaks a rule is
refused while the document is read, because its place is known there.
"""

from __future__ import annotations

import re

NAME_LIMIT = 240
"""The maximal length of a name. Modules are named after schemas, and a file name has at most 255 bytes."""

TEXT_LIMIT = 1000
"""The maximal length of an enum member or media type."""

_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z ._+-]{0,62}[0-9A-Za-z._+-])?")


def find_problem(text: str, forbidden: str = "", limit: int = NAME_LIMIT) -> str | None:
    """Return why a text cannot be used as a name, otherwise None.

    Args:
        text: The text.
        forbidden: Characters that separate entries in the table that the text is written to.
        limit: The maximal length.
    """
    if not text:
        return "is empty"
    if len(text) > limit:
        return f"has {len(text):,} characters, at most {limit} are supported"
    for char in text:
        # Control characters, surrogates, bidirectional marks, invisible characters, and every space except for U+0020.
        if not char.isprintable():
            return f"contains the non-printable character U+{ord(char):04X}"
        if char in forbidden:
            return f"contains {char!r}, which separates entries in the generated tables"
    return None


def find_version_problem(text: str) -> str | None:
    """Return why a text cannot be used as a version, otherwise None.

    The version is part of a comment in the first line of each file. An arbitrary text could declare an encoding there (for
    example ``coding: utf-7``), which would change the meaning of the rest of the file.
    """
    if _VERSION.fullmatch(text):
        return None
    return "is not a version: expected at most 64 letters, digits, '.', '-', '+', '_' and spaces, such as 2025.16"


def printable(text: str, limit: int = 400) -> str:
    """Return a text for a message: control characters and surrogates are escaped, long texts are truncated."""
    kept = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join([char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in kept])
