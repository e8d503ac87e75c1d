"""Lenient parsing of responses: an invalid value never fails its record or the page.

pydantic parses the bytes of a page, a long one in chunks. Only a chunk that fails is taken apart: each invalid value is
removed, the rest is parsed, and the value becomes None, or is put back unchanged, and is reported as a `SchemaMismatch`.

Two bytes of JSON can become a record of four kilobytes, or an error of one. Therefore values, records and errors are
limited as well as bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from cwql.client.long_pages import divide, packed_page_of
from cwql.schema import loader
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql_api.runtime import Record, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.schema.field import FieldInfo
    from cwql.schema.operation import ContentInfo

__all__ = [
    "NotReadable",
    "SchemaMismatch",
    "model",
    "parse_json",
    "read",
    "read_page",
    "read_record",
    "reader",
    "replace_half_characters",
    "strip",
]

ROUNDS = 8
"""How often a page is taken apart and parsed again; values that are still invalid are then kept without a type."""

MOST_VALUES = 4_000_000
"""How many values the JSON of one response may have; a page of 1,000 tickets has about 200,000."""

MOST_RECORDS = 50_000
"""How many records a list may have; servers give at most 1,000 on a page."""

MOST_FAULTS = 100_000
"""How many odd values a page may have."""

_KEPT = 1000
"""Characters of a value, as JSON, that a mismatch keeps."""

Reader: TypeAlias = "Callable[[bytes], tuple[Any, list[SchemaMismatch]]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaMismatch:
    """One value that does not match the specification.

    `record` is the record's class name and `id` its id, if it has one; `path` leads to the value, `expected` is its type
    according to the specification. `raw_value` is the value, as JSON text if it is long. `str()` and `repr()` omit the
    value, because it may be a customer's.
    """

    record: str
    id: int | str | None
    path: str
    raw_value: object = field(repr=False)
    expected: str

    __module__ = "cwql"

    def __str__(self) -> str:
        place = f"{self.record} {self.id}" if self.id is not None else self.record
        return f"{place}: {self.path or 'the record'} is not {self.expected}"


class NotReadable(Exception):
    """The bytes are not JSON, or JSON of another shape. The caller has the response and raises its own error."""


def model(product: str, record: str) -> type[Record]:
    """Return the class of a record. Raises UnknownNameError."""
    name = catalog(product).record(record).name
    return cast("type[Record]", getattr(loader.load(product, "models"), name))


def reader(product: str, content: ContentInfo | None, keep: bool = False) -> Reader:
    """Return the function that parses the responses of an operation; without a type, JSON or the bytes unchanged.

    Invalid values become None, or are unchanged if `keep` is True.
    """
    if content is None or content.record is None:
        return _read_plain
    record = content.record
    if content.listed:
        return lambda body: read_page(product, record, body, keep)
    return lambda body: read_record(product, record, body, keep)


def read(
    product: str, content: ContentInfo | None, body: bytes, keep: bool = False
) -> tuple[Any, list[SchemaMismatch]]:
    """Read the body of a response. Raises NotReadable."""
    return reader(product, content, keep)(body)


def read_page(product: str, record: str, body: bytes, keep: bool = False) -> tuple[list[Record], list[SchemaMismatch]]:
    """Parse a list of records. Raises NotReadable for anything else."""
    return _read_page(_Shape(product, record, model(product, record), keep), body)


def read_record(
    product: str, record: str, body: bytes, keep: bool = False
) -> tuple[Record | None, list[SchemaMismatch]]:
    """Parse one record; None for ``null`` or an empty body. Raises NotReadable for anything else."""
    kind = model(product, record)
    body = strip(body)
    _require_few_values(body)
    if not body or body == b"null":
        return None, []
    try:
        return kind.model_validate_json(body), []
    except ValidationError as error:
        data = _parse(body, error)
    if isinstance(data, list) and len(data) == 1:
        # Some paths that are specified to return one record return a list of one.
        data = data[0]
    if not isinstance(data, dict):
        raise NotReadable(f"expected a record of {record}, got {_name(data)}")
    records, mismatches = _mend(_Shape(product, record, kind, keep), [data])
    return records[0], mismatches


@dataclass(frozen=True, slots=True)
class _Shape:
    """The expected content: records of a product, and whether invalid values are kept."""

    product: str
    record: str
    kind: type[Record]
    keep: bool


def _read_page(shape: _Shape, body: bytes) -> tuple[list[Record], list[SchemaMismatch]]:
    body = strip(body)
    _require_few_values(body)
    if body == b"null":
        return [], []
    records: list[Record] = []
    mismatches: list[SchemaMismatch] = []
    for piece in divide(body):
        try:
            found, odd = _read_list(shape, piece, piece is not body)
        except NotReadable:
            if piece is body:
                raise
            return _read_list(shape, body)
        records += found
        mismatches += odd
        if len(records) > MOST_RECORDS:
            raise NotReadable(_too_many(MOST_RECORDS, "records"))
    return records, mismatches


def _read_list(shape: _Shape, body: bytes, packed: bool = False) -> tuple[list[Record], list[SchemaMismatch]]:
    kind = cast("Any", shape.kind)  # mypy takes a class of a dataclass_transform for unhashable
    try:
        reader = packed_page_of(kind, MOST_RECORDS) if packed else _fast_page_of(kind)
        return reader.validate_json(body), []
    except ValidationError as error:
        data = _parse(body, error)
    if not isinstance(data, list):
        raise NotReadable(f"expected a list of {shape.record}, got {_name(data)}")
    if len(data) > MOST_RECORDS:
        raise NotReadable(_too_many(MOST_RECORDS, "records"))
    return _mend(shape, data)


@cache
def _fast_page_of(kind: type[Record]) -> TypeAdapter[list[Record]]:
    """Return a reader that gives up at the first record that does not fit, before the faults of all others take memory."""
    bounded: Any = Annotated[list[kind], Field(fail_fast=True, max_length=MOST_RECORDS)]  # type: ignore[valid-type]
    return TypeAdapter(bounded, config=ConfigDict(cache_strings="keys"))


def _read_plain(body: bytes) -> tuple[Any, list[SchemaMismatch]]:
    body = strip(body)
    _require_few_values(body)
    if not body:
        return None, []
    return parse_json(body), []


# --- taking a page apart -------------------------------------------------------------------------------------------------


def _mend(shape: _Shape, data: list[Any]) -> tuple[list[Record], list[SchemaMismatch]]:
    """Read records out of parsed JSON; `data` is used up."""
    adapter = page_of(shape.kind)
    cuts: list[tuple[tuple[str | int, ...], Any]] = []
    records: list[Record] | None = None
    for number in range(ROUNDS):
        try:
            records = adapter.validate_json(to_json(data))
            break
        except ValidationError as error:
            _require_few_faults(error)
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            # The last rounds remove whole members, so that no value without its type remains.
            depth = None if shape.keep or number < ROUNDS - 3 else 2
            found = [cut for fault in faults if (cut := _cut(data, fault["loc"][:depth])) is not None]
        if not found:
            break
        cuts += found
    if records is None:
        records = [_read_or_construct(shape.kind, entry) for entry in data]
    found_fields = [_resolve(shape, path) for path, _ in cuts]
    # In reverse, because a list that was removed later may have contained one that was removed earlier.
    for (path, value), info in zip(reversed(cuts), reversed(found_fields), strict=True):
        if shape.keep or len(path) > 1:
            _graft(records, path, value if shape.keep else _fitting(info, value))
    mismatches: list[SchemaMismatch] = []
    for (path, value), info in zip(cuts, found_fields, strict=True):
        index = path[0]
        assert isinstance(index, int)
        mismatches.append(_mismatch(shape, records[index], path[1:], value, info))
    return records, mismatches


def _resolve(shape: _Shape, path: tuple[str | int, ...]) -> FieldInfo | None:
    """Return the field at a path, or None if it is not in the catalog."""
    names = tuple([step for step in path if isinstance(step, str)])
    resolved = catalog(shape.product).resolve(shape.record, names) if names else None
    return resolved.field if isinstance(resolved, Resolved) else None


def _fitting(field: FieldInfo | None, value: Any) -> str | None:
    """Return the value in the type of its field: a number as text, because servers send some ids so; otherwise None."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number and field is not None and field.kind == "text" else None


