"""The changes that a server makes itself when a ticket is created or changed: `TicketRules`.

A new ticket gets the defaults of Manage's setup tables if the caller names none: the first board, the default status, type and team of
the board, the default priority and source, the site and the address of the company. A status says whether its tickets are closed
(`BoardStatus.closedStatus`): moving a ticket there closes it, moving it away opens it again. A ticket that moves to another board gets
the default status of that board, unless the caller names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwql.sandbox.defaults import Fill
    from cwql.sandbox.store.store import Row, Store

__all__ = ["RECORDS", "TICKET_VALUES", "apply_status", "fill_ticket", "keep_kind", "leave_board"]

RECORDS = ("Ticket", "ProjectTicket")
"""The kinds of record that are tickets."""

PRODUCT = "manage"
_OF_BOARD = ("status", "type", "subType", "item", "team")

TICKET_VALUES: dict[str, Any] = {
    "severity": "Medium",
    "impact": "Medium",
    "allowAllClientsPortalView": False,
    "customerUpdatedFlag": False,
    "automaticEmailContactFlag": False,
    "automaticEmailResourceFlag": False,
    "automaticEmailCcFlag": False,
    "closedFlag": False,
    "approved": True,
    "estimatedExpenseCost": 0.0,
    "estimatedExpenseRevenue": 0.0,
    "estimatedProductCost": 0.0,
    "estimatedProductRevenue": 0.0,
    "estimatedTimeCost": 0.0,
    "estimatedTimeRevenue": 0.0,
    "billingMethod": "ActualRates",
    "subBillingMethod": "ActualRates",
    "resolveMinutes": 0,
    "resPlanMinutes": 0,
    "respondMinutes": 0,
    "isInSla": True,
    "hasChildTicket": False,
    "hasMergedChildTicketFlag": False,
    "billTime": "Billable",
    "billExpenses": "Billable",
    "billProducts": "Billable",
    "requestForChangeFlag": False,
    "slaStatus": "Respond by the end of the next business day",
    "escalationLevel": 0,
    "minutesBeforeWaiting": 0,
    "respondedSkippedMinutes": 0,
    "resplanSkippedMinutes": 0,
}
"""The plain members that every recorded ticket has, with the values of a new one."""


def leave_board(document: dict[str, Any], before: dict[str, Any]) -> None:
    """Remove what belongs to the previous board if a ticket has moved to another one."""
    if _reference_id(document, "board") != _reference_id(before, "board"):
        for name in _OF_BOARD:
            if document.get(name) == before.get(name):
                document.pop(name, None)


def keep_kind(document: dict[str, Any], before: dict[str, Any]) -> None:
    """Restore the kind of a stored ticket, which no request changes: the tickets of projects have separate operations."""
    if before.get("recordType") is not None:
        document["recordType"] = before["recordType"]


def fill_ticket(fill: Fill) -> None:
    """Set the members that a ticket has from the start."""
    document = fill.document
    fill.refer("board", "Board", fill.find_default("Board"))
    board = _reference_id(document, "board")
    parent = ("Board", board) if board is not None else None
    for name, record in (("status", "BoardStatus"), ("team", "BoardTeam")):
        fill.refer(name, record, fill.find_default(record, parent))
    fill.refer("priority", "Priority", fill.find_default("Priority"))
    fill.refer("source", "Source", fill.find_default("Source"))
    for name, record in (
        ("location", "Location"),
        ("department", "Department"),
        ("serviceLocation", "ServiceLocation"),
        ("sla", "SLA"),
        ("currency", "Currency"),
    ):
        fill.refer(name, record, fill.find_default(record))
    if fill.record == "Ticket":
        document["recordType"] = "ServiceTicket"
    fill.set("recordType", "ProjectTicket")
    for name, value in TICKET_VALUES.items():
        fill.set(name, value)
    for name in ("dateResplan", "dateResponded", "escalationStartDateUTC"):
        fill.set(name, fill.now)
    _fill_site(fill)
    contact = fill.read("contact", "Contact")
    if contact is not None:
        fill.set("contactName", document["contact"].get("name"))
        fill.set("contactPhoneNumber", contact.get("defaultPhoneNbr"))
    owner = document.get("owner")
    if isinstance(owner, dict):
        fill.set("resources", owner.get("identifier"))


def _fill_site(fill: Fill) -> None:
    """Set the site of a ticket to that of its contact or its company, and its address to that of the site."""
    document = fill.document
    for name, record in (("contact", "Contact"), ("company", "Company")):
        above = fill.read(name, record)
        if above is not None and document.get("site") is None and isinstance(above.get("site"), dict):
            document["site"] = above["site"]
    site = fill.read("site", "CompanySite")
    if site is None:
        return
    fill.set("siteName", site.get("name"))
    for name in ("addressLine1", "addressLine2", "city", "zip", "country"):
        fill.set(name, site.get(name))
    state = site.get("stateReference")
    fill.set("stateIdentifier", state.get("identifier") if isinstance(state, dict) else None)


def apply_status(store: Store, document: dict[str, Any], before: dict[str, Any] | None, now: str, member: str) -> None:
    """Close or open a ticket whose status has changed; `before` is the stored ticket, None for a new one."""
    status = _reference_id(document, "status")
    if before is not None and status == _reference_id(before, "status"):
        return
    row: Row | None = store.get(PRODUCT, "BoardStatus", status) if status is not None else None
    if row is None:
        return
    closed = bool(row.document.get("closedStatus"))
    if closed and not document.get("closedFlag"):
        document["closedDate"] = now
        document["closedBy"] = member
        document["dateResolved"] = now
    elif not closed:
        for name in ("closedDate", "closedBy", "dateResolved"):
            document.pop(name, None)
    document["closedFlag"] = closed


def _reference_id(document: dict[str, Any], name: str) -> int | None:
    """Return the id of a reference, or None if it has none that can be stored."""
    value = document.get(name)
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**63 else None
