"""Write the results to RESULTS.md, and the most important rows to the README."""

from __future__ import annotations

import platform
import re
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
README = ROOT / "README.md"
PEERS = ("pyconnectwise", "odata-query", "luqum", "sqlglot", "lark", "pydantic", "httpx", "starlette", "uvicorn")
"""Packages whose versions are part of the results."""

ABOUT = (
    "A ratio compares two measurements of the same run, in CPU time unless the row says otherwise. Absolute figures are "
    "valid for one machine only, ratios are comparable between machines."
)
BEGIN, END = "<!-- begin of the benchmark table: written by make bench -->", "<!-- end of the benchmark table -->"


def write_results(results: Mapping[str, Sequence[Row]], quick: bool) -> None:
    """Write a table for each benchmark module, with the versions of all packages."""
    lines = [
        "# Results",
        "",
        f"Written by `make bench`{' in quick mode' if quick else ''} on {datetime.now(UTC):%Y-%m-%d}. {ABOUT}",
        "",
        f"CPython {platform.python_version()} on {platform.system()} {platform.machine()}; {_versions()}.",
    ]
    for module, rows in results.items():
        lines += ["", f"## {module}", "", "| measurement | ours | peer or limit | unit | ratio | goal | met |"]
        lines.append("|---|---:|---:|---|---:|---|---|")
        for row in rows:
            met = "yes" if row.met else "**no**"
            lines.append(
                f"| {row.name} | {row.ours:,.2f} | {row.peer:,.2f} | {row.unit} | {row.ratio:.2f} | {row.goal} | {met} |"
            )
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_readme(results: Mapping[str, Sequence[Row]]) -> None:
    """Write the rows with a headline between the marks in the README, if all of them were measured."""
    headlines = [row for rows in results.values() for row in rows if row.headline is not None]
    text = README.read_text(encoding="utf-8")
    if not headlines or BEGIN not in text:
        return
    lines = ["| Measurement | Result | Goal |", "|---|---|---|"]
    lines += [f"| {row.headline} | {_ratio(row)} | {_goal(row)} |" for row in headlines]
    table = "\n".join([BEGIN, *lines, END])
    README.write_text(re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: table, text, flags=re.DOTALL), "utf-8")


def _ratio(row: Row) -> str:
    if row.at_least is not None:
        return f"{row.ratio:.1f} times as fast"
    return f"1/{1 / row.ratio:.0f}" if row.ratio < 0.5 else f"{row.ratio:.2f} times"


def _goal(row: Row) -> str:
    missed = "" if row.met else " (missed)"
    if row.at_least is not None:
        return f"at least {row.at_least:g}{missed}"
    assert row.at_most is not None
    return f"at most {row.at_most:g}{missed}" if row.at_most > 0.5 else f"at most 1/{1 / row.at_most:g}{missed}"


def _versions() -> str:
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
