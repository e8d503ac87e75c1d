"""Field handles: `fields.pyi` gives every record's fields their types, `fields.py` finds them at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cwql.language.dialects import dialect
from cwql.schema.field import names_date
from cwql.schema.naming import attributes
from cwql_codegen.api.text import literal, mark
from cwql_codegen.spec.model import Api, Property, Schema, Type
from cwql_codegen.spec.overlay import Alias, Filterable, Overlay

_RUNTIME = '''"""The field handles of every record: ``from cwql.{product}.fields import {example}``."""

from cwql.schema.catalog import catalog
from cwql.schema.handles import record_handle


def __getattr__(name):
    handle = record_handle({literal}, name)
    globals()[name] = handle
    return handle


def __dir__():
    return list(catalog({literal}).records)
'''
EXAMPLES = {"manage": "Ticket", "automate": "Computer"}
_SCALARS = {"integer": "Integer", "number": "Number", "boolean": "Boolean"}
_TEXTS = {"date-time": "DateTime", "date": "Date"}
_PYTHON = {
    "Integer": "int",
    "Number": "float",
    "Boolean": "bool",
    "DateTime": "_dt.datetime",
    "Date": "_dt.date",
    "Text": "str",
}


def generate(api: Api, names: Mapping[str, str], overlay: Overlay) -> dict[str, str]:
    """Write `fields.py` and `fields.pyi` of one product."""
    return {
        "fields.py": mark(api) + runtime(api.product),
        "fields.pyi": mark(api) + _Stub(api, names, overlay).text(),
    }


def runtime(product: str) -> str:
    """Write `fields.py` without its first line; it contains no text of the document."""
    return _RUNTIME.format(product=product, example=EXAMPLES[product], literal=literal(product))


class _Stub:
    def __init__(self, api: Api, names: Mapping[str, str], overlay: Overlay) -> None:
        self._api = api
        self._names = names
        self._overlay = overlay
        self._taken = {f"_{name}" for name in names.values()}
        self._enums: dict[tuple[str, ...], str] = {}
        self._many: set[str] = set()
        self._maps = self._known_maps()

    def text(self) -> str:
        records = [schema for schema in self._api.schemas.values() if not schema.enum]
        classes = "".join(self._class(schema) for schema in records)
        keyed = {parameter.record for parameter in dialect(self._api.product).parameters}
        many = "".join(
            f"class {self._many_class(name)}(_{name}, _h.{'CustomFields' if name in keyed else 'Children'}): ...\n"
            for name in sorted(self._many)
        )
        maps = "".join(
            f"class {self._map_class(name)}(_h.Map):\n" + self._members(members) + "\n"
            for name, members in self._maps.items()
        )
        enums = "".join(
            f"{name}: _t.TypeAlias = _t.Literal[{', '.join(literal(member) for member in members)}]\n"
            for members, name in self._enums.items()
        )
        handles = "".join(f"{self._names[schema.name]}: _{self._names[schema.name]}\n" for schema in records)
        return (
            "import datetime as _dt\n"
            "import typing as _t\n\n"
            "from cwql.schema import handles as _h\n\n" + enums + "\n" + maps + classes + many + "\n" + handles
        )

    def _class(self, schema: Schema) -> str:
        members = [*schema.properties, *self._added(schema)]
        return f"class _{self._names[schema.name]}(_h.Reference):\n{self._members(members)}\n"

    def _members(self, members: list[Property]) -> str:
        python = attributes(member.name for member in members)
        lines = [f"    {python[it.name]}: {self._handle(it.name, it.type)}\n" for it in members]
        return "".join(lines) or "    ...\n"

    def _added(self, schema: Schema) -> Iterator[Property]:
        """Yield the names that the overlay adds to a record; paths are reached through `F` only."""
        seen = {member.name.lower() for member in schema.properties}
        entries: list[Filterable | Alias] = [*self._overlay.filterable, *self._overlay.alias]
        for it in entries:
            plain = "/" not in it.name and "." not in it.name
            if plain and it.name.lower() not in seen and it.scope.covers(schema):
                seen.add(it.name.lower())
                yield Property(it.name, it.type)
        for child in self._overlay.child:
            if child.schema == schema.name and child.name.lower() not in seen and child.record in self._names:
                seen.add(child.name.lower())
                yield Property(child.name, Type("array", items=Type("ref", ref=child.record)))

    def _known_maps(self) -> dict[str, list[Property]]:
        """Return, for each map whose names the overlay knows, those names (`_info/lastUpdated`)."""
        maps: dict[str, list[Property]] = {}
        for it in self._overlay.filterable:
            first, _, rest = it.name.partition("/")
            if rest and it.scope.having == first:
                maps.setdefault(first, []).append(Property(rest, it.type))
        return maps

    def _free(self, name: str) -> str:
        """Return a name for a further class: no record has it."""
        while name in self._taken:
            name += "_"
        return name

    def _map_class(self, name: str) -> str:
        return self._free("_Map" + re.sub(r"\W", "_", name, flags=re.ASCII))

    def _many_class(self, name: str) -> str:
        return self._free(f"_{name}Many")

    def _handle(self, name: str, value: Type) -> str:
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is None:
                return "_h.Anything"
            return self._enum(target.enum) if target.enum else f"_{self._names[value.ref]}"
        if value.enum:
            return self._enum(value.enum)
        match value.kind:
            case "string":
                dated = value.format is None and value.max_length is None and names_date(name)
                return "_h.DateText" if dated else f"_h.{_TEXTS.get(value.format or '', 'Text')}"
            case "integer" | "number" | "boolean":
                return f"_h.{_SCALARS[value.kind]}"
            case "array":
                return self._collection(value.items)
            case "object" if value.values is not None:
                return self._map_class(name) if name in self._maps else "_h.Map"
            case _:
                return "_h.Anything"

    def _collection(self, items: Type | None) -> str:
        inner = self._handle("", replace(items, nullable=False)) if items is not None else "_h.Anything"
        if inner.startswith("_h."):
            python = _PYTHON.get(inner.removeprefix("_h."), "_t.Any")
            return f"_h.Collection[{python}]"
        record = inner.removeprefix("_")
        self._many.add(record)
        return self._many_class(record)

    def _enum(self, members: tuple[str, ...]) -> str:
        name = self._enums.setdefault(members, self._free(f"_E{len(self._enums)}"))
        return f"_h.Enum[{name}]"
