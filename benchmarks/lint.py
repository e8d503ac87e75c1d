"""``cwql lint``: a tree of 5,000 files with 50,000 conditions compared with its parts; the cache; a cold start; the search.

The parts are necessary in any case: reading the files, parsing them with `ast`, and checking their conditions. Each is measured in one
process, like the run that is compared with them.
"""

from __future__ import annotations

import ast
import compileall
import gc
import os
import random
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import cwql
from benchmarks import scripts, startup
from benchmarks.table import Row, find_ratio, measure
from cwql.lint.cache import Cache, stamp
from cwql.lint.discovery import Discovery
from cwql.lint.examine import may_hold
from cwql.lint.run import examine_all
from cwql.lint.settings import Settings

if TYPE_CHECKING:
    from cwql.lint.discovery import Target

CONDITIONS = 10
"""Number of conditions in a file."""

ENDPOINT = "/service/tickets"
HEAD = '''"""Sync tickets of group {number}."""

import logging
from datetime import datetime

import requests

URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0"
log = logging.getLogger(__name__)


class Sync:
    """Bring tickets of a group over."""

    def __init__(self, session: requests.Session, seen: dict[int, datetime]) -> None:
        self.session = session
        self.seen = seen
'''
METHOD = '''
    def load_{number}(self, page: int = 1) -> list[dict[str, object]]:
        """Load page by page until an empty one."""
        reply = self.session.get(f"{{URL}}/service/tickets", params={{"conditions": {text!r}, "page": page}})
        reply.raise_for_status()
        found = [ticket for ticket in reply.json() if ticket["id"] not in self.seen]
        log.info("got %d tickets on page %d", len(found), page)
        return found
'''
TEXTS = (
    'status/name = "New" and board/id = {0}',
    'summary contains "printer {0}" and closedFlag = false',
    "id in ({0}, {1}, {2}) and company/identifier = 'ACME{0}'",
    "(board/name = 'Help Desk' or board/name = 'Level {0}') and priority/id < {1}",
    "lastUpdated > [2026-01-{3:02}T08:00:00Z] and board/id = {0}",
)
MISTAKEN = "sumary contains 'printer {0}'"

_PROGRAM = "import sys; from cwql.cli import main; main()"


def make_tree(root: Path, files: int) -> list[str]:
    """Write a source tree, where one of a hundred files has a mistake, and return its conditions."""
    chance = random.Random(7)
    texts: list[str] = []
    for number in range(files):
        own = [
            (MISTAKEN if number % 100 == 0 and index == 0 else chance.choice(TEXTS)).format(
                *[chance.randrange(1, 10_000) for _ in range(3)], chance.randrange(1, 29)
            )
            for index in range(CONDITIONS)
        ]
        texts += own
        folder = root / f"group{number % 50}"
        folder.mkdir(exist_ok=True)
        methods = [METHOD.format(number=index, text=text) for index, text in enumerate(own)]
        (folder / f"sync{number}.py").write_text("".join([HEAD.format(number=number), *methods]), encoding="utf-8")
    # The cache does not trust files that were written a moment ago.
    old = time.time() - 1000
    for path in root.rglob("*.py"):
        os.utime(path, (old, old))
    return texts


def find_targets(root: Path) -> list[Target]:
    """Return all files of the tree."""
    return Discovery(Settings(), Settings(), lambda found: found).find([str(root)])


