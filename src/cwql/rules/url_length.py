"""The length of the URL that a condition leads to."""

from __future__ import annotations

HEAD = 100
"""How many characters scheme, host, path, page and pageSize take at least."""

# The other bytes are sent as three characters each; a blank is sent as + or as %20 (the shorter one is assumed).
_BARE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~/ -"


def measure_url(text: str) -> int:
    """Return the least number of characters that a URL with this condition has."""
    sent = text.encode("utf-8", "replace")
    return HEAD + len(sent) + 2 * len(sent.translate(None, _BARE))
