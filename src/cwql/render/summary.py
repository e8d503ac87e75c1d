"""The sentence after a list of diagnostics: how many there are of each severity, and how many a command can fix."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic

_SINGULARS = {"error": "error", "warning": "warning", "info": "info message"}
_PLURALS = {"error": "errors", "warning": "warnings", "info": "info messages"}


def count_severities(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many diagnostics there are of each severity, such as ``1 error and 2 warnings``."""
    counts = {severity: sum([diagnostic.severity == severity for diagnostic in diagnostics]) for severity in _SINGULARS}
    words = [
        f"{count:,} {_SINGULARS[severity] if count == 1 else _PLURALS[severity]}"
        for severity, count in counts.items()
        if count
    ]
    return " and ".join([part for part in (", ".join(words[:-1]), words[-1]) if part])


def count_fixable(diagnostics: Sequence[Diagnostic], command: str, unsafe: str) -> str:
    """Return how many diagnostics a command can fix, as a sentence with a space before it; empty if there are none.

    The number of unsafe fixes, which take the option `unsafe`, is given only if there are no safe ones.
    """
    safe = sum([any(fix.is_safe for fix in diagnostic.fixes) for diagnostic in diagnostics])
    if safe:
        return f" {safe:,} fixable with `{command}`."
    fixable = sum([bool(diagnostic.fixes) for diagnostic in diagnostics])
    return f" {fixable:,} fixable with `{command} {unsafe}`." if fixable else ""
