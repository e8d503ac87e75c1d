"""Read the schemas of a document: named ones to `Schema`, and those of values to `Type`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cwql.schema.naming import model_name
from cwql_codegen.spec.model import Kind, Property, Schema, Type
from cwql_codegen.spec.text_rules import TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql_codegen.spec.document import Node

ANY = Type("any")
_PREFIXES = ("#/components/schemas/", "#/definitions/")
_KINDS: tuple[Kind, ...] = ("string", "integer", "number", "boolean", "object", "array")

_MAX_SCHEMAS = 10_000
_MAX_MEMBERS = 100_000
"""The maximal number of members in all schemas, with the inherited ones. Manage has 842 schemas with 8,944 members."""

_MAX_DEPTH = 20
"""The maximal depth of types, including aliases, and of `allOf`."""

_MAX_LENGTH = 2**63

_MAX_SAME_NAMES = 20
"""How many members of a schema may have the same Python name. Each gets one more underscore than the one before."""


class SchemaReader:
    """The named schemas of a document, and the types that refer to them."""

    def __init__(self, schemas: Node | None) -> None:
        self._nodes: dict[str, Node] = {}
        self._enum_sizes: dict[str, int] = {}
        self._members = 0
        if schemas is not None:
            self._nodes = {node.check_text(name, "schema name"): node for name, node in schemas.members()}
            if len(self._nodes) > _MAX_SCHEMAS:
                raise schemas.error(f"{len(self._nodes):,} schemas, at most {_MAX_SCHEMAS:,} are supported")

    def node(self, name: str) -> Node:
        """Return the place of a schema."""
        return self._nodes[name]

    def read_all(self) -> dict[str, Schema]:
        """Read all named schemas that are records or enums."""
        return {name: self._read(name, node) for name, node in self._nodes.items() if not _is_alias(node)}

    def _read(self, name: str, node: Node) -> Schema:
        properties: dict[str, Property] = {}
        since: dict[str, str] = {}
        free_form = False
        for part in _all_of(node):
            required = frozenset(read_strings(part.get("required")))
            if (members := part.get("properties")) is not None:
                for key, value in members.members():
                    value.check_text(key, "member", forbidden=" :;")
                    properties[key] = Property(key, self.type(value), key in required)
            if (releases := part.get("x-property-since")) is not None:
                since |= {key: value.check_release() for key, value in releases.members() if key in properties}
            additional = part.object().get("additionalProperties")
            free_form = free_form or additional is True or isinstance(additional, Mapping)
        enum, _ = _read_enum(node)
        self._check_members(node, properties)
        return Schema(
            name, tuple(properties.values()), free_form or not (properties or enum), enum, tuple(since.items())
        )

    def _check_members(self, node: Node, members: Iterable[str]) -> None:
        counts = Counter(map(model_name, members))
        self._members += counts.total()
        if self._members > _MAX_MEMBERS:
            raise node.error(f"more than {_MAX_MEMBERS:,} members in all schemas together, which is the limit")
        for name, count in counts.items():
            if count > _MAX_SAME_NAMES:
                raise node.error(
                    f"{count} members have the Python name {name!r}, at most {_MAX_SAME_NAMES} are supported"
                )

    def type(self, node: Node, depth: int = 0) -> Type:
        """Read the type of a value. Raises SpecError for a name that refers to itself."""
        if depth > _MAX_DEPTH:
            raise node.error(f"types are nested more than {_MAX_DEPTH} levels deep, or refer to themselves")
        members = node.object()
        if "$ref" in members:
            return self._referenced_type(node, depth)
        if (single := _single_all_of(node)) is not None:
            return self.type(single, depth + 1)
        if "oneOf" in members or "anyOf" in members or "allOf" in members:
            return ANY
        enum, has_null = _read_enum(node)
        kind = _read_kind(node, bool(enum))
        items = values = None
        if kind == "array":
            inner = node.get("items")
            items = self.type(inner, depth + 1) if inner is not None else ANY
        elif kind == "object" and isinstance(members.get("additionalProperties"), Mapping):
            values = self.type(node.child("additionalProperties"), depth + 1)
        form = node.get("format")
        return Type(
            kind,
            format=form.check_text(form.string(), "format") if form is not None else None,
            items=items,
            values=values,
            enum=enum,
            nullable=node.flag("nullable") or node.flag("x-nullable") or has_null,
            max_length=_read_length(node.get("maxLength")),
        )

    def _referenced_type(self, node: Node, depth: int) -> Type:
        reference = node.child("$ref")
        target = reference.string()
        if not target.startswith(_PREFIXES):
            return self.type(node.resolve(), depth + 1)
        for prefix in _PREFIXES:
            target = target.removeprefix(prefix)
        name = target.replace("~1", "/").replace("~0", "~")
        if name not in self._nodes:
            raise reference.error(f"no schema has the name {name!r}")
        if _is_alias(self._nodes[name]):
            return self.type(self._nodes[name], depth + 1)
        # Generated models repeat the members of an enum for each reference.
        reference.count_steps(self._enum_size(name))
        return Type("ref", ref=name)

    def _enum_size(self, name: str) -> int:
        if name not in self._enum_sizes:
            members, _ = _read_enum(self._nodes[name])
            self._enum_sizes[name] = sum(1 + len(member) // 16 for member in members)
        return self._enum_sizes[name]


def read_strings(node: Node | None) -> tuple[str, ...]:
    """Return the elements of an array of strings, or an empty tuple if it is missing."""
    return tuple(element.string() for element in node.elements()) if node is not None else ()


def _is_alias(node: Node) -> bool:
    """Return whether a named schema is only another name of an array, a map or a plain type."""
    members = node.object()
    if "$ref" in members:
        return True
    if members.get("enum") or "properties" in members or "allOf" in members:
        return False
    kind = members.get("type", "object")
    return kind != "object" or isinstance(members.get("additionalProperties"), Mapping)


def _all_of(node: Node, users: tuple[str, ...] = ()) -> Iterator[Node]:
    """Yield the parts of a schema: those of its `allOf` first. Raises SpecError for circles."""
    if node.pointer in users:
        raise node.error("allOf refers back to the same schema")
    if len(users) > _MAX_DEPTH:
        raise node.error(f"allOf is nested more than {_MAX_DEPTH} levels deep")
    if (parts := node.get("allOf")) is not None:
        for part in parts.elements():
            yield from _all_of(part.resolve(), (*users, node.pointer))
    yield node


def _single_all_of(node: Node) -> Node | None:
    """Return the only element of an `allOf`, otherwise None.

    Documents add `nullable` or a description to a reference in this way.
    """
    parts = node.get("allOf")
    if parts is None or "properties" in node:
        return None
    elements = list(parts.elements())
    return elements[0] if len(elements) == 1 else None


def _read_kind(node: Node, has_enum: bool) -> Kind:
    declared = node.get("type")
    if declared is None:
        return "string" if has_enum else "object" if "properties" in node else "any"
    text = declared.string()
    for kind in _KINDS:
        if kind == text:
            return kind
    # Swagger generators of .NET write "file" for a download.
    if text == "file":
        return "string"
    raise declared.error(f"unknown type {text!r}", f"expected one of {', '.join(_KINDS)}")


def _read_enum(node: Node) -> tuple[tuple[str, ...], bool]:
    """Return the members of an enum, and whether null is one of them."""
    enum = node.get("enum")
    if enum is None:
        return (), False
    members: list[str] = []
    has_null = False
    for element in enum.elements():
        value = element.value
        if value is None:
            has_null = True
        elif isinstance(value, str | int | float):
            text = str(value)
            members.append(element.check_text(text, "enum member", forbidden=",", limit=TEXT_LIMIT) if text else text)
        else:
            raise element.error("expected a string, a number, true, false or null as a member of an enum")
    return tuple(members), has_null


def _read_length(node: Node | None) -> int | None:
    if node is None:
        return None
    length = node.integer()
    if not 0 <= length < _MAX_LENGTH:
        raise node.error("expected a length of 0 or more that fits into 64 bits")
    return length
