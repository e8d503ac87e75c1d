"""Write the field handles: a stub for each record has the types of its fields, and one module finds the handles at run time."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from cwql.language.dialects import find_dialect
from cwql.schema.field import names_date
from cwql.schema.naming import HANDLE_NAMES, attributes
from cwql_codegen.api.descriptions import Descriptions
from cwql_codegen.api.naming import module_name
from cwql_codegen.api.python_source import docstring, header, string_literal
from cwql_codegen.api.stub_index import write_stub_index
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

_MAPS = "_maps"
"""The stub of maps with known members."""

_MODULES = (("datetime", "_dt"), ("typing", "_t"))
"""The modules that a stub may need, and their names there."""

_HANDLES = {
    "integer": "_h.IntegerField",
    "number": "_h.NumberField",
    "boolean": "_h.BooleanField",
}
_TEXT_HANDLES = {"date-time": "_h.DateTimeField", "date": "_h.DateField"}
_ITEM_TYPES = {
    "_h.IntegerField": "int",
    "_h.NumberField": "float",
    "_h.BooleanField": "bool",
    "_h.DateTimeField": "_dt.datetime",
    "_h.DateField": "_dt.date",
    "_h.TextField": "str",
}


def generate(api: Api, names: Mapping[str, str], overlay: Overlay) -> dict[str, str]:
    """Generate the package `fields`: text by path inside of it.

    At run time it is one module. For type checkers each record has a file, because a language server reads whole files.
    """
    stubs = _Stubs(api, names, overlay)
    records = [schema for schema in api.schemas.values() if not schema.enum]
    files = {f"{module_name(names[schema.name])}.pyi": stubs.write(schema) for schema in records}
    files |= write_stub_index(api, [names[schema.name] for schema in records])
    if (maps := stubs.write_maps()) is not None:
        files[f"{_MAPS}.pyi"] = maps
    return files | {"__init__.py": header(api) + write_runtime(api.product)}


def write_runtime(product: str) -> str:
    """Return `__init__.py` without its header. It contains no text of the document."""
    return _RUNTIME.format(product=product, example=EXAMPLES[product], literal=string_literal(product))


class _Stubs:
    """The stubs of all records, one file each."""

    def __init__(self, api: Api, names: Mapping[str, str], overlay: Overlay) -> None:
        self._api = api
        self._names = names
        self._overlay = overlay
        self._descriptions = Descriptions(api, names)
        self._used: set[str] = set()
        """The names that the stub in progress uses: classes of handles, and aliases of modules."""
        # Classes that other stubs import have public names: jedi takes no private name from a stub.
        self._taken = set(names.values())
        self._classes = {name: self._unused_name(f"{name}Fields") for name in names.values()}
        self._taken.update(self._classes.values())
        self._keyed = {parameter.record for parameter in find_dialect(api.product).parameters}
        self._maps = self._known_map_members()
        self._related = _find_related(
            [names[name] for name, schema in api.schemas.items() if not schema.enum],
            [[names[name] for name in family.schemas if name in names] for family in overlay.family],
        )
        self._members = {
            schema.name: [*schema.properties, *self._overlay_members(schema)]
            for schema in api.schemas.values()
            if not schema.enum
        }
        self._listed = {
            names[member.type.items.ref]
            for members in self._members.values()
            for member in members
            if member.type.items is not None and member.type.items.ref is not None and member.type.items.ref in names
        }

    def write(self, schema: Schema) -> str:
        """Return the stub of a record."""
        record = self._names[schema.name]
        lines = self._member_lines(self._members[schema.name], schema)
        text = (
            f"class {self._classes[record]}(_h.ReferenceField[_h.R]):\n"
            f"    {docstring(f'The fields of {record}, in conditions on records R.')}\n\n{lines}\n"
        )
        models = {name: self._unused_name(f"_{name}Record") for name in self._related[record]}
        about = " | ".join(models.values())
        if record in self._listed:
            base = "CustomFieldsField" if record in self._keyed else "ChildrenField"
            text += (
                f"class {self._collection_class(record)}({self._classes[record]}[_h.R], _h.{base}[_h.R, {about}]):\n"
                f"    {docstring(f'A list of {record} inside of a record R.')}\n\n"
            )
        text += f"{record}: {self._classes[record]}[{about}]\n{docstring(f'The fields of {record}: for conditions, sort orders and selections.')}\n"
        return header(self._api) + self._imports(module_name(record), models) + text

    def write_maps(self) -> str | None:
        """Return the stub of the maps with known members, or None if there are none."""
        text = "".join(
            f"class {self._map_class(name)}(_h.MapField[_h.R]):\n    {docstring(f'The known members of {name}.')}\n\n"
            f"{self._member_lines(members, None)}\n"
            for name, members in self._maps.items()
        )
        return header(self._api) + self._imports(_MAPS, {}) + text if text else None

    def _imports(self, own: str, models: Mapping[str, str]) -> str:
        """Return the imports of what was used since the last call, except for the classes of the module itself."""
        modules = [f"import {module} as {alias}\n" for module, alias in _MODULES if alias in self._used]
        records = [f"from ..models.{module_name(name)} import {name} as {local}\n" for name, local in models.items()]
        homes = {name: self._homes[name] for name in sorted(self._used) if name in self._homes}
        handles = [f"from .{home} import {name}\n" for name, home in homes.items() if home != own]
        self._used.clear()
        groups = ["".join(modules), "from cwql.schema import handles as _h\n", "".join([*records, *handles])]
        return "\n".join(filter(None, groups)) + "\n"

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The module of each class of handles."""
        records = [self._names[name] for name in self._members]
        return {
            **{self._map_class(name): _MAPS for name in self._maps},
            **{self._collection_class(record): module_name(record) for record in records},
            **{self._classes[record]: module_name(record) for record in records},
        }

    # --- members -------------------------------------------------------------------------------------------------------

    def _member_lines(self, members: list[Property], schema: Schema | None) -> str:
        python_names = attributes((member.name for member in members), HANDLE_NAMES)
        lines = [
            f"    {python_names[it.name]}: {self._handle(it.name, it.type)}\n"
            f"    {docstring(self._descriptions.of_field(schema, it.name, it.type))}\n"
            for it in members
        ]
        return "".join(lines)

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
        """Return a name that no record and no class of its fields has."""
        while name in self._taken:
            name += "_"
        return name

    def _map_class(self, name: str) -> str:
        return self._unused_name("Map" + re.sub(r"\W", "_", name, flags=re.ASCII))

    def _collection_class(self, name: str) -> str:
        return self._unused_name(f"{name}ListFields")

    # --- types ---------------------------------------------------------------------------------------------------------

    def _handle(self, name: str, value: Type) -> str:
        """Return the type of the handle of a member."""
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is None:
                return "_h.AnyField[_h.R]"
            return self._enum(target.enum) if target.enum else self._use(self._classes[self._names[value.ref]])
        if value.enum:
            return self._enum(value.enum)
        match value.kind:
            case "string" if value.format is None and value.max_length is None and names_date(name):
                return "_h.DateTextField[_h.R]"
            case "string":
                return f"{_TEXT_HANDLES.get(value.format or '', '_h.TextField')}[_h.R]"
            case "array":
                return self._collection(value.items)
            case "object" if value.values is not None:
                return self._use(self._map_class(name)) if name in self._maps else "_h.MapField[_h.R]"
            case _:
                return f"{_HANDLES.get(value.kind, '_h.AnyField')}[_h.R]"

    def _collection(self, items: Type | None) -> str:
        if items is not None and items.ref is not None and items.ref in self._members:
            return self._use(self._collection_class(self._names[items.ref]))
        kind = self._handle("", replace(items, nullable=False)).partition("[")[0] if items is not None else ""
        item = _ITEM_TYPES.get(kind, "_t.Any")
        self._used.add(item.partition(".")[0])
        return f"_h.CollectionField[{item}, _h.R]"

    def _enum(self, members: tuple[str, ...]) -> str:
        self._used.add("_t")
        return f"_h.EnumField[_t.Literal[{', '.join(map(string_literal, members))}], _h.R]"

    def _use(self, name: str) -> str:
        self._used.add(name)
        return f"{name}[_h.R]"


def _find_related(records: list[str], families: list[list[str]]) -> dict[str, list[str]]:
    """Return the records on whose lists the fields of a record may be used: the rule of `Catalog.is_related`."""
    short_forms: dict[str, list[str]] = defaultdict(list)
    for record in records:
        short_forms[record.removesuffix("Info")].append(record)
    return {
        record: list(
            dict.fromkeys(
                [
                    record,
                    *short_forms[record.removesuffix("Info")],
                    *(it for each in families if record in each for it in each),
                ]
            )
        )
        for record in records
    }
