"""Examine many files: `examine_all`, on all cores, with the help of a cache, whatever happens to a single file.

Files go to worker processes in chunks, few of them at a time: when a worker dies, only the chunks under way are in doubt. They are
tried again file by file, one at a time, so that those that kill a worker are known (CW694).
"""

from __future__ import annotations

import os
import time

from cwql.lint.collector import CollectorOff
from cwql.lint.examine import begin, finish, killed, read, skipped
from cwql.lint.job import FileResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.context import BaseContext
    from typing import Any, TypeAlias

    from cwql.lint.cache import Cache
    from cwql.lint.discovery import Target
    from cwql.lint.job import LintJob

    Task: TypeAlias = tuple[int, LintJob, str | None]

CHUNK_FILES, CHUNK_BYTES = 40, 400_000
"""A chunk ends with the file that reaches either."""

ALONE_FILES, ALONE_BYTES = 24, 400_000
"""Fewer files than this, with less text in all, are read by the process itself: starting others takes longer."""


class Results:
    """A run: its files with their results, and notes on skipped files."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.targets = targets
        self.outcomes: list[FileResult | None] = [None] * len(targets)
        self.notes = [f"{target.shown}: {target.note}" for target in targets if target.note is not None]

    def pairs(self) -> Iterator[tuple[Target, FileResult]]:
        """Yield every file that was examined, with its outcome, in order."""
        for target, outcome in zip(self.targets, self.outcomes, strict=True):
            if outcome is not None:
                yield target, outcome


def examine_all(
    targets: Sequence[Target], jobs: int | None = None, cache: Cache | None = None, context: BaseContext | None = None
) -> Results:
    """Return the results of files.

    `jobs` is the number of processes (by default the number of cores), `context` their start method.
    """
    results = Results(targets)
    pending: list[Task] = []
    kept: dict[int, tuple[str, FileResult | None]] = {}
    for number, target in enumerate(targets):
        if target.note is not None:
            continue
        job = target.job()
        if target.trouble is not None:
            results.outcomes[number] = skipped(job.codes, target.trouble)
            continue
        known: str | None = None
        if cache is not None:
            plan = cache.plan_of(job)
            outcome, known = cache.find(target, plan)
            if outcome is not None and not known:
                results.outcomes[number] = outcome
                continue
            kept[number] = (plan, outcome)
        pending.append((number, job, known))
    started = time.time_ns()
    for number, found in _perform(pending, targets, jobs, context):
        outcome = found
        if cache is not None:
            plan, earlier = kept[number]
            outcome = earlier if found is None else found
            if outcome is not None and outcome.digest:
                cache.keep(targets[number], plan, outcome, started)
        results.outcomes[number] = outcome
    if cache is not None:
        cache.save()
    return results


def _perform(
    pending: Sequence[Task], targets: Sequence[Target], jobs: int | None, context: BaseContext | None
) -> Iterator[tuple[int, FileResult | None]]:
    workers = jobs or _cores()
    size = sum(targets[number].size for number, _, _ in pending)
    if workers < 2 or not pending or (len(pending) < ALONE_FILES and size < ALONE_BYTES):
        for chunk in _cut(pending, targets):
            yield from _examine_together(chunk)
        return
    # Results from other processes have no text; the digest detects whether the file has changed when it is shown.
    chunks = list(_cut([(number, job, known or "") for number, job, known in pending], targets))
    doubtful: list[list[Task]] = []
    yield from _perform_in_pool(chunks, min(workers, len(chunks)), 2, context, doubtful)
    killers: list[list[Task]] = []
    yield from _perform_in_pool([[task] for chunk in doubtful for task in chunk], 1, 1, context, killers)
    for chunk in killers:
        for number, job, _ in chunk:
            yield number, killed(job.codes)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _cut(pending: Iterable[Task], targets: Sequence[Target]) -> Iterator[list[Task]]:
    chunk: list[Task] = []
    size = 0
    for task in pending:
        chunk.append(task)
        size += targets[task[0]].size
        if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _perform_in_pool(
    chunks: list[list[Task]], workers: int, share: int, context: BaseContext | None, doubtful: list[list[Task]]
) -> Iterator[tuple[int, FileResult | None]]:
    """Yield the results of workers, each of which has a `share` of chunks at a time.

    Chunks in progress when a worker died are added to `doubtful`.
    """
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    waiting = chunks[::-1]
    while waiting:
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
        under_way: dict[Any, list[Task]] = {}
        broken = False
        try:
            while (waiting or under_way) and not broken:
                while waiting and len(under_way) < share * workers:
                    chunk = waiting.pop()
                    try:
                        under_way[pool.submit(_examine_chunk, chunk)] = chunk
                    except BrokenProcessPool:
                        waiting.append(chunk)
                        broken = True
                        break
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    chunk = under_way.pop(future)
                    try:
                        found = future.result()
                    except BrokenProcessPool:
                        doubtful.append(chunk)
                        broken = True
                        continue
                    for number, packed in found:
                        yield number, None if packed is None else FileResult.unpack(packed)
            doubtful += under_way.values()
        finally:
            pool.shutdown(wait=broken or not waiting, cancel_futures=True)


def _begin() -> None:
    # Ctrl-C reaches every process of the terminal; the first one answers for all.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _examine_chunk(chunk: list[Task]) -> list[tuple[int, Any]]:
    return [(number, None if found is None else found.pack()) for number, found in _examine_together(chunk)]


def _examine_together(chunk: list[Task]) -> list[tuple[int, FileResult | None]]:
    """Do each part of the work for all files before the next: alternately, it takes 5 % longer."""
    with CollectorOff():
        contents = [(number, job, read(job, known)) for number, job, known in chunk]
        begun = [(number, begin(job, content)) for number, job, content in contents]
        return [(number, finish(found)) for number, found in begun]
