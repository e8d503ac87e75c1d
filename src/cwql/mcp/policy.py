"""What a session may do: `Policy` decides about endpoints and fields, `Budget` counts requests and records."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from threading import Lock

from cwql.mcp.refusal import Refusal
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cwql.mcp.targets import Target

REQUESTS, RECORDS = 500, 10_000
"""The budget of a session by default: requests to the servers, and records that are returned."""

_SECRET = re.compile(r"(?:password|secret|privatekey|token)\Z")
"""Names of fields with credentials, which are hidden in any case."""

_DATES = ("dateEntered", "enteredBy", "lastUpdated", "updatedBy")
"""The members of ``_info`` that are facts about a record; the others are links."""

SMALL_COUNT = 500
"""Records of a list that may be read without a condition, after a `count`."""


class Policy(Value):
    """The limits of a session.

    `endpoints` are patterns such as ``/service/*``; if there are any, other endpoints are refused. `hidden` are names or paths
    of fields that are neither shown nor compared, at any depth. `fields`, if there are any, are the only ones that are.
    """

    endpoints: tuple[str, ...] = ()
    hidden: tuple[tuple[str, ...], ...] = ()
    fields: tuple[tuple[str, ...], ...] = ()
    allow_write: bool = False
    requests: int = REQUESTS
    records: int = RECORDS
    small_count: int = SMALL_COUNT

    def allows_endpoint(self, title: str) -> bool:
        """Return whether an endpoint may be used; `title` is its path with placeholders. A list includes its records."""
        path = title.lower()
        paths = [path, path.rpartition("/")[0]] if path.endswith("}") else [path]
        return not self.endpoints or any(fnmatchcase(path, pattern) for path in paths for pattern in self.endpoints)

    def require_endpoint(self, target: Target) -> None:
        """Raise Refusal for an endpoint that may not be used."""
        if not self.allows_endpoint(target.title):
            raise Refusal(
                "not-allowed",
                f"{target.title} is not on the list of endpoints of this server",
                argument="endpoint",
                hint=f"allowed are {', '.join(self.endpoints)}",
            )

    def allows_field(self, path: Sequence[str]) -> bool:
        """Return whether a field may be shown and compared, by its path from the record of an endpoint."""
        steps = tuple([step.lower() for step in path])
        if any(_SECRET.search(step) for step in steps):
            return False
        for entry in self.hidden:
            if any(steps[at : at + len(entry)] == entry for at in range(len(steps))):
                return False
        return not self.fields or steps == ("id",) or any(steps[: len(entry)] == entry for entry in self.fields)

    def require_field(self, path: Sequence[str], argument: str) -> None:
        """Raise Refusal for a field that may not be shown or compared."""
        if not self.allows_field(path):
            raise Refusal(
                "hidden-field", f"{'/'.join(path)} is hidden by the settings of this server", argument=argument
            )

    def strip(self, value: object, path: tuple[str, ...] = ()) -> object:
        """Return a value of a record without the members that are hidden, and without links (in ``_info``)."""
        if isinstance(value, list):
            return [self.strip(item, path) for item in value]
        if not isinstance(value, dict):
            return value
        kept: dict[str, object] = {}
        for name, item in value.items():
            inner = (*path, *name.split("/"))
            if not self._reaches(inner) or (name == "_info" and path) or (path == ("_info",) and name not in _DATES):
                continue
            if isinstance(item, (dict, list)):
                kept[name] = self.strip(item, inner)
            elif self.allows_field(inner):
                kept[name] = item
        return kept

    def _reaches(self, path: Sequence[str]) -> bool:
        """Return whether a field, or one inside it, may be shown."""
        if self.allows_field(path):
            return True
        steps = tuple([step.lower() for step in path])
        return any(entry[: len(steps)] == steps and self.allows_field(entry) for entry in self.fields)


def read_paths(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the paths of field names as they are compared: in lower case, separated by ``/`` or ``.``."""
    return tuple([tuple(name.strip().lower().replace(".", "/").split("/")) for name in names if name.strip()])


def read_patterns(names: Iterable[str]) -> tuple[str, ...]:
    """Return patterns of endpoints in lower case, each with a slash at the start."""
    return tuple([f"/{name.strip().lower().strip('/')}" for name in names if name.strip("/ ")])


class Budget:
    """The requests and records that are left. They are taken before a call, so that parallel calls cannot exceed them."""

    __slots__ = ("_limits", "_lock", "_used")

    def __init__(self, requests: int, records: int) -> None:
        self._limits = {"requests": requests, "records": records}
        self._used = {"requests": 0, "records": 0}
        self._lock = Lock()

    def take(self, kind: str, number: int = 1) -> int:
        """Take up to `number` of a kind, and return how many were left for it. Raises Refusal if there is none."""
        with self._lock:
            left = self._limits[kind] - self._used[kind]
            taken = min(left, number)
            self._used[kind] += max(taken, 0)
        if left <= 0:
            raise Refusal(
                "budget",
                f"the budget of this session is used up: {self._limits[kind]:,} {kind}",
                hint=f"whoever runs the server can raise --max-{kind}",
            )
        return taken

    def give_back(self, kind: str, number: int) -> None:
        """Return what was taken and not used."""
        with self._lock:
            self._used[kind] -= number

    @property
    def left(self) -> dict[str, int]:
        """Return what is left of each kind."""
        return {kind: limit - self._used[kind] for kind, limit in self._limits.items()}
