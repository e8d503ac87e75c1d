"""The pages of one list for a reader of another layer: `ScanSource` and `AsyncScanSource`, which `to_scan` passes to `cwql.tables`.

They use the same requests, pagination, limits and retries as `list`, but the caller turns the bytes of a page into records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from cwql.client.list_query import NAMES
from cwql.language.nodes import FieldList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from cwql.client.pagination import Page
    from cwql.client.resource import AsyncResource, Resource
    from cwql.schema.endpoint import Endpoint

    ReadPage: TypeAlias = Callable[[bytes], tuple[list[Any], list[Any]]]

__all__ = ["AsyncScanSource", "ScanSource"]


@dataclass(frozen=True)
class _Source:
    """A list and its query. `given` has the parts of the query by name, `options` those of the call."""

    resource: Any
    given: dict[str, Any]
    page_size: int | None
    options: dict[str, Any]

    @property
    def product(self) -> str:
        """Return the product that the list belongs to."""
        return str(self.resource._core.line.product)

    @property
    def endpoint(self) -> Endpoint:
        """Return the endpoint of the list."""
        endpoint: Endpoint = self.resource._target()[0]
        return endpoint

    @property
    def path(self) -> str:
        """Return the path with its ids, for messages."""
        return str(self.resource._target()[1])

    def selected(self) -> tuple[tuple[str, ...], ...] | None:
        """Return the requested field paths, or None if the whole record is requested. Raises the immediate errors of `list`."""
        listing = self.resource._listing(self.given, self.page_size, self.options)
        text = listing.asked.find(NAMES[self.product].fields)
        if text is None or not isinstance(text.tree, FieldList):
            return None
        return tuple([path.segments for path in text.tree.paths])

    def with_parts(self, **parts: Any) -> Any:
        """Return the same list with other parts of the query, and other options."""
        given = {name: parts.pop(name) if name in parts else value for name, value in self.given.items()}
        size = parts.pop("page_size", self.page_size)
        return replace(self, given=given, page_size=size, options={**self.options, **parts})


class ScanSource(_Source):
    """A list of the synchronous client."""

    resource: Resource

    def pages(self, read: ReadPage) -> Iterator[Page[Any]]:
        """Yield the pages; `read` returns the records of a body, each with its id as an attribute, and its odd values."""
        listing = self.resource._listing(self.given, self.page_size, self.options, read)
        return self.resource._pages(listing, self.given)

    def count(self) -> int:
        """Return how many records there are."""
        options = {name: value for name, value in self.options.items() if name not in ("limit", "progress")}
        given = {name: self.given[name] for name in ("where", "child", "custom")}
        return self.resource.count(**given, **options)


class AsyncScanSource(_Source):
    """A list of the asynchronous client."""

    resource: AsyncResource

    def pages(self, read: ReadPage) -> AsyncIterator[Page[Any]]:
        """Yield the pages; `read` returns the records of a body, each with its id as an attribute, and its odd values."""
        listing = self.resource._listing(self.given, self.page_size, self.options, read)
        return self.resource._pages(listing, self.given)

    async def count(self) -> int:
        """Return how many records there are."""
        options = {name: value for name, value in self.options.items() if name not in ("limit", "progress")}
        given = {name: self.given[name] for name in ("where", "child", "custom")}
        return await self.resource.count(**given, **options)
