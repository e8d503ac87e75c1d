"""The diagnostics of a document, for the editor."""

from __future__ import annotations

from lsprotocol import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.lsp.views import View

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset(("repeated-term", "repeated-value", "subsumed-term", "unused-suppression"))
"""Rules about text that can be deleted; editors show it faded."""


def diagnostics_of(view: View, *, quick: bool = False) -> list[types.Diagnostic]:
    """Return the diagnostics of a view; `quick` accepts those of moved conditions (see `Document`)."""
    found = view.document.quick_diagnostics() if quick else view.document.diagnostics()
    return [convert(view, each) for each in found if view.contains(each.span)]


def convert(view: View, found: Diagnostic) -> types.Diagnostic:
    """Return a diagnostic for the editor, with a link to the page of its rule."""
    lines = [found.message, *([found.hint] if found.hint else []), *found.notes]
    return types.Diagnostic(
        view.range(found.span),
        "\n".join(lines),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        code_description=types.CodeDescription(found.url),
        source="cwql",
        tags=[types.DiagnosticTag.Unnecessary] if found.name in _UNNECESSARY else None,
    )
