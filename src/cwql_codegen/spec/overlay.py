"""What the vendor's documents do not say: names that filter all the same, corrections, further operations.

`specs/overlays/*.toml` hold the entries; each states its reason and its evidence. `load` reads them into frozen records,
`cwql_codegen.spec.correction` applies the ones that change an `Api`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from cwql_codegen.spec.document import SpecError
from cwql_codegen.spec.model import Kind, Method, Origin, Parameter, Property, Schema, Type
from cwql_codegen.spec.text_rules import TEXT_LIMIT, find_problem

Product = Literal["manage", "automate"]
T = TypeVar("T")


class OverlayError(SpecError):
    """An overlay entry that cannot be used; `pointer` names the entry."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an entry is there, and what shows that it is right; `entry` says which one of which file."""

    entry: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The records an entry is about: those of the named schemas, or all that have a certain member."""

    schemas: tuple[str, ...] = ()
    having: str | None = None

    def covers(self, schema: Schema) -> bool:
        """Tell whether the records of a schema are meant."""
        if schema.name in self.schemas:
            return True
        return self.having is not None and any(member.name == self.having for member in schema.properties)


@dataclass(frozen=True, slots=True)
class Filterable:
    """A path that conditions take although no schema shows it. `shown_as` is the member that carries the same value."""

    scope: Scope
    name: str
    type: Type
    origin: Origin
    ground: Ground
    shown_as: str | None = None


@dataclass(frozen=True, slots=True)
class Unfilterable:
    """A name that servers refuse or misread in conditions. `instead` is what to write."""

    scope: Scope
    name: str
    ground: Ground
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name out of another vocabulary. `target` is the server's own path for it, None where there is none.

    `values` are the members that the text with this vocabulary uses. `refused` marks a name that a server is known to
    have turned down.
    """

    scope: Scope
    name: str
    type: Type
    origin: Origin
    ground: Ground
    target: str | None = None
    values: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A member that holds an array of records: conditions on it belong into `childConditions`.

    `record` is the schema of the members; `shown` is false where no schema has the member.
    """

    schema: str
    name: str
    record: str
    origin: Origin
    ground: Ground
    shown: bool = True


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A schema whose records have members that no document can list, such as the columns of a report."""

    schema: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class PathCorrection:
    """A path that was broken in the document, and what it was meant to be."""

    path: str
    becomes: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class RequiredCorrection:
    """A name in a list of required members that fits no property, and the property it was meant to be."""

    schema: str
    name: str
    property: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class AddedSchema:
    """A record type of an added operation."""

    schema: Schema
    ground: Ground


@dataclass(frozen=True, slots=True)
class AddedOperation:
    """An operation that the vendor's document lacks. `instead` names the document's operation for the same purpose."""

    id: str
    method: Method
    path: str
    tag: str
    origin: Origin
    ground: Ground
    parameters: tuple[Parameter, ...] = ()
    body: Type | None = None
    reply: Type | None = None
    list_options: bool = False
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """All entries for one product, in the order of the files."""

    product: Product
    filterable: tuple[Filterable, ...] = ()
    unfilterable: tuple[Unfilterable, ...] = ()
    alias: tuple[Alias, ...] = ()
    child: tuple[Child, ...] = ()
    open_record: tuple[OpenRecord, ...] = ()
    path: tuple[PathCorrection, ...] = ()
    required: tuple[RequiredCorrection, ...] = ()
    schema: tuple[AddedSchema, ...] = ()
    operation: tuple[AddedOperation, ...] = ()

    @property
    def named(self) -> tuple[Filterable | Unfilterable | Alias, ...]:
        """All entries about single names."""
        return (*self.filterable, *self.unfilterable, *self.alias)


def load(folder: Path, product: Product) -> Overlay:
    """Read the overlays of one product from a folder, in the order of the file names. Raises OverlayError."""
    files = sorted(folder.glob("*.toml"), key=lambda file: file.name)
    return parse({file.name: file.read_text(encoding="utf-8") for file in files}, product)


def parse(texts: Mapping[str, str], product: Product) -> Overlay:
    """Read overlays from texts by file name. Raises OverlayError, which names the file and the entry."""
    found: dict[str, list[Any]] = {kind: [] for kind in _READERS}
    for source, text in texts.items():
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise OverlayError(source, "", f"not TOML: {error}") from error
        stated = document.pop("product", None)
        if stated not in get_args(Product):
            raise OverlayError(source, "", f"'product' has to be one of {', '.join(get_args(Product))}, got {stated!r}")
        if stated != product:
            continue
        for kind, entries in document.items():
            if kind not in _READERS:
                raise OverlayError(source, kind, f"unknown kind of entry; known: {', '.join(_READERS)}")
            if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
                raise OverlayError(source, kind, f"write each entry under [[{kind}]]")
            for number, entry in enumerate(entries, 1):
                reader = _Entry(source, f"{kind} {number}", entry)
                found[kind].append(_READERS[kind](reader))
                reader.finish()
    return Overlay(product=product, **{kind: tuple(entries) for kind, entries in found.items()})


