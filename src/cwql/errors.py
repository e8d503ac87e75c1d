"""The exceptions, all under one root.

::

    CwqlError
    ├── ConditionError (ValueError)     a text or a tree was refused; `.diagnostics` says why
    ├── LiteralError (ValueError)       a Python value that the languages cannot carry
    ├── ExpressionError (TypeError)     a field handle or a tree used as Python cannot mean it (`and`, `1 < x < 9`)
    ├── InvalidIdError (TypeError, ValueError)  an id that cannot be part of a path; nothing was sent
    ├── UnknownNameError (LookupError)  no dialect, parameter, rule, endpoint or field of that name
    └── APIError                     whatever the clients raise; drawn in `cwql.client.errors`
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic

__all__ = ["ConditionError", "CwqlError", "ExpressionError", "InvalidIdError", "LiteralError", "UnknownNameError"]


_SHOWN = 100
"""How many characters of a condition are shown in a message: carets under a line that wraps help nobody."""


class CwqlError(Exception):
    """The base of everything that cwql raises."""


class ConditionError(CwqlError, ValueError):
    """A condition that cannot be read or printed.

    `diagnostics` holds every finding, errors and others; `text` the condition it was found in. ``str()`` shows the errors,
    each with its place where the text is a plain line.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], text: str) -> None:
        super().__init__(diagnostics, text)
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        self.text = text

    def __str__(self) -> str:
        from cwql.source import Source

        source = Source(self.text)
        lines = []
        for finding in self.diagnostics:
            if finding.severity != "error":
                continue
            line, column = source.position(finding.span.start)
            lines.append(f"{line}:{column}: {finding.code} {finding.message}")
            if len(self.text) <= _SHOWN and self.text.isascii() and self.text.isprintable():
                carets = "^" * max(1, min(finding.span.end, len(self.text)) - finding.span.start)
                lines += [f"  | {self.text}".rstrip(), f"  | {' ' * finding.span.start}{carets}"]
            if finding.hint:
                lines.append(f"  hint: {finding.hint}")
        return "\n".join(lines)


class LiteralError(CwqlError, ValueError):
    """A Python value that no literal of the languages can carry; the message names the ways out."""


class ExpressionError(CwqlError, TypeError):
    """A field handle or a tree used in a way that Python cannot pass on; the message names the cure."""


class InvalidIdError(CwqlError, TypeError, ValueError):
    """A value that cannot be an id in the path of a URL. Nothing was sent."""


class UnknownNameError(CwqlError, LookupError):
    """A name that is in no registry; `near` holds the closest ones."""

    def __init__(self, message: str, near: Sequence[str] = ()) -> None:
        super().__init__(message, near)
        self.message = message
        self.near = tuple(near)

    def __str__(self) -> str:
        if not self.near:
            return self.message
        return f"{self.message}; did you mean {' or '.join(repr(name) for name in self.near)}?"
