"""Record classes: datamodel-code-generator writes them, `generate` gives each a module of its own.

Creating a class is what importing models costs, so a program should create those it uses: one module per schema, imported
by the package's ``__getattr__``, and no call that would build a class before it reads anything.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from datamodel_code_generator import DatetimeClassType, InputFileType, LiteralType, PythonVersion
from datamodel_code_generator import generate as generate_code
from datamodel_code_generator.enums import DataModelType

from cwql.schema.naming import attributes
from cwql_codegen.api.naming import module_name
from cwql_codegen.api.text import mark, wrapped
from cwql_codegen.spec.model import Api, Schema, Type

BASE = "cwql_api.runtime.Record"

# Classes go through the generator under names that no member can have, so that a member `Client` of type `Client`
# makes it rename neither.
_TOKEN = "Zq{}Qz"

_KNOWN = (
    ("cwql_api.runtime", "OPEN"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("typing", "Annotated"),
    ("typing", "Any"),
    ("typing", "Literal"),
    ("uuid", "UUID"),
)
"""Every name that an annotation can use beside the records, and where it comes from."""

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")


def generate(api: Api, names: Mapping[str, str]) -> dict[str, str]:
    """Write the package `models` of one product: path under it -> text. `names` maps schemas to class names."""
    records = {name: schema for name, schema in api.schemas.items() if not schema.enum}
    tokens = {name: _TOKEN.format(number) for number, name in enumerate(records)}
    classes = _classes(_code(_document(records, api, tokens)))
    owners = {token: name for name, token in tokens.items()}
    back = _cyclic({owner: {owners[it] for it in _tokens_in(classes[token])} for token, owner in owners.items()})
    files: dict[str, str] = {}
    for name, schema in records.items():
        source = _Module(schema, names, owners, back[name], classes[tokens[name]]).text()
        files[f"{module_name(names[name])}.py"] = mark(api) + source
    listed = sorted(names[name] for name in records)
    files["__init__.py"] = mark(api) + _package(listed)
    files["__init__.pyi"] = mark(api) + "".join(f"from .{module_name(it)} import {it} as {it}\n" for it in listed)
    return files


def _document(records: Mapping[str, Schema], api: Api, tokens: Mapping[str, str]) -> str:
    """Write the schemas as an OpenAPI document whose types are those that reading should tolerate."""
    definitions: dict[str, Any] = {}
    for name, schema in records.items():
        python = attributes(member.name for member in schema.properties)
        members = {}
        for member in schema.properties:
            # The generator sees the Python name; the alias is added here, so that it is always the wire name.
            members[python[member.name]] = _loose(member.type, api, tokens)
        definitions[tokens[name]] = {"type": "object", "properties": members}
    return json.dumps(
        {
            "openapi": "3.0.3",
            "info": {"title": api.product, "version": api.version},
            "paths": {},
            "components": {"schemas": definitions},
        }
    )


def _loose(value: Type, api: Api, tokens: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON schema of a member as it is read: no lengths, enums open, free values free."""
    enum = value.enum
    if value.kind == "ref" and value.ref is not None:
        target = api.schemas.get(value.ref)
        if target is not None and not target.enum:
            return {"$ref": f"#/components/schemas/{tokens[value.ref]}"}
        if target is None:
            return {}
        enum = target.enum
    if enum:
        return {"anyOf": [{"type": "string", "enum": list(enum)}, {"type": "string"}]}
    match value.kind:
        case "array":
            items = _loose(value.items, api, tokens) if value.items is not None else {}
            return {"type": "array", "items": items}
        case "object" if value.values is not None and value.values.kind not in ("any", "object"):
            return {"type": "object", "additionalProperties": _loose(value.values, api, tokens)}
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


def _classes(code: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(code).body if isinstance(node, ast.ClassDef)}


def _tokens_in(node: ast.AST) -> Iterator[str]:
    start, end = _TOKEN.split("{}")
    for inner in ast.walk(node):
        text = inner.id if isinstance(inner, ast.Name) else inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(text, str) and text.startswith(start) and text.endswith(end):
            yield text


