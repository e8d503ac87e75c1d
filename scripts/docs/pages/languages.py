"""One page for each condition language: operators, literals and parameters, with the evidence for each form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.errors import ConditionError
from cwql.language.dialects import DIALECTS
from cwql.language.literals import LITERAL_FORMS
from cwql.language.nodes import Comparison, Path
from cwql.language.operators import OPERATORS
from cwql.language.printer import emit
from cwql.rules.registry import rule
from cwql.semantics.operators import SEMANTICS
from scripts.docs.pages.markdown import code, fence, page, table

if TYPE_CHECKING:
    from cwql.language.dialects import Dialect, SyntaxForm

MARKS = {
    "V": "vendor text",
    "L": "server logs",
    "P": "several clients",
    "1": "one client",
}
"""Meanings of the marks of observed evidence, in display order."""

SHAPES = {"condition": "a condition", "order_by": "fields with `asc` or `desc`", "field_list": "fields"}

LEGEND = """*Documented* forms are in the reference documents of the project. *Observed* forms were seen elsewhere: *vendor text* was
written by ConnectWise, *server logs* are responses of real servers in public logs, *clients* are programs in use. A form that is not
*printed* is accepted, and printed in another form. The rule [no-evidence](../rules/no-evidence.md) reports a form without any
evidence; the optional rules [documented-only](../rules/documented-only.md) and [observed-only](../rules/observed-only.md) report the
other gaps."""


def pages() -> dict[str, str]:
    """Return the page of each dialect."""
    return {f"reference/language-{dialect.name}.md": _language(dialect) for dialect in DIALECTS}


def _language(dialect: Dialect) -> str:
    return page(
        f"# {dialect.title}: the language",
        "The contents of `cwql.language.dialects` for this language. See also [the grammar](grammar.md) and "
        "[the meaning of conditions](../explanations/semantics.md).",
        LEGEND,
        "## Operators",
        table(
            ("Operator", "True if", "Example", "Documented", "Observed"),
            [
                (code(form.spelling), SEMANTICS[operator].summary, code(form.example), *_evidence(form))
                for operator, form in dialect.operators.items()
            ],
        ),
        _pushed(dialect),
        "## Literals",
        table(
            ("Literal", "Form", "Example", "Documented", "Observed", "Printed"),
            [
                (LITERAL_FORMS[kind], code(form.spelling), code(form.example), *_evidence(form), _yes(form.canonical))
                for kind, form in dialect.literals.items()
            ],
        ),
        "A value that contains both kinds of quotes, or a control character, is refused when it is printed, because no form for it "
        "is known ([mixed-quotes](../rules/mixed-quotes.md), [control-character](../rules/control-character.md)).",
        "## Connectives",
        f"`and`, `or` and parentheses, in any letter case. {_prefix(dialect.prefix_not)}",
        "## Patterns",
        _patterns(dialect),
        "## Accepted mistakes",
        "Their meaning is clear, so they are parsed, and reported with a fix.",
        table(
            ("Written", "Parsed as", "Rule"),
            [
                (code(text), code(operator.name), f"[{rule(name).code} {name}](../rules/{name}.md)")
                for text, (operator, name) in dialect.lenient_operators.items()
            ],
        ),
        "## Parameters",
        table(
            ("Parameter", "Contains", "Applies to"),
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
        f"Path segments are joined by {code(dialect.separator)}. URLs are limited to {dialect.url_limit:,} characters "
        "([long-url](../rules/long-url.md)). If a URL is longer, the clients use `POST …/search` if the endpoint has it, and split "
        "the query otherwise.",
    )


def _evidence(form: SyntaxForm) -> tuple[str, str]:
    return _yes(form.documented), ", ".join([title for mark, title in MARKS.items() if mark in form.evidence])


def _yes(fact: bool) -> str:
    return "yes" if fact else ""


def _pushed(dialect: Dialect) -> str:
    """Show how operators that the language lacks are printed."""
    rows = []
    for operator in OPERATORS.values():
        if operator in dialect.operators:
            continue
        try:
            written = emit(Comparison(Path(("Name",)), operator, "ACME"), dialect=dialect.name)
        except ConditionError:
            written = "refused: no form for it"
        rows.append(f"Name {operator.name} 'ACME'   →   {written}")
    if not rows:
        return ""
    return (
        "The language has no form for these operators, so they are printed as patterns. A pattern matches the same records, but it "
        "reads back as `like` or `not like`, so the tree that is read differs from the tree that was printed:\n\n"
        + fence("\n".join(rows))
    )


def _prefix(form: SyntaxForm) -> str:
    documented, observed = _evidence(form)
    known = " and ".join(
        filter(None, ["documented" if documented else "", f"observed ({observed})" if observed else ""])
    )
    return (
        f"{code(form.spelling)} before a condition, as in {code(form.example)}, is {known or 'neither documented nor observed'}. "
        "It is accepted, and printed with the negation pushed inward."
    )


def _patterns(dialect: Dialect) -> str:
    parts = [
        f"In a pattern of `like`, {' and '.join(map(code, dialect.wildcards))} match{_es(dialect.wildcards)} any number of characters"
    ]
    if dialect.single:
        parts.append(f", and {code(dialect.single)} matches exactly one")
    parts.append(".")
    if dialect.foreign_wildcards:
        parts.append(
            f" {code(dialect.foreign_wildcards)} is a wildcard of the other language, but matches only itself here."
        )
    parts.append(f" {code(dialect.pattern_syntax)} has a special meaning in the database of the server.")
    return "".join(parts)


def _es(signs: str) -> str:
    return "es" if len(signs) == 1 else ""
