"""The bodies of new callbacks: `callback_body`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.client.callback_rules import callback_faults, level_name
from cwql.client.errors import RequestBodyError
from cwql.client.request_body import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["callback_body"]


def callback_body(
    url: str, type: str, level: str, object_id: int, description: str, members: Mapping[str, object]
) -> dict[str, object]:
    """Return the body of a new callback.

    Raises:
        RequestBodyError: Manage would not call the URL, `type` is misspelled, or the type does not have the `level`.
    """
    faults = tuple([Fault(*fault) for fault in callback_faults(url, type, level, object_id)])
    if faults:
        raise RequestBodyError("POST /system/callbacks", faults)
    body: dict[str, object] = {
        "url": url,
        "type": type.lower(),
        "level": level_name(type, level),
        "objectId": object_id,
        **members,
    }
    if description:
        body["description"] = description
    return body
