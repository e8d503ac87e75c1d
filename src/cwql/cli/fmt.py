"""``cwql fmt``: print a condition in canonical form."""

from __future__ import annotations

import sys

from cwql.cli.streams import print_change, print_diagnostics, read_text, source_name
from cwql.errors import ConditionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the condition, its dialect and parameter, and ``--check``."""
    from cwql.cli.options import add_condition, add_dialect, add_endpoint, add_examples, add_output

    add_condition(parser)
    add_dialect(parser)
    add_endpoint(parser)
    add_output(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 if the condition is not canonical, and print it only then",
    )
    parser.add_argument("--diff", action="store_true", help="print the difference instead of the canonical form")
    add_examples(parser, """fmt "status/name='New' AND(id=5 or id=6)\"""")


def run(arguments: Any) -> int:
    """Print the canonical form; return 1 if the condition cannot be parsed or, with ``--check``, is not canonical."""
    from cwql.cli.options import print_json
    from cwql.query.text import format

    text = read_text(arguments.condition)
    try:
        canonical = format(text, dialect=arguments.dialect, endpoint=arguments.endpoint, parameter=arguments.parameter)
    except ConditionError as error:
        print_diagnostics(error.diagnostics, error.text, source_name(arguments.condition), sys.stderr)
        return 1
    if arguments.output_format == "json":
        print_json({"text": canonical, "canonical": canonical == text})
        return 1 if arguments.check and canonical != text else 0
    if arguments.diff:
        print_change(text, canonical)
        return 1 if canonical != text else 0
    if not arguments.check:
        print(canonical)
        return 0
    if canonical == text:
        return 0
    print(f"not canonical; `cwql fmt` prints: {canonical}")
    return 1
