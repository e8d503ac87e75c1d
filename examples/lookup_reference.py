"""Create a ticket from names: board, status, priority, company. Each is looked up, and the whole is checked before it is sent.

Against the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then

    python examples/lookup_reference.py "Printer on fire" --company AcmeIndustries --board "Help Desk"
    python examples/lookup_reference.py "Printer on fire" --company AcmeIndustries --board "Helpdesk"

Against your own server: set the same variables to your keys. `--dry-run` shows the request instead of sending it.

It shows: `psa.reference`, which finds ids by name in any letter case and answers a wrong one with the closest that there are; a
body that is checked against the API's schema (required members, lengths, types), all faults at once; a dry run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cwql import CwqlError, UnknownNameError
from cwql.client import BodyError
from cwql.manage import Client
from cwql.manage.fields import Company
from cwql.manage.models import BoardReference, CompanyReference, PriorityReference, ServiceStatusReference, Ticket


def find_company(psa: Client, identifier: str) -> int:
    """Return a company's id. There are too many companies to read them all: one is asked for."""
    company = psa.company.companies.first(Company.identifier == identifier, fields=[Company.id])
    if company is None or company.id is None:
        raise UnknownNameError(f"no company {identifier!r}")
    return company.id


def main(argv: Sequence[str] | None = None) -> int:
    """Create the ticket and print its number."""
    parser = argparse.ArgumentParser(description="Create a ticket from names.")
    parser.add_argument("summary", help="at most 100 characters")
    parser.add_argument("--company", required=True, metavar="IDENTIFIER")
    parser.add_argument("--board", default="Help Desk", help="default: %(default)s")
    parser.add_argument("--status", default="New", help="of that board (default: %(default)s)")
    parser.add_argument("--priority", metavar="NAME")
    parser.add_argument("--dry-run", action="store_true", help="show what would be sent")
    arguments = parser.parse_args(argv)
    # Reference data hardly changes: what was read is kept for ten minutes.
    with Client.from_env(reference_ttl=600.0) as psa:
        board: int = psa.reference.boards[arguments.board]
        status: int = psa.reference.statuses(board)[arguments.status]
        ticket = Ticket(
            summary=arguments.summary,
            company=CompanyReference(id=find_company(psa, arguments.company)),
            board=BoardReference(id=board),
            status=ServiceStatusReference(id=status),
        )
        if arguments.priority:
            ticket.priority = PriorityReference(id=psa.reference.priorities[arguments.priority])
        writer = psa.dry_run() if arguments.dry_run else psa
        try:
            made = writer.service.tickets.create(ticket)
        except BodyError as error:
            # Each fault names a member, what was expected and what was got.
            print(error, file=sys.stderr)
            return 2
        for request in writer.plan:
            print(request)
        if not arguments.dry_run:
            print(f"created #{made.id} on {arguments.board}: {made.summary}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
