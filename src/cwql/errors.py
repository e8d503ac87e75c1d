"""The exceptions and their common base class.

::

    CwqlError
    ├── ConditionError (ValueError)             a text that cannot be parsed, or a tree that cannot be printed
    ├── LiteralError (ValueError)               a Python value that the languages cannot express
    ├── ExpressionError (TypeError)             a field or a tree used in a way that Python does not support (`and`, `1 < x < 9`)
    ├── InvalidIdError (TypeError, ValueError)  an id that cannot be part of a path; nothing was sent
    ├── ConfigError (ValueError)                a setting, a profile or an argument of a client that is missing or wrong
    ├── UnknownNameError (LookupError)          no dialect, parameter, rule, endpoint or field has that name
    └── APIError                                every error about a call: see `cwql.client.errors`
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic

__all__ = [
    "ConditionError",
    "ConfigError",
    "CwqlError",
    "ExpressionError",
    "InvalidIdError",
    "LiteralError",
    "UnknownNameError",
]


_SHOWN = 100
"""How many characters of a condition are shown in a message, because carets under a wrapped line are useless."""


class CwqlError(Exception):
    """The base class of all exceptions of cwql."""


class ConditionError(CwqlError, ValueError):
    """A condition that cannot be parsed or printed.

    `diagnostics` contains all diagnostics of `text`, also warnings. ``str()`` lists the errors, with carets if the text is a
    short line of ASCII.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], text: str) -> None:
        super().__init__(diagnostics, text)
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        self.text = text

    def __str__(self) -> str:
        from cwql.source import Source

        source = Source(self.text)
        lines = []
        for diagnostic in self.diagnostics:
            if diagnostic.severity != "error":
                continue
            span = diagnostic.span
            line, column = source.position(span.start)
            lines.append(f"{line}:{column}: {diagnostic.code} {diagnostic.message}")
            if len(self.text) <= _SHOWN and self.text.isascii() and self.text.isprintable():
                carets = "^" * max(1, min(span.end, len(self.text)) - span.start)
                lines += [f"  | {self.text}".rstrip(), f"  | {' ' * span.start}{carets}"]
            if diagnostic.hint:
                lines.append(f"  hint: {diagnostic.hint}")
        return "\n".join(lines)


class LiteralError(CwqlError, ValueError):
    """A Python value that no literal of the languages can express. The message lists the alternatives."""


class ExpressionError(CwqlError, TypeError):
    """A field or a tree used in a way that Python does not support. The message says what to write."""


class InvalidIdError(CwqlError, TypeError, ValueError):
    """A value that cannot be an id in the path of a URL. Nothing was sent."""


class ConfigError(CwqlError, ValueError):
    """A setting, a profile or an argument of a client that is missing or wrong. No secret is shown."""


class UnknownNameError(CwqlError, LookupError):
    """A name that is in no registry; `suggestions` contains similar names."""

    def __init__(self, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message, suggestions)
        self.message = message
        self.suggestions = tuple(suggestions)

    def __str__(self) -> str:
        if not self.suggestions:
            return self.message
        return f"{self.message}; did you mean {' or '.join(repr(name) for name in self.suggestions)}?"


# Users know them as names of `cwql`, and so do tracebacks and pickles.
for _name in __all__:
    globals()[_name].__module__ = "cwql"
