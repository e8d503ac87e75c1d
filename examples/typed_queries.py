"""Build, check, simplify and translate conditions in Python. Needs no server.

    python examples/typed_queries.py

This example shows typed fields, conditions that are combined with ``&``, ``|`` and ``~``, the parameters that `compile` returns, the
diagnostics of `check`, translation to Automate, and evaluation of a condition for records in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import cwql
from cwql.manage.fields import Contact, ContactCommunicationItem, Ticket


def main(argv: Sequence[str] | None = None) -> int:
    """Print each step with its result."""
    print("# A condition is a value: build it once, combine it with others, print it")
    urgent = (Ticket.priority.id <= 2) & Ticket.status.name.in_(["New", "Assigned"])
    recent = Ticket.lastUpdated >= datetime(2026, 1, 1, tzinfo=UTC)
    about_mail = Ticket.summary.contains("Outlook") | Ticket.summary.contains("mailbox")
    print(cwql.emit(urgent & recent & about_mail))
    print(cwql.emit(~urgent))

    print("\n# Compiled for an endpoint: names and types are checked, and each part is moved to its parameter")
    mail = ContactCommunicationItem.value.contains("@example.com")
    contacts = (Contact.inactiveFlag == False) & Contact.communicationItems.any(mail)
    compiled = cwql.compile(contacts & (Contact.customFields["Region"] == "West"), endpoint="/company/contacts")
    for name, text in compiled.params.items():
        print(f"{name} = {text}")

    print("\n# A mistake in code raises an exception, and a mistake in a text is reported as a diagnostic")
    try:
        print(Ticket.id == "five")
    except TypeError as error:
        print(error)
    for diagnostic in cwql.check("closedFlag = 'false' and sumary contains 'vpn'", endpoint="/service/tickets"):
        print(f"{diagnostic.code} at {diagnostic.span.start}: {diagnostic.message}; {diagnostic.hint}")

    print("\n# Simplified: the same meaning, in a text that is never longer")
    redundant = cwql.parse("id = 1 or id = 2 or (id = 3 and id = 3)")
    print(cwql.emit(cwql.simplify(redundant)))
    print(cwql.parse("id in (1, 2, 3)") == cwql.simplify(redundant))

    print("\n# Translated to the language of Automate")
    print(
        cwql.translate(
            "company/name = 'ACME' and lastUpdated > [2026-01-01T00:00:00Z]", source="manage", target="automate"
        ).text
    )

    print("\n# Evaluated for records in memory")
    is_urgent = cwql.predicate(urgent)
    records = [
        {"id": 7, "priority": {"id": 1}, "status": {"name": "New"}},
        {"id": 8, "priority": {"id": 4}, "status": {"name": "New"}},
    ]
    print([record["id"] for record in records if is_urgent(record)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
