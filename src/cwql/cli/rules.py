"""``cwql rules``: list all rules."""

from __future__ import annotations

import sys

from cwql.cli.streams import terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the output format."""
    from cwql.cli.options import add_output

    add_output(parser)


def run(arguments: Any) -> int:
    """Print a line or an object for each rule."""
    from cwql.rules.registry import RULES

    if arguments.output_format == "json":
        from cwql.cli.explain import describe_as_object
        from cwql.cli.options import print_json

        print_json([describe_as_object(rule) for rule in RULES])
        return 0
    terminal = terminal_of(sys.stdout)
    width = max(len(rule.name) for rule in RULES)
    fixes = {"safe": "fix", "unsafe": "(fix)", "none": ""}
    for rule in RULES:
        severity = terminal.style(rule.severity, rule.severity.ljust(7))
        print(
            f"{terminal.style('strong', rule.code)}  {severity}  {rule.name:{width}}  {fixes[rule.safety]:5}  {rule.summary}"
        )
    return 0
