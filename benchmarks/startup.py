"""Cold starts: ``cwql check 'id=1'`` and ``import cwql`` compared with ``python -c pass``, as user and system time of whole processes."""

from __future__ import annotations

import sys
import time
from statistics import median
from subprocess import DEVNULL, Popen

from benchmarks.table import Row, find_ratio

COMMANDS = {
    "nothing": ["-c", "pass"],
    "import": ["-c", "import cwql"],
    # The code of the installed script.
    "check": ["-c", "import sys; from cwql.cli import main; sys.exit(main())", "check", "id=1"],
}


def spend(arguments: list[str]) -> float:
    """Return the CPU seconds of a process, or the wall time if the system does not provide them."""
    start = time.perf_counter()
    with Popen([sys.executable, *arguments], stdout=DEVNULL) as process:
        if sys.platform != "win32":
            import os

            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            spent = usage.ru_utime + usage.ru_stime
        else:
            process.wait()
            spent = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with status {process.returncode}")
    return spent


def run(quick: bool) -> list[Row]:
    """Start every command many times, alternately."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for arguments in COMMANDS.values():
        spend(arguments)
    for _ in range(20 if quick else 150):
        for name, arguments in COMMANDS.items():
            times[name].append(spend(arguments))
    base = median(times["nothing"]) * 1000
    return [
        Row("start: cwql check 'id=1'", median(times["check"]) * 1000, base, "ms",
            find_ratio(times["check"], times["nothing"]), at_most=3, aim=2.2,
            headline="`cwql check` in a new process, compared with `python -c pass`"),
        Row("start: import cwql", median(times["import"]) * 1000, base, "ms",
            find_ratio(times["import"], times["nothing"]), at_most=1.5),
    ]  # fmt: skip
