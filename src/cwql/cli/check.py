"""``cwql check``: check a condition."""

from __future__ import annotations

import sys

from cwql.analysis.checker import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects.base import DialectName

OPERAND = "condition"
PLAIN = {"-e": "endpoint", "--endpoint": "endpoint", "-p": "parameter", "--parameter": "parameter"}
DEFAULTS: dict[str, Any] = {
    "dialect": None,
    "endpoint": None,
    "parameter": None,
    "output_format": "text",
    "strict": False,
    "severity": [],
    "pagination": "auto",
    "fix": False,
    "unsafe_fixes": False,
    "diff": False,
    "release": None,
    "select": [],
    "ignore": [],
    "exit_zero": False,
    "output_file": None,
    "quiet": False,
    "verbose": False,
}


def configure(parser: ArgumentParser) -> None:
    """Add the condition, its dialect and endpoint, the severities of rules, and the output format."""
    from cwql.cli.options import (
        add_condition,
        add_dialect,
        add_endpoint,
        add_examples,
        add_output,
        add_quiet,
        add_release,
        add_rules,
        add_selection,
        add_unsafe_fixes,
    )
    from cwql.render import FORMATS

    parser.epilog = "formats:\n" + "\n".join(f"  {name:8} {line}" for name, line in FORMATS.items())
    add_condition(parser)
    add_dialect(parser)
    add_endpoint(parser)
    add_rules(parser)
    parser.add_argument(
        "--fix", action="store_true", help="apply safe fixes, and print the condition as `cwql fix` does"
    )
    add_unsafe_fixes(parser)
    add_selection(parser)
    add_release(parser)
    add_output(parser, FORMATS)
    add_quiet(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="also print what the text was checked as")
    parser.set_defaults(**DEFAULTS)
    add_examples(
        parser,
        """check "status/name = 'New' and closedFlag = false\"""",
        """check -e /service/tickets "company/nme = 'Acme'\"""",
        """check -d automate "Client.Name = 'Acme'\"""",
        """check -e /service/tickets --release 2022.1 "closedFlag = false and board/id = 1\"""",
        """check -e /service/tickets -p orderBy "priority/id asc\"""",
    )


def run(arguments: Any) -> int:
    """Print the diagnostics and return 1 if there are any."""
    if arguments.fix:
        from cwql.cli.fix import run as run_fix

        return run_fix(arguments)
    text: str = arguments.condition
    # The constant of `streams` would import the module for every call.
    if text == "-":
        from cwql.cli.streams import read_text

        text = read_text(text)
    rules = None
    if arguments.strict or arguments.severity or arguments.select or arguments.ignore:
        from cwql.cli.options import read_rules

        rules = read_rules(arguments)
    dialect: DialectName = arguments.dialect or "manage"
    if arguments.dialect is None and arguments.endpoint is not None:
        from cwql.schema.catalog import product_of

        dialect = product_of(arguments.endpoint)
    diagnostics = check(
        text,
        dialect=dialect,
        endpoint=arguments.endpoint,
        parameter=arguments.parameter,
        rules=rules,
        pagination=arguments.pagination,
        release=arguments.release,
    )
    if arguments.select or arguments.ignore:
        from cwql.cli.options import keep_selected

        diagnostics = keep_selected(diagnostics, arguments)
    if arguments.verbose:
        print(_target(arguments, dialect), file=sys.stderr)
    if not diagnostics and arguments.output_format == "text":
        # Most conditions have no problems: what prints problems is not imported for them.
        if not arguments.quiet:
            unchecked = " Names are not checked without --endpoint." if arguments.endpoint is None else ""
            print(f"No problems found.{unchecked}")
        return 0
    from cwql.cli.streams import print_diagnostics, source_name
    from cwql.render.width import make_visible

    if diagnostics and _is_file(arguments.condition):
        file = make_visible(arguments.condition)
        print(f"cwql check: error: {file} is a file; `cwql lint {file}` checks the conditions in it", file=sys.stderr)
        return 2
    print_diagnostics(diagnostics, text, source_name(arguments.condition), sys.stdout, arguments.output_format)
    if diagnostics and arguments.output_format == "text" and not arguments.quiet:
        from cwql.render.summary import count_fixable, count_severities

        fixable = count_fixable(diagnostics, "cwql fix", "--unsafe-fixes")
        print(f"\nFound {count_severities(diagnostics)}.{fixable}{_chosen_dialect(arguments, dialect)}")
        if arguments.condition != "-" and _lost_quotes(text, diagnostics):
            print("The shell may have removed quotes: put the whole condition in quotes of the other kind.")
    return 1 if diagnostics and not arguments.exit_zero else 0


def _is_file(operand: str) -> bool:
    """Return whether a file was named in place of a condition, which has a space or an operator."""
    from os.path import exists

    return operand != "-" and not any(sign in operand for sign in " =<>\0") and exists(operand)


def _target(arguments: Any, dialect: DialectName) -> str:
    """Return what the text was checked as: the language, the parameter and the endpoint."""
    from cwql.language.dialects import find_dialect, find_parameter

    record = find_dialect(dialect)
    place = (
        f" of {arguments.endpoint}" if arguments.endpoint is not None else ", names are not checked without --endpoint"
    )
    return f"cwql check: {record.title}, {find_parameter(record, arguments.parameter).name}{place}"


def _chosen_dialect(arguments: Any, dialect: DialectName) -> str:
    """Return a sentence about the dialect if the endpoint decided it, and it is not the default."""
    from cwql.language.dialects import DIALECTS, find_dialect

    if arguments.dialect is not None or dialect == DIALECTS[0].name:
        return ""
    from cwql.schema.catalog import catalog

    known = catalog(dialect)
    title = known.title(known.endpoint(arguments.endpoint))
    return f" Checked as {find_dialect(dialect).title}, because it has {title}."


def _lost_quotes(text: str, diagnostics: Sequence[Diagnostic]) -> bool:
    has_quotes = any(quote in text for quote in "\"'")
    fixes = [fix for diagnostic in diagnostics if diagnostic.name == "unquoted-text" for fix in diagnostic.fixes]
    return not has_quotes and any(edit.text[:1] in ("'", '"') for fix in fixes for edit in fix.edits[:1])
