"""The text of a body: `decode`."""

from __future__ import annotations

import re

__all__ = ["decode"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)

_CHARSETS = {
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
"""The charsets that are decoded by name; everything else is taken for UTF-8.

Python knows many more, some of which are slow on purpose-made bytes (punycode takes quadratic time) or no charsets at all.
"""

MEDIA_LIMIT = 200
"""Characters of a Content-Type header that are looked at."""


def decode(content: bytes, media: str) -> str:
    """Return bytes as text: by the charset of a Content-Type header, otherwise as UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    found = _CHARSET.search(media[:MEDIA_LIMIT])
    name = found[1].lower().replace("_", "-") if found else ""
    return content.decode(_CHARSETS.get(name, "utf-8"), "replace")
