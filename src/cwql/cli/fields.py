"""``cwql fields``: list the fields of an endpoint."""

from __future__ import annotations

import sys

from cwql.cli.streams import terminal_of
from cwql.schema.field_paths import find_field_paths, note_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from cwql.render.terminal import Terminal
    from cwql.schema.field import FieldInfo
    from cwql.schema.field_paths import FieldPath

_GAP = "  "


def configure(parser: ArgumentParser) -> None:
    """Add the endpoint, the beginning of a field path, the product and the output format."""
    from cwql.cli.options import add_examples, add_output, add_product

    parser.add_argument("endpoint", metavar="ENDPOINT", help="a path, such as /service/tickets or /Computers")
    parser.add_argument(
        "prefix",
        metavar="PREFIX",
        nargs="?",
        default="",
        help="a field or the beginning of its path; company/ lists the fields of company",
    )
    add_product(parser, "the one that has the endpoint")
    add_output(parser)
    add_examples(
        parser, "fields /service/tickets", "fields /service/tickets company/", "fields /Computers --output-format json"
    )


def run(arguments: Any) -> int:
    """Print a line or an object for each field.

    Raises:
        UnknownNameError: There is no such endpoint or field.
    """
    from cwql.errors import UnknownNameError
    from cwql.language.dialects import find_dialect
    from cwql.schema.catalog import catalog, locate

    product, endpoint = locate(arguments.endpoint, arguments.dialect)
    known = catalog(product)
    if endpoint.record is None:
        raise UnknownNameError(f"{known.title(endpoint)} returns no records")
    rows = find_field_paths(known, known.record(endpoint.record), arguments.prefix)
    separator = find_dialect(product).separator
    if arguments.output_format == "json":
        from cwql.cli.options import print_json

        print_json([_plain(separator, *row) for row in rows])
        return 0
    print(_table(rows, separator, terminal_of(sys.stdout)))
    return 0


def _notes(field: FieldInfo) -> str:
    """Return notes on a field besides its type."""
    parts = [", ".join(field.enum), "required" if field.required else "", note_on(field)]
    return "; ".join([part for part in parts if part])


def _plain(separator: str, path: tuple[str, ...], field: FieldInfo) -> dict[str, object]:
    note = field.note
    return {
        "path": separator.join(path),
        "type": field.kind,
        "format": field.format,
        "items": field.items,
        "record": field.target,
        "enum": list(field.enum),
        "nullable": field.nullable,
        "required": field.required,
        "max_length": field.max_length,
        "origin": field.origin,
        "note": {"kind": note.kind, "origin": note.origin, "target": note.target} if note is not None else None,
    }


def _table(rows: list[FieldPath], separator: str, terminal: Terminal) -> str:
    names = [separator.join(path) for path, _ in rows]
    titles = [field.title for _, field in rows]
    left, middle = max(map(len, names)), max(map(len, titles))
    room = terminal.width - left - middle - 2 * len(_GAP)
    lines: list[str] = []
    for name, title, (_, field) in zip(names, titles, rows, strict=True):
        first, *more = _wrapped(_notes(field), room)
        head = f"{terminal.style('strong', name)}{' ' * (left - len(name))}{_GAP}{terminal.style('code', title)}"
        lines.append(f"{head}{' ' * (middle - len(title))}{_GAP}{first}".rstrip())
        lines += [f"{' ' * (left + middle + 2 * len(_GAP))}{line}" for line in more]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > max(width, 20):
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines
