"""Print the covered lines of each package, and fail below the floor: ``make coverage``.

Reads the data that ``coverage combine`` wrote. ``--missing`` lists the files with uncovered lines as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

FLOOR = 95.0
"""Percent of the statements under src/ that tests have to run."""


def main() -> int:
    """Print the report and return 1 if the total is below the floor."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.coverage_report", description="Report coverage by package."
    )
    parser.add_argument("--missing", action="store_true", help="list the files with uncovered lines")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(path)], check=True)
        files: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["files"]
    text, percent = report(files)
    print(text)
    if arguments.missing:
        print(*missing_lines(files), sep="\n")
    if percent < FLOOR:
        print(f"coverage of {percent:.2f} % is below the floor of {FLOOR:.0f} %", file=sys.stderr)
        return 1
    return 0


def report(files: dict[str, Any]) -> tuple[str, float]:
    """Return the table as text, and the total in percent."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, entry in files.items():
        for package in (package_of(name), "total"):
            counts[package][0] += entry["summary"]["covered_lines"]
            counts[package][1] += entry["summary"]["num_statements"]
    # The total comes last.
    rows = sorted(counts.items(), key=lambda row: (row[0] == "total", row[0]))
    width = max(map(len, counts), default=0)
    lines = [f"{'package':{width}}  statements  covered"]
    lines += [f"{name:{width}}  {total:10}  {percent_of(covered, total):6.2f} %" for name, (covered, total) in rows]
    return "\n".join(lines), percent_of(*counts["total"])


def package_of(name: str) -> str:
    """Return ``cwql.lint`` for ``src/cwql/lint/frontends/go.py``, and ``cwql`` for a module at the top."""
    _, *parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".".join(parts[:2]) if len(parts) > 2 else parts[0]


def percent_of(covered: int, total: int) -> float:
    """Return a share in percent; 100 if there is nothing to cover."""
    return 100 * covered / total if total else 100.0


def missing_lines(files: dict[str, Any]) -> list[str]:
    """Return a line for each file with uncovered lines, the most uncovered first."""
    open_files = sorted(files.items(), key=lambda item: -len(item[1]["missing_lines"]))
    return [
        f"{name}: {', '.join(map(str, entry['missing_lines']))}" for name, entry in open_files if entry["missing_lines"]
    ]


if __name__ == "__main__":
    sys.exit(main())
