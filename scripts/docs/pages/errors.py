"""The error page: the trees in the docstrings of the error modules, and every subclass of `cwql.CwqlError`."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from inspect import getdoc

import cwql
import cwql.client.errors
import cwql.errors
from scripts.docs.pages.markdown import code, fence, page, prose, table

INTRODUCTION = """Every error that cwql raises on purpose is a `cwql.CwqlError`. Problems of a condition are diagnostics, not exceptions:
`cwql.check` returns them and never raises for any text. If a call cannot continue because of them, the exception has them in
`.diagnostics`."""


def pages() -> dict[str, str]:
    """Return the page of the errors."""
    rows = [
        (
            code(_where(kind)),
            ", ".join([code(it.__name__) for it in kind.__bases__ if it is not object]),
            prose(getdoc(kind) or "").split("\n\n")[0].replace("\n", " "),
        )
        for kind in every_error()
    ]
    return {
        "reference/errors.md": page(
            "# Errors",
            INTRODUCTION,
            "## The tree",
            fence(_tree(cwql.errors)),
            "What the clients raise:",
            fence(_tree(cwql.client.errors)),
            "## Every class",
            table(("Class", "Is a", "Raised for"), rows),
        )
    }


def every_error() -> list[type[BaseException]]:
    """Return every subclass of `CwqlError`, each after its base class."""
    for module in pkgutil.walk_packages(cwql.__path__, "cwql."):
        if not module.name.endswith(("__main__", "pytest_plugin")):
            try:
                import_module(module.name)
            except ModuleNotFoundError as error:
                # A module that needs an extra; none of these defines an error.
                if (error.name or "").startswith("cwql"):
                    raise
    found: list[type[BaseException]] = []
    _collect(cwql.CwqlError, found)
    return found


def _collect(kind: type[BaseException], found: list[type[BaseException]]) -> None:
    # Private classes are caught by their bases, and test modules may define their own classes.
    if kind in found or kind.__name__[0] == "_" or not kind.__module__.startswith("cwql"):
        return
    found.append(kind)
    for below in sorted(kind.__subclasses__(), key=lambda it: it.__name__):
        _collect(below, found)


def _where(kind: type[BaseException]) -> str:
    """Return the shortest name under which a class can be imported."""
    for home in ("cwql", "cwql.errors"):
        if kind.__name__ in import_module(home).__all__:
            return f"{home}.{kind.__name__}"
    return f"{kind.__module__}.{kind.__name__}"


def _tree(module: object) -> str:
    """Return the tree in the docstring of a module."""
    lines = re.sub(r"(?s)^.*?::\n\n", "", module.__doc__ or "").rstrip().split("\n")
    return "\n".join([line.removeprefix("    ") for line in lines])
