"""Load tickets into a data frame (polars or pandas) and summarize them by company.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    pip install polars
    python examples/report_frame.py --since 2025-01-01

With your own server: set the same variables to your keys. `--with pandas` selects the library if both are installed.

This example shows how to convert records to flat rows with the necessary fields, with dates as `datetime` values.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cwql import CwqlError
from cwql.manage import Client
from cwql.manage.fields import Ticket

FIELDS = [Ticket.id, Ticket.company.name, Ticket.priority.name, Ticket.closedFlag, Ticket.actualHours, Ticket.info_]


def rows(psa: Client, since: datetime) -> Iterator[dict[str, object]]:
    """Yield a flat row for each ticket that was entered since a date."""
    for ticket in psa.service.tickets.list(Ticket.dateEntered >= since, fields=FIELDS):
        yield {
            "id": ticket.id,
            "company": Ticket.company.name.value_in(ticket),
            "priority": Ticket.priority.name.value_in(ticket),
            "entered": Ticket.dateEntered.value_in(ticket),
            "closed": bool(ticket.closedFlag),
            "hours": ticket.actualHours or 0.0,
        }


def load(wanted: Sequence[str]) -> tuple[str, Any]:
    """Import the first library that is installed, and exit if there is none."""
    for name in wanted:
        try:
            return name, importlib.import_module(name)
        except ImportError:
            continue
    sys.exit(f"this report needs a library for data frames: pip install {' (or) '.join(wanted)}")


def sum_up(name: str, library: Any, data: list[dict[str, object]]) -> tuple[Any, Any]:
    """Return the frame, and the tickets, open tickets and hours of each company, sorted by hours."""
    frame = library.DataFrame(data)
    if name == "pandas":
        groups = frame.assign(open=~frame["closed"]).groupby("company", as_index=False)
        summary = groups.agg(tickets=("id", "size"), open=("open", "sum"), hours=("hours", "sum"))
        return frame, summary.sort_values(["hours", "company"], ascending=[False, True], ignore_index=True)
    column = library.col
    summary = frame.group_by("company").agg(
        tickets=library.len(), open=(~column("closed")).sum(), hours=column("hours").sum()
    )
    return frame, summary.sort(["hours", "company"], descending=[True, False])


def main(argv: Sequence[str] | None = None) -> int:
    """Print the summary, and write the frame to a file if one is given."""
    parser = argparse.ArgumentParser(description="Load tickets into a data frame.")
    parser.add_argument(
        "--since",
        type=datetime.fromisoformat,
        default=datetime.now(UTC) - timedelta(days=30),
        help="for example 2025-01-31 (default: a month ago)",
    )
    parser.add_argument(
        "--with", dest="library", choices=["polars", "pandas"], help="default: the one that is installed"
    )
    parser.add_argument("--to", metavar="FILE", help="write the whole frame as Parquet")
    arguments = parser.parse_args(argv)
    name, library = load([arguments.library] if arguments.library else ["polars", "pandas"])
    with Client.from_env() as psa:
        data = list(rows(psa, arguments.since.astimezone(UTC)))
    if not data:
        print("no tickets", file=sys.stderr)
        return 1
    frame, summary = sum_up(name, library, data)
    print(summary)
    if arguments.to:
        (frame.to_parquet if name == "pandas" else frame.write_parquet)(arguments.to)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
