"""Patch operations on documents: `apply_patch`."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import BodyProblem, HTTPProblem
from cwql.sandbox.problems import resource_name

if TYPE_CHECKING:
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

CUSTOM_FIELDS = "customFields"
DEPTH_LIMIT = 12
"""How many segments a path may have."""


def apply_patch(
    catalog: Catalog, record: str, document: dict[str, Any], operations: Any
) -> tuple[dict[str, Any], set[str]]:
    """Apply patch operations (``op``, ``path``, ``value``, in any letter case); return the new document and the changed members.

    Paths are ``status/id``, ``/status/id`` or ``communicationItems/0/value``. Raises HTTPProblem (400) for an invalid operation and
    for a path that does not exist.
    """
    if not isinstance(operations, list):
        raise HTTPProblem(400, "InvalidArgument", "The request body is not an array of patch operations.")
    if not operations:
        raise HTTPProblem(400, "InvalidArgument", "The request body has no patch operation.")
    patched = copy.deepcopy(document)
    changed: set[str] = set()
    info = catalog.record(record)
    try:
        for number, operation in enumerate(operations):
            verb, segments, change = _parse_operation(number, operation)
            if info.find(segments[0]) is None and _spell(patched, segments[0]) not in patched:
                raise _unknown_path(change.path)
            if segments[0].lower() == "id":
                raise _invalid("id cannot be changed", "id")
            changed.add(segments[0])
            _Patcher(catalog, verb, change).apply(info, patched, segments)
    except HTTPProblem as problem:
        problem.resource = resource_name(record)
        raise
    return patched, changed


@dataclass(frozen=True, slots=True)
class _Change:
    path: str
    value: Any


def _parse_operation(number: int, operation: Any) -> tuple[str, list[str], _Change]:
    members = {name.lower(): value for name, value in operation.items()} if isinstance(operation, dict) else {}
    verb, path = str(members.get("op")).lower(), members.get("path")
    if not isinstance(path, str) or not path.strip("/") or verb not in ("add", "replace", "remove"):
        message = f"operation {number} is invalid: expected op (add, replace, remove), path and value"
        raise _invalid(message, str(path))
    segments = [segment for segment in re.split(r"[/.]", path) if segment]
    if not segments or len(segments) > DEPTH_LIMIT:
        raise _unknown_path(path)
    return verb, segments, _Change(path, members.get("value"))


def _invalid(message: str, field: str) -> HTTPProblem:
    problems = (BodyProblem("InvalidPatch", message, field, "InvalidArgument"),)
    return HTTPProblem(400, "InvalidPatch", message, problems=problems, documented=("InvalidArgument", message))


def _unknown_path(path: str) -> HTTPProblem:
    return _invalid(f"{path[:200]} is not a recognized name.", path[:200])


class _Patcher:
    """Apply one operation."""

    def __init__(self, catalog: Catalog, verb: str, change: _Change) -> None:
        self._catalog = catalog
        self._verb = verb
        self._change = change

    def apply(self, info: RecordInfo | None, target: Any, segments: list[str]) -> None:
        """Apply the operation at a path below a document, or a part of one; `info` describes it."""
        if isinstance(target, list):
            self._apply_to_item(info, target, segments)
        elif isinstance(target, dict):
            self._apply_to_member(info, target, segments)
        else:
            raise _unknown_path(self._change.path)

    def _apply_to_member(self, info: RecordInfo | None, target: dict[str, Any], segments: list[str]) -> None:
        name, rest = segments[0], segments[1:]
        field = info.find(name) if info is not None else None
        name = field.name if field is not None else _spell(target, name)
        if not rest:
            self._set_member(target, name)
            return
        if target.get(name) is None:
            target[name] = {}
        inner = self._catalog.find_record(field.target) if field is not None and field.target is not None else None
        if len(rest) == 1 and isinstance(target[name], dict) and _moves(field, rest[0].lower()):
            # A reference with another id, identifier or name is another reference: its other members are no longer true.
            target[name] = {}
        self.apply(inner, target[name], rest)

    def _set_member(self, target: dict[str, Any], name: str) -> None:
        value = self._change.value
        if self._verb == "remove":
            target.pop(name, None)
        elif name == CUSTOM_FIELDS and isinstance(value, list) and isinstance(target.get(name), list):
            target[name] = merge_custom_fields(target[name], value)
        elif self._verb == "add" and isinstance(target.get(name), list) and not isinstance(value, list):
            target[name].append(value)
        else:
            target[name] = value

    def _apply_to_item(self, info: RecordInfo | None, target: list[Any], segments: list[str]) -> None:
        name, rest = segments[0], segments[1:]
        if name == "-" and not rest and self._verb == "add":
            target.append(self._change.value)
            return
        if not (name.isascii() and name.isdigit()) or len(name) > 9 or int(name) >= len(target):
            raise _unknown_path(self._change.path)
        index = int(name)
        if rest:
            self.apply(info, target[index], rest)
        elif self._verb == "remove":
            del target[index]
        else:
            target[index] = self._change.value


def _moves(field: FieldInfo | None, member: str) -> bool:
    """Return whether a member of a reference says which record it refers to."""
    is_reference = field is not None and (field.target or "").endswith("Reference")
    return member == "id" or (is_reference and member in ("identifier", "name"))


def merge_custom_fields(fields: list[Any], sent: list[Any]) -> list[Any]:
    """Return custom fields with the sent values: a field is named by its id or its caption, the others keep their values."""
    merged = [dict(each) if isinstance(each, dict) else each for each in fields]
    for item in sent:
        own = next((each for each in merged if isinstance(item, dict) and _is_same_field(each, item)), None)
        if own is None:
            merged.append(item)
        else:
            own.update({name: value for name, value in item.items() if name in ("value", "rowNum")})
    return merged


def _is_same_field(field: Any, item: dict[str, Any]) -> bool:
    if not isinstance(field, dict):
        return False
    if item.get("id") is not None:
        return str(field.get("id")) == str(item["id"])
    return item.get("caption") is not None and field.get("caption") == item["caption"]


def _spell(target: dict[str, Any], name: str) -> str:
    """Return a name as the document spells it."""
    return next((key for key in target if key.lower() == name.lower()), name)
