"""The resources of a client: `Resource` and `AsyncResource`, one pair for every endpoint of both APIs.

`cwql.schema.verbs` has the types of the verbs. Each passes its arguments to a flow of `Operations` and drives it;
nothing is decided here.
"""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Callable, Iterator
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from cwql.client.errors import APIError
from cwql.client.options import read_options
from cwql.errors import UnknownNameError
from cwql.schema.accessor import Accessor
from cwql.schema.naming import VERBS

if TYPE_CHECKING:
    from typing import Self

    from cwql.client.effects import Flow
    from cwql.client.list_query import ListRequest
    from cwql.client.operations import Operations
    from cwql.client.options import Options
    from cwql.client.pagination import Page
    from cwql.client.preview import RequestPreview
    from cwql.client.scan_source import ReadPage
    from cwql.client.send import CallResult
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.scans import AsyncScan, Scan

__all__ = ["AsyncResource", "Resource"]

T = TypeVar("T")


class _NotGiven(Enum):
    """The type of `NOT_GIVEN`."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return self.name


NOT_GIVEN = _NotGiven.NOT_GIVEN
"""The default of ids. None cannot be the default, because a missing id in a variable would then mean the whole path."""

_OF_LISTS = ("where", "child", "custom", "order_by")


class Driver(Protocol):
    """The members of the synchronous client that a resource uses."""

    _core: Operations

    def _drive(self, flow: Flow[T]) -> T: ...


class AsyncDriver(Protocol):
    """The members of the asynchronous client that a resource uses."""

    _core: Operations

    async def _drive(self, flow: Flow[T]) -> T: ...


class Dry(Protocol):
    """The members of either client that dry runs use."""

    def dry_run(self) -> Self: ...

    @property
    def plan(self) -> builtins.list[RequestPreview]: ...


class _Place(Accessor):
    """Turn the arguments of verbs into flows."""

    __slots__ = ()

    @property
    def _core(self) -> Operations:
        return cast("Driver", self._owner)._core

    def _target(self) -> tuple[Endpoint, str]:
        endpoint = self._endpoint()
        if endpoint is None:
            names = ", ".join([name for name in dir(self) if name[:1] != "_" and name not in VERBS][:8])
            raise UnknownNameError(f"/{self._key} only leads on (to {names})")
        return endpoint, self._path()

    def _listing(
        self, given: dict[str, Any], page_size: int | None, options: dict[str, Any], read: ReadPage | None = None
    ) -> ListRequest:
        endpoint, path = self._target()
        core = self._core
        return core.listing(endpoint, path, given, page_size, self._options(endpoint, options), read=read)

    def _options(self, endpoint: Endpoint, options: dict[str, Any]) -> Options:
        return read_options(options, lambda: self._core.catalog.operation_at(endpoint, "GET"), listed=True)

    def _total(self, listing: ListRequest, given: dict[str, Any]) -> Flow[int | None]:
        return self._core.total(listing.endpoint, listing.path, given, listing.options)

    def _first(self, given: dict[str, Any], options: dict[str, Any]) -> Flow[Any]:
        endpoint, path = self._target()
        core = self._core
        return core.first(endpoint, path, given, self._options(endpoint, options))

    def _count(self, given: dict[str, Any], options: dict[str, Any]) -> Flow[int]:
        endpoint, path = self._target()
        core = self._core
        return core.count(endpoint, path, given, self._options(endpoint, options))

    def _get(self, id: object, fields: Any, options: dict[str, Any]) -> Flow[Any]:
        place = self._at(id)
        return self._value(self._core.get(*place._target(), fields, options))

    def _send(self, method: str, id: object, body: Any, options: dict[str, Any]) -> Flow[Any]:
        place = self._at(id)
        return self._value(self._core.send(method, *place._target(), body, options))

    def _delete(self, id: object, options: dict[str, Any]) -> Flow[Any]:
        # The response to a deletion is returned only to callers that work with raw responses.
        reply = yield from self._send("DELETE", id, None, options)
        return reply if self._core.keep else None

    def _patch(self, id: object, changes: Any, options: dict[str, Any]) -> Flow[Any]:
        place = self._at(id)
        endpoint, path = place._target()
        return self._value(self._core.patch(endpoint, path, changes, options))

    def _at(self, id: object) -> _Place:
        return self if id is NOT_GIVEN else self(id)

    def _value(self, flow: Flow[CallResult]) -> Flow[Any]:
        answer = yield from flow
        return answer.reply if self._core.keep else answer.value

    def explain(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> RequestPreview:
        """Return the request of `list` with the same arguments, or of `get` for a single record; nothing is sent.

        Raises the immediate errors of `list`; ``checks="warn"`` shows diagnostics instead. `dry_run` previews the other
        verbs.
        """
        endpoint, path = self._target()
        given = _given(where, child, custom, order_by, fields)
        if not endpoint.listed and page_size is None and not any(given[name] is not None for name in _OF_LISTS):
            return self._core.explain_get(endpoint, path, fields, options)
        return self._core.explain(self._listing(given, page_size, options))

    def dry_run(self) -> Self:
        """Return the same resource with verbs that send nothing: results are empty, and `plan` has the requests.

        ``dry = psa.service.tickets.dry_run(); dry.patch(5, {"summary": "x"}); print(dry.plan[-1])``
        """
        return type(self)(cast("Dry", self._owner).dry_run(), self._product, self._key, self._arguments)

    @property
    def plan(self) -> builtins.list[RequestPreview]:
        """Return the requests that a dry run would have sent so far; empty for any other resource."""
        return cast("Dry", self._owner).plan


class Resource(_Place):
    """The records at a path of the API; every verb waits for its result."""

    __slots__ = ()

    @property
    def _driver(self) -> Driver:
        return cast("Driver", self._owner)

    def list(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """Return an iterator over all records; pages are fetched as they are needed.

        The condition is checked at once. Raises ConditionError, URLTooLongError, and later the errors of every call.
        """
        pages = self.pages(
            where, child=child, custom=custom, order_by=order_by, fields=fields, page_size=page_size, **options
        )
        return _records(pages)

    def pages(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> Iterator[Page[Any]]:
        """Return an iterator over pages, each a list of records with its `reply` and `drift`."""
        given = _given(where, child, custom, order_by, fields)
        return self._pages(self._listing(given, page_size, options), given)

    def _pages(self, listing: ListRequest, given: dict[str, Any]) -> Iterator[Page[Any]]:
        drive = self._driver._drive
        try:
            if listing.options.progress is not None and not listing.asked.nothing:
                listing.total = drive(self._total(listing, given))
            while (page := drive(listing.next())) is not None:
                yield page
                # The page in hand is let go of before the next one is made.
                del page
        finally:
            listing.close()

    def first(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        **options: Any,
    ) -> Any:
        """Return the first record, or None if there is none."""
        return self._driver._drive(self._first(_given(where, child, custom, order_by, fields), options))

    def all(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> builtins.list[Any]:
        """Return all records."""
        records: builtins.list[Any] = []
        for page in self.pages(
            where, child=child, custom=custom, order_by=order_by, fields=fields, page_size=page_size, **options
        ):
            records += page
        return records

    def to_scan(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> Scan:
        """Return the list as rows, Arrow data or a data frame; nothing is sent until one of them is used.

        The condition is checked at once. Needs the extra ``tables``. Raises ConditionError, URLTooLongError.
        """
        from cwql.client.scan_source import ScanSource

        given = _given(where, child, custom, order_by, fields)
        scan: Scan = _tables().Scan(ScanSource(self, given, page_size, options))
        return scan

    def count(self, where: Any = None, *, child: Any = None, custom: Any = None, **options: Any) -> int:
        """Return how many records there are."""
        return self._driver._drive(self._count(_given(where, child, custom), options))

    def get(self, id: Any = NOT_GIVEN, *, fields: Any = None, **options: Any) -> Any:
        """Return the record of an id, or the one at the path itself. `to=` names the file for a download."""
        return self._driver._drive(self._get(id, fields, options))

    def create(self, body: Any = None, **options: Any) -> Any:
        """Post a body and return the created record. `file=` uploads. Raises RequestBodyError before anything is sent."""
        return self._driver._drive(self._send("POST", NOT_GIVEN, body, options))

    def replace(self, *arguments: Any, **options: Any) -> Any:
        """Replace a record: ``replace(id, body)``, or ``replace(body)`` at a record's own path."""
        id, body = _id_and_body(arguments)
        return self._driver._drive(self._send("PUT", id, body, options))

    def patch(self, *arguments: Any, **options: Any) -> Any:
        """Change members of a record: ``patch(id, changes)``, or ``patch(changes)`` at a record's own path."""
        id, changes = _id_and_body(arguments)
        return self._driver._drive(self._patch(id, changes, options))

    def delete(self, id: Any = NOT_GIVEN, **options: Any) -> Any:
        """Delete a record."""
        return self._driver._drive(self._delete(id, options))


