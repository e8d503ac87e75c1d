"""The library that sends requests: httpx, or httpx2, which continues it with the same interface. One of them is enough.

A client or a transport of either that a user gives decides; otherwise the first one of `ORDER` that is installed is used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["ORDER", "default_library", "find_library", "loaded_libraries"]

ORDER = ["httpx", "httpx2"]
"""The names of the libraries, the preferred one first."""


def default_library() -> ModuleType:
    """Return the preferred library that is installed. Raises ModuleNotFoundError if there is none."""
    for name in ORDER[:-1]:
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    return _load(ORDER[-1])


def find_library(*given: object) -> ModuleType:
    """Return the library of the first client or transport that belongs to one, otherwise the default."""
    for each in given:
        for kind in type(each).__mro__:
            name = kind.__module__.partition(".")[0]
            if name in ORDER:
                return _load(name)
    return default_library()


def loaded_libraries() -> list[Any]:
    """Return the libraries that were imported: an exception can be one of theirs only."""
    return [found for name in ORDER if (found := sys.modules.get(name)) is not None]


def _load(name: str) -> ModuleType:
    found = sys.modules.get(name)
    if found is not None:
        return found
    # Both import their command line, and with it click and rich if they are installed: two thirds of their start.
    command = f"{name}._main"
    is_hidden = sys.modules.setdefault(command, None) is None  # type: ignore[arg-type]
    try:
        return import_module(name)
    finally:
        if is_hidden:
            sys.modules.pop(command, None)
