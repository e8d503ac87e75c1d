"""Close tickets that wait for a client who does not answer. Without ``--apply``, this is a dry run.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/close_stale_tickets.py --days 30
    python examples/close_stale_tickets.py --days 30 --apply

With your own server: set the same variables to your keys.

This example shows a batch where each outcome has its ticket, ids by name from the reference data of each board, and request bodies that
are validated in the dry run too. No ticket is changed twice: each ticket is read again before it is closed, and skipped if somebody
changed it in the meantime.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cwql import CwqlError
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.manage.models import Ticket as TicketRecord

FIELDS = [Ticket.id, Ticket.summary, Ticket.board, Ticket.status, Ticket.closedFlag, Ticket.info_]


def find_stale(psa: Client, status: str, days: float) -> list[TicketRecord]:
    """Return the open tickets of a status that were not changed for a number of days."""
    long_ago = datetime.now(UTC) - timedelta(days=days)
    stale = (Ticket.closedFlag == False) & (Ticket.status.name == status) & (Ticket.lastUpdated < long_ago)
    return psa.service.tickets.all(stale, fields=FIELDS)


def close(psa: Client, writer: Client, ticket: TicketRecord, status: str) -> str:
    """Close a ticket if it is unchanged, and return a description of the result. Raises CwqlError."""
    # Any field of a record can be missing, but these two were requested.
    assert ticket.id is not None
    assert ticket.board is not None
    assert ticket.board.id is not None
    now = psa.service.tickets.get(ticket.id, fields=FIELDS)
    if now != ticket:
        return "skipped: changed in the meantime"
    closed: int = psa.reference.statuses(ticket.board.id)[status]
    # A PATCH is not retried if the first request may have arrived.
    writer.service.tickets.patch(ticket.id, [Ticket.status.set(closed)])
    return f"{ticket.board.name}: {now.status.name if now.status else None} -> {status}"


def main(argv: Sequence[str] | None = None) -> int:
    """Close stale tickets, or print which ones would be closed."""
    parser = argparse.ArgumentParser(description="Close tickets that wait for a client who does not answer.")
    parser.add_argument("--days", type=float, default=30, help="without any change (default: %(default)s)")
    parser.add_argument("--status", default="Waiting on Client", help="default: %(default)s")
    parser.add_argument("--to", default="Completed", metavar="STATUS", help="default: %(default)s")
    parser.add_argument("--apply", action="store_true", help="close the tickets; without it nothing is changed")
    arguments = parser.parse_args(argv)
    # The statuses of a board are cached for a minute, so they are not requested for every ticket.
    with Client.from_env(reference_ttl=60.0) as psa:
        writer = psa if arguments.apply else psa.dry_run()
        stale = find_stale(psa, arguments.status, arguments.days)
        outcomes = psa.run_concurrently(
            lambda ticket: close(psa, writer, ticket, arguments.to), stale, max_concurrency=4
        )
    done = "closed" if arguments.apply else "would close"
    for outcome in outcomes:
        result = outcome.value if outcome.ok else f"FAILED: {outcome.error}"
        print(f"#{outcome.item.id} {outcome.item.summary}\n    {result}")
    failed = sum(not outcome.ok for outcome in outcomes)
    changed = sum(outcome.ok and "->" in outcome.result() for outcome in outcomes)
    print(f"{done} {changed} of {len(outcomes)} tickets, {failed} failed")
    if not arguments.apply:
        print("nothing was written: add --apply")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
