"""Build, check, simplify and translate conditions in Python. No server, no network.

    python examples/typed_queries.py

It shows: handles that know their fields and types, conditions joined with ``&``, ``|`` and ``~``, what `compile` sends and to
which parameter, what `check` says of a text, the same condition for Automate, and a condition that is asked of plain
records, with no server at all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import cwql
from cwql.manage.fields import Contact, ContactCommunicationItem, Ticket


def main(argv: Sequence[str] | None = None) -> int:
    """Print each step and what comes of it."""
    print("# A condition is a value: build it once, join it to others, print it")
    urgent = (Ticket.priority.id <= 2) & Ticket.status.name.in_(["New", "Assigned"])
    recent = Ticket.lastUpdated >= datetime(2026, 1, 1, tzinfo=UTC)
    about_mail = Ticket.summary.contains("Outlook") | Ticket.summary.contains("mailbox")
    print(cwql.emit(urgent & recent & about_mail))
    print(cwql.emit(~urgent))

    print(
        "\n# Compiled for an endpoint: names and types are checked, and each part goes to the parameter that filters it"
    )
    mail = ContactCommunicationItem.value.contains("@example.com")
    contacts = (Contact.inactiveFlag == False) & Contact.communicationItems.any(mail)
    compiled = cwql.compile(contacts & (Contact.customFields["Region"] == "West"), endpoint="/company/contacts")
    for name, text in compiled.params.items():
        print(f"{name} = {text}")

    print("\n# A slip is an exception where it is made, and a finding in a text that came from somewhere else")
    try:
        print(Ticket.id == "five")
    except TypeError as error:
        print(error)
    for finding in cwql.check("closedFlag = 'false' and sumary contains 'vpn'", endpoint="/service/tickets"):
        print(f"{finding.code} at {finding.span.start}: {finding.message}; {finding.hint}")

    print("\n# Simplified: the same meaning, never a longer text")
    typed_in = cwql.parse("id = 1 or id = 2 or (id = 3 and id = 3)")
    print(cwql.emit(cwql.simplify(typed_in)))
    print(cwql.parse("id in (1, 2, 3)") == cwql.simplify(typed_in))

    print("\n# The same condition in Automate's language")
    print(cwql.translate("company/name = 'ACME' and lastUpdated > [2026-01-01T00:00:00Z]", "manage", "automate").text)

    print("\n# And asked of records in memory")
    is_urgent = cwql.predicate(urgent)
    records = [
        {"id": 7, "priority": {"id": 1}, "status": {"name": "New"}},
        {"id": 8, "priority": {"id": 4}, "status": {"name": "New"}},
    ]
    print([record["id"] for record in records if is_urgent(record)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
