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

FORMATS: dict[str, str] = {
    "table": "a table, for people",
    "json": "a JSON list of objects",
    "jsonl": "a JSON object on each line",
    "csv": "CSV, for spreadsheets",
    "parquet": "a Parquet file (needs --output)",
    "xlsx": "an Excel file (needs --output)",
}
"""Every format of rows."""

_FILES = ("parquet", "xlsx")


def configure(parser: ArgumentParser) -> None:
    """Add the query, the output format and the server."""
    from cwql.cli.client_args import SANDBOX_HINT
    from cwql.cli.options import add_examples

    parser.add_argument("query", metavar="QUERY", help="a SELECT statement, or - for standard input")
    parser.add_argument(
        "--format", choices=list(FORMATS), help="the output format; default: by --output, otherwise table"
    )
    parser.add_argument("--output", metavar="FILE", help="write to a file; default: standard output")
    parser.add_argument("--explain", action="store_true", help="show the requests and what is evaluated locally")
    parser.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="the zone of days and months; default: %(default)s"
    )
    parser.add_argument("--sandbox", action="store_true", help="start a local server and send requests to it")
    parser.add_argument("--profile", metavar="NAME", help="a profile in the file that CWQL_CONFIG names")
    parser.epilog = (
        'Tables are named by product and path: manage.service.tickets, automate.Computers, manage."service/boards/1/statuses".\n'
        f"Conditions, columns, order and limit are sent to the server as far as they can be; {SANDBOX_HINT}."
    )
    add_examples(
        parser,
        """sql --sandbox "select company.name, count(*) from manage.service.tickets where not closedFlag group by 1\"""",
        """sql --sandbox --explain "select count(*) from manage.service.tickets where closedFlag\"""",
        """sql --sandbox "select id, summary from manage.service.tickets" --output tickets.parquet""",
    )


def run(arguments: Any) -> int:
    """Print the rows, or write them to a file; return 1 if the query has an error."""
    from cwql.errors import CwqlError

    format = arguments.format or _format_of(arguments.output)
    if format in _FILES and arguments.output is None:
        raise CwqlError(f"--format {format} needs --output FILE")
    from cwql.cli.streams import read_text
    from cwql.tables.database import connect
    from cwql.tables.query import SQLError, read_query

    text = read_text(arguments.query)
    try:
        products = {scan.product for scan in read_query(text).scans}
        with _clients(products, arguments) as clients, connect(**clients, timezone=arguments.timezone) as database:
            result = database.sql(text)
            if arguments.explain:
                print(result.explain())
                return 0
            count = _write(result, format, arguments.output)
    except SQLError as error:
        print(f"cwql sql: error: {error}", file=sys.stderr)
        return 1
    if format == "table" or arguments.output is not None:
        sys.stdout.flush()
        print(f"{count:,} row{'' if count == 1 else 's'}", file=sys.stderr)
    return 0


def _format_of(file: str | None) -> str:
    """Return the format for a file name, or the table."""
    ending = (file or "").rpartition(".")[2].lower()
    return ending if ending in FORMATS else "table"


@contextmanager
def _clients(products: set[str], arguments: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a client for each product that the query reads."""
    from cwql.cli.client_args import connect

    with ExitStack() as stack:
        yield {product: stack.enter_context(connect(product, arguments)) for product in sorted(products)}


def _write(result: Result, format: str, file: str | None) -> int:
    """Write the rows and return their number."""
    if format == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(result.to_arrow(), file)
        return result.count()
    if format == "xlsx":
        from cwql.tables.excel import write_workbook

        return write_workbook(result.to_arrow(), str(file))
    from cwql.cli.record_formats import Column, write_records
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
