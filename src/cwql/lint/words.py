"""Tables of words: `words`."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text, which blanks and line breaks separate.

    >>> sorted(words("insert add"))
    ['add', 'insert']
    """
    return frozenset(text.split())
