"""The asynchronous part of both products' clients. `sync_client` is generated from it: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from cwql.client.batch import Outcome, abatch
from cwql.client.client import AsyncDryTransport, ClientBase, Settings, dry_operations
from cwql.client.drivers import AsyncTransport, arun
from cwql.client.pagination import ITERATOR_FORMS
from cwql.client.reference import Reference
from cwql.client.resource import NOT_GIVEN, AsyncDriver, ResourceBase, only, read_id_and_body, scan_module
from cwql.client.transport import open_async_transport
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    import builtins
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self, Unpack

    from cwql.client.call_options import OperationOptions, RequestOptions, SharedClientOptions
    from cwql.client.effects import Flow
    from cwql.client.http_types import Response
    from cwql.client.list_query import ListRequest
    from cwql.client.operations import Operations
    from cwql.client.pagination import Page
    from cwql.client.preview import RequestPreview
    from cwql.schema.scans import AsyncScan

__all__ = ["AsyncRecordIterator", "AsyncResource"]


R = TypeVar("R")


class AsyncRecordIterator(AsyncIterator[R], Generic[R]):
    """The records of a list, one after the other. Pages are requested as they are needed.

    It can be iterated over once. `pages` gives the same records page by page; `all()` of the resource returns a list.
    """

    __module__ = "cwql"

    def __init__(self, pages: AsyncIterator[Page[R]]) -> None:
        self._pages = pages
        self._records = _flatten(pages)

    def __aiter__(self) -> AsyncIterator[R]:
        return self._records

    async def __anext__(self) -> R:
        return await anext(self._records)

    def pages(self) -> AsyncIterator[Page[R]]:
        """Return the pages that were not requested yet."""
        return self._pages

    async def aclose(self) -> None:
        """Request no more pages."""
        await _close(self._records)
        await _close(self._pages)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which report them without these.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, ITERATOR_FORMS)

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError("records come page by page: iterate over them, or use first() or all()")

        def __len__(self) -> NoReturn:
            raise TypeError("the number of records is not known yet: iterate over them, or use count() or all()")

        def __bool__(self) -> NoReturn:
            raise TypeError("it is not known yet whether there are records: use first() or count()")


class AsyncResource(ResourceBase):
    """The records at a path of the API; every verb returns its result."""

    __slots__ = ()

    @property
    def _driver(self) -> AsyncDriver:
        return cast("AsyncDriver", self._owner)

    def list(self, where: object = None, *more: object, **options: Any) -> AsyncRecordIterator[Any]:
        """Return an iterator over all records; pages are requested as they are needed.

        The condition is checked at once. Raises ConditionError, URLTooLongError, and later the errors of every call.
        """
        return AsyncRecordIterator(self.pages(where, *more, **options))

    def pages(self, where: object = None, *more: object, **options: Any) -> AsyncIterator[Page[Any]]:
        """Return an iterator over pages, each a list of records with its `response` and `schema_mismatches`."""
        where = only(where, more)
        return self._pages(self._listing(where, options), where)

    async def _pages(self, listing: ListRequest, where: object) -> AsyncIterator[Page[Any]]:
        drive = self._driver._drive
        try:
            if listing.options.on_progress is not None and not listing.asked.nothing:
                listing.total = await drive(self._core.total(listing, where))
            while (page := await drive(listing.next())) is not None:
                yield page
                # The page in hand is let go of before the next one is made.
                del page
        finally:
            listing.close()

    async def first(self, where: object = None, *more: object, **options: Any) -> Any:
        """Return the first record, or None if there is none."""
        return await self._driver._drive(self._first(only(where, more), options))

    async def all(self, where: object = None, *more: object, **options: Any) -> builtins.list[Any]:
        """Return all records."""
        records: builtins.list[Any] = []
        async for page in self.pages(where, *more, **options):
            records += page
        return records

    def to_scan(self, where: object = None, *more: object, **options: Any) -> AsyncScan:
        """Return the list as rows, Arrow data or a data frame; nothing is sent until one of them is used.

        The condition is checked at once. All but `rows` and `count` need the extra ``tables``. Raises ConditionError, URLTooLongError.
        """
        from cwql.client.scan_source import AsyncScanSource

        scan: AsyncScan = scan_module().AsyncScan(AsyncScanSource(self, only(where, more), options))
        return scan

    async def count(self, where: object = None, *more: object, **options: Any) -> int:
        """Return the number of records."""
        return await self._driver._drive(self._count(only(where, more), options))

    async def get(self, id: object = NOT_GIVEN, /, **options: Any) -> Any:
        """Return the record with an id, or the one at the path itself. `to=` names the file for a download."""
        return await self._driver._drive(self._get(id, options))

    async def create(self, body: object = None, /, **options: Any) -> Any:
        """Post a body and return the created record. `file=` uploads. Raises RequestBodyError before anything is sent."""
        return await self._driver._drive(self._send("POST", NOT_GIVEN, body, options))

    async def upsert(self, body: object, /, *, by: object, **options: Any) -> Any:
        """Change the record that equals the body in the fields `by`, or create it if there is none, and return it.

        Only members that differ are sent. Raises APIError if several records match, RequestBodyError before anything is sent.
        """
        return await self._driver._drive(self._upsert(body, by, options))

    async def replace(self, *arguments: Any, **options: Any) -> Any:
        """Replace a record: ``replace(id, body)``, or ``replace(body)`` at a record's own path."""
        id, body = read_id_and_body("replace", "body", arguments, options)
        return await self._driver._drive(self._send("PUT", id, body, options))

    async def patch(self, *arguments: Any, **options: Any) -> Any:
        """Change members of a record: ``patch(id, changes)``, or ``patch(changes)`` at a record's own path."""
        id, changes = read_id_and_body("patch", "changes", arguments, options)
        return await self._driver._drive(self._patch(id, changes, options))

    async def delete(self, id: object = NOT_GIVEN, /, **options: Any) -> Any:
        """Delete the record with an id, or the one at the path itself. A path that takes several ids returns their outcomes."""
        return await self._driver._drive(self._delete(id, options))


