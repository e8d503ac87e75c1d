"""Every name of an API, looked up lazily: `catalog("manage")` finds endpoints, records, fields and paths."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.schema import loader
from cwql.schema.endpoint import Endpoint, endpoint_keys, unpack_endpoint
from cwql.schema.record import PATH_LIMIT, RecordInfo, Resolved, Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from cwql.language.dialects.base import DialectName
    from cwql.schema.field import FieldInfo
    from cwql.schema.operation import Operation

__all__ = ["PATH_LIMIT", "Catalog", "catalog", "locate", "product_of"]

_CACHE_LIMIT = 4096
_catalogs: dict[str, Catalog] = {}


def catalog(product: str) -> Catalog:
    """Return the catalog of a product: the shipped one, or the one that `cwql.schema.loader` was pointed at."""
    root = loader.root(product)
    found = _catalogs.get(root)
    if found is None:
        found = _catalogs[root] = Catalog(product)
    return found


def product_of(path: str | None) -> DialectName:
    """Return the product that has an endpoint; the first one if none has it, or no endpoint is given.

    Raises UnknownNameError for a single word that names endpoints of several products, such as ``tickets``.
    """
    if path is not None:
        for product in loader.PRODUCTS:
            found = catalog(product).find_endpoint(path)
            if found is not None:
                if "/" not in path:
                    _refuse_ambiguous(product, found)
                return product
    return loader.PRODUCTS[0]


def _refuse_ambiguous(home: str, found: Endpoint) -> None:
    """Raise UnknownNameError if another product than `home` has a path that ends in the same word."""
    word = found.key
    meanings: dict[str, list[str]] = {home: [catalog(home).title(found)]}
    for product in loader.PRODUCTS:
        titles = catalog(product).titles_ending_in(word) if product != home else []
        if titles:
            meanings[product] = titles
    if len(meanings) > 1:
        listed = ", or ".join([f"{' or '.join(titles)} of {name}" for name, titles in meanings.items()])
        raise UnknownNameError(f"{word!r} can mean {listed}: write the path")


def locate(path: str, product: str | None = None) -> tuple[DialectName, Endpoint]:
    """Return an endpoint with the product that has it; only `product` is searched if it is given.

    Raises UnknownNameError, with similar paths of every product searched, or with the name of the one that has it, and for a
    single word that names endpoints of several products.
    """
    asked: tuple[DialectName, ...] = loader.PRODUCTS
    if product is not None:
        asked = tuple([each for each in loader.PRODUCTS if product == each])
    home = product_of(path) if product is None else asked[0]
    endpoint = catalog(home).find_endpoint(path)
    if endpoint is not None:
        return home, endpoint
    for other in loader.PRODUCTS if "/" in path else ():
        if other not in asked and catalog(other).find_endpoint(path) is not None:
            raise UnknownNameError(f"{path} is an endpoint of {other}, not of {product}")
    titles = " or ".join([f"{name} {catalog(name).version}" for name in asked])
    near = [title for name in asked for title in catalog(name).near_endpoints(path)]
    raise UnknownNameError(f"no endpoint {path!r} in {titles}", near[:3])


class Catalog:
    """The names of one API. Lookups ignore letter case; results have the API's spelling."""

    def __init__(self, product: str) -> None:
        self._root = loader.root(product)
        self.product = product
        self._loaded: ModuleType | None = None
        # The shipped API is loaded when its records are needed: few programs need those of both products.
        if not self._root.startswith("cwql_api.") and product != self._fields.PRODUCT:
            raise UnknownNameError(f"the API at {self._fields.__file__} is {self._fields.PRODUCT!r}, not {product!r}")
        self._paths: ModuleType | None = None
        self._records: dict[str, RecordInfo] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._folded: dict[str, str] | None = None
        self._patterns: dict[tuple[int, str], list[str]] | None = None
        """Keys with placeholders, by the number of slashes and the first segment."""
        self._resolved: dict[tuple[str, tuple[str, ...]], Resolved] = {}

    # --- records ---------------------------------------------------------------------------------------------------

    @property
    def _fields(self) -> ModuleType:
        # Not by `functools`: its import takes a third of the first lookup.
        if self._loaded is None:
            self._loaded = loader.load(self.product, "catalog")
        return self._loaded

    @property
    def version(self) -> str:
        """Return the version of the specification."""
        version: str = self._fields.VERSION
        return version

    @property
    def records(self) -> tuple[str, ...]:
        """Return the class name of every record."""
        return tuple(self._fields.FIELDS)

    def find_record(self, name: str) -> RecordInfo | None:
        """Return a record by its class name or the API's own name for it; None for an unknown one."""
        found = self._records.get(name)
        if found is None:
            if name not in self._fields.FIELDS:
                known = self._fold().get(name.lower())
                if known is None:
                    return None
                name = known
            found = self._records.get(name)
            if found is None:
                found = self._records[name] = RecordInfo(name, self._fields)
        return found

    def record(self, name: str) -> RecordInfo:
        """Return a record by its name. Raises UnknownNameError with near names."""
        found = self.find_record(name)
        if found is None:
            from cwql.schema.suggest import suggest

            raise UnknownNameError(f"no record {name!r} in {self.product} {self.version}", suggest(name, self.records))
        return found

    def _fold(self) -> dict[str, str]:
        if self._folded is None:
            wires: dict[str, str] = self._fields.WIRE
            folded = {name.lower(): name for name in self._fields.FIELDS}
            folded.update((wire.lower(), name) for name, wire in wires.items())
            # Stored when it is whole, for other threads and after an interrupt.
            self._folded = folded
        return self._folded

    def is_related(self, name: str, other: str) -> bool:
        """Return whether two records are the same, of one family, or a record and its short form (`CompanyInfo`)."""
        if name.removesuffix("Info") == other.removesuffix("Info"):
            return True
        return any(name in family.split() and other in family.split() for family in self._fields.FAMILIES)

    # --- releases ---------------------------------------------------------------------------------------------------

    @property
    def later_endpoints(self) -> tuple[str, ...]:
        """Return the keys of paths of later releases than the specification."""
        keys: tuple[str, ...] = self._table().LATER
        return keys

    def is_later(self, field: FieldInfo) -> bool:
        """Return whether a field is of a later release than the specification."""
        return f"{field.owner}.{field.name}" in self._fields.LATER

    def field_since(self, field: FieldInfo) -> str | None:
        """Return the release that added a field to its record; None for a field that is as old as the record."""
        releases = loader.load(self.product, "releases")
        for entry in releases.FIELDS.get(field.owner, "").split():
            name, _, release = entry.partition(":")
            if name == field.name:
                return str(release)
        return None

    def endpoint_since(self, endpoint: Endpoint) -> str | None:
        """Return the release that added a path; None for one of the first release that is known."""
        release: str | None = loader.load(self.product, "releases").ENDPOINTS.get(endpoint.key)
        return release

    def releases(self) -> tuple[str, ...]:
        """Return the releases that added a field or a path, oldest first, and that of the specification."""
        table = loader.load(self.product, "releases")
        found = {self.version, *table.ENDPOINTS.values()}
        found.update([entry.partition(":")[2] for line in table.FIELDS.values() for entry in line.split()])
        return tuple(sorted(found, key=lambda release: [int(part) for part in release.split(".")]))

    # --- paths of fields -------------------------------------------------------------------------------------------

    def resolve(self, record: str, path: Sequence[str]) -> Resolved | Unresolved:
        """Resolve the segments of a field path, starting at a record.

        Returns `Unresolved`, with the position and the reason, for an invalid path; never raises for a known `record`.
        References are followed through at most `PATH_LIMIT` segments.
        """
        key = (record, tuple(path))
        found = self._resolved.get(key)
        if found is not None:
            return found
        result = self._follow(self.record(record), key[1])
        if isinstance(result, Resolved):
            if len(self._resolved) >= _CACHE_LIMIT:
                self._resolved.clear()
            self._resolved[key] = result
        return result

    def _follow(self, record: RecordInfo, path: tuple[str, ...]) -> Resolved | Unresolved:
        if len(path) > PATH_LIMIT:
            return Unresolved(PATH_LIMIT, "depth", record.name, ())
        here: RecordInfo | None = record
        fields: list[FieldInfo] = []
        for index, segment in enumerate(path):
            if here is None:
                last = fields[-1]
                if last.kind in ("map", "any"):
                    # The members of a map are unknown: every name is accepted.
                    fields.append(last.inside(segment))
                    continue
                return Unresolved(index, "scalar", last.owner, tuple(fields), record.warning(path))
            found = here.named_path(path[index:])
            if found is not None:
                return Resolved((*fields, found))
            field = here.find(segment)
            if field is None:
                note = here.warning(path[index:]) or record.warning(path)
                return Unresolved(index, "unknown", here.name, tuple(fields), note)
            fields.append(field)
            # A record of this API that the tables do not contain cannot be resolved further.
            here = self.find_record(field.target) if field.target is not None and field.kind != "map" else None
        return Resolved(tuple(fields)) if fields else Unresolved(0, "unknown", record.name, ())

    # --- endpoints -------------------------------------------------------------------------------------------------

    def _table(self) -> ModuleType:
        if self._paths is None:
            self._paths = loader.load(self.product, "endpoints")
        return self._paths

    def find_endpoint(self, text: str) -> Endpoint | None:
        """Return the endpoint that a path names, or None.

        ``/service/tickets``, ``service/Tickets/``, ``/service/tickets/5/notes``, ``/service/tickets/{id}/notes`` and whole
        URLs are understood.
        """
        found = self._endpoints.get(text.strip("/"))
        if found is not None:
            # Most paths are spelled like their keys: this takes a tenth of the time.
            return found
        table = self._table()
        keys = endpoint_keys(text, table.ROOTS)
        for key in keys:
            found = self._endpoints.get(key)
            if found is not None:
                return found
            packed = table.ENDPOINTS.get(key)
            if packed is not None:
                found = self._endpoints[key] = unpack_endpoint(key, packed, table.PARAMETERS)
                return found
        for known in self._fitting(keys[-1]):
            return self.find_endpoint(known)
        return None

    def path_key(self, text: str) -> str:
        """Return the key of a path, also of one without operations: ``service/tickets/{}``."""
        return endpoint_keys(text, self._table().ROOTS)[0]

    def endpoint(self, text: str) -> Endpoint:
        """Return the endpoint that a path names. Raises UnknownNameError with near paths."""
        found = self.find_endpoint(text)
        if found is None:
            raise UnknownNameError(f"no endpoint {text!r} in {self.product} {self.version}", self.near_endpoints(text))
        return found

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield every endpoint, in the order of the paths."""
        for key in self._table().ENDPOINTS:
            found = self.find_endpoint(key)
            if found is not None:
                yield found

    def listed_keys(self) -> Iterator[str]:
        """Yield the keys of endpoints that list records, read from the raw table, which is faster than `endpoints`."""
        for key, packed in self._table().ENDPOINTS.items():
            if "L" in packed.split(";", 3)[2]:
                yield key

    def is_listed(self, key: str) -> bool:
        """Return whether a key is that of an endpoint that lists records."""
        return "L" in self._table().ENDPOINTS.get(key, ";;").split(";", 3)[2]

    def near_endpoints(self, text: str) -> list[str]:
        """Return the paths that a mistyped one may have meant, the nearest first."""
        from cwql.schema.suggest import suggest

        table = self._table()
        key = endpoint_keys(text, table.ROOTS)[0]
        keys = list(table.ENDPOINTS)
        same = [known for known in keys if known.count("/") == key.count("/")]
        last = key.rsplit("/", 1)[-1]
        ends = [known for known in keys if last != "{}" and (known == last or known.endswith(f"/{last}"))]
        found = suggest(key, same) or sorted(ends, key=len)[:3] or suggest(key, keys)
        return [self._title(known) for known in found]

    def titles_ending_in(self, word: str) -> list[str]:
        """Return the paths without placeholders whose last segment is a word, in any letter case."""
        last = word.lower()
        keys = [key for key in self._table().ENDPOINTS if key.rpartition("/")[2] == last and "{" not in key]
        return [self._title(key) for key in keys]

    def _title(self, key: str) -> str:
        path = self._table().ENDPOINTS[key].partition(";")[0].strip("/")
        for root in self._table().ROOTS:
            if path.lower().startswith(root):
                path = path[len(root) :]
                break
        return f"/{path}"

    def title(self, endpoint: Endpoint) -> str:
        """Return the path of an endpoint as users write it: without the API's root."""
        return self._title(endpoint.key)

    def _fitting(self, key: str) -> Iterator[str]:
        """Yield the known keys that match if any segment may be a placeholder (`/system/members/jdoe`)."""
        patterns = self._patterns
        if patterns is None:
            patterns = {}
            for known in self._table().ENDPOINTS:
                if "{}" in known:
                    patterns.setdefault((known.count("/"), known.partition("/")[0]), []).append(known)
            # Stored when it is whole, for other threads and after an interrupt.
            self._patterns = patterns
        steps = key.split("/")
        for first in (steps[0], "{}"):
            for known in patterns.get((len(steps) - 1, first), ()):
                if all(part in ("{}", step) for part, step in zip(known.split("/"), steps, strict=True)) and (
                    self._takes_words(known, steps)
                ):
                    yield known

    def _takes_words(self, key: str, steps: list[str]) -> bool:
        """Return whether no plain word of a path is in the place of an integer: ``/finance/agreements/recap`` has one.

        A step that names an id (``ticketId``), or has other characters than letters, is a placeholder of some language.
        """
        texts = self._table().TEXT_STEPS
        return all(
            part != "{}" or not step.isalpha() or step.endswith("id") or f"{key}:{number}" in texts
            for number, (part, step) in enumerate(zip(key.split("/"), steps, strict=True))
        )

    # --- operations ------------------------------------------------------------------------------------------------

    def find_operation(self, id: str) -> Operation | None:
        """Return an operation by its id, or None."""
        table = loader.load(self.product, "operations")
        packed = table.OPERATIONS.get(id)
        if packed is None:
            return None
        from cwql.schema.operation import unpack_operation

        return unpack_operation(id, packed, table.PARAMETERS, table.MEDIA, self._fields.ENUMS)

    def operation(self, id: str) -> Operation:
        """Return an operation by its id. Raises UnknownNameError with near ids."""
        found = self.find_operation(id)
        if found is None:
            from cwql.schema.suggest import suggest

            raise UnknownNameError(
                f"no operation {id!r} in {self.product} {self.version}", suggest(id, self.operation_ids())
            )
        return found

    def operation_ids(self) -> tuple[str, ...]:
        """Return the id of every operation, in the order of the document."""
        return tuple(loader.load(self.product, "operations").OPERATIONS)

    def operation_at(self, endpoint: Endpoint, method: str) -> Operation | None:
        """Return the operation of a method on an endpoint, or None if it has no such method."""
        place = endpoint.operations.get(method)  # type: ignore[call-overload]
        return None if place is None else self.operation(self.operation_ids()[place])
