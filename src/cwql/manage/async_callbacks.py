"""The callbacks of a Manage server. `sync_callbacks` is generated from this module: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.client.webhook import AsyncCallbackReceiver
from cwql.manage.callbacks import callback_body

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from cwql.client.async_client import AsyncRecordIterator
    from cwql.client.call_options import CallOptions, ManageListOptions
    from cwql.client.webhook import ReplayStore
    from cwql.language.nodes import Condition
    from cwql_api.manage.models import CallbackEntry

__all__ = ["AsyncCallbacks"]


class AsyncCallbacks:
    """Create, list and delete the callbacks of one server, and make receivers for them."""

    __slots__ = ("_company_id", "_resource")

    def __init__(self, resource: Any, company_id: str) -> None:
        self._resource = resource
        self._company_id = company_id

    async def create(
        self,
        url: str,
        type: str,
        *,
        level: str = "owner",
        object_id: int = 0,
        description: str = "",
        members: dict[str, object] | None = None,
        **options: Unpack[CallOptions],
    ) -> CallbackEntry:
        """Create a callback and return its record.

        Args:
            url: The https URL that Manage calls. It ends with ``=`` or ``/``, because Manage appends the id of the record.
            type: The kind of record whose changes are sent, such as ``ticket``.
            level: The level of `object_id`.
            object_id: The id of the record of that `level` whose changes are sent (a board's id with ``board``); with
                ``owner`` and 0 the changes of every record are.
            description: A text for people.
            members: Further members of the record.
            options: The options of every call.

        Raises:
            RequestBodyError: Manage would not call the URL, `type` is misspelled, or the type does not have the `level`.
        """
        body = callback_body(url, type, level, object_id, description, members or {})
        entry: CallbackEntry = await self._resource.create(body, **options)
        return entry

    def list(
        self, where: Condition[CallbackEntry] | str | None = None, **options: Unpack[ManageListOptions[CallbackEntry]]
    ) -> AsyncRecordIterator[CallbackEntry]:
        """Return an iterator over the callbacks of one's own API member."""
        found: AsyncRecordIterator[CallbackEntry] = self._resource.list(where, **options)
        return found

    async def delete(self, id: int, /, **options: Unpack[CallOptions]) -> None:
        """Delete a callback by its id."""
        await self._resource.delete(id, **options)

    def receiver(
        self,
        *,
        key_hosts: Iterable[str] = (),
        replay_window: float | None = None,
        replay_store: ReplayStore | None = None,
    ) -> AsyncCallbackReceiver:
        """Return a receiver for the callbacks of this client's company and server; see `AsyncCallbackReceiver`."""
        return AsyncCallbackReceiver(
            company_id=self._company_id,
            site=str(self._resource._core.line.origin),
            key_hosts=key_hosts,
            replay_window=replay_window,
            replay_store=replay_store,
        )
