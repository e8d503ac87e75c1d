"""CW410: a pattern for an enum."""

from __future__ import annotations

from cwql.analysis.operands import weigh
from cwql.diagnostics import Edit, Fix, Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.schema.field import FieldInfo

RULE = Rule(
    "CW410",
    "enum-pattern",
    "error",
    summary="Reports `like` or `contains` on an enum.",
    why="Manage answers 400 `Enum value supplied was invalid`: it reads the pattern as a member. On Automate "
    "it is a warning, because its specification is known to differ from the fields that live clients use.",
    example='impact like "Hi%"',
    instead='impact = "High"',
    evidence="a refusal that a client's test records",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("enum",),
    families=("text",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the operator, with the members that the pattern fits."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        if field is None or field.kind != "enum" or comparison.operator.family != "text":
            continue
        place = context.place(comparison)
        word = context.text[place.operator.start : place.operator.end]
        negative = word.lower().startswith("not")
        members = _find_members(comparison, field, context)
        mark = context.dialect.quotes[0]
        listed = [f"{mark}{member}{mark}" for member in members]
        fixes = []
        hint = f"compare with a member by {'!=' if negative else '='}: {', '.join(field.enum[:8])}"
        if len(listed) == 1:
            text = f" {'!=' if negative else '='} {listed[0]}"
        else:
            text = f" {'not in' if negative else 'in'} ({', '.join(listed)})"
        if listed and len(listed) < len(field.enum):
            edit = Edit(Span(place.path.end, place.whole.end), text)
            fixes.append(Fix(f"write {text.strip()}", [edit], applicability="unsafe"))
            hint = f"write {text.strip()}"
        yield RULE.at(
            place.operator,
            f"`{word}` searches text, but {context.text[place.path.start : place.path.end]} is an enum",
            hint=hint,
            fixes=fixes,
            severity=weigh(context, RULE),
        )


def _find_members(comparison: Comparison, field: FieldInfo, context: Context) -> list[str]:
    """Return the members that match the text without wildcards; the nearest one if none does."""
    value = comparison.value
    if not isinstance(value, str) or not (text := value.strip(context.dialect.wildcards + " ").lower()):
        return []
    exact = [member for member in field.enum if member.lower() == text]
    if exact:
        return exact
    found = [member for member in field.enum if text in member.lower()]
    if found:
        return found
    from cwql.schema.suggest import suggest

    return suggest(text, field.enum)[:1]
