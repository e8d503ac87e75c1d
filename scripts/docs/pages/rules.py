"""The rule pages and their index, from the rule definitions."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from cwql.analysis.checker import check
from cwql.analysis.rule_config import RuleConfig
from cwql.cli.explain import FIXES, explain_source
from cwql.render import render
from cwql.rules.registry import RULES
from cwql.source import Source
from scripts.docs.pages.markdown import fence, table
from scripts.docs.pages.markdown import page as as_page

if TYPE_CHECKING:
    from cwql.analysis.checker import Pagination
    from cwql.diagnostics import Rule

GROUPS = (
    ("CW1", "Reading and printing"),
    ("CW2", "Names"),
    ("CW3", "Types and values"),
    ("CW4", "Pitfalls"),
    ("CW5", "Queries"),
    ("CW6", "Source trees"),
)
"""Titles by the first digit of the code."""

INTRODUCTION = """Every diagnostic shows the code and the name of its rule. `cwql explain CODE` prints one of these pages in the terminal,
`cwql rules` prints this table."""

PYTHON = re.compile(r"(emit|cond|compile|translate|Query|F)\(")
"""Start of the examples that are Python code, because their rules check trees instead of texts."""


def pages() -> dict[str, str]:
    """Return the page of every rule, and their index."""
    found = {f"rules/{rule.name}.md": page(rule) for rule in RULES}
    found["rules/index.md"] = index()
    return found


def page(rule: Rule) -> str:
    """Return the page of one rule."""
    output = show(rule)
    language = rule.language or ("python" if PYTHON.match(rule.example) else "text")
    place = "" if rule.language else ", ".join(filter(None, (rule.dialect, rule.parameter, rule.endpoint))) + ":\n\n"
    example, instead = rule.example.rstrip("\n"), rule.instead.rstrip("\n")
    parts = [
        f"# {rule.code} {rule.name}",
        f"*{rule.severity.capitalize()}{', off by default' if rule.strict else ''}; {FIXES[rule.safety]}.*",
        rule.summary,
        rule.why,
        f"## Example\n\n{place}{fence(example or '(no text)', language)}",
    ]
    if output:
        command, fenced = ("lint", "text") if rule.language else ("check", "console")
        parts.append(f"`cwql {command}` reports:\n\n{fence(output, fenced)}")
    parts += [
        f"## Use instead\n\n{fence(instead, language)}",
        f"## Evidence\n\n{rule.evidence}.",
    ]
    if not rule.language and (rule.code > "CW2" or rule.severity != "error"):
        rules = f"`cwql check --severity {rule.name}=off` turns the rule off; `=error`, `=warning` and `=info` set its severity."
        parts.append(f"## Severity\n\n{rules}")
    return as_page(*parts)


def show(rule: Rule) -> str:
    """Return the command and its output for the example, only the output for source files, and an empty text for trees."""
    if rule.language:
        source, findings = explain_source(rule)
        return render([(source, findings)], "text") if findings else ""
    rules = RuleConfig(severity={rule.code: rule.severity}) if rule.strict else None
    pagination: Pagination = "forward-only" if rule.name == "forward-only-order" else "auto"
    diagnostics = check(
        rule.example,
        dialect=rule.dialect,
        endpoint=rule.endpoint,
        parameter=rule.parameter,
        rules=rules,
        pagination=pagination,
    )
    found = [diagnostic for diagnostic in diagnostics if diagnostic.code == rule.code][:1]
    if not found:
        return ""
    words = ["cwql", "check"]
    words += ["-d", rule.dialect] if rule.dialect != "manage" else []
    words += ["-e", rule.endpoint] if rule.endpoint else []
    words += ["-p", rule.parameter] if rule.parameter else []
    words += ["--severity", f"{rule.name}={rule.severity}"] if rule.strict else []
    words += ["--pagination", pagination] if pagination != "auto" else []
    return f"$ {shlex.join([*words, rule.example])}\n{render([(Source(rule.example), found)], 'text')}"


def index() -> str:
    """Return the table of all rules."""
    parts = ["# Rules", INTRODUCTION]
    for start, title in GROUPS:
        rules = [rule for rule in RULES if rule.code.startswith(start)]
        rows = [
            (
                rule.code,
                f"[{rule.name}]({rule.name}.md)",
                f"{rule.severity}{' (off by default)' if rule.strict else ''}",
                "" if rule.safety == "none" else rule.safety,
                rule.summary,
            )
            for rule in rules
        ]
        if rows:
            parts += [f"## {title}", table(("Code", "Name", "Severity", "Fix", "Description"), rows)]
    return as_page(*parts)
