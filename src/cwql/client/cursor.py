"""Cursors: the place in a list at which its next page begins, as a text that a web page can keep."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Place", "fingerprint", "read_cursor", "write_cursor"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a page.

    Attributes:
        by: ``id`` if the page has the records after an id, ``page`` for a page number, empty if no cursor can name it.
        position: That id or page number.
        number: The number of the page, from 1.
    """

    by: str
    position: int
    number: int


def fingerprint(parts: Iterable[str]) -> str:
    """Return a short text that changes with the list and its conditions."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def write_cursor(place: Place, size: int, mark: str) -> str:
    """Return the text of a place in the list with the fingerprint `mark`, in pages of `size` records."""
    text = json.dumps([VERSION, place.by, place.position, place.number, size, mark], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: object, size: int, mark: str) -> Place:
    """Return the place of a cursor.

    Raises:
        ValueError: The text is no cursor, or that of another list.
    """
    if not isinstance(text, str):
        raise TypeError(f"cursor is the text of a page's cursor: got a value of type {type(text).__name__}")
    parts = _decode(text)
    if parts is None:
        raise ValueError("cursor is not the cursor of a page of this version")
    by, position, number, wanted, found = parts
    if found != mark:
        raise ValueError("the cursor belongs to another list: give the same path, conditions and order")
    if by == "page" and wanted != size:
        raise ValueError(
            f"the cursor belongs to pages of {str(wanted)[:10]} records: give the same page_size and limit"
        )
    return Place(by, position, number)


def _decode(text: str) -> tuple[str, int, int, object, object] | None:
    """Return the place, the page size and the fingerprint of a cursor, None for any other text."""
    try:
        version, by, position, number, size, mark = json.loads(
            base64.b64decode(text[:400] + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        )
    except (ValueError, TypeError, RecursionError):
        return None
    valid = version == VERSION and by in ("id", "page") and type(position) is type(number) is int
    if not valid or not 0 <= position < 2**63 or not 1 < number < 2**31:
        return None
    return by, position, number, size, mark
