"""Pages of records: `Pages` answers lists, searches and counts, with the headers that lead to the next page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cwql.sandbox.attachments import owner
from cwql.sandbox.messages import Refusal, Reply, reply_json, reply_text
from cwql.sandbox.search import Search, read_search, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.lookup import Finder
    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row, Store

_ROW_LIMIT = 2**62


class Pages:
    """Answer with records of one kind."""

    def __init__(self, store: Store, finder: Finder, contract: str) -> None:
        self._store = store
        self._finder = finder
        self._contract = contract

    def count(self, route: Route, request: Request) -> Reply:
        """Answer with the number of records that a condition finds."""
        above = route.sibling()
        if above is None or above.record is None:
            return reply_json({"count": 0})
        record = self._finder.source(route, above.record)
        search = read_search(route.server, record, request.parameter, self._contract)
        parent = owner(route, request) or self._finder.parent(route.server.product, route.steps)
        number = self._store.count(route.server.product, record, parent, search.where, search.parameters)
        return reply_json({"count": number})

    def list(self, route: Route, request: Request, read: Callable[..., str | None]) -> Reply:
        """Answer with a page; `read` returns a parameter by its names."""
        server, store, reply = route.server, self._store, route.operation.reply
        assert reply is not None
        assert reply.record is not None
        record = self._finder.source(route, reply.record)
        parent = owner(route, request) or self._finder.parent(server.product, route.steps)
        forward = server.links and request.header("pagination-type").lower() == "forward-only"
        search = read_search(server, record, read, self._contract, forward)
        condition, values = search.where, search.parameters
        if search.keyset:
            condition, values = f"({condition}) AND key > ?", (*values, search.after or 0)
        offset = 0 if search.keyset or search.size < 0 else (search.page - 1) * search.size
        if offset > _ROW_LIMIT:
            raise Refusal(400, "InvalidArgument", "page is too large")
        limit = search.size + 1 if search.size > 0 else -1
        rows = store.find(server.product, record, parent, condition, values, search.order, limit, offset)
        more = search.size > 0 and len(rows) > search.size
        rows = rows[: search.size] if more else rows
        headers: dict[str, str] = {}
        if not search.keyset:
            total = store.count(server.product, record, parent, search.where, search.parameters)
            headers = self._totals(route, search, total)
        if server.links:
            headers |= _links(request, search, rows, more, int(headers.get("x-total-count", "0")))
        if search.fields is None and search.excluded is None and record == reply.record:
            return reply_text(f"[{','.join([row.text for row in rows])}]", 200, headers)
        return reply_json([show(self.view(route, record, row.document), search) for row in rows], 200, headers)

    def view(self, route: Route, record: str, document: dict[str, Any]) -> dict[str, Any]:
        """Return the members that the kind of record shows which a route answers with."""
        reply = route.operation.reply
        if reply is None or reply.record in (None, record):
            return document
        assert reply.record is not None
        names = {name.lower() for name in route.catalog.record(reply.record).names}
        return {name: value for name, value in document.items() if name.lower() in names}

    def _totals(self, route: Route, search: Search, total: int) -> dict[str, str]:
        if route.server.links:
            return {"x-total-count": str(total)}
        if self._contract == "observed":
            return {"total-count": str(total)}
        size = search.size if search.size > 0 else max(total, 1)
        return {
            "x-total-count": str(total),
            "x-page": str(search.page),
            "x-page-size": str(size),
            "x-total-pages": str(math.ceil(total / size)),
        }


def _links(request: Request, search: Search, rows: list[Row], more: bool, total: int) -> dict[str, str]:
    """Return the ``Link`` header: pages by number have first, prev, next and last, pages by key the next one only."""
    if search.keyset:
        targets = {"next": {"pageId": rows[-1].key}} if more else {}
    else:
        last = max(1, math.ceil(total / search.size))
        targets = {}
        if search.page > 1:
            targets |= {"first": {"page": 1}, "prev": {"page": min(search.page - 1, last)}}
        if search.page < last:
            targets |= {"next": {"page": search.page + 1}, "last": {"page": last}}
    if not targets:
        return {}
    kept = [(name, value) for name, value in request.query if name.lower() not in ("page", "pageid", "pagesize")]
    links = []
    for relation, place in targets.items():
        query = urlencode([*kept, ("pageSize", search.size), *place.items()])
        links.append(f'<{request.origin}{request.path}?{query}>; rel="{relation}"')
    return {"link": ", ".join(links)}
