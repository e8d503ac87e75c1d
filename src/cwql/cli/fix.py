"""``cwql fix``: apply the fixes that findings offer."""

from __future__ import annotations

import sys

from cwql.cli.streams import name_of, page_of, read_text, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take a condition, its dialect and place, how much rules count, ``--unsafe`` and ``--diff``."""
    from cwql.cli.options import add_condition, add_dialect, add_examples, add_levels, add_place

    add_condition(parser)
    add_dialect(parser)
    add_place(parser)
    add_levels(parser)
    parser.add_argument("--unsafe", action="store_true", help="also apply fixes that may change what the text means")
    parser.add_argument("--diff", action="store_true", help="show the change instead of the fixed text")
    add_examples(
        parser,
        """fix "company/name = 'O'Brien & Sons' and id == 5\"""",
        """fix --unsafe -e /service/tickets "company/nme = 'Acme'\"""",
    )


def run(arguments: Any) -> int:
    """Print the fixed text, and on the standard error what is left; return 1 where something is left, or to change."""
    from cwql.analysis.checker import check
    from cwql.analysis.fixes import fix
    from cwql.cli.options import read_dialect, read_levels

    levels = read_levels(arguments)
    text = read_text(arguments.condition)
    place = (read_dialect(arguments), arguments.endpoint, arguments.parameter)
    fixed = fix(text, *place, unsafe=arguments.unsafe, levels=levels)
    if arguments.diff:
        if fixed != text:
            _show_change(text, fixed)
        return 1 if fixed != text else 0
    print(fixed)
    left = check(fixed, *place, levels=levels, forward_only=arguments.forward_only)
    if left:
        # Both streams often end in one terminal: the text first, then what is left of it.
        sys.stdout.flush()
        show(left, fixed, name_of(arguments.condition), sys.stderr)
    return 1 if left else 0


def _show_change(before: str, after: str) -> None:
    from cwql.render.cells import make_visible

    page = page_of(sys.stdout)
    for sign, style, text in (("-", "error", before), ("+", "good", after)):
        for line in text.splitlines():
            print(page.paint(style, f"{sign} {make_visible(line)}"))
