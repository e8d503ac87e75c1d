"""Python annotations of types, written by datamodel-code-generator.

The generator gets no text of the document. Schemas, members and enums have made-up names in its input, so it returns nothing but
types, and `models` accepts no other syntax.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from datamodel_code_generator import DatetimeClassType, InputFileType, LiteralType, PythonVersion
from datamodel_code_generator import generate as generate_code
from datamodel_code_generator.enums import DataModelType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_codegen.spec.model import Api, Schema, Type

_SCHEMA, _ENUM, _TYPES = "Zq{}Qz", "ZqE{}Qz", "ZqTypesQz"
"""The made-up names of schemas, of enums, and of a class whose members (``m0`` and so on) have all the types."""


class Annotations:
    """The annotations of all member types of an API.

    Attributes:
        schemas: The schema of each made-up name.
        enums: The members of the enum of each made-up name.
    """

    def __init__(self, api: Api, records: Mapping[str, Schema]) -> None:
        self._api = api
        self._names = {schema: _SCHEMA.format(number) for number, schema in enumerate(records)}
        self._enum_names: dict[tuple[str, ...], str] = {}
        types = (member.type for schema in records.values() for member in schema.properties)
        numbers = {key: number for number, key in enumerate(dict.fromkeys(map(self._key, types)))}
        self.schemas = {name: schema for schema, name in self._names.items()}
        self.enums = {name: members for members, name in self._enum_names.items()}
        self._annotations = self._generate(numbers)

    def annotation(self, value: Type) -> ast.expr:
        """Return the annotation of the type of a member."""
        return self._annotations[self._key(value)]

    def _generate(self, numbers: Mapping[str, int]) -> dict[str, ast.expr]:
        members = {f"m{number}": json.loads(key) for key, number in numbers.items()}
        schemas: dict[str, Any] = {name: {"type": "object", "properties": {}} for name in self.schemas}
        schemas[_TYPES] = {"type": "object", "properties": members}
        document = {
            "openapi": "3.0.3",
            "info": {"title": "types", "version": "1"},
            "paths": {},
            "components": {"schemas": schemas},
        }
        annotations = {
            node.target.id: _without_optional(node.annotation)
            for node in ast.walk(ast.parse(_generate_models(json.dumps(document))))
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        return {key: annotations[f"m{number}"] for key, number in numbers.items()}

    def _key(self, value: Type) -> str:
        return json.dumps(self._json_schema(value))

    def _json_schema(self, value: Type) -> dict[str, Any]:
        """Return a lenient JSON schema of a type: without lengths, with open enums, and any value if it is not known."""
        enum = value.enum
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is not None and not target.enum:
                return {"$ref": f"#/components/schemas/{self._names[value.ref]}"}
            if target is None:
                return {}
            enum = target.enum
        if enum:
            name = self._enum_names.setdefault(enum, _ENUM.format(len(self._enum_names)))
            return {"anyOf": [{"type": "string", "enum": [name]}, {"type": "string"}]}
        match value.kind:
            case "array":
                items = self._json_schema(value.items) if value.items is not None else {}
                return {"type": "array", "items": items}
            case "object" if value.values is not None and value.values.kind not in ("any", "object"):
                return {"type": "object", "additionalProperties": self._json_schema(value.values)}
            case "string" if value.format in ("date-time", "date", "uuid"):
                return {"type": "string", "format": value.format}
            case "string" | "integer" | "number" | "boolean":
                return {"type": value.kind}
            case _:
                # `CustomFieldValue.value` is an object in the document of the vendor, and a text in its responses.
                return {}


def _generate_models(document: str) -> str:
    code = generate_code(
        document,
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
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
        raise TypeError("expected one module from the model generator, got several")
    return code


def _without_optional(node: ast.expr) -> ast.expr:
    """Return X for ``Optional[X]`` and ``X | None``."""
    match node:
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _without_optional(inner)
        case ast.BinOp(left=inner, right=ast.Constant(value=None)):
            return _without_optional(inner)
        case _:
            return node
