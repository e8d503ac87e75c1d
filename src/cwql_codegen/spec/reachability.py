"""Paths through records: which type stands at the end of `company/identifier`, with the overlay's names in view."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cwql_codegen.spec.model import Schema, Type
from cwql_codegen.spec.overlay import Alias, Filterable, Overlay


def reach(schemas: Mapping[str, Schema], schema: str, path: str) -> Type | None:
    """Follow a path of members, any letter case, `/` or `.` between them, through references and arrays.

    Returns the type of the last member, or None where a member is unknown. Members of a map have the map's type.
    """
    here: Type | None = Type("ref", ref=schema)
    for step in re.split(r"[/.]", path):
        while here is not None and here.kind == "array":
            here = here.items
        if here is None:
            return None
        here = here.values if here.kind == "object" else _member(schemas.get(here.ref or ""), step)
    return here


def known(schemas: Mapping[str, Schema], overlay: Overlay, schema: str, path: str) -> Type | None:
    """Follow a path as `reach` does, and where the schemas end, by the overlay's names.

    Returns the type, or None for a name that neither knows. Open records know every name.
    """
    if any(entry.schema == schema for entry in overlay.open_record):
        return Type("any")
    record = schemas.get(schema)
    if record is None:
        return None
    named: list[Filterable | Alias] = [*overlay.filterable, *overlay.alias]
    for entry in named:
        if entry.scope.covers(record) and entry.name.casefold() == path.casefold():
            return entry.type
    first, _, rest = path.partition("/")
    for child in overlay.child:
        if child.schema == schema and child.name.casefold() == first.casefold() and rest:
            return known(schemas, overlay, child.record, rest)
    return reach(schemas, schema, path)


def _member(schema: Schema | None, name: str) -> Type | None:
    if schema is None:
        return None
    for member in schema.properties:
        if member.name.casefold() == name.casefold():
            return member.type
    return None
