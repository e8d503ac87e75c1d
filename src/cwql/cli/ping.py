"""``cwql ping``: check that a server responds and accepts the credentials."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the product and the server."""
    from cwql.cli.client_args import add_server
    from cwql.cli.options import DIALECT_NAMES, add_examples

    add_server(parser, DIALECT_NAMES[0])
    parser.set_defaults(dialect=DIALECT_NAMES[0])
    add_examples(parser, "ping --sandbox", "ping --sandbox -d automate")


def run(arguments: Any) -> int:
    """Print the server's own information and the time of the request. Raises the exceptions of a call."""
    from time import perf_counter

    from cwql.cli.client_args import connect
    from cwql.client.request_body import plain

    with connect(arguments.dialect, arguments) as client:
        start = perf_counter()
        response = plain(client.ping())
        elapsed = perf_counter() - start
        members = response.items() if isinstance(response, dict) else [("response", response)]
        shown = [f"{name} {value}" for name, value in members if isinstance(value, (str, int)) and value != ""]
        print(f"{arguments.dialect}: {', '.join(shown)} ({elapsed * 1000:.0f} ms)")
    return 0
