"""Apply an overlay: correct an `Api`, and add the operations that its document lacks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Property, Schema, Type
from cwql_codegen.spec.overlay import OverlayError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql_codegen.spec.overlay import AddedOperation, Overlay

_JSON = ("application/json",)
_LIST_OPTION = "options."


def apply_overlay(api: Api, overlay: Overlay) -> Api:
    """Return the API with corrected paths, required members and types, and with the added schemas and operations.

    Entries about anything that the API does not have are ignored, because a later release may have corrected or removed it;
    see `overlay_check`. Operations that the API already has are not added.

    Raises:
        OverlayError: An added operation has the id of another operation.
    """
    schemas = _correct_types(_correct_required(api.schemas, overlay), overlay)
    for added in overlay.schema:
        schemas.setdefault(added.schema.name, added.schema)
    for member in overlay.later_property:
        schema = schemas.get(member.schema)
        if schema is not None and all(known.name != member.name for known in schema.properties):
            properties = (*schema.properties, Property(member.name, member.type))
            schemas[member.schema] = replace(
                schema, properties=properties, since=(*schema.since, (member.name, member.since))
            )
    operations = [_add_members(_correct_path(operation, overlay), overlay) for operation in api.operations]
    known = {(operation.method, operation.path) for operation in operations}
    ids = {operation.id for operation in operations}
    options = _list_options(operations)
    for entry in overlay.operation:
        if (entry.method, entry.path) in known:
            continue
        if entry.id in ids:
            source, _, label = entry.rationale.entry.partition(": ")
            raise OverlayError(source, label, f"the API has another operation with the id {entry.id!r}")
        operations.append(_added_operation(entry, options))
    return replace(api, operations=tuple(operations), schemas=schemas)


def _correct_required(schemas: dict[str, Schema], overlay: Overlay) -> dict[str, Schema]:
    corrected = dict(schemas)
    for entry in overlay.required:
        schema = corrected.get(entry.schema)
        if schema is not None:
            members = (
                replace(member, required=member.required or member.name == entry.property)
                for member in schema.properties
            )
            corrected[entry.schema] = replace(schema, properties=tuple(members))
    return corrected


def _correct_types(schemas: dict[str, Schema], overlay: Overlay) -> dict[str, Schema]:
    corrected = dict(schemas)
    for entry in overlay.property_type:
        for name in entry.schemas:
            schema = corrected.get(name)
            if schema is not None:
                members = (
                    replace(member, type=entry.type) if member.name in entry.names else member
                    for member in schema.properties
                )
                corrected[name] = replace(schema, properties=tuple(members))
    return corrected


def _correct_path(operation: Operation, overlay: Overlay) -> Operation:
    for entry in overlay.path:
        if entry.path == operation.path:
            names = re.findall(r"\{(\w+)\}", entry.becomes)
            parameters = [
                replace(parameter, in_template=parameter.name in names) if parameter.location == "path" else parameter
                for parameter in operation.parameters
            ]
            declared = {parameter.name for parameter in parameters if parameter.location == "path"}
            parameters += [Parameter(name, "path", Type("string"), True) for name in names if name not in declared]
            return replace(operation, path=entry.becomes, parameters=tuple(parameters))
    return operation


def _add_members(operation: Operation, overlay: Overlay) -> Operation:
    for entry in overlay.enum_member:
        if entry.path == operation.path:
            parameters = [
                replace(it, type=replace(it.type, enum=(*it.type.enum, entry.member)))
                if it.name == entry.parameter and it.type.enum and entry.member not in it.type.enum
                else it
                for it in operation.parameters
            ]
            operation = replace(operation, parameters=tuple(parameters))
    return operation


def _list_options(operations: Iterable[Operation]) -> tuple[Parameter, ...]:
    """Return the parameters that every list of Automate takes."""
    for operation in operations:
        if operation.list_options:
            return tuple(it for it in operation.parameters if it.name.startswith(_LIST_OPTION))
    return ()


def _added_operation(entry: AddedOperation, options: tuple[Parameter, ...]) -> Operation:
    return Operation(
        id=entry.id,
        method=entry.method,
        path=entry.path,
        tag=entry.tag,
        parameters=(*entry.parameters, *(options if entry.list_options else ())),
        body=_json_content(entry.body, 0),
        response=_json_content(entry.response, 200),
        list_options=entry.list_options,
        origin=entry.origin,
        instead=entry.instead,
        since=entry.since,
    )


def _json_content(type_: Type | None, status: int) -> Content | None:
    return Content(type_, _JSON, status, required=status == 0) if type_ is not None else None
