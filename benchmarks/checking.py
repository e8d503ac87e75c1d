"""Parse and check texts against the schema without caching; other libraries only parse, and only correct texts."""

from __future__ import annotations

import compileall
import re
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
"""The twenty filters of the parser benchmark, and the endpoints with their fields."""

MISTAKES = (
    (r"(?<=\b\w)\w(?=\w* ?(?:[=<>!]|in|con))", ""),  # a misspelled name
    (r"(?<![<>!])=", "=="),
    (r'"([A-Za-z ]+)"', r"\1"),  # a word without quotes
    (r'"(?=[^"]*$)', ""),  # an unclosed quote
    (r"=([0-9]+)", r'="number \1"'),
    (r"(?i) and ", " && "),
)
"""Patterns and replacements: each makes one common mistake."""


def _spoil(text: str, index: int) -> str:
    """Return the text with the first mistake that it can have, beginning with the mistake of that index."""
    for pattern, replacement in (*MISTAKES[index % len(MISTAKES) :], *MISTAKES):
        broken = re.sub(pattern, replacement, text, count=1)
        if broken != text:
            return broken
    raise RuntimeError(f"no mistake fits {text!r}")


MISTAKEN_CONDITIONS = [(_spoil(text, index), endpoint) for index, (text, endpoint) in enumerate(CONDITIONS)]
"""The same filters, each with one mistake."""

TIMES = 6
"""Number of repetitions in a round, so that it is long compared with the resolution of the clock."""

START = 'status/name = "New" and board/id in (1, 2) and company/identifier = "ACME"'
MISTAKEN = 'status/nme = "New" and board/id in (1, 2) and company/identifer = "ACME"'
_PROGRAM = "import sys; from cwql.cli import main; main()"
COMMANDS = {
    "nothing": ["-c", "pass"],
    "clean": ["-c", _PROGRAM, "check", "-e", TICKETS, START],
    "mistaken": ["-c", _PROGRAM, "check", "-e", TICKETS, MISTAKEN],
}


def run(quick: bool) -> list[Row]:
    """Measure checks in a running process and in new processes."""
    return [*_run_warm(quick), *_run_cold(quick)]


def _run_warm(quick: bool) -> list[Row]:
    texts = {"odata-query": filters.ODATA, "luqum": filters.LUCENE, "sqlglot": filters.SQL}
    readers = {"odata-query": parsing.odata_query(), "luqum": parsing.luqum(), "sqlglot": parsing.sqlglot()}

    def bind(name: str) -> Callable[[], object]:
        reader, own = readers[name], texts[name]
        return lambda: [reader(text) for text in own]

    def check_all(conditions: list[tuple[str, str]]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(TIMES):
                for text, endpoint in conditions:
                    cwql.check(text, dialect="manage", endpoint=endpoint)

        return run

    work: dict[str, Callable[[], object]] = {"ours": check_all(CONDITIONS), "mistaken": check_all(MISTAKEN_CONDITIONS)}
    seconds = measure(work | {name: bind(name) for name in readers}, 8 if quick else 40)
    for name in work:
        seconds[name] = [value / TIMES for value in seconds[name]]
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
            aim=4.5 if peer == fastest else None,
            headline=f"conditions parsed and checked, compared with {peer} parsing only" if peer == fastest else None,
        )
        for peer in parsing.PEERS
    ] + [
        Row(
            f"parse + full check, one mistake each: {fastest} parsing the correct texts",
            pace["mistaken"],
            pace[fastest],
            "texts/s",
            find_ratio(seconds[fastest], seconds["mistaken"]),
            at_least=1,
            aim=1.5,
        ),
        Row(
            "parse + full check: one mistake, compared with none",
            pace["mistaken"],
            pace["ours"],
            "texts/s",
            find_ratio(seconds["mistaken"], seconds["ours"]),
            at_most=5,
            aim=4,
        ),
    ]


def _run_cold(quick: bool) -> list[Row]:
    # An installed package has bytecode; without it, every process would compile edited files.
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
            find_ratio(times[name], times["nothing"]), at_most=4, aim=3.3 if name == "mistaken" else None)
        for name in ("clean", "mistaken")
    ]  # fmt: skip
