"""The changes that actions make to records, if their bodies and the members of the records define them: `SIDE_EFFECTS`.

Merging and bundling tickets, converting between service and project tickets, copying, submitting, approving and rejecting sheets,
deactivating a member. Nothing describes what else an action does on a real server (moving notes, mail, invoices), so the sandbox
does not invent it; the bodies of actions that are not listed are validated, and nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cwql.sandbox.messages import BodyProblem, HTTPProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row

__all__ = ["SIDE_EFFECTS", "Change", "RecordEditor", "find_side_effect"]

CREATED, UPDATED, DELETED = "added", "updated", "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a record."""

    record: str
    row: Row
    action: str


class RecordEditor(Protocol):
    """Read and write records as requests do: with timestamps, names of references, and the consequences of a status."""

    def read(self, route: Route, record: str, value: str) -> Row:
        """Return a record. Raises HTTPProblem (404)."""
        ...

    def update(self, route: Route, record: str, row: Row, members: dict[str, Any]) -> Change:
        """Replace some members of a record."""
        ...

    def create(self, route: Route, record: str, document: dict[str, Any], key: int | None = None) -> Change:
        """Create a record with the parent of the one of the path, with that key if it is free."""
        ...

    def delete(self, route: Route, record: str, row: Row) -> Change:
        """Delete a record."""
        ...


if TYPE_CHECKING:
    SideEffect: TypeAlias = Callable[[RecordEditor, Route, dict[str, Any]], list[Change]]


def find_side_effect(route: Route) -> SideEffect | None:
    """Return the side effect of an action, or None if it has none."""
    found = SIDE_EFFECTS.get(f"{route.product.name} {route.endpoint.key}")
    if found is None and route.operation.method == "POST" and route.last_segment == "copy":
        return _copy
    return found


def _target(editor: RecordEditor, route: Route, record: str) -> Row:
    return editor.read(route, record, route.params[-1].value)


def _read_tickets(editor: RecordEditor, route: Route, ids: Any, target: Row, member: str) -> list[Row]:
    """Return the tickets that a member of the body names; the ticket of the path may not be one of them."""
    rows = []
    for id in ids or ():
        try:
            if id == target.key:
                raise HTTPProblem(400, "InvalidArgument", f"Ticket {id} cannot be put below itself")
            rows.append(editor.read(route, "Ticket", str(id)))
        except HTTPProblem as problem:
            problems = (BodyProblem("InvalidArgument", problem.message, member),)
            raise HTTPProblem(400, "InvalidArgument", problem.message, problems=problems, resource="ticket") from None
    return rows


def _merge(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
    """Close the tickets of the body with its status, and set the ticket of the path as their parent."""
    target = _target(editor, route, "Ticket")
    reference = {"id": target.key, "summary": target.document.get("summary")}
    tickets = _read_tickets(editor, route, body["mergeTicketIds"], target, "mergeTicketIds")
    members = {"mergedParentTicket": reference, "status": _name_status(editor, route, body["status"])}
    merged = [editor.update(route, "Ticket", row, members) for row in tickets]
    if not merged:
        return []
    return [*merged, editor.update(route, "Ticket", target, {"hasMergedChildTicketFlag": True})]


def _name_status(editor: RecordEditor, route: Route, status: dict[str, Any]) -> dict[str, Any]:
    """Return a reference by name, because each board has its own statuses."""
    if not isinstance(status.get("id"), int):
        return status
    return {"name": editor.read(route, "BoardStatus", str(status["id"])).document.get("name")}


def _attach_children(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
    target = _target(editor, route, "Ticket")
    tickets = _read_tickets(editor, route, body.get("childTicketIds"), target, "childTicketIds")
    attached = [editor.update(route, "Ticket", row, {"parentTicketId": target.key}) for row in tickets]
    return [*attached, editor.update(route, "Ticket", target, {"hasChildTicket": True})] if attached else []


def _convert(source: str) -> SideEffect:
    """Return the side effect of converting a ticket to the other kind; both kinds share their numbers."""

    def convert(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
        row = _target(editor, route, source)
        kind = body.get("recordType") or "ProjectTicket"
        target = "Ticket" if kind == "ServiceTicket" else "ProjectTicket"
        project = {name: body[name] for name in ("project", "phase", "wbsCode") if body.get(name) is not None}
        members = {"recordType": kind, **project}
        if target == source:
            return [editor.update(route, source, row, members)]
        document = row.document
        if target == "Ticket":
            for name in ("project", "phase", "wbsCode"):
                document.pop(name, None)
        deleted = editor.delete(route, source, row)
        return [deleted, editor.create(route, target, document | members, row.key)]

    return convert


def _copy(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
    """Copy the record that the path or the body names, with another name if the body has one."""
    described, reply = route.operation.body, route.operation.reply
    if reply is None or reply.record is None or (described is not None and described.record == reply.record):
        # A body of the same kind does not say which record is copied.
        return []
    above = route.catalog.find_endpoint("/" + route.endpoint.key.removesuffix("/copy"))
    by_path = route.endpoint.key.endswith("{}/copy")
    if by_path and (above is None or above.record != reply.record):
        return []
    value = route.params[-1].value if by_path else str(body.get("id", ""))
    document = editor.read(route, reply.record, value).document
    for name in ("id", "Id", "_info"):
        document.pop(name, None)
    if body.get("name"):
        document["name"] = body["name"]
    return [editor.create(route, reply.record, document)]


def _set(record: str, **members: Any) -> SideEffect:
    """Return the side effect of setting members of the record of the path."""

    def update(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
        return [editor.update(route, record, _target(editor, route, record), members)]

    return update


def _approve(record: str) -> SideEffect:
    def approve(editor: RecordEditor, route: Route, body: dict[str, Any]) -> list[Change]:
        status = "ApprovedByTierTwo" if body.get("approvalType") == "Tier2Update" else "ApprovedByTierOne"
        return [editor.update(route, record, _target(editor, route, record), {"status": status})]

    return approve


SIDE_EFFECTS: dict[str, SideEffect] = {
    "manage service/tickets/{}/merge": _merge,
    "manage service/tickets/{}/attachchildren": _attach_children,
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
"""Every action that changes records, by product and path; a path that ends in ``copy`` copies."""
