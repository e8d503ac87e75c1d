"""What a server does by itself with a ticket that is created or changed: `settle`.

A new ticket gets the defaults of Manage's setup tables where the caller names none: the first board, the default status of the
board, the default priority. A status says whether its tickets are closed (`BoardStatus.closedStatus`): moving a ticket there
closes it, moving it away opens it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwql.sandbox.store.store import Store

__all__ = ["RECORDS", "settle"]

RECORDS = ("Ticket", "ProjectTicket")
"""The kinds of record that are tickets."""

PRODUCT = "manage"


def settle(store: Store, document: dict[str, Any], before: dict[str, Any] | None, now: str, member: str) -> None:
    """Fill in what follows from a ticket's new members; `before` is the ticket as it was, None for a new one."""
    if before is None:
        _fill(store, document)
    status = _id(document, "status")
    if before is not None and status == _id(before, "status"):
        return
    row = store.get(PRODUCT, "BoardStatus", status) if status is not None else None
    if row is None:
        return
    closed = bool(row.document.get("closedStatus"))
    if closed and not document.get("closedFlag"):
        document["closedDate"] = now
        document["closedBy"] = member
    elif not closed:
        document.pop("closedDate", None)
        document.pop("closedBy", None)
    document["closedFlag"] = closed


def _fill(store: Store, document: dict[str, Any]) -> None:
    if document.get("board") is None:
        for board in store.find(PRODUCT, "Board", limit=1):
            document["board"] = {"id": board.key}
    if document.get("status") is None:
        statuses = [row.document for row in store.find(PRODUCT, "BoardStatus")]
        default = [it for it in statuses if it.get("defaultFlag") and _id(it, "board") == _id(document, "board")]
        if default:
            document["status"] = {"id": default[0]["id"]}
    if document.get("priority") is None:
        priorities = [row.document for row in store.find(PRODUCT, "Priority")]
        default = [it for it in priorities if it.get("defaultFlag")]
        if default:
            document["priority"] = {"id": default[0]["id"]}
    document.setdefault("closedFlag", False)


def _id(document: dict[str, Any], name: str) -> int | None:
    """Return the id that a reference holds, None where it holds none that can be one."""
    value = document.get(name)
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**63 else None
