"""The pages of docs/rules, made from the rules' own records."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from cwql.analysis.checker import check
from cwql.analysis.levels import Levels
from cwql.analysis.rules import RULES
from cwql.cli.explain import FIXES, explain_source
from cwql.render import render
from cwql.source import Source
from scripts.docs.pages.markdown import fence, table
from scripts.docs.pages.markdown import page as as_page

if TYPE_CHECKING:
    from cwql.diagnostics import Rule

GROUPS = (
    ("CW1", "Reading and printing"),
    ("CW2", "Names"),
    ("CW3", "Types and values"),
    ("CW4", "Pitfalls"),
    ("CW5", "Queries"),
    ("CW6", "Source trees"),
)
"""What the first digit of a code stands for."""

INTRODUCTION = """Every finding names its rule, by code and name. `cwql explain CODE` shows one of these pages in the terminal,
`cwql rules` this table."""

PYTHON = re.compile(r"(emit|cond|compile|translate|Query|F)\(")
"""How the examples of rules start that look at trees and not at texts."""


def pages() -> dict[str, str]:
    """Return the page of every rule, and their index."""
    found = {f"rules/{rule.name}.md": page(rule) for rule in RULES}
    found["rules/index.md"] = index()
    return found


def page(rule: Rule) -> str:
    """Return the page of one rule."""
    told = show(rule)
    language = rule.language or ("python" if PYTHON.match(rule.example) else "text")
    place = "" if rule.language else ", ".join(filter(None, (rule.dialect, rule.parameter, rule.endpoint))) + ":\n\n"
    example, instead = rule.example.rstrip("\n"), rule.instead.rstrip("\n")
    parts = [
        f"# {rule.code} {rule.name}",
        f"*{rule.severity.capitalize()}{', silent unless asked for' if rule.strict else ''}; {FIXES[rule.safety]}.*",
        rule.summary,
        rule.why,
        f"## Example\n\n{place}{fence(example or '(no text)', language)}",
    ]
    if told:
        command, fenced = ("lint", "text") if rule.language else ("check", "console")
        parts.append(f"which `cwql {command}` says this about:\n\n{fence(told, fenced)}")
    parts += [
        f"## Instead\n\n{fence(instead, language)}",
        f"## Evidence\n\n{rule.evidence}.",
    ]
    if not rule.language and (rule.code > "CW2" or rule.severity != "error"):
        counts = f"`cwql check --level {rule.name}=off` does not tell it, `=warn` makes it a warning at most, `=strict` an error."
        parts.append(f"## How much it counts\n\n{counts}")
    return as_page(*parts)


def show(rule: Rule) -> str:
    """Return command and output for the example, the output alone for source files; nothing for rules that look at trees."""
    if rule.language:
        source, findings = explain_source(rule)
        return render([(source, findings)], "text") if findings else ""
    levels = Levels(None, {rule.code: "warn"}) if rule.strict else None
    forward = rule.name == "forward-only-order"
    place = (rule.dialect, rule.endpoint, rule.parameter)
    found = [f for f in check(rule.example, *place, levels=levels, forward_only=forward) if f.code == rule.code][:1]
    if not found:
        return ""
    words = ["cwql", "check"]
    words += ["-d", rule.dialect] if rule.dialect != "manage" else []
    words += ["-e", rule.endpoint] if rule.endpoint else []
    words += ["-p", rule.parameter] if rule.parameter else []
    words += ["--level", f"{rule.name}=warn"] if rule.strict else []
    words += ["--forward-only"] if forward else []
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
                f"{rule.severity}{' (on request)' if rule.strict else ''}",
                "" if rule.safety == "none" else rule.safety,
                rule.summary,
            )
            for rule in rules
        ]
        if rows:
            parts += [f"## {title}", table(("Code", "Name", "Severity", "Fix", "What it does"), rows)]
    return as_page(*parts)
