"""Accessors at run time: attributes that follow the URL, driven by the generated tree of paths.

``client.service.tickets(5).notes`` is an `Accessor` with a path and its ids. The verbs are added by the client, which
passes its own subclass of `Accessor` to `Root`; `cwql.schema.verbs` has their types.
"""

from __future__ import annotations

from cwql.errors import InvalidIdError, UnknownNameError
from cwql.schema import loader
from cwql.schema.naming import accessor
from cwql.schema.path_id import path_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, Self

    from cwql.schema.endpoint import Endpoint


_VERBS = {
    "add": "create",
    "bulk_create": "create",
    "destroy": "delete",
    "exists": "count",
    "filter": "list",
    "find": "list",
    "insert": "create",
    "iterate": "list",
    "modify": "patch",
    "one": "first",
    "order_by": "list",
    "paginate": "pages",
    "paginated": "pages",
    "post": "create",
    "put": "replace",
    "query": "list",
    "remove": "delete",
    "retrieve": "get",
    "save": "patch",
    "search": "list",
    "update": "patch",
    "where": "list",
}
"""Names of the verbs in other libraries."""

_METHODS = frozenset(("get", "post", "put", "patch", "delete", "list", "create", "raw"))

_FRAMES = frozenset(("arrow", "df", "to_arrow", "to_dataframe", "to_df", "to_frame", "to_pandas", "to_polars"))

_CLIENT = {"call": "call_operation", "copy": "with_options", "explain": "preview", "in_parallel": "run_concurrently"}
"""Names of the methods of clients in other libraries."""


class UnknownPathError(UnknownNameError, AttributeError):
    """A path has no such segment; `suggestions` contains the closest ones."""

    __module__ = "cwql"


class Accessor:
    """A path of the API. `_key` is the path's name, `_arguments` are the ids given so far."""

    __slots__ = ("_arguments", "_key", "_owner", "_product")

    def __init__(self, owner: object, product: str, key: str, arguments: tuple[str, ...] = ()) -> None:
        self._owner = owner
        self._product = product
        self._key = key
        self._arguments = arguments

    def __getattr__(self, name: str) -> Self:
        if name[:1] == "_":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return type(self)(self._owner, self._product, _step(self._product, self._key, name), self._arguments)

    def __call__(self, *ids: object, **given: object) -> Self:
        """Step to one record by its id. Raises InvalidIdError, UnknownPathError, and TypeError without one id."""
        if len(ids) != 1 or given:
            raise TypeError(
                f"/{self._key} is a path: call one of its verbs ({self._shown_verbs()}), or step to a record by its id"
            )
        (id,) = ids
        text = segment_id(self._product, self._key, id, f"an id of /{self._key}")
        if "{}" not in _segments(self._product, self._key):
            head, _, last = self._key.rpartition("/")
            close = [f"{head.rpartition('/')[2]}.{_VERBS[last]}"] if last in _VERBS else []
            raise UnknownPathError(f"/{self._key} has no records that are reached by id", close)
        return type(self)(self._owner, self._product, f"{self._key}/{{}}", (*self._arguments, text))

    if not TYPE_CHECKING:
        # Hidden from type checkers, which report them without these.
        def __getitem__(self, id: object) -> NoReturn:
            raise TypeError(f"{self!r} is a path, not a collection: get({id!r}) reads a record")

        def __len__(self) -> NoReturn:
            raise TypeError(f"{self!r} is a path, not a collection: count() requests the number of records")

        def __iter__(self) -> NoReturn:
            raise TypeError(f"{self!r} is a path, not a collection: iterate over list()")

        def __bool__(self) -> bool:
            return True

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *_names(self._product, self._key)]

    def __repr__(self) -> str:
        return f"<{self._product} {self._path()}>"

    def _endpoint(self) -> Endpoint | None:
        """Return the catalog's entry for the path; None for one without operations (``client.service``)."""
        from cwql.schema.catalog import catalog

        return catalog(self._product).find_endpoint(self._key)

    def _shown_verbs(self) -> str:
        """Return the verbs of the path, as calls."""
        endpoint = self._endpoint()
        methods = endpoint.methods if endpoint is not None else ()
        first = "list" if endpoint is not None and endpoint.listed else "get"
        verbs = {"GET": first, "POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
        return ", ".join([f"{verb}()" for method, verb in verbs.items() if method in methods]) or "it has none"

    def _path(self) -> str:
        """Return the path with its ids, percent-encoded, as it follows the API's root in a URL."""
        from urllib.parse import quote

        endpoint = self._endpoint()
        steps = (endpoint.path if endpoint is not None else f"/{self._key}").split("/")
        ids = iter(self._arguments)
        return "/".join([quote(next(ids), safe="") if step[:1] == "{" else step for step in steps])


def segment_id(product: str, key: str, value: object, role: str) -> str:
    """Return the text of an id that follows the path `key`, before it is percent-encoded.

    A name that has its own path there is refused, because ``DELETE /service/tickets/changelogs`` deletes no ticket.
    Raises InvalidIdError, as `path_id` does.
    """
    text = path_id(value, role)
    # `count` is a verb of lists, so the tree does not contain it.
    if not text.isdigit() and text.lower() in ("count", *[name.lower() for name in _segments(product, key)]):
        raise InvalidIdError(f"cannot use {text!r} as {role}: it is the name of another path, /{key}/{text}")
    return text


class Root:
    """The accessors at the top of a client: a base for clients, which set `_accessor` to their own kind."""

    _product: str = ""
    _accessor: type[Accessor] = Accessor

    def __getattr__(self, name: str) -> Accessor:
        if name[:1] == "_":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._accessor(self, self._product, _step(self._product, "", name))

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *_names(self._product, "")]


