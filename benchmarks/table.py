"""Rows of the table, measurement of ratios, and printing."""

from __future__ import annotations

import gc
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Row(NamedTuple):
    """A comparison of cwql with something else.

    `ratio` is how many times as fast cwql is (`at_least`), or how many times as long it takes (`at_most`). At most one of the two
    goals is set; a row without one is there for comparison. `aim` is a better figure to work towards. A row with a `headline` is shown in the README with that text.
    """

    name: str
    ours: float
    peer: float
    unit: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None
    headline: str | None = None

    @property
    def met(self) -> bool:
        """Return whether the ratio meets its goal."""
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )

    @property
    def goal(self) -> str:
        """Return the goal as text."""
        if self.at_least is None and self.at_most is None:
            return "none"
        bound = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return bound if self.aim is None else f"{bound} ({self.aim:g})"


def measure(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of every round for each kind of work. They alternate, so that disturbances affect all of them."""
    for run in work.values():
        run()
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            gc.collect()
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    return times


def find_ratio(upper: list[float], lower: list[float]) -> float:
    """Return the median of the ratios of corresponding rounds."""
    return median(a / b for a, b in zip(upper, lower, strict=True))


def print_table(rows: Iterable[Row]) -> bool:
    """Print the rows, and return whether every goal was met."""
    cells = [("measurement", "ours", "peer", "unit", "ratio", "goal (aim)", "met")]
    all_met = True
    for row in rows:
        all_met = all_met and row.met
        figures = (
            f"{row.ours:,.2f}",
            f"{row.peer:,.2f}",
            row.unit,
            f"{row.ratio:.2f}",
            row.goal,
            ("yes" if row.met else "NO") if row.goal != "none" else "",
        )
        cells.append((row.name, *figures))
    widths = [max(len(line[column]) for line in cells) for column in range(7)]
    for number, line in enumerate(cells):
        text = [line[0].ljust(widths[0])]
        text += [
            cell.rjust(width) if column in (1, 2, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            if column
        ]
        print("  ".join(text).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    return all_met
