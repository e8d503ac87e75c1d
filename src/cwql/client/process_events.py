"""Forks and Ctrl-C: state that a child process must not inherit, and interrupts that cleanup may hide.

Python runs the functions that `renew_after_fork` registers in the child, inside ``os.fork()``, before any other code of the
child. They replace locks of other threads, and places and waits of threads that no longer exist.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["find_interrupt", "renew_after_fork", "start_thread"]


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


T = TypeVar("T")

_registered: WeakKeyDictionary[Any, Callable[[Any], None]] = WeakKeyDictionary()


def renew_after_fork(thing: T, renew: Callable[[T], None]) -> None:
    """Call a function with an object in every child process that is forked while the object exists."""
    _registered[thing] = renew


def _renew_all() -> None:
    for thing, renew in list(_registered.items()):
        renew(thing)


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
