"""What actions do to records where their bodies and the members of the records say it plainly: `EFFECTS`.

Merging tickets, bundling them, converting between service and project tickets, copying, submitting, approving and rejecting sheets,
deactivating a member. What else an action does on a real server (notes that move along, mail, invoices) nothing describes, and the
sandbox does not make up; actions that are not listed here have their body checked and change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cwql.sandbox.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row

__all__ = ["EFFECTS", "Change", "Records", "find_effect"]

CREATED, UPDATED, DELETED = "added", "updated", "deleted"


class Change(NamedTuple):
    """Say what happened to a record."""

    record: str
    row: Row
    action: str


class Records(Protocol):
    """Read and write records as requests do: with stamps, names of references, and what follows from a status."""

    def read(self, route: Route, record: str, value: str) -> Row:
        """Return a record. Raises Refusal (404)."""
        ...

    def change(self, route: Route, record: str, row: Row, members: dict[str, Any]) -> Change:
        """Give a record other values for some members."""
        ...

    def create(self, route: Route, record: str, document: dict[str, Any], key: int | None = None) -> Change:
        """Create a record beside the one of the path, with that key if it is free."""
        ...

    def delete(self, route: Route, record: str, row: Row) -> Change:
        """Delete a record."""
        ...


if TYPE_CHECKING:
    Effect: TypeAlias = Callable[[Records, Route, dict[str, Any]], list[Change]]


def find_effect(route: Route) -> Effect | None:
    """Return what an action does, None for nothing that is known."""
    found = EFFECTS.get(f"{route.server.product} {route.endpoint.key}")
    if found is None and route.operation.method == "POST" and route.last == "copy":
        return _copy
    return found


def _own(records: Records, route: Route, record: str) -> Row:
    return records.read(route, record, route.steps[-1].value)


def _named(records: Records, route: Route, ids: Any, own: Row, member: str) -> list[Row]:
    """Return the tickets that a body names, none of which may be the one that it is about."""
    rows = []
    for id in ids or ():
        try:
            if id == own.key:
                raise Refusal(400, "InvalidArgument", f"Ticket {id} cannot be put below itself")
            rows.append(records.read(route, "Ticket", str(id)))
        except Refusal as refusal:
            fault = ("InvalidArgument", refusal.message, member)
            raise Refusal(400, "InvalidArgument", refusal.message, errors=(fault,)) from None
    return rows


def _merge(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
    """Close the named tickets with the named status, and let them point at the ticket that they go into."""
    own = _own(records, route, "Ticket")
    target = {"id": own.key, "summary": own.document.get("summary")}
    named = _named(records, route, body["mergeTicketIds"], own, "mergeTicketIds")
    members = {"mergedParentTicket": target, "status": body["status"]}
    merged = [records.change(route, "Ticket", row, members) for row in named]
    if not merged:
        return []
    return [*merged, records.change(route, "Ticket", own, {"hasMergedChildTicketFlag": True})]


def _attach(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
    own = _own(records, route, "Ticket")
    named = _named(records, route, body.get("childTicketIds"), own, "childTicketIds")
    attached = [records.change(route, "Ticket", row, {"parentTicketId": own.key}) for row in named]
    return [*attached, records.change(route, "Ticket", own, {"hasChildTicket": True})] if attached else []


def _convert(source: str) -> Effect:
    """Return the effect of moving a ticket to the other kind; tickets of both kinds are numbered in one row."""

    def effect(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
        row = _own(records, route, source)
        kind = body.get("recordType") or "ProjectTicket"
        target = "Ticket" if kind == "ServiceTicket" else "ProjectTicket"
        given = {name: body[name] for name in ("project", "phase", "wbsCode") if body.get(name) is not None}
        members = {"recordType": kind, **given}
        if target == source:
            return [records.change(route, source, row, members)]
        document = row.document
        if target == "Ticket":
            for name in ("project", "phase", "wbsCode"):
                document.pop(name, None)
        gone = records.delete(route, source, row)
        return [gone, records.create(route, target, document | members, row.key)]

    return effect


def _copy(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
    """Create a record like the one that the path or the body names, under another name where the body has one."""
    asked, reply = route.operation.body, route.operation.reply
    if reply is None or reply.record is None or (asked is not None and asked.record == reply.record):
        # A body of the same kind does not say which record it copies.
        return []
    above = route.catalog.find_endpoint("/" + route.endpoint.key.removesuffix("/copy"))
    by_path = route.endpoint.key.endswith("{}/copy")
    if by_path and (above is None or above.record != reply.record):
        return []
    value = route.steps[-1].value if by_path else str(body.get("id", ""))
    document = records.read(route, reply.record, value).document
    for name in ("id", "Id", "_info"):
        document.pop(name, None)
    if body.get("name"):
        document["name"] = body["name"]
    return [records.create(route, reply.record, document)]


def _set(record: str, **members: Any) -> Effect:
    """Return the effect of giving the record of the path some members."""

    def effect(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
        return [records.change(route, record, _own(records, route, record), members)]

    return effect


def _approve(record: str) -> Effect:
    def effect(records: Records, route: Route, body: dict[str, Any]) -> list[Change]:
        status = "ApprovedByTierTwo" if body.get("approvalType") == "Tier2Update" else "ApprovedByTierOne"
        return [records.change(route, record, _own(records, route, record), {"status": status})]

    return effect


EFFECTS: dict[str, Effect] = {
    "manage service/tickets/{}/merge": _merge,
    "manage service/tickets/{}/attachchildren": _attach,
    "manage service/tickets/{}/convert": _convert("Ticket"),
    "manage project/tickets/{}/convert": _convert("ProjectTicket"),
    "manage system/members/{}/deactivate": _set("Member", inactiveFlag=True),
    "manage time/sheets/{}/submit": _set("TimeSheet", status="PendingApproval"),
    "manage time/sheets/{}/approve": _approve("TimeSheet"),
    "manage time/sheets/{}/reject": _set("TimeSheet", status="Rejected"),
    "manage expense/reports/{}/submit": _set("ExpenseReport", status="PendingApproval"),
    "manage expense/reports/{}/approve": _approve("ExpenseReport"),
    "manage expense/reports/{}/reject": _set("ExpenseReport", status="Rejected"),
    "manage time/entries/{}/reject": _set("TimeEntry", status="Rejected"),
}
"""Every action that changes records, by product and path; any path that ends in ``copy`` copies."""