def _cyclic(uses: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return, for each schema, those of the schemas it uses that lead back to it."""
    reach = {name: _reachable(name, uses) for name in uses}
    return {name: {used for used in targets if name in reach[used]} for name, targets in uses.items()}


def _reachable(start: str, uses: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = {start}
    waiting = [start]
    while waiting:
        for used in uses[waiting.pop()]:
            if used not in seen:
                seen.add(used)
                waiting.append(used)
    return seen


class _Module:
    """One class as a module: its imports, the class, and after it the imports that lead back to it."""

    def __init__(
        self,
        schema: Schema,
        names: Mapping[str, str],
        owners: Mapping[str, str],
        back: set[str],
        node: ast.ClassDef,
    ) -> None:
        self._schema = schema
        self._name = names[schema.name]
        self._names = names
        self._owners = owners
        self._back = back
        self._node = node
        self._python = attributes(member.name for member in schema.properties)
        self._used: set[str] = set()
        self._imports: dict[str, set[str]] = {}

    def text(self) -> str:
        annotations = {
            node.target.id: node.annotation
            for node in self._node.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        lines = []
        for member in self._schema.properties:
            name = self._python[member.name]
            if name not in annotations:
                raise ValueError(f"{self._schema.name}: member {member.name!r} did not come back from the generator")
            lines.append(self._member(member.name, name, annotations[name]))
        if not lines and self._name == self._schema.name:
            lines.append("    pass")
        doc = "" if self._name == self._schema.name else f'    """The API calls it `{self._schema.name}`."""\n\n'
        body = f"\n\nclass {self._name}(Record):\n{doc}" + "\n".join(lines) + "\n"
        return self._head() + body.replace("\n\n\n\n", "\n\n\n") + self._tail()

    def _member(self, wire: str, name: str, node: ast.expr) -> str:
        inner = _present(node)
        quoted = any(self._owners[token] in self._back for token in _tokens_in(inner))
        text = ast.unparse(_Spelled().visit(inner))
        for token in _tokens_in(inner):
            text = text.replace(token, self._local(self._owners[token]))
        for module, known in _KNOWN:
            text = self._standard(text, module, known)
        text = "Any" if text == "Any" else f"{text} | None"
        if quoted:
            text = f'"{text}"' if '"' not in text and "'" not in text else repr(text)
        if wire != name:
            self._imports.setdefault("typing", set()).add("Annotated")
            self._imports.setdefault("pydantic", set()).add("Field")
            text = f'Annotated[{text}, Field(alias="{wire}")]'
        return f"    {name}: {text} = None"

    def _standard(self, text: str, module: str, name: str) -> str:
        """Import a name of the standard library; under another name where a member has it."""
        pattern = re.compile(rf"(?<![\w'\"]){name}(?:_aliased)?(?![\w'\"])")
        if not pattern.search(_STRING.sub("", text)):
            return text
        local = f"{name}_type" if name in self._python.values() else name
        self._imports.setdefault(module, set()).add(name if local == name else f"{name} as {local}")
        return pattern.sub(local, text)

    def _local(self, schema: str) -> str:
        self._used.add(schema)
        name = self._names[schema]
        return f"{name}_type" if name in self._python.values() else name

    def _import(self, schema: str) -> str:
        name, local = self._names[schema], self._local(schema)
        return f"from .{module_name(name)} import {name}" + (f" as {local}" if local != name else "")

    def _head(self) -> str:
        groups = [
            [
                f"from {it} import {', '.join(sorted(self._imports[it]))}"
                for it in ("datetime", "typing", "uuid")
                if it in self._imports
            ],
            ["from pydantic import Field"] if "pydantic" in self._imports else [],
            [
                f"from cwql_api.runtime import {', '.join(sorted(self._imports.get('cwql_api.runtime', set()) | {'Record'}))}"
            ],
            sorted(self._import(it) for it in self._used - self._back - {self._schema.name}),
        ]
        return "\n\n".join("\n".join(group) for group in groups if group) + "\n"

    def _tail(self) -> str:
        late = sorted(self._import(it) for it in self._used & self._back - {self._schema.name})
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


class _Spelled(ast.NodeTransformer):
    """Turn forward references in quotes into names, and mark enums as open (see `cwql_codegen.api.record.Open`)."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=ast.Subscript(value=ast.Name(id="Literal")), right=ast.Name(id="str")):
                return ast.Subscript(ast.Name("Annotated"), ast.Tuple([node, ast.Name("OPEN")]))
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        start, end = _TOKEN.split("{}")
        if isinstance(node.value, str) and node.value.startswith(start) and node.value.endswith(end):
            return ast.Name(node.value)
        return node


def _package(listed: list[str]) -> str:
    keep = {name: module_name(name) for name in listed if module_name(name) != name.lower()}
    return (
        '"""The records of the API, one module each, imported on first use."""\n\n'
        "from importlib import import_module\n\n"
        + wrapped("_NAMES", listed)
        + f"_MODULES = {keep!r}\n\n\n"
        + "def __getattr__(name):\n"
        '    if not name.startswith("_") and name in __dir__():\n'
        '        found = getattr(import_module(f".{_MODULES.get(name) or name.lower()}", __name__), name)\n'
        "        globals()[name] = found\n"
        "        return found\n"
        '    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n\n\n'
        "def __dir__():\n"
        "    return _NAMES.split()\n"
    )
