"""Bodies of requests, held against the catalog: `check` for whole records, `apply` for patches."""

from __future__ import annotations

import base64
import binascii
import copy
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cwql.sandbox.messages import Refusal
from cwql.schema.catalog import Catalog
from cwql.semantics.values import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cwql.schema.field import FieldInfo, Kind
    from cwql.schema.record import RecordInfo

    Fault = tuple[str, str, str]

DEPTH_LIMIT = 12
"""How deep a body is looked into; records refer to each other in circles."""


def check(
    catalog: Catalog, record: str, document: Any, *, only: Iterable[str] | None = None, required: bool = True
) -> dict[str, Any]:
    """Return a document with its members spelt as the API does; raise Refusal naming every fault.

    Required members, types, enum members and lengths are checked; members that the catalog does not know are kept. `only` names
    the members to check, where others were there before.
    """
    if not isinstance(document, dict):
        raise Refusal(400, "InvalidArgument", f"The request body is not a valid {record}.")
    info = catalog.record(record)
    spelled = _spell(info, document)
    faults: list[Fault] = []
    checked = None if only is None else {name.lower() for name in only}
    _check_members(catalog, info, spelled, "", faults, 0, checked)
    if required:
        faults += [
            ("RequiredFieldMissing", f"{field.name} is required", field.name)
            for field in info.fields()
            if field.required and field.name.lower() != "id" and spelled.get(field.name) in (None, "")
        ]
    if faults:
        code, message, _ = faults[0]
        raise Refusal(400, code, f"{record} object is invalid: {message}", errors=tuple(faults))
    return spelled


def _spell(info: RecordInfo, document: dict[str, Any]) -> dict[str, Any]:
    spelled = {}
    for name, value in document.items():
        field = info.find(name)
        spelled[field.name if field is not None and field.origin == "spec" else name] = value
    return spelled


def _check_members(
    catalog: Catalog,
    info: RecordInfo,
    document: dict[str, Any],
    place: str,
    faults: list[Fault],
    depth: int,
    only: set[str] | None = None,
) -> None:
    for name, value in document.items():
        field = info.find(name)
        if field is None or field.origin != "spec" or value is None or (only is not None and name.lower() not in only):
            continue
        where = f"{place}{field.name}"
        if field.enum and field.kind == "enum":
            if not isinstance(value, str) or value.lower() not in {member.lower() for member in field.enum}:
                faults.append(
                    ("InvalidArgument", f"The value '{_shown(value)}' is not valid for field '{where}'.", where)
                )
            continue
        message = _misfit(field.kind, value)
        if message:
            faults.append(("InvalidArgument", f"{where} must be {message}", where))
        elif field.kind == "text" and field.max_length is not None and len(value) > field.max_length:
            faults.append(("InvalidArgument", f"{where} must not exceed {field.max_length} characters", where))
        elif depth < DEPTH_LIMIT:
            _check_inside(catalog, field, value, where, faults, depth)


def _check_inside(catalog: Catalog, field: FieldInfo, value: Any, where: str, faults: list[Fault], depth: int) -> None:
    target = catalog.find_record(field.target) if field.target is not None else None
    if field.kind == "reference" and target is not None:
        _check_members(catalog, target, value, f"{where}/", faults, depth + 1)
    elif field.kind == "collection":
        for number, item in enumerate(value):
            place = f"{where}/{number}"
            if target is not None:
                if isinstance(item, dict):
                    _check_members(catalog, target, item, f"{place}/", faults, depth + 1)
                else:
                    faults.append(("InvalidArgument", f"{place} must be an object", place))
            elif field.items is not None and field.items != "enum" and item is not None:
                message = _misfit(field.items, item)
                if message:
                    faults.append(("InvalidArgument", f"{place} must be {message}", place))


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return (isinstance(value, int) and -(2**63) <= value < 2**63) or (isinstance(value, float) and value.is_integer())


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and UUID(value) is not None
    except ValueError:
        return False


def _is_bytes(value: Any) -> bool:
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=True) is not None
    except (binascii.Error, ValueError):
        return False


