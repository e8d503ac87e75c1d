"""The operations of a client, as flows: the half that the synchronous and the asynchronous client share."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cwql.client.batch import is_bulk, read_outcomes
from cwql.client.compiled_query import NOTHING, CompiledQuery, Text, ask, to_query
from cwql.client.errors import APIError, NotFoundError, RequestBodyError
from cwql.client.http_types import Headers, Request, Response
from cwql.client.list_query import NAMES, PAGE_SIZE, ListRequest
from cwql.client.options import KEYWORDS, Options, read_options, read_plain_params
from cwql.client.pagination import PagingHint, total_of
from cwql.client.parsing import SchemaMismatch, read
from cwql.client.patch import patch_body
from cwql.client.preview import RequestPreview, preview_request
from cwql.client.request_body import Fault, check_body, encode_body, plain, write_json
from cwql.client.response_checks import check_record, mismatch_error
from cwql.client.send import CallResult, ServerRelease, call
from cwql.client.streamed_body import FileSink, Multipart
from cwql.language.dialects import find_dialect
from cwql.schema.accessor import segment_id
from cwql.schema.catalog import Catalog, catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from cwql.client.call_options import Invalid, Mismatch, Pagination
    from cwql.client.effects import Flow
    from cwql.client.scan_source import ReadPage
    from cwql.client.send import ServerConnection
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.operation import ContentInfo, Operation

__all__ = ["Operations"]

logger = logging.getLogger("cwql.client")

_BY_ID = {"PATCH": "patch(id, changes)", "PUT": "replace(id, body)", "DELETE": "delete(id)"}


def _log_findings(asked: CompiledQuery, reported: Container[object]) -> list[object]:
    """Log the diagnostics of a query that were not reported, and return all of them."""
    for text, finding in asked.findings:
        if finding.severity != "info" and finding not in reported:
            logger.warning("%s: %s in %s", finding.code, finding.message, text.parameter)
    return [finding for _, finding in asked.findings]


_PLACEHOLDER = re.compile(r"\{([^{}/:]+)[^{}/]*\}?")


@dataclass
class Operations:
    """State that calls share: the connection to the server, the defaults of calls, and hints about pagination.

    `on_write` is called with the path of every record that was written, `report_mismatch` with every value of an unexpected
    type. `dry` is True if nothing is sent, so that every response is empty.
    """

    line: ServerConnection
    on_invalid: Invalid = "raise"
    on_mismatch: Mismatch = "null"
    memory: dict[str, PagingHint] = field(default_factory=dict)
    on_write: list[Callable[[str], object]] = field(default_factory=list)
    report_mismatch: Callable[[SchemaMismatch], object] | None = None
    release: ServerRelease = field(default_factory=ServerRelease)
    dry: bool = False

    @property
    def catalog(self) -> Catalog:
        """Return the names of the API."""
        return catalog(self.line.product)

    # --- lists -----------------------------------------------------------------------------------------------------

    def listing(
        self, endpoint: Endpoint, path: str, where: Any, options: Options, read: ReadPage | None = None
    ) -> ListRequest:
        """Return a list request; nothing is sent yet. `read` reads pages instead of the models.

        Raises ConditionError, URLTooLongError.
        """
        if "GET" not in endpoint.operations:
            self._operation(endpoint, path, "GET")
        return ListRequest(
            self.line,
            endpoint,
            path,
            self._ask(endpoint, where, options),
            options,
            self.memory.setdefault(endpoint.key, PagingHint()),
            on_mismatch=options.on_mismatch or self.on_mismatch,
            report_mismatch=self.report_mismatch,
            read_page=read,
        )

    def _ask(self, endpoint: Endpoint, where: Any, options: Options) -> CompiledQuery:
        """Compile the query."""
        parts, ids = options.parts, options.ids
        if where is None and ids is None and all(value is None for value in parts.values()):
            return NOTHING
        query = to_query(where, parts)
        level = options.on_invalid or self.on_invalid
        memory = self.memory.get(endpoint.key)
        forward = "forward-only" in (options.pagination, memory.mode if memory is not None else None)
        mode: Pagination = "forward-only" if forward and not query.parts.get("order_by") else "auto"

        def compile_query() -> CompiledQuery:
            return ask(self.line.product, self.catalog.title(endpoint), query, level, mode, self.release.known)

        asked = compile_query()
        reported = _log_findings(asked, frozenset())
        # The rules about names of later releases need the release, which some clients learn with the first request.
        self.release.when_known(lambda: _log_findings(compile_query(), reported))
        return asked if ids is None else _with_ids(asked, ids)

    def first(self, endpoint: Endpoint, path: str, where: Any, options: Options) -> Flow[Any]:
        """Return the first record, or None."""
        listing = self.listing(endpoint, path, where, replace(options, page_size=1))
        page = yield from listing.next()
        listing.close()
        return page[0] if page else None

    def count(self, endpoint: Endpoint, path: str, where: Any, options: Options) -> Flow[int]:
        """Return how many records there are: by ``…/count``, else by a header, else by going through them."""
        listing = self.listing(endpoint, path, where, options)
        if listing.asked.nothing:
            return 0
        if listing.way == "search" or not listing.disjoint:
            # …/count takes no body, and its numbers cannot be added if a record may be counted twice.
            return (yield from self._count_pages(endpoint, path, where, options))
        total = 0
        for part in listing.parts:
            found = yield from self._count_one(listing, part)
            if found is None:
                return (yield from self._count_pages(endpoint, path, where, options))
            total += found
        return total

    def _count_one(self, listing: ListRequest, asked: CompiledQuery) -> Flow[int | None]:
        options = listing.options
        policy = options.policy(self.line.retry)
        names = NAMES[self.line.product]
        if listing.endpoint.count:
            kept = (names.where, names.child_conditions, names.custom_field_conditions, "ids")
            asked = CompiledQuery(tuple([text for text in asked.texts if text.parameter in kept]))
            url = f"{self.line.base_url}{listing.path.rstrip('/')}/count"
            parameters = (*asked.parameters, *options.params)
            request = Request("GET", url, parameters, options.headers, timeout=options.timeout)
            try:
                answer = yield from call(self.line, request, _read_plain(self.line.product), policy, asked.conditions)
            except NotFoundError:
                # An older server may not have this path. A 404 for another reason occurs again below.
                value = None
            else:
                value = answer.value
            found = value.get("count") if isinstance(value, dict) else value
            if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
                return found
        if listing.mode == "single":
            return None
        request = listing.request(asked, (("page", "1"), ("pageSize", "1")))
        answer = yield from call(self.line, request, None, policy, asked.conditions)
        return total_of(answer.response)

    def _count_pages(self, endpoint: Endpoint, path: str, where: Any, options: Options) -> Flow[int]:
        listing = self.listing(endpoint, path, where, replace(options, page_size=PAGE_SIZE))
        total = 0
        while (page := (yield from listing.next())) is not None:
            if page.total is not None and listing.way != "split":
                listing.close()
                return page.total
            total += len(page)
        return total

    def total(self, listing: ListRequest, where: Any) -> Flow[int | None]:
        """Return the number of records for a progress display, or None if no single request returns it."""
        if not listing.endpoint.count:
            return None
        options = listing.options
        parts = {name: value for name, value in options.parts.items() if name.endswith("conditions")}
        counted = replace(options, parts=parts, limit=None, page_size=None, on_progress=None)
        try:
            found = yield from self.count(listing.endpoint, listing.path, where, counted)
        except NotFoundError:
            return None
        return found if options.limit is None else min(found, options.limit)

    # --- single records and actions --------------------------------------------------------------------------------

    def get(self, endpoint: Endpoint, path: str, given: Mapping[str, Any]) -> Flow[CallResult]:
        """Read the record or list at a path."""
        operation, options, asked = self._reading(endpoint, path, given)
        return (yield from self.run(operation, path, None, options, asked))

    def _reading(
        self, endpoint: Endpoint, path: str, given: Mapping[str, Any]
    ) -> tuple[Operation, Options, CompiledQuery]:
        options = self.options("get", given)
        operation = self._operation(endpoint, path, "GET")
        return operation, options, self._ask(endpoint, None, options)

    def options(self, verb: str, given: Mapping[str, Any]) -> Options:
        """Return the options of a verb. Raises TypeError for a keyword that it does not have."""
        return read_options(self.line.product, verb, given)

    def with_options(self, given: Mapping[str, Any]) -> Operations:
        """Return the same operations with other defaults. Raises TypeError, ValueError."""
        options = self.options("defaults", given)
        line = replace(
            self.line,
            retry=options.policy(self.line.retry),
            timeout=self.line.timeout if options.timeout is None else options.timeout,
            headers=self.line.headers.over(options.headers),
        )
        return replace(
            self,
            line=line,
            on_invalid=options.on_invalid or self.on_invalid,
            on_mismatch=options.on_mismatch or self.on_mismatch,
            on_write=[*self.on_write],
        )

    def keywords(self, verb: str) -> frozenset[str]:
        """Return the keywords of a verb."""
        return KEYWORDS[self.line.product][verb]

    def send(
        self, method: str, endpoint: Endpoint, path: str, body: Any, given: Mapping[str, Any], whole: bool = True
    ) -> Flow[CallResult]:
        """Send a body to a path, or delete the record at it."""
        options = self.options("upload" if method == "POST" else "call", given)
        if options.unless is not None:
            found = yield from self._match(endpoint, path, options)
            if found is not None:
                return found
        return (yield from self.run(self._operation(endpoint, path, method), path, body, options, whole=whole))

    def _match(self, endpoint: Endpoint, path: str, options: Options) -> Flow[CallResult | None]:
        """Return the first record that matches `unless`, or None."""
        listing = self.listing(endpoint, path, options.unless, replace(options, unless=None, file=None, page_size=1))
        page = yield from listing.next()
        listing.close()
        return CallResult(page[0], page.response) if page else None

    def patch(self, endpoint: Endpoint, path: str, changes: Any, given: Mapping[str, Any]) -> Flow[CallResult]:
        """Change members of the record at a path."""
        options = self.options("call", given)
        operation = self._operation(endpoint, path, "PATCH")
        record = endpoint.record or (operation.reply.record if operation.reply is not None else None)
        checked = record if self._checks_bodies(options) else None
        body = patch_body(self.line.product, checked, changes, f"PATCH {path}")
        return (yield from self.run(operation, path, body, options))

    def call(
        self, operation: str | Operation, path_params: tuple[object, ...], body: Any, given: Mapping[str, Any]
    ) -> Flow[CallResult]:
        """Call any operation of the API by its id, with its path parameters in order."""
        found = self.catalog.operation(operation) if isinstance(operation, str) else operation
        options = read_options(self.line.product, "operation", given)
        return (yield from self.run(found, _fill(self.catalog, found, path_params), body, options))

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, object] | None,
        json: Any,
        content: bytes | None,
        given: Mapping[str, Any],
    ) -> Flow[Response]:
        """Send any request to the API and return the response. Nothing of it is checked against the catalog."""
        if json is not None and content is not None:
            raise TypeError("a request has one body: give json= or content=")
        options = self.options("request", given)
        headers = Headers({"content-type": "application/json"} if json is not None else {}).over(options.headers)
        if json is not None:
            content = write_json(plain(json))
        url = self.line.origin.join(self.line.base_url, path)
        request = Request(
            method.upper(), url, read_plain_params(params), headers, content, options.timeout, label="request"
        )
        answer = yield from call(self.line, request, None, options.policy(self.line.retry))
        return replace(answer.response, request=request.bare())

    def _checks_bodies(self, options: Options) -> bool:
        return (options.on_invalid or self.on_invalid) != "ignore"

    def run(
        self,
        operation: Operation,
        path: str,
        body: Any,
        options: Options,
        asked: CompiledQuery | None = None,
        whole: bool = True,
    ) -> Flow[CallResult]:
        """Call an operation at a path.

        If `whole` is False, only the types of a body are checked, not its required members.
        """
        request, sink = self._request(operation, path, body, options, asked, whole)
        reading = operation.reply
        bulk = is_bulk(operation)
        if bulk or (reading is not None and reading.listed and path.endswith("/count")):
            # One count is specified to return the records themselves; all of them return a number. The response of a bulk
            # request has records of several kinds.
            reading = None
        is_plain = sink is not None or (reading is not None and _is_binary(reading))
        keep = (options.on_mismatch or self.on_mismatch) == "keep"
        reader = None if is_plain else lambda content: read(self.line.product, reading, content, keep)
        try:
            try:
                answer = yield from call(
                    self.line, request, reader, options.policy(self.line.retry), asked.conditions if asked else ()
                )
                if sink is not None:
                    sink.finish()
            finally:
                if sink is not None:
                    sink.abandon()
        finally:
            # Again, because Ctrl-C may have interrupted the first.
            if sink is not None:
                sink.abandon()
        if sink is not None:
            answer = CallResult(sink.size, answer.response, answer.mismatches, answer.attempts)
        if bulk:
            items = body.get("ids") if operation.method == "DELETE" and isinstance(body, dict) else body
            outcomes, mismatches = read_outcomes(self.line.product, operation, path, items or (), answer, keep)
            answer = replace(answer, value=outcomes, mismatches=tuple(mismatches))
        if not self.dry and sink is None:
            check_record(self.line.product, operation, path, answer)
        self._report(answer, f"{operation.method} {path}", options)
        if operation.method != "GET":
            for listener in self.on_write:
                listener(path)
        return answer

    def _request(
        self, operation: Operation, path: str, body: Any, options: Options, asked: CompiledQuery | None, whole: bool
    ) -> tuple[Request, FileSink | None]:
        headers: dict[str, str] = {}
        content: Any = None
        title = f"{operation.method} {path}"
        if options.file is not None or (
            operation.body is not None and "multipart/form-data" in operation.body.media_types
        ):
            content = self._form(operation, body, options, title)
            headers = {"content-type": content.content_type, "content-length": str(content.length())}
        elif body is not None or (operation.body is not None and operation.method != "GET"):
            checked = self._checks_bodies(options) and (operation.body is not None)
            content = encode_body(self.line.product, operation.body, body, title, checked and whole)
            if checked and not whole:
                self._check_partly(operation, body, title)
            headers = {"content-type": "application/json"}
        if operation.reply is not None and _is_binary(operation.reply):
            headers["accept"] = "*/*"
        sink = FileSink(options.to) if options.to is not None else None
        parameters = (*(asked.parameters if asked else ()), *options.params)
        url = f"{self.line.base_url}{path}"
        extra = Headers(headers).over(options.headers)
        request = Request(operation.method, url, parameters, extra, content, options.timeout, sink, None, operation.id)
        return request, sink

    def _form(self, operation: Operation, body: Any, options: Options, title: str) -> Multipart:
        fields = plain(body) if body is not None else {}
        if not isinstance(fields, dict):
            raise RequestBodyError(title, (Fault("", type(body).__name__, "the form's members"),))
        file = options.file if options.file is not None else fields.pop("file", None)
        if file is None and not fields.get("url"):
            raise RequestBodyError(title, (Fault("file", "nothing", "a path, bytes or an open binary file, as file="),))
        if self._checks_bodies(options) and operation.body is not None and operation.body.type is not None:
            faults = check_body(self.line.product, operation.body.type, fields)
            if faults:
                raise RequestBodyError(title, tuple(faults))
        return Multipart(fields, file if file is not None else b"")

    def _check_partly(self, operation: Operation, body: Any, title: str) -> None:
        """Check a body that may leave members out."""
        kind = operation.body.type if operation.body is not None else None
        if kind is None:
            return
        faults = [fault for fault in check_body(self.line.product, kind, plain(body)) if fault.got != "nothing"]
        if faults:
            raise RequestBodyError(title, tuple(faults))

    def _operation(self, endpoint: Endpoint, path: str, method: str) -> Operation:
        found = self.catalog.operation_at(endpoint, method)
        if found is None:
            below = self.catalog.find_endpoint(f"{endpoint.key}/{{}}")
            cure = ""
            if below is not None and self.catalog.operation_at(below, method) is not None:
                cure = f"; one of its records does, by its id: {_BY_ID.get(method, 'get(id)')}"
            raise APIError(f"{path} takes no {method}, only {', '.join(endpoint.methods)}{cure}")
        return found

    def _report(self, answer: CallResult, title: str, options: Options) -> None:
        if self.report_mismatch is not None:
            for entry in answer.mismatches:
                self.report_mismatch(entry)
        if answer.mismatches and (options.on_mismatch or self.on_mismatch) == "raise":
            raise mismatch_error(self.line.product, answer, title)

    # --- previews ----------------------------------------------------------------------------------------------

    def preview(self, listing: ListRequest) -> RequestPreview:
        """Return the request of a list, with its secrets hidden."""
        mode = listing.mode
        place = () if mode == "single" else (("page", "1"), ("pageSize", str(listing.size)))
        request = listing.request(listing.parts[0], place)
        return preview_request(
            request,
            self.line.headers.over(request.headers),
            url_limit=listing.limit,
            url_length=listing.length(listing.asked if listing.way != "GET" else listing.parts[0]),
            pagination=mode,
            strategy=listing.way,
            request_count=0 if listing.asked.nothing else len(listing.parts),
            diagnostics=tuple([finding for _, finding in listing.asked.findings]),
        )

    def preview_get(self, endpoint: Endpoint, path: str, given: Mapping[str, Any]) -> RequestPreview:
        """Return the request that reads a path, with its secrets hidden."""
        operation, options, asked = self._reading(endpoint, path, given)
        request, _ = self._request(operation, path, None, options, asked, whole=True)
        return preview_request(
            request,
            self.line.headers.over(request.headers),
            url_limit=find_dialect(self.line.product).url_limit,
            diagnostics=tuple([finding for _, finding in asked.findings]),
        )


def _with_ids(asked: CompiledQuery, ids: Any) -> CompiledQuery:
    """Add the `ids` parameter, which contains no names and is not checked."""
    values = ids if isinstance(ids, (list, tuple, set, frozenset)) else [ids]
    text = ",".join([str(value) for value in values])
    return CompiledQuery((*asked.texts, Text("ids", text, None)), asked.nothing or not values, asked.page_size)


def _read_plain(product: str) -> Callable[[bytes], tuple[Any, list[SchemaMismatch]]]:
    return lambda content: read(product, None, content)


def _is_binary(content: ContentInfo) -> bool:
    return (
        content.record is None and bool(content.media_types) and not any("json" in name for name in content.media_types)
    )


def _fill(known: Catalog, operation: Operation, path_params: tuple[object, ...]) -> str:
    """Return an operation's path with its parameters, in order."""
    waiting = list(path_params)
    filled: dict[str, str] = {}

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in filled:
            if not waiting:
                raise TypeError(f"{operation.id} needs a value for {name}, a part of {operation.path}")
            key = known.path_key(operation.path[: found.start()])
            text = segment_id(known.product, key, waiting.pop(0), f"{name} in {operation.path}")
            filled[name] = quote(text, safe="")
        return filled[name]

    path = _PLACEHOLDER.sub(fill, operation.path)
    if waiting:
        raise TypeError(f"{operation.id} takes {len(filled)} path parameters, got {len(path_params)}")
    return path
