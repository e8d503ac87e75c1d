"""Reading API documents: vendor documents, Swagger, special cases, and the errors of broken documents."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cwql_codegen.build import find_overlays, read_shipped
from cwql_codegen.spec import overlay_parser
from cwql_codegen.spec.document import SpecError, load
from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Product, Property, Schema, Type
from cwql_codegen.spec.openapi import read
from cwql_codegen.spec.overlay_apply import apply_overlay
from tests.codegen import vendor

SMALL: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/things/{id}": {
            "get": {
                "operationId": "getThing",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
                },
            }
        }
    },
    "components": {"schemas": {"Thing": {"type": "object", "properties": {"id": {"type": "integer"}}}}},
}


def _normal(api: Api) -> Api:
    """Sort parameters, and remove facts that vendor documents do not contain."""

    def operation(it: Operation) -> Operation:
        parameters = tuple(sorted(it.parameters, key=lambda parameter: (parameter.location, parameter.name)))
        reply = it.response
        if reply is not None and reply.type is None:
            reply = replace(reply, media_types=())
        return replace(it, parameters=parameters, response=reply, since=None)

    schemas = {name: replace(schema, since=()) for name, schema in api.schemas.items()}
    return replace(api, version="", schemas=schemas, operations=tuple(map(operation, api.operations)))


@pytest.mark.parametrize(("product", "release"), [("manage", "2025.16"), ("automate", "25.0.5")])
def test_vendor_document_is_read_like_ours(product: Product, release: str) -> None:
    entries = overlay_parser.load(find_overlays(), product)
    theirs = _normal(apply_overlay(read(vendor.inline(product, release), product), entries))
    ours = _normal(apply_overlay(read_shipped(product), entries))
    assert theirs.schemas == ours.schemas
    for mine, other in zip(ours.operations, theirs.operations, strict=True):
        assert mine == other


def test_version_can_be_overridden() -> None:
    assert read(SMALL, "manage").version == "1"
    assert read(SMALL, "manage", "2026.4").version == "2026.4"


def test_swagger_is_read_like_openapi() -> None:
    api = read(vendor.SWAGGER, "manage")
    company = Type("ref", ref="Company")
    assert api.schemas == {
        "Company": Schema(
            "Company",
            (
                Property("id", Type("integer", format="int32", nullable=True)),
                Property("name", Type("string", max_length=50), required=True),
                Property("parent", company),
            ),
        )
    }
    listed, added, uploaded = api.operations
    assert listed.parameters == (
        Parameter("conditions", "query", Type("string")),
        Parameter("type", "query", Type("string", enum=("A", "B"))),
        Parameter("ids", "query", Type("array", items=Type("integer", format="int32"))),
    )
    assert listed.response == Content(Type("array", items=company), ("application/json",), 200)
    assert (listed.tag, listed.body) == ("Companies", None)
    assert added.body == Content(company, ("application/json",), 0, required=True)
    assert added.response == Content(company, ("application/json",), 201)
    assert uploaded.body == Content(Type("object"), ("multipart/form-data",), 0, required=True)
    assert uploaded.response == Content(None, (), 204)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "enum": ["None", "A"]}, Type("string", enum=("None", "A"))),
        ({"type": "string", "enum": ["A", None]}, Type("string", enum=("A",), nullable=True)),
        ({"enum": ["A"]}, Type("string", enum=("A",))),
        ({"type": "array"}, Type("array", items=Type("any"))),
        ({"type": "array", "items": {}}, Type("array", items=Type("any"))),
        ({"type": "object", "additionalProperties": {"type": "string"}}, Type("object", values=Type("string"))),
        ({"type": "object", "additionalProperties": True}, Type("object")),
        ({"properties": {"a": {"type": "string"}}}, Type("object")),
        ({"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": True}, Type("ref", ref="Thing")),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, Type("any")),
        ({"$ref": "#/components/schemas/Names"}, Type("array", items=Type("string"))),
        ({"$ref": "#/components/schemas/Kind"}, Type("ref", ref="Kind")),
        (
            {"type": "string", "format": "date-time", "nullable": True},
            Type("string", format="date-time", nullable=True),
        ),
    ],
)
def test_types(schema: dict[str, Any], expected: Type) -> None:
    schemas = {
        "Thing": {"type": "object", "properties": {"it": schema}},
        "Names": {"type": "array", "items": {"type": "string"}},
        "Kind": {"type": "string", "enum": ["A", "B"]},
    }
    api = read({**SMALL, "paths": {}, "components": {"schemas": schemas}}, "manage")
    assert api.schemas["Thing"].properties == (Property("it", expected),)
    assert api.schemas["Kind"].enum == ("A", "B")
    assert "Names" not in api.schemas


def test_all_of_parts_are_merged() -> None:
    schemas = {
        "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
        "Whole": {
            "allOf": [{"$ref": "#/components/schemas/Base"}],
            "properties": {"name": {"type": "string"}},
            "additionalProperties": True,
        },
        "Open": {"type": "object"},
    }
    api = read({**SMALL, "paths": {}, "components": {"schemas": schemas}}, "manage")
    assert api.schemas["Whole"] == Schema(
        "Whole", (Property("id", Type("integer"), required=True), Property("name", Type("string"))), free_form=True
    )
    assert api.schemas["Open"].free_form


def test_repeated_operation_ids_get_a_suffix() -> None:
    item = SMALL["paths"]["/things/{id}"]
    api = read({**SMALL, "paths": {"/things/{id}": item, "/other/{id}": item}}, "manage")
    assert [operation.id for operation in api.operations] == ["getThing", "getThing__get_other_id"]


def test_path_parameters_apply_to_all_operations() -> None:
    shared = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    get = SMALL["paths"]["/things/{id}"]["get"]
    item = {"parameters": [shared], "get": get, "delete": {"responses": {"204": {"description": ""}}}}
    read_get, read_delete = read({**SMALL, "paths": {"/things/{id}": item}}, "manage").operations
    assert read_get.parameters == (Parameter("id", "path", Type("integer"), required=True),)
    assert read_delete.parameters == (Parameter("id", "path", Type("string"), required=True),)
    assert read_delete.id == "delete /things/{id}"


def test_parameters_outside_the_template_are_marked() -> None:
    item = SMALL["paths"]["/things/{id}"]
    (operation,) = read({**SMALL, "paths": {"/things/default": item}}, "manage").operations
    assert [parameter.in_template for parameter in operation.parameters] == [False]


GET = "#/paths/~1things~1{id}/get"


def _set(*steps: Any) -> Callable[[dict[str, Any]], None]:
    *path, key, value = steps

    def change(document: dict[str, Any]) -> None:
        here = document
        for step in path:
            here = here[step]
        here[key] = value

    return change


def _drop(*steps: Any) -> Callable[[dict[str, Any]], None]:
    *path, key = steps

    def change(document: dict[str, Any]) -> None:
        here = document
        for step in path:
            here = here[step]
        del here[key]

    return change


_IN_GET = ("paths", "/things/{id}", "get")
_IN_REPLY = (*_IN_GET, "responses", "200", "content", "application/json")
_IN_THING = ("components", "schemas", "Thing", "properties")


@pytest.mark.parametrize(
    ("change", "pointer", "problem"),
    [
        (_drop("openapi"), "#", "'openapi' and 'swagger' are missing"),
        (_set("openapi", "3.1.0"), "#/openapi", "openapi 3.1.0 is not supported"),
        (_drop("info"), "#", "member 'info' is missing"),
        (_drop("info", "version"), "#/info", "member 'version' is missing"),
        (_drop("paths"), "#", "member 'paths' is missing"),
        (_set("paths", []), "#/paths", "expected an object, got an array"),
        (_set("paths", "things", {}), "#/paths/things", "a path has to start with '/'"),
        (_set(*_IN_GET, None), GET, "expected an object, got null"),
        (_drop(*_IN_GET, "responses"), GET, "member 'responses' is missing"),
        (_set(*_IN_GET, "operationId", 7), f"{GET}/operationId", "expected a string, got the number 7"),
        (_set(*_IN_GET, "parameters", {}), f"{GET}/parameters", "expected an array, got an object"),
        (_drop(*_IN_GET, "parameters", 0, "name"), f"{GET}/parameters/0", "member 'name' is missing"),
        (_set(*_IN_GET, "parameters", 0, "in", "url"), f"{GET}/parameters/0/in", "unknown place 'url' of a parameter"),
        (
            _set(*_IN_GET, "parameters", 0, {"$ref": "#/components/parameters/id"}),
            f"{GET}/parameters/0/$ref",
            "reference to nothing: '#/components/parameters/id'",
        ),
        (
            _set(*_IN_GET, "parameters", 0, {"$ref": "other.json#/id"}),
            f"{GET}/parameters/0/$ref",
            "reference to another document",
        ),
        (
            _set(*_IN_GET, "parameters", 0, {"$ref": f"{GET}/parameters/0"}),
            f"{GET}/parameters/0/$ref",
            "reference to itself",
        ),
        (
            _set(*_IN_REPLY, "schema", "$ref", "#/components/schemas/Thong"),
            f"{GET}/responses/200/content/application~1json/schema/$ref",
            "no schema has the name 'Thong'",
        ),
        (_set(*_IN_THING, "id", "type", "int"), "#/components/schemas/Thing/properties/id/type", "unknown type 'int'"),
        (
            _set(*_IN_THING, "id", "nullable", "yes"),
            "#/components/schemas/Thing/properties/id/nullable",
            "expected true or false, got the string 'yes'",
        ),
        (
            _set(*_IN_THING, "id", "maxLength", "9"),
            "#/components/schemas/Thing/properties/id/maxLength",
            "expected an integer, got the string '9'",
        ),
        (_set(*_IN_THING, "id", "enum", "A"), "#/components/schemas/Thing/properties/id/enum", "expected an array"),
        (_set(*_IN_THING, "id", 1), "#/components/schemas/Thing/properties/id", "expected an object, got the number 1"),
        (
            _set("components", "schemas", "Thing", {"$ref": "#/components/schemas/Thing"}),
            "#/components/schemas/Thing",
            "types are nested more than 20 levels deep, or refer to themselves",
        ),
    ],
)
def test_errors_have_a_pointer(change: Callable[[dict[str, Any]], None], pointer: str, problem: str) -> None:
    document = json.loads(json.dumps(SMALL))
    change(document)
    with pytest.raises(SpecError) as caught:
        read(document, "manage")
    assert (caught.value.pointer, problem in caught.value.problem) == (pointer, True), str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.json", b'{"openapi": ', "line 1 column 13: not JSON: Expecting value"),
        ("a.yaml", b"openapi: 3.0.1\n", "convert a YAML document to JSON first"),
        ("a.json", b"[]", "at #: expected an object, got an array"),
        ("a.json", b"\xff\xfe", "not UTF-8 at byte 0"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
    ],
)
def test_unreadable_files_are_errors(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


def test_missing_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.json: cannot be read: No such file"):
        load(tmp_path / "none.json")


def test_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SMALL).encode())
    assert [operation.path for operation in read(path, "manage").operations] == ["/things/{id}"]
