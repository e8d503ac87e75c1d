"""Faults on request: `Faults` chooses, from a seed, which request gets which.

A fault is written ``KIND:SHARE``, for example ``429:0.1`` for every tenth request on average; without a share every request gets it.
A kind is a status from 400 to 599 or one of `KINDS`. A third part limits how often, as in ``reset:1:2``: the first two requests only.
"""

from __future__ import annotations

import random
import threading
from dataclasses import KW_ONLY, dataclass
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
    """One kind of fault: ``Fault(429, times=2)`` for the next two requests, ``Fault("reset", probability=0.1)`` for some.

    `kind` is a status from 400 to 599, or one of `KINDS`. `times` is how often it still occurs; None is no limit. Raises
    UnknownNameError for an unknown kind, and ValueError for a probability that is not between 0 and 1.
    """

    kind: str | int
    _: KW_ONLY
    probability: float = 1.0
    times: int | None = None

    def __post_init__(self) -> None:
        kind = str(self.kind)
        if kind not in KINDS and not (kind.isascii() and kind.isdigit() and 400 <= int(kind) <= 599):
            raise UnknownNameError(
                f"no fault {kind!r}: expected a status from 400 to 599, or one of {', '.join(KINDS)}"
            )
        if not 0 <= self.probability <= 1:
            raise ValueError(f"the probability {self.probability} is not between 0 and 1")
        self.kind = kind

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Parse ``KIND[:PROBABILITY[:TIMES]]``. Raises UnknownNameError for an unknown kind, ValueError for a wrong number."""
        kind, _, rest = text.partition(":")
        share, _, times = rest.partition(":")
        return cls(kind, probability=float(share) if share else 1.0, times=int(times) if times else None)


class Faults:
    """Choose faults, the same ones for the same seed and order of requests."""

    def __init__(self, faults: Iterable[Fault | str | int] = (), seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        if isinstance(faults, (str, int, Fault)):
            raise TypeError(f"faults is a list: pass faults=[{faults!r}]")
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault | str | int) -> None:
        """Add a fault for the requests from now on: a `Fault`, a text such as ``429:0.1``, or a status."""
        if isinstance(fault, int):
            fault = Fault(fault)
        elif isinstance(fault, str):
            fault = Fault.parse(fault)
        elif not isinstance(fault, Fault):
            raise TypeError(f"expected a Fault, a text or a status, got {type(fault).__name__}")
        self.faults.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self.faults.clear()

    def choose(self) -> set[str]:
        """Return the kinds of faults that the next request gets."""
        with self._lock:
            chosen = set()
            for fault in self.faults:
                if fault.times != 0 and (fault.probability >= 1 or self._random.random() < fault.probability):
                    chosen.add(str(fault.kind))
                    if fault.times is not None:
                        fault.times -= 1
            return chosen
