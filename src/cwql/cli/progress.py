"""How far a command has come, on the standard error: a bar where rich is installed, a line otherwise."""

from __future__ import annotations

import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Report = Callable[[int, int | None], object]


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Show a bar while the block runs; what is yielded takes the records so far, and their number where it is known."""
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
    # Records go to the standard output at the same time: rich must not take it over.
    with rich.progress.Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _plain(title: str) -> Iterator[Report]:
    """Write one line over and over on a terminal; elsewhere one line a page."""
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
