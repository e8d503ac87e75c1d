"""``cwql sql``: execute SQL over the lists of both products."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, nullcontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping
    from typing import Any

    from cwql.tables.database import Result

WRITES_FILES = True
"""`--output-file` may be of a binary format, which this module writes itself."""


def configure(parser: ArgumentParser) -> None:
    """Add the query, the output format and the server."""
    from cwql.cli.client_args import SANDBOX_HINT, add_access
    from cwql.cli.options import add_examples, add_output, add_quiet
    from cwql.cli.record_formats import FILES, FORMATS

    parser.add_argument("query", metavar="QUERY", help="a SELECT statement, or - for standard input")
    add_output(parser, [*FORMATS, *FILES], "by the ending of --output-file, otherwise table")
    add_quiet(parser)
    parser.add_argument("--explain", action="store_true", help="show the requests and what is evaluated locally")
    parser.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="the zone of days and months; default: %(default)s"
    )
    parser.add_argument(
        "--parallel", metavar="N", type=int, default=1, help="request so many pages at the same time; default: 1"
    )
    add_access(parser)
    parser.epilog = (
        'Tables are named by product and path: manage.service.tickets, automate.Computers, manage."service/boards/1/statuses".\n'
        f"Conditions, columns, order and limit are sent to the server as far as they can be; {SANDBOX_HINT}."
    )
    add_examples(
        parser,
        """sql --sandbox "select company.name, count(*) from manage.service.tickets where not closedFlag group by 1\"""",
        """sql --sandbox --explain "select count(*) from manage.service.tickets where closedFlag\"""",
        """sql --sandbox "select id, summary from manage.service.tickets" --output-file tickets.parquet""",
    )


def run(arguments: Any) -> int:
    """Print the rows, or write them to a file; return 1 if the query has an error."""
    from cwql.cli.record_formats import find_zone, read_format
    from cwql.cli.streams import read_text
    from cwql.tables import SQLError, connect
    from cwql.tables.query import read_query

    format = read_format(arguments.output_format, arguments.output_file)
    find_zone(arguments.timezone)
    text = read_text(arguments.query)
    try:
        products = {scan.product for scan in read_query(text).scans}
        settings = {"timezone": arguments.timezone, "parallel": arguments.parallel}
        with _clients(products, arguments) as clients, connect(**clients, **settings) as database:
            result = database.sql(text)
            if arguments.explain:
                print(result.explain())
                return 0
            count = _write(result, format, arguments.output_file)
    except SQLError as error:
        print(f"cwql sql: error: {error}", file=sys.stderr)
        return 1
    if not arguments.quiet and (format == "table" or arguments.output_file is not None):
        sys.stdout.flush()
        print(f"{count:,} row{'' if count == 1 else 's'}", file=sys.stderr)
    return 0


@contextmanager
def _clients(products: set[str], arguments: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a client for each product that the query reads."""
    from cwql.cli.client_args import connect

    with ExitStack() as stack:
        yield {product: stack.enter_context(connect(product, arguments)) for product in sorted(products)}


def _write(result: Result, format: str, file: str | None) -> int:
    """Write the rows and return their number."""
    from cwql.cli.record_formats import FILES, Column, write_records

    if format in FILES and file is not None:
        from cwql.tables.files import write_file

        return write_file(result.to_arrow(), format, file)
    from cwql.cli.streams import terminal_of

    columns = [Column(name, (name,)) for name in result.schema.names]
    with nullcontext(sys.stdout) if file is None else open(file, "w", encoding="utf-8", newline="") as stream:
        rows = ({name: _plain(value) for name, value in row.items()} for row in result.rows())
        write_records(rows, columns, format, stream, terminal_of(stream))
    return result.count()


def _plain(value: Any) -> Any:
    """Return a value that JSON can express: moments and dates as ISO text."""
    from datetime import UTC, date, datetime
    from decimal import Decimal

    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
