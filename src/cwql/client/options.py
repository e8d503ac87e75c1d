"""The options of a single call: `Options`, read from a verb's keyword arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from cwql.client.compiled_query import require_checks
from cwql.client.credentials import read_headers
from cwql.client.http_types import Headers
from cwql.client.request_body import plain
from cwql.client.retry import RetryPolicy
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from cwql.client.compiled_query import Checks
    from cwql.schema.operation import Operation

__all__ = ["OPTIONS", "Options", "read_options"]

LISTED: Mapping[str, str] = {
    "expand": "expand",
    "include": "include",
    "exclude": "exclude",
    "include_fields": "include",
    "exclude_fields": "exclude",
    "ids": "ids",
}
"""Further arguments of lists of Automate: the argument, and the part of a query."""


@dataclass(frozen=True)
class Options:
    """The options of one call; None means the client's own.

    `checks` is ``strict``, ``warn`` or ``off`` for conditions; `validate` False sends a body unchecked. `timeout` is in
    seconds. `retry` is the policy, `retry_unsafe` repeats POST and PATCH after any failure. `limit` ends a list after
    so many records, `parallel` fetches that many pages at once (by page number), `paging` is ``keyset``,
    ``forward-only`` or ``numbers``. `progress` is called with the records so far and their number (None if unknown).
    `to` is the file of a download, `file` and `filename` are for uploads. `query` has further query parameters.
    """

    checks: Checks | None = None
    validate: bool = True
    timeout: float | None = None
    headers: Headers = field(default_factory=Headers)
    retry: RetryPolicy | None = None
    retry_unsafe: bool = False
    limit: int | None = None
    parallel: int = 1
    paging: str | None = None
    progress: Callable[[int, int | None], object] | None = None
    to: Any = None
    file: Any = None
    filename: str | None = None
    listed: tuple[tuple[str, Any], ...] = ()
    query: tuple[tuple[str, str], ...] = ()

    def policy(self, default: RetryPolicy) -> RetryPolicy:
        """Return the retry policy of the call."""
        policy = self.retry or default
        return replace(policy, unsafe=True) if self.retry_unsafe else policy


OPTIONS = tuple(name for name in Options.__dataclass_fields__ if name not in ("listed", "query"))
"""The names that every verb takes as keyword arguments."""

PAGING = ("keyset", "forward-only", "numbers")


def read_options(given: Mapping[str, Any], operation: Callable[[], Operation | None], listed: bool = False) -> Options:
    """Return the options among keyword arguments; others must be query parameters of the operation.

    The operation is looked up only if there are others, because most calls have none and the table is large. `listed`
    adds the parameters of lists. Raises TypeError, with similar names, for an argument that is neither.
    """
    if not given:
        return _NONE
    known: dict[str, Any] = {}
    lists: list[tuple[str, Any]] = []
    query: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    found: Operation | None = None
    if not all(name in OPTIONS or name == "parameters" or (listed and name in LISTED) for name in given):
        found = operation()
        names = {info.name.lower(): info.name for info in found.parameters if info.place == "query"} if found else {}
    for name, value in given.items():
        if name in OPTIONS:
            known[name] = value
        elif name == "parameters":
            query += [(str(key), _text(item)) for key, item in dict(value).items()]
        elif listed and name in LISTED:
            lists.append((LISTED[name], value))
        elif name.lower() in names:
            query.append((names[name.lower()], _text(value)))
        else:
            close = suggest(name, [*OPTIONS, *(LISTED if listed else ()), "parameters", *names.values()])
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            if not close and found is not None and found.body is not None:
                hint = f"; members of a body go into one mapping: {{{name!r}: ...}}"
            raise TypeError(f"unknown argument {name!r}{hint}")
    return Options(**_checked(known), listed=tuple(lists), query=tuple(query))


_NONE = Options()


def _checked(known: dict[str, Any]) -> dict[str, Any]:
    if known.get("checks") is not None:
        require_checks(known["checks"])
    if known.get("headers") is not None:
        known["headers"] = read_headers(known["headers"])
    for name in ("limit", "parallel"):
        value = known.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} is a number from 1: got {value!r}")
    if known.get("paging") not in (None, *PAGING):
        raise ValueError(f"paging is {', '.join(PAGING)}: got {known['paging']!r}")
    timeout = known.get("timeout")
    if timeout is not None and not 0 < timeout < 86_400:
        raise ValueError(f"timeout is in seconds, above 0: got {timeout!r} (there is always one)")
    return known


def _text(value: Any) -> str:
    """Return a query parameter's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not isinstance(value, Enum):
        return value
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping, date)):
        return ",".join([_text(item) for item in value])
    return str(plain(value))