class AsyncResource(_Place):
    """The records at a path of the API; verbs are awaited, `list` and `pages` are iterated over."""

    __slots__ = ()

    @property
    def _driver(self) -> AsyncDriver:
        return cast("AsyncDriver", self._owner)

    def list(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncIterator[Any]:
        """Return an iterator over all records; pages are fetched as they are needed.

        The condition is checked at once. Raises ConditionError, URLTooLongError, and later the errors of every call.
        """
        pages = self.pages(
            where, child=child, custom=custom, order_by=order_by, fields=fields, page_size=page_size, **options
        )
        return _arecords(pages)

    def pages(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncIterator[Page[Any]]:
        """Return an iterator over pages, each a list of records with its `reply` and `drift`."""
        given = _given(where, child, custom, order_by, fields)
        return self._pages(self._listing(given, page_size, options), given)

    async def _pages(self, listing: ListRequest, given: dict[str, Any]) -> AsyncIterator[Page[Any]]:
        drive = self._driver._drive
        try:
            if listing.options.progress is not None and not listing.asked.nothing:
                listing.total = await drive(self._total(listing, given))
            while (page := await drive(listing.next())) is not None:
                yield page
                # The page in hand is let go of before the next one is made.
                del page
        finally:
            listing.close()

    async def first(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        **options: Any,
    ) -> Any:
        """Return the first record, or None if there is none."""
        return await self._driver._drive(self._first(_given(where, child, custom, order_by, fields), options))

    async def all(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> builtins.list[Any]:
        """Return all records."""
        records: builtins.list[Any] = []
        async for page in self.pages(
            where, child=child, custom=custom, order_by=order_by, fields=fields, page_size=page_size, **options
        ):
            records += page
        return records

    def to_scan(
        self,
        where: Any = None,
        *,
        child: Any = None,
        custom: Any = None,
        order_by: Any = None,
        fields: Any = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncScan:
        """Return the list as rows, Arrow data or a data frame; nothing is sent until one of them is used.

        The condition is checked at once. Needs the extra ``tables``. Raises ConditionError, URLTooLongError.
        """
        from cwql.client.scan_source import AsyncScanSource

        given = _given(where, child, custom, order_by, fields)
        scan: AsyncScan = _tables().AsyncScan(AsyncScanSource(self, given, page_size, options))
        return scan

    async def count(self, where: Any = None, *, child: Any = None, custom: Any = None, **options: Any) -> int:
        """Return how many records there are."""
        return await self._driver._drive(self._count(_given(where, child, custom), options))

    async def get(self, id: Any = NOT_GIVEN, *, fields: Any = None, **options: Any) -> Any:
        """Return the record of an id, or the one at the path itself. `to=` names the file for a download."""
        return await self._driver._drive(self._get(id, fields, options))

    async def create(self, body: Any = None, **options: Any) -> Any:
        """Post a body and return the created record. `file=` uploads. Raises RequestBodyError before anything is sent."""
        return await self._driver._drive(self._send("POST", NOT_GIVEN, body, options))

    async def replace(self, *arguments: Any, **options: Any) -> Any:
        """Replace a record: ``replace(id, body)``, or ``replace(body)`` at a record's own path."""
        id, body = _id_and_body(arguments)
        return await self._driver._drive(self._send("PUT", id, body, options))

    async def patch(self, *arguments: Any, **options: Any) -> Any:
        """Change members of a record: ``patch(id, changes)``, or ``patch(changes)`` at a record's own path."""
        id, changes = _id_and_body(arguments)
        return await self._driver._drive(self._patch(id, changes, options))

    async def delete(self, id: Any = NOT_GIVEN, **options: Any) -> Any:
        """Delete a record."""
        return await self._driver._drive(self._delete(id, options))


def _tables() -> Any:
    """Return the module of scans. It belongs to a higher layer and needs an extra, so it is found by its name when it is used."""
    return import_module("cwql.tables.scan")


def _records(pages: Iterator[Page[Any]]) -> Iterator[Any]:
    for page in pages:
        yield from page
        del page


async def _arecords(pages: AsyncIterator[Page[Any]]) -> AsyncIterator[Any]:
    try:
        async for page in pages:
            for record in page:
                yield record
            del page
    finally:
        close: Callable[[], Any] = getattr(pages, "aclose", _nothing)
        await close()


async def _nothing() -> None:
    """Close an object, if it can be closed."""


def _given(where: Any, child: Any, custom: Any, order_by: Any = None, fields: Any = None) -> dict[str, Any]:
    return {"where": where, "child": child, "custom": custom, "order_by": order_by, "fields": fields}


def _id_and_body(arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    if len(arguments) == 1:
        return NOT_GIVEN, arguments[0]
    if len(arguments) != 2:
        raise APIError(f"expected (id, body), or (body) at a record's own path: got {len(arguments)} arguments")
    return arguments[0], arguments[1]
