"""Page after page, each record once: `KeysetPager` (Manage), `NumberPager` (both), `DirectPager` (lists without pages).

A pager returns the next page until it returns None. It does not depend on conditions: `Fetch` sends the parameters of a
page together with the other parameters of the list.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeAlias, TypeVar

from cwql.client.cursor import Place
from cwql.client.effects import Fork, Wait
from cwql.client.errors import PaginationError
from cwql.client.http_types import Headers
from cwql.client.origin import find_link
from cwql.client.response_checks import REPEATED, Repetition
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from cwql.client.effects import Flow
    from cwql.client.http_types import Response
    from cwql.client.origin import Origin
    from cwql.client.parsing import SchemaMismatch
    from cwql.client.send import CallResult

    Fetch: TypeAlias = Callable[[tuple[tuple[str, str], ...], Headers], Flow[CallResult]]

__all__ = [
    "FORWARD_ONLY",
    "PROMISES",
    "DirectPager",
    "KeysetPager",
    "NumberPager",
    "Page",
    "Pager",
    "PagingHint",
]


R = TypeVar("R")

FORWARD_ONLY = Headers({"pagination-type": "forward-only"})

PROMISES = {
    "keyset": "every record that is there from start to end comes exactly once",
    "forward-only": "every record that is there from start to end comes exactly once",
    "page-number": "by page number: records may be missed or come twice while others are added, removed or sorted again",
    "single": "in one response",
}
"""The guarantees of each pagination."""


ITERATOR_FORMS = {
    "all": "list(iterator), or all() of the resource in place of list()",
    "auto_paging_iter": "a loop over the iterator itself: it requests pages as they are needed",
    "count": "count() of the resource",
    "data": "all() of the resource for a list, or pages()",
    "filter": "the condition in the call, list(condition)",
    **dict.fromkeys(
        ("get_next_page", "has_more", "has_next_page", "iter_pages", "next_page"),
        "pages(), an iterator over pages, each with has_next and cursor",
    ),
    "first": "first() of the resource, or next(iterator, None)",
    "items": "all() of the resource for a list, or pages()",
    "next": "next(iterator)",
    "order_by": "the order in the call, list(order_by=...)",
    "to_list": "all() of the resource for a list",
    "total": "pages(), whose pages have a total, or count() of the resource",
}
"""The form of cwql for the attributes of lists in other libraries."""


_PAGE_FORMS = {
    **dict.fromkeys(("data", "items", "records", "results"), "the page itself, which is a list of records"),
    "drift": "schema_mismatches",
    "has_more": "has_next",
    "has_next_page": "has_next",
    **dict.fromkeys(("get_next_page", "next_page", "next_page_info"), "has_next, and cursor for a later call"),
}
"""The form of cwql for the attributes of pages in other libraries."""


class Page(list[R], Generic[R]):
    """The records of one page. `response` is the response, `schema_mismatches` its values of unexpected types.

    `number` counts pages from 1; `total` is the number of all records, if the server reports it. `has_next` is whether more
    records may follow, also after those of `limit`; the next page can be empty. `cursor` continues the list behind this page, in another process too:
    ``pages(where, limit=25, cursor=page.cursor)``. It is None after the last page, and for a list whose parts are merged in an
    order of your own.
    """

    __module__ = "cwql"

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _PAGE_FORMS)

    def __init__(
        self,
        records: Sequence[R],
        response: Response,
        mismatches: Sequence[SchemaMismatch] = (),
        number: int = 1,
        total: int | None = None,
    ) -> None:
        super().__init__(records)
        self.response = response
        self.schema_mismatches = tuple(mismatches)
        self.number = number
        self.total = total
        self.has_next = False
        self.cursor: str | None = None


class Pager(Protocol):
    """Give page after page."""

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        ...

    def place(self) -> Place | None:
        """Return the place of the next page, None after the last one."""
        ...

    def close(self) -> None:
        """Discard prefetched pages."""
        ...


@dataclass
class PagingHint:
    """Facts about the pagination of one list, for the next time: None if it is as usual."""

    mode: str | None = None


class DirectPager:
    """Give the one response of a list that takes no page parameters."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._done = False

    def next(self) -> Flow[Page[Any] | None]:
        """Return the only page."""
        if self._done:
            return None
        answer = yield from self._fetch((), Headers())
        self._done = True
        count, came = total_of(answer.response), len(answer.value or ())
        if count is not None and count > came:
            raise PaginationError(
                f"has {came} records, but the server counts {count}, and this list has no more pages", 1
            )
        return _page(answer, 1, answer.value)

    def place(self) -> Place | None:
        """Return None: there is one page."""
        return None

    def close(self) -> None:
        """Do nothing."""


