"""Page after page, each record once: `KeysetPager` (Manage), `NumberPager` (both), `DirectPager` (lists without pages).

A pager is asked for the next page until it gives None. It knows nothing of conditions: `Fetch` sends a page's parameters
along with whatever else a list was asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from cwql.client.flow import Fork, Headers, Wait
from cwql.client.origin import find_link

if TYPE_CHECKING:
    from cwql.client.call import Answer
    from cwql.client.flow import Flow, Reply
    from cwql.client.origin import Origin
    from cwql.client.records import Drift

    Fetch: TypeAlias = Callable[[tuple[tuple[str, str], ...], Headers], Flow[Answer]]

__all__ = ["FORWARD_ONLY", "PROMISES", "DirectPager", "KeysetPager", "NumberPager", "Page", "Pager", "Remembered"]

R = TypeVar("R")

FORWARD_ONLY = Headers({"pagination-type": "forward-only"})

PROMISES = {
    "keyset": "by id: every record that is there from start to end comes exactly once",
    "forward-only": "by id (forward-only): every record that is there from start to end comes exactly once",
    "numbers": "by page number: records may be missed or come twice while others are added, removed or sorted anew",
    "single": "in one reply",
}
"""What each way of paging promises."""


class Page(list[R], Generic[R]):
    """Hold the records of one page. `reply` is what they were read from, `drift` what was odd in them.

    `number` counts pages from 1; `total` is how many records there are in all, where the server says so.
    """

    def __init__(
        self, records: Sequence[R], reply: Reply, drift: Sequence[Drift] = (), number: int = 1, total: int | None = None
    ) -> None:
        super().__init__(records)
        self.reply = reply
        self.drift = tuple(drift)
        self.number = number
        self.total = total


class Pager(Protocol):
    """Give page after page."""

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        ...

    def close(self) -> None:
        """Drop what was begun ahead of time."""
        ...


@dataclass
class Remembered:
    """What was learnt about the paging of one list, for the next time: None where nothing is unusual."""

    mode: str | None = None


class DirectPager:
    """Give the one reply of a list that takes no page parameters."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._done = False

    def next(self) -> Flow[Page[Any] | None]:
        """Return the only page."""
        if self._done:
            return None
        answer = yield from self._fetch((), Headers())
        self._done = True
        return _page(answer, 1, answer.value)

    def close(self) -> None:
        """Do nothing."""


