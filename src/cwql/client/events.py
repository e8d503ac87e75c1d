"""Events of calls, which `event_hooks` receive. None of them contains a secret."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.client.http_types import Headers

__all__ = ["EventHooks", "RequestEvent", "ResponseEvent", "RetryEvent", "WaitEvent", "require_hooks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """A request is about to be sent.

    Attributes:
        method: The HTTP method.
        url: The URL without its query, which may name customers.
        params: The query parameters, before they are encoded.
        headers: The headers, without secrets.
        operation: The id of the operation in the specification, ``sign in``, or None for lists.
        attempt: 1 for the first attempt, 2 for the first retry.
        started_at: The time in seconds since 1970.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Headers = field(repr=False)
    operation: str | None
    attempt: int
    started_at: float
    _target: str = field(default="", repr=False)
    _body: str | None = field(default=None, repr=False)

    __module__ = "cwql"

    def to_curl(self) -> str:
        """Return the request as a command of curl, with ``***`` for each secret."""
        words = ["curl", "-X", self.method, self._target or self.url]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self._body is not None:
            words += ["--data-binary", self._body]
        return shlex.join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEvent:
    """A response was received. `elapsed` is in seconds; the other members are those of the request."""

    method: str
    url: str
    status_code: int
    headers: Headers = field(repr=False)
    elapsed: float
    request_id: str | None
    operation: str | None
    attempt: int

    __module__ = "cwql"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEvent:
    """An attempt failed, and the request is sent again after `delay` seconds. `reason` is the status or the failure."""

    method: str
    url: str
    attempt: int
    delay: float
    reason: str

    __module__ = "cwql"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEvent:
    """A request waits for `seconds`, because the rate limit (`reason`) does not let it through before."""

    seconds: float
    reason: str

    __module__ = "cwql"


class EventHooks(TypedDict, total=False):
    """Functions that are called for each event, in the thread or the event loop of the call.

    An exception that they raise ends the call. They cannot be coroutines, in either client.
    """

    request: Sequence[Callable[[RequestEvent], object]]
    response: Sequence[Callable[[ResponseEvent], object]]
    retry: Sequence[Callable[[RetryEvent], object]]
    wait: Sequence[Callable[[WaitEvent], object]]


EventHooks.__module__ = "cwql"

NAMES = ("request", "response", "retry", "wait")


def require_hooks(hooks: object) -> Mapping[str, tuple[Callable[[object], object], ...]]:
    """Return the functions for each event. Raises TypeError for anything else than lists of functions by event."""
    from inspect import iscoroutinefunction

    if hooks is None:
        return {}
    if not isinstance(hooks, Mapping):
        raise TypeError(
            f"event_hooks is a mapping of {', '.join(NAMES)} to lists of functions: got {type(hooks).__name__}"
        )
    found = {}
    for name, functions in hooks.items():
        if name not in NAMES:
            raise TypeError(f"event_hooks has no event {name!r}: expected {', '.join(NAMES)}")
        if callable(functions) or not hasattr(functions, "__iter__"):
            raise TypeError(f"event_hooks[{name!r}] is a list of functions: got {type(functions).__name__}")
        found[name] = tuple(functions)
        for function in found[name]:
            if not callable(function) or iscoroutinefunction(function):
                kind = "a coroutine function" if callable(function) else type(function).__name__
                raise TypeError(f"event_hooks[{name!r}] takes plain functions: got {kind}")
    return found
