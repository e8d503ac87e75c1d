"""Faults on request: `Faults` chooses, from a seed, which request gets which.

A fault is written ``KIND:SHARE``, for example ``429:0.1`` for every tenth request on average; without a share every request gets it.
A kind is a status from 400 to 599 or one of `KINDS`. A third part limits how often, as in ``reset:1:2``: the first two requests only.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS: dict[str, str] = {
    "reset": "the connection ends before the response",
    "truncated": "the connection ends inside the response",
    "expired": "all tokens of Automate have expired",
    "churn": "a record is added or removed before the list is read",
    "html": "an HTML page is sent instead of JSON, with status 200",
    "gzip": "the response claims to be compressed, but is not",
    "stall": "nothing is sent for a minute",
}
"""Every kind of fault that is no status, with its effect."""


@dataclass(slots=True)
class Fault:
    """One kind of fault, the share of requests that get it, and how often it still occurs (None: no limit)."""

    kind: str
    share: float = 1.0
    left: int | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Parse ``KIND[:SHARE[:TIMES]]``. Raises UnknownNameError for an unknown kind, ValueError for a wrong number."""
        kind, _, rest = text.partition(":")
        share, _, times = rest.partition(":")
        if kind not in KINDS and not (kind.isascii() and kind.isdigit() and 400 <= int(kind) <= 599):
            raise UnknownNameError(
                f"no fault {kind!r}: expected a status from 400 to 599, or one of {', '.join(KINDS)}"
            )
        part = float(share) if share else 1.0
        if not 0 <= part <= 1:
            raise ValueError(f"the share of {text!r} is not between 0 and 1")
        return cls(kind, part, int(times) if times else None)


class Faults:
    """Choose faults, the same ones for the same seed and order of requests."""

    def __init__(self, faults: Iterable[Fault | str] = (), seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault | str) -> None:
        """Add a fault for the requests from now on."""
        self.faults.append(Fault.parse(fault) if isinstance(fault, str) else fault)

    def clear(self) -> None:
        """Remove all faults."""
        self.faults.clear()

    def choose(self) -> set[str]:
        """Return the kinds of faults that the next request gets."""
        with self._lock:
            chosen = set()
            for fault in self.faults:
                if fault.left != 0 and (fault.share >= 1 or self._random.random() < fault.share):
                    chosen.add(fault.kind)
                    if fault.left is not None:
                        fault.left -= 1
            return chosen
