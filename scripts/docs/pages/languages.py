"""The page of each condition language: operators, literals, parameters, with what is known of each form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.analysis.rules import rule
from cwql.errors import ConditionError
from cwql.language.dialects import DIALECTS
from cwql.language.emitter import emit
from cwql.language.nodes import Comparison, Path
from cwql.language.operators import OPERATORS
from cwql.semantics.meaning import MEANINGS
from scripts.docs.pages.markdown import code, fence, page, table

if TYPE_CHECKING:
    from cwql.language.dialects import Dialect, Form

MARKS = {
    "V": "vendor text",
    "L": "server logs",
    "P": "several clients",
    "1": "one client",
}
"""What the marks of observation stand for, in the order in which they are shown."""

TITLES = {
    "string": "text",
    "other-quotes": "text in the other quotes",
    "doubled-quote": "a quote inside a text, doubled",
    "number": "number",
    "boolean": "true and false",
    "null": "no value",
    "datetime": "date and time",
    "date": "date",
    "bare-date": "date without brackets",
    "quoted-date": "date in quotes",
}

SHAPES = {"condition": "a condition", "order_by": "fields with `asc` or `desc`", "field_list": "fields"}

LEGEND = """*Documented* forms stand in the reference documents that the project is held to, *observed* ones were seen elsewhere:
*vendor text* is what ConnectWise wrote, *server logs* are answers of real servers in public logs, *clients* are programs
in use. What is not *printed* is read, and printed in another form. A form with no evidence at all is told by
[no-evidence](../rules/no-evidence.md); [documented-only](../rules/documented-only.md) and
[observed-only](../rules/observed-only.md) tell of the other gaps when they are asked for."""


def pages() -> dict[str, str]:
    """Return the page of each dialect."""
    return {f"reference/language-{dialect.name}.md": _language(dialect) for dialect in DIALECTS}


def _language(dialect: Dialect) -> str:
    return page(
        f"# {dialect.title}: the language",
        "Everything that `cwql.language.dialects` holds of it. [The drawings](grammar.md) show its shape, "
        "[what a condition means](../explanations/semantics.md) its meaning.",
        LEGEND,
        "## Operators",
        table(
            ("Operator", "Holds where", "Example", "Documented", "Observed"),
            [
                (code(form.spelling), MEANINGS[operator].summary, code(form.example), *_evidence(form))
                for operator, form in dialect.operators.items()
            ],
        ),
        _pushed(dialect),
        "## Literals",
        table(
            ("Literal", "Form", "Example", "Documented", "Observed", "Printed"),
            [
                (TITLES[kind], code(form.spelling), code(form.example), *_evidence(form), _yes(form.canonical))
                for kind, form in dialect.literals.items()
            ],
        ),
        "A value that holds both kinds of quotes, or a control character, is refused when it is printed: no form is known that "
        "carries it ([mixed-quotes](../rules/mixed-quotes.md), [control-character](../rules/control-character.md)).",
        "## Joining",
        f"`and`, `or` and parentheses, in any letter case. {_prefix(dialect.prefix_not)}",
        "## Patterns",
        _patterns(dialect),
        "## Slips that are read",
        "They have one sure reading, so there is a tree, and a finding with a fix.",
        table(
            ("Written", "Read as", "Rule"),
            [
                (code(text), code(operator.name), f"[{rule(name).code} {name}](../rules/{name}.md)")
                for text, (operator, name) in dialect.slips.items()
            ],
        ),
        "## Parameters",
        table(
            ("Parameter", "Holds", "About"),
            [
                (
                    code(it.name),
                    SHAPES[it.shape],
                    "the records inside a record"
                    if it.collections
                    else code(it.record or "") or "the record of the endpoint",
                )
                for it in dialect.parameters
            ],
        ),
        f"Segments of a path are joined by {code(dialect.separator)}. URLs are kept to {dialect.url_limit:,} characters "
        "([long-url](../rules/long-url.md)); the clients then ask by `POST …/search` where it exists, or in parts.",
    )


def _evidence(form: Form) -> tuple[str, str]:
    return _yes(form.documented), ", ".join([title for mark, title in MARKS.items() if mark in form.evidence])


def _yes(fact: bool) -> str:
    return "yes" if fact else ""


def _pushed(dialect: Dialect) -> str:
    """Show how what the language has no operator for is printed."""
    rows = []
    for operator in OPERATORS.values():
        if operator in dialect.operators:
            continue
        try:
            written = emit(Comparison(Path(("Name",)), operator, "ACME"), dialect.name)
        except ConditionError:
            written = "refused: no form says it"
        rows.append(f"Name {operator.name} 'ACME'   →   {written}")
    if not rows:
        return ""
    return "Operators of the tree that the language has no word for are printed in others:\n\n" + fence("\n".join(rows))


def _prefix(form: Form) -> str:
    documented, observed = _evidence(form)
    known = " and ".join(
        filter(None, ["documented" if documented else "", f"observed ({observed})" if observed else ""])
    )
    return (
        f"{code(form.spelling)} before a condition, as in {code(form.example)}, is {known or 'neither documented nor observed'}: "
        "it is read, and printed with the negation pushed inward."
    )


def _patterns(dialect: Dialect) -> str:
    parts = [
        f"In the pattern of `like`, {' and '.join(map(code, dialect.wildcards))} stand{_s(dialect.wildcards)} for any run of characters"
    ]
    if dialect.single:
        parts.append(f", {code(dialect.single)} for any one")
    parts.append(".")
    if dialect.foreign_wildcards:
        parts.append(f" {code(dialect.foreign_wildcards)} is a wildcard of the other language and means itself here.")
    parts.append(f" {code(dialect.pattern_syntax)} means something of its own to the server's database.")
    return "".join(parts)


def _s(signs: str) -> str:
    return "s" if len(signs) == 1 else ""
