"""The parser of a command, and the options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter

from cwql.language.dialects import DIALECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import _ActionsContainer
    from typing import Any, NoReturn

    from cwql.analysis.levels import Levels

DIALECT_NAMES = [record.name for record in DIALECTS]


class HelpFormatter(RawDescriptionHelpFormatter):
    """Lay help out for the terminal's width; argparse's own way to find it imports shutil, at twice the cost of the rest."""

    def __init__(self, prog: str) -> None:
        from os import get_terminal_size

        try:
            columns = get_terminal_size().columns
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, max_help_position=30, width=max(columns, 40) - 2)


class Parser(ArgumentParser):
    """Read the words of a command; say what to do about a condition that the shell took apart."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and end with status 2."""
        loose = message.removeprefix("unrecognized arguments: ")
        if loose != message and not loose.startswith("-") and "CONDITION" in self.format_usage():
            message += "; a condition is one word for the shell: put quotes around the whole of it"
        super().error(message)


def build_parser(name: str, summary: str) -> ArgumentParser:
    """Return an empty parser for a command."""
    return Parser(prog=f"cwql {name}", description=summary, formatter_class=HelpFormatter, allow_abbrev=False)


def add_examples(parser: ArgumentParser, *examples: str) -> None:
    """Show command lines below the options, before what else is said there; each works as it stands."""
    shown = "\n".join(["examples:", *[f"  cwql {example}" for example in examples]])
    parser.epilog = f"{shown}\n\n{parser.epilog}" if parser.epilog else shown


def add_condition(parser: ArgumentParser) -> None:
    """Take the text that the command works on."""
    parser.add_argument(
        "condition", metavar="CONDITION", help="the text of the query parameter, or - for standard input"
    )


def add_dialect(parser: ArgumentParser) -> None:
    """Take the dialect, ``-d``; `read_dialect` says which one is meant where none is named."""
    parser.add_argument(
        "-d",
        "--dialect",
        choices=DIALECT_NAMES,
        help=f"default: the one that has the endpoint, else {DIALECT_NAMES[0]}",
    )


def read_dialect(arguments: Any) -> str:
    """Return the dialect that is named, or that of the endpoint."""
    if arguments.dialect is not None:
        return str(arguments.dialect)
    endpoint = getattr(arguments, "endpoint", None)
    if endpoint is None:
        return DIALECT_NAMES[0]
    from cwql.schema.catalog import product_of

    return product_of(endpoint)


def add_parameter(parser: ArgumentParser) -> None:
    """Take the query parameter that the text is meant for, ``-p``."""
    parser.add_argument(
        "-p", "--parameter", help="such as childConditions or orderBy; default: the condition parameter"
    )


def add_place(parser: ArgumentParser) -> None:
    """Take the place that the text is meant for: the endpoint, ``-e``, and the query parameter."""
    parser.add_argument("-e", "--endpoint", help="the list that is filtered, such as /service/tickets")
    add_parameter(parser)


def add_levels(parser: ArgumentParser) -> None:
    """Take how much rules count, and the way in which pages are asked for."""
    add_rule_levels(parser)
    parser.add_argument("--forward-only", action="store_true", help="pages are asked for in the forward-only mode")


def add_rule_levels(parser: _ActionsContainer) -> None:
    """Take how much rules count, ``--strict`` and ``--level``."""
    parser.add_argument(
        "--strict", action="store_true", help="make errors of warnings, and ask the rules that are silent otherwise"
    )
    parser.add_argument(
        "--level",
        action="append",
        default=[],
        metavar="RULE=LEVEL",
        help="let a rule, by code or name, count as strict, warn or off; can be given several times",
    )


def read_levels(arguments: Any) -> Levels | None:
    """Return the levels that the options ask for. Raises `UnknownNameError` for an unknown rule or level."""
    if not arguments.strict and not arguments.level:
        return None
    from cwql.analysis.levels import Levels

    pairs: list[tuple[str, str, str]] = [word.partition("=") for word in arguments.level]
    return Levels("strict" if arguments.strict else None, {rule: level for rule, _, level in pairs})  # type: ignore[misc]
