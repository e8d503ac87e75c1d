"""Parse overlay files (TOML) to `Overlay`. Every mistake is an error that names the file and the entry."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from cwql_codegen.spec.model import Kind, Method, Origin, Parameter, Product, Property, Schema, Type
from cwql_codegen.spec.overlay import (
    AddedMember,
    AddedOperation,
    AddedProperty,
    AddedSchema,
    Alias,
    Child,
    Family,
    Filterable,
    OpenRecord,
    Overlay,
    OverlayError,
    PathCorrection,
    PropertyCorrection,
    Rationale,
    RequiredCorrection,
    Scope,
    Unfilterable,
)
from cwql_codegen.spec.text_rules import TEXT_LIMIT, find_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")


def load(folder: Path, product: Product) -> Overlay:
    """Read the overlays of one product from a folder, in the order of the file names. Raises OverlayError."""
    files = sorted(folder.glob("*.toml"), key=lambda file: file.name)
    return parse({file.name: file.read_text(encoding="utf-8") for file in files}, product)


def parse(texts: Mapping[str, str], product: Product) -> Overlay:
    """Parse overlays from texts by file name, and return the entries of one product. Raises OverlayError."""
    entries: dict[str, list[Any]] = {kind: [] for kind in _PARSERS}
    for source, text in texts.items():
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise OverlayError(source, "", f"not TOML: {error}") from error
        declared = document.pop("product", None)
        if declared not in get_args(Product):
            expected = ", ".join(get_args(Product))
            raise OverlayError(source, "", f"'product' has to be one of {expected}, got {declared!r}")
        if declared != product:
            continue
        for kind, tables in document.items():
            if kind not in _PARSERS:
                raise OverlayError(source, kind, f"unknown kind of entry; known: {', '.join(_PARSERS)}")
            if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
                raise OverlayError(source, kind, f"write each entry under [[{kind}]]")
            for number, table in enumerate(tables, 1):
                entry = _Entry(source, f"{kind} {number}", table)
                entries[kind].append(_PARSERS[kind](entry))
                entry.check_all_used()
    return Overlay(product=product, **{kind: tuple(parsed) for kind, parsed in entries.items()})


class _Entry:
    """The members of one entry. It remembers which ones were used, so that misspelled ones are found."""

    def __init__(self, source: str, label: str, members: Mapping[str, Any]) -> None:
        self._source = source
        self._members = members
        self._used: set[str] = set()
        subject = next((str(members[key]) for key in ("name", "id", "path", "schema") if key in members), "")
        self.label = f"{label} ({subject})" if subject else label

    def error(self, problem: str) -> OverlayError:
        return OverlayError(self._source, self.label, problem)

    def check_all_used(self) -> None:
        unknown = sorted(set(self._members) - self._used)
        if unknown:
            raise self.error(f"unknown member {unknown[0]!r}; known: {', '.join(sorted(self._used))}")

    def _get(self, key: str, kind: type[T], default: T | None = None) -> T | None:
        self._used.add(key)
        value = self._members.get(key, default)
        if value is not None and not isinstance(value, kind):
            raise self.error(f"{key!r} has to be of type {kind.__name__}, got {value!r}")
        return value

    def _check_text(self, text: str, key: str, forbidden: str = ";") -> str:
        if (problem := find_problem(text, forbidden, TEXT_LIMIT)) is not None:
            raise self.error(f"{key!r}: {text[:40]!r} {problem}")
        return text

    def prose(self, key: str) -> str:
        """Return a text that is not part of generated code."""
        value = self._get(key, str)
        if value is None:
            raise self.error(f"{key!r} is missing")
        if not value.strip():
            raise self.error(f"{key!r} is empty")
        return value

    def text(self, key: str) -> str:
        return self._check_text(self.prose(key), key)

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self._members else self._get(key, str)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list, []) or []
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} has to be a list of strings")
        return tuple(self._check_text(value, key, ",;") for value in values)

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._get(key, bool, default))

    def choice(self, key: str, choices: Iterable[str]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.error(f"{key!r} has to be one of {', '.join(choices)}, got {value!r}")
        return value

    def type(self, key: str) -> Type:
        return self._parse_type(self.text(key))

    def optional_type(self, key: str) -> Type | None:
        value = self.optional(key)
        return self._parse_type(value) if value is not None else None

    def types(self, key: str) -> dict[str, Type]:
        members = self._get(key, dict, {}) or {}
        return {self._check_text(name, key, " ,:;"): self._parse_type(str(text)) for name, text in members.items()}

    def _parse_type(self, text: str) -> Type:
        """Parse ``string``, ``string:date-time``, ``ref:Name``, or any of them after ``array:``."""
        kind, _, rest = text.partition(":")
        if kind == "array" and rest:
            return Type("array", items=self._parse_type(rest))
        if kind == "ref" and rest:
            return Type("ref", ref=rest)
        if kind not in get_args(Kind) or kind in ("array", "ref"):
            raise self.error(f"unknown type {text!r}")
        return Type(cast("Kind", kind), format=rest or None)

    def has(self, key: str) -> bool:
        return key in self._members

    def release(self, key: str) -> str:
        value = self.text(key)
        if re.fullmatch(r"[0-9]{4}\.[0-9]{1,3}", value) is None:
            raise self.error(f"{key!r} has to be a release such as 2026.4, got {value!r}")
        return value

    def origin(self) -> Origin:
        origins = tuple(origin for origin in get_args(Origin) if origin != "spec")
        return cast("Origin", self.choice("origin", origins))

    def scope(self) -> Scope:
        scope = Scope(self.texts("schemas"), self.optional("having"))
        if not scope.schemas and scope.having is None:
            raise self.error("'schemas' or 'having' is missing")
        return scope

    def rationale(self) -> Rationale:
        return Rationale(f"{self._source}: {self.label}", self.prose("reason"), self.prose("evidence"))


def _parse_filterable(entry: _Entry) -> Filterable:
    return Filterable(
        entry.scope(),
        entry.text("name"),
        entry.type("type"),
        entry.origin(),
        entry.rationale(),
        entry.optional("shown_as"),
    )


def _parse_unfilterable(entry: _Entry) -> Unfilterable:
    return Unfilterable(entry.scope(), entry.text("name"), entry.rationale(), entry.optional("instead"))


def _parse_alias(entry: _Entry) -> Alias:
    return Alias(
        entry.scope(),
        entry.text("name"),
        entry.type("type"),
        entry.origin(),
        entry.rationale(),
        entry.optional("target"),
        entry.texts("values"),
        entry.flag("refused"),
    )


def _parse_child(entry: _Entry) -> Child:
    return Child(
        entry.text("schema"),
        entry.text("name"),
        entry.text("record"),
        entry.origin(),
        entry.rationale(),
        entry.flag("shown", True),
    )


def _parse_open_record(entry: _Entry) -> OpenRecord:
    return OpenRecord(entry.text("schema"), entry.rationale())


def _parse_family(entry: _Entry) -> Family:
    return Family(entry.texts("schemas"), entry.rationale())


def _parse_path(entry: _Entry) -> PathCorrection:
    return PathCorrection(entry.text("path"), entry.text("becomes"), entry.rationale())


def _parse_required(entry: _Entry) -> RequiredCorrection:
    return RequiredCorrection(entry.text("schema"), entry.text("name"), entry.text("property"), entry.rationale())


def _parse_property_type(entry: _Entry) -> PropertyCorrection:
    schemas, names = entry.texts("schemas"), entry.texts("names")
    if not schemas or not names:
        raise entry.error("'schemas' or 'names' is missing")
    return PropertyCorrection(schemas, names, entry.type("type"), entry.rationale())


def _parse_schema(entry: _Entry) -> AddedSchema:
    required = entry.texts("required")
    properties = entry.types("properties")
    for name in required:
        if name not in properties:
            raise entry.error(f"'required' contains {name!r}, which is not one of the properties")
    members = tuple(Property(name, type_, name in required) for name, type_ in properties.items())
    return AddedSchema(Schema(entry.text("name"), members, free_form=entry.flag("free_form")), entry.rationale())


def _parse_property(entry: _Entry) -> AddedProperty:
    return AddedProperty(
        entry.text("schema"), entry.text("name"), entry.type("type"), entry.release("since"), entry.rationale()
    )


def _parse_enum_member(entry: _Entry) -> AddedMember:
    return AddedMember(
        entry.text("path"), entry.text("parameter"), entry.text("member"), entry.release("since"), entry.rationale()
    )


def _parse_operation(entry: _Entry) -> AddedOperation:
    parameters = [Parameter(name, "path", type_, True) for name, type_ in entry.types("path_parameters").items()]
    parameters += [Parameter(name, "query", type_) for name, type_ in entry.types("query_parameters").items()]
    return AddedOperation(
        id=entry.text("id"),
        method=cast("Method", entry.choice("method", get_args(Method))),
        path=entry.text("path"),
        tag=entry.text("tag"),
        origin=entry.origin(),
        rationale=entry.rationale(),
        parameters=tuple(parameters),
        body=entry.optional_type("body"),
        response=entry.optional_type("response"),
        list_options=entry.flag("list_options"),
        instead=entry.optional("instead"),
        since=entry.release("since") if entry.has("since") else None,
    )


_PARSERS: dict[str, Callable[[_Entry], Any]] = {
    "filterable": _parse_filterable,
    "unfilterable": _parse_unfilterable,
    "alias": _parse_alias,
    "child": _parse_child,
    "open_record": _parse_open_record,
    "family": _parse_family,
    "path": _parse_path,
    "required": _parse_required,
    "property_type": _parse_property_type,
    "schema": _parse_schema,
    "later_property": _parse_property,
    "enum_member": _parse_enum_member,
    "operation": _parse_operation,
}
assert set(_PARSERS) == {member.name for member in fields(Overlay)} - {"product"}
