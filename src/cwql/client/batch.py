"""Run work for many items concurrently, and collect each result or error with its item."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from cwql.client.process_events import start_thread
from cwql.errors import CwqlError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

__all__ = ["Outcome", "abatch", "batch"]

I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[I, V]):
    """An item with its result: `value`, or `error`."""

    item: I
    value: V | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Return whether there was no error."""
        return self.error is None

    def result(self) -> V:
        """Return the value. Raises the error."""
        if self.error is not None:
            raise self.error
        return cast("V", self.value)


def batch(items: Iterable[I], work: Callable[[I], V], at_once: int = 10) -> list[Outcome[I, V]]:
    """Call `work` for every item and return the outcomes in the order of the items.

    At most `at_once` calls are in progress at the same time. Errors of cwql are collected. Any other exception, such as a mistake in `work`, ends the batch and is raised. Ctrl-C
    is raised at once: calls in progress end by themselves, no further ones begin.
    """
    waiting = deque(enumerate(items))
    outcomes: list[Outcome[I, V] | None] = [None] * len(waiting)
    failures: list[tuple[int, BaseException]] = []
    # Not a ThreadPoolExecutor: its locks are taken in Python, so Ctrl-C can leave one taken, and its exit waits for ever.
    ended: SimpleQueue[None] = SimpleQueue()

    def drain() -> None:
        try:
            while True:
                index, item = waiting.popleft()
                try:
                    outcomes[index] = Outcome(item, work(item))
                except CwqlError as error:
                    outcomes[index] = Outcome(item, None, error)
                except BaseException as failure:
                    failures.append((index, failure))
                    waiting.clear()
        except IndexError:
            pass
        finally:
            ended.put(None)

    count = min(max(1, at_once), len(waiting))
    try:
        for number in range(count):
            start_thread(drain, f"cwql-batch-{number}")
        for _ in range(count):
            ended.get()
    except BaseException:
        waiting.clear()
        raise
    if failures:
        raise min(failures, key=lambda found: found[0])[1]
    return [outcome for outcome in outcomes if outcome is not None]


async def abatch(items: Iterable[I], work: Callable[[I], Awaitable[V]], at_once: int = 10) -> list[Outcome[I, V]]:
    """Await `work` for every item and return the outcomes in the order of the items.

    At most `at_once` calls are in progress at the same time. Errors of cwql are collected. Any other exception, such as a mistake in `work`, cancels the calls in progress and is
    raised.
    """
    import asyncio

    gate = asyncio.Semaphore(max(1, at_once))

    async def one(item: I) -> Outcome[I, V]:
        async with gate:
            try:
                return Outcome(item, await work(item))
            except CwqlError as error:
                return Outcome(item, None, error)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        # Their calls give back places and connections before this one is over.
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
