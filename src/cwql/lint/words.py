"""Tables of words (`words`), and numbers with their nouns (`count`)."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text, which blanks and line breaks separate.

    >>> sorted(words("insert add"))
    ['add', 'insert']
    """
    return frozenset(text.split())


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, such as ``1 file`` and ``1,132 files``; `plural` is for nouns that add more than an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def split_words(text: str, table: bytes) -> set[str]:
    """Return the words of a text, by a table from `word_table`. A pattern takes five times as long."""
    return set(text.encode("utf-8", "surrogatepass").translate(table).decode("utf-8", "surrogatepass").split())


def word_table(signs: str) -> bytes:
    """Return a table for `bytes.translate`: a space in the place of each byte that is in no word.

    Words have digits, letters and the `signs`; every character that is not ASCII counts as a letter.
    """
    return bytes([code if code > 127 or chr(code).isalnum() or chr(code) in signs else 32 for code in range(256)])
