"""Open lists: a cursor is a random name for the rest of a list, so it contains nothing that a caller could change."""

from __future__ import annotations

from asyncio import Lock
from collections import OrderedDict
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from cwql.mcp.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from cwql.mcp.rows import Row

OPEN = 32
"""How many cursors are remembered; the oldest are closed."""


class OpenList:
    """A list that is being read: its path and its query, and the rows of it that were read too far (`buffer`)."""

    def __init__(
        self,
        path: str,
        query: tuple[object, ...],
        rows: AsyncGenerator[list[Row], None],
        about: dict[str, object],
    ) -> None:
        self.path = path
        self.query = query
        self.about = about
        self.buffer: list[Row] = []
        self._pages = rows
        self._ended = False

    async def fill(self, number: int) -> None:
        """Read pages until the buffer has `number` rows, or the list ends."""
        while len(self.buffer) < number and not self._ended:
            try:
                page = await anext(self._pages, None)
            except BaseException:
                self._ended = True
                raise
            if page is None:
                self._ended = True
            else:
                self.buffer += page

    def take(self, number: int) -> list[Row]:
        """Return the first rows of the buffer, and remove them from it."""
        taken = self.buffer[:number]
        del self.buffer[:number]
        return taken

    async def close(self) -> None:
        """Request no more pages."""
        self._ended = True
        await self._pages.aclose()


class Place:
    """A place in a list. Its result is kept, so that a call that is repeated returns the same rows."""

    def __init__(self, rest: OpenList) -> None:
        self.rest = rest
        self.lock = Lock()
        self.result: dict[str, object] | None = None


class Cursors:
    """The places of a session by their cursors."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, Place] = OrderedDict()

    def add(self, rest: OpenList) -> str:
        """Return a cursor for the rest of a list."""
        cursor = token_urlsafe(12)
        self._places[cursor] = Place(rest)
        while len(self._places) > OPEN:
            self._places.popitem(last=False)
        return cursor

    def find(self, cursor: str, path: str, query: tuple[object, ...]) -> Place:
        """Return the place of a cursor. Raises Refusal if there is none, or if it belongs to another path or query.

        An empty query is not compared.
        """
        place = self._places.get(cursor)
        if place is None:
            raise Refusal(
                "cursor", "unknown or expired cursor", argument="cursor", hint="repeat the query without a cursor"
            )
        if place.rest.path != path or (query and place.rest.query != query):
            raise Refusal(
                "cursor",
                "the cursor belongs to another query",
                argument="cursor",
                hint="repeat the arguments of the first call, or only its endpoint",
            )
        self._places.move_to_end(cursor)
        return place

    async def close(self) -> None:
        """Close all lists."""
        places, self._places = list(self._places.values()), OrderedDict()
        for place in places:
            await place.rest.close()