class NumberPager:
    """Ask for page 1, 2, 3 …, each of `size` records.

    Ends by Link, by ``X-Total-Pages``, by ``X-Total-Count`` or ``Total-Count``, else by a page that is not full. `total` is a
    count that is known beforehand; `key` names the records' id, by which a record that slid from one page to the next is
    told. With `parallel` above 1, that many pages are fetched at once as soon as their number is known, and come in order.
    """

    def __init__(
        self,
        fetch: Fetch,
        origin: Origin,
        size: int,
        key: str | None = None,
        parallel: int = 1,
        total: int | None = None,
        first: int = 1,
    ) -> None:
        self._fetch = fetch
        self._origin = origin
        self._size = size
        self._key = key
        self._parallel = parallel
        self._total = total
        self._number = first
        self._received = size * (first - 1)
        self._last: int | None = None
        self._seen: frozenset[Any] = frozenset()
        self._ahead: deque[Future[Answer]] = deque()
        self._asked = first - 1
        self._done = False

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        if self._done:
            return None
        number = self._number
        try:
            answer = yield from self._take(number)
        except BaseException:
            self.close()
            raise
        records: list[Any] = answer.value or []
        self._number += 1
        self._received += len(records)
        self._done = not self._more(number, records, answer.reply)
        page = _page(answer, number, self._fresh(records))
        if self._done:
            self.close()
            if not records and number > 1:
                return None
        return page

    def close(self) -> None:
        """Drop the pages that were asked for ahead of time."""
        for future in self._ahead:
            future.cancel()
        self._ahead.clear()

    def _take(self, number: int) -> Flow[Answer]:
        if self._parallel > 1 and self._last is not None:
            self._asked = max(self._asked, number - 1)
            while len(self._ahead) < self._parallel and self._asked < self._last:
                self._asked += 1
                future: Future[Answer] = yield Fork(self._request(self._asked))
                self._ahead.append(future)
            if self._ahead:
                answer: Answer = yield Wait(self._ahead[0])
                self._ahead.popleft()
                return answer
        answer = yield from self._request(number)
        return answer

    def _request(self, number: int) -> Flow[Answer]:
        return self._fetch((("page", str(number)), ("pageSize", str(self._size))), Headers())

    def _more(self, number: int, records: list[Any], reply: Reply) -> bool:
        """Tell whether another page follows, and learn how many there are."""
        if not records:
            return False
        link = reply.headers.get("link")
        pages = _number(reply, "x-total-pages")
        told = total_of(reply)
        total = told if told is not None else self._total
        size = self._size
        if total is not None:
            self._last = -(-total // size)
        if pages is not None:
            self._last = pages
        if link:
            last = find_link(link, "last")
            if self._parallel > 1 and last is not None and self._last is None:
                cursor = self._origin.next_cursor(f'<{last}>; rel="next"')
                self._last = cursor.page if cursor is not None else None
            # Checked against the origin, though only whether there is one counts: page numbers are our own.
            return self._origin.next_cursor(link) is not None
        if pages is not None:
            return number < pages
        if total is not None:
            return self._received < total
        served = _number(reply, "x-page-size")
        return len(records) >= (min(size, served) if served else size)

    def _fresh(self, records: list[Any]) -> list[Any]:
        """Drop what the page before held already: a record was added in front of it in between."""
        key = self._key
        if key is None:
            return records
        ids = frozenset([getattr(record, key, None) for record in records]) - {None}
        seen, self._seen = self._seen, ids
        if seen.isdisjoint(ids):
            return records
        return [record for record in records if getattr(record, key, None) not in seen]


class KeysetPager:
    """Ask for page 1, then for what comes after the last id: nothing that happens meanwhile moves a record out of reach.

    That holds only where pages are in order of the id and `pageId` is heeded, so both are watched. A server that heeds it
    only in forward-only mode is asked that way from there on; one that never does is paged by number. What was learnt is put
    into `memory`. `forward` asks for that mode from the start.
    """

    def __init__(
        self, fetch: Fetch, origin: Origin, size: int, key: str, memory: Remembered, forward: bool = False
    ) -> None:
        self._fetch = fetch
        self._origin = origin
        self._size = size
        self._key = key
        self._memory = memory
        self._forward = forward or memory.mode == "forward-only"
        self._count = 0
        self._last = 0
        self._done = False
        self._numbers: NumberPager | None = None

    @property
    def mode(self) -> str:
        """Return how pages are asked for now."""
        if self._numbers is not None:
            return "numbers"
        return "forward-only" if self._forward else "keyset"

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        if self._numbers is not None:
            return (yield from self._numbers.next())
        if self._done:
            return None
        answer = yield from self._ask()
        ids = self._ids(answer)
        if ids is None and not self._forward:
            # Not in order of the id, or pageId was not heeded: forward-only mode promises both.
            self._forward = True
            second = yield from self._ask()
            ids = self._ids(second)
            if ids is not None:
                self._memory.mode = "forward-only"
                answer = second
        if ids is None:
            return (yield from self._by_number())
        records: list[Any] = answer.value or []
        self._count += 1
        if ids:
            self._last = ids[-1]
        self._done = not self._more(records, answer.reply)
        if not records and self._count > 1:
            return None
        return _page(answer, self._count, records)

    def close(self) -> None:
        """Do nothing: no page is begun ahead of time."""

    def _ask(self) -> Flow[Answer]:
        place = ("page", "1") if self._count == 0 else ("pageId", str(self._last))
        headers = FORWARD_ONLY if self._forward else Headers()
        return (yield from self._fetch((place, ("pageSize", str(self._size))), headers))

    def _ids(self, answer: Answer) -> list[int] | None:
        """Return the ids of a page that continues where the last one ended, None for any other page."""
        before = self._last if self._count else -1
        ids: list[int] = []
        for record in answer.value or []:
            number = getattr(record, self._key, None)
            if type(number) is not int or number <= before:
                return None
            ids.append(number)
            before = number
        return ids

    def _by_number(self) -> Flow[Page[Any] | None]:
        """Go on by page numbers."""
        self._memory.mode = "numbers"
        first = self._count + 1
        pager = self._numbers = NumberPager(self._fetch, self._origin, self._size, self._key, first=first)
        return (yield from pager.next())

    def _more(self, records: list[Any], reply: Reply) -> bool:
        if not records:
            return False
        link = reply.headers.get("link")
        if link:
            return self._origin.next_cursor(link) is not None
        # A count is believed only where this one reply holds all of it: one that was taken between other pages would end
        # the list too early when records that were read already are gone.
        if self._count == 1 and total_of(reply) == len(records):
            return False
        return len(records) >= self._size


def total_of(reply: Reply) -> int | None:
    """Return how many records a reply says there are in all."""
    found = _number(reply, "x-total-count")
    return found if found is not None else _number(reply, "total-count")


def _number(reply: Reply, header: str) -> int | None:
    text = reply.headers.get(header, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _page(answer: Answer, number: int, records: list[Any] | None) -> Page[Any]:
    return Page(records or [], answer.reply, answer.drift, number, total_of(answer.reply))
