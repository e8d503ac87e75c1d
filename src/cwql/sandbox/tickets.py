"""The changes that a server makes itself when a ticket is created or changed: `apply_ticket_rules`.

A new ticket gets the defaults of Manage's setup tables if the caller names none: the first board, the default status of the board,
the default priority. A status says whether its tickets are closed (`BoardStatus.closedStatus`): moving a ticket there closes it,
moving it away opens it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwql.sandbox.store.store import Store

__all__ = ["RECORDS", "apply_ticket_rules"]

RECORDS = ("Ticket", "ProjectTicket")
"""The kinds of record that are tickets."""

PRODUCT = "manage"


def apply_ticket_rules(
    store: Store, document: dict[str, Any], before: dict[str, Any] | None, now: str, member: str
) -> None:
    """Set the members of a ticket that follow from others; `before` is the stored ticket, None for a new one."""
    if before is None:
        _set_defaults(store, document)
    status = _reference_id(document, "status")
    if before is not None and status == _reference_id(before, "status"):
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


def _set_defaults(store: Store, document: dict[str, Any]) -> None:
    if document.get("board") is None:
        for board in store.find(PRODUCT, "Board", limit=1):
            document["board"] = {"id": board.key}
    if document.get("status") is None:
        board_id = _reference_id(document, "board")
        statuses = [row.document for row in store.find(PRODUCT, "BoardStatus")]
        default = [each for each in statuses if each.get("defaultFlag") and _reference_id(each, "board") == board_id]
        if default:
            document["status"] = {"id": default[0]["id"]}
    if document.get("priority") is None:
        priorities = [row.document for row in store.find(PRODUCT, "Priority")]
        default = [each for each in priorities if each.get("defaultFlag")]
        if default:
            document["priority"] = {"id": default[0]["id"]}
    document.setdefault("closedFlag", False)


def _reference_id(document: dict[str, Any], name: str) -> int | None:
    """Return the id of a reference, or None if it has none that can be stored."""
    value = document.get(name)
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**63 else None
