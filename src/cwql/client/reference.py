"""Reference data by name: ``psa.reference.boards["Help Desk"]`` is the board's id.

A table is read as a whole, and cached for the time given by `ttl` (by default not at all). Writes of the client itself
below a table's path clear it; writes of others are visible when its time is over. Each client has its own cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias
from urllib.parse import quote

from cwql.client.concurrency import SingleFlight
from cwql.client.options import Options
from cwql.errors import UnknownNameError
from cwql.schema.path_id import path_id
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from cwql.client.effects import Flow
    from cwql.client.operations import Operations
    from cwql.schema.endpoint import Endpoint

__all__ = ["KINDS", "Kind", "Reference", "ReferenceTable", "UnknownReferenceError"]

Drive: TypeAlias = Callable[["Flow[Any]"], Any]
"""Runs a flow: in the calling thread, or as something to await."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Describe a table: its path, the members that name a record (the first that has a value counts), and its parent.

    The path of a dependent table has one ``{}``, for the id that is found in the table `parent`.
    """

    path: str
    names: tuple[str, ...]
    parent: str = ""


KINDS: Mapping[str, Mapping[str, Kind]] = {
    "manage": {
        "boards": Kind("/service/boards", ("name",)),
        "statuses": Kind("/service/boards/{}/statuses", ("name",), "boards"),
        "types": Kind("/service/boards/{}/types", ("name",), "boards"),
        "priorities": Kind("/service/priorities", ("name",)),
        "members": Kind("/system/members", ("identifier",)),
        "locations": Kind("/system/locations", ("name",)),
        "company_statuses": Kind("/company/companies/statuses", ("name",)),
        "company_types": Kind("/company/companies/types", ("name",)),
        "configuration_types": Kind("/company/configurations/types", ("name",)),
        "configuration_statuses": Kind("/company/configurations/statuses", ("description", "name")),
    },
    "automate": {
        "clients": Kind("/Clients", ("Name",)),
        "locations": Kind("/Locations", ("Name",)),
        "groups": Kind("/Groups", ("FullName", "Name")),
    },
}
"""The reference tables of each product, by name."""


_LISTED = 12
"""How many names a message lists if none is similar."""


class UnknownReferenceError(UnknownNameError, KeyError):
    """No record has that name; `suggestions` contains the closest names."""

    __module__ = "cwql"

    __str__ = UnknownNameError.__str__


class _Content:
    """The contents of a table."""

    __slots__ = ("ids", "names", "read_at")

    def __init__(self, read_at: float) -> None:
        self.read_at = read_at
        self.names: dict[str, str] = {}
        self.ids: dict[str, list[Any]] = {}

    def add(self, name: str, id: Any) -> None:
        key = name.casefold()
        self.names.setdefault(key, name)
        self.ids.setdefault(key, []).append(id)


class ReferenceTable:
    """Find ids by name, in any letter case. On an asynchronous client every answer is to be awaited."""

    def __init__(self, reference: Reference, title: str, kind: Kind, parent: str | int | None = None) -> None:
        self._reference = reference
        self._title = title
        self._kind = kind
        self._parent = parent

    def __repr__(self) -> str:
        return f"<{self._shown()}>"

    def _shown(self) -> str:
        of = f" of {self._parent!r}" if self._parent is not None else ""
        return f"{self._title.replace('_', ' ')}{of}"

    def __call__(self, parent: str | int) -> ReferenceTable:
        """Return the table of a parent: ``statuses("Help Desk")``, or ``statuses(5)``."""
        if not self._kind.parent:
            raise TypeError(f"{self._title} belong to no other record: write {self._title}.id_of(name)")
        return ReferenceTable(self._reference, self._title, self._kind, parent)

    def __getitem__(self, name: str) -> Any:
        """Return the id of a name, as `id_of` does. Raises TypeError on an asynchronous client, where nothing would await it."""
        found = self.id_of(name)
        if hasattr(found, "__await__"):
            found.close()
            raise TypeError(
                f"write await {self._title}.id_of({name!r}): the answer of an asynchronous client is to be awaited"
            )
        return found

    def id_of(self, name: str) -> Any:
        """Return the id of a name. Raises UnknownReferenceError, and the errors of every call."""
        return self._reference._drive(self.find(name))

    def __contains__(self, name: object) -> NoReturn:
        raise TypeError(
            f"{self._title} are read from the server: use names(), or id_of(name) and UnknownReferenceError"
        )

    def __iter__(self) -> NoReturn:
        raise TypeError(f"{self._title} are read from the server: iterate over names()")

    def ids(self) -> Any:
        """Return a mapping of every name to its id; the first one of names that occur twice."""
        return self._reference._drive(self._ids())

    def names(self) -> Any:
        """Return a list of every name, in the order of the server."""
        return self._reference._drive(self._names())

    def clear_cache(self) -> None:
        """Read the tables of this kind again when they are used next."""
        self._reference.clear_cache(self._kind.path.partition("/{}")[0])

    def find(self, name: str) -> Flow[Any]:
        """Return the id of a name, as a flow."""
        if not isinstance(name, str):
            raise TypeError(f"{self._title} are found by name: expected a str, got {type(name).__name__}")
        content = yield from self._content()
        found = content.ids.get(name.casefold())
        if found is None:
            names = list(content.names.values())
            close = suggest(name, names)
            there = ""
            if not close and len(names) <= _LISTED:
                there = f": there are {', '.join(map(repr, names))}" if names else ": there are none"
            raise UnknownReferenceError(f"none of the {self._shown()} is called {name!r}{there}", close)
        if len(found) > 1:
            shown = ", ".join(map(str, found[:5]))
            raise UnknownReferenceError(f"{len(found)} of the {self._shown()} are called {name!r}: use an id ({shown})")
        return found[0]

    def _ids(self) -> Flow[Mapping[str, Any]]:
        content = yield from self._content()
        return MappingProxyType({name: content.ids[key][0] for key, name in content.names.items()})

    def _names(self) -> Flow[list[str]]:
        ids = yield from self._ids()
        return list(ids)

    def _content(self) -> Flow[_Content]:
        path = self._kind.path
        if self._kind.parent:
            parent = self._parent
            if parent is None:
                raise TypeError(f"{self._title} belong to one of {self._kind.parent}: {self._title}(name)[name]")
            if isinstance(parent, str):
                parent = yield from self._reference.table(self._kind.parent).find(parent)
            path = path.replace("{}", quote(path_id(parent, f"an id in {path}"), safe=""))
        return (yield from self._reference._read(path, self._kind))


class Reference:
    """The reference tables of one client, for example ``reference.boards`` and ``reference.members``.

    `ttl` is in seconds; 0 reads a table again for every lookup.
    """

    def __init__(self, core: Operations, drive: Drive, ttl: float = 0.0) -> None:
        self._core = core
        self._drive = drive
        self._ttl = ttl
        self._contents: dict[str, _Content] = {}
        self._flights: dict[str, SingleFlight[_Content]] = {}
        # Counts writes, so that data read before one is not cached after it.
        self._writes = 0
        core.on_write.append(self.clear_cache)

    @property
    def ttl(self) -> float:
        """Return the seconds for which a table is cached."""
        return self._ttl

    def __getattr__(self, name: str) -> ReferenceTable:
        if name[:1] == "_":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self.table(name)

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *KINDS[self._core.line.product]]

    def table(self, name: str) -> ReferenceTable:
        """Return a table by name. Raises UnknownReferenceError (an AttributeError too, by ``__getattr__``)."""
        kinds = KINDS[self._core.line.product]
        if name not in kinds:
            raise _UnknownTableError(f"no reference data {name!r}", suggest(name, list(kinds)))
        return ReferenceTable(self, name, kinds[name])

    def clear_cache(self, path: str = "") -> None:
        """Clear the tables read at, above or below a path; all of them without one."""
        self._writes += 1
        written = path.lower().strip("/")
        for kept in list(self._contents):
            known = kept.lower().strip("/")
            if (
                not written
                or written == known
                or f"{written}/".startswith(f"{known}/")
                or known.startswith(f"{written}/")
            ):
                self._contents.pop(kept, None)

    def _read(self, path: str, kind: Kind) -> Flow[_Content]:
        endpoint = self._core.catalog.endpoint(path)
        # The API's root is part of its own paths (`/api/v1/Clients`), and of those that are reported as written.
        path = f"/{endpoint.path.strip('/')}" if "{" not in endpoint.path else path
        flight = self._flights.setdefault(path, SingleFlight())
        began = self._core.line.clock.now()

        def done() -> _Content | None:
            content = self._contents.get(path)
            # Without a time to live, data that is being read for another caller is still usable here.
            oldest = self._core.line.clock.now() - self._ttl if self._ttl else began
            return content if content is not None and content.read_at >= oldest else None

        def work() -> Flow[_Content]:
            writes = self._writes
            content = _Content(self._core.line.clock.now())
            yield from self._fill(content, endpoint, path, kind)
            if writes == self._writes:
                self._contents[path] = content
            return content

        return (yield from flight.share(done, work))

    def _fill(self, content: _Content, endpoint: Endpoint, path: str, kind: Kind) -> Flow[None]:
        record = self._core.catalog.record(endpoint.record) if endpoint.record else None
        id_field = record.find("id") if record is not None else None
        id_name = id_field.name if id_field is not None else "id"
        fields = [id_name, *[name for name in kind.names if record is None or record.find(name) is not None]]
        listing = self._core.listing(endpoint, path, None, Options(parts={"fields": fields}))
        try:
            while (page := (yield from listing.next())) is not None:
                for entry in page:
                    name = next((text for each in kind.names if (text := getattr(entry, each, None))), None)
                    id = getattr(entry, id_name, None)
                    if isinstance(name, str) and id is not None:
                        content.add(name, id)
        finally:
            listing.close()


class _UnknownTableError(UnknownReferenceError, AttributeError):
    """A client has no such reference data."""
