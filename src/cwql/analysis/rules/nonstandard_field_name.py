"""CW212: a documented name for which the server uses another."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW212",
    "nonstandard-field-name",
    "warning",
    summary="Reports a name of the reference documents or of a client that the server's own specification spells otherwise.",
    why="Documents and servers use two vocabularies: `ComputerID`, `Name` and `OS` in one, `Id`, `ComputerName` and "
    "`OperatingSystemName` in the other. Both are understood here; the server's is sure to work.",
    example="ComputerID > 100",
    instead="Id > 100",
    evidence="specs/overlays, [[alias]]: the document and the server's own name",
    safety="unsafe",
    dialect="automate",
    endpoint="/Computers",
    fields=("note",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the server's own name if one is known."""
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or found.note is None or found.note.kind != "alias":
            continue
        note = found.note
        target = None if note.target is None else note.target.replace("/", ".").replace(".", context.dialect.separator)
        # Some names are the same in both vocabularies: the overlay only adds the values that the document mentions.
        if target is not None and target.lower() == context.dialect.separator.join(path.segments).lower():
            continue
        if target is None:
            if found.field.origin == "spec":
                continue
            yield RULE.at(
                span,
                f"`{note.name}` is in the reference document, but the server's own specification has no such name",
                hint="try it on your server before you rely on it",
            )
            continue
        known = note.name.replace("/", context.dialect.separator)
        told = "; a server has refused it" if note.refused else ""
        whose = "the reference document's name" if note.origin == "documented" else "another name"
        yield RULE.at(
            span,
            f"`{known}` is {whose} for `{target}` of the server{told}",
            hint=f"write {target}",
            fixes=[Fix(f"write {target}", [Edit(span, target)], applicability="unsafe")],
        )
