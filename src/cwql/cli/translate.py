"""``cwql translate``: translate a condition from one product to the other."""

from __future__ import annotations

import sys

from cwql.cli.streams import print_diagnostics, read_text, source_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from cwql.language.dialects.base import DialectName


def configure(parser: ArgumentParser) -> None:
    """Add the condition and the two dialects; one is enough, because there are only two."""
    from cwql.cli.options import DIALECT_NAMES, add_condition, add_examples, add_output

    add_condition(parser)
    parser.add_argument("--from", dest="source", choices=DIALECT_NAMES, help="the dialect of the condition")
    parser.add_argument("--to", dest="target", choices=DIALECT_NAMES, help="the dialect to translate to")
    parser.add_argument("--timezone", metavar="NAME", help="the time zone of times without one, such as Europe/Berlin")
    add_output(parser)
    parser.set_defaults(refuse=parser.error)
    add_examples(parser, """translate --to automate "company/name = 'Acme' and dateEntered > [2025-01-31]\"""")


def run(arguments: Any) -> int:
    """Print the translation, and diagnostics on standard error; return 1 if there is no translation."""
    from cwql.cli.options import DIALECT_NAMES, print_json
    from cwql.language.translate import translate

    if arguments.source is None and arguments.target is None:
        arguments.refuse("expected --to automate or --to manage")
    source: DialectName = arguments.source or next(name for name in DIALECT_NAMES if name != arguments.target)
    target: DialectName = arguments.target or next(name for name in DIALECT_NAMES if name != source)
    text = read_text(arguments.condition)
    translation = translate(text, source=source, target=target, timezone=arguments.timezone)
    if arguments.output_format == "json":
        print_json({"text": translation.text, "diagnostics": [each.to_dict(text) for each in translation.diagnostics]})
        return 0 if translation.text is not None else 1
    if translation.text is not None:
        print(translation.text)
    if translation.diagnostics:
        sys.stdout.flush()
        print_diagnostics(translation.diagnostics, text, source_name(arguments.condition), sys.stderr)
    return 0 if translation.text is not None else 1