def _cut(data: list[Any], place: Sequence[str | int]) -> tuple[tuple[str | int, ...], Any] | None:
    """Remove the invalid value from the data: the innermost member on the path; None if it is already removed."""
    index = place[0] if place else None
    if not isinstance(index, int) or not 0 <= index < len(data):
        return None
    if not isinstance(data[index], dict):
        value, data[index] = data[index], {}
        return (index,), value
    here: Any = data[index]
    path: list[str | int] = [index]
    member: tuple[dict[str, Any], str, tuple[str | int, ...]] | None = None
    for step in place[1:]:
        if isinstance(here, dict) and isinstance(step, str) and step in here:
            path.append(step)
            member = (here, step, tuple(path))
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            # The items of a list keep their places, so an odd item costs the list its type.
            path.append(step)
        else:
            break
        container: Any = here
        here = container[step]
    if member is None:
        return None
    holder, name, reached = member
    return reached, holder.pop(name)


def _graft(records: list[Record], path: tuple[str | int, ...], value: Any) -> None:
    """Put a value back, as it came."""
    here: Any = records
    for step in path[:-1]:
        if isinstance(here, Record):
            here = getattr(here, _attribute(type(here), str(step)), None)
        elif isinstance(here, (list, dict)):
            here = cast("Any", here)[step]
    last = path[-1]
    if isinstance(here, Record):
        name = _attribute(type(here), str(last))
        if name in type(here).model_fields:
            # Bypasses pydantic, whose own setter would validate the value if it were configured to.
            object.__setattr__(here, name, value)
            here.__pydantic_fields_set__.add(name)
        elif here.__pydantic_extra__ is not None:
            here.__pydantic_extra__[name] = value
    elif isinstance(here, dict):
        here[last] = value
    elif here is records and isinstance(last, int):
        extra = records[last].__pydantic_extra__
        if extra is not None:
            extra["value"] = value


