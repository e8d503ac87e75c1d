"""Several items at once: concurrent calls, and the results of a bulk request, as an outcome for each item."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from cwql.client.concurrency import start_thread
from cwql.client.error_body import Refusal, read_refusal
from cwql.client.errors import APIError, InvalidResponseError, reply_error
from cwql.client.parsing import SchemaMismatch, read_record
from cwql.errors import CwqlError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cwql.client.send import CallResult
    from cwql.schema.operation import Operation

__all__ = ["Outcome", "abatch", "batch", "is_bulk", "read_outcomes"]


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


def _require_function(work: object) -> None:
    if not callable(work):
        raise TypeError(
            f"run_concurrently takes the function first, then the items: got a {type(work).__name__} as the function"
        )


def batch(items: Iterable[I], work: Callable[[I], V], at_once: int = 10) -> list[Outcome[I, V]]:
    """Call `work` for every item and return the outcomes in the order of the items.

    At most `at_once` calls are in progress at the same time. Errors of cwql are collected. Any other exception, such as a mistake in `work`, ends the batch and is raised. Ctrl-C
    is raised at once: calls in progress end by themselves, no further ones begin.
    """
    _require_function(work)
    waiting = deque(enumerate(items))
    outcomes: list[Outcome[I, V] | None] = [None] * len(waiting)
    failures: list[tuple[int, BaseException]] = []
    # Not a ThreadPoolExecutor: its locks are taken in Python, so Ctrl-C can leave one taken, and its exit may never return.
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


def is_bulk(operation: Operation) -> bool:
    """Return whether an operation answers with one result for each item of its body."""
    return operation.reply is not None and operation.reply.status == 207


def read_outcomes(
    product: str, operation: Operation, path: str, items: Iterable[Any], answer: CallResult, keep: bool
) -> tuple[list[Outcome[Any, Any]], list[SchemaMismatch]]:
    """Return the outcome of each item, in the order of the items, and values of unexpected types.

    Raises InvalidResponseError for a response that has no results.
    """
    title = f"{operation.method} {path}"
    results = answer.value.get("payload") if isinstance(answer.value, dict) else answer.value
    if results is None and answer.response.content in (b"", b"null"):
        # A dry run.
        return [], []
    if not isinstance(results, list):
        refusal = Refusal(answer.response.status_code, "", "expected a list of results in payload")
        raise reply_error(refusal, product, InvalidResponseError, response=answer.response, title=title)
    outcomes: list[Outcome[Any, Any]] = [
        Outcome(item, None, APIError("the response has no result for this item", title=title)) for item in items
    ]
    mismatches: list[SchemaMismatch] = []
    for position, result in enumerate(results):
        number = result.get("originalIndex", position) if isinstance(result, Mapping) else -1
        if not isinstance(number, int) or not 0 <= number < len(outcomes):
            continue
        item = outcomes[number].item
        status = result.get("statusCode")
        status = status if type(status) is int else 0
        if result.get("success", 200 <= status < 300 or (not status and not result.get("error"))) is True:
            value, found = _read_data(product, operation, result.get("data"), keep)
            mismatches += found
            outcomes[number] = Outcome(item, value)
        else:
            said = json.dumps(result.get("error")).encode()
            refusal = read_refusal(status or 400, {"content-type": "application/json"}, said)
            outcomes[number] = Outcome(item, None, reply_error(refusal, product, title=f"{title} (item {number})"))
    return outcomes, mismatches


def _read_data(product: str, operation: Operation, data: Any, keep: bool) -> tuple[Any, list[SchemaMismatch]]:
    record = operation.body.record if operation.body is not None else None
    if record is None or not isinstance(data, dict):
        return None, []
    return read_record(product, record, json.dumps(data).encode(), keep)