class _Entry:
    """One entry while it is read: hands out members, and complains about those that nobody asked for."""

    def __init__(self, source: str, label: str, members: Mapping[str, Any]) -> None:
        self._source = source
        self._members = members
        self._read: set[str] = set()
        subject = next((str(members[key]) for key in ("name", "id", "path", "schema") if key in members), "")
        self.label = f"{label} ({subject})" if subject else label

    def error(self, problem: str) -> OverlayError:
        return OverlayError(self._source, self.label, problem)

    def finish(self) -> None:
        unknown = sorted(set(self._members) - self._read)
        if unknown:
            raise self.error(f"unknown member {unknown[0]!r}; known: {', '.join(sorted(self._read))}")

    def _get(self, key: str, kind: type[T], default: T | None = None) -> T | None:
        self._read.add(key)
        value = self._members.get(key, default)
        if value is not None and not isinstance(value, kind):
            raise self.error(f"{key!r} has to be of type {kind.__name__}, got {value!r}")
        return value

    def _check(self, text: str, key: str, forbidden: str = ";") -> str:
        if (problem := find_problem(text, forbidden, TEXT_LIMIT)) is not None:
            raise self.error(f"{key!r}: {text[:40]!r} {problem}")
        return text

    def prose(self, key: str) -> str:
        """Return a text that explains the entry and is not part of the generated code."""
        value = self._get(key, str)
        if value is None:
            raise self.error(f"{key!r} is missing")
        if not value.strip():
            raise self.error(f"{key!r} is empty")
        return value

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self._members else self._get(key, str)

    def text(self, key: str) -> str:
        return self._check(self.prose(key), key)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list, []) or []
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} has to be a list of strings")
        return tuple(self._check(value, key, ",;") for value in values)

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._get(key, bool, default))

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        value = self.optional(key) or default
        if value is None:
            raise self.error(f"{key!r} is missing")
        if value not in choices:
            raise self.error(f"{key!r} has to be one of {', '.join(choices)}, got {value!r}")
        return value

    def type(self, key: str) -> Type:
        return self.shorthand(self.text(key))

    def types(self, key: str) -> dict[str, Type]:
        members = self._get(key, dict, {}) or {}
        return {self._check(name, key, " ,:;"): self.shorthand(str(text)) for name, text in members.items()}

    def shorthand(self, text: str) -> Type:
        """Read ``string``, ``string:date-time``, ``ref:Name``, ``array:`` before any of them."""
        kind, _, rest = text.partition(":")
        if kind == "array" and rest:
            return Type("array", items=self.shorthand(rest))
        if kind == "ref" and rest:
            return Type("ref", ref=rest)
        if kind not in get_args(Kind) or kind in ("array", "ref"):
            raise self.error(f"unknown type {text!r}")
        return Type(cast("Kind", kind), format=rest or None)

    def origin(self) -> Origin:
        origins = tuple(origin for origin in get_args(Origin) if origin != "spec")
        return cast("Origin", self.choice("origin", origins))

    def scope(self) -> Scope:
        scope = Scope(self.texts("schemas"), self.optional("having"))
        if not scope.schemas and scope.having is None:
            raise self.error("neither 'schemas' nor 'having' says which records are meant")
        return scope

    def ground(self) -> Ground:
        return Ground(f"{self._source}: {self.label}", self.prose("reason"), self.prose("evidence"))


def _filterable(entry: _Entry) -> Filterable:
    return Filterable(
        entry.scope(),
        entry.text("name"),
        entry.type("type"),
        entry.origin(),
        entry.ground(),
        entry.optional("shown_as"),
    )


def _unfilterable(entry: _Entry) -> Unfilterable:
    return Unfilterable(entry.scope(), entry.text("name"), entry.ground(), entry.optional("instead"))


def _alias(entry: _Entry) -> Alias:
    return Alias(
        entry.scope(),
        entry.text("name"),
        entry.type("type"),
        entry.origin(),
        entry.ground(),
        entry.optional("target"),
        entry.texts("values"),
        entry.flag("refused"),
    )


def _child(entry: _Entry) -> Child:
    return Child(
        entry.text("schema"),
        entry.text("name"),
        entry.text("record"),
        entry.origin(),
        entry.ground(),
        entry.flag("shown", True),
    )


def _open_record(entry: _Entry) -> OpenRecord:
    return OpenRecord(entry.text("schema"), entry.ground())


def _path(entry: _Entry) -> PathCorrection:
    return PathCorrection(entry.text("path"), entry.text("becomes"), entry.ground())


def _required(entry: _Entry) -> RequiredCorrection:
    return RequiredCorrection(entry.text("schema"), entry.text("name"), entry.text("property"), entry.ground())


def _schema(entry: _Entry) -> AddedSchema:
    required = entry.texts("required")
    properties = entry.types("properties")
    for name in required:
        if name not in properties:
            raise entry.error(f"'required' names {name!r}, which is not among the properties")
    members = tuple(Property(name, type_, name in required) for name, type_ in properties.items())
    return AddedSchema(Schema(entry.text("name"), members, free_form=entry.flag("free_form")), entry.ground())


def _operation(entry: _Entry) -> AddedOperation:
    parameters = [Parameter(name, "path", type_, True) for name, type_ in entry.types("path_parameters").items()]
    parameters += [Parameter(name, "query", type_) for name, type_ in entry.types("query_parameters").items()]
    body = entry.optional("body")
    reply = entry.optional("reply")
    return AddedOperation(
        id=entry.text("id"),
        method=cast("Method", entry.choice("method", get_args(Method))),
        path=entry.text("path"),
        tag=entry.text("tag"),
        origin=entry.origin(),
        ground=entry.ground(),
        parameters=tuple(parameters),
        body=entry.shorthand(body) if body is not None else None,
        reply=entry.shorthand(reply) if reply is not None else None,
        list_options=entry.flag("list_options"),
        instead=entry.optional("instead"),
    )


_READERS: dict[str, Callable[[_Entry], Any]] = {
    "filterable": _filterable,
    "unfilterable": _unfilterable,
    "alias": _alias,
    "child": _child,
    "open_record": _open_record,
    "path": _path,
    "required": _required,
    "schema": _schema,
    "operation": _operation,
}
assert set(_READERS) == {member.name for member in fields(Overlay)} - {"product"}