class NumberPager:
    """Request page 1, 2, 3 …, each of `size` records.

    The list continues while a Link, ``X-Total-Pages``, ``X-Total-Count`` or ``Total-Count`` reports more; without any
    of them, until a page is not full. `total` is a count that is known beforehand. With `parallel` above 1, that many
    pages are fetched at once as soon as their number is known, and returned in order.

    `first` is the page to begin with, after `received` records that `repetition` has seen. Records that move from one
    page to the next are dropped. Raises PaginationError for a page without any new record, and for an empty page before
    the end.
    """

    def __init__(  # noqa: PLR0913 - the facts of one list
        self,
        fetch: Fetch,
        origin: Origin,
        size: int,
        repetition: Repetition,
        parallel: int = 1,
        total: int | None = None,
        first: int = 1,
        received: int = 0,
    ) -> None:
        self._fetch = fetch
        self._origin = origin
        self._size = size
        self._repetition = repetition
        self._parallel = parallel
        self._total = total
        self._begin = first
        self._number = first
        self._received = received
        self._given = received
        self._last: int | None = None
        self._count: int | None = None
        self._ahead: deque[Future[CallResult]] = deque()
        self._asked = first - 1
        self._done = False

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        if self._done:
            return None
        number = self._number
        try:
            answer = yield from self._take(number)
            records: list[Any] = answer.value or []
            self._number += 1
            self._received += len(records)
            self._done = not self._more(number, records, answer.response)
            fresh = self._repetition.drop(answer, number)
            self._given += len(fresh)
            if records and not fresh and (not self._done or (self._count or 0) > self._given):
                # A last page may have none, if as many records were added before it.
                raise PaginationError(f"has no new record: {REPEATED}", number)
        except BaseException:
            self.close()
            raise
        if self._done:
            self.close()
            if not fresh and number > self._begin:
                return None
        return _page(answer, number, fresh)

    def place(self) -> Place | None:
        """Return the place of the next page, None after the last one."""
        return None if self._done else Place("page", self._number, self._number)

    def close(self) -> None:
        """Discard the prefetched pages."""
        for future in self._ahead:
            future.cancel()
        self._ahead.clear()

    def _take(self, number: int) -> Flow[CallResult]:
        if self._parallel > 1 and self._last is not None:
            self._asked = max(self._asked, number - 1)
            while len(self._ahead) < self._parallel and self._asked < self._last:
                self._asked += 1
                future: Future[CallResult] = yield Fork(self._request(self._asked))
                self._ahead.append(future)
            if self._ahead:
                answer: CallResult = yield Wait(self._ahead[0])
                self._ahead.popleft()
                return answer
        answer = yield from self._request(number)
        return answer

    def _request(self, number: int) -> Flow[CallResult]:
        return self._fetch((("page", str(number)), ("pageSize", str(self._size))), Headers())

    def _more(self, number: int, records: list[Any], response: Response) -> bool:
        """Return whether another page follows, and learn how many there are. Raises PaginationError."""
        link = _paging_link(response)
        pages = _number(response, "x-total-pages")
        count = total_of(response)
        if count is not None:
            self._count = count
        if not records:
            self._require_end(number, pages)
            return False
        total = count if count is not None else self._total
        if total is not None:
            self._last = -(-total // self._size)
        if pages is not None:
            self._last = pages
        signs: list[bool] = []
        if link:
            last = find_link(link, "last")
            if self._parallel > 1 and last is not None and self._last is None:
                cursor = self._origin.next_cursor(f'<{last}>; rel="next"')
                self._last = cursor.page if cursor is not None else None
            # Checked against the origin, though only whether there is one counts: page numbers are our own.
            signs.append(self._origin.next_cursor(link) is not None)
        if pages is not None:
            signs.append(number < pages)
        if count is not None:
            signs.append(self._received < count)
        if signs:
            # They may disagree. One request too many is better than a list that ends too early.
            return any(signs)
        if total is not None:
            return self._received < total
        served = _number(response, "x-page-size")
        return len(records) >= (min(self._size, served) if served else self._size)

    def _require_end(self, number: int, pages: int | None) -> None:
        """Raise PaginationError for an empty page that is not the end according to the server."""
        if self._count is not None and self._count > self._received:
            raise _ended_early(number, self._received, self._count)
        if pages is not None and number < pages:
            raise PaginationError(f"is empty, but the server counts {pages} pages", number)


class KeysetPager:
    """Request page 1, then the records after the last id.

    No change in the meantime can move a record out of reach. That is true only if pages are in order of the id and the server respects `pageId`, so both are checked. A server
    that respects it only in forward-only mode is used in that mode from then on; one that never does is paged by
    number. The result is stored in `memory`. `forward` starts in that mode. `start` is the place of a cursor to begin with; how many
    records came before it is not known then, so counts do not matter.

    Raises PaginationError if a later page does not continue after the ones before it, and if a count at the end shows
    that records are missing. A count that changes on the way is no proof of that, because records come and go.
    """

    def __init__(  # noqa: PLR0913 - the facts of one list
        self,
        fetch: Fetch,
        origin: Origin,
        size: int,
        key: str,
        memory: PagingHint,
        forward: bool = False,
        start: Place | None = None,
    ) -> None:
        self._fetch = fetch
        self._origin = origin
        self._size = size
        self._key = key
        self._memory = memory
        self._forward = forward or memory.mode == "forward-only"
        self._resumed = start is not None
        self._count = start.number - 1 if start is not None else 0
        self._begin = self._count + 1
        self._last = start.position if start is not None else 0
        self._received = 0
        self._counts: set[int] = set()
        self._first: list[int] = []
        self._empty = 0
        self._done = False
        self._numbers: NumberPager | None = None

    @property
    def mode(self) -> str:
        """Return the current pagination."""
        if self._numbers is not None:
            return "page-number"
        return "forward-only" if self._forward else "keyset"

    @property
    def last(self) -> int:
        """Return the id of the last record."""
        return self._last

    @property
    def count(self) -> int:
        """Return the number of pages so far."""
        return self._count

    @property
    def done(self) -> bool:
        """Return whether the last page was returned."""
        return self._done

    @property
    def headers(self) -> Headers:
        """Return the headers of the requests."""
        return FORWARD_ONLY if self._forward else Headers()

    def skip(self, last: int, records: int, response: Response, done: bool) -> None:
        """Take note of a page that was requested in another way: its last id, the number of its records, and whether it ends the list.

        If the server counts more records, the list continues after it.
        """
        self._last = last
        self._count += records > 0
        self._received += records
        self._first = []
        count = total_of(response)
        if count is not None and not self._resumed:
            self._counts.add(count)
        self._done = done and max(self._counts, default=0) <= self._received

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        if self._numbers is not None:
            return (yield from self._numbers.next())
        if self._done:
            return None
        answer = yield from self._ask()
        ids = self._ids(answer)
        if ids is None and not self._forward:
            # Not in order of the id, or pageId was ignored: forward-only mode guarantees both.
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
        self._received += len(records)
        # From the third page on there is no way back to page numbers, so the ids of one page are all that is remembered.
        self._first = ids if self._count == 1 else []
        if ids:
            self._last = ids[-1]
        self._done = not self._more(records, answer.response)
        if not records:
            if (yield from self._is_incomplete()):
                return (yield from self._again())
            if self._count > self._begin:
                return None
        return _page(answer, self._count, records)

    def _is_incomplete(self) -> Flow[bool]:
        """Return whether there are records after an empty page.

        The counts of earlier pages include records that were deleted, or do not match any more, before their page was read, so the
        server counts again. A new count may include records that match since their page was read: then the last record decides.
        """
        known = max(self._counts, default=0)
        if known <= self._received:
            return False
        first = yield from self._fetch((("page", "1"), ("pageSize", "1")), self.headers)
        count = total_of(first.response)
        if count is None or count <= self._received:
            return count is None
        last = yield from self._fetch((("page", str(count)), ("pageSize", "1")), self.headers)
        ids = [getattr(record, self._key, None) for record in last.value or ()]
        if not ids:
            return (total_of(last.response) or count) >= count
        end = ids[-1]
        if ids == [getattr(record, self._key, None) for record in first.value or ()]:
            # The server ignores the page, so all that is known is whether its count changed on the way.
            return self._counts == {count}
        return type(end) is not int or end > self._last

    def _again(self) -> Flow[Page[Any] | None]:
        """Request a page once more that was empty, because records may have been created since. Raises PaginationError."""
        if self._count == self._empty:
            raise _ended_early(self._count, self._received, max(self._counts))
        self._empty = self._count
        self._count -= 1
        self._done = False
        return (yield from self.next())

    def place(self) -> Place | None:
        """Return the place of the next page, None after the last one."""
        if self._numbers is not None:
            return self._numbers.place()
        return None if self._done else Place("id", self._last, self._count + 1)

    def close(self) -> None:
        """Do nothing: no page is prefetched."""

    def _ask(self) -> Flow[CallResult]:
        place = ("page", "1") if self._count == 0 else ("pageId", str(self._last))
        return (yield from self._fetch((place, ("pageSize", str(self._size))), self.headers))

    def _ids(self, answer: CallResult) -> list[int] | None:
        """Return the ids of a page that continues after the last one, None for any other page."""
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
        number = self._count + 1
        if self._count > 1 or self._resumed:
            # pageId was respected until now: the server is able to do it.
            raise PaginationError(f"does not continue after the record with the id {self._last}: {REPEATED}", number)
        self._memory.mode = "page-number"
        repetition = Repetition(self._key)
        repetition.remember(self._first)
        pager = self._numbers = NumberPager(
            self._fetch, self._origin, self._size, repetition, first=number, received=self._received
        )
        return (yield from pager.next())

    def _more(self, records: list[Any], response: Response) -> bool:
        count = total_of(response)
        if count is not None and not self._resumed:
            self._counts.add(count)
        known = max(self._counts, default=0)
        if not records:
            return False
        if known > self._received:
            return True
        link = _paging_link(response)
        if link:
            return self._origin.next_cursor(link) is not None
        # A count ends the list only if this one response has all of it: one that was taken between other pages would end it too
        # early when records that were read already are gone.
        if self._count == 1 and count == len(records):
            return False
        return len(records) >= self._size


def _ended_early(number: int, received: int, count: int) -> PaginationError:
    return PaginationError(f"is empty after {received} records, but the server counts {count}", number)


def total_of(response: Response) -> int | None:
    """Return the number of all records according to a response."""
    found = _number(response, "x-total-count")
    return found if found is not None else _number(response, "total-count")


def _number(response: Response, header: str) -> int | None:
    text = response.headers.get(header, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _paging_link(response: Response) -> str:
    """Return the Link header if it is about pages, otherwise None: others are added by proxies, or cannot be parsed."""
    link = response.headers.get("link", "")
    return link if link and any(find_link(link, relation) is not None for relation in _RELATIONS) else ""


_RELATIONS = ("next", "first", "last", "prev", "previous")


def _page(answer: CallResult, number: int, records: list[Any] | None) -> Page[Any]:
    return Page(records or [], answer.response, answer.mismatches, number, total_of(answer.response))
