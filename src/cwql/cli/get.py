"""``cwql get``: list the records of an endpoint."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from itertools import chain, islice

from cwql.cli.streams import terminal_of
from cwql.errors import CwqlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator
    from typing import Any, TextIO

    from cwql.cli.client_args import EndpointArgument
    from cwql.cli.record_formats import Column

TABLE_LIMIT = 25
"""Records of a table by default."""

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
_MOST_COLUMNS = 5


WRITES_FILES = True
"""`--output-file` may be of a binary format, which this module writes itself."""


def configure(parser: ArgumentParser) -> None:
    """Add the endpoint, the query, the number of records, and the output format."""
    from cwql.cli.client_args import add_server
    from cwql.cli.options import add_examples, add_output, add_quiet, whole
    from cwql.cli.query_args import add_preview, add_query
    from cwql.cli.record_formats import FILES, FORMATS

    add_query(parser)
    parser.add_argument(
        "--order-by",
        action="append",
        default=[],
        metavar="FIELDS",
        help="the sort order, such as 'priority/id asc, id desc'; several are appended",
    )
    parser.add_argument(
        "--fields",
        action="append",
        default=[],
        metavar="FIELDS",
        help="the fields to request, such as id,summary,company/name; also the columns of a table; several are appended",
    )
    number = parser.add_mutually_exclusive_group()
    number.add_argument(
        "--limit",
        metavar="N",
        type=whole(1, hint="; --all is all records"),
        help=f"the number of records; default: {TABLE_LIMIT} for a table, all for other formats",
    )
    number.add_argument("--all", action="store_true", help="all records, also in a table")
    parser.add_argument(
        "--page-size", metavar="N", type=whole(1, 1000), help="records in a page, 1 to 1000; default: 1000"
    )
    add_output(parser, [*FORMATS, *FILES], "by the ending of --output-file, otherwise table")
    add_quiet(parser)
    parser.add_argument(
        "--excel",
        action="store_true",
        help="CSV that Excel opens as it is: a byte order mark, and no text that Excel would run as a formula",
    )
    parser.add_argument("--delimiter", metavar="CHARACTER", type=_delimiter, help="the delimiter of CSV; default: ,")
    parser.add_argument(
        "--timezone", metavar="ZONE", help="show times of tables and CSV in a zone such as America/New_York, or local"
    )
    parser.add_argument(
        "--progress", action="store_true", help="show the progress; sends a request for the total first"
    )
    add_preview(parser)
    add_server(parser)
    add_examples(
        parser,
        """get --sandbox /service/tickets --where "closedFlag = false" --order-by "priority/id asc\"""",
        "get --sandbox /company/companies --fields id,name,status/name --output-format csv",
        "get --sandbox /service/tickets/7 --output-format json",
        """get --sandbox /company/contacts --child-conditions "communicationItems/value like '%@%'" --limit 3""",
    )


def run(arguments: Any) -> int:
    """Print the records; return 1 if the query has an error."""
    from cwql.cli.client_args import EndpointArgument, connect
    from cwql.cli.query_args import print_preview, read_query
    from cwql.cli.record_formats import FILES, Column, Layout, find_zone, read_format, write_records

    wants_json = arguments.output_format == "json"
    arguments.output_format = read_format(arguments.output_format, arguments.output_file)
    endpoint = EndpointArgument(arguments.endpoint, arguments.dialect)
    query = read_query(arguments, endpoint)
    if query is None:
        return 1
    columns = find_columns(endpoint, query.get("fields"))
    if (
        arguments.output_format in ("table", "csv")
        and "fields" not in query
        and "fields" in endpoint.endpoint.parameters
    ):
        # Only the columns are requested.
        query["fields"] = ",".join([column.title for column in columns])
    limit = arguments.limit
    if limit is None and arguments.output_format == "table" and not arguments.all:
        limit = TABLE_LIMIT
    layout = Layout(
        delimiter=arguments.delimiter or ",",
        excel=arguments.excel,
        zone=None if arguments.timezone is None else find_zone(arguments.timezone),
    )
    if (arguments.excel or arguments.delimiter) and arguments.output_format != "csv":
        raise CwqlError(f"--excel and --delimiter need --output-format csv, not {arguments.output_format}")
    page_size = arguments.page_size or endpoint.page_size
    given = {"limit": limit, "page_size": page_size} if endpoint.endpoint.listed else {}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if arguments.preview:
        with connect(endpoint.product, arguments, endpoint.host) as client:
            print_preview(endpoint.resource(client).preview(**query, **options), wants_json)
        return 0
    if arguments.output_format in FILES:
        return _write_file(endpoint, arguments, query, options)
    with connect(endpoint.product, arguments, endpoint.host) as client, _output(arguments.output_file) as stream:
        records: Iterable[dict[str, Any]] = _records(endpoint, client, query, options, arguments.progress)
        if arguments.progress and stream.isatty():
            # Records and a bar on the same terminal would overwrite each other.
            records = list(records)
        if not columns:
            # The catalog does not describe the records, so the columns are those of the first record.
            records = iter(records)
            first = list(islice(records, 1))
            columns = [Column(name, (name,)) for record in first for name in record][:_MOST_COLUMNS]
            records = chain(first, records)
        count = write_records(records, columns, arguments.output_format, stream, terminal_of(stream), layout)
    if not arguments.quiet and (arguments.output_format == "table" or arguments.output_file is not None):
        more = f" (the first {limit}; use --all for all)" if count == limit else ""
        sys.stdout.flush()
        print(f"{count:,} record{'' if count == 1 else 's'}{more}", file=sys.stderr)
    return 0


