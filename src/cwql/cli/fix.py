"""``cwql fix``: apply the fixes for the problems of a condition."""

from __future__ import annotations

import sys

from cwql.cli.streams import print_change, print_diagnostics, read_text, source_name
from cwql.language.dialects import find_dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the condition, its dialect and endpoint, the severities of rules, ``--unsafe-fixes`` and ``--diff``."""
    from cwql.cli.options import (
        add_condition,
        add_dialect,
        add_endpoint,
        add_examples,
        add_output,
        add_release,
        add_rules,
        add_selection,
        add_unsafe_fixes,
    )

    add_condition(parser)
    add_dialect(parser)
    add_endpoint(parser)
    add_rules(parser)
    add_unsafe_fixes(parser)
    add_release(parser)
    add_selection(parser)
    add_output(parser)
    parser.add_argument("--diff", action="store_true", help="print the difference instead of the fixed condition")
    add_examples(
        parser,
        """fix "company/name = 'O'Brien & Sons' and id == 5\"""",
        """fix --unsafe-fixes -e /service/tickets "company/nme = 'Acme'\"""",
    )


def run(arguments: Any) -> int:
    """Print the fixed condition, and the remaining diagnostics on standard error; return 1 if there are any, or a difference."""
    from cwql.analysis.fixes import fix
    from cwql.cli.options import keep_selected, print_json, read_dialect, read_rules

    rules = read_rules(arguments)
    text = read_text(arguments.condition)
    result = fix(
        text,
        dialect=find_dialect(read_dialect(arguments)),
        endpoint=arguments.endpoint,
        parameter=arguments.parameter,
        unsafe_fixes=arguments.unsafe_fixes,
        rules=rules,
        pagination=arguments.pagination,
        release=arguments.release,
    )
    fixed, remaining = result.text, keep_selected(result.diagnostics, arguments)
    if arguments.output_format == "json":
        print_json(
            {
                "text": fixed,
                "applied": [fix.to_dict() for fix in result.applied],
                "diagnostics": [diagnostic.to_dict(fixed) for diagnostic in remaining],
            }
        )
        return 1 if remaining and not arguments.exit_zero else 0
    if arguments.diff:
        print_change(text, fixed)
        return 1 if fixed != text and not arguments.exit_zero else 0
    print(fixed)
    if remaining:
        # Both streams often go to one terminal, where the condition comes before the diagnostics.
        sys.stdout.flush()
        print_diagnostics(remaining, fixed, source_name(arguments.condition), sys.stderr)
    return 1 if remaining and not arguments.exit_zero else 0
