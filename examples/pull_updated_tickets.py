"""Pull the tickets that changed since the last pull, as lines of JSON.

Against the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then

    python examples/pull_updated_tickets.py --since 2025-01-01 --state state.json >> tickets.jsonl

Against your own server: set the same variables to your keys. Run it again, from cron for example: only what changed
since is written.

It shows: a typed condition on `lastUpdated`, a choice of fields, paging by id, and a state file that survives a crash.
Nothing is lost: each pull asks again for the last minutes before the one before it, since the server's clock is not ours
and a change may become visible late. Nothing comes twice: a digest of each ticket in these minutes is in the state file,
and a ticket that is as it was is left out.
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
    # Conditions take `lastUpdated`, records show it under `_info`.
    Ticket.info_.lastUpdated,
]


@dataclass
class State:
    """Remember up to when tickets were pulled (ISO 8601), and what those of the last minutes looked like."""

    since: str
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, since: str) -> State:
        """Return what the last pull left, or a new state."""
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else cls(since)

    def write(self, path: Path) -> None:
        """Replace the file as a whole: whoever reads it, even after a crash, finds the old state or the new one."""
        beside = path.with_name(path.name + ".new")
        beside.write_text(json.dumps(asdict(self)), "utf-8")
        os.replace(beside, path)


def pull(psa: Client, state: State, overlap: timedelta) -> Iterator[TicketRecord]:
    """Yield every ticket that is new or differs from what was pulled before; then move the state on."""
    began = datetime.now(UTC)
    since = datetime.fromisoformat(state.since)
    latest = since
    found: dict[str, tuple[datetime, str]] = {}
    for ticket in psa.service.tickets.list(Ticket.lastUpdated >= since, fields=FIELDS):
        updated = datetime.fromisoformat((ticket.info_ or {})["lastUpdated"])
        latest = max(latest, updated)
        digest = hashlib.sha256(ticket.model_dump_json(exclude_unset=True).encode()).hexdigest()[:16]
        found[str(ticket.id)] = (updated, digest)
        if state.seen.get(str(ticket.id)) != digest:
            yield ticket
    # A ticket may have changed behind our back while later pages were read: what changed since we began is asked for again.
    start = max(since, min(latest, began) - overlap)
    state.since = start.isoformat()
    state.seen = {id: digest for id, (updated, digest) in found.items() if updated >= start}


def main(argv: Sequence[str] | None = None) -> int:
    """Write changed tickets to the standard output."""
    parser = argparse.ArgumentParser(description="Pull the tickets that changed since the last pull.")
    parser.add_argument("--state", type=Path, default=Path("tickets.state.json"), help="default: %(default)s")
    parser.add_argument(
        "--since",
        type=datetime.fromisoformat,
        default=datetime.now(UTC) - timedelta(days=7),
        help="where the first pull begins, as 2025-01-31 (default: a week ago)",
    )
    parser.add_argument("--overlap", type=float, default=5.0, metavar="MINUTES", help="default: %(default)s")
    arguments = parser.parse_args(argv)
    state = State.read(arguments.state, arguments.since.astimezone(UTC).isoformat())
    count = 0
    with Client.from_env() as psa:
        for ticket in pull(psa, state, timedelta(minutes=arguments.overlap)):
            print(ticket.model_dump_json(exclude_unset=True))
            count += 1
    # Only now, when all of it is written: after a crash the same tickets come again, and none is missing.
    sys.stdout.flush()
    state.write(arguments.state)
    print(f"{count} tickets changed; the next pull asks from {state.since}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
