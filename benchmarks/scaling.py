"""Linear time: the cost of a text that is four times as long, for the texts of tests/language/test_limits.py."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import cwql
from benchmarks.table import Row, find_ratio, measure
from tests.language.test_limits import FAULTS, SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 8
"""Linear time is 4, quadratic 16; CPU caches increase it a little."""


def run(quick: bool) -> list[Row]:
    """Check every text with 50,000 and with 200,000 characters; report the worst ones."""
    rows = []
    for name, shape in (SHAPES | FAULTS).items():
        n = int(50_000 * 1_000 / len(shape(1_000)))
        small, large = shape(n), shape(4 * n)
        times = measure({"small": _bind(small), "large": _bind(large)}, 1 if quick else 3)
        if median(times["large"]) < 0.02:
            # The time does not grow, or is too short to be measured.
            continue
        ours, peer = median(times["large"]) * 1000, median(times["small"]) * 1000
        rows.append(
            Row(f"four times: {name}", ours, peer, "ms", find_ratio(times["large"], times["small"]), at_most=LIMIT)
        )
    rows.sort(key=lambda row: -row.ratio)
    return rows[:8]


def _bind(text: str) -> Callable[[], object]:
    return lambda: cwql.check(text)
