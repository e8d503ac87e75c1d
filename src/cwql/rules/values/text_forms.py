"""The form of a text value: percent escapes that were left in it, wildcards at its ends."""

from __future__ import annotations

import re

# Escapes of printable ASCII that is no letter or digit, which clients encode by hand: %20, %22, %2B, %3A, %40, %5B, %7C.
_ESCAPE = re.compile(r"%(?:2[0-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|7[B-Eb-e])")
_ESCAPE_BETWEEN = re.compile(r"(?<=\w)%(?:2[0-9A-Fa-f]|3[A-Fa-f]|40)(?=[A-Za-z])")


def find_escape(text: str, pattern: bool = False) -> str | None:
    """Return the first percent escape in a text; in a `pattern`, in which % is a wildcard, only one between letters."""
    found = (_ESCAPE_BETWEEN if pattern else _ESCAPE).search(text)
    return None if found is None else found[0]


def decode(text: str) -> str:
    """Return the text with its percent escapes decoded, as UTF-8."""
    from urllib.parse import unquote

    return unquote(text, errors="replace")


def strip_wildcards(text: str, wildcards: str) -> str:
    """Return the text without the wildcards at its ends; a percent sign after a digit is a unit and stays."""
    bare = text.lstrip(wildcards)
    end = bare.rstrip(wildcards)
    if bare != end and bare == text and end[-1:].isdigit() and bare[len(end) :] == "%":
        return text
    return end
