"""Request bodies are validated against the catalog: `validate` returns a document, or raises with every problem."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cwql.sandbox.messages import BodyProblem, HTTPProblem
from cwql.semantics.values import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo, Kind
    from cwql.schema.record import RecordInfo

DEPTH_LIMIT = 12
"""How deep a body is validated, because records refer to each other in circles."""


def validate(
    catalog: Catalog, record: str, document: Any, *, only: Iterable[str] | None = None, required: bool = True
) -> dict[str, Any]:
    """Return a document with its members spelled as the API does.

    Required members, types, enum members and lengths are checked; members that the catalog does not know are retained. `only` names
    the members to check, if the others were stored before. Raises HTTPProblem (400) with every problem.
    """
    if not isinstance(document, dict):
        raise HTTPProblem(400, "InvalidArgument", f"The request body is not a valid {record}.")
    info = catalog.record(record)
    spelled = _spell(info, document)
    validator = _Validator(catalog)
    validator.check_members(info, spelled, "", 0, None if only is None else {name.lower() for name in only})
    problems = validator.problems
    if required:
        problems += [
            BodyProblem("RequiredFieldMissing", f"{field.name} is required", field.name)
            for field in info.fields()
            if field.required and field.name.lower() != "id" and spelled.get(field.name) in (None, "")
        ]
    if problems:
        first = problems[0]
        message = f"{record} object is invalid: {first.message}"
        raise HTTPProblem(400, first.code, message, problems=tuple(problems))
    return spelled


def refuse_emptied(catalog: Catalog, record: str, document: dict[str, Any], changed: set[str]) -> None:
    """Raise HTTPProblem (400) if a patch has emptied a required member."""
    names = {name.lower() for name in changed}
    for field in catalog.record(record).fields():
        if field.required and field.name.lower() in names and document.get(field.name) in (None, ""):
            message = f"{field.name} is required"
            problems = (BodyProblem("RequiredFieldMissing", message, field.name),)
            raise HTTPProblem(400, "RequiredFieldMissing", message, problems=problems)


def _spell(info: RecordInfo, document: dict[str, Any]) -> dict[str, Any]:
    spelled = {}
    for name, value in document.items():
        field = info.find(name)
        spelled[field.name if field is not None and field.origin == "spec" else name] = value
    return spelled


class _Validator:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.problems: list[BodyProblem] = []

    def check_members(
        self, info: RecordInfo, document: dict[str, Any], prefix: str, depth: int, only: set[str] | None = None
    ) -> None:
        """Check the members of a document, all of them or those of `only`."""
        for name, value in document.items():
            field = info.find(name)
            if (
                field is None
                or field.origin != "spec"
                or value is None
                or (only is not None and name.lower() not in only)
            ):
                continue
            path = f"{prefix}{field.name}"
            if field.enum and field.kind == "enum":
                self._check_enum(field, value, path)
            elif expected := _mismatch(field.kind, value):
                self._report(f"{path} must be {expected}", path)
            elif field.kind == "text" and field.max_length is not None and len(value) > field.max_length:
                self._report(f"{path} must not exceed {field.max_length} characters", path)
            elif depth < DEPTH_LIMIT:
                self._check_inside(field, value, path, depth)

    def _report(self, message: str, path: str) -> None:
        self.problems.append(BodyProblem("InvalidArgument", message, path))

    def _check_enum(self, field: FieldInfo, value: Any, path: str) -> None:
        if not isinstance(value, str) or value.lower() not in {member.lower() for member in field.enum}:
            self._report(f"The value '{_shorten(value)}' is not valid for field '{path}'.", path)

    def _check_inside(self, field: FieldInfo, value: Any, path: str, depth: int) -> None:
        target = self._catalog.find_record(field.target) if field.target is not None else None
        if field.kind == "reference" and target is not None:
            self.check_members(target, value, f"{path}/", depth + 1)
        elif field.kind == "collection":
            for index, item in enumerate(value):
                self._check_item(field, target, item, f"{path}/{index}", depth)

    def _check_item(self, field: FieldInfo, target: RecordInfo | None, item: Any, path: str, depth: int) -> None:
        if target is not None:
            if isinstance(item, dict):
                self.check_members(target, item, f"{path}/", depth + 1)
            else:
                self._report(f"{path} must be an object", path)
        elif field.items is not None and field.items != "enum" and item is not None:
            expected = _mismatch(field.items, item)
            if expected:
                self._report(f"{path} must be {expected}", path)


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return (isinstance(value, int) and -(2**63) <= value < 2**63) or (isinstance(value, float) and value.is_integer())


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and UUID(value) is not None
    except ValueError:
        return False


def _is_base64(value: Any) -> bool:
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=True) is not None
    except (binascii.Error, ValueError):
        return False


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and parse_timestamp(value) is not None


_TESTS: dict[Kind, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "a string"),
    "integer": (_is_integer, "a valid integer"),
    "number": (lambda value: isinstance(value, (int, float)) and not isinstance(value, bool), "a valid number"),
    "boolean": (lambda value: isinstance(value, bool), "a valid Boolean"),
    "datetime": (_is_time, "a valid date-time"),
    "date": (_is_time, "a valid date"),
    "uuid": (_is_uuid, "a valid UUID"),
    "bytes": (_is_base64, "valid base64"),
    "enum": (lambda value: isinstance(value, str), "a string"),
    "reference": (lambda value: isinstance(value, dict), "an object"),
    "collection": (lambda value: isinstance(value, list), "an array"),
    "map": (lambda value: isinstance(value, dict), "an object"),
    "any": (lambda value: True, "anything"),
}


def _mismatch(kind: Kind, value: Any) -> str | None:
    """Return the expected type if a value is of another one."""
    is_valid, title = _TESTS[kind]
    return None if is_valid(value) else title


def _shorten(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
