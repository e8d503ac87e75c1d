"""Pull tickets that changed since the last run, as JSON lines.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/pull_updated_tickets.py --since 2025-01-01 --state state.json >> tickets.jsonl

With your own server: set the same variables to your keys. If you run the program again, for example from cron, it writes only the
tickets that changed since then.

This example shows a typed condition on `lastUpdated`, a selection of fields, pagination by id, and a state file that survives a crash.
No change is lost, because each run also queries the last minutes before the previous run: the clock of the server can differ, and a
change can become visible late. No ticket is repeated, because the state file has a digest of each ticket in these minutes, and unchanged
tickets are skipped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cwql import CwqlError
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.manage.models import Ticket as TicketRecord

FIELDS = [
    Ticket.id,
    Ticket.summary,
    Ticket.status.name,
    Ticket.company.identifier,
    Ticket.owner.identifier,
    Ticket.closedFlag,
    # Conditions use `lastUpdated`, but records have it under `_info`.
    Ticket.info_.lastUpdated,
]


@dataclass
class State:
    """The start of the next run (ISO 8601), and the digests of the tickets in the last minutes before."""

    since: str
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, since: str) -> State:
        """Return the state of the last run, or a new state."""
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else cls(since)

    def write(self, path: Path) -> None:
        """Replace the file atomically, so that it contains either the old or the new state even after a crash."""
        temporary = path.with_name(path.name + ".new")
        temporary.write_text(json.dumps(asdict(self)), "utf-8")
        os.replace(temporary, path)


def pull(psa: Client, state: State, overlap: timedelta) -> Iterator[TicketRecord]:
    """Yield every ticket that is new or changed since the last run; then update the state."""
    began = datetime.now(UTC)
    since = datetime.fromisoformat(state.since)
    latest = since
    pulled: dict[str, tuple[datetime, str]] = {}
    for ticket in psa.service.tickets.list(Ticket.lastUpdated >= since, fields=FIELDS):
        updated = Ticket.info_.lastUpdated.value_in(ticket) or began
        latest = max(latest, updated)
        digest = hashlib.sha256(ticket.model_dump_json(exclude_unset=True).encode()).hexdigest()[:16]
        pulled[str(ticket.id)] = (updated, digest)
        if state.seen.get(str(ticket.id)) != digest:
            yield ticket
    # A ticket can change while later pages are read, so changes since the start of this run are queried again.
    start = max(since, min(latest, began) - overlap)
    state.since = start.isoformat()
    state.seen = {id: digest for id, (updated, digest) in pulled.items() if updated >= start}


def main(argv: Sequence[str] | None = None) -> int:
    """Write changed tickets to standard output."""
    parser = argparse.ArgumentParser(description="Pull tickets that changed since the last run.")
    parser.add_argument("--state", type=Path, default=Path("tickets.state.json"), help="default: %(default)s")
    parser.add_argument(
        "--since",
        type=datetime.fromisoformat,
        default=datetime.now(UTC) - timedelta(days=7),
        help="start of the first run, for example 2025-01-31 (default: a week ago)",
    )
    parser.add_argument("--overlap", type=float, default=5.0, metavar="MINUTES", help="default: %(default)s")
    arguments = parser.parse_args(argv)
    state = State.read(arguments.state, arguments.since.astimezone(UTC).isoformat())
    count = 0
    with Client.from_env() as psa:
        for ticket in pull(psa, state, timedelta(minutes=arguments.overlap)):
            print(ticket.model_dump_json(exclude_unset=True))
            count += 1
    # The state is written after the output: after a crash, tickets are repeated, but none is missing.
    sys.stdout.flush()
    state.write(arguments.state)
    print(f"{count} tickets changed; the next run starts at {state.since}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