def _write_file(endpoint: EndpointArgument, arguments: Any, query: dict[str, Any], options: dict[str, Any]) -> int:
    """Write the records to a file with types, as the specification describes them."""
    from cwql.cli.client_args import connect

    if not endpoint.endpoint.listed:
        raise CwqlError(f"{endpoint.title} is not a list: use --output-format json")
    with connect(endpoint.product, arguments, endpoint.host) as client:
        table = endpoint.resource(client).to_scan(**query, **options).to_arrow()
    from cwql.tables.files import write_file

    count = write_file(table, arguments.output_format, arguments.output_file)
    if not arguments.quiet:
        print(f"{count:,} record{'' if count == 1 else 's'}", file=sys.stderr)
    return 0


def _delimiter(text: str) -> str:
    """Return one character; ``tab`` is the tabulator."""
    from argparse import ArgumentTypeError

    delimiter = "\t" if text in ("tab", "\\t") else text
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ArgumentTypeError(f"expected one character, such as ; or tab: got {text!r}")
    return delimiter


@contextmanager
def _output(file: str | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    with open(file, "w", encoding="utf-8", newline="") as stream:
        yield stream


def find_columns(endpoint: EndpointArgument, fields: str | None) -> list[Column]:
    """Return the columns of a table: the requested fields, or by default those that describe a record best."""
    from cwql.cli.record_formats import Column
    from cwql.language.dialects import find_dialect
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    known = catalog(endpoint.product)
    separator = find_dialect(endpoint.product).separator
    record = endpoint.endpoint.record
    columns: list[Column] = []
    wanted = fields.split(",") if fields else _COLUMNS[endpoint.product]
    for name in [name.strip() for name in wanted]:
        path = tuple(name.replace("/", ".").split("."))
        found = known.resolve(record, path) if record is not None else None
        if isinstance(found, Resolved) and (fields or found.field.origin == "spec"):
            columns.append(Column(separator.join(found.segments), found.segments))
        elif fields:
            columns.append(Column(name, path))
        if not fields and len(columns) == _MOST_COLUMNS:
            break
    if not columns and record is not None:
        plain = [
            field for field in known.record(record).fields() if field.kind not in ("reference", "collection", "map")
        ]
        columns = [Column(field.name, (field.name,)) for field in plain[:_MOST_COLUMNS]]
    return columns


def _records(
    endpoint: EndpointArgument, client: Any, query: dict[str, Any], options: dict[str, Any], show_progress: bool
) -> Iterator[dict[str, Any]]:
    from cwql.cli.progress import progress
    from cwql.client.request_body import plain

    resource = endpoint.resource(client)
    if not endpoint.endpoint.listed:
        value = plain(resource.get(fields=query.get("fields"), on_mismatch="keep"))
        for item in value if isinstance(value, list) else [value]:
            yield item if isinstance(item, dict) else {"value": item}
        return
    with progress(endpoint.title) if show_progress else nullcontext() as report:
        if report is not None:
            options = options | {"on_progress": report}
        # The output shows what the server sent, whatever its type is.
        for record in resource.list(**query, **options, on_mismatch="keep"):
            yield plain(record)
