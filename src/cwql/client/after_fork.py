"""State that a forked child must not inherit: locks of other threads, places and waits of threads that no longer exist.

Python runs the functions that are registered here in the child, inside ``os.fork()``, before any other code of the
child.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["renew_after_fork"]

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
