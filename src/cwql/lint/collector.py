"""Pause the garbage collector while many live objects are created: `CollectorOff`."""

from __future__ import annotations

import gc


class CollectorOff:
    """Keep the collector from looking through the trees of files, in a ``with`` statement: their objects stay until their end.

    For commands and servers, whose process is their own. A caller of `cwql.lint_text` has settings that other threads rely on.
    """

    __slots__ = ("_was_on",)

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *failure: object) -> None:
        if self._was_on:
            gc.enable()
