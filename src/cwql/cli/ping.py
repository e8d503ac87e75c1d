"""``cwql ping``: see whether a server answers, and accepts the credentials."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take the product and the server."""
    from cwql.cli.options import DIALECT_NAMES, add_examples
    from cwql.cli.target import add_server

    add_server(parser, DIALECT_NAMES[0])
    parser.set_defaults(dialect=DIALECT_NAMES[0])
    add_examples(parser, "ping --sandbox", "ping --sandbox -d automate")


def run(arguments: Any) -> int:
    """Print what the server says of itself, and how long that took. Raises what a call raises."""
    from time import perf_counter

    from cwql.cli.target import connect
    from cwql.client.writing import plain

    with connect(arguments.dialect, arguments) as client:
        began = perf_counter()
        answer = plain(client.ping())
        took = perf_counter() - began
        members = answer.items() if isinstance(answer, dict) else [("answer", answer)]
        said = [f"{name} {value}" for name, value in members if isinstance(value, (str, int)) and value != ""]
        print(f"{arguments.dialect}: {', '.join(said)} ({took * 1000:.0f} ms)")
    return 0
