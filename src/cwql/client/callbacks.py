"""Callbacks of Manage: create, list and delete them, and make the receiver that verifies them (`cwql.client.webhook`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.client.errors import UntrustedURLError
from cwql.client.origin import Origin
from cwql.client.request_body import Fault, RequestBodyError
from cwql.client.webhook import AsyncCallbackReceiver, CallbackReceiver
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.client.webhook import ReplayStore

__all__ = ["LEVELS", "TYPES", "AsyncCallbacks", "Callbacks"]

TYPES = [
    "activity",
    "agreement",
    "company",
    "configuration",
    "contact",
    "expense",
    "invoice",
    "member",
    "opportunity",
    "product",
    "project",
    "purchaseorder",
    "schedule",
    "site",
    "ticket",
    "time",
]
"""Records whose changes are sent. Used to detect typing mistakes only, because a server may have more."""

LEVELS = [
    "agreement",
    "board",
    "catalog",
    "company",
    "configuration",
    "contact",
    "invoice",
    "member",
    "opportunity",
    "owner",
    "product",
    "project",
    "purchaseorder",
    "schedule",
    "site",
    "status",
    "territory",
    "ticket",
    "time",
    "type",
]
"""Levels of `object_id`. Used to detect typing mistakes only, because a server may have more."""


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
        ``owner`` and 0 the changes of every record are. Raises RequestBodyError for a URL that Manage would not call,
        or a misspelled `type` or `level`.
        """
        faults = [*_check_url(url), *_check_name("type", type, TYPES), *_check_name("level", level, LEVELS)]
        if faults:
            raise RequestBodyError("POST /system/callbacks", tuple(faults))
        body = {"url": url, "type": type.lower(), "level": level.lower(), "objectId": object_id, **members}
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


def _check_url(url: str) -> list[Fault]:
    try:
        Origin.of(url.partition("#")[0])
    except UntrustedURLError as error:
        unencrypted = url.strip().lower().startswith("http://")
        got = "an http URL, over which customers' records would come unencrypted" if unencrypted else str(error)
        return [Fault("url", got, "an https URL that the server can reach")]
    return []


def _check_name(member: str, name: str, known: list[str]) -> list[Fault]:
    if name.lower() in known:
        return []
    close = suggest(name, known)
    # A name that resembles none of these is left to the server.
    return [Fault(member, repr(name), f"{close[0]!r} or another of {', '.join(known)}")] if close else []
