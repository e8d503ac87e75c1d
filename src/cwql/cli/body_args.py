"""The body of a command that writes: its arguments, and the requests that it sends or shows."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager

from cwql.cli.streams import read_text
from cwql.errors import CwqlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any

    from cwql.cli.client_args import EndpointArgument

_TEXTS = frozenset(("text", "enum", "datetime", "date", "uuid"))
"""The kinds of fields whose values are texts, also if they look like numbers."""


def add_body(parser: ArgumentParser, what: str) -> None:
    """Add the body, as JSON or as single members."""
    parser.add_argument("body", metavar="BODY", nargs="?", help=f"{what} as a JSON object, or - for standard input")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a member, such as summary='Printer on fire' or company/id=5; repeatable",
    )


def add_dry_run(parser: ArgumentParser) -> None:
    """Add the option that sends nothing."""
    parser.add_argument("--dry-run", action="store_true", help="check and show the requests, and send nothing")


def read_members(arguments: Any, endpoint: EndpointArgument) -> dict[str, Any]:
    """Return the JSON object of a body, without the members of ``--set``. Raises CwqlError for anything else."""
    if arguments.body is None:
        return {}
    text = read_text(arguments.body)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "too large or nested too deeply"
        raise CwqlError(f"the body is not JSON: {said}; members without a body are --set FIELD=VALUE") from None
    if not isinstance(found, dict):
        raise CwqlError(f"the body is a JSON object: got {text.strip()[:20]!r}")
    return found


def read_values(arguments: Any, endpoint: EndpointArgument) -> list[tuple[tuple[str, ...], Any]]:
    """Return the path and the value of each ``--set``. Raises CwqlError."""
    return [_read_value(text, endpoint) for text in arguments.set]


def _read_value(text: str, endpoint: EndpointArgument) -> tuple[tuple[str, ...], Any]:
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    name, sign, value = text.partition("=")
    path = tuple(name.strip().replace(".", "/").strip("/").split("/"))
    if not sign or not all(path):
        raise CwqlError(f"--set: expected FIELD=VALUE, got {text[:60]!r}")
    record = endpoint.endpoint.record
    found = catalog(endpoint.product).resolve(record, path) if record is not None else None
    if isinstance(found, Resolved) and found.field.kind in _TEXTS:
        return path, value
    try:
        return path, json.loads(value)
    except ValueError:
        return path, value


def nest(values: list[tuple[tuple[str, ...], Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Add values to a body at their paths. Raises CwqlError for a path through a value that is no object."""
    for path, value in values:
        inner: Any = body
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                raise CwqlError(f"--set: {'/'.join(path)} needs an object at {step}")
        inner[path[-1]] = value
    return body


@contextmanager
def writing(arguments: Any, endpoint: EndpointArgument) -> Iterator[Any]:
    """Yield the resource of an endpoint: with ``--dry-run`` one that sends nothing, whose requests are printed afterwards."""
    from cwql.cli.client_args import connect

    with connect(endpoint.product, arguments, endpoint.host) as client:
        if not arguments.dry_run:
            yield endpoint.resource(client)
            return
        dry = client.dry_run()
        yield endpoint.resource(dry)
        for request in dry.plan:
            print(request)


def print_record(record: Any, arguments: Any) -> None:
    """Print a record as JSON, except in a dry run, which has none."""
    from cwql.client.request_body import plain

    if not arguments.dry_run and record is not None:
        print(json.dumps(plain(record), ensure_ascii=False, indent=2))


def report(name: str, error: Exception) -> int:
    """Print the problems of a body or a condition, and return the exit status for them."""
    from cwql.render.width import make_lines_visible

    print(f"cwql {name}: {make_lines_visible(str(error))}", file=sys.stderr)
    return 1
