"""``cwql explain``: describe a rule."""

from __future__ import annotations

import sys

from cwql.cli.streams import page_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any

    from cwql.diagnostics import Diagnostic, Rule
    from cwql.render.page import Page
    from cwql.source import Source

FIXES = {
    "safe": "offers a fix that keeps the meaning",
    "unsafe": "offers a fix that needs a look, since it may change the meaning",
    "none": "offers no fix",
}


def configure(parser: ArgumentParser) -> None:
    """Take the code or the name of a rule."""
    from cwql.cli.options import add_examples

    parser.add_argument("rule", metavar="CODE", help="the code or the name of a rule: CW112, double-equals")
    add_examples(parser, "explain CW203", "explain double-equals")


def run(arguments: Any) -> int:
    """Print what the rule's record says, and what it reports about its own example."""
    from cwql.analysis.rules import rule
    from cwql.errors import UnknownNameError

    name: str = arguments.rule
    try:
        found = rule(f"CW{name}" if name.isdecimal() else name)
    except UnknownNameError as error:
        if error.near:
            raise
        raise UnknownNameError(f"{error.message}; cwql rules lists them") from None
    print("\n".join(describe(found, page_of(sys.stdout))))
    return 0


def describe(rule: Rule, page: Page) -> Iterator[str]:
    """Yield the lines that explain a rule."""
    from textwrap import wrap

    from cwql.analysis.checker import check
    from cwql.analysis.levels import Levels
    from cwql.render import render
    from cwql.render.cells import make_visible
    from cwql.source import Source

    width = min(page.width, 100)
    yield f"{page.paint('strong', f'{rule.code} {rule.name}')} ({page.paint(rule.severity, rule.severity)}; {FIXES[rule.safety]})"
    yield ""
    yield from wrap(rule.summary, width)
    yield ""
    yield from wrap(rule.why, width)
    yield ""
    place = rule.language or " ".join([part for part in (rule.dialect, rule.parameter, rule.endpoint) if part])
    for title, text in ((f"example ({place})", rule.example), ("instead", rule.instead)):
        yield page.paint("code", f"{title}:")
        # A source file has lines, a condition is shown as one whatever it holds.
        lines = text.splitlines() if rule.language else [text]
        shown = [make_visible(line) for line in lines]
        yield from [f"    {line}".rstrip() for line in shown] if any(shown) else ["    (no text)"]
    yield page.paint("code", "evidence:")
    yield from wrap(rule.evidence, width, initial_indent="    ", subsequent_indent="    ")
    if rule.language:
        source, findings = explain_source(rule)
    else:
        # Examples of rules that look at trees are Python, and the checker has nothing to say about the rule then.
        source = Source(rule.example)
        levels = Levels(None, {rule.code: "warn"}) if rule.strict else None
        found = check(rule.example, rule.dialect, rule.endpoint, rule.parameter, levels=levels)
        findings = [finding for finding in found if finding.code == rule.code][:1]
    if findings:
        yield ""
        yield page.paint("code", f"what {'lint' if rule.language else 'check'} says about the example:")
        yield render([(source, findings)], "text", page)


def explain_source(rule: Rule) -> tuple[Source, list[Diagnostic]]:
    """Return the example of a rule about source files as such a file, and the first finding of the rule in it."""
    from cwql.lint.extractors import find_language
    from cwql.lint.file import lint_text
    from cwql.source import Source

    assert rule.language is not None
    source = Source(rule.example, f"example{find_language(rule.language).suffixes[0]}")
    findings = lint_text(source.text, source.name, rule.language)
    return source, [finding for finding in findings if finding.code == rule.code][:1]
