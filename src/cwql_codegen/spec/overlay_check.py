"""Check which overlay entries still apply to an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql_codegen.spec.reachability import resolve_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql_codegen.spec.model import Api, Schema
    from cwql_codegen.spec.overlay import Overlay, Rationale


def find_stale_entries(api: Api, overlay: Overlay) -> list[Rationale]:
    """Return the entries about anything that the API does not have, or that the API now has itself.

    Args:
        api: The API as it was read, without the overlay.
        overlay: The overlay of its product.
    """
    schemas = {**api.schemas, **{entry.schema.name: entry.schema for entry in overlay.schema}}
    return [
        *_stale_scopes(schemas, overlay),
        *_stale_targets(schemas, overlay),
        *_stale_records(schemas, overlay),
        *_stale_families(schemas, overlay),
        *_stale_additions(api, overlay),
        *_stale_corrections(api, overlay),
        *_stale_types(api, overlay),
        *_stale_operations(api, overlay),
    ]


def _stale_scopes(schemas: Mapping[str, Schema], overlay: Overlay) -> Iterator[Rationale]:
    for entry in overlay.named:
        missing = any(name not in schemas for name in entry.scope.schemas)
        if missing or not any(entry.scope.covers(schema) for schema in schemas.values()):
            yield entry.rationale


def _stale_families(schemas: Mapping[str, Schema], overlay: Overlay) -> Iterator[Rationale]:
    for family in overlay.family:
        if any(name not in schemas for name in family.schemas):
            yield family.rationale


def _stale_targets(schemas: Mapping[str, Schema], overlay: Overlay) -> Iterator[Rationale]:
    targets = [(it.scope, it.shown_as, it.rationale) for it in overlay.filterable]
    targets += [(it.scope, it.target, it.rationale) for it in overlay.alias]
    for scope, target, rationale in targets:
        covered = [schema.name for schema in schemas.values() if scope.covers(schema)]
        if target is not None and any(resolve_path(schemas, name, target) is None for name in covered):
            yield rationale


def _stale_records(schemas: Mapping[str, Schema], overlay: Overlay) -> Iterator[Rationale]:
    for child in overlay.child:
        shown = child.schema in schemas and _has_member(schemas[child.schema], child.name)
        if child.schema not in schemas or child.record not in schemas or shown != child.shown:
            yield child.rationale
    for record in overlay.open_record:
        if record.schema not in schemas:
            yield record.rationale


def _stale_corrections(api: Api, overlay: Overlay) -> Iterator[Rationale]:
    paths = {operation.path for operation in api.operations}
    for path in overlay.path:
        if path.path not in paths:
            yield path.rationale
    for required in overlay.required:
        schema = api.schemas.get(required.schema)
        if (
            schema is None
            or not _has_member(schema, required.property)
            # The document lists the name in `required`; a member of this name would be a correct one.
            or _has_member(schema, required.name)
        ):
            yield required.rationale


def _stale_types(api: Api, overlay: Overlay) -> Iterator[Rationale]:
    for entry in overlay.property_type:
        found = [schema for name in entry.schemas if (schema := api.schemas.get(name)) is not None]
        members = [member for schema in found for member in schema.properties if member.name in entry.names]
        # The document has this type itself, or a schema or a name is gone.
        if (
            len(found) < len(entry.schemas)
            or {member.name for member in members} != set(entry.names)
            or any(member.type == entry.type for member in members)
        ):
            yield entry.rationale


def _stale_additions(api: Api, overlay: Overlay) -> Iterator[Rationale]:
    for added in overlay.later_property:
        schema = api.schemas.get(added.schema)
        if schema is None or _has_member(schema, added.name):
            yield added.rationale
    for member in overlay.enum_member:
        types = [
            parameter.type
            for operation in api.operations
            for parameter in operation.parameters
            if operation.path == member.path and parameter.name == member.parameter
        ]
        if not types or any(member.member in type_.enum for type_ in types):
            yield member.rationale


def _stale_operations(api: Api, overlay: Overlay) -> Iterator[Rationale]:
    known = {(operation.method, operation.path) for operation in api.operations}
    ids = {operation.id for operation in api.operations}
    for entry in overlay.operation:
        if (entry.method, entry.path) in known or (entry.instead is not None and entry.instead not in ids):
            yield entry.rationale


def _has_member(schema: Schema, name: str) -> bool:
    return any(member.name == name for member in schema.properties)