_TESTS: dict[Kind, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "a string"),
    "integer": (_is_integer, "a valid integer"),
    "number": (lambda value: isinstance(value, (int, float)) and not isinstance(value, bool), "a valid number"),
    "boolean": (lambda value: isinstance(value, bool), "a valid Boolean"),
    "datetime": (lambda value: isinstance(value, str) and parse_timestamp(value) is not None, "a valid date-time"),
    "date": (lambda value: isinstance(value, str) and parse_timestamp(value) is not None, "a valid date"),
    "uuid": (_is_uuid, "a valid UUID"),
    "bytes": (_is_bytes, "valid base64"),
    "enum": (lambda value: isinstance(value, str), "a string"),
    "reference": (lambda value: isinstance(value, dict), "an object"),
    "collection": (lambda value: isinstance(value, list), "an array"),
    "map": (lambda value: isinstance(value, dict), "an object"),
    "any": (lambda value: True, "anything"),
}


def _misfit(kind: Kind, value: Any) -> str | None:
    test, title = _TESTS[kind]
    return None if test(value) else title


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


# Patches


def apply(catalog: Catalog, record: str, document: dict[str, Any], operations: Any) -> tuple[dict[str, Any], set[str]]:
    """Apply patch operations (``op``, ``path``, ``value``, in any letter case) and return the new document and what it touched.

    Paths are ``status/id``, ``/status/id`` or ``communicationItems/0/value``. Raises Refusal for what is no operation, and for a path
    that leads nowhere.
    """
    if not isinstance(operations, list) or not operations:
        raise Refusal(400, "InvalidArgument", "The request body is not an array of patch operations.")
    patched = copy.deepcopy(document)
    touched: set[str] = set()
    for number, operation in enumerate(operations):
        members = {name.lower(): value for name, value in operation.items()} if isinstance(operation, dict) else {}
        verb, path = members.get("op"), members.get("path")
        if not isinstance(path, str) or not path.strip("/") or str(verb).lower() not in ("add", "replace", "remove"):
            message = f"operation {number} is invalid: expected op (add, replace, remove), path and value"
            raise Refusal(400, "InvalidArgument", message, errors=(("InvalidArgument", message, str(path)),))
        steps = [step for step in re.split(r"[/.]", path) if step]
        if not steps or len(steps) > DEPTH_LIMIT:
            raise _lost(path)
        info = catalog.record(record)
        if info.find(steps[0]) is None and steps[0] not in patched:
            raise _lost(path)
        if steps[0].lower() == "id":
            raise Refusal(
                400,
                "InvalidArgument",
                "id cannot be changed",
                errors=(("InvalidArgument", "id cannot be changed", "id"),),
            )
        touched.add(steps[0])
        _set(catalog, info, patched, steps, str(verb).lower(), members.get("value"), path)
    return patched, touched


def _lost(path: str) -> Refusal:
    message = f"{path[:200]} is not a recognized name."
    return Refusal(400, "InvalidArgument", message, errors=(("InvalidArgument", message, path[:200]),))


def _set(
    catalog: Catalog, info: RecordInfo | None, holder: Any, steps: list[str], verb: str, value: Any, path: str
) -> None:
    name, rest = steps[0], steps[1:]
    if isinstance(holder, list):
        _set_item(catalog, info, holder, steps, verb, value, path)
        return
    if not isinstance(holder, dict):
        raise _lost(path)
    field = info.find(name) if info is not None else None
    name = field.name if field is not None else next((key for key in holder if key.lower() == name.lower()), name)
    if not rest:
        if verb == "remove":
            holder.pop(name, None)
        elif verb == "add" and isinstance(holder.get(name), list) and not isinstance(value, list):
            holder[name].append(value)
        else:
            holder[name] = value
        return
    if holder.get(name) is None:
        holder[name] = {}
    target = catalog.find_record(field.target) if field is not None and field.target is not None else None
    if rest[-1].lower() == "id" and len(rest) == 1 and isinstance(holder[name], dict):
        # A reference by another id is another reference: its name and identifier go.
        holder[name] = {}
    _set(catalog, target, holder[name], rest, verb, value, path)


def _set_item(
    catalog: Catalog, info: RecordInfo | None, holder: list[Any], steps: list[str], verb: str, value: Any, path: str
) -> None:
    name, rest = steps[0], steps[1:]
    if name == "-" and not rest and verb == "add":
        holder.append(value)
        return
    if not (name.isascii() and name.isdigit()) or len(name) > 9 or int(name) >= len(holder):
        raise _lost(path)
    place = int(name)
    if rest:
        _set(catalog, info, holder[place], rest, verb, value, path)
    elif verb == "remove":
        del holder[place]
    else:
        holder[place] = value
