"""Documents in the layout of the vendor, made from ours: everything is inline, and there are no extensions."""

import copy
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
METHODS = ("get", "post", "put", "patch", "delete")


def inline(product: str, release: str) -> dict[str, Any]:
    """Return one of our documents with inline parameters, the paths of the vendor as keys, and without `x-` members."""
    path = ROOT / "specs" / product / f"{release}.openapi.json"
    ours = json.loads(path.read_text(encoding="utf-8"))
    paths = {}
    for key, item in ours["paths"].items():
        shared = [_resolved(ours, it) for it in item.get("parameters", ())]
        operations = {}
        for method in METHODS:
            if method in item:
                operation = item[method]
                outside = [{**it, "in": "path"} for it in operation.get("x-path-parameters", ())]
                own = [_resolved(ours, it) for it in operation.get("parameters", ())]
                parameters = [it for it in (*own, *outside, *shared) if "x-inferred" not in it]
                inlined = {**operation, "parameters": parameters}
                if "requestBody" in operation:
                    inlined["requestBody"] = _resolved(ours, operation["requestBody"])
                operations[method] = inlined
        paths[item.get("x-path", key)] = operations
    document = {
        "openapi": "3.0.1",
        "info": {"title": "Vendor", "version": "v1"},
        "paths": paths,
        "components": {"schemas": ours["components"]["schemas"]},
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    here: Any = value
    while "$ref" in here:
        target = here["$ref"]
        here = document
        for step in target.removeprefix("#/").split("/"):
            here = here[step]
    found: dict[str, Any] = copy.deepcopy(here)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if not key.startswith("x-")}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Vendor", "version": "2016.1"},
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "paths": {
        "/company/companies": {
            "get": {
                "operationId": "list",
                "tags": ["Companies"],
                "parameters": [
                    {"name": "conditions", "in": "query", "type": "string"},
                    {"name": "type", "in": "query", "type": "string", "enum": ["A", "B"]},
                    {"name": "ids", "in": "query", "type": "array", "items": {"type": "integer", "format": "int32"}},
                ],
                "responses": {
                    "200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/Company"}}}
                },
            },
            "post": {
                "operationId": "add",
                "parameters": [
                    {"name": "company", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Company"}}
                ],
                "responses": {"201": {"description": "", "schema": {"$ref": "#/definitions/Company"}}},
            },
        },
        "/system/documents": {
            "post": {
                "operationId": "upload",
                "consumes": ["multipart/form-data"],
                "parameters": [{"name": "file", "in": "formData", "type": "file"}],
                "responses": {"204": {"description": ""}},
            }
        },
    },
    "definitions": {
        "Company": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "id": {"type": "integer", "format": "int32", "x-nullable": True},
                "name": {"type": "string", "maxLength": 50},
                "parent": {"$ref": "#/definitions/Company"},
            },
        }
    },
}
