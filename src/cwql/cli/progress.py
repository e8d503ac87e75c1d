"""The progress of a command on standard error: a bar if rich is installed, otherwise a line."""

from __future__ import annotations

import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Report = Callable[[int, int | None], object]


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Show a bar during the block; the function that is yielded takes the number of records so far, and the total if it is known."""
    try:
        import rich.progress
    except ImportError:
        with _plain(title) as report:
            yield report
        return
    if not sys.stderr.isatty():
        with _plain(title) as report:
            yield report
        return
    from rich.console import Console

    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
    )
    # Records are written to standard output at the same time, so rich must not redirect it.
    with rich.progress.Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _plain(title: str) -> Iterator[Report]:
    """Overwrite one line on a terminal; print a line for each page of records otherwise."""
    terminal = sys.stderr.isatty()
    start, end = ("\r", "") if terminal else ("", "\n")

    def report(done: int, total: int | None) -> None:
        known = f" of {total:,}" if total is not None else ""
        print(f"{start}{title}: {done:,}{known}", end=end, file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if terminal:
            print(file=sys.stderr)
