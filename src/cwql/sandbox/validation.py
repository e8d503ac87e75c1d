"""Request bodies are validated against the catalog: `validate` returns a document, or raises with every problem.

Values are converted as the JSON parsers of both servers do: numbers and flags that are sent as text, numbers for texts, on Automate also
the number of an enum member. Manage refuses members that a record lacks, and times that are not whole seconds of UTC; nothing is known
of either on Automate, which stores them.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cwql.sandbox.messages import HTTPProblem
from cwql.sandbox.problems import (
    invalid_object,
    missing,
    out_of_range,
    too_long,
    unknown_member,
    unsupported_format,
    wrong_member,
    wrong_type,
)
from cwql.semantics.values import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cwql.sandbox.messages import BodyProblem
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo, Kind
    from cwql.schema.record import RecordInfo

DEPTH_LIMIT = 12
"""How deep a body is validated, because records refer to each other in circles."""

REQUIRED = {"Contact": ("firstName",)}
"""Members that the specification calls optional and that recorded servers require."""

_STRICT = "manage"
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z)?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_INT32 = 2**31


def validate(
    catalog: Catalog, record: str, document: Any, *, only: Iterable[str] | None = None, required: bool = True
) -> dict[str, Any]:
    """Return a document with its members spelled as the API does, and values converted to the types of their fields.

    Required members, types, enum members and lengths are checked. `only` names the members to check, if the others were stored
    before. Raises HTTPProblem (400) with every problem.
    """
    if not isinstance(document, dict):
        raise HTTPProblem(400, "InvalidArgument", f"The request body is not a valid {record}.")
    info = catalog.record(record)
    validator = _Validator(catalog)
    spelled = validator.convert_members(
        info, document, "", 0, None if only is None else {name.lower() for name in only}
    )
    problems = validator.problems
    if required:
        problems += [missing(name) for name in _required(info) if names_nothing(spelled.get(name))]
    if problems:
        raise invalid_object(record, problems)
    return spelled


def refuse_emptied(catalog: Catalog, record: str, document: dict[str, Any], changed: set[str]) -> None:
    """Raise HTTPProblem (400) if a patch has emptied a required member."""
    names = {name.lower() for name in changed}
    emptied = [
        missing(name)
        for name in _required(catalog.record(record))
        if name.lower() in names and names_nothing(document.get(name))
    ]
    if emptied:
        raise invalid_object(record, emptied)


def names_nothing(value: Any) -> bool:
    """Return whether the value of a required member is empty: null, an empty text, or a record without any value."""
    if isinstance(value, dict):
        return all(name == "_info" or part in (None, "") for name, part in value.items())
    return value in (None, "")


def _required(info: RecordInfo) -> list[str]:
    names = [field.name for field in info.fields() if field.required and field.name.lower() != "id"]
    return [*names, *REQUIRED.get(info.name, ())]


class _Validator:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._is_strict = catalog.product == _STRICT
        self.problems: list[BodyProblem] = []

    def convert_members(
        self, info: RecordInfo, document: dict[str, Any], prefix: str, depth: int, only: set[str] | None = None
    ) -> dict[str, Any]:
        """Return a document with converted members, all of them or those of `only`."""
        converted: dict[str, Any] = {}
        for name, value in document.items():
            field = info.find(name)
            is_checked = only is None or name.lower() in only
            if field is None or field.origin != "spec":
                if self._is_strict and is_checked and not info.open:
                    raise unknown_member(info.name, name)
                converted[name] = value
            elif value is None or not is_checked:
                converted[field.name] = value
            else:
                converted[field.name] = self._convert(field, value, f"{prefix}{field.name}", depth)
        return converted

    def _convert(self, field: FieldInfo, value: Any, path: str, depth: int) -> Any:
        if field.enum and field.kind == "enum":
            return self._convert_enum(field, value, path)
        if field.kind in ("datetime", "date") and self._is_strict:
            return self._convert_time(field.kind, value, path)
        value = _CONVERSIONS.get(field.kind, _keep)(value)
        if expected := _mismatch(field.kind, value):
            self.problems.append(wrong_type(path, expected))
        elif field.kind == "text" and field.max_length is not None and len(value) > field.max_length:
            self.problems.append(too_long(path, field.max_length))
        elif field.format == "int32" and not -_INT32 <= value < _INT32:
            self.problems.append(out_of_range(path, -_INT32, _INT32 - 1))
        elif depth < DEPTH_LIMIT:
            return self._convert_inside(field, value, path, depth)
        return value

    def _convert_enum(self, field: FieldInfo, value: Any, path: str) -> Any:
        if not self._is_strict:
            index = _to_number(value) if isinstance(value, (int, str)) else value
            if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(field.enum):
                return field.enum[index]
        member = next((each for each in field.enum if isinstance(value, str) and each.lower() == value.lower()), None)
        if member is None:
            self.problems.append(wrong_member(path, _shorten(value)))
        return member

    def _convert_time(self, kind: Kind, value: Any, path: str) -> Any:
        if not _is_time(value):
            self.problems.append(wrong_type(path, _TESTS[kind][1]))
        elif _DATE_TIME.fullmatch(value) is None:
            self.problems.append(unsupported_format(path))
        elif kind == "datetime":
            clock = value[11:-1] or "00:00"
            return f"{value[:10]}T{clock if len(clock) > 5 else f'{clock}:00'}Z"
        return value

    def _convert_inside(self, field: FieldInfo, value: Any, path: str, depth: int) -> Any:
        target = self._catalog.find_record(field.target) if field.target is not None else None
        if field.kind == "reference" and target is not None:
            return self.convert_members(target, value, f"{path}/", depth + 1)
        if field.kind == "collection":
            return [
                self._convert_item(field, target, item, f"{path}/{index}", depth) for index, item in enumerate(value)
            ]
        return value

    def _convert_item(self, field: FieldInfo, target: RecordInfo | None, item: Any, path: str, depth: int) -> Any:
        if target is not None:
            if isinstance(item, dict):
                return self.convert_members(target, item, f"{path}/", depth + 1)
            self.problems.append(wrong_type(path, "an object"))
        elif field.items is not None and field.items != "enum" and item is not None:
            item = _CONVERSIONS.get(field.items, _keep)(item)
            expected = _mismatch(field.items, item)
            if expected:
                self.problems.append(wrong_type(path, expected))
        return item


def _keep(value: Any) -> Any:
    return value


def _to_number(value: Any) -> Any:
    """Return the number that a text contains; anything else as it is."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value.strip()) is None:
        return value
    text = value.strip()
    return float(text) if "." in text else int(text)


def _to_integer(value: Any) -> Any:
    number = _to_number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _to_boolean(value: Any) -> Any:
    folded = value.strip().lower() if isinstance(value, str) else value
    return folded == "true" if folded in ("true", "false") else value


def _to_text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


_CONVERSIONS: dict[Kind, Callable[[Any], Any]] = {
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "text": _to_text,
}
"""Live clients send numbers as text (forms, PHP, PowerShell), and .NET's JSON parsers convert them."""


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


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
