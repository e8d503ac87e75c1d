"""``cwql get``: list the records of an endpoint."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from itertools import chain, islice

from cwql.cli.streams import page_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator
    from typing import Any, TextIO

    from cwql.cli.target import Target
    from cwql.render.rows import Column

TABLE_LIMIT = 25
"""Records of a table that is not told how many."""

_COLUMNS = {
    "manage": (
        "id", "identifier", "summary", "name", "firstName", "lastName", "description", "caption", "text", "company/name",
        "board/name", "status/name", "type/name", "priority/name", "owner/identifier", "member/identifier", "serialNumber",
        "actualHours", "dateEntered", "timeStart", "value",
    ),
    "automate": (
        "Id", "AlertId", "TicketId", "DriveId", "ComputerName", "Name", "FirstName", "LastName", "Subject", "Message",
        "Client.Name", "Location.Name", "Computer.Name", "Status", "Severity.Name", "OperatingSystemName",
        "RemoteAgentLastContact", "AlertDate", "City",
    ),
}  # fmt: skip
_MOST = 5


def configure(parser: ArgumentParser) -> None:
    """Take the endpoint, the question, how many records, and the output format."""
    from cwql.cli.options import add_examples
    from cwql.cli.target import add_question, add_server
    from cwql.render.rows import FORMATS

    add_question(parser)
    parser.add_argument("--order-by", metavar="FIELDS", help="such as 'priority/id asc, id desc'")
    parser.add_argument("--fields", metavar="FIELDS", help="such as id,summary,company/name; also the columns")
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_number,
        help=f"default: {TABLE_LIMIT} for a table, all for other formats; 0 for all",
    )
    parser.add_argument("--page-size", metavar="N", type=_page_size, help="records a page: 1 to 1000 (default: 1000)")
    parser.add_argument("--format", choices=list(FORMATS), default="table", help="default: %(default)s")
    parser.add_argument("--output", metavar="FILE", help="write to a file; default: the standard output")
    parser.add_argument("--progress", action="store_true", help="show how far it has come; counts first")
    add_server(parser)
    add_examples(
        parser,
        """get --sandbox /service/tickets --where "closedFlag = false" --order-by "priority/id asc\"""",
        "get --sandbox /company/companies --fields id,name,status/name --format csv",
        "get --sandbox /service/tickets/7 --format json",
        """get --sandbox /company/contacts --child "communicationItems/value like '%@%'" --limit 3""",
    )


def run(arguments: Any) -> int:
    """Print the records; return 1 where the question has errors."""
    from cwql.cli.question import read_question
    from cwql.cli.target import Target, connect
    from cwql.render.rows import Column, write_rows

    target = Target(arguments.endpoint, arguments.dialect)
    question = read_question(arguments, target)
    if question is None:
        return 1
    columns = find_columns(target, question.get("fields"))
    if arguments.format in ("table", "csv") and "fields" not in question and "fields" in target.endpoint.parameters:
        # What is not shown need not be sent.
        question["fields"] = ",".join([column.title for column in columns])
    limit = arguments.limit if arguments.limit is not None else (TABLE_LIMIT if arguments.format == "table" else 0)
    with connect(target.product, arguments) as client, _output(arguments.output) as stream:
        options: dict[str, Any] = {"limit": limit} if limit else {}
        if arguments.page_size is not None:
            options["page_size"] = arguments.page_size
        rows: Iterable[dict[str, Any]] = _records(target, client, question, options, arguments.progress)
        if arguments.progress and stream.isatty():
            # Rows and a bar on the same terminal would overwrite each other.
            rows = list(rows)
        if not columns:
            # Nothing is known of what stands there: its first record tells.
            rows = iter(rows)
            first = list(islice(rows, 1))
            columns = [Column(name, (name,)) for row in first for name in row][:_MOST]
            rows = chain(first, rows)
        count = write_rows(rows, columns, arguments.format, stream, page_of(stream))
    if arguments.format == "table" or arguments.output is not None:
        more = f" (the first {limit}; --limit 0 gives all)" if limit and count == limit else ""
        sys.stdout.flush()
        print(f"{count:,} record{'' if count == 1 else 's'}{more}", file=sys.stderr)
    return 0


def _number(text: str) -> int:
    """Return a number of records; argparse words the refusal after this function's name otherwise."""
    from argparse import ArgumentTypeError

    if not text.isdecimal():
        raise ArgumentTypeError(f"expected a number of records, or 0 for all: got {text!r}")
    return int(text)


def _page_size(text: str) -> int:
    """Return a number of records that both servers give in one page."""
    from argparse import ArgumentTypeError

    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise ArgumentTypeError(f"expected a number of records from 1 to 1000: got {text!r}")
    return int(text)


@contextmanager
def _output(file: str | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    with open(file, "w", encoding="utf-8", newline="") as stream:
        yield stream


def find_columns(target: Target, fields: str | None) -> list[Column]:
    """Return the columns of a table: the fields that were asked for, else those that say most about a record."""
    from cwql.language.dialects import dialect
    from cwql.render.rows import Column
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    known = catalog(target.product)
    separator = dialect(target.product).separator
    record = target.endpoint.record
    columns: list[Column] = []
    wanted = fields.split(",") if fields else _COLUMNS[target.product]
    for name in [name.strip() for name in wanted]:
        path = tuple(name.replace("/", ".").split("."))
        found = known.resolve(record, path) if record is not None else None
        if isinstance(found, Resolved) and (fields or found.field.origin == "spec"):
            columns.append(Column(separator.join(found.segments), found.segments))
        elif fields:
            columns.append(Column(name, path))
        if not fields and len(columns) == _MOST:
            break
    if not columns and record is not None:
        plain = [
            field for field in known.record(record).fields() if field.kind not in ("reference", "collection", "map")
        ]
        columns = [Column(field.name, (field.name,)) for field in plain[:_MOST]]
    return columns


def _records(
    target: Target, client: Any, question: dict[str, Any], options: dict[str, Any], shown: bool
) -> Iterator[dict[str, Any]]:
    from cwql.cli.progress import progress
    from cwql.client.writing import plain

    place = target.place(client)
    if not target.endpoint.listed:
        value = plain(place.get(fields=question.get("fields")))
        for item in value if isinstance(value, list) else [value]:
            yield item if isinstance(item, dict) else {"value": item}
        return
    with progress(target.title) if shown else nullcontext() as report:
        if report is not None:
            options = options | {"progress": report}
        for record in place.list(**question, **options):
            yield plain(record)
