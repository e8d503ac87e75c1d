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

    from cwql.client.async_client import AsyncResource
    from cwql.client.pagination import Page
    from cwql.client.sync_client import Resource
    from cwql.schema.endpoint import Endpoint

    ReadPage: TypeAlias = Callable[[bytes], tuple[list[Any], list[Any]]]

__all__ = ["AsyncScanSource", "ScanSource"]


@dataclass(frozen=True)
class _Source:
    """A list, its condition, and the options of `list`."""

    resource: Any
    where: object
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

    def selected(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]] | None:
        """Return the field paths that are requested and those of them that were selected; None for the whole record.

        Raises the immediate errors of `list`.
        """
        listing = self.resource._listing(self.where, self.options)
        text = listing.asked.find(NAMES[self.product].fields)
        if text is None or not isinstance(text.tree, FieldList):
            return None
        paths = text.tree.paths
        return [path.segments for path in paths], [path.segments for path in paths if path not in listing.added]

    def with_parts(self, **parts: Any) -> Any:
        """Return the same list with another condition, or with other options."""
        return replace(self, where=parts.pop("where", self.where), options={**self.options, **parts})

    def _counted(self) -> dict[str, Any]:
        keywords = self.resource._core.keywords("count")
        return {name: value for name, value in self.options.items() if name in keywords}


class ScanSource(_Source):
    """A list of the synchronous client."""

    resource: Resource

    def pages(self, read: ReadPage) -> Iterator[Page[Any]]:
        """Yield the pages; `read` returns the records of a body, each with its id as an attribute, and its odd values."""
        return self.resource._pages(self.resource._listing(self.where, self.options, read), self.where)

    def count(self) -> int:
        """Return how many records there are."""
        return self.resource.count(self.where, **self._counted())


class AsyncScanSource(_Source):
    """A list of the asynchronous client."""

    resource: AsyncResource

    def pages(self, read: ReadPage) -> AsyncIterator[Page[Any]]:
        """Yield the pages; `read` returns the records of a body, each with its id as an attribute, and its odd values."""
        return self.resource._pages(self.resource._listing(self.where, self.options, read), self.where)

    async def count(self) -> int:
        """Return how many records there are."""
        return await self.resource.count(self.where, **self._counted())
