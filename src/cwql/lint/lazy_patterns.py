"""The module `re`, whose `compile` waits until the pattern is used: ``from cwql.lint import lazy_patterns as re``.

A run uses about a third of the patterns in the modules that it imports. Compiling the other patterns would take a sixth
of the time of ``cwql lint FILE``.
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
    "ASCII", "DOTALL", "IGNORECASE", "MULTILINE", "VERBOSE", "Match", "Pattern", "compile", "escape", "finditer", "fullmatch",
    "search", "split", "sub",
)  # fmt: skip


class _Lazy:
    """Compile a pattern on first use, and cache each method that is used as an attribute of the instance."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # `re` caches compiled patterns, so that the methods of one pattern share it.
        value = getattr(_re.compile(self.pattern, self._flags), name)
        setattr(self, name, value)
        return value


def compile(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """Return a pattern that is compiled when it is used for the first time."""
    return _Lazy(pattern, flags)  # type: ignore[return-value]  # it has the attributes of a pattern