def run(quick: bool) -> list[Row]:
    """Measure a source tree, the search in bytes, and cold starts."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "tree").mkdir()
        texts = make_tree(root / "tree", 500 if quick else 5000)
        # In a separate process like a real run, because objects of other measurements slow down parsing.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows = pool.submit(_run_tree, root, texts).result()
        return [*rows, _run_search(quick), *scripts.run(quick), *_run_cold(root, quick)]


def _run_tree(root: Path, texts: list[str]) -> list[Row]:
    paths = [target.path for target in find_targets(root / "tree")]
    loaded = [Path(path).read_text(encoding="utf-8") for path in paths]

    def read() -> None:
        for path in paths:
            with open(path, "rb") as file:
                file.read()

    def parse() -> None:
        # Like lint: with garbage collection, a large heap would slow down only the parts.
        gc.disable()
        try:
            for text in loaded:
                ast.parse(text)
        finally:
            gc.enable()

    def check() -> None:
        for text in texts:
            cwql.check(text, dialect="manage", endpoint=ENDPOINT)

    def lint() -> None:
        found = sum(outcome.conditions for _, outcome in examine_all(find_targets(root / "tree"), jobs=1).pairs())
        if found != len(texts):
            raise RuntimeError(f"found {found} conditions of {len(texts)}")

    seconds = measure({"read": read, "parse": parse, "check": check, "lint": lint}, 5)
    parts = [sum(round_) for round_ in zip(seconds["read"], seconds["parse"], seconds["check"], strict=True)]
    first, second = _run_cached(root)
    return [
        Row(f"lint {len(paths):,} files, {len(texts):,} conditions: read + ast + check apart, one process",
            len(texts) / median(seconds["lint"]), len(texts) / median(parts), "texts/s",
            find_ratio(seconds["lint"], parts), at_most=1.3),
        Row("lint again, with the cache: the first run, all cores, time that passed", median(second) * 1000,
            median(first) * 1000, "ms", find_ratio(first, second), at_least=10),
    ]  # fmt: skip


def _run_cached(root: Path) -> tuple[list[float], list[float]]:
    """Return the wall times of first and second runs, each with a new cache."""
    first: list[float] = []
    second: list[float] = []
    before = stamp()
    for number in range(3):
        for times in (first, second):
            start = time.perf_counter()
            results = examine_all(find_targets(root / "tree"), cache=Cache(str(root / f"cache{number}")))
            times.append(time.perf_counter() - start)
            if sum(bool(outcome.findings) for _, outcome in results.pairs()) != len(results.targets) // 100:
                raise RuntimeError("diagnostics are missing")
    if stamp() != before:
        raise RuntimeError("cwql was changed during the measurement, so its cache is invalid")
    return first, second


def _run_search(quick: bool) -> Row:
    # Files of the standard library without the words, which a run skips.
    folder = Path(os.__file__).parent
    files = [path for path in folder.rglob("*.py") if "site-packages" not in path.parts]
    silent = [path for path in files if not may_hold(path.read_bytes())]
    paths = [str(path) for path in silent[: 300 if quick else None]]
    size = sum(os.path.getsize(path) for path in paths) / 1e6

    def read() -> None:
        for path in paths:
            with open(path, "rb") as file:
                file.read()

    contents = [Path(path).read_bytes() for path in paths]

    def search() -> None:
        for data in contents:
            may_hold(data)

    seconds = measure({"read": read, "search": search}, 8 if quick else 20)
    searched = size / median(seconds["search"])
    return Row("search files without conditions: reading them, goal 200 MB/s", searched, size / median(seconds["read"]), "MB/s",
               searched / 200, at_least=1)  # fmt: skip


def _run_cold(root: Path, quick: bool) -> list[Row]:
    for name in ("cwql", "cwql_api", "cwql_grammar"):
        for folder in import_module(name).__path__:
            compileall.compile_dir(folder, quiet=1, maxlevels=4)
    small = root / "small.py"
    small.write_text(HEAD.format(number=1) + METHOD.format(number=1, text=TEXTS[0].format(1)), encoding="utf-8")
    work = {"nothing": ["-c", "pass"], "Python": ["-c", _PROGRAM, "lint", str(small)]}
    for name, (file, _, query) in scripts.LANGUAGES.items():
        script = root / file
        script.write_text(("<?php\n" if name == "php" else "") + query.replace("@", "1"), encoding="utf-8")
        work[name] = ["-c", _PROGRAM, "lint", str(script)]
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(-1, 8 if quick else 40):
        for name, words in work.items():
            spent = startup.spend(words)
            if number >= 0:
                times[name].append(spent)
    nothing = times.pop("nothing")
    return [
        Row(f"start: cwql lint FILE, one small file in {name}", median(spent) * 1000, median(nothing) * 1000, "ms",
            find_ratio(spent, nothing), at_most=5.5)
        for name, spent in times.items()
    ]  # fmt: skip
