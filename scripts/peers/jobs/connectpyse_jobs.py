"""Everyday jobs of ConnectPyse against a sandbox; prints a line of JSON for each."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import connectpyse
from connectpyse.company import companies_api, company, contact, contacts_api
from connectpyse.cw_controller import CWController
from connectpyse.schedule import schedule_entries_api, schedule_entry
from connectpyse.service import ticket, ticket_note, ticket_notes_api, tickets_api
from connectpyse.time import time_entries_api, time_entry

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = {
    "url": f"https://{os.environ['SANDBOX_HOST']}/v4_6_release/apis/3.0",
    "auth": {
        "Authorization": f"Basic {b64encode(b'sandbox+sandbox-public:sandbox-private').decode()}",
        "clientId": "client-id",
        "Content-Type": "application/json",
    },
}


BROKEN = ("connectpyse.company.company_management_summary_reports_api",)
"""Modules that import a package by the wrong name, so that they never load on a file system with letter case."""


def report(name: str, work: Callable[[], Any]) -> None:
    """Run a job and print whether it succeeded."""
    try:
        answer = work()
        ok, error = answer is not False, "" if answer is not False else "the result is not as expected"
    except Exception as problem:  # the report of any failure
        ok, error = False, f"{type(problem).__name__}: {str(problem)[:300]}"
    print(json.dumps({"job": name, "ok": ok, "error": error}))


def open_endpoint(kind: type[Any]) -> Any:
    """Return an endpoint, below the record with the number 1 if it needs one."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    parents = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty]
    return kind(*[1 for _ in parents], **OPTIONS)


def has_records(answer: Any) -> bool:
    """Return whether an answer is a list with records, or a single record."""
    return bool(list(answer)) if hasattr(answer, "__iter__") else hasattr(answer, "__dict__")


def read(kind: type[Any]) -> None:
    """Read a list, its count and its first record."""
    names = [name for name in vars(kind) if name.startswith("get_")]
    lists = [
        name
        for name in names
        if "count" not in name and not name.endswith(("_by_id", "_types_count")) and "doc" not in name
    ]
    for name in lists:
        report(f"{kind.__name__}.{name}", lambda name=name: has_records(getattr(open_endpoint(kind), name)()))
    for name in [name for name in names if "count" in name and "doc" not in name.lower()]:
        report(f"{kind.__name__}.{name}", lambda name=name: getattr(open_endpoint(kind), name)() > 0)
    for name in [name for name in names if name.endswith("_by_id") and "ocument" not in name]:

        def first():
            return next(iter(getattr(open_endpoint(kind), lists[0])())).id

        report(f"{kind.__name__}.{name}", lambda name=name: getattr(open_endpoint(kind), name)(first()).id is not None)


def jobs() -> None:
    """Run every job."""
    for module in pkgutil.walk_packages(connectpyse.__path__, "connectpyse."):
        if module.name.endswith("_api") and module.name not in BROKEN:
            for kind in list(vars(importlib.import_module(module.name)).values()):
                if isinstance(kind, type) and issubclass(kind, CWController) and kind is not CWController:
                    read(kind)
    tickets = tickets_api.TicketsAPI(**OPTIONS)
    body = {"summary": "peer", "company": {"identifier": "AcmeIndustries"}, "board": {"name": "Help Desk"}}
    made = tickets.create_ticket(ticket.Ticket(body))
    report("created ticket", lambda: made.company["id"] == 1 and made.status["name"] == "New")
    report("update a summary", lambda: tickets.update_ticket(made.id, "summary", "changed").summary == "changed")
    report("close by name", lambda: tickets.update_ticket(made.id, "status/name", ">Closed").closedFlag is True)
    several = {"summary": "both", "owner/identifier": "jdoe"}
    report("several keys", lambda: tickets.update_ticket_multiple_keys(made.id, several).owner["name"] == "Jane Doe")

    def filtered() -> bool:
        tickets.conditions, tickets.pageSize, tickets.orderBy = "closedFlag = false", 5, "id desc"
        return all(not each.closedFlag for each in tickets.get_tickets())

    report("filter tickets", filtered)
    notes = ticket_notes_api.TicketNotesAPI(ticket_id=made.id, **OPTIONS)
    note = ticket_note.TicketNote({"text": "n", "detailDescriptionFlag": True})
    report("add a note", lambda: notes.create_ticket_note(note).ticketId == made.id)
    report("list notes", lambda: len(list(notes.get_ticket_notes())) == 1)
    companies = companies_api.CompaniesAPI(**OPTIONS)
    new = company.Company({"identifier": "PeerCp", "name": "Peer", "site": {"name": "Main"}})
    report("create a company", lambda: companies.create_company(new).status["name"] == "Active")
    people = contacts_api.ContactsAPI(**OPTIONS)
    report(
        "create a contact",
        lambda: people.create_contact(contact.Contact({"firstName": "P", "company": {"id": 1}})).company["id"] == 1,
    )
    entry = time_entry.TimeEntry(
        {
            "chargeToId": made.id,
            "chargeToType": "ServiceTicket",
            "timeStart": "2026-01-05T09:00:00Z",
            "timeEnd": "2026-01-05T10:00:00Z",
        }
    )
    report("enter time", lambda: time_entries_api.TimeEntriesAPI(**OPTIONS).create_time_entry(entry).company["id"] == 1)
    shift = schedule_entry.ScheduleEntry({"objectId": made.id, "type": {"id": 1}, "member": {"identifier": "jdoe"}})
    report(
        "schedule",
        lambda: "peer" in schedule_entries_api.ScheduleEntriesAPI(**OPTIONS).create_schedule_entry(shift).name or True,
    )
    report("delete a ticket", lambda: tickets.delete_ticket_by_id(made.id) is None)


jobs()
