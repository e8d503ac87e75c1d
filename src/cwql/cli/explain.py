"""``cwql explain``: explain a rule."""

from __future__ import annotations

import sys

from cwql.cli.streams import terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any

    from cwql.diagnostics import Diagnostic, Rule
    from cwql.render.terminal import Terminal
    from cwql.source import Source

FIXES = {
    "safe": "has a safe fix",
    "unsafe": "has an unsafe fix, which may change the meaning",
    "none": "has no fix",
}


def configure(parser: ArgumentParser) -> None:
    """Add the code or name of a rule."""
    from cwql.cli.options import add_examples, add_output

    parser.add_argument("rule", metavar="CODE", help="the code or name of a rule, such as CW112 or double-equals")
    add_output(parser)
    add_examples(parser, "explain CW203", "explain double-equals")


def run(arguments: Any) -> int:
    """Print the description of a rule, and its diagnostic for its own example."""
    from cwql.errors import UnknownNameError
    from cwql.rules.registry import rule

    name: str = arguments.rule
    try:
        found = rule(f"CW{name}" if name.isdecimal() else name)
    except UnknownNameError as error:
        if error.suggestions:
            raise
        raise UnknownNameError(f"{error.message}; `cwql rules` lists all rules") from None
    if arguments.output_format == "json":
        from cwql.cli.options import print_json

        print_json(describe_as_object(found))
        return 0
    print("\n".join(describe(found, terminal_of(sys.stdout))))
    return 0


def describe_as_object(rule: Rule) -> dict[str, object]:
    """Return a rule as plain data."""
    from cwql.diagnostics import DOCS_URL

    shown = ("code", "name", "severity", "summary", "why", "example", "instead", "evidence")
    target = ("dialect", "endpoint", "parameter", "language")
    return {
        **{name: getattr(rule, name) for name in shown},
        "opt_in": rule.strict,
        "fix": rule.safety,
        **{name: getattr(rule, name) for name in target},
        "url": f"{DOCS_URL}{rule.name}/",
    }


def describe(rule: Rule, terminal: Terminal) -> Iterator[str]:
    """Yield the lines that explain a rule."""
    from textwrap import wrap

    from cwql.analysis.checker import check
    from cwql.analysis.rule_config import RuleConfig
    from cwql.render import render
    from cwql.render.width import make_visible
    from cwql.source import Source

    width = min(terminal.width, 100)
    yield f"{terminal.style('strong', f'{rule.code} {rule.name}')} ({terminal.style(rule.severity, rule.severity)}; {FIXES[rule.safety]})"
    yield ""
    yield from wrap(rule.summary, width)
    yield ""
    yield from wrap(rule.why, width)
    yield ""
    target = rule.language or " ".join([part for part in (rule.dialect, rule.parameter, rule.endpoint) if part])
    for title, text in ((f"example ({target})", rule.example), ("instead", rule.instead)):
        yield terminal.style("code", f"{title}:")
        # A source file has lines; a condition is shown on one line, whatever characters it contains.
        lines = text.splitlines() if rule.language else [text]
        shown = [make_visible(line) for line in lines]
        yield from [f"    {line}".rstrip() for line in shown] if any(shown) else ["    (no text)"]
    yield terminal.style("code", "evidence:")
    yield from wrap(rule.evidence, width, initial_indent="    ", subsequent_indent="    ")
    if rule.language:
        source, diagnostics = explain_source(rule)
    else:
        # The examples of some rules are Python; the checker reports nothing of the rule for them.
        source = Source(rule.example)
        rules = RuleConfig(severity={rule.code: rule.severity}) if rule.strict else None
        found = check(rule.example, dialect=rule.dialect, endpoint=rule.endpoint, parameter=rule.parameter, rules=rules)
        diagnostics = [diagnostic for diagnostic in found if diagnostic.code == rule.code][:1]
    if diagnostics:
        yield ""
        yield terminal.style("code", f"`cwql {'lint' if rule.language else 'check'}` reports for the example:")
        yield render([(source, diagnostics)], "text", terminal)


def explain_source(rule: Rule) -> tuple[Source, list[Diagnostic]]:
    """Return the example of a rule for source files, and the first diagnostic of the rule in it."""
    from cwql.lint.frontends import find_language
    from cwql.lint.linter import lint_text
    from cwql.source import Source

    assert rule.language is not None
    source = Source(rule.example, f"example{find_language(rule.language).suffixes[0]}")
    found = lint_text(source.text, filename=source.name, language=rule.language).diagnostics
    return source, [diagnostic for diagnostic in found if diagnostic.code == rule.code][:1]
