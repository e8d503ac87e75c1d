"""``cwql translate``: turn a condition of one product into one of the other."""

from __future__ import annotations

import sys

from cwql.cli.streams import name_of, read_text, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take a condition and the two dialects; one of them is enough while there are only two."""
    from cwql.cli.options import DIALECT_NAMES, add_condition, add_examples

    add_condition(parser)
    parser.add_argument("--from", dest="source", choices=DIALECT_NAMES, help="the dialect it is written in")
    parser.add_argument("--to", dest="target", choices=DIALECT_NAMES, help="the dialect it is wanted in")
    parser.add_argument(
        "--timezone", metavar="NAME", help="where times without a zone were read, such as Europe/Berlin"
    )
    parser.set_defaults(refuse=parser.error)
    add_examples(parser, """translate --to automate "company/name = 'Acme' and dateEntered > [2025-01-31]\"""")


def run(arguments: Any) -> int:
    """Print the translated text, and on the standard error what to know about it; return 1 where there is no translation."""
    from cwql.cli.options import DIALECT_NAMES
    from cwql.language.translate import translate

    source, target = arguments.source, arguments.target
    if source is None and target is None:
        arguments.refuse("say which way: --to automate, or --to manage")
    source = source or next(name for name in DIALECT_NAMES if name != target)
    target = target or next(name for name in DIALECT_NAMES if name != source)
    text = read_text(arguments.condition)
    translation = translate(text, source, target, timezone=arguments.timezone)
    if translation.text is not None:
        print(translation.text)
    if translation.diagnostics:
        sys.stdout.flush()
        show(translation.diagnostics, text, name_of(arguments.condition), sys.stderr)
    return 0 if translation.text is not None else 1
