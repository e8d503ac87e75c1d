"""Write the field handles: `fields.pyi` has the types of all fields, and `fields.py` finds the handles at run time."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cwql.language.dialects import find_dialect
from cwql.schema.field import names_date
from cwql.schema.naming import HANDLE_NAMES, attributes
from cwql_codegen.api.python_source import header, string_literal
from cwql_codegen.spec.model import Property, Type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql_codegen.spec.model import Api, Schema
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
"""A record of each product, for the docstring."""

_HANDLES = {
    "integer": "_h.Integer",
    "number": "_h.Number",
    "boolean": "_h.Boolean",
}
_TEXT_HANDLES = {"date-time": "_h.DateTime", "date": "_h.Date"}
_ITEM_TYPES = {
    "_h.Integer": "int",
    "_h.Number": "float",
    "_h.Boolean": "bool",
    "_h.DateTime": "_dt.datetime",
    "_h.Date": "_dt.date",
    "_h.Text": "str",
}


def generate(api: Api, names: Mapping[str, str], overlay: Overlay) -> dict[str, str]:
    """Generate `fields.py` and `fields.pyi`."""
    return {
        "fields.py": header(api) + write_runtime(api.product),
        "fields.pyi": header(api) + _Stub(api, names, overlay).write(),
    }


def write_runtime(product: str) -> str:
    """Return `fields.py` without its header. It contains no text of the document."""
    return _RUNTIME.format(product=product, example=EXAMPLES[product], literal=string_literal(product))


class _Stub:
    def __init__(self, api: Api, names: Mapping[str, str], overlay: Overlay) -> None:
        self._api = api
        self._names = names
        self._overlay = overlay
        self._taken = {f"_{name}" for name in names.values()}
        self._enums: dict[tuple[str, ...], str] = {}
        self._collections: set[str] = set()
        self._maps = self._known_map_members()

    def write(self) -> str:
        records = [schema for schema in self._api.schemas.values() if not schema.enum]
        classes = "".join(self._record_class(schema) for schema in records)
        keyed = {parameter.record for parameter in find_dialect(self._api.product).parameters}
        collections = "".join(
            f"class {self._collection_class(name)}(_{name}, _h.{'CustomFields' if name in keyed else 'Children'}): ...\n"
            for name in sorted(self._collections)
        )
        maps = "".join(
            f"class {self._map_class(name)}(_h.Map):\n" + self._members(members) + "\n"
            for name, members in self._maps.items()
        )
        enums = "".join(
            f"{name}: _t.TypeAlias = _t.Literal[{', '.join(string_literal(member) for member in members)}]\n"
            for members, name in self._enums.items()
        )
        handles = "".join(f"{self._names[schema.name]}: _{self._names[schema.name]}\n" for schema in records)
        imports = "import datetime as _dt\nimport typing as _t\n\nfrom cwql.schema import handles as _h\n\n"
        return imports + enums + "\n" + maps + classes + collections + "\n" + handles

    # --- classes -------------------------------------------------------------------------------------------------------

    def _record_class(self, schema: Schema) -> str:
        members = [*schema.properties, *self._overlay_members(schema)]
        return f"class _{self._names[schema.name]}(_h.Reference):\n{self._members(members)}\n"

    def _members(self, members: list[Property]) -> str:
        python_names = attributes((member.name for member in members), HANDLE_NAMES)
        lines = [f"    {python_names[it.name]}: {self._handle(it.name, it.type)}\n" for it in members]
        return "".join(lines) or "    ...\n"

    def _overlay_members(self, schema: Schema) -> Iterator[Property]:
        """Yield the names that the overlay adds to a record, without paths, which are only reached through `F`."""
        seen = {member.name.lower() for member in schema.properties}
        entries: list[Filterable | Alias] = [*self._overlay.filterable, *self._overlay.alias]
        for it in entries:
            is_path = "/" in it.name or "." in it.name
            if not is_path and it.name.lower() not in seen and it.scope.covers(schema):
                seen.add(it.name.lower())
                yield Property(it.name, it.type)
        for child in self._overlay.child:
            if child.schema == schema.name and child.name.lower() not in seen and child.record in self._names:
                seen.add(child.name.lower())
                yield Property(child.name, Type("array", items=Type("ref", ref=child.record)))

    def _known_map_members(self) -> dict[str, list[Property]]:
        """Return the members of maps that the overlay knows, such as `_info/lastUpdated`."""
        maps: dict[str, list[Property]] = {}
        for it in self._overlay.filterable:
            first, _, rest = it.name.partition("/")
            if rest and it.scope.having == first:
                maps.setdefault(first, []).append(Property(rest, it.type))
        return maps

    def _unused_name(self, name: str) -> str:
        """Return a name that no class of a record has."""
        while name in self._taken:
            name += "_"
        return name

    def _map_class(self, name: str) -> str:
        return self._unused_name("_Map" + re.sub(r"\W", "_", name, flags=re.ASCII))

    def _collection_class(self, name: str) -> str:
        return self._unused_name(f"_{name}Many")

    # --- types ---------------------------------------------------------------------------------------------------------

    def _handle(self, name: str, value: Type) -> str:
        """Return the class of the handle of a member."""
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is None:
                return "_h.Anything"
            return self._enum(target.enum) if target.enum else f"_{self._names[value.ref]}"
        if value.enum:
            return self._enum(value.enum)
        match value.kind:
            case "string" if value.format is None and value.max_length is None and names_date(name):
                return "_h.DateText"
            case "string":
                return _TEXT_HANDLES.get(value.format or "", "_h.Text")
            case "array":
                return self._collection(value.items)
            case "object" if value.values is not None:
                return self._map_class(name) if name in self._maps else "_h.Map"
            case _:
                return _HANDLES.get(value.kind, "_h.Anything")

    def _collection(self, items: Type | None) -> str:
        inner = self._handle("", replace(items, nullable=False)) if items is not None else "_h.Anything"
        if inner.startswith("_h."):
            return f"_h.Collection[{_ITEM_TYPES.get(inner, '_t.Any')}]"
        record = inner.removeprefix("_")
        self._collections.add(record)
        return self._collection_class(record)

    def _enum(self, members: tuple[str, ...]) -> str:
        name = self._enums.setdefault(members, self._unused_name(f"_E{len(self._enums)}"))
        return f"_h.Enum[{name}]"
