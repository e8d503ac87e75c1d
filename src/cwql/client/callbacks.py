"""Callbacks of Manage: register, list and delete them, and make what reads them (`cwql.client.webhook`)."""

from __future__ import annotations

from typing import Any

from cwql.client.errors import UntrustedLinkError
from cwql.client.origin import Origin
from cwql.client.webhook import CallbackReceiver
from cwql.client.writing import BodyError, Fault
from cwql.schema.near import near

__all__ = ["LEVELS", "TYPES", "Callbacks"]

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
"""Records whose changes can be told of. Used to notice slips only: a server may know more."""

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
"""What `object_id` may be the id of. Used to notice slips only: a server may know more."""


class Callbacks:
    """Register, list and delete the callbacks of one server. On an asynchronous client every answer is to be awaited.

    Made from the resource at ``/system/callbacks``: ``Callbacks(psa.system.callbacks)``.
    """

    __slots__ = ("_resource",)

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def register(
        self,
        url: str,
        type: str,
        *,
        level: str = "owner",
        object_id: int = 0,
        description: str = "",
        **members: Any,
    ) -> Any:
        """Register a callback and return its record.

        `object_id` is the id of the `level`'s record that changes are told of (a board's id with ``board``); with ``owner`` and 0 of
        every record. Raises BodyError
        for a URL that Manage would not call, or a slip in `type` or `level`.
        """
        faults = [*_check_url(url), *_check_name("type", type, TYPES), *_check_name("level", level, LEVELS)]
        if faults:
            raise BodyError("POST /system/callbacks", tuple(faults))
        body = {"url": url, "type": type.lower(), "level": level.lower(), "objectId": object_id, **members}
        if description:
            body["description"] = description
        return self._resource.create(body)

    def receiver(self, *sites: str) -> CallbackReceiver:
        """Return what verifies and reads the callbacks of this client's server, and of further `sites`."""
        return CallbackReceiver(str(self._resource._core.line.origin), sites=sites)

    def list(self, where: Any = None, **options: Any) -> Any:
        """Return an iterator over the callbacks of one's own API member."""
        return self._resource.list(where, **options)

    def delete(self, id: int) -> Any:
        """Delete a callback by its id."""
        return self._resource.delete(id)


def _check_url(url: str) -> list[Fault]:
    try:
        Origin.of(url.partition("#")[0])
    except UntrustedLinkError as error:
        unencrypted = url.strip().lower().startswith("http://")
        got = "an http URL, over which customers' records would come unencrypted" if unencrypted else str(error)
        return [Fault("url", got, "an https URL that the server can reach")]
    return []


def _check_name(member: str, name: str, known: list[str]) -> list[Fault]:
    if name.lower() in known:
        return []
    close = near(name, known)
    # A name that is near to none of ours is the server's to judge.
    return [Fault(member, repr(name), f"{close[0]!r} or another of {', '.join(known)}")] if close else []
