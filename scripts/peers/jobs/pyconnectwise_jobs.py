"""Everyday jobs of pyconnectwise against a sandbox; prints a line of JSON for each."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyconnectwise import ConnectWiseManageAPIClient
from pyconnectwise.exceptions import MalformedRequestException, NotFoundException, ObjectExistsError

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = os.environ["SANDBOX_HOST"]

psa = ConnectWiseManageAPIClient("sandbox", HOST, "client-id", "sandbox-public", "sandbox-private")


def report(name: str, work: Callable[[], Any]) -> None:
    """Run a job and print whether it succeeded."""
    try:
        answer = work()
        ok, error = answer is not False, "" if answer is not False else "the result is not as expected"
    except Exception as problem:  # the report of any failure
        ok, error = False, f"{type(problem).__name__}: {str(problem)[:300]}"
    print(json.dumps({"job": name, "ok": ok, "error": error}))


LISTS = {
    "service.tickets": "tickets", "service.boards": "boards", "service.priorities": "priorities", "service.sources": "sources",
    "service.teams": "teams", "service.locations": "locations",
    "company.companies": "companies", "company.contacts": "contacts", "company.configurations": "configurations",
    "company.communication_types": "types", "company.countries": "countries", "company.states": "states",
    "finance.agreements": "agreements", "finance.invoices": "invoices", "finance.currencies": "currencies",
    "project.projects": "projects", "project.statuses": "statuses", "project.tickets": "tickets",
    "sales.opportunities": "opportunities", "sales.activities": "activities", "sales.orders": "orders",
    "schedule.entries": "entries", "schedule.types": "types",
    "system.members": "members", "system.locations": "locations", "system.departments": "departments", "system.callbacks": "callbacks",
    "time.entries": "entries", "time.work_roles": "roles", "time.work_types": "types",
    "procurement.catalog": "items", "procurement.manufacturers": "manufacturers", "procurement.products": "products",
    "expense.entries": "expenses", "marketing.campaigns": "campaigns",
}  # fmt: skip


def endpoint(path: str) -> Any:
    """Return the endpoint at a dotted path."""
    found: Any = psa
    for name in path.split("."):
        found = getattr(found, name)
    return found


def read_list(path: str) -> bool:
    """Read a list, then its first record by id."""
    rows = endpoint(path).get()
    return bool(rows) and endpoint(path).id(rows[0].id).get().id == rows[0].id


def walk(path: str) -> bool:
    """Read all pages of a list."""
    return len(list(endpoint(path).paginated(1, 3).all())) == endpoint(path).count.get().count


def jobs() -> None:
    """Run every job."""
    for path in LISTS:
        report(f"read {path}", lambda path=path: read_list(path))
    for path in (
        "service.tickets",
        "company.companies",
        "company.contacts",
        "time.entries",
        "system.members",
        "service.boards",
        "finance.agreements",
    ):
        report(f"all pages of {path}", lambda path=path: walk(path))
    conditions = {"conditions": "closedFlag = false and board/name = 'Help Desk'", "orderBy": "id desc", "pageSize": 5}
    report("filter tickets", lambda: all(not t.closed_flag for t in psa.service.tickets.get(params=conditions)))
    report(
        "child conditions",
        lambda: bool(psa.company.contacts.get(params={"childConditions": "communicationItems/value like '%@%'"})),
    )
    body = {
        "summary": "peer",
        "company": {"identifier": "AcmeIndustries"},
        "board": {"name": "Help Desk"},
        "status": {"name": "New"},
    }
    made = psa.service.tickets.post(data=body)
    ticket = psa.service.tickets.id(made.id)
    report("created ticket has a company", lambda: made.company.id == 1 and made.status.id == 11)
    report(
        "ticket is found",
        lambda: psa.service.tickets.get(params={"conditions": f"id = {made.id} and company/id = 1"})[0].id == made.id,
    )
    patch = [{"op": "replace", "path": "summary", "value": "changed"}]
    report("patch a summary", lambda: ticket.patch(patch).summary == "changed")
    close = [{"op": "replace", "path": "status/name", "value": ">Closed"}]
    report("close by name", lambda: ticket.patch(close).closed_flag is True)
    report(
        "add a note", lambda: ticket.notes.post(data={"text": "n", "detailDescriptionFlag": True}).ticket_id == made.id
    )
    report("list notes", lambda: len(ticket.notes.get()) == 1)
    report("list all notes", lambda: len(ticket.all_notes.get()) == 1)
    report("attach a configuration", lambda: ticket.configurations.post(data={"id": 5}).id == 5)
    report("list configurations", lambda: [c.id for c in ticket.configurations.get()] == [5])
    time = {
        "chargeToId": made.id,
        "chargeToType": "ServiceTicket",
        "timeStart": "2026-01-05T09:00:00Z",
        "timeEnd": "2026-01-05T10:00:00Z",
    }
    report("enter time", lambda: psa.time.entries.post(data=time).company.id == 1)
    report("list time of a ticket", lambda: len(ticket.timeentries.get()) == 1)
    report("put a ticket", lambda: ticket.put(data={**body, "summary": "put"}).summary == "put")
    report("tasks of a ticket", lambda: psa.service.tickets.id(1).tasks.get()[0].ticket_id == 1)
    company = {"identifier": "PeerCo", "name": "Peer", "site": {"name": "Main"}}
    report("create a company", lambda: psa.company.companies.post(data=company).status.name == "Active")

    def refuse(work: Callable[[], Any], kind: type[Exception]) -> bool:
        try:
            work()
        except kind:
            return True
        return False

    report("identifier in use", lambda: refuse(lambda: psa.company.companies.post(data=company), ObjectExistsError))
    callback = {"url": "https://127.0.0.1/?id=", "objectId": 1, "type": "ticket", "level": "owner"}
    report("register a callback", lambda: psa.system.callbacks.post(data=callback).id > 0)
    report("callback exists", lambda: refuse(lambda: psa.system.callbacks.post(data=callback), ObjectExistsError))
    report(
        "missing company",
        lambda: refuse(
            lambda: psa.service.tickets.post(data={**body, "company": {"id": 9999}}), MalformedRequestException
        ),
    )
    report("missing ticket", lambda: refuse(lambda: psa.service.tickets.id(999999).get(), NotFoundException))
    report(
        "create a contact",
        lambda: psa.company.contacts.post(data={"firstName": "P", "company": {"id": 1}}).company.id == 1,
    )
    report("system information", lambda: bool(psa.system.info.get().version))
    report("delete a ticket", lambda: ticket.delete() is None)
    report("deleted ticket is gone", lambda: refuse(ticket.get, NotFoundException))


jobs()
