"""The sentence after a list of diagnostics: how many there are of each severity, and how many a command can fix."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic

_NOUNS = {"error": "error", "warning": "warning", "info": "info message"}


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, such as ``1 file`` and ``1,132 files``; `plural` is for nouns that add more than an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def count_severities(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many diagnostics there are of each severity, such as ``1 error and 2 warnings``."""
    counts = {noun: sum([each.severity == severity for each in diagnostics]) for severity, noun in _NOUNS.items()}
    words = [count(number, noun) for noun, number in counts.items() if number]
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
