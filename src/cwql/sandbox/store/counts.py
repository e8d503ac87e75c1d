"""The totals of recent lists: `CountCache`, bounded in entries and in size.

A client that reads a list page by page sends the same condition each time, and each response says how many records there are in all.
Without the cache, every page of a large table costs another scan of it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

ENTRIES = 512
"""How many totals are kept; the one that was used least recently is dropped first."""

SIZE_LIMIT = 8_192
"""How many characters the condition of an entry may have, values included: all entries together take a few megabytes at most."""


class CountCache:
    """Map conditions to totals. Callers synchronize access."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Hashable, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def get(self, key: Hashable) -> int | None:
        """Return the total that was stored under a key, otherwise None."""
        count = self._counts.get(key)
        if count is not None:
            self._counts.move_to_end(key)
        return count

    def put(self, key: Hashable, count: int) -> None:
        """Store a total, and drop the oldest one if there are too many."""
        self._counts[key] = count
        if len(self._counts) > ENTRIES:
            self._counts.popitem(last=False)


def is_cacheable(condition: str, values: Sequence[object]) -> bool:
    """Return whether a condition is short enough to be kept as a key."""
    size = len(condition)
    for value in values:
        size += len(value) if isinstance(value, str) else 8
    return size <= SIZE_LIMIT
