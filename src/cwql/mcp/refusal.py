"""`Refusal`: a call that was not performed, with everything that is needed to correct it."""

from __future__ import annotations

from cwql.errors import CwqlError, UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic

    JSON = dict[str, object]


class Refusal(CwqlError):
    """A call that was refused.

    `code` is a rule (``CW203``) or a name such as ``unbounded``; `argument` is the argument that has to change, `hint` says how.
    `diagnostics` are those of the texts of a query, each with its span, and `fixed` has corrected texts by argument.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        argument: str | None = None,
        hint: str | None = None,
        diagnostics: Sequence[JSON] = (),
        fixed: JSON | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.argument = argument
        self.hint = hint
        self.diagnostics = list(diagnostics)
        self.fixed = fixed

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.code}: {self.message}{hint}"

    def as_dict(self) -> JSON:
        """Return the refusal as plain data, without the parts that it does not have."""
        parts: JSON = {
            "code": self.code,
            "message": self.message,
            "argument": self.argument,
            "hint": self.hint,
            "diagnostics": self.diagnostics,
            "fixed": self.fixed,
        }
        return {name: value for name, value in parts.items() if value}


def unknown(error: UnknownNameError, argument: str, code: str = "unknown-name") -> Refusal:
    """Return the refusal for a name that is in no registry, with similar names as the hint."""
    hint = f"did you mean {' or '.join(error.suggestions)}?" if error.suggestions else None
    return Refusal(code, error.message, argument=argument, hint=hint)


def describe(diagnostic: Diagnostic, argument: str) -> JSON:
    """Return a diagnostic as plain data: rule, message, span (characters from 0) and hint; `argument` has its text."""
    found: JSON = {
        "argument": argument,
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "start_offset": diagnostic.span.start,
        "end_offset": diagnostic.span.end,
    }
    if diagnostic.hint:
        found["hint"] = diagnostic.hint
    return found