def _read_or_construct(kind: type[Record], entry: Any) -> Record:
    """Return a record, without types if it is still invalid."""
    try:
        return kind.model_validate_json(to_json(entry))
    except ValidationError:
        pass
    made = kind.model_construct()
    if isinstance(entry, dict):
        for name, value in entry.items():
            _graft([made], (0, name), value)
    return made


_attributes: dict[type[Record], dict[str, str]] = {}


def _attribute(kind: type[Record], wire: str) -> str:
    """Return the Python name of a member."""
    found = _attributes.get(kind)
    if found is None:
        found = _attributes[kind] = {field.alias or name: name for name, field in kind.model_fields.items()}
    return found.get(wire, wire)


def _mismatch(
    shape: _Shape, found: Record, path: tuple[str | int, ...], value: Any, field: FieldInfo | None
) -> SchemaMismatch:
    names = tuple([step for step in path if isinstance(step, str)])
    expected = field.title if field is not None else "an object"
    if isinstance(value, (str, list, dict)):
        shown = to_json(value, inf_nan_mode="constants").decode()
        if len(shown) > _KEPT:
            value = f"{shown[: _KEPT - 1]}…"
    identity = getattr(found, "id", None)
    return SchemaMismatch(
        record=shape.record,
        id=identity if isinstance(identity, (int, str)) else None,
        path="/".join(names),
        raw_value=value,
        expected=expected,
    )


# --- bytes -------------------------------------------------------------------------------------------------------------


def _parse(body: bytes, error: ValidationError) -> Any:
    """Return the JSON that did not match. Raises NotReadable if it is not JSON at all."""
    _require_few_faults(error)
    return parse_json(body)


def parse_json(body: bytes, allow_inf_nan: bool = True) -> Any:
    """Return the JSON of a body. Raises NotReadable, also for an empty one."""
    body = strip(body)
    try:
        return from_json(body, allow_inf_nan=allow_inf_nan)
    except ValueError:
        pass
    try:
        return from_json(replace_half_characters(body), allow_inf_nan=allow_inf_nan)
    except ValueError:
        raise NotReadable(_not_json(body)) from None


_HEX = rb"[0-9a-fA-F]"
_HALF = rb"\\u[dD][89a-fA-F]%b{2}" % _HEX
_ESCAPE = re.compile(
    rb"(?P<whole>\\u[dD][89abAB]%b{2}\\u[dD][c-fC-F]%b{2}|\\(?!u[dD][89a-fA-F]).)|%b" % (_HEX, _HEX, _HALF), re.DOTALL
)


def replace_half_characters(body: bytes) -> bytes:
    """Return JSON with U+FFFD for halves of characters, to which a text is cut, because parsers refuse the whole page then."""
    return _ESCAPE.sub(lambda found: found["whole"] or b"\\ufffd", body.decode("utf-8", "replace").encode())


def _require_few_values(body: bytes) -> None:
    """Raise NotReadable if parsing would take memory out of proportion."""
    # A value takes two bytes at least. Counting takes a tenth of the time of reading, and is done for very large bodies only.
    if len(body) < 2 * MOST_VALUES:
        return
    if sum(body.count(mark) for mark in (b",", b"{", b"[")) > MOST_VALUES:
        raise NotReadable(_too_many(MOST_VALUES, "values"))


def _require_few_faults(error: ValidationError) -> None:
    if error.error_count() > MOST_FAULTS:
        raise NotReadable(_too_many(MOST_FAULTS, "values that do not fit the specification"))


def _too_many(most: int, what: str) -> str:
    return f"expected a response of usual size, got more than {most:,} {what}"


def strip(body: bytes) -> bytes:
    """Return the body without a byte order mark; spaces at its ends are rare and cost a copy only then."""
    if body[:3] == b"\xef\xbb\xbf":
        body = body[3:]
    return body.strip() if body[:1].isspace() or body[-1:].isspace() else body


def _not_json(body: bytes) -> str:
    start = body[:200].lstrip().lower()
    if start[:1] == b"<":
        return (
            "expected JSON, got a page of HTML"
            if b"<html" in start or b"<!doctype" in start
            else "expected JSON, got XML"
        )
    return "expected JSON, got nothing" if not start else "expected JSON, got something else (or only a part of it)"


def _name(data: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(data), "null")
