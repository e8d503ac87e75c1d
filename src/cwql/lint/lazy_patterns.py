"""The module `re`, whose `compile` waits until the pattern is used: ``from cwql.lint import lazy_patterns as re``.

A run uses a third of the patterns of the modules that it imports. Without this, the others take a sixth of the time of
``cwql lint FILE``.
"""

from __future__ import annotations

import re as _re
from re import (
    ASCII,
    DOTALL,
    IGNORECASE,
    MULTILINE,
    VERBOSE,
    Match,
    Pattern,
    escape,
    findall,
    finditer,
    fullmatch,
    search,
    split,
    sub,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr

__all__ = (
    "ASCII",
    "DOTALL",
    "IGNORECASE",
    "MULTILINE",
    "VERBOSE",
    "Match",
    "Pattern",
    "compile",
    "escape",
    "findall",
    "finditer",
    "fullmatch",
    "search",
    "split",
    "sub",
)


class _Lazy:
    """A pattern that is compiled when one of its methods is used; from then on, that method is an attribute of its own."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._source = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # `re` caches compiled patterns, so that the methods of one pattern share it.
        value = getattr(_re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value


def compile(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """Return a pattern that is compiled when it is used for the first time."""
    return _Lazy(pattern, flags)  # type: ignore[return-value]  # it has the attributes of a pattern
