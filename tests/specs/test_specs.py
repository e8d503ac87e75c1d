"""The two documents under specs/ are valid, complete, in the fixed layout, and equal to the facts."""

import csv
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from cwql_codegen.build import read_shipped
from cwql_codegen.spec.json_format import format_json
from cwql_codegen.spec.model import Api, Content, Operation, Product, Type
from tests.specs.conftest import RELEASES, ROOT, SHARED

COUNTS = {
    "manage": {"paths": 1838, "operations": 3091, "schemas": 842, "properties": 8944, "enums": 378, "lists": 688},
    "automate": {"paths": 166, "operations": 237, "schemas": 640, "properties": 3482, "enums": 33, "lists": 97},
}
METHODS = {
    "manage": {"GET": 1725, "POST": 399, "PUT": 327, "PATCH": 329, "DELETE": 311},
    "automate": {"GET": 142, "POST": 54, "DELETE": 17, "PATCH": 13, "PUT": 11},
}


def test_documents_are_valid_openapi(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] == []


def test_validator_reports_a_dangling_parameter(document: dict[str, Any]) -> None:
    """The validator checks every operation."""
    path, item = next((path, item) for path, item in document["paths"].items() if "{" not in path)
    broken = {**document, "paths": {f"{path}/{{lost}}": item}}
    assert any("lost" in error.message for error in OpenAPIV30SpecValidator(broken).iter_errors())


def test_documents_have_the_fixed_layout(product: Product, document: dict[str, Any]) -> None:
    path = ROOT / "specs" / product / f"{RELEASES[product]}.openapi.json"
    assert path.read_text(encoding="utf-8") == format_json(document)


def test_documents_are_complete(product: Product, api: Api) -> None:
    properties = [member for schema in api.schemas.values() for member in schema.properties]
    assert {
        "paths": len({operation.path for operation in api.operations}),
        "operations": len(api.operations),
        "schemas": len(api.schemas),
        "properties": len(properties),
        "enums": sum(bool(member.type.enum) for member in properties),
        "lists": sum(_is_list(operation) for operation in api.operations if operation.method == "GET"),
    } == COUNTS[product]
    assert Counter(operation.method for operation in api.operations) == METHODS[product]


def test_operation_ids_are_unique(api: Api) -> None:
    assert [name for name, count in Counter(operation.id for operation in api.operations).items() if count > 1] == []


def test_every_reference_is_a_schema(api: Api) -> None:
    used = {ref for type_ in _all_types(api) for ref in _references(type_)}
    assert used - set(api.schemas) == set()


def test_repeated_parameters_are_shared(document: dict[str, Any]) -> None:
    inline: Counter[str] = Counter()
    for item in document["paths"].values():
        for place in (item, *(value for value in item.values() if isinstance(value, dict))):
            inline.update(repr(it) for it in place.get("parameters", ()) if "$ref" not in it)
    assert [text for text, count in inline.items() if count > 1] == []


def test_operations_equal_the_facts(api: Api, facts: dict[str, Any]) -> None:
    rows = {(operation.method, operation.path): operation for operation in api.operations}
    assert len(facts["operations"]) == len(rows)
    for fact in facts["operations"]:
        operation = rows[fact["method"], fact["path"]]
        assert operation.id == fact.get("unique_id", fact["operation_id"])
        assert operation.tag == fact["tag"]
        assert operation.list_options == fact.get("list_options", False)
        for place in ("path", "query", "header"):
            found = {it.name: (it.type, it.required) for it in operation.parameters if it.location == place}
            # It is unknown if transferContactId is required (null); the description says so.
            expected = {it["name"]: (_type(it), bool(it["required"])) for it in fact.get(f"{place}_params", ())}
            if "regex(" in operation.path and place == "path":
                # One of the two operations with the truncated constraint does not declare its parameter.
                expected.setdefault("memberIdentifier", (Type("string"), True))
            assert found == expected, f"{fact['method']} {fact['path']}"
        if "regex(" not in operation.path:
            outside = {it["name"] for it in fact["path_params"] if it.get("in_template") is False}
            assert {it.name for it in operation.parameters if not it.in_template} == outside
        assert operation.body == _body(fact["body"]), f"{fact['method']} {fact['path']}"
        assert operation.response == _reply(fact["response"]), f"{fact['method']} {fact['path']}"


def test_schemas_equal_the_facts(api: Api, facts: dict[str, Any]) -> None:
    assert list(api.schemas) == list(facts["schemas"])
    for name, fact in facts["schemas"].items():
        schema = api.schemas[name]
        found = [(member.name, member.type, member.required) for member in schema.properties]
        expected = [(key, _type(value), bool(value.get("required"))) for key, value in fact["properties"].items()]
        assert found == expected, name
        assert schema.free_form == fact.get("free_form", False)


