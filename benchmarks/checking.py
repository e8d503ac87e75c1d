"""Text to findings: read and checked against the schema, nothing of a text cached, beside what peers take to read alone."""

from __future__ import annotations

import compileall
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING

import cwql
from benchmarks import filters, parsing, startup
from benchmarks.table import Row, find_ratio, measure

if TYPE_CHECKING:
    from collections.abc import Callable

TICKETS, CONFIGURATIONS = "/service/tickets", "/company/configurations"

CONDITIONS = [(text, CONFIGURATIONS if "tagNumber" in text else TICKETS) for text in filters.MANAGE]
"""The twenty filters that the parsers are measured with, and the lists whose fields they name."""

TIMES = 6
"""How often a round checks the filters: as long as a peer takes to parse them, against the clock's grain."""

START = 'status/name = "New" and board/id in (1, 2) and company/identifier = "ACME"'
MISTAKEN = 'status/nme = "New" and board/id in (1, 2) and company/identifer = "ACME"'
_PROGRAM = "import sys; from cwql.cli import main; main()"
COMMANDS = {
    "nothing": ["-c", "pass"],
    "clean": ["-c", _PROGRAM, "check", "-e", TICKETS, START],
    "mistaken": ["-c", _PROGRAM, "check", "-e", TICKETS, MISTAKEN],
}


def run(quick: bool) -> list[Row]:
    """Measure whole checks, warm and from cold."""
    return [*_run_warm(quick), *_run_cold(quick)]


def _run_warm(quick: bool) -> list[Row]:
    texts = {"odata-query": filters.ODATA, "luqum": filters.LUCENE, "sqlglot": filters.SQL}
    readers = {"odata-query": parsing.odata_query(), "luqum": parsing.luqum(), "sqlglot": parsing.sqlglot()}

    def bind(name: str) -> Callable[[], object]:
        reader, own = readers[name], texts[name]
        return lambda: [reader(text) for text in own]

    def check_all() -> None:
        for _ in range(TIMES):
            for text, endpoint in CONDITIONS:
                cwql.check(text, "manage", endpoint)

    work: dict[str, Callable[[], object]] = {"ours": check_all} | {name: bind(name) for name in readers}
    seconds = measure(work, 8 if quick else 40)
    seconds["ours"] = [value / TIMES for value in seconds["ours"]]
    pace = {name: len(CONDITIONS) / median(values) for name, values in seconds.items()}
    fastest = max(parsing.PEERS, key=pace.__getitem__)
    return [
        Row(
            f"parse + full check: {peer} parsing alone{', the fastest peer' * (peer == fastest)}",
            pace["ours"],
            pace[peer],
            "texts/s",
            find_ratio(seconds[peer], seconds["ours"]),
            at_least=3 if peer == fastest else 1,
            headline=f"conditions read and checked, against {peer} reading alone" if peer == fastest else None,
        )
        for peer in parsing.PEERS
    ]


def _run_cold(quick: bool) -> list[Row]:
    # An installed package has its bytecode; a tree that was just edited would be compiled in every process.
    for name in ("cwql", "cwql_api", "cwql_grammar"):
        for folder in import_module(name).__path__:
            compileall.compile_dir(folder, quiet=1, maxlevels=2)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(-1, 12 if quick else 100):
        for name, words in COMMANDS.items():
            spent = startup.spend(words)
            if number >= 0:
                times[name].append(spent)
    base = median(times["nothing"]) * 1000
    return [
        Row(f"start: cwql check -e {TICKETS}, {name}", median(times[name]) * 1000, base, "ms",
            find_ratio(times[name], times["nothing"]), at_most=4)
        for name in ("clean", "mistaken")
    ]  # fmt: skip
