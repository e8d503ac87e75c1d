"""The argument parser of a command, and the options of several commands."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter

from cwql.analysis.checker import PAGINATION
from cwql.language.dialects import DIALECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import _ActionsContainer
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, NoReturn

    from cwql.analysis.rule_config import RuleConfig, RuleLevel
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects.base import DialectName

DIALECT_NAMES: list[DialectName] = [record.name for record in DIALECTS]


class HelpFormatter(RawDescriptionHelpFormatter):
    """Format help for the width of the terminal. argparse imports shutil for that, which takes twice as long as everything else."""

    def __init__(self, prog: str) -> None:
        from os import get_terminal_size

        try:
            columns = get_terminal_size().columns
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, max_help_position=30, width=max(columns, 40) - 2)


_SYNONYMS = {
    "--columns": "--fields",
    "--condition": "--where",
    "--conditions": "--where",
    "--csv": "--output-format csv",
    "--destination": "--to",
    "--filter": "--where",
    "--force": "--yes",
    "--full-refresh": "--full",
    "--include-fields": "--fields",
    "--json": "--output-format json",
    "--jsonl": "--output-format jsonl",
    "--max-concurrency": "--parallel",
    "--order": "--order-by",
    "--per-page": "--page-size",
    "--query": "--where",
    "--rate": "--requests-per-minute",
    "--rate-limit": "--requests-per-minute",
    "--retries": "--max-retries",
    "--select": "--fields",
    "--sort": "--order-by",
    "--sort-by": "--order-by",
    "--source": "--from",
    "--table": "--output-format table",
    "--target": "--to",
    "--top": "--limit",
    "--unsafe": "--unsafe-fixes",
}
"""Options of other programs, of the API and of other commands, and the option of cwql for each."""


class Parser(ArgumentParser):
    """Parse the arguments of a command, with advice for a condition that the shell split into words."""

    def error(self, message: str) -> NoReturn:
        """Print the message without the usage, which would be longer than a screen, and exit with status 2."""
        loose = message.removeprefix("unrecognized arguments: ")
        if loose != message and not loose.startswith("-") and "--set" in self._option_string_actions:
            message += "; write --set FIELD=VALUE for each member"
        elif loose != message and not loose.startswith("-") and "--where" in self._option_string_actions:
            message += "; a condition follows --where: put the whole condition in quotes, so that the shell passes it as one argument"
        elif loose != message and not loose.startswith("-") and "CONDITION" in self.format_usage():
            message += "; put the whole condition in quotes, so that the shell passes it as one argument"
        elif loose != message and loose.startswith("--"):
            from cwql.schema.suggest import suggest

            word = loose.split(maxsplit=1)[0].partition("=")[0]
            # argparse has no public list of its options.
            known = self._option_string_actions
            meant = _SYNONYMS.get(word, "")
            guesses = [meant] if meant.partition(" ")[0] in known else suggest(word, known)
            if guesses:
                message += f"; did you mean {' or '.join(guesses)}?"
        elif message.endswith("required: CODE"):
            message += "; `cwql rules` lists all rules"
        elif message.endswith("expected one argument"):
            option = message.removeprefix("argument ").partition(":")[0].rpartition("/")[2]
            message += f"; write {option}=VALUE if the value begins with a hyphen"
        from cwql.render.width import make_lines_visible

        message = make_lines_visible(message)
        self.exit(
            2,
            f"{self.prog}: error: {message}{'' if message[-1] == '?' else ';'} `{self.prog} --help` shows all options\n",
        )


def build_parser(name: str, summary: str) -> ArgumentParser:
    """Return a parser for a command with the options that all commands have."""
    parser = Parser(prog=f"cwql {name}", description=summary, formatter_class=HelpFormatter, allow_abbrev=False)
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default=SUPPRESS,
        help="use colors; default: auto, on a terminal unless NO_COLOR is set",
    )
    return parser


def add_examples(parser: ArgumentParser, *examples: str) -> None:
    """Add command lines to the help, below the options and before other text. Tests run each of them."""
    shown = "\n".join(["examples:", *[f"  cwql {example}" for example in examples]])
    parser.epilog = f"{shown}\n\n{parser.epilog}" if parser.epilog else shown


def add_condition(parser: ArgumentParser) -> None:
    """Add the condition of the command."""
    parser.add_argument("condition", metavar="CONDITION", help="the condition, or - for standard input")


def add_dialect(parser: ArgumentParser) -> None:
    """Add the dialect, ``-d``; `read_dialect` returns its value or the default."""
    parser.add_argument(
        "-d",
        "--dialect",
        choices=DIALECT_NAMES,
        help=f"the dialect; default: that of the endpoint, or {DIALECT_NAMES[0]}",
    )


def add_product(parser: ArgumentParser, default: str) -> None:
    """Add the product, ``--product``, of commands that search names or call a server."""
    parser.add_argument(
        "-d", "--product", dest="dialect", choices=DIALECT_NAMES, help=f"the product; default: {default}"
    )


def read_dialect(arguments: Any) -> DialectName:
    """Return the dialect of the option, or that of the endpoint."""
    if arguments.dialect is not None:
        chosen: DialectName = arguments.dialect
        return chosen
    endpoint = getattr(arguments, "endpoint", None)
    if endpoint is None:
        return DIALECT_NAMES[0]
    from cwql.schema.catalog import product_of

    return product_of(endpoint)


def add_parameter(parser: ArgumentParser) -> None:
    """Add the query parameter, ``-p``."""
    parser.add_argument(
        "-p", "--parameter", help="the query parameter, such as childConditions or orderBy; default: that of conditions"
    )


def add_endpoint(parser: ArgumentParser) -> None:
    """Add the endpoint, ``-e``, and the query parameter."""
    parser.add_argument("-e", "--endpoint", help="the endpoint that is filtered, such as /service/tickets")
    add_parameter(parser)


def add_rules(parser: ArgumentParser) -> None:
    """Add the severities of rules, and the pagination of the request."""
    add_severity(parser)
    parser.add_argument(
        "--pagination",
        choices=PAGINATION,
        default=PAGINATION[0],
        help="how the pages of the list are requested; forward-only allows no sort order; default: %(default)s",
    )


TEXT_OR_JSON = ("text", "json")
"""The output formats of commands that print neither diagnostics nor records."""


def print_json(value: object) -> None:
    """Print an object for programs, in ASCII, so that the encoding of a pipe does not matter."""
    import json

    print(json.dumps(value, indent=2))


def add_output(parser: _ActionsContainer, formats: Iterable[str] = TEXT_OR_JSON, default: str = "text") -> None:
    """Add the output format, ``-f``, which is None if it is not given, and the file of the output, ``-o``."""
    parser.add_argument(
        "-f",
        "--output-format",
        "--format",
        dest="output_format",
        choices=list(formats),
        help=f"the output format; default: {default}",
    )
    parser.add_argument(
        "-o", "--output-file", metavar="FILE", help="write the output to a file instead of standard output"
    )


def add_quiet(parser: _ActionsContainer) -> None:
    """Add ``--quiet``."""
    parser.add_argument("-q", "--quiet", action="store_true", help="print only results: no summaries and no notes")


def add_unsafe_fixes(parser: _ActionsContainer) -> None:
    """Add ``--unsafe-fixes``, which means the same in every command that fixes."""
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="also apply fixes that may change the meaning of a condition"
    )


def add_release(parser: _ActionsContainer) -> None:
    """Add the release of the server, ``--release``."""
    parser.add_argument("--release", help="the release of the server, such as 2025.1: newer names are reported")


def add_selection(parser: _ActionsContainer) -> None:
    """Add the rules that are reported, and ``--exit-zero``; `read_rules` turns the others off."""
    for flag, text in (("--select", "enable only these rules"), ("--ignore", "disable these rules")):
        parser.add_argument(flag, action="extend", type=split, default=[], metavar="RULES", help=text)
    add_exit_zero(parser)


def add_exit_zero(parser: _ActionsContainer) -> None:
    """Add ``--exit-zero``."""
    parser.add_argument("--exit-zero", action="store_true", help="exit with status 0 even if there are problems")


def keep_selected(diagnostics: Sequence[Diagnostic], arguments: Any) -> list[Diagnostic]:
    """Return the diagnostics of the selected rules. Errors that prevent parsing cannot be turned off, but not selected."""
    if not arguments.select and not arguments.ignore:
        return [*diagnostics]
    codes = _read_selection(arguments)
    return [diagnostic for diagnostic in diagnostics if diagnostic.code in codes]


def _read_selection(arguments: Any) -> frozenset[str]:
    """Return the codes of the rules that are reported. Raises UnknownNameError for a selector that matches no rule."""
    from cwql.lint.settings import check_selector, choose_codes

    for word in (*arguments.select, *arguments.ignore):
        check_selector(word)
    return choose_codes(tuple(arguments.select or ("ALL",)), tuple(arguments.ignore))


def positive(text: str) -> float:
    """Return a number of seconds. Without the exception, argparse would name this function in its message."""
    from argparse import ArgumentTypeError

    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"expected a number of seconds above 0, got {text!r}")
    return seconds


def whole(least: int, most: int | None = None, hint: str = "") -> Callable[[str], int]:
    """Return a function that reads a whole number from `least` to `most`."""
    from argparse import ArgumentTypeError

    bounds = f"from {least}" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or not least <= int(text[:18]) <= (most or 10**18):
            raise ArgumentTypeError(f"expected a whole number {bounds}, got {text!r}{hint}")
        return int(text)

    return read


def split(words: str) -> list[str]:
    """Return the words of a list with commas."""
    return [word.strip() for word in words.split(",") if word.strip()]


def add_severity(parser: _ActionsContainer) -> None:
    """Add the severities of rules, ``--strict`` and ``--severity``."""
    parser.add_argument(
        "--strict", action="store_true", help="report warnings as errors, and enable the rules that are off by default"
    )
    parser.add_argument(
        "--severity",
        action="append",
        default=[],
        metavar="RULE=SEVERITY",
        help="set the severity of a rule (code or name) to error, warning, info or off; can be repeated",
    )


def read_rules(arguments: Any) -> RuleConfig | None:
    """Return the configuration of rules from the options.

    Raises:
        UnknownNameError: There is no such rule or severity.
    """
    if not (arguments.strict or arguments.severity or arguments.select or arguments.ignore):
        return None
    from cwql.analysis.rule_config import RuleConfig, read_severities

    severity: dict[str, RuleLevel] = dict(read_severities(arguments.severity))
    if arguments.select or arguments.ignore:
        from cwql.rules.registry import RULES, rule

        codes = _read_selection(arguments)
        severity = {name: level for name, level in severity.items() if rule(name).code in codes}
        severity.update({each.code: "off" for each in RULES if each.code not in codes})
    return RuleConfig(strict=arguments.strict, severity=severity)
