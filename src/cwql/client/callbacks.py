"""Callbacks of Manage: create, list and delete them, and make the receiver that verifies them (`cwql.client.webhook`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.client.callback_rules import callback_faults, level_name
from cwql.client.request_body import Fault, RequestBodyError
from cwql.client.webhook import AsyncCallbackReceiver, CallbackReceiver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.client.webhook import ReplayStore

__all__ = ["AsyncCallbacks", "Callbacks"]


class _Callbacks:
    """Create, list and delete the callbacks of one server."""

    __slots__ = ("_company_id", "_resource")

    def __init__(self, resource: Any, company_id: str) -> None:
        self._resource = resource
        self._company_id = company_id

    def create(
        self,
        url: str,
        type: str,
        *,
        level: str = "owner",
        object_id: int = 0,
        description: str = "",
        **members: Any,
    ) -> Any:
        """Create a callback and return its record.

        `object_id` is the id of the record of that `level` whose changes are sent (a board's id with ``board``); with
        ``owner`` and 0 the changes of every record are. Manage appends the id of the record to the URL, which therefore
        ends with ``=`` or ``/``. Raises RequestBodyError for a URL that Manage would not call, for a misspelled `type`, and
        for a `level` that the type does not have.
        """
        faults = tuple([Fault(*fault) for fault in callback_faults(url, type, level, object_id)])
        if faults:
            raise RequestBodyError("POST /system/callbacks", faults)
        body = {"url": url, "type": type.lower(), "level": level_name(type, level), "objectId": object_id, **members}
        if description:
            body["description"] = description
        return self._resource.create(body)

    def list(self, where: Any = None, **options: Any) -> Any:
        """Return an iterator over the callbacks of one's own API member."""
        return self._resource.list(where, **options)

    def delete(self, id: int) -> Any:
        """Delete a callback by its id."""
        return self._resource.delete(id)

    @property
    def _site(self) -> str:
        return str(self._resource._core.line.origin)


class Callbacks(_Callbacks):
    """Create, list and delete the callbacks of one server."""

    __slots__ = ()

    def receiver(
        self,
        *,
        key_hosts: Iterable[str] = (),
        replay_window: float | None = None,
        replay_store: ReplayStore | None = None,
    ) -> CallbackReceiver:
        """Return a receiver for the callbacks of this client's company and server; see `CallbackReceiver`."""
        return CallbackReceiver(
            company_id=self._company_id,
            site=self._site,
            key_hosts=key_hosts,
            replay_window=replay_window,
            replay_store=replay_store,
        )


class AsyncCallbacks(_Callbacks):
    """Create, list and delete the callbacks of one server; the results must be awaited."""

    __slots__ = ()

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
            site=self._site,
            key_hosts=key_hosts,
            replay_window=replay_window,
            replay_store=replay_store,
        )
