"""Condition queries for ConnectWise Manage and Automate, checked before they are sent.

::

    cwql.check("status/name = New", endpoint="/service/tickets")       the problems of a text, with their positions
    cwql.cond("company/name = {} and id in {}", name, [1, 2])          a condition from a template and values
    cwql.F("board/name") == "Help Desk"                                a condition from Python operators

    from cwql.manage.fields import Ticket       fields with types: Ticket.closedFlag == False
    from cwql.manage import Client              with Client.from_env() as psa: psa.service.tickets.list(...)
    from cwql.automate import Client            the same for Automate
    from cwql.sandbox import Sandbox            a server of both products, for tests and first steps

``cwql --help`` lists the commands. Every public name is imported on first use, so ``import cwql`` is fast.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.analysis.checker import check
    from cwql.analysis.fixes import fix
    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Diagnostic, Edit, Fix
    from cwql.errors import (
        ConditionError,
        CwqlError,
        ExpressionError,
        InvalidIdError,
        LiteralError,
        UnknownNameError,
    )
    from cwql.language.builder import Field as F  # noqa: N817 - the public name
    from cwql.language.formatter import format
    from cwql.language.nodes import And, Comparison, Constant, Expr, Or
    from cwql.language.parsing import parse
    from cwql.language.printer import emit
    from cwql.language.simplify import simplify
    from cwql.language.template import cond
    from cwql.language.translate import Translation, translate
    from cwql.lint.file import lint_text
    from cwql.query.compiled import Compiled
    from cwql.query.compiler import compile
    from cwql.query.query import Query
    from cwql.semantics.predicate import predicate
    from cwql.source import Span

    __version__: str

__all__ = [
    "And",
    "Comparison",
    "Compiled",
    "ConditionError",
    "Constant",
    "CwqlError",
    "Diagnostic",
    "Edit",
    "Expr",
    "ExpressionError",
    "F",
    "Fix",
    "InvalidIdError",
    "Levels",
    "LiteralError",
    "Or",
    "Query",
    "Span",
    "Translation",
    "UnknownNameError",
    "__version__",
    "check",
    "compile",
    "cond",
    "emit",
    "fix",
    "format",
    "lint_text",
    "parse",
    "predicate",
    "simplify",
    "translate",
]

_HOMES: dict[str, tuple[str, str]] = {
    "And": ("cwql.language.nodes", "And"),
    "Compiled": ("cwql.query.compiled", "Compiled"),
    "Comparison": ("cwql.language.nodes", "Comparison"),
    "ConditionError": ("cwql.errors", "ConditionError"),
    "Constant": ("cwql.language.nodes", "Constant"),
    "CwqlError": ("cwql.errors", "CwqlError"),
    "Diagnostic": ("cwql.diagnostics", "Diagnostic"),
    "Edit": ("cwql.diagnostics", "Edit"),
    "Expr": ("cwql.language.nodes", "Expr"),
    "ExpressionError": ("cwql.errors", "ExpressionError"),
    "InvalidIdError": ("cwql.errors", "InvalidIdError"),
    "F": ("cwql.language.builder", "Field"),
    "Fix": ("cwql.diagnostics", "Fix"),
    "Levels": ("cwql.analysis.levels", "Levels"),
    "LiteralError": ("cwql.errors", "LiteralError"),
    "Or": ("cwql.language.nodes", "Or"),
    "Query": ("cwql.query.query", "Query"),
    "Span": ("cwql.source", "Span"),
    "Translation": ("cwql.language.translate", "Translation"),
    "UnknownNameError": ("cwql.errors", "UnknownNameError"),
    "check": ("cwql.analysis.checker", "check"),
    "compile": ("cwql.query.compiler", "compile"),
    "cond": ("cwql.language.template", "cond"),
    "emit": ("cwql.language.printer", "emit"),
    "fix": ("cwql.analysis.fixes", "fix"),
    "format": ("cwql.language.formatter", "format"),
    "lint_text": ("cwql.lint.file", "lint_text"),
    "parse": ("cwql.language.parsing", "parse"),
    "predicate": ("cwql.semantics.predicate", "predicate"),
    "simplify": ("cwql.language.simplify", "simplify"),
    "translate": ("cwql.language.translate", "translate"),
}
"""Where every public name lives: the module and the name there."""


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any name for a good one.
    def __getattr__(name: str) -> object:
        if name == "__version__":
            value: object = _read_version()
        elif name in _HOMES:
            home, there = _HOMES[name]
            value = getattr(__import__(home, fromlist=[there]), there)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _read_version() -> str:
    """Return the version of the installed package; a source tree that was never installed has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cwql")
    except PackageNotFoundError:
        return "0+unknown"
