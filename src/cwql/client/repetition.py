"""Repeated pages and records: `Repetition`."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from cwql.client.errors import PaginationError
from cwql.client.seen_ids import SeenIds

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from cwql.client.send import CallResult

__all__ = ["EQUAL_PAGES", "REPEATED", "Repetition"]

EQUAL_PAGES = 100
"""How many pages without ids may be equal to earlier ones, if that can be chance."""

REPEATED = "the server, or a cache on the way to it, repeats pages"
"""The cause of repeated pages, for messages."""


class Repetition:
    """Recognize records and pages that came before. `key` names the records' id, None if they have none.

    Records without an id cannot be distinguished, only whole pages can. `distinct` is False if such pages may be equal
    by chance, for example because few fields are selected; then only very many equal pages are an error.
    """

    __slots__ = ("_digests", "_equal", "_ids", "_key", "_tolerated")

    def __init__(self, key: str | None, distinct: bool = True) -> None:
        self._key = key
        self._ids = SeenIds()
        self._digests: set[bytes] = set()
        self._equal = 0
        self._tolerated = 0 if distinct else EQUAL_PAGES

    def remember(self, ids: Sequence[int]) -> None:
        """Take note of records that came before."""
        for identity in ids:
            self._ids.add(identity)

    def drop(self, answer: CallResult, number: int) -> list[Any]:
        """Return the records of a page that are new. Raises PaginationError for an earlier page, if no new id is in it."""
        records: list[Any] = answer.value or []
        ids = [self._id_of(record) for record in records]
        add = self._ids.add
        fresh = [record for record, identity in zip(records, ids, strict=True) if identity is None or add(identity)]
        if fresh and all(self._id_of(record) is None for record in fresh):
            self._compare(answer, number)
        return fresh

    def _id_of(self, record: Any) -> Hashable | None:
        identity = getattr(record, self._key, None) if self._key is not None else None
        # Other types are mismatches, and may be lists.
        return identity if isinstance(identity, (int, str)) else None

    def _compare(self, answer: CallResult, number: int) -> None:
        content = answer.response.content or repr(answer.value).encode()
        digest = blake2b(content, digest_size=16).digest()
        if digest not in self._digests:
            self._digests.add(digest)
            return
        self._equal += 1
        if self._equal > self._tolerated:
            raise PaginationError(f"is the same as an earlier one: {REPEATED}", number)
