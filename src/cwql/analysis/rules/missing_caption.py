"""CW210: the value of a custom field without its caption."""

from __future__ import annotations

from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW210",
    "missing-caption",
    "warning",
    summary="Reports a condition on the value of custom fields that names no caption and no id.",
    why="It matches every record that has any custom field with that value.",
    example='value = "Pat"',
    instead='caption = "Asset Owner" and value = "Pat"',
    evidence="every recorded customFieldConditions names a caption or an id",
    parameter="customFieldConditions",
    scope="custom_field",
    judges="absence",
    screened=True,
)

NAMES = ("caption", "id", "connectwiseid", "userdefinedfieldrecid")


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the first value if no term in the text names the field."""
    if context.parameter.record is None or context.partial:
        return
    heads = [path.segments[0].lower() for path, _, _ in context.paths]
    if "value" in heads and not any(head in NAMES for head in heads):
        _, span, _ = context.paths[heads.index("value")]
        yield RULE.at(
            span,
            "`value` without a caption: any custom field with that value counts",
            hint='say which one: caption = "…" and value = …',
        )
