"""Record classes: datamodel-code-generator writes their annotations, `generate` gives each class a module of its own.

Creating a class is what importing models costs, so a program should create those it uses: one module per schema, imported
by the package's ``__getattr__``, and no call that would build a class before it reads anything.

The model generator gets no text of the document: schemas, members and enums go through it under names that are made up here.
Nothing but types comes back, and `_Module` accepts no other node.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from datamodel_code_generator import DatetimeClassType, InputFileType, LiteralType, PythonVersion
from datamodel_code_generator import generate as generate_code
from datamodel_code_generator.enums import DataModelType

from cwql.schema.naming import attributes
from cwql_codegen.api.naming import module_name
from cwql_codegen.api.text import docstring, literal, mark, wrapped
from cwql_codegen.spec import graph
from cwql_codegen.spec.model import Api, Schema, Type

BASE = "cwql_api.runtime.Record"

_SCHEMA, _ENUM = "Zq{}Qz", "ZqE{}Qz"
"""Names of schemas and enums for the model generator."""

_TYPES = "ZqTypesQz"
"""The class whose members, ``m0`` and so on, have every type that occurs."""

_HOMES = {
    "bool": "builtins",
    "dict": "builtins",
    "float": "builtins",
    "int": "builtins",
    "list": "builtins",
    "str": "builtins",
    "OPEN": "cwql_api.runtime",
    "date": "datetime",
    "datetime": "datetime",
    "Field": "pydantic",
    "Annotated": "typing",
    "Any": "typing",
    "Literal": "typing",
    "UUID": "uuid",
}
"""Every name that an annotation can use, except for the records, and the module that it comes from."""


def generate(api: Api, names: Mapping[str, str]) -> dict[str, str]:
    """Write the package `models` of one product: path under it -> text. `names` maps schemas to class names."""
    records = {name: schema for name, schema in api.schemas.items() if not schema.enum}
    types = _Types(api, records)
    annotations = types.annotations()
    uses = graph.references(api.schemas)
    circles = graph.components(uses)
    files: dict[str, str] = {}
    for name, schema in records.items():
        back = {used for used in uses[name] if circles[used] == circles[name]}
        members = {member.name: annotations[types.number(member.type)] for member in schema.properties}
        files[f"{module_name(names[name])}.py"] = mark(api) + _Module(schema, names, types, back, members).text()
    listed = sorted(names[name] for name in records)
    files["__init__.py"] = mark(api) + _package(listed)
    files["__init__.pyi"] = mark(api) + "".join(f"from .{module_name(it)} import {it} as {it}\n" for it in listed)
    return files


class _Types:
    """The types of all members, as the model generator is given them and as it writes them."""

    def __init__(self, api: Api, records: Mapping[str, Schema]) -> None:
        self._api = api
        self._tokens = {name: _SCHEMA.format(number) for number, name in enumerate(records)}
        self._enums: dict[tuple[str, ...], str] = {}
        self._numbers: dict[str, int] = {}
        for schema in records.values():
            for member in schema.properties:
                self._numbers.setdefault(self._key(member.type), len(self._numbers))
        self.schemas = {token: name for name, token in self._tokens.items()}
        """The schema of each name that was made up."""
        self.enums = {token: members for members, token in self._enums.items()}
        """The members of each enum, by its made-up name."""

    def number(self, value: Type) -> int:
        """Return the place of a type in `annotations`."""
        return self._numbers[self._key(value)]

    def annotations(self) -> list[ast.expr]:
        """Return the annotation of each type."""
        document = {
            "openapi": "3.0.3",
            "info": {"title": "types", "version": "1"},
            "paths": {},
            "components": {
                "schemas": {token: {"type": "object", "properties": {}} for token in self.schemas}
                | {
                    _TYPES: {
                        "type": "object",
                        "properties": {f"m{number}": json.loads(key) for key, number in self._numbers.items()},
                    }
                }
            },
        }
        found = {
            node.target.id: _present(node.annotation)
            for node in ast.walk(ast.parse(_code(json.dumps(document))))
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        return [found[f"m{number}"] for number in self._numbers.values()]

    def _key(self, value: Type) -> str:
        return json.dumps(self._loose(value))

    def _loose(self, value: Type) -> dict[str, Any]:
        """Return the JSON schema of a member as it is read: no lengths, enums open, free values free."""
        enum = value.enum
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is not None and not target.enum:
                return {"$ref": f"#/components/schemas/{self._tokens[value.ref]}"}
            if target is None:
                return {}
            enum = target.enum
        if enum:
            token = self._enums.setdefault(enum, _ENUM.format(len(self._enums)))
            return {"anyOf": [{"type": "string", "enum": [token]}, {"type": "string"}]}
        match value.kind:
            case "array":
                items = self._loose(value.items) if value.items is not None else {}
                return {"type": "array", "items": items}
            case "object" if value.values is not None and value.values.kind not in ("any", "object"):
                return {"type": "object", "additionalProperties": self._loose(value.values)}
            case "string" if value.format in ("date-time", "date", "uuid"):
                return {"type": "string", "format": value.format}
            case "string" | "integer" | "number" | "boolean":
                return {"type": value.kind}
            case _:
                # `CustomFieldValue.value` is an object in the vendor's document and a text in its replies.
                return {}


def _code(document: str) -> str:
    code = generate_code(
        document,
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        base_class=BASE,
        enum_field_as_literal=LiteralType.All,
        output_datetime_class=DatetimeClassType.Datetime,
        force_optional_for_required_fields=True,
        disable_timestamp=True,
        disable_future_imports=True,
        use_union_operator=True,
        treat_dot_as_module=False,
        keep_model_order=True,
        formatters=[],
    )
    if not isinstance(code, str):
        raise TypeError("the model generator split its output; one module was asked for")
    return code


class _Module:
    """One class as a module: its imports, the class, and after it the imports that lead back to it."""

    def __init__(
        self,
        schema: Schema,
        names: Mapping[str, str],
        types: _Types,
        back: set[str],
        annotations: Mapping[str, ast.expr],
    ) -> None:
        self._schema = schema
        self._name = names[schema.name]
        self._names = names
        self._types = types
        self._back = back
        self._annotations = annotations
        self._python = attributes(member.name for member in schema.properties)
        self._taken = {*self._python.values(), self._name, "Record"}
        self._locals: dict[tuple[str, str], str] = {}
        """The names that the module uses: module and name there -> name here."""
        if self._name not in self._python.values():
            self._locals[f".{module_name(self._name)}", self._name] = self._name

    def text(self) -> str:
        lines = [self._member(wire, name) for wire, name in self._python.items()]
        if not lines and self._name == self._schema.name:
            lines.append("    pass")
        wire = docstring(f"The API calls it `{self._schema.name}`.")
        doc = "" if self._name == self._schema.name else f"    {wire}\n\n"
        body = f"\n\nclass {self._name}(Record):\n{doc}" + "\n".join(lines) + "\n"
        return self._head() + body.replace("\n\n\n\n", "\n\n\n") + self._tail()

    def _member(self, wire: str, name: str) -> str:
        node = self._annotations[wire]
        text = self._render(node)
        text = text if isinstance(node, ast.Name) and node.id == "Any" else f"{text} | None"
        if any(schema in self._back for schema in self._schemas_in(node)):
            text = literal(text)
        if wire != name:
            text = f"{self._standard('Annotated')}[{text}, {self._standard('Field')}(alias={literal(wire)})]"
        return f"    {name}: {text} = None"

    def _schemas_in(self, node: ast.expr) -> Iterator[str]:
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=token) | ast.Constant(value=str(token)) if token in self._types.schemas:
                    yield self._types.schemas[token]

    def _render(self, node: ast.expr) -> str:
        """Write an annotation of the model generator. Raises ValueError for anything but a type."""
        match node:
            case ast.Constant(value=None):
                return "None"
            # The second one is a forward reference.
            case ast.Name(id=token) | ast.Constant(value=str(token)) if token in self._types.schemas:
                name = self._names[self._types.schemas[token]]
                return self._local(f".{module_name(name)}", name)
            case ast.Name(id=name) if name in _HOMES:
                return self._standard(name)
            case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Constant(value=str(token))):
                members = ", ".join(map(repr, self._types.enums[token]))
                return f"{self._standard('Literal')}[{members}]"
            case ast.BinOp(left=ast.Subscript(value=ast.Name(id="Literal")), op=ast.BitOr()):
                # An open enum: see `cwql_codegen.api.record.Open`.
                union = f"{self._render(node.left)} | {self._render(node.right)}"
                return f"{self._standard('Annotated')}[{union}, {self._standard('OPEN')}]"
            case ast.Subscript(value=ast.Name(), slice=ast.Tuple(elts=items)):
                return f"{self._render(node.value)}[{', '.join(map(self._render, items))}]"
            case ast.Subscript(value=ast.Name()):
                return f"{self._render(node.value)}[{self._render(node.slice)}]"
        raise ValueError(f"{self._schema.name}: the model generator wrote {ast.unparse(node)}, which is no type")

    def _standard(self, name: str) -> str:
        return self._local(_HOMES[name], name)

    def _local(self, module: str, name: str) -> str:
        """Return the name that an imported name has here; another one if a member of the class has the same."""
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

    def _import(self, module: str) -> str:
        """Write the import of all names of one module that are used here."""
        used = [
            name if local == name else f"{name} as {local}"
            for (home, name), local in self._locals.items()
            if home == module and (home != "builtins" or local != name)
        ]
        if module == "cwql_api.runtime":
            used.append("Record")
        return f"from {module} import {', '.join(sorted(used))}" if used else ""

    def _records(self, back: bool) -> list[str]:
        late = {f".{module_name(self._names[schema])}" for schema in self._back}
        own = (f".{module_name(self._name)}", self._name)
        return sorted(
            self._import(module)
            for (module, name), local in self._locals.items()
            if module[0] == "." and (module in late) == back and ((module, name) != own or local != name)
        )

    def _head(self) -> str:
        groups = [
            list(map(self._import, ("builtins", "datetime", "typing", "uuid"))),
            [self._import("pydantic")],
            [self._import("cwql_api.runtime")],
            self._records(back=False),
        ]
        return "\n\n".join(filter(None, ("\n".join(filter(None, group)) for group in groups))) + "\n"

    def _tail(self) -> str:
        late = self._records(back=True)
        if not late:
            return ""
        return (
            "\n\n# These lead back here; a class resolves them when it first reads something.\n"
            + "\n".join(late)
            + "\n"
        )


def _present(node: ast.expr) -> ast.expr:
    """Strip what makes a type optional: ``Optional[X]`` and ``X | None`` are X."""
    match node:
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _present(inner)
        case ast.BinOp(left=inner, right=ast.Constant(value=None)):
            return _present(inner)
        case _:
            return node


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


def _package(listed: list[str]) -> str:
    keep = {name: module_name(name) for name in listed if module_name(name) != name.lower()}
    return (
        '"""The records of the API, one module each, imported on first use."""\n\n'
        "from importlib import import_module\n\n"
        + wrapped("_NAMES", listed)
        + f"_MODULES = {keep!r}\n\n"
        + PACKAGE_FUNCTIONS
    )
