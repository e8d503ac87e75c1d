"""A list request: how it is sent (`Route`), and its pages, merged if it needs several requests."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cwql.client.compiled_query import SEARCH_KEYS, CompiledQuery, Text, order_key, split
from cwql.client.cursor import Place, fingerprint, read_cursor, write_cursor
from cwql.client.errors import PaginationError, URLTooLongError
from cwql.client.http_types import Headers, Request
from cwql.client.id_ranges import RangePager
from cwql.client.pagination import (
    DirectPager,
    KeysetPager,
    NumberPager,
    Page,
    Pager,
    PagingHint,
)
from cwql.client.parsing import SchemaMismatch, read, read_page
from cwql.client.response_checks import Repetition, SeenIds, mismatch_error
from cwql.client.send import CallResult, call
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Condition, FieldList, Order, OrderBy, Path, comparisons, conjunction
from cwql.language.operators import LE
from cwql.language.printer import emit
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved

if TYPE_CHECKING:
    from cwql.client.call_options import Mismatch
    from cwql.client.effects import Flow
    from cwql.client.options import Options
    from cwql.client.scan_source import ReadPage
    from cwql.client.send import ServerConnection
    from cwql.language.nodes import Expr, Tree
    from cwql.schema.endpoint import Endpoint

    Way: TypeAlias = Literal["GET", "search", "split"]

__all__ = ["PAGE_SIZE", "ListRequest", "Names"]

PAGE_SIZE = 1000
"""Records of a page: the most that both APIs give."""

DISTINCT_SIZE = 25
"""How many records a page must have to be taken for a repetition of another one by its content alone."""

_LONGEST_PLACE = (("pageId", "9" * 10), ("pageSize", str(PAGE_SIZE)))


@dataclass(frozen=True, slots=True)
class Names:
    """A product's query parameters by purpose; empty if the product has none."""

    where: str
    child_conditions: str
    custom_field_conditions: str
    order_by: str
    fields: str


NAMES: Mapping[str, Names] = {
    "manage": Names("conditions", "childConditions", "customFieldConditions", "orderBy", "fields"),
    "automate": Names("condition", "", "", "orderBy", "includeFields"),
}


