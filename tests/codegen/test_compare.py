"""Comparing two releases, for example 2025.16 and 2026.4 of Manage."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cwql_codegen.build import find_overlays, read_shipped
from cwql_codegen.spec import overlay_parser
from cwql_codegen.spec.compare import compare, describe
from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Property, Schema, Type
from cwql_codegen.spec.openapi import read
from cwql_codegen.spec.overlay_apply import apply_overlay
from tests.codegen import vendor

NEW_PROPERTIES = {
    "Activity": {
        "closeFlag": {"type": "boolean"},
        "dateClosedUtc": {"type": "string", "format": "date-time"},
        "phoneExtension": {"type": "string"},
    },
    "Agreement": {"billZeroAmountFlag": {"type": "boolean", "nullable": True}},
    "Code": {"connectWiseId": {"type": "string", "format": "uuid"}},
    "ProductItem": {"wonQuantity": {"type": "number", "format": "double"}},
}


def newer() -> dict[str, Any]:
    """Return the vendor document of 2025.16 with the known changes of 2026.4."""
    document = vendor.inline("manage", "2025.16")
    paths, schemas = document["paths"], document["components"]["schemas"]
    paths["/service/tickets/authstatus"] = _as("getServiceTicketsAuthstatus", paths["/service/tickets"]["get"])
    paths["/procurement/rmaActions/{id}/usages"] = _as(
        "getRmaUsages", paths["/finance/agreements/types/{id}/usages"]["get"]
    )
    for path in ("/system/audittrail", "/system/audittrail/count"):
        kinds = next(it for it in paths[path]["get"]["parameters"] if it["name"] == "type")
        kinds["schema"]["enum"].append("Site")
    for name, members in NEW_PROPERTIES.items():
        schemas[name]["properties"].update(members)
    return document


def _as(name: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {"get": {**copy.deepcopy(operation), "operationId": name}}


def test_differences_of_a_newer_release_are_reported() -> None:
    entries = overlay_parser.load(find_overlays(), "manage")
    corrected = replace(entries, schema=(), operation=(), later_property=(), enum_member=())
    comparison = compare(
        apply_overlay(read_shipped("manage"), corrected), apply_overlay(read(newer(), "manage", "2026.4"), corrected)
    )
    assert list(comparison.lines()) == [
        "manage 2026.4, compared with 2025.16",
        "operations: 3,091 -> 3,093 (2 added, 0 removed, 2 changed)",
        "  + GET /procurement/rmaActions/{id}/usages",
        "  + GET /service/tickets/authstatus",
        "  ~ GET /system/audittrail",
        "      query parameter type: values + Site",
        "  ~ GET /system/audittrail/count",
        "      query parameter type: values + Site",
        "schemas: 842 -> 842 (0 added, 0 removed, 4 changed)",
        "  ~ Activity",
        "      + closeFlag: boolean",
        "      + dateClosedUtc: string date-time",
        "      + phoneExtension: string",
        "  ~ Agreement",
        "      + billZeroAmountFlag: boolean",
        "  ~ Code",
        "      + connectWiseId: string uuid",
        "  ~ ProductItem",
        "      + wonQuantity: number double",
    ]
    assert comparison


def test_same_release_has_no_differences() -> None:
    api = read_shipped("automate")
    assert not compare(api, replace(api, version="25.0.6"))


ID = Parameter("id", "path", Type("integer"), required=True)
OLD = Api(
    "manage",
    "1",
    (
        Operation(
            "get",
            "GET",
            "/things/{id}",
            "T",
            (ID,),
            response=Content(Type("ref", ref="Thing"), ("a/b; version=1",), 200),
        ),
    ),
    {"Thing": Schema("Thing", (Property("name", Type("string", max_length=10, enum=("A", "B"))),))},
)


def _thing(type_: Type, required: bool = False) -> Callable[[Api], Api]:
    return lambda api: replace(api, schemas={"Thing": Schema("Thing", (Property("name", type_, required),))})


def _operation(**changes: Any) -> Callable[[Api], Api]:
    return lambda api: replace(api, operations=(replace(api.operations[0], **changes),))


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (_thing(Type("string", max_length=10, enum=("A", "C"))), ["name: values + C, - B"]),
        (_thing(Type("string", max_length=20, enum=("A", "B"))), ["name: length 10 -> 20"]),
        (_thing(Type("string", enum=("A", "B"))), ["name: length 10 -> unlimited"]),
        (_thing(Type("string", max_length=10, enum=("A", "B"), nullable=True)), ["name: may be null"]),
        (_thing(Type("string", max_length=10, enum=("A", "B")), required=True), ["name: required"]),
        (_thing(Type("integer", format="int32", max_length=10, enum=("A", "B"))), ["name: string -> integer int32"]),
        (lambda api: replace(api, schemas={"Thing": Schema("Thing", ())}), ["- name: string"]),
        (
            lambda api: replace(api, schemas={"Thing": replace(api.schemas["Thing"], free_form=True)}),
            ["allows other members"],
        ),
        (_operation(parameters=(ID, Parameter("page", "query", Type("integer")))), ["+ query parameter page: integer"]),
        (_operation(parameters=()), ["- path parameter id: integer"]),
        (
            _operation(response=Content(Type("array", items=Type("ref", ref="Thing")), ("a/b; version=2",), 200)),
            ["response: 200 Thing (a/b) -> 200 array of Thing (a/b)"],
        ),
        (_operation(response=Content(Type("ref", ref="Thing"), ("a/b; version=2",), 200)), []),
        (_operation(body=Content(Type("string"), ("a/b",))), ["body: none -> string (a/b)"]),
    ],
)
def test_each_difference_is_one_line(change: Callable[[Api], Api], lines: list[str]) -> None:
    comparison = compare(OLD, change(OLD))
    changed = [*comparison.operations.changed.values(), *comparison.schemas.changed.values()]
    assert [line for differences in changed for line in differences] == lines
    assert bool(comparison) == bool(lines)


def test_removed_operations_and_schemas_are_listed() -> None:
    lines = list(compare(OLD, replace(OLD, operations=(), schemas={})).lines())
    assert lines[1:] == [
        "operations: 1 -> 0 (0 added, 1 removed, 0 changed)",
        "  - GET /things/{id}",
        "schemas: 1 -> 0 (0 added, 1 removed, 0 changed)",
        "  - Thing",
    ]


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (None, "nothing"),
        (Type("any"), "any"),
        (Type("array", items=Type("array", items=Type("ref", ref="A"))), "array of array of A"),
        (Type("object", values=Type("string", format="uuid")), "map of string uuid"),
    ],
)
def test_types_are_described(type_: Type | None, words: str) -> None:
    assert describe(type_) == words
