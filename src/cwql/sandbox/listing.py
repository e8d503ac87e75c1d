"""Pages of records: `Listing` responds to lists, searches and counts, with the headers that lead to the next page."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cwql.sandbox.attachments import find_owner
from cwql.sandbox.audit import refresh_audit_trail
from cwql.sandbox.hrefs import linked_text
from cwql.sandbox.messages import HTTPProblem, Response, json_response, text_response
from cwql.sandbox.search import Search, parse_search
from cwql.sandbox.views import refresh_view

if TYPE_CHECKING:
    from cwql.sandbox.lookup import RecordLookup
    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.search import GetParameter
    from cwql.sandbox.store.store import Parent, Row, Store

_OFFSET_LIMIT = 2**62


class Listing:
    """Respond with the records of one kind."""

    def __init__(self, store: Store, lookup: RecordLookup) -> None:
        self._store = store
        self._lookup = lookup

    def count(self, route: Route, request: Request) -> Response:
        """Respond with the number of records that match a condition."""
        above = route.parent_endpoint
        if above is None or above.record is None:
            return json_response({"count": 0})
        refresh_view(self._store, route)
        record = self._lookup.stored_record(route, above.record)
        search = parse_search(route.product, record, request.parameter, route.caller.contract)
        parent = self._find_parent(route, request)
        number = self._store.count(route.product.name, record, parent, search.where, search.parameters)
        return json_response({"count": number})

    def list(self, route: Route, request: Request, get: GetParameter) -> Response:
        """Respond with a page; `get` returns a parameter by its names."""
        product, store, described = route.product, self._store, route.operation.reply
        assert described is not None
        assert described.record is not None
        refresh_view(store, route)
        record = self._lookup.stored_record(route, described.record)
        parent = self._find_parent(route, request)
        forward_only = product.has_links and request.header("pagination-type").lower() == "forward-only"
        search = parse_search(product, record, get, route.caller.contract, forward_only)
        condition, values = search.where, search.parameters
        if search.by_key:
            condition, values = f"({condition}) AND key > ?", (*values, search.after or 0)
        offset = 0 if search.by_key or search.size < 0 else (search.page - 1) * search.size
        if offset > _OFFSET_LIMIT:
            raise HTTPProblem(400, "InvalidArgument", "page is too large")
        limit = search.size + 1 if search.size > 0 else -1
        rows = store.find(product.name, record, parent, condition, values, search.order, limit, offset)
        has_more = search.size > 0 and len(rows) > search.size
        rows = rows[: search.size] if has_more else rows
        headers: dict[str, str] = {}
        if not search.by_key:
            total = store.count(product.name, record, parent, search.where, search.parameters)
            headers = self._totals(route, search, total)
        if product.has_links:
            headers |= _links(request, search, rows, has_more, int(headers.get("x-total-count", "0")))
        if search.fields is None and search.excluded is None and record == described.record:
            return text_response(
                f"[{','.join([linked_text(product.name, record, row) for row in rows])}]", 200, headers
            )
        documents = [
            search.select_members(self.view(route, record, json.loads(linked_text(product.name, record, row))))
            for row in rows
        ]
        return json_response(documents, 200, headers)

    def view(self, route: Route, record: str, document: dict[str, Any]) -> dict[str, Any]:
        """Return the members that the record of the response has, if it is another one than the stored record."""
        described = route.operation.reply
        if described is None or described.record is None or described.record == record:
            return document
        names = {name.lower() for name in route.catalog.record(described.record).names}
        return {name: value for name, value in document.items() if name.lower() in names}

    def _find_parent(self, route: Route, request: Request) -> Parent:
        """Return the record whose list is requested: by parameters of the query, otherwise by the path. None if there is none."""
        named = find_owner(route, request) or refresh_audit_trail(self._store, route, request)
        return named or self._lookup.find_parent(route.product.name, route.params)

    def _totals(self, route: Route, search: Search, total: int) -> dict[str, str]:
        if route.product.has_links:
            return {"x-total-count": str(total)}
        if route.caller.contract == "observed":
            return {"total-count": str(total)}
        size = search.size if search.size > 0 else max(total, 1)
        return {
            "x-total-count": str(total),
            "x-page": str(search.page),
            "x-page-size": str(size),
            "x-total-pages": str(math.ceil(total / size)),
        }


def _links(request: Request, search: Search, rows: list[Row], has_more: bool, total: int) -> dict[str, str]:
    """Return the ``Link`` header: pages by number have first, prev, next and last, pages by key only next."""
    if search.by_key:
        targets = {"next": {"pageId": rows[-1].key}} if has_more else {}
    else:
        last = max(1, math.ceil(total / search.size))
        targets = {}
        if search.page > 1:
            targets |= {"first": {"page": 1}, "prev": {"page": min(search.page - 1, last)}}
        if search.page < last:
            targets |= {"next": {"page": search.page + 1}, "last": {"page": last}}
    if not targets:
        # Clients recognize an endpoint that takes forward-only by the header, which is empty on the last page.
        return {"link": ""} if search.forward_only else {}
    retained = [(name, value) for name, value in request.query if name.lower() not in ("page", "pageid", "pagesize")]
    links = []
    for relation, position in targets.items():
        query = urlencode([*retained, ("pageSize", search.size), *position.items()])
        links.append(f'<{request.origin}{request.path}?{query}>; rel="{relation}"')
    return {"link": ", ".join(links)}