@dataclass(slots=True, eq=False)
class ListRequest:
    """The request of one list: the question, the way in which its length can be sent, and its pages.

    Attributes:
        line: The connection to the server.
        endpoint: The list.
        path: Its path, with the ids of the records above it.
        asked: The compiled query.
        options: The options of the call.
        memory: Facts about the pagination of this list, from earlier requests.
        on_mismatch: The effect of a value of an unexpected type.
        report_mismatch: Called with every such value.
        read_page: Reads pages instead of the models.
        total: The number of all records, if it is known beforehand.
        key: The name of the records' id, or None if they have none.
        size: Records of a page.
        limit: The longest URL that servers accept.
        way: ``GET``, ``search`` (the query is sent in a body) or ``split`` (several requests, merged).
        parts: The queries of these requests.
        added: The fields that are requested in addition to those that were selected.
    """

    line: ServerConnection
    endpoint: Endpoint
    path: str
    asked: CompiledQuery
    options: Options
    memory: PagingHint
    on_mismatch: Mismatch = "null"
    report_mismatch: Callable[[SchemaMismatch], object] | None = None
    read_page: ReadPage | None = None
    total: int | None = None
    key: str | None = field(init=False, default=None)
    size: int = field(init=False)
    limit: int = field(init=False)
    way: Way = field(init=False, default="GET")
    parts: list[CompiledQuery] = field(init=False)
    added: tuple[Path, ...] = field(init=False, default=())
    _names: Names = field(init=False)
    _pagers: list[Pager] = field(init=False, default_factory=list)
    _given: int = field(init=False, default=0)
    _ended: bool = field(init=False, default=False)
    _merge: _Merge | None = field(init=False, default=None)
    _start: Place | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        product, asked, options = self.line.product, self.asked, self.options
        self.limit = find_dialect(product).url_limit
        if options.limit is None and asked.limit is not None:
            self.options = options = replace(options, limit=asked.limit)
        self.size = min(_size(options.page_size or asked.page_size), options.limit or PAGE_SIZE)
        self._names = NAMES[product]
        record = catalog(product).find_record(self.endpoint.record) if self.endpoint.record else None
        if record is not None and record.find("id") is not None:
            self.key = next((name for name in record.names if name.lower() == "id"), None)
        self.asked = self._complete(asked)
        self.way, self.parts = self._choose()
        if options.cursor is not None:
            self._start = read_cursor(options.cursor, self.size, self._mark())
            if self._start.by != ("page" if self.mode == "page-number" else "id") or self.mode == "single":
                raise ValueError(
                    f"{self.path} cannot be continued at this cursor: its pages are requested in another way"
                )
        self._ended = asked.nothing

    # --- the requests ------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """Return the pagination: ``keyset``, ``forward-only``, ``page-number`` or ``single``."""
        taken = {name.lower().rsplit(".", 1)[-1] for name in self.endpoint.parameters}
        if "page" not in taken:
            return "single"
        wanted = self.options.pagination or self.memory.mode
        ordered = self.asked.find(self._names.order_by) is not None
        by_number = wanted == "page-number" or (self._start is not None and self._start.by == "page")
        if "pageid" not in taken or self.key is None or ordered or by_number:
            if self.options.pagination in ("keyset", "forward-only"):
                why = "it is sorted" if ordered else "it has no id"
                raise ValueError(f"{self.path} cannot be paged by id: {why}")
            return "page-number"
        return wanted or "keyset"

    @property
    def disjoint(self) -> bool:
        """Return whether no record can match two of the parts, so that their counts can be added."""
        if len(self.parts) == 1:
            return True
        # A record with several children, or several custom fields, matches by any of them.
        divided = [text for text in self.asked.texts if text not in self.parts[0].texts]
        return all(text.parameter == self._names.where and not self._collections(text) for text in divided)

    def _collections(self, text: Text) -> bool:
        """Return whether a condition inspects a list of records."""
        record = self.endpoint.record
        if record is None or not isinstance(text.tree, Condition):
            return True
        known = catalog(self.line.product)
        found = [known.resolve(record, term.path.segments) for term in comparisons(text.tree)]
        return any(not isinstance(it, Resolved) or it.child is not None for it in found)

    def request(
        self, asked: CompiledQuery, place: tuple[tuple[str, str], ...] = (), headers: Headers | None = None
    ) -> Request:
        """Return the request for one page."""
        options = self.options
        extra = Headers(headers or {}).over(options.headers)
        url = f"{self.line.base_url}{self.path}"
        if self.way != "search":
            parameters = (*asked.parameters, *options.params, *place)
            return Request("GET", url, parameters, extra, timeout=options.timeout)
        body = {SEARCH_KEYS[text.parameter]: text.text for text in asked.texts if text.parameter in SEARCH_KEYS}
        rest = tuple([pair for pair in asked.parameters if pair[0] not in SEARCH_KEYS])
        return Request(
            "POST",
            f"{url}/search",
            (*rest, *options.params, *place),
            extra.over({"content-type": "application/json"}),
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            options.timeout,
            repeatable=True,
        )

    def _complete(self, asked: CompiledQuery) -> CompiledQuery:
        """Add the id to the fields that are selected: paging and merging go by it."""
        text = asked.find(self._names.fields)
        if text is None or self.key is None or not isinstance(text.tree, FieldList):
            return asked
        needed = [Path((self.key,))]
        order = asked.find(self._names.order_by)
        if order is not None and isinstance(order.tree, OrderBy):
            needed += [term.path for term in order.tree.terms]
        present = {tuple([step.lower() for step in path.segments]) for path in text.tree.paths}
        missing: list[Path] = []
        for path in needed:
            name = tuple([step.lower() for step in path.segments])
            if name not in present:
                present.add(name)
                missing.append(path)
        if not missing:
            return asked
        self.added = tuple(missing)
        tree = FieldList((*missing, *text.tree.paths))
        return asked.replace(Text(text.parameter, emit(tree, dialect=self.line.product), tree, text.findings))

    def _choose(self) -> tuple[Way, list[CompiledQuery]]:
        self.way = "GET"
        if self.length(self.asked) <= self.limit:
            return "GET", [self.asked]
        if self.endpoint.search:
            self.way = "search"
            if self.length(self.asked) <= self.limit:
                return "search", [self.asked]
            self.way = "GET"
        parts = split(self.asked, self.line.product, lambda part: self.length(part) <= self.limit)
        if parts is None:
            raise URLTooLongError(
                f"GET {self.path}",
                self.length(self.asked),
                self.limit,
                "shorten the condition, select fewer fields, or name the values in one `in` list, which is divided by itself",
            )
        return "split", parts

    def length(self, asked: CompiledQuery) -> int:
        """Return how many characters the longest URL of its pages has."""
        return len(self.request(asked, _LONGEST_PLACE).target)

    # --- pages -----------------------------------------------------------------------------------------------------

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        if self._ended:
            return None
        if not self._pagers:
            self._pagers = [self._pager(part) for part in self.parts]
            if len(self._pagers) > 1:
                count = self._start.number - 1 if self._start is not None else 0
                self._merge = _Merge(self._pagers, self.size, self.key, self._order(), count)
        source = self._merge or self._pagers[0]
        try:
            page = yield from source.next()
        except PaginationError as error:
            self.close()
            error._title = f"{'POST' if self.way == 'search' else 'GET'} {self.path}"
            raise
        if page is None:
            self._ended = True
            return None
        if page.response.content:
            page.response = replace(page.response, content=b"")
        if page.total is None:
            page.total = self.total
        if self.report_mismatch is not None:
            for entry in page.schema_mismatches:
                self.report_mismatch(entry)
        place, limit = source.place(), self.options.limit
        if limit is not None and self._given + len(page) >= limit:
            if self._given + len(page) > limit:
                del page[limit - self._given :]
                place = self._place_after(page)
            self.close()
        self._given += len(page)
        page.has_next = place is not None
        if place is not None and place.by:
            page.cursor = write_cursor(place, self.size, self._mark())
        if self.options.on_progress is not None:
            self.options.on_progress(self._given, page.total if self._merge is None else self.total)
        return page

    def _mark(self) -> str:
        """Return the fingerprint of the list: a cursor of another one would skip records."""
        selecting = (self._names.fields, "expand", "excludeFields")
        texts = [f"{text.parameter}={text.text}" for text in self.asked.texts if text.parameter not in selecting]
        return fingerprint(
            [self.line.product, self.path, *texts, *[f"{name}={value}" for name, value in self.options.params]]
        )

    def _place_after(self, page: Page[Any]) -> Place:
        """Return the place after the last record of a page that was cut."""
        last = getattr(page[-1], self.key or "", None) if page else None
        if type(last) is int and self.mode in ("keyset", "forward-only"):
            return Place("id", last, page.number + 1)
        return Place("", 0, page.number + 1)

    def close(self) -> None:
        """Request no more pages."""
        self._ended = True
        for pager in self._pagers:
            pager.close()

    def _pager(self, asked: CompiledQuery) -> Pager:
        fetch = partial(self._fetch, asked)
        mode = self.mode
        if mode == "single":
            return DirectPager(fetch)
        if mode == "page-number":
            # With few fields selected, or few records on a page, pages without ids may well be equal.
            distinct = self.asked.find(self._names.fields) is None and self.size >= DISTINCT_SIZE
            repetition = Repetition(self.key, distinct)
            parallel, total = self.options.parallel, self._known_total()
            first = self._start.position if self._start is not None else 1
            received = (first - 1) * self.size
            return NumberPager(fetch, self.line.origin, self.size, repetition, parallel, total, first, received)
        assert self.key is not None
        forward = mode == "forward-only"
        pager = KeysetPager(fetch, self.line.origin, self.size, self.key, self.memory, forward, self._start)
        if self.options.parallel == 1 or not self._can_divide(asked):
            return pager
        bounded = lambda high: partial(self._fetch, asked if high is None else self._up_to(asked, high))  # noqa: E731
        largest = partial(self._largest, asked)
        return RangePager(pager, bounded, largest, self.size, self.key, self.options.parallel, self.options.limit)

    def _can_divide(self, asked: CompiledQuery) -> bool:
        """Return whether ranges of ids can be requested: the condition can be extended, and the list can be sorted."""
        text = asked.find(self._names.where)
        if len(self.parts) > 1 or (text is not None and not isinstance(text.tree, Condition)):
            return False
        taken = {name.lower() for name in self.endpoint.parameters}
        return {self._names.where.lower(), self._names.order_by.lower()} <= taken and (
            self.length(self._up_to(asked, 10**10 - 1)) <= self.limit
        )

    def _up_to(self, asked: CompiledQuery, high: int) -> CompiledQuery:
        """Return the query for records up to an id."""
        assert self.key is not None
        tree: Expr = Comparison(Path((self.key,)), LE, high)
        text = asked.find(self._names.where)
        if text is not None and isinstance(text.tree, Condition):
            tree = conjunction([text.tree, tree])
        made = Text(self._names.where, emit(tree, dialect=self.line.product), tree)
        return asked.replace(made) if text is not None else replace(asked, texts=(made, *asked.texts))

    def _largest(self, asked: CompiledQuery) -> Flow[CallResult]:
        """Request the id of the last record."""
        assert self.key is not None
        path = Path((self.key,))
        own = (self._names.order_by, self._names.fields)
        texts = [text for text in asked.texts if text.parameter not in own]
        trees: tuple[Tree, Tree] = (OrderBy((Order(path, descending=True),)), FieldList((path,)))
        texts += [
            Text(name, emit(tree, dialect=self.line.product), tree) for name, tree in zip(own, trees, strict=True)
        ]
        place = (("page", "1"), ("pageSize", "1"))
        return (yield from self._fetch(replace(asked, texts=tuple(texts)), place, Headers()))

    def _known_total(self) -> int | None:
        return self.total if len(self.parts) == 1 else None

    def _fetch(self, asked: CompiledQuery, place: tuple[tuple[str, str], ...], headers: Headers) -> Flow[CallResult]:
        request = self.request(asked, place, headers)
        policy = self.options.policy(self.line.retry)
        answer = yield from call(self.line, request, self._read, policy, asked.conditions)
        if answer.mismatches and self.on_mismatch == "raise":
            raise mismatch_error(self.line.product, answer, f"{request.method} {self.path}")
        if self.key is not None:
            # The records are out of it; a page that is kept should not keep its bytes as well. Without ids, pages are compared by them.
            answer = replace(answer, response=replace(answer.response, content=b""))
        return answer

    def _read(self, body: bytes) -> tuple[Any, list[Any]]:
        if self.read_page is not None:
            return self.read_page(body)
        if self.endpoint.record is None:
            value, mismatches = read(self.line.product, None, body)
            return (value if isinstance(value, list) else [] if value is None else [value]), mismatches
        return read_page(self.line.product, self.endpoint.record, body, self.on_mismatch == "keep")

    def _order(self) -> Callable[[Any], Any] | None:
        text = self.asked.find(self._names.order_by)
        if text is None or not isinstance(text.tree, OrderBy):
            return None
        return order_key(text.tree.terms, read_path)


