"""The resources: records with their fields, rules, and the condition languages, as text for a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mcp_types as types

from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS, find_dialect
from cwql.language.literals import LITERAL_FORMS
from cwql.mcp.language_tools import describe_field
from cwql.mcp.refusal import Refusal, unknown
from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS

if TYPE_CHECKING:
    from cwql.mcp.policy import Policy

SCHEME = "cwql://"
TEXT = "text/markdown"

TEMPLATES = (
    types.ResourceTemplate(
        uri_template="cwql://{product}/{record}",
        name="record",
        description="The fields of a record, such as cwql://manage/Ticket",
        mime_type=TEXT,
    ),
    types.ResourceTemplate(
        uri_template="cwql://rules/{code}",
        name="rule",
        description="A rule, such as cwql://rules/CW203",
        mime_type=TEXT,
    ),
)


def list_resources() -> list[types.Resource]:
    """Return the resources that are not found by a template: the languages, and the list of rules."""
    languages = [
        types.Resource(
            uri=f"{SCHEME}languages/{dialect.name}",
            name=f"{dialect.title} conditions",
            description="The condition language: operators, literals, parameters",
            mime_type=TEXT,
        )
        for dialect in DIALECTS
    ]
    rules = types.Resource(uri=f"{SCHEME}rules", name="Rules", description="All rules, one a line", mime_type=TEXT)
    return [*languages, rules]


def read_resource(uri: str, policy: Policy) -> str:
    """Return the text of a resource. Raises Refusal for an unknown one."""
    place, _, name = uri.removeprefix(SCHEME).partition("/")
    if uri.startswith(SCHEME) and len(uri) < 200:
        try:
            if place == "rules":
                return _read_rule(name) if name else _list_rules()
            if place == "languages":
                return describe_language(name)
            if place in PRODUCTS and name:
                return describe_record(place, name, policy)
        except UnknownNameError as error:
            raise unknown(error, "uri") from None
    raise Refusal(
        "unknown-name", "there is no such resource", hint="cwql://manage/Ticket, cwql://rules/CW203, cwql://rules"
    )


def describe_record(product: str, name: str, policy: Policy) -> str:
    """Return the fields of a record, one a line. Raises UnknownNameError."""
    record = catalog(product).record(name)
    separator = find_dialect(product).separator
    lines = [f"# {record.name} ({find_dialect(product).title})", ""]
    for field in record.fields():
        if policy.allows_field((field.name,)) and field.name != "_info":
            entry = describe_field(field.name, field)
            values = f": {', '.join(field.enum)}" if field.enum else ""
            note = f" ({entry['note']})" if "note" in entry else ""
            lines.append(f"- {field.name} {entry['type']}{values}{note}")
    lines += ["", f"Fields of references follow after `{separator}`, such as `company{separator}name`."]
    return "\n".join(lines)


def describe_language(name: str) -> str:
    """Return a condition language: its operators and literals with examples, and its parameters. Raises UnknownNameError."""
    dialect = find_dialect(name)
    lines = [
        f"# Conditions of {dialect.title}",
        "",
        "Terms are joined by `and`, `or` and parentheses.",
        "",
        "## Operators",
        "",
    ]
    lines += [f"- `{form.spelling}`: `{form.example}`" for form in dialect.operators.values() if form.canonical]
    lines += ["", "## Values", ""]
    lines += [
        f"- {LITERAL_FORMS[form_name]} `{form.spelling}`: `{form.example}`"
        for form_name, form in dialect.literals.items()
        if form.canonical
    ]
    lines += [
        "",
        f"A path of fields is separated by `{dialect.separator}`. `{dialect.wildcards}` in a `like` pattern matches any text.",
        f"Parameters: {', '.join(parameter.name for parameter in dialect.parameters)}; tools route terms to them.",
    ]
    return "\n".join(lines)


def _list_rules() -> str:
    from cwql.rules.registry import RULES

    return "\n".join(
        ["# Rules", "", *[f"- {rule.code} {rule.name} ({rule.severity}): {rule.summary}" for rule in RULES]]
    )


def _read_rule(code: str) -> str:
    from cwql.rules.registry import rule

    found = rule(code)
    return "\n".join(
        [
            f"# {found.code} {found.name} ({found.severity})",
            "",
            found.summary,
            "",
            found.why,
            "",
            f"Example: `{found.example}`",
            f"Instead: `{found.instead}`",
        ]
    )