def _segments(product: str, key: str) -> list[str]:
    tree: dict[str, str] = loader.load(product, "tree").TREE
    return tree.get(key, "").split()


def _names(product: str, key: str) -> list[str]:
    return [accessor(segment) for segment in _segments(product, key) if segment != "{}"]


def _step(product: str, key: str, name: str) -> str:
    """Return the key one attribute further. Letter case does not count. Raises UnknownPathError."""
    wanted = name.lower()
    segments = _segments(product, key)
    for segment in segments:
        if segment != "{}" and accessor(segment).lower() == wanted:
            return f"{key}/{segment.lower()}" if key else segment.lower()
    from cwql.schema.suggest import suggest

    place = f"/{key}" if key else product
    hint = f"; write {key.rsplit('/', 1)[-1]}(id).{name}" if "{}" in segments and wanted in _below(product, key) else ""
    close = ([] if key else _elsewhere(product, wanted)) or suggest(name, _names(product, key))
    if key and wanted in _VERBS:
        close = [_VERBS[wanted]]
    elif wanted == "id" and "{}" in segments:
        last = key.rsplit("/", 1)[-1]
        hint, close = f": get(5) reads the record with id 5, and {last}(5) is its path", []
    elif not key and wanted in _METHODS:
        hint, close = ": paths are attributes (client.service.tickets.get(5)); request(method, path) takes any path", []
    elif not key and wanted in _CLIENT:
        close = [_CLIENT[wanted]]
    elif key and wanted in _FRAMES:
        hint, close = ": to_scan() returns an object with to_arrow(), to_polars() and to_pandas()", []
    elif wanted == "headers" and not key:
        hint, close = ": headers are arguments, Client(headers=...) or with_options(headers=...)", []
    elif wanted == "close" and not key:
        hint, close = ": an asynchronous client is closed by `await client.aclose()`", []
    elif wanted in ("with_raw_response", "with_streaming_response"):
        hint, close = ": client.request(method, path) returns the response", []
    raise UnknownPathError(f"{place} leads to no {name!r}{hint}", close)


def _elsewhere(product: str, wanted: str) -> list[str]:
    """Return the shortest paths of attributes that end with a name: ``service.tickets`` for ``tickets``."""
    tree: dict[str, str] = loader.load(product, "tree").TREE
    keys = [key for key, names in tree.items() if "{}" not in key and key and wanted in names.lower().split()]
    keys.sort(key=lambda key: (key.count("/"), key != "service", key))
    return [".".join([*map(accessor, key.split("/")), wanted]) for key in keys[:2]]


def _below(product: str, key: str) -> list[str]:
    return [name.lower() for name in _names(product, f"{key}/{{}}")]