async def _flatten(pages: AsyncIterator[Page[R]]) -> AsyncIterator[R]:
    try:
        async for page in pages:
            for record in page:
                yield record
            del page
    finally:
        await _close(pages)


async def _close(pages: AsyncIterator[Any]) -> None:
    """Close a generator."""
    close = getattr(pages, "aclose", None)
    if close is not None:
        await close()


T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item


class AsyncConnection(ClientBase):
    """Send requests, and run several calls at the same time. One client serves all tasks of an event loop."""

    _accessor = AsyncResource
    _transport: AsyncTransport

    def _open(self, core: Operations, settings: Settings) -> None:
        self._adopt(core, settings)
        self.reference = Reference(core, self._drive, settings.reference_ttl)
        self._transport = open_async_transport(
            settings.http_client,
            settings.transport,
            settings.timeout,
            settings.verify,
            (core.line.origin,),
            settings.max_response_bytes,
        )

    async def _drive(self, flow: Flow[T]) -> T:
        return await arun(flow, self._transport, self._clock)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        content: bytes | None = None,
        **options: Unpack[RequestOptions],
    ) -> Response:
        """Send any request to the API and return the response: with the sign-in, limits and retries of every call.

        `path` follows the root of the API (``/service/tickets``). Nothing is checked, and nothing is parsed. Raises the
        errors of every call.
        """
        return await self._drive(self._core.request(method, path, params, json, content, options))

    async def call_operation(
        self, operation: str, *path_params: object, body: object = None, **options: Unpack[OperationOptions]
    ) -> Any:
        """Call any operation of the API by its id: ``call_operation("getServiceTicketsById", 5)``.

        Path parameters are given in order, query parameters in `params`. `file` uploads, `to` downloads into a file and
        returns its size. Raises UnknownNameError, RequestBodyError, and the errors of every call.
        """
        return await self._drive(self._value(self._core.call(operation, path_params, body, options)))

    async def run_concurrently(
        self, func: Callable[[I], Awaitable[T]], items: Iterable[I], *, max_concurrency: int = 10
    ) -> list[Outcome[I, T]]:
        """Call a function for every item, several at the same time, under the limits of the client.

        Returns each item with its result or its error, in the order of the items.
        """
        return await abatch(items, func, max_concurrency)

    def with_options(self, **options: Unpack[SharedClientOptions]) -> Self:
        """Return a client with other defaults, which shares the connections and the limits of this one.

        ``psa.with_options(max_retries=0, deadline=5).ping()``
        """
        twin = self._with(self._with_defaults(options))
        twin.reference = Reference(twin._core, twin._drive, options.get("reference_ttl", self.reference.ttl))
        return twin

    def dry_run(self) -> Self:
        """Return a client that sends nothing: lists are empty, and `plan` has the requests that would have been sent."""
        twin = self._with(dry_operations(self._core))
        twin._transport = AsyncDryTransport(self._core.line)
        twin.reference = Reference(twin._core, twin._drive)
        return twin

    @property
    def plan(self) -> list[RequestPreview]:
        """Return the requests that a dry run would have sent so far; empty for any other client."""
        return self._transport.plan if isinstance(self._transport, AsyncDryTransport) else []

    async def aclose(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        self._closed = True
        close = getattr(self._transport, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
