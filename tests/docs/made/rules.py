"""The pages of docs/rules, made from the rules' own records."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from cwql.analysis.checker import check
from cwql.analysis.levels import Levels
from cwql.analysis.rules import RULES
from cwql.cli.explain import FIXES
from cwql.render import render
from cwql.source import Source

if TYPE_CHECKING:
    from cwql.diagnostics import Rule

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"
GROUPS = (
    ("CW1", "Reading and printing"),
    ("CW2", "Names"),
    ("CW3", "Types and values"),
    ("CW4", "Pitfalls"),
    ("CW5", "Queries"),
)
"""What the first digit of a code stands for."""

INTRODUCTION = """Every finding names its rule, by code and name. `cwql explain CODE` shows one of these pages in the terminal,
`cwql rules` this table."""

PYTHON = re.compile(r"(emit|cond|compile|translate|Query|F)\(")
"""How the examples of rules start that look at trees and not at texts."""

MARK = "<!-- Made from the rules' records by `python -m tests.docs`: do not edit. -->"


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    found = {f"{rule.name}.md": page(rule) for rule in RULES}
    found["index.md"] = index()
    return found


def page(rule: Rule) -> str:
    """Return the page of one rule."""
    told = show(rule)
    language = "python" if PYTHON.match(rule.example) else "text"
    place = ", ".join(part for part in (rule.dialect, rule.parameter, rule.endpoint) if part)
    parts = [
        MARK,
        f"# {rule.code} {rule.name}",
        f"*{rule.severity.capitalize()}{', silent unless asked for' if rule.strict else ''}; {FIXES[rule.safety]}.*",
        rule.summary,
        rule.why,
        f"## Example\n\n{place}:\n\n{fence(rule.example or '(no text)', language)}",
    ]
    if told:
        parts.append(f"which `cwql check` says this about:\n\n{fence(told, 'console')}")
    parts += [
        f"## Instead\n\n{fence(rule.instead, language)}",
        f"## Evidence\n\n{rule.evidence}.",
    ]
    if rule.code > "CW2" or rule.severity != "error":
        counts = f"`cwql check --level {rule.name}=off` does not tell it, `=warn` makes it a warning at most, `=strict` an error."
        parts.append(f"## How much it counts\n\n{counts}")
    return "\n\n".join(parts) + "\n"


def show(rule: Rule) -> str:
    """Return command and output for the example; nothing for rules whose examples are Python."""
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


def fence(text: str, language: str = "text") -> str:
    """Enclose a text; control characters are shown as escapes."""
    from cwql.render.cells import make_visible

    lines = "\n".join(make_visible(line) for line in text.split("\n"))
    return f"```{language}\n{lines}\n```"


def index() -> str:
    """Return the table of all rules."""
    parts = [
        MARK,
        "# Rules",
        INTRODUCTION,
    ]
    for start, title in GROUPS:
        rules = [rule for rule in RULES if rule.code.startswith(start)]
        if not rules:
            continue
        rows = [
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.severity}{' (on request)' if rule.strict else ''} "
            f"| {'' if rule.safety == 'none' else rule.safety} | {rule.summary.replace('|', chr(92) + '|')} |"
            for rule in rules
        ]
        parts += [
            f"## {title}",
            "\n".join(["| Code | Name | Severity | Fix | What it does |", "|---|---|---|---|---|", *rows]),
        ]
    return "\n\n".join(parts) + "\n"


def store() -> None:
    """Write every page, and delete those of rules that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_bytes(text.encode())
