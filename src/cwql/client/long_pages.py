"""Long pages: they are parsed in chunks, and their nested records are made when they are read first.

pydantic parses a whole text before it creates the first record. For a page of some megabytes that needs memory which
exceeds the processor's caches and must be allocated by the system each time: a quarter of the page's cost. Chunks of 64
KB avoid it. A cut is a guess that parsing verifies: a chunk is closed by a bracket, so a cut inside a text or inside an
inner list leaves a chunk that is not valid JSON. The caller then parses the page as a whole.

A ticket refers to some 25 other records. As objects they are most of the work of Python's garbage collector, again and
again while pages are kept: a page of 1,000 tickets took 110 ms instead of 55 ms, and each of 20 kept pages 240 ms. A
library does not change the garbage collector of its host. Therefore a nested record is bytes of `marshal` until its
attribute is read: the collector does not visit bytes, and a page needs a third of the memory. A program that reads every
nested record pays for all of them then, as it would without this. Validation is the same as that of a record: an invalid
value in a nested record is found when the page is read.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from marshal import dumps
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_core import SchemaValidator, core_schema

from cwql_api.runtime import Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic_core import CoreSchema

    from cwql_api.runtime import Record

__all__ = ["PIECE", "divide", "packed_page_of"]

PIECE = 1 << 16
"""About how many bytes a piece has; a page is divided from twice that."""

_TEXT = rb'"(?:[^"\\]|\\.)*+"'
_VALUE = rb"(?:%b|[^\s\",{}\[\]]++)" % _TEXT
_START = rb"\[\s*+(\{\s*+%b\s*+:\s*+)%b(\s*+,\s*+%b\s*+:)" % (_TEXT, _VALUE, _TEXT)


def divide(body: bytes) -> Iterator[bytes]:
    """Yield lists with a list's records in order; the body itself if it is short, not a list, or of another shape.

    A record is recognized by the start of the first one: the names of its first two members, and the spaces around
    them.
    """
    start = re.compile(_START, re.DOTALL).match(body, 0, PIECE) if len(body) >= 2 * PIECE else None
    if start is None:
        yield body
        return
    head = start[1]
    after = rb"%b%b" % (_VALUE, re.escape(start[2]))
    # The separator between records is the same throughout a page: a comma, and the spaces that some servers send.
    comma = re.compile(rb"\}(\s*+,\s*+)%b%b" % (re.escape(head), after), re.DOTALL).search(body, start.end())
    if comma is None:
        yield body
        return
    edge = b"}" + comma[1] + head
    follows = re.compile(after, re.DOTALL)
    view = memoryview(body)
    begin, place = 1, PIECE
    while len(body) - place >= PIECE and (place := body.find(edge, place)) > 0:
        if follows.match(body, place + len(edge)):
            # Two additions of bytes would copy the piece three times, which takes 1 % of the time of a page.
            yield b"".join((b"[", view[begin : place + 1], b"]"))
            begin = place + 1 + len(comma[1])
            place = begin + PIECE
        else:
            place += len(edge)
    yield b"".join((b"[", view[begin:])) if begin > 1 else body


_PLAIN = frozenset(("any", "bool", "float", "int", "str"))
"""The schemas of values that `marshal` writes. UUIDs are none, so a nested record with one is made at once."""

_INNER = {"nullable": ("schema",), "list": ("items_schema",), "dict": ("keys_schema", "values_schema")}
"""The names under which a schema contains others."""


@cache
def packed_page_of(kind: type[Record], most: int) -> SchemaValidator:
    """Return a validator of JSON lists with at most `most` records, which stops at the first invalid value."""
    schema: Any = dict(TypeAdapter(kind).core_schema)
    definitions: list[Any] = []
    if schema["type"] == "definitions":
        schema, definitions = schema["schema"], schema["definitions"]
    models = _Models(definitions)
    schema = models.resolve(schema)
    fields = {**schema["schema"]["fields"]}
    packed = []
    for name, field in fields.items():
        nested = models.nested(field)
        plain = nested and models.plain(nested)
        if nested is not None and plain is not None:
            written = core_schema.nullable_schema(core_schema.no_info_after_validator_function(dumps, plain))
            fields[name] = {**field, "schema": {**field["schema"], "schema": written}}
            member = Packed(name, _validation(_with_definitions(nested, definitions)))
            setattr(kind, name, member)
            packed.append(member)
    kind._packed_members = tuple(packed)
    changed: Any = {**schema["schema"], "fields": fields}
    record = core_schema.no_info_after_validator_function(_maker(kind), changed)
    page = core_schema.list_schema(record, max_length=most, fail_fast=True)
    config: Any = {**schema["config"], "cache_strings": "keys"}
    return SchemaValidator(_with_definitions(page, definitions), config)


def _with_definitions(schema: CoreSchema, definitions: list[Any]) -> CoreSchema:
    return core_schema.definitions_schema(schema, definitions) if definitions else schema


def _validation(schema: CoreSchema) -> Callable[[object], object]:
    """Return a function that validates Python data. Its validator is built for the first value: many are never read."""
    validator = cache(lambda: SchemaValidator(schema))
    return lambda data: validator().validate_python(data)


def _maker(kind: type[Record]) -> Callable[[tuple[dict[str, Any], dict[str, Any] | None, set[str]]], Record]:
    """Return the function that makes a record of its members, its extra members and the names of those that were set."""
    slots: Any = BaseModel.__dict__
    set_members, set_extra = slots["__dict__"].__set__, slots["__pydantic_extra__"].__set__
    set_names, set_private = slots["__pydantic_fields_set__"].__set__, slots["__pydantic_private__"].__set__
    new = kind.__new__

    def make(parts: tuple[dict[str, Any], dict[str, Any] | None, set[str]]) -> Record:
        record = new(kind)
        members, extra, names = parts
        set_members(record, members)
        set_extra(record, extra)
        set_names(record, names)
        set_private(record, None)
        return record

    return make


class _Models:
    """The schemas of a record and of those in it, some of which are definitions that are referred to by name."""

    def __init__(self, definitions: list[Any]) -> None:
        self._definitions = {definition["ref"]: definition for definition in definitions}
        self._open: set[str] = set()

    def resolve(self, schema: Any) -> Any:
        """Return a schema, or the definition that it refers to."""
        while schema["type"] == "definition-ref":
            schema = self._definitions[schema["schema_ref"]]
        return schema

    def nested(self, field: Any) -> CoreSchema | None:
        """Return the schema of a member that is a record or a list of records, without None; None for any other."""
        schema = field["schema"]
        if schema["type"] != "default" or schema["schema"]["type"] != "nullable":
            return None
        nested: CoreSchema = schema["schema"]["schema"]
        item: Any = nested.get("items_schema", nested) if nested["type"] == "list" else nested
        return nested if self.resolve(item)["type"] == "model" else None

    def plain(self, schema: Any) -> CoreSchema | None:
        """Return the schema that validates the same JSON and returns values that `marshal` writes, or None.

        A record becomes a dictionary of the members that are set, by their names in JSON.
        """
        schema = self.resolve(schema)
        if schema["type"] in _PLAIN:
            return cast("CoreSchema", schema)
        if schema["type"] == "datetime":
            # Validated as a time, written as text, and validated again when the record is made.
            return core_schema.no_info_after_validator_function(datetime.isoformat, schema)
        if schema["type"] == "model":
            return self._plain_record(schema)
        changed = dict(schema)
        for name in _INNER.get(schema["type"], ()):
            plain = self.plain(schema.get(name, {"type": "any"}))
            if plain is None:
                return None
            changed[name] = plain
        return cast("CoreSchema", changed) if schema["type"] in _INNER else None

    def _plain_record(self, schema: Any) -> CoreSchema | None:
        ref = schema["ref"]
        if ref in self._open:
            # A record that contains itself.
            return None
        self._open.add(ref)
        fields = {}
        for name, field in schema["schema"]["fields"].items():
            value = field["schema"]
            plain = self.plain(value["schema"] if value["type"] == "default" else value)
            if plain is None:
                break
            fields[field.get("validation_alias", name)] = core_schema.typed_dict_field(plain, required=False)
        self._open.discard(ref)
        if len(fields) < len(schema["schema"]["fields"]):
            return None
        extras = schema["schema"].get("extras_schema")
        plain_extras = None if extras is None else self.plain(extras)
        if extras is not None and plain_extras is None:
            return None
        return core_schema.typed_dict_schema(fields, total=False, extra_behavior="allow", extras_schema=plain_extras)