def test_remarks_equal_the_facts(document: dict[str, Any], facts: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, fact in facts["schemas"].items():
        schema = schemas[name]
        properties = fact["properties"]
        assert schema.get("x-since") == fact.get("since")
        assert schema.get("x-unreferenced") == fact.get("unreferenced")
        assert schema.get("x-required-case-insensitive") == fact.get("required_case_insensitive")
        assert schema.get("x-property-since", {}) == {
            key: it["since"] for key, it in properties.items() if "since" in it
        }
        for member, hint in (
            ("x-required-on-update", "required_on_update"),
            ("x-post-only", "post_only_hint"),
            ("x-at-least-one-of", "at_least_one_of_hint"),
        ):
            assert schema.get(member, []) == [key for key, it in properties.items() if it.get(hint)]
        for openapi, hint in (("writeOnly", "write_only_hint"), ("readOnly", "read_only")):
            marked = [key for key, it in schema.get("properties", {}).items() if it.get(openapi)]
            assert marked == [key for key, it in properties.items() if it.get(hint)]
        if "required" in fact:
            assert schema.get("required", []) == fact["required"]


def test_operation_remarks_equal_the_facts(document: dict[str, Any], facts: dict[str, Any]) -> None:
    places = {
        (method.upper(), item.get("x-path", path)): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    }
    for fact in facts["operations"]:
        operation = places[fact["method"], fact["path"]]
        assert operation.get("x-since") == fact.get("since")
        assert operation.get("x-changed-in") == fact.get("changed_in")
        assert operation.get("x-area") == fact.get("area")
        assert operation.get("x-operation-id", operation["operationId"]) == fact["operation_id"]
        (status, response), *others = operation["responses"].items()
        assert others == []
        assert status == str(fact["response"]["status"])
        assert response.get("x-status-inferred", False) == fact["response"].get("status_inferred", False)


def test_lists_equal_the_table() -> None:
    table = SHARED / "facts" / "manage-list-endpoints.tsv"
    if not table.is_file():
        pytest.skip("the tables of facts are not available")
    with table.open(encoding="utf-8", newline="") as lines:
        expected = {row["path"]: row["item_schema"] for row in csv.DictReader(lines, delimiter="\t")}
    found = {}
    for operation in read_shipped("manage").operations:
        if operation.method == "GET" and _is_list(operation) and operation.response and operation.response.type:
            found[operation.path] = operation.response.type.items
    assert set(found) == set(expected)
    for path, items in found.items():
        assert items is not None
        assert items.kind == "object" or items.ref == expected[path], path


def _is_list(operation: Operation) -> bool:
    reply = operation.response
    return reply is not None and reply.type is not None and reply.type.kind == "array"


def _all_types(api: Api) -> list[Type]:
    types = [member.type for schema in api.schemas.values() for member in schema.properties]
    for operation in api.operations:
        types += [parameter.type for parameter in operation.parameters]
        types += [it.type for it in (operation.body, operation.response) if it is not None and it.type is not None]
    return types


def _references(type_: Type) -> list[str]:
    below = [inner for part in (type_.items, type_.values) if part is not None for inner in _references(part)]
    return below + ([type_.ref] if type_.ref is not None else [])


def _type(fact: Mapping[str, Any]) -> Type:
    if fact.get("ref"):
        return Type("ref", ref=fact["ref"])
    if fact.get("type") is None:
        return Type("any")
    values = fact.get("additional_properties") or fact.get("map_of")
    return Type(
        fact["type"],
        format=fact.get("format"),
        items=_type(fact["items"]) if fact["type"] == "array" else None,
        values=_type(values) if values else None,
        enum=tuple(fact.get("enum") or ()),
        nullable=fact.get("nullable", False),
        max_length=fact.get("max_length"),
    )


def _content_type(fact: Mapping[str, Any]) -> Type | None:
    inner: Type | None = None
    if fact.get("schema"):
        inner = Type("ref", ref=fact["schema"])
    elif fact.get("items_map_of"):
        member = fact["items_map_of"]
        inner = Type("object", values=Type("object") if member == "object" else Type("ref", ref=member))
    elif fact.get("primitive") or fact.get("type"):
        inner = _type(fact.get("primitive") or {key: fact[key] for key in ("type", "format") if key in fact})
    return Type("array", items=inner) if fact["array"] else inner


def _media(fact: Mapping[str, Any]) -> tuple[str, ...]:
    if "content_types" in fact:
        return tuple(fact["content_types"])
    media = fact["content_type"] or fact.get("content_type_hint")
    return (media,) if media else ()


def _body(fact: Mapping[str, Any] | None) -> Content | None:
    return None if fact is None else Content(_content_type(fact), _media(fact), 0, fact["required"])


def _reply(fact: Mapping[str, Any]) -> Content:
    status = 0 if fact["status"] == "default" else int(fact["status"])
    return Content(_content_type(fact), _media(fact), status)
