"""The overlay applied: an `Api` with its broken places mended and the missing operations added."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Schema, Type
from cwql_codegen.spec.overlay import AddedOperation, Ground, Overlay, OverlayError
from cwql_codegen.spec.reach import reach

_JSON = ("application/json",)
_LIST_OPTION = "options."


def apply(api: Api, overlay: Overlay) -> Api:
    """Return the API with corrected paths and required members and with the added schemas and operations.

    An entry about something that the API does not have is passed over: a later release may have mended or dropped it
    (`stale` lists these). What the API has itself is not added. Raises OverlayError for an id that is taken.
    """
    schemas = _required(api.schemas, overlay)
    for added in overlay.schema:
        schemas.setdefault(added.schema.name, added.schema)
    operations = [_moved(operation, overlay) for operation in api.operations]
    taken = {(operation.method, operation.path) for operation in operations}
    names = {operation.id for operation in operations}
    options = _list_options(operations)
    for entry in overlay.operation:
        if (entry.method, entry.path) in taken:
            continue
        if entry.id in names:
            source, _, label = entry.ground.entry.partition(": ")
            raise OverlayError(source, label, f"the API has an operation {entry.id!r} of its own")
        operations.append(_operation(entry, options))
    return replace(api, operations=tuple(operations), schemas=schemas)


def stale(api: Api, overlay: Overlay) -> list[Ground]:
    """List the entries that refer to something that this API does not have, or that it now has itself."""
    return list(_stale(api, overlay))


def _stale(api: Api, overlay: Overlay) -> Iterable[Ground]:
    paths = {operation.path for operation in api.operations}
    operations = {(operation.method, operation.path) for operation in api.operations}
    names = {operation.id for operation in api.operations}
    added = {entry.schema.name: entry.schema for entry in overlay.schema}
    schemas = {**api.schemas, **added}
    for scope, ground in ((entry.scope, entry.ground) for entry in overlay.named):
        missing = [name for name in scope.schemas if name not in schemas]
        if missing or not any(scope.covers(schema) for schema in schemas.values()):
            yield ground
    pairs = [(it.scope, it.shown_as, it.ground) for it in overlay.filterable]
    pairs += [(it.scope, it.target, it.ground) for it in overlay.alias]
    for scope, target, ground in pairs:
        covered = [schema.name for schema in schemas.values() if scope.covers(schema)]
        if target is not None and any(reach(schemas, name, target) is None for name in covered):
            yield ground
    for child in overlay.child:
        shown = child.schema in schemas and _has(schemas[child.schema], child.name)
        if child.schema not in schemas or child.record not in schemas or shown != child.shown:
            yield child.ground
    for record in overlay.open_record:
        if record.schema not in schemas:
            yield record.ground
    for path in overlay.path:
        if path.path not in paths:
            yield path.ground
    for required in overlay.required:
        schema = api.schemas.get(required.schema)
        if schema is None or not _has(schema, required.property) or _has(schema, required.name):
            yield required.ground
    for entry in overlay.operation:
        if (entry.method, entry.path) in operations or (entry.instead is not None and entry.instead not in names):
            yield entry.ground


def _has(schema: Schema, name: str) -> bool:
    return any(member.name == name for member in schema.properties)


def _required(schemas: dict[str, Schema], overlay: Overlay) -> dict[str, Schema]:
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


def _moved(operation: Operation, overlay: Overlay) -> Operation:
    for entry in overlay.path:
        if entry.path == operation.path:
            steps = re.findall(r"\{(\w+)\}", entry.becomes)
            parameters = [
                replace(parameter, in_template=parameter.name in steps) if parameter.place == "path" else parameter
                for parameter in operation.parameters
            ]
            declared = {parameter.name for parameter in parameters if parameter.place == "path"}
            parameters += [Parameter(step, "path", Type("string"), True) for step in steps if step not in declared]
            return replace(operation, path=entry.becomes, parameters=tuple(parameters))
    return operation


def _list_options(operations: Iterable[Operation]) -> tuple[Parameter, ...]:
    for operation in operations:
        if operation.list_options:
            return tuple(it for it in operation.parameters if it.name.startswith(_LIST_OPTION))
    return ()


def _operation(entry: AddedOperation, options: tuple[Parameter, ...]) -> Operation:
    return Operation(
        id=entry.id,
        method=entry.method,
        path=entry.path,
        tag=entry.tag,
        parameters=(*entry.parameters, *(options if entry.list_options else ())),
        body=_content(entry.body, 0),
        reply=_content(entry.reply, 200),
        list_options=entry.list_options,
        origin=entry.origin,
        instead=entry.instead,
    )


def _content(type_: Type | None, status: int) -> Content | None:
    return Content(type_, _JSON, status, required=status == 0) if type_ is not None else None
