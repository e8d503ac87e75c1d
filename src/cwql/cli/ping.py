"""``cwql ping``: check that a server responds and accepts the credentials."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the product and the server."""
    from cwql.cli.client_args import add_server
    from cwql.cli.options import DIALECT_NAMES, add_examples, add_output

    parser.add_argument("name", metavar="PRODUCT", nargs="?", choices=DIALECT_NAMES, help="manage or automate")
    add_server(parser, DIALECT_NAMES[0])
    add_output(parser)
    add_examples(parser, "ping --sandbox", "ping --sandbox automate", "ping --sandbox --output-format json")


def run(arguments: Any) -> int:
    """Print the server's own information and the time of the request. Raises the exceptions of a call."""
    from time import perf_counter

    from cwql.cli.client_args import connect
    from cwql.cli.options import DIALECT_NAMES, print_json
    from cwql.client.request_body import plain
    from cwql.errors import CwqlError

    if None is not arguments.name != (arguments.dialect or arguments.name):
        raise CwqlError(f"{arguments.name} and --product {arguments.dialect} name different products: give one")
    product = arguments.name or arguments.dialect or DIALECT_NAMES[0]
    with connect(product, arguments) as client:
        start = perf_counter()
        response = plain(client.ping())
        elapsed = perf_counter() - start
        if arguments.output_format == "json":
            print_json({"product": product, "elapsed_ms": round(elapsed * 1000), "response": response})
            return 0
        members = response.items() if isinstance(response, dict) else [("response", response)]
        shown = [f"{name} {value}" for name, value in members if isinstance(value, (str, int)) and value != ""]
        print(f"{product}: {', '.join(shown)} ({elapsed * 1000:.0f} ms)")
    return 0
