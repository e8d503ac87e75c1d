"""Ctrl-C inside the standard library and httpx, whose cleanup may fail and hide it."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["find_interrupt", "start_thread"]


def find_interrupt(error: BaseException, handled: BaseException | None) -> BaseException | None:
    """Return the Ctrl-C that an exception was raised from, None if there is none.

    A Ctrl-C inside httpx may make its cleanup fail, and the failure then hides it. `handled` is the exception that the caller was handling
    already.
    """
    cause: BaseException | None = error
    while cause is not None and cause is not handled:
        if isinstance(cause, (KeyboardInterrupt, SystemExit)):
            return cause
        cause = cause.__context__
    return None


def start_thread(target: Callable[[], object], name: str) -> None:
    """Start a thread that does not keep the process alive.

    `Thread.start` waits for the thread to begin. If Ctrl-C comes in that wait, it may raise a RuntimeError of its lock instead.
    """
    handled = sys.exc_info()[1]
    failure: BaseException
    try:
        threading.Thread(target=target, name=name, daemon=True).start()
        return
    except RuntimeError as error:
        failure = find_interrupt(error, handled) or error
    raise failure
