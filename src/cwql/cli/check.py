"""``cwql check``: say what is wrong with a condition."""

from __future__ import annotations

import sys

from cwql.analysis.checker import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

    from cwql.diagnostics import Diagnostic

OPERAND = "condition"
PLAIN = {"-e": "endpoint", "--endpoint": "endpoint", "-p": "parameter", "--parameter": "parameter"}
DEFAULTS: dict[str, Any] = {
    "dialect": None,
    "endpoint": None,
    "parameter": None,
    "format": "text",
    "strict": False,
    "level": [],
    "forward_only": False,
}


def configure(parser: ArgumentParser) -> None:
    """Take a condition, its dialect and place, how much rules count, and the output format."""
    from cwql.cli.options import add_condition, add_dialect, add_examples, add_levels, add_place
    from cwql.render import FORMATS

    parser.epilog = "formats:\n" + "\n".join(f"  {name:8} {line}" for name, line in FORMATS.items())
    add_condition(parser)
    add_dialect(parser)
    add_place(parser)
    add_levels(parser)
    parser.add_argument("--format", choices=list(FORMATS), help="default: text")
    parser.set_defaults(**DEFAULTS)
    add_examples(
        parser,
        """check "status/name = 'New' and closedFlag = false\"""",
        """check -e /service/tickets "company/nme = 'Acme'\"""",
        """check -d automate "Client.Name = 'Acme'\"""",
        """check -e /service/tickets -p orderBy "priority/id asc\"""",
    )


def run(arguments: Any) -> int:
    """Print the findings; return 1 where there are any."""
    text: str = arguments.condition
    if text == "-":  # streams.STDIN, without its module
        from cwql.cli.streams import read_text

        text = read_text(text)
    levels = None
    if arguments.strict or arguments.level:
        from cwql.cli.options import read_levels

        levels = read_levels(arguments)
    dialect = arguments.dialect or "manage"
    if arguments.dialect is None and arguments.endpoint is not None:
        from cwql.schema.catalog import product_of

        dialect = product_of(arguments.endpoint)
    place = (dialect, arguments.endpoint, arguments.parameter)
    findings = check(text, *place, levels=levels, forward_only=arguments.forward_only)
    if not findings and arguments.format == "text":
        # A clean text is the common case: nothing is imported for it that it does not need.
        return 0
    from cwql.cli.streams import name_of, show

    show(findings, text, name_of(arguments.condition), sys.stdout, arguments.format)
    if findings and arguments.format == "text":
        print(f"\n{summarize(findings)}{_judged(arguments, dialect)}")
        if arguments.condition != "-" and _lost_quotes(text, findings):
            print("a shell takes quotes away: put the whole condition between quotes of the other kind")
    return 1 if findings else 0


def _judged(arguments: Any, dialect: str) -> str:
    """Say by whose rules a text was judged, where nobody named them and they are not the usual ones."""
    from cwql.cli.options import DIALECT_NAMES

    if arguments.dialect is not None or dialect == DIALECT_NAMES[0]:
        return ""
    from cwql.language.dialects import dialect as find_dialect
    from cwql.schema.catalog import catalog

    known = catalog(dialect)
    return f"; judged as {find_dialect(dialect).title}, which has {known.title(known.endpoint(arguments.endpoint))}"


def _lost_quotes(text: str, findings: Sequence[Diagnostic]) -> bool:
    return not any(quote in text for quote in "\"'") and any(finding.code == "CW121" for finding in findings)


def summarize(findings: Sequence[Diagnostic]) -> str:
    """Count findings by severity, and say how many `cwql fix` can cure."""
    from cwql.diagnostics import SEVERITIES

    plurals = {"error": "errors", "warning": "warnings", "info": "remarks"}
    singulars = {"error": "error", "warning": "warning", "info": "remark"}
    counts = [(severity, sum(f.severity == severity for f in findings)) for severity in SEVERITIES]
    words = [f"{n} {singulars[severity] if n == 1 else plurals[severity]}" for severity, n in counts if n]
    safe = sum(any(fix.safe for fix in finding.fixes) for finding in findings)
    unsafe = sum(any(not fix.safe for fix in finding.fixes) for finding in findings) if not safe else 0
    cure = ""
    if safe:
        cure = (
            "; cwql fix cures it"
            if safe == len(findings) == 1
            else f"; cwql fix cures {safe if safe < len(findings) else 'them'}"
        )
    elif unsafe:
        cure = "; cwql fix --unsafe offers a cure"
    return ", ".join(words) + cure
