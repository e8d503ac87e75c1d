"""Resolve field paths such as ``company/identifier``, in the schemas and in the names that the overlay adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cwql_codegen.spec.model import Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_codegen.spec.model import Schema
    from cwql_codegen.spec.overlay import Alias, Filterable, Overlay


def resolve_path(schemas: Mapping[str, Schema], schema: str, path: str) -> Type | None:
    """Return the type of the last member of a path, or None if a member is unknown.

    The members may have any letter case and are separated by ``/`` or ``.``. References and arrays are followed. The members
    of a map have the type of its values.
    """
    here: Type | None = Type("ref", ref=schema)
    for step in re.split(r"[/.]", path):
        while here is not None and here.kind == "array":
            here = here.items
        if here is None:
            return None
        here = here.values if here.kind == "object" else _member_type(schemas.get(here.ref or ""), step)
    return here


def resolve_name(schemas: Mapping[str, Schema], overlay: Overlay, schema: str, path: str) -> Type | None:
    """Return the type of a path as `resolve_path` does, or as an overlay entry defines it. None if it is unknown.

    Every name of an open record is known.
    """
    if any(entry.schema == schema for entry in overlay.open_record):
        return Type("any")
    record = schemas.get(schema)
    if record is None:
        return None
    entries: list[Filterable | Alias] = [*overlay.filterable, *overlay.alias]
    for entry in entries:
        if entry.scope.covers(record) and entry.name.casefold() == path.casefold():
            return entry.type
    first, _, rest = path.partition("/")
    for child in overlay.child:
        if child.schema == schema and child.name.casefold() == first.casefold() and rest:
            return resolve_name(schemas, overlay, child.record, rest)
    return resolve_path(schemas, schema, path)


def _member_type(schema: Schema | None, name: str) -> Type | None:
    if schema is None:
        return None
    for member in schema.properties:
        if member.name.casefold() == name.casefold():
            return member.type
    return None
