"""The asynchronous part of both products' clients. `sync_client` is generated from it: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cwql.client.async_resource import AsyncResource
from cwql.client.batch import Outcome, abatch
from cwql.client.client import AsyncDryTransport, ClientBase, Settings, dry_operations
from cwql.client.drivers import AsyncTransport, arun
from cwql.client.reference import Reference
from cwql.client.transport import open_async_transport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self, Unpack

    from cwql.client.call_options import DefaultOptions, OperationOptions, RequestOptions
    from cwql.client.effects import Flow
    from cwql.client.http_types import Response
    from cwql.client.operations import Operations
    from cwql.client.preview import RequestPreview

__all__ = ["AsyncConnection"]

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

    def with_options(self, **options: Unpack[DefaultOptions]) -> Self:
        """Return a client with other defaults, which shares the connections and the limits of this one.

        ``psa.with_options(max_retries=0, deadline=5).ping()``
        """
        twin = self._with(self._core.with_options(options))
        twin.reference = Reference(twin._core, twin._drive, self.reference.ttl)
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
