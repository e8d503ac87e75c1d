"""A rate that adapts itself to a server whose limit is not known: `AdaptiveRate`.

The vendor's guide names about 1,000 requests a minute, other public texts 60, and few servers send headers about their
limit. So a client begins with the lower number, rises step by step while no request is refused, and halves at a 429.
"""

from __future__ import annotations

__all__ = ["BURST", "START", "AdaptiveRate"]

START = 60.0
"""Requests a minute at the start."""

HIGHEST = 1000.0
"""Requests a minute that are never exceeded without a server's header."""

BURST = 60
"""How many requests the first burst has."""

STEP = 20
"""How many answers without a refusal raise the rate."""

_FAST, _SLOW = 1.5, 1.1


class AdaptiveRate:
    """Count answers, and return a new rate from time to time.

    The rate rises by a half with each step, and by a tenth after the first refusal, because the limit is near then. As soon
    as a server names its limit in a header, that one counts.
    """

    __slots__ = ("_answers", "_growth", "_known", "per_minute")

    def __init__(self) -> None:
        self.per_minute = START
        self._answers = 0
        self._growth = _FAST
        self._known = False

    def stop(self) -> None:
        """Change nothing from now on, because the server names its limit."""
        self._known = True

    def answered(self) -> float | None:
        """Count an answer that was no refusal. Return the new rate, or None if it does not change."""
        if self._known or self.per_minute >= HIGHEST:
            return None
        # Threads may lose a count to each other, which delays a step by one answer.
        self._answers += 1
        if self._answers < STEP:
            return None
        self._answers = 0
        self.per_minute = min(HIGHEST, self.per_minute * self._growth)
        return self.per_minute

    def refused(self) -> float | None:
        """Halve the rate after a 429 and return it, or None if the server's own limit counts."""
        if self._known:
            return None
        self._answers = 0
        self._growth = _SLOW
        self.per_minute = max(START / 2, self.per_minute / 2)
        return self.per_minute
