"""``cwql endpoints``: list or search the endpoints of both products."""

from __future__ import annotations

import sys

from cwql.cli.streams import terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from cwql.schema.endpoint_search import Found

FOUND_LIMIT = 25
"""How many endpoints a search prints; the best matches come first."""


def configure(parser: ArgumentParser) -> None:
    """Add the words, the product and the output format."""
    from cwql.cli.options import add_examples, add_output, add_product

    parser.add_argument(
        "words",
        metavar="WORDS",
        nargs="*",
        help="words of a path or of a record, such as ticket notes, or the beginning of a path; default: every endpoint",
    )
    add_product(parser, "both")
    add_output(parser)
    add_examples(
        parser,
        "endpoints ticket notes",
        "endpoints /service/boards",
        "endpoints --product automate --output-format json",
    )


def run(arguments: Any) -> int:
    """Print a line or an object for each endpoint; return 1 if none is found."""
    found = find(" ".join(arguments.words), arguments.dialect)
    if arguments.output_format == "json":
        from cwql.cli.options import print_json

        rows = [
            {"path": path, "product": product, "record": endpoint.record, "methods": list(endpoint.methods)}
            for product, path, endpoint in found
        ]
        print_json(rows)
        return 0 if found else 1
    if not found:
        words = " ".join(arguments.words)
        near = find_near(words, arguments.dialect)
        guess = f"; did you mean {' or '.join(near)}?" if near else "."
        print(f"No endpoint matches {words!r}{guess}", file=sys.stderr)
        return 1
    terminal = terminal_of(sys.stdout)
    width = max(len(path) for _, path, _ in found)
    for product, path, endpoint in found:
        record = f"{endpoint.record or ''}{'[]' if endpoint.listed else ''}"
        print(f"{terminal.style('strong', path.ljust(width))}  {product:8}  {record:28}  {' '.join(endpoint.methods)}")
    return 0


def find(words: str, product: str | None = None) -> list[Found]:
    """Return endpoints with their product and path: all, those below a path or of a path with ids, or the best matches of words."""
    from cwql.schema.catalog import catalog
    from cwql.schema.endpoint_search import search_endpoints
    from cwql.schema.loader import PRODUCTS

    start = words.strip().lower().rstrip("/")
    if start and not start.startswith("/"):
        found = search_endpoints(words, lambda title: True, FOUND_LIMIT if product is None else 4 * FOUND_LIMIT)
        return [entry for entry in found if product in (None, entry[0])][:FOUND_LIMIT]
    products = [name for name in PRODUCTS if product in (None, name)]
    below: list[Found] = [
        (name, path, endpoint)
        for name in products
        for endpoint in catalog(name).endpoints()
        if (path := catalog(name).title(endpoint)).lower().startswith(start)
    ]
    if below:
        return below
    named = [(name, catalog(name).find_endpoint(start)) for name in products]
    return [(name, catalog(name).title(endpoint), endpoint) for name, endpoint in named if endpoint is not None]


def find_near(words: str, product: str | None = None) -> list[str]:
    """Return the paths that a mistyped one, or its last word, may have meant."""
    from cwql.schema.catalog import catalog
    from cwql.schema.loader import PRODUCTS

    found = [path for name in PRODUCTS if product in (None, name) for path in catalog(name).near_endpoints(words)]
    return found[:3] if words.strip() else []
