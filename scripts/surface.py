"""List the public API: every public name with its members and the names of their parameters.

``python -m scripts.surface`` writes it to tests/surface.txt. A line that is removed or changed breaks users, so it needs a new minor
version before 1.0 and a new major version after it. A line that is added needs an entry in the changelog.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).resolve().parents[1] / "tests" / "surface.txt"
MODULES = ("cwql", "cwql.ast", "cwql.manage", "cwql.automate", "cwql.devices", "cwql.sandbox", "cwql.webhooks")


def surface() -> str:
    """Return the list, one name per line."""
    return "\n".join(line for module in MODULES for line in _of_module(module)) + "\n"


def public_names(module: ModuleType) -> list[str]:
    """Return the public names of a module."""
    return [*module.__all__, *getattr(module, "_NOT_IMPORTED_BY_STAR", ())]


def _of_module(name: str) -> Iterator[str]:
    module = import_module(name)
    for public in sorted(public_names(module)):
        value = getattr(module, public)
        if isinstance(value, ModuleType) or not callable(value):
            yield f"{name}.{public}"
            continue
        yield f"{name}.{public}{_parameters(value)}"
        if inspect.isclass(value):
            for member in sorted(dir(value)):
                found = inspect.getattr_static(value, member)
                home = next((base for base in value.__mro__ if member in vars(base)), object)
                if not member.startswith("_") and home.__module__.startswith("cwql"):
                    yield f"{name}.{public}.{member}{_parameters(getattr(value, member)) if _is_called(found) else ''}"


def _is_called(found: object) -> bool:
    return inspect.isfunction(found) or isinstance(found, (classmethod, staticmethod))


def _parameters(value: object) -> str:
    """Return the parameters as in a call: ``=`` marks optional ones, ``*`` precedes keyword-only ones."""
    try:
        parameters = inspect.signature(value).parameters.values()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        # Exceptions that do not define a constructor.
        return ""
    written: list[str] = []
    named = False
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            named = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not named:
            written.append("*")
            named = True
        sign = (
            "*"
            if parameter.kind is parameter.VAR_POSITIONAL
            else "**"
            if parameter.kind is parameter.VAR_KEYWORD
            else ""
        )
        written.append(f"{sign}{parameter.name}{'=' if parameter.default is not parameter.empty else ''}")
    return f"({', '.join(written)})"


if __name__ == "__main__":
    FILE.write_text(surface(), encoding="utf-8")
