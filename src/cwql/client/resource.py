"""The common part of the resources of both clients: `ResourceBase` turns the arguments of verbs into flows.

The verbs themselves are written once, in `async_client`; `sync_client` is generated from it. Type checkers read the
generated stubs, in which each path has only the verbs that it takes.
"""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from cwql.client.batch import is_bulk
from cwql.errors import InvalidIdError, UnknownNameError
from cwql.schema.accessor import Accessor
from cwql.schema.catalog import catalog
from cwql.schema.loader import root
from cwql.schema.naming import ACCESSOR_NAMES
from cwql.schema.path_id import path_id
from cwql_api.runtime import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from cwql.client.effects import Flow
    from cwql.client.list_query import ListRequest
    from cwql.client.operations import Operations
    from cwql.client.preview import RequestPreview
    from cwql.client.scan_source import ReadPage
    from cwql.client.send import CallResult
    from cwql.schema.endpoint import Endpoint

__all__ = ["NOT_GIVEN", "AsyncDriver", "Driver", "ResourceBase"]

T = TypeVar("T")


class _NotGiven(Enum):
    """The type of `NOT_GIVEN`."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return self.name


NOT_GIVEN = _NotGiven.NOT_GIVEN
"""The default of ids. None cannot be the default, because a missing id in a variable would then mean the whole path."""


class Driver(Protocol):
    """The members of the synchronous client that a resource uses."""

    _core: Operations

    def _drive(self, flow: Flow[T]) -> T: ...


class AsyncDriver(Protocol):
    """The members of the asynchronous client that a resource uses."""

    _core: Operations

    async def _drive(self, flow: Flow[T]) -> T: ...


class _Owner(Protocol):
    """The members of either client that both kinds of resources use."""

    _core: Operations

    def dry_run(self) -> Self: ...

    @property
    def plan(self) -> list[RequestPreview]: ...


class ResourceBase(Accessor):
    """The records at a path of the API."""

    __slots__ = ()

    @property
    def _core(self) -> Operations:
        return cast("_Owner", self._owner)._core

    def _target(self) -> tuple[Endpoint, str]:
        endpoint = self._endpoint()
        if endpoint is None:
            names = ", ".join([name for name in dir(self) if name[:1] != "_" and name not in ACCESSOR_NAMES][:8])
            names = names or f"records by their ids, {self._key.rsplit('/', 1)[-1]}(id)"
            raise UnknownNameError(f"/{self._key} only leads on (to {names})")
        return endpoint, self._path()

    def _listing(self, where: object, options: Mapping[str, Any], read: ReadPage | None = None) -> ListRequest:
        core = self._core
        known = core.options("list", options)
        return core.listing(*self._target(), where, known, read)

    def _first(self, where: object, options: Mapping[str, Any]) -> Flow[Any]:
        core = self._core
        read = core.options("first", options)
        return core.first(*self._target(), where, read)

    def _count(self, where: object, options: Mapping[str, Any]) -> Flow[int]:
        core = self._core
        read = core.options("count", options)
        return core.count(*self._target(), where, read)

    def _get(self, id: object, options: Mapping[str, Any]) -> Flow[Any]:
        endpoint, path = self._at(id)._target()
        if id is NOT_GIVEN and endpoint.listed and "id" not in options:
            raise TypeError(
                f"{path} is a list: get(id) reads a record, first() the first, list() or all() every record"
            )
        return _value(self._core.get(endpoint, path, options))

    def _send(self, method: str, id: object, body: object, options: Mapping[str, Any]) -> Flow[Any]:
        place = self._at(id)
        return _value(self._core.send(method, *place._target(), body, options))

    def _delete(self, id: object, options: Mapping[str, Any]) -> Flow[Any]:
        if isinstance(id, (list, tuple, set, frozenset)):
            # Only a path that takes ids: elsewhere a DELETE of the path itself would delete everything below it.
            endpoint = self._endpoint()
            operation = self._core.catalog.operation_at(endpoint, "DELETE") if endpoint is not None else None
            if operation is not None and is_bulk(operation) and operation.body is not None:
                body = {"ids": [int(path_id(each, "an id")) for each in id]}
                return (yield from self._send("DELETE", NOT_GIVEN, body, options))
        return (yield from self._send("DELETE", id, None, options))

    def _patch(self, id: object, changes: object, options: Mapping[str, Any]) -> Flow[Any]:
        place = self._at(id)
        return _value(self._core.patch(*place._target(), changes, options))

    def _upsert(self, body: object, by: object, options: Mapping[str, Any]) -> Flow[Any]:
        from cwql.client.upsert import upsert

        def locate(record: object) -> tuple[Endpoint, str]:
            return self._at(record)._target()

        return _value(upsert(self._core, *self._target(), locate, body, by, options))

    def _at(self, id: object) -> ResourceBase:
        """Return the resource of a record, given by its id or by the record itself."""
        if id is NOT_GIVEN:
            return self
        if isinstance(id, Record):
            self._require_own(id)
            found = getattr(id, "id", getattr(id, "Id", None))
            if found is None:
                raise InvalidIdError(f"the {type(id).__name__} has no id: it was not read from the server")
            return self(found)
        return self(id)

    def _require_own(self, record: Record) -> None:
        """Raise InvalidIdError for a record, or a reference to one, of another path: its id is that of something else here."""
        known = catalog(self._product)
        paths = [known.find_endpoint(self._key), known.find_endpoint(f"{self._key}/{{}}")]
        own = [endpoint.record for endpoint in paths if endpoint is not None and endpoint.record is not None]
        kind = next(
            (each for each in type(record).__mro__ if each.__module__.startswith(f"{root(self._product)}.")), None
        )
        name = None if kind is None else kind.__name__.removesuffix("Reference")
        if own and not any(name is not None and known.is_related(name, each) for each in own):
            raise InvalidIdError(
                f"a {type(record).__name__} is no record of /{self._key}, which has {own[-1]}: pass the id if it is meant"
            )

    def preview(self, where: object = None, *more: object, **options: Any) -> RequestPreview:
        """Return the request of `list` with the same arguments, or of `get` for a single record; nothing is sent.

        Raises the immediate errors of `list`; ``on_invalid="warn"`` shows diagnostics instead. `dry_run` previews the
        other verbs.
        """
        where = only(where, more)
        endpoint, path = self._target()
        if not endpoint.listed and where is None and options.keys() <= self._core.keywords("get"):
            return self._core.preview_get(endpoint, path, options)
        return self._core.preview(self._listing(where, options))

    def dry_run(self) -> Self:
        """Return the same resource with verbs that send nothing: results are empty, and `plan` has the requests.

        ``dry = psa.service.tickets.dry_run(); dry.patch(5, {"summary": "x"}); print(dry.plan[-1])``
        """
        return type(self)(cast("_Owner", self._owner).dry_run(), self._product, self._key, self._arguments)

    @property
    def plan(self) -> list[RequestPreview]:
        """Return the requests that a dry run would have sent so far; empty for any other resource."""
        return cast("_Owner", self._owner).plan


def scan_module() -> Any:
    """Return the module of scans. It belongs to a higher layer and needs an extra, so it is found by its name when it is used."""
    return import_module("cwql.tables.scan")


def _value(flow: Flow[CallResult]) -> Flow[Any]:
    answer = yield from flow
    return answer.value


def only(where: object, more: tuple[object, ...]) -> object:
    """Return the condition of a list. Raises TypeError if more than one is given."""
    if more:
        raise TypeError("expected one condition: join several with &, (a) & (b), or with cwql.all_of(a, b)")
    return where


def read_id_and_body(verb: str, name: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the id, or `NOT_GIVEN`, and the body of a verb that takes both.

    Raises:
        TypeError: There are more or fewer arguments; the message shows the call.
    """
    if len(arguments) == 2:
        return arguments[0], arguments[1]
    if len(arguments) == 1 and not options.keys() & {"id", name} and not isinstance(arguments[0], (int, str)):
        return NOT_GIVEN, arguments[0]
    member = next((key for key in options if key not in ("id", name)), "summary")
    raise TypeError(
        f"{verb} takes (id, {name}), or ({name}) at a record's own path, by position: {verb}(5, {{{member!r}: ...}})"
    )