class _Merge:
    """Merge the pages of several questions into pages in order, each record once."""

    def __init__(
        self, pagers: list[Pager], size: int, key: str | None, order: Callable[[Any], Any] | None, count: int = 0
    ) -> None:
        self._queues: list[deque[Any]] = [deque() for _ in pagers]
        self._all = pagers
        self._pagers: list[Pager | None] = list(pagers)
        self._size = size
        self._key = key
        self._order = order
        self._seen = SeenIds()
        self._begin = self._count = count
        self._last: object = None
        self._page: Page[Any] | None = None

    def next(self) -> Flow[Page[Any] | None]:
        """Return the next page, None after the last one."""
        records: list[Any] = []
        mismatches: list[Any] = []
        while len(records) < self._size:
            for index, pager in enumerate(self._pagers):
                if pager is not None and not self._queues[index]:
                    page = yield from pager.next()
                    if page is None:
                        self._pagers[index] = None
                    else:
                        self._page = page
                        self._queues[index].extend(page)
                        mismatches += page.schema_mismatches
            heads = [queue for queue in self._queues if queue]
            if not heads:
                # A page without records may still be followed by one with some.
                if any(pager is not None for pager in self._pagers):
                    continue
                break
            queue = heads[0] if self._order is None and self._key is None else min(heads, key=self._rank)
            record = queue.popleft()
            identity = getattr(record, self._key, None) if self._key is not None else None
            if not isinstance(identity, (int, str)) or self._seen.add(identity):
                records.append(record)
                self._last = identity
        if self._page is None or (not records and self._count > self._begin):
            return None
        self._count += 1
        return Page(records, self._page.response, mismatches, self._count, None)

    def place(self) -> Place | None:
        """Return the place of the next page, None after the last one."""
        if not any(self._queues) and all(pager is None or pager.place() is None for pager in self._pagers):
            return None
        # In the order of ids all requests continue after the same one.
        number = self._count + 1
        keyset = all(isinstance(pager, KeysetPager) and pager.mode != "page-number" for pager in self._all)
        if self._order is None and type(self._last) is int and keyset:
            return Place("id", self._last, number)
        return Place("", 0, number)

    def _rank(self, queue: deque[Any]) -> Any:
        if self._order is not None:
            return self._order(queue[0])
        value = getattr(queue[0], self._key or "", None)
        return (value is None, isinstance(value, str), value if value is not None else 0)

    def close(self) -> None:
        """Do nothing: the pagers are closed by their creator."""


def read_path(record: Any, segments: tuple[str, ...]) -> Any:
    """Return the value at a path in a record, None if a step of it is missing."""
    for segment in segments:
        if isinstance(record, Mapping):
            record = record.get(segment)
        else:
            record = getattr(record, segment, None)
        if record is None:
            return None
    return record


def _size(page_size: int | None) -> int:
    if page_size is None:
        return PAGE_SIZE
    if isinstance(page_size, bool) or not isinstance(page_size, int) or not 1 <= page_size <= PAGE_SIZE:
        raise ValueError(
            f"page_size is a number from 1 to {PAGE_SIZE}: got {page_size!r} (all records come, page by page)"
        )
    return page_size
