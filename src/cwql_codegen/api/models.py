"""Write the record classes, each in a separate module.

Most of the time of importing models is creating classes, so a program should create only those that it uses: the package imports
a module when its class is first used, and no class is built before it parses a response.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cwql.schema.naming import MODEL_NAMES, attributes
from cwql_codegen.api.annotations import Annotations
from cwql_codegen.api.descriptions import Descriptions
from cwql_codegen.api.naming import module_name
from cwql_codegen.api.python_source import docstring, header, string_constant, string_literal
from cwql_codegen.api.stub_index import write_stub_index
from cwql_codegen.spec.references import find_circles, find_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql_codegen.spec.model import Api, Schema

_RUNTIME = "cwql_api.runtime"

_MODULES = {
    "bool": "builtins",
    "dict": "builtins",
    "float": "builtins",
    "int": "builtins",
    "list": "builtins",
    "str": "builtins",
    "OPEN": _RUNTIME,
    "RecordInfo": _RUNTIME,
    "date": "datetime",
    "datetime": "datetime",
    "Field": "pydantic",
    "Annotated": "typing",
    "Any": "typing",
    "Literal": "typing",
    "UUID": "uuid",
}
"""The names that an annotation can contain, except for records, and their modules."""

PACKAGE_FUNCTIONS = """
def __getattr__(name):
    if not name.startswith("_") and name in __dir__():
        found = getattr(import_module(f".{_MODULES.get(name) or name.lower()}", __name__), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return _NAMES.split()
"""


def generate(api: Api, names: Mapping[str, str]) -> dict[str, str]:
    """Generate the package `models`: text by path inside of it.

    Args:
        api: The API.
        names: The class name of each schema.
    """
    records = {name: schema for name, schema in api.schemas.items() if not schema.enum}
    annotations = Annotations(api, records)
    references = find_references(api.schemas)
    circles = find_circles(references)
    descriptions = Descriptions(api, names)
    files: dict[str, str] = {}
    for name, schema in records.items():
        circular = {target for target in references[name] if circles[target] == circles[name]}
        module = _Module(schema, names, annotations, circular)
        stem = module_name(names[name])
        files[f"{stem}.py"] = header(api) + module.write()
        files[f"{stem}.pyi"] = header(api) + _Stub(schema, names, annotations, descriptions).write()
    listed = sorted(names[name] for name in records)
    files["__init__.py"] = header(api) + _write_package(listed)
    return files | write_stub_index(api, listed)


class _Module:
    """The module of one class: its imports, the class, and imports of records that refer back to it."""

    def __init__(self, schema: Schema, names: Mapping[str, str], annotations: Annotations, circular: set[str]) -> None:
        self._schema = schema
        self._name = names[schema.name]
        self._names = names
        self._annotations = annotations
        self._circular = circular
        self._types = {member.name: member.type for member in schema.properties}
        self._attributes = attributes(self._types, MODEL_NAMES)
        self._taken = {*self._attributes.values(), self._name, "Record"}
        self._locals: dict[tuple[str, str], str] = {}
        """The local name of each imported name, by its module and name."""
        self._own = (f".{module_name(self._name)}", self._name)
        if self._name not in self._attributes.values():
            self._locals[self._own] = self._name

    def write(self) -> str:
        lines = [self._member(wire, name) for wire, name in self._attributes.items()]
        renamed = self._name != self._schema.name
        if not lines and not renamed:
            lines.append("    pass")
        doc = f"    {docstring(f'The API calls it `{self._schema.name}`.')}\n\n" if renamed else ""
        body = f"\n\nclass {self._name}(Record):\n{doc}" + "\n".join(lines) + "\n"
        return self._imports() + body.replace("\n\n\n\n", "\n\n\n") + self._late_imports()

    def _member(self, wire: str, name: str) -> str:
        node = self._annotation(wire)
        text = self._render(node)
        text = text if isinstance(node, ast.Name) and node.id == "Any" else f"{text} | None"
        if any(schema in self._circular for schema in self._schemas_in(node)):
            text = string_literal(text)
        if wire != name:
            text = f"{self._import('Annotated')}[{text}, {self._import('Field')}(alias={string_literal(wire)})]"
        return f"    {name}: {text} = None"

    def _annotation(self, wire: str) -> ast.expr:
        """Return the annotation of a member. ``_info`` has times in records, and only links in references."""
        value = self._types[wire]
        is_map = value.kind == "object" and value.values is not None and value.values.kind == "string"
        if wire == "_info" and is_map and not self._schema.name.endswith("Reference"):
            return ast.Name("RecordInfo")
        return self._annotations.annotation(value)

    # --- annotations ---------------------------------------------------------------------------------------------------

    def _schemas_in(self, node: ast.expr) -> Iterator[str]:
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=name) | ast.Constant(value=str(name)) if name in self._annotations.schemas:
                    yield self._annotations.schemas[name]

    def _render(self, node: ast.expr) -> str:
        """Return the source of an annotation. Raises ValueError for anything but a type."""
        match node:
            case ast.Constant(value=None):
                return "None"
            # A constant is a forward reference.
            case ast.Name(id=name) | ast.Constant(value=str(name)) if name in self._annotations.schemas:
                record = self._names[self._annotations.schemas[name]]
                return self._local_name(f".{module_name(record)}", record)
            case ast.Name(id=name) if name in _MODULES:
                return self._import(name)
            case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Constant(value=str(name))):
                members = ", ".join(map(repr, self._annotations.enums[name]))
                return f"{self._import('Literal')}[{members}]"
            case ast.BinOp(left=ast.Subscript(value=ast.Name(id="Literal")), op=ast.BitOr()):
                # An open enum: see `cwql_codegen.api.runtime.Open`.
                union = f"{self._render(node.left)} | {self._render(node.right)}"
                return f"{self._import('Annotated')}[{union}, {self._import('OPEN')}]"
            case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, inner])):
                # Any value may be null, as members of records may be: recorded servers send nulls in `_info`.
                return f"{self._import('dict')}[{self._render(key)}, {self._render(inner)} | None]"
            case ast.Subscript(value=ast.Name(), slice=ast.Tuple(elts=items)):
                return f"{self._render(node.value)}[{', '.join(map(self._render, items))}]"
            case ast.Subscript(value=ast.Name()):
                return f"{self._render(node.value)}[{self._render(node.slice)}]"
        raise ValueError(f"{self._schema.name}: unexpected annotation {ast.unparse(node)} of the model generator")

    # --- imports -------------------------------------------------------------------------------------------------------

    def _import(self, name: str) -> str:
        return self._local_name(_MODULES[name], name)

    def _local_name(self, module: str, name: str) -> str:
        """Import a name and return its local name, which differs if a member of the class has the same name."""
        key = (module, name)
        if key not in self._locals:
            local = name
            if local in self._taken:
                local = f"{name}_type"
                while local in self._taken:
                    local += "_"
            self._locals[key] = local
            self._taken.add(local)
        return self._locals[key]

    def _import_line(self, module: str) -> str:
        """Return the import statement of the names of one module, or an empty string if there are none."""
        used = [
            name if local == name else f"{name} as {local}"
            for (home, name), local in self._locals.items()
            if home == module and (home != "builtins" or local != name)
        ]
        if module == _RUNTIME:
            used.append("Record")
        return f"from {module} import {', '.join(sorted(used))}" if used else ""

    def _record_imports(self, late: bool) -> list[str]:
        circular = {f".{module_name(self._names[schema])}" for schema in self._circular}
        return sorted(
            self._import_line(key[0])
            for key, local in self._locals.items()
            if key[0].startswith(".") and (key[0] in circular) == late and (key != self._own or local != self._name)
        )

    def _imports(self) -> str:
        groups = [
            list(map(self._import_line, ("builtins", "datetime", "typing", "uuid"))),
            [self._import_line("pydantic")],
            [self._import_line(_RUNTIME)],
            self._record_imports(late=False),
        ]
        return "\n\n".join(filter(None, ("\n".join(filter(None, group)) for group in groups))) + "\n"

    def _late_imports(self) -> str:
        lines = self._record_imports(late=True)
        if not lines:
            return ""
        comment = "# These refer back to this module. They are resolved when the class is built."
        return f"\n\n{comment}\n" + "\n".join(lines) + "\n"


class _Stub(_Module):
    """The stub of one class: without pydantic, and with a docstring under each member, which editors show."""

    def __init__(
        self, schema: Schema, names: Mapping[str, str], annotations: Annotations, descriptions: Descriptions
    ) -> None:
        super().__init__(schema, names, annotations, set())
        self._descriptions = descriptions

    def _member(self, wire: str, name: str) -> str:
        node = self._annotation(wire)
        text = self._render(node)
        # Lists always request the id, and it is what a program needs to read, change or delete a record.
        is_optional = wire.lower() != "id" and not (isinstance(node, ast.Name) and node.id == "Any")
        optional = " | None" if is_optional else ""
        described = self._descriptions.of_value(self._schema, wire, self._types[wire])
        return f"    {name}: {text}{optional} = ...\n    {docstring(described)}"

    def _render(self, node: ast.expr) -> str:
        match node:
            case ast.BinOp(left=ast.Subscript(value=ast.Name(id="Literal")), op=ast.BitOr()):
                return f"{super()._render(node.left)} | {super()._render(node.right)}"
            case _:
                return super()._render(node)


def _write_package(names: list[str]) -> str:
    modules = {name: module_name(name) for name in names if module_name(name) != name.lower()}
    return (
        '"""The records of the API, one module each, imported on first use."""\n\n'
        "from importlib import import_module\n\n"
        + string_constant("_NAMES", names)
        + f"_MODULES = {modules!r}\n\n"
        + PACKAGE_FUNCTIONS
    )
