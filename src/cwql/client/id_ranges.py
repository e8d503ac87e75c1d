"""Several pages at once, each record once: `RangePager` divides a list into ranges of ids.

The records of a range are those with ``id > a`` and ``id <= b``, so ranges have no record in common, and no change in the meantime
can move a record from one to another. Each range is requested like a page of `KeysetPager`, so the promise is the same: every record
that is there from start to end comes exactly once, in the order of the ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from cwql.client.effects import Fork, Wait
from cwql.client.origin import find_link
from cwql.client.pagination import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from cwql.client.cursor import Place
    from cwql.client.effects import Flow
    from cwql.client.pagination import Fetch, KeysetPager
    from cwql.client.send import CallResult

__all__ = ["RangePager"]

LEAST_FILL = 0.5
"""How full the page of a range is expected to be at least, if ids are missing. See `_fill`."""

BUFFER = 2
"""How many pages are requested or waiting to be taken, for each request at the same time."""


@dataclass(eq=False, slots=True)
class _Range:
    """The ids above `low` up to `high` (None: all), its request, and the records that came.

    `valid` is False if the response contains other ids, or is not in their order.
    """

    low: int
    high: int | None
    future: Future[CallResult] | None = None
    answer: CallResult | None = None
    valid: bool = True


class RangePager:
    """Request ranges of ids at the same time, as soon as the largest id is known.

    The width of a range follows the density of the ids in the last ones. A range with more than one page is divided again. The last
    range has no end, so records that are created in the meantime, or a wrong largest id, do no harm. If a response does not respect
    its range, `pager` continues after the last record, one page after the other.

    Args:
        pager: Requests the first page, and all pages of a list that cannot be divided.
        fetch: Returns the requests of the pages up to an id.
        largest: Requests the record with the largest id.
        size: Records of a page.
        key: The name of the id.
        parallel: How many requests are sent at the same time.
        limit: How many records are needed.
    """

    def __init__(  # noqa: PLR0913 - the facts of one list
        self,
        pager: KeysetPager,
        fetch: Callable[[int | None], Fetch],
        largest: Callable[[], Flow[CallResult]],
        size: int,
        key: str,
        parallel: int,
        limit: int | None = None,
    ) -> None:
        self._pager = pager
        self._fetch = fetch
        self._find_largest = largest
        self._size = size
        self._key = key
        self._parallel = parallel
        self._limit = limit
        self._future: Future[CallResult] | None = None
        self._largest = 0
        self._density = 1.0
        self._ranges: list[_Range] | None = None
        self._delivered = 0

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        try:
            if self._ranges is None:
                return (yield from self._first())
            if self._future is not None:
                yield from self._divide()
            while self._ranges:
                page = yield from self._take()
                if page is not None:
                    return page
            return (yield from self._pager.next())
        except BaseException:
            self.close()
            raise

    def place(self) -> Place | None:
        """Return the place of the next page, None after the last one."""
        return self._pager.place()

    def close(self) -> None:
        """Discard the requested pages."""
        futures = [self._future, *[each.future for each in self._ranges or ()]]
        for future in futures:
            if future is not None:
                future.cancel()
        self._future = None
        self._ranges = []

    def _first(self) -> Flow[Page[Any] | None]:
        """Return the first page; the largest id is requested at the same time."""
        if self._limit is None or self._limit > self._size:
            self._future = yield Fork(self._find_largest())
        page = yield from self._pager.next()
        self._ranges = []
        if page is None or self._pager.done or self._pager.mode == "page-number":
            self.close()
        else:
            self._delivered = len(page)
            # A server may give shorter pages than it was asked for.
            self._size = max(1, len(page))
            first = getattr(page[0], self._key) if page else 0
            self._density = len(page) / max(1, self._pager.last - first + 1)
        return page

    def _divide(self) -> Flow[None]:
        """Begin with the range of all further ids."""
        assert self._future is not None
        answer: CallResult = yield Wait(self._future)
        self._future = None
        found = [getattr(record, self._key, None) for record in answer.value or ()]
        self._largest = max([number for number in found if type(number) is int], default=0)
        self._ranges = [_Range(self._pager.last, None)]

    def _take(self) -> Flow[Page[Any] | None]:
        """Return the page of the first range, or None if it has no record, or if ranges cannot be used."""
        assert self._ranges is not None
        yield from self._request()
        head = self._ranges[0]
        assert head.future is not None
        if head.answer is None:
            self._receive(head, (yield Wait(head.future)))
        if not head.valid:
            self.close()
            return None
        assert head.answer is not None
        records: list[Any] = head.answer.value or []
        self._ranges.pop(0)
        last = getattr(records[-1], self._key) if records else head.low
        self._pager.skip(last, len(records), head.answer.response, done=not self._ranges)
        if not records:
            return None
        self._delivered += len(records)
        return Page(records, head.answer.response, head.answer.mismatches, self._pager.count)

    def _request(self) -> Flow[None]:
        """Request further ranges: the first one in any case, others as far as they are needed."""
        assert self._ranges is not None
        for each in list(self._ranges):
            if each.future is not None and each.answer is None and _is_successful(each.future):
                self._receive(each, each.future.result())
        place = 0
        while place < len(self._ranges):
            each = self._ranges[place]
            if each.future is None:
                if place and not self._has_room(place):
                    return
                each = self._cut(place)
                each.future = yield Fork(self._ask(each))
            place += 1

    def _has_room(self, place: int) -> bool:
        """Return whether another range may be requested, after those that come before it."""
        assert self._ranges is not None
        requested = [each for each in self._ranges if each.future is not None]
        if (
            sum(each.answer is None for each in requested) >= self._parallel
            or len(requested) >= BUFFER * self._parallel
        ):
            return False
        before = self._ranges[:place]
        expected = sum(self._size if each.answer is None else len(each.answer.value or ()) for each in before)
        return self._limit is None or self._delivered + expected < self._limit

    def _cut(self, place: int) -> _Range:
        """Return the first part of a range, about as wide as one page."""
        assert self._ranges is not None
        whole = self._ranges[place]
        end = whole.low + max(self._size, int(self._size * _fill(self._size) / self._density))
        if end >= (self._largest if whole.high is None else whole.high):
            return whole
        part = _Range(whole.low, end)
        whole.low = end
        self._ranges.insert(place, part)
        return part

    def _ask(self, each: _Range) -> Flow[CallResult]:
        place = (("pageId", str(each.low)), ("pageSize", str(self._size)))
        return (yield from self._fetch(each.high)(place, self._pager.headers))

    def _receive(self, each: _Range, answer: CallResult) -> None:
        """Take note of a response: of ids after the page, and of the density."""
        assert self._ranges is not None
        each.answer = answer
        ids: list[Any] = [getattr(record, self._key, None) for record in answer.value or ()]
        before = each.low
        for number in ids:
            if type(number) is not int or number <= before or (each.high is not None and number > each.high):
                each.valid = False
                return
            before = number
        width = each.high - each.low if each.high is not None else 0
        if ids and self._continues(answer) and before != each.high:
            width = before - ids[0] + 1
            self._ranges.insert(self._ranges.index(each) + 1, _Range(before, each.high))
        if width:
            self._learn(len(ids) / width)

    def _learn(self, density: float) -> None:
        """Take note of the density of a range. It grows at once, because ranges that are too wide cost most."""
        if density >= self._density:
            self._density = density
        else:
            self._density = (self._density + density) / 2 if density else self._density / 4

    def _continues(self, answer: CallResult) -> bool:
        """Return whether a range has more records than its page."""
        link = answer.response.headers.get("link", "")
        if link and find_link(link, "first") is not None:
            return find_link(link, "next") is not None
        return len(answer.value or ()) >= self._size or (bool(link) and find_link(link, "next") is not None)


def _fill(size: int) -> float:
    """Return how full a page should be, so that a range with more records is rare if ids are missing at random."""
    return max(LEAST_FILL, 1 - 3 / sqrt(size))


def _is_successful(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
