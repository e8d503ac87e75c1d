"""Write a report of tickets as CSV, with custom fields as columns.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/report_csv.py --custom "Root Cause" --to open.csv
    python examples/report_csv.py 'board/name = "Help Desk" and priority/id <= 2' --columns id,summary,owner/identifier

With your own server: set the same variables to your keys.

This example shows a condition from the command line, which is checked before a request is sent; `fields=` to get only the necessary
fields; and custom fields by caption.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from cwql import CwqlError
from cwql.manage import Client
from cwql.manage.models import Ticket

COLUMNS = "id,company/name,board/name,status/name,priority/name,summary,_info/dateEntered"


def rows(tickets: Iterable[Ticket], columns: Sequence[str], captions: Sequence[str]) -> Iterator[list[object]]:
    """Yield a row for each ticket."""
    for ticket in tickets:
        record = ticket.to_dict()
        custom = ticket.custom_fields
        yield [
            *[value_at(record, column) for column in columns],
            # Boards have different custom fields, so a ticket may not have this one.
            *[custom.get(caption) for caption in captions],
        ]


def value_at(record: dict[str, Any], path: str) -> object:
    """Return the value at a path such as ``company/name``, or None if the ticket has no company."""
    value: Any = record
    for segment in path.split("/"):
        value = value.get(segment) if isinstance(value, dict) else None
    return value


def cell(value: object) -> object:
    """Escape a value that a spreadsheet would run as a formula, because anybody who sends mail can write a summary."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Write the report."""
    parser = argparse.ArgumentParser(description="Write a report of tickets as CSV.")
    parser.add_argument("where", nargs="?", default="closedFlag = false", help="a condition (default: %(default)s)")
    parser.add_argument("--columns", default=COLUMNS, metavar="PATHS", help="default: %(default)s")
    parser.add_argument("--custom", action="append", default=[], metavar="CAPTION", help="a custom field; repeatable")
    parser.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")
    arguments = parser.parse_args(argv)
    columns = [name.strip() for name in arguments.columns.split(",")]
    with Client.from_env() as psa:
        # The condition is checked here, before the file is opened. Pages are requested while rows are written.
        tickets = psa.service.tickets.list(
            arguments.where, fields=[*columns, "customFields"] if arguments.custom else columns
        )
        # Excel needs a byte order mark to detect UTF-8.
        target = arguments.to.open("w", newline="", encoding="utf-8-sig") if arguments.to else nullcontext(sys.stdout)
        with target as file:
            writer = csv.writer(file)
            writer.writerow([*columns, *arguments.custom])
            count = 0
            for row in rows(tickets, columns, arguments.custom):
                writer.writerow([cell(value) for value in row])
                count += 1
    print(f"{count} tickets", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
