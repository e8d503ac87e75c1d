"""``cwql rules``: list every rule."""

from __future__ import annotations

import sys

from cwql.cli.streams import page_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take the output format."""
    parser.add_argument("--format", choices=["text", "json"], default="text", help="default: %(default)s")


def run(arguments: Any) -> int:
    """Print one line, or one object, a rule."""
    from cwql.analysis.rules import RULES

    if arguments.format == "json":
        import json

        print(json.dumps([{name: getattr(rule, name) for name in rule.__fields__} for rule in RULES], indent=2))
        return 0
    page = page_of(sys.stdout)
    width = max(len(rule.name) for rule in RULES)
    fixes = {"safe": "fix", "unsafe": "(fix)", "none": ""}
    for rule in RULES:
        severity = page.paint(rule.severity, rule.severity.ljust(7))
        print(
            f"{page.paint('strong', rule.code)}  {severity}  {rule.name:{width}}  {fixes[rule.safety]:5}  {rule.summary}"
        )
    return 0
