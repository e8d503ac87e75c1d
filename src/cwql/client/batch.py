"""Many items, some at a time: each result or error beside its item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from cwql.errors import CwqlError

__all__ = ["Outcome", "abatch", "batch"]

I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[I, V]):
    """Hold an item and what came of it: `value`, or `error`."""

    item: I
    value: V | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Tell whether there was no error."""
        return self.error is None

    def result(self) -> V:
        """Return the value. Raises the error."""
        if self.error is not None:
            raise self.error
        return cast("V", self.value)


def batch(items: Iterable[I], work: Callable[[I], V], at_once: int = 10) -> list[Outcome[I, V]]:
    """Call `work` for every item, so many at once, and return the outcomes in the order of the items.

    Errors of cwql are collected; any other one, a slip in `work`, is raised.
    """

    def one(item: I) -> Outcome[I, V]:
        try:
            return Outcome(item, work(item))
        except CwqlError as error:
            return Outcome(item, None, error)

    with ThreadPoolExecutor(max(1, at_once), thread_name_prefix="cwql-batch") as pool:
        futures = [pool.submit(one, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


async def abatch(items: Iterable[I], work: Callable[[I], Awaitable[V]], at_once: int = 10) -> list[Outcome[I, V]]:
    """Await `work` for every item, so many at once, and return the outcomes in the order of the items.

    Errors of cwql are collected; any other one, a slip in `work`, is raised.
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
        raise
