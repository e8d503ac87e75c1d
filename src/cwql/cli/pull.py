"""``cwql pull``: copy lists into a database or into files, and keep the copies up to date."""

from __future__ import annotations

import sys
from contextlib import ExitStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from cwql.tables.mirror import PullResult


def configure(parser: ArgumentParser) -> None:
    """Add the endpoints, the destination and the server."""
    from cwql.cli.client_args import SANDBOX_HINT, add_access
    from cwql.cli.options import add_examples, add_output, whole

    parser.add_argument(
        "endpoints", metavar="ENDPOINT", nargs="*", help="a path, such as /service/tickets or /Computers"
    )
    parser.add_argument(
        "--to", metavar="URL", required=True, help="duckdb:FILE, sqlite:FILE, parquet:FOLDER or postgresql://…"
    )
    parser.add_argument(
        "--tables", metavar="FILE", help="read endpoints from a file, one on each line; # starts a comment"
    )
    parser.add_argument("--sweep", action="store_true", help="look for deletions now; default: once a day")
    parser.add_argument("--no-sweep", action="store_true", help="do not look for deletions")
    parser.add_argument("--allow-deletions", action="store_true", help="delete more than a fifth of a table")
    parser.add_argument("--full", action="store_true", help="read all records again")
    parser.add_argument(
        "--overlap",
        metavar="MINUTES",
        type=whole(0),
        default=10,
        help="read changes from so much earlier; default: 10",
    )
    parser.add_argument(
        "--parallel",
        metavar="N",
        type=whole(1),
        default=1,
        help="request so many pages at the same time; default: 1",
    )
    parser.add_argument("--dry-run", action="store_true", help="only count the records that would be read")
    parser.add_argument("--progress", action="store_true", help="show the progress")
    add_output(parser)
    add_access(parser)
    parser.epilog = (
        "A run can be interrupted and repeated at any time. Exit status: 0 the copies are up to date, 1 deletions were not applied,\n"
        f"because they are too many, 2 failure; {SANDBOX_HINT}."
    )
    add_examples(
        parser,
        "pull --sandbox /service/tickets /company/companies --to duckdb:psa.duckdb",
        "pull --sandbox --tables tables.txt --to parquet:mirror --output-format json",
    )


def run(arguments: Any) -> int:
    """Bring the tables up to date and print a report; return 1 if deletions were not applied."""
    from dataclasses import asdict
    from datetime import timedelta

    from cwql.cli.client_args import connect
    from cwql.cli.options import print_json
    from cwql.errors import CwqlError
    from cwql.schema.catalog import locate
    from cwql.tables import PullSettings, pull

    endpoints = [*arguments.endpoints, *(_read_list(arguments.tables) if arguments.tables else ())]
    if not endpoints:
        raise CwqlError("no endpoint given: name paths, or a file with --tables")
    if arguments.sweep and arguments.no_sweep:
        raise CwqlError("--sweep and --no-sweep exclude each other")
    settings = PullSettings(
        overlap=timedelta(minutes=arguments.overlap),
        sweep=True if arguments.sweep else False if arguments.no_sweep else None,
        allow_deletions=arguments.allow_deletions,
        full_refresh=arguments.full,
        parallel=arguments.parallel,
    )
    products = {locate(path)[0] for path in endpoints}
    with ExitStack() as stack:
        clients = {product: stack.enter_context(connect(product, arguments)) for product in sorted(products)}
        report = _show if arguments.progress else None
        result = pull(
            clients, endpoints, to=arguments.to, settings=settings, dry_run=arguments.dry_run, on_progress=report
        )
    if arguments.output_format == "json":
        print_json({"ok": result.ok, "tables": [asdict(table) for table in result.tables.values()]})
    else:
        print(_text(result, arguments.dry_run))
    return 0 if result.ok else 1


_LIST_LIMIT = 1_000_000
"""Bytes of a file with endpoints; all endpoints of both products have 60,000."""


def _read_list(file: str) -> list[str]:
    from cwql.errors import CwqlError

    # May be a pipe, so that another command can list the tables.
    with open(file, "rb") as stream:
        content = stream.read(_LIST_LIMIT + 1)
    if len(content) > _LIST_LIMIT:
        raise CwqlError(f"--tables: {file} is not a list of endpoints: it has more than {_LIST_LIMIT:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CwqlError(f"--tables: {file} is not UTF-8") from None
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]


def _show(table: str, read: int) -> None:
    print(f"{table}: {_count(read)} read", file=sys.stderr)


def _text(result: PullResult, dry_run: bool) -> str:
    lines = []
    for table in result.tables.values():
        if dry_run:
            lines.append(f"{table.name}: {table.read:,} records to read ({table.how})")
            continue
        changes = f"{table.inserted:,} inserted, {table.updated:,} updated, {table.deleted:,} deleted"
        lines.append(f"{table.name}: {_count(table.read)} read ({table.how}), {changes}")
        lines += [f"  new column {column}" for column in table.added_columns]
        lines += [f"  {note}" for note in table.notes]
    return "\n".join(lines)


def _count(records: int) -> str:
    return f"{records:,} record{'' if records == 1 else 's'}"
