"""``cwql fmt``: print a condition in canonical form."""

from __future__ import annotations

import sys

from cwql.cli.streams import name_of, read_text, show
from cwql.errors import ConditionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take a condition, its dialect and parameter, and ``--check``."""
    from cwql.cli.options import add_condition, add_dialect, add_examples, add_parameter

    add_condition(parser)
    add_dialect(parser)
    add_parameter(parser)
    parser.add_argument(
        "--check", action="store_true", help="print nothing where the text is canonical, else exit with 1"
    )
    add_examples(parser, """fmt "status/name='New' AND(id=5 or id=6)\"""")


def run(arguments: Any) -> int:
    """Print the canonical text; return 1 where the text cannot be read or, under ``--check``, is not canonical."""
    from cwql.cli.options import read_dialect
    from cwql.language.formatter import format

    text = read_text(arguments.condition)
    try:
        canonical = format(text, read_dialect(arguments), arguments.parameter)
    except ConditionError as refusal:
        show(refusal.diagnostics, refusal.text, name_of(arguments.condition), sys.stderr)
        return 1
    if not arguments.check:
        print(canonical)
        return 0
    if canonical == text:
        return 0
    print(f"not canonical; cwql fmt would print: {canonical}")
    return 1
