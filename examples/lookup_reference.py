"""Create a ticket from the names of a board, a status, a priority and a company.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/lookup_reference.py "Printer on fire" --company AcmeIndustries --board "Help Desk"
    python examples/lookup_reference.py "Printer on fire" --company AcmeIndustries --board "Helpdesk"

With your own server: set the same variables to your keys. `--dry-run` shows the request instead of sending it.

This example shows `psa.reference`, which finds ids by name in any letter case and suggests similar names for a wrong one; a request body
that is validated against the schema of the API (required fields, lengths, types), with all problems at once; and a dry run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cwql import CwqlError, RequestBodyError, UnknownNameError
from cwql.manage import Client
from cwql.manage.fields import Company
from cwql.manage.models import BoardReference, CompanyReference, PriorityReference, ServiceStatusReference, Ticket


def find_company(psa: Client, identifier: str) -> int:
    """Return the id of a company. It is queried, because there are too many companies to read all of them."""
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
    parser.add_argument("--status", default="New", help="a status of the board (default: %(default)s)")
    parser.add_argument("--priority", metavar="NAME")
    parser.add_argument("--dry-run", action="store_true", help="print the request instead of sending it")
    arguments = parser.parse_args(argv)
    # Reference data rarely changes, so it is cached for ten minutes.
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
            created = writer.service.tickets.create(ticket)
        except RequestBodyError as error:
            # Each problem has the field, the expected value and the actual value.
            print(error, file=sys.stderr)
            return 2
        for request in writer.plan:
            print(request)
        if not arguments.dry_run:
            print(f"created #{created.id} on {arguments.board}: {created.summary}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
