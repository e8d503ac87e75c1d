"""``python -m benchmarks``: measure, print a table, write RESULTS.md if all modules ran, and fail if a goal is missed."""

from __future__ import annotations

import argparse
import platform
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.report import write_readme, write_results
from benchmarks.table import print_table

if TYPE_CHECKING:
    from benchmarks.table import Row

MODULES = (
    "parsing",
    "checking",
    "startup",
    "memory",
    "scaling",
    "api",
    "client",
    "tables",
    "sandbox",
    "lint",
    "agents",
    "server",
)
"""All benchmark modules; each has ``run(quick) -> list[Row]``."""


def main(argv: list[str] | None = None) -> int:
    """Run the selected modules; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run the benchmarks.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a quick look")
    parser.add_argument("--only", action="append", choices=MODULES, metavar="NAME", help=f"one of {', '.join(MODULES)}")
    arguments = parser.parse_args(argv)
    results: dict[str, list[Row]] = {}
    for name in arguments.only or MODULES:
        results[name] = import_module(f"benchmarks.{name}").run(arguments.quick)
    if not arguments.only:
        write_results(results, arguments.quick)
        write_readme(results)
    print(f"CPython {platform.python_version()}, {platform.machine()}; medians of CPU time, ratios of paired runs\n")
    return 0 if print_table([row for rows in results.values() for row in rows]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
