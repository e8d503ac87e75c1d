"""The ids of a list's records, so that no record is returned twice: `SeenIds`.

Pagination by id does not need this, because its ids rise. By page number any record may come again, so all ids are
remembered: in blocks of 65,536, each a sorted array of 16-bit numbers while it has few and a bitmap when it has many
(the idea of Roaring bitmaps). A million ids take 0.2 MB if they are consecutive and about 7 MB if they are spread over
31 bits; a set of Python takes 60 MB and more.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["SeenIds"]

BLOCK_BITS = 16
ARRAY_LIMIT = 4096
"""The maximum number of ids in an array; for more, the bitmap of 8 KB is smaller."""

_LOW = (1 << BLOCK_BITS) - 1
_LARGEST = (1 << 63) - 1


class SeenIds:
    """Remember ids. Whole numbers are cheap, also as text; any other id costs as much as in a set."""

    __slots__ = ("_numbers", "_others", "_texts")

    def __init__(self) -> None:
        self._numbers: dict[int, array[int] | bytearray] = {}
        self._texts: dict[int, array[int] | bytearray] = {}
        self._others: set[Hashable] = set()

    def add(self, identity: Hashable) -> bool:
        """Remember an id. Returns whether it is new."""
        if type(identity) is int and 0 <= identity <= _LARGEST:
            return _add(self._numbers, identity)
        if type(identity) is str and _is_number(identity):
            return _add(self._texts, int(identity))
        if identity in self._others:
            return False
        self._others.add(identity)
        return True


def _is_number(text: str) -> bool:
    # "007" and "7" are different ids.
    return len(text) <= 18 and text.isascii() and text.isdigit() and (text[0] != "0" or text == "0")


def _add(blocks: dict[int, array[int] | bytearray], number: int) -> bool:
    high, low = number >> BLOCK_BITS, number & _LOW
    block = blocks.get(high)
    if block is None:
        blocks[high] = array("H", (low,))
        return True
    if isinstance(block, bytearray):
        place, bit = low >> 3, 1 << (low & 7)
        if block[place] & bit:
            return False
        block[place] |= bit
        return True
    if low > block[-1]:
        # The usual case: ids rise.
        block.append(low)
    else:
        place = bisect_left(block, low)
        if block[place] == low:
            return False
        block.insert(place, low)
    if len(block) > ARRAY_LIMIT:
        bitmap = bytearray(1 << (BLOCK_BITS - 3))
        for known in block:
            bitmap[known >> 3] |= 1 << (known & 7)
        blocks[high] = bitmap
    return True
