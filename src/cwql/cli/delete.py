"""``cwql delete``: delete a record."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the record and the server."""
    from cwql.cli.body_args import add_dry_run
    from cwql.cli.client_args import add_server
    from cwql.cli.options import add_examples, add_quiet

    parser.add_argument("endpoint", metavar="RECORD", help="the path of the record, such as /service/tickets/5")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask; necessary without a terminal")
    add_dry_run(parser)
    add_quiet(parser)
    add_server(parser)
    add_examples(
        parser, "delete --sandbox --dry-run /service/tickets/5", "delete --sandbox --dry-run /company/contacts/3"
    )


def run(arguments: Any) -> int:
    """Delete the record; return 1 if the answer to the question is no."""
    from cwql.cli.body_args import writing
    from cwql.cli.client_args import EndpointArgument
    from cwql.errors import CwqlError

    endpoint = EndpointArgument(arguments.endpoint, arguments.dialect)
    if not endpoint.endpoint.key.endswith("{}"):
        # Some paths delete everything below them.
        raise CwqlError(f"{endpoint.title} is not one record: expected a path that ends with its id")
    with writing(arguments, endpoint) as resource:
        if not arguments.dry_run and not arguments.yes:
            if not sys.stdin.isatty():
                raise CwqlError("there is no terminal to ask for a confirmation: give --yes")
            print(f"delete {arguments.endpoint}? [y/N] ", end="", file=sys.stderr, flush=True)
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                return 1
        resource.delete()
        if not arguments.dry_run and not arguments.quiet:
            print(f"deleted {arguments.endpoint}", file=sys.stderr)
    return 0
