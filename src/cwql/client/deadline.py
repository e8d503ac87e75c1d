"""A deadline over a whole call: `within` bounds every step of a flow, whatever module yields it.

A call waits in many places: for its turn under the rate limit, for another call that signs in, between attempts, for
each byte of a response. None of them has the start time of the call. `within` runs their flow, passes its steps on to
the driver, and limits each of them to the remaining time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from cwql.client.effects import DeadlineExceeded, Send, Sleep, Wait
from cwql.client.http_types import TransportFailure

if TYPE_CHECKING:
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow, Step

__all__ = ["within"]

T = TypeVar("T")


def within(flow: Flow[T], seconds: float | None, clock: Clock) -> Flow[T]:
    """Run a flow whose steps end at most `seconds` from now; None sets no limit.

    A `Sleep` that would last longer is not begun: DeadlineExceeded is raised inside the flow at once. A `Wait` raises it when the
    time is over. A `Send` gets the time that is left as its `total_timeout`, so it raises TransportFailure. `Work` is not interrupted.
    """
    if seconds is None:
        return (yield from flow)
    end = clock.now() + seconds
    try:
        step = next(flow)
        while True:
            try:
                answer = yield _limit(step, end - clock.now())
            except BaseException as failure:
                step = flow.throw(failure)
            else:
                step = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result


def _limit(step: Step, left: float) -> Step:
    if isinstance(step, Send):
        if left <= 0:
            raise TransportFailure("deadline", False, "the deadline of the call passed before the request was sent")
        total = step.request.total_timeout
        return Send(replace(step.request, total_timeout=left if total is None else min(left, total)))
    if isinstance(step, Sleep):
        if step.seconds >= left:
            raise DeadlineExceeded(step.seconds)
        return step
    if isinstance(step, Wait):
        left = max(0.0, left)
        return Wait(step.future, left if step.seconds is None else min(left, step.seconds))
    return step
