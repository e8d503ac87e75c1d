"""Request bodies: checked against the catalog, then encoded.

Parsing accepts anything, sending does not: required members, lengths, enum members and types are checked before a
request is made. Members that the specification does not name are sent unchanged, because servers accept more than it
says.

Rules of servers that the specification of Manage does not contain are functions that return problems as (member, value,
expected). Each of them names the answer of a server that it prevents.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cwql.client.errors import RequestBodyError
from cwql.schema.catalog import catalog
from cwql.schema.field import FieldInfo
from cwql.schema.suggest import suggest
from cwql_api.runtime import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.schema.operation import ContentInfo
    from cwql.schema.record import RecordInfo

__all__ = [
    "EXAMPLE",
    "WHOLE_LISTS",
    "Fault",
    "check_body",
    "check_members",
    "encode_body",
    "format_time",
    "plain",
    "reference_keys",
    "show_surrogate",
    "time_fault",
    "unknown_members",
    "whole_lists",
    "write_json",
]


_NOTE_FLAGS = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")

ONE_TRUE = {
    # 400 "Please choose where to display the notes".
    "ServiceNote": _NOTE_FLAGS,
    "TicketNote": _NOTE_FLAGS,
}
"""Flags of which at least one has to be true in a new record."""

ONE_OF = {
    # 400 MissingRequiredField for a configuration that is attached to a ticket without either.
    "ConfigurationReference": ("id", "deviceIdentifier"),
    # 400 for a contact without a first name; the other members are optional.
    "Contact": ("firstName",),
}
"""Members of which a new record needs at least one."""

WHOLE_LISTS = {"CustomFieldValue": ("id", "caption", "type"), "ConfigurationQuestion": ("questionId", "question")}
"""Records whose lists servers replace as a whole, and the members that an entry has when it is read."""

_REFERENCE_KEYS = ("id", "identifier", "name", "deviceIdentifier")


def check_members(record: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return the missing members of a new record."""
    given = {name.lower(): value for name, value in body.items()}
    flags = ONE_TRUE.get(record, ())
    if flags and not any(given.get(name.lower()) is True for name in flags):
        yield "", "none of them", f"at least one of {', '.join(flags)} to be true (where the note is shown)"
    names = ONE_OF.get(record, ())
    if names and not any(given.get(name.lower()) not in (None, "") for name in names):
        yield " or ".join(names), "nothing", f"a value (servers refuse a {record} without one)"


def reference_keys(record: RecordInfo) -> tuple[str, ...]:
    """Return the members by which a server finds the record that a reference names; empty for any other record.

    ``{"type": {"type": {"id": 2}}}`` and ``{}`` are references to nothing, which servers refuse or ignore.
    """
    if not record.name.endswith("Reference"):
        return ()
    return tuple(
        [name for name in _REFERENCE_KEYS if (field := record.find(name)) is not None and field.origin == "spec"]
    )


def unknown_members(product: str, record: str, body: Mapping[str, Any]) -> list[str]:
    """Return the members of a body that the specification does not have.

    Servers answer 400 "Could not find member …" to those that they do not have either; a newer server may have them.
    """
    info = catalog(product).find_record(record)
    if info is None:
        return []
    return [name for name in body if (field := info.find(name)) is None or field.origin != "spec"]


def whole_lists(record: str, value: Any) -> str:
    """Return the expectation for a list of `record` of which only a part is given; empty if the list is whole.

    Entries as they were read have more members than an id and a value, so that others are taken for a part.
    """
    wanted = WHOLE_LISTS.get(record, ())
    if not wanted or not isinstance(value, list) or not value:
        return ""
    for entry in value:
        names = {str(name).lower() for name in entry} if isinstance(entry, dict) else set()
        if not all(name.lower() in names for name in wanted):
            return (
                f"all entries, as they were read ({', '.join(wanted)}, …), because a server replaces the whole list: "
                "read the record, change the entries, and send the list"
            )
    return ""


EXAMPLE = "2024-01-31T09:00:00Z"


@dataclass(frozen=True, slots=True)
class TimeForm:
    """The times that the servers of a product take in bodies: whole seconds only, and texts in UTC only.

    Several integrations report that Manage answers a fraction of a second, an offset and a time without zone with 400
    UnsupportedFormat; the vendor's examples have no other form than ``2024-01-31T09:00:00Z``.
    """

    whole_seconds: bool
    utc_only: bool


FORMS = {"manage": TimeForm(True, True), "automate": TimeForm(False, False)}

_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def format_time(product: str, moment: datetime) -> str:
    """Return a datetime that has a time zone as text in UTC. A fraction of a second is cut if servers refuse it."""
    moment = moment.astimezone(UTC)
    whole = FORMS[product].whole_seconds or not moment.microsecond
    return moment.isoformat(timespec="seconds" if whole else "milliseconds").replace("+00:00", "Z")


def time_fault(product: str, text: str) -> str:
    """Return the text that is expected instead of a time in a body, with the way to write it; empty if the time is right."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return f"a time, like {EXAMPLE}"
    if not FORMS[product].utc_only or _UTC_TEXT.fullmatch(text):
        return ""
    if moment.tzinfo is None:
        right = format_time(product, moment.replace(tzinfo=UTC))
        return f"a time with a zone: {right} if it is in UTC, otherwise a datetime with tzinfo"
    return f"a time in UTC with whole seconds: {format_time(product, moment)}"


logger = logging.getLogger("cwql.client")

DEPTH = 20
"""How deep a body may be nested."""

# Most members are of one of these; asking for them first makes writing three times as fast.
_AS_IT_IS = frozenset((str, bool, int))

_RANGES = {"int32": 1 << 31, "int64": 1 << 63}


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of a body: the path of the member, its value and the expected value."""

    member: str
    got: str
    expected: str

    def __str__(self) -> str:
        return f"{self.member or 'the body'}: expected {self.expected}, got {self.got}"


def plain(value: Any, product: str = "manage") -> Any:
    """Return a value as JSON data: records and mappings as objects, times in UTC, enums by their value.

    Times have the form that servers of the product take (`cwql.client.request_body`). A record contributes the members that were set, by the API's names. Raises ValueError for a value that JSON cannot
    represent, and for a datetime without a time zone.
    """
    return _plain(value, product, DEPTH, False)


def _plain(value: Any, product: str, depth: int, read: bool) -> Any:
    """Return plain data; `read` is True if the value is part of a record, which may come from a server."""
    if value is None or type(value) in _AS_IT_IS:
        return value
    if depth < 0:
        raise ValueError(f"expected at most {DEPTH} levels")
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Record):
        # Member by member, because a record may have raw invalid values, about which pydantic would warn.
        return {name: _plain(member, product, depth - 1, True) for name, member in _members(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(member, product, depth - 1, read) for name, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, product, depth - 1, read) for item in value]
    if isinstance(value, datetime):
        return _plain_time(value, product, read)
    return _plain_scalar(value)


def _plain_time(value: datetime, product: str, read: bool) -> str:
    if value.tzinfo is not None:
        return format_time(product, value)
    if read:
        # Automate's times have no zone: a value from a server is sent back unchanged.
        return value.isoformat()
    raise ValueError(f"expected a datetime with a time zone, got {value.isoformat()} without one")


def _plain_scalar(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"expected a finite number, got {value}")
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"expected a finite number, got {value}")
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    raise ValueError(f"expected something that JSON can say, got {type(value).__name__}")


def _members(record: Record) -> Iterator[tuple[str, Any]]:
    # In the specification's order: the members that were set are a set, whose order differs from run to run.
    given, values = record.model_fields_set, record.__dict__
    for name, spelled in _spellings(type(record)):  # type: ignore[arg-type]  # mypy takes a class of a dataclass_transform for unhashable
        if name in given:
            yield spelled, values[name]
    yield from (record.model_extra or {}).items()


@lru_cache(maxsize=1024)
def _spellings(kind: type[Record]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, field.alias or name) for name, field in kind.model_fields.items()])


def encode_body(product: str, content: ContentInfo | None, body: Any, call: str, check: bool = True) -> bytes:
    """Return a body as JSON. Raises RequestBodyError for a body that the operation would refuse.

    If `check` is False, the body is not compared with the schema.
    """
    try:
        data = plain(body, product)
        content_bytes = write_json(data)
    except ValueError as error:
        said = str(error)
        expected, _, got = said.partition(", got ")
        raise RequestBodyError(call, (Fault("", got or said, expected.removeprefix("expected ")),)) from None
    if check and content is not None and content.type is not None:
        faults = check_body(product, content.type, data)
        record = content.record
        if record is not None and isinstance(data, dict):
            faults += [Fault(*fault) for fault in check_members(record, data)]
        if faults:
            raise RequestBodyError(call, tuple(faults))
        if record is not None and isinstance(body, Mapping):
            warn_of_unknown(product, record, data, call)
    return content_bytes


def write_json(data: Any) -> bytes:
    """Return plain data as JSON. Raises ValueError for a lone surrogate, and for a number of thousands of digits."""
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"expected text, got {show_surrogate(error)}") from None
    except ValueError:
        raise ValueError("expected a number of usual size, got one of thousands of digits") from None


def show_surrogate(error: UnicodeEncodeError) -> str:
    """Return the description of a character that no encoding has."""
    return f"the lone surrogate U+{ord(error.object[error.start]):04X}, which cannot be encoded"


def warn_of_unknown(product: str, record: str, data: Mapping[str, Any], call: str) -> None:
    """Log the members of a body that the specification does not have. A newer server may have them, so they are sent."""
    names = unknown_members(product, record, data)
    if names:
        logger.warning(
            "%s: %s has no %s in the specification of %s; a server that does not have it either answers 400",
            call,
            record,
            ", ".join([repr(name) for name in names[:5]]),
            catalog(product).version,
        )


def check_body(product: str, type: FieldInfo, data: Any) -> list[Fault]:
    """Return the problems of a body, given as plain JSON data."""
    faults: list[Fault] = []
    _check(product, type, data, "", faults, whole=True)
    return faults


def _check(product: str, field: FieldInfo, value: Any, path: str, faults: list[Fault], whole: bool = False) -> None:
    if value is None:
        if whole and field.required:
            faults.append(Fault(path, "nothing", field.title))
        return
    match field.kind:
        case "reference":
            if not isinstance(value, dict):
                several = not path and isinstance(value, list)
                hint = "; run_concurrently(create, bodies) sends several" if several else ""
                faults.append(Fault(path, f"{_shown(value)}{hint}", f"an object ({field.target})"))
            elif field.target is not None:
                _check_record(product, field.target, value, path, faults, whole)
                if path:
                    _check_reference(product, field.target, value, path, faults)
        case "collection":
            if not isinstance(value, list):
                faults.append(Fault(path, _shown(value), f"a list ({field.title})"))
                return
            item = FieldInfo(field.owner, field.name, field.items or "any", target=field.target, enum=field.enum)
            for index, entry in enumerate(value):
                # A child record without an id is created along with its parent, so it has to be whole too.
                new = field.target is not None and isinstance(entry, dict) and "id" not in {n.lower() for n in entry}
                _check(product, item, entry, f"{path}[{index}]", faults, whole and new)
        case "map":
            if not isinstance(value, dict):
                faults.append(Fault(path, _shown(value), "an object"))
        case _:
            expected = _misfit(product, field, value)
            if expected:
                faults.append(Fault(path, _shown(value), expected))


def _check_record(product: str, name: str, value: dict[str, Any], path: str, faults: list[Fault], whole: bool) -> None:
    record = catalog(product).find_record(name)
    if record is None:
        return
    given = {key.lower(): key for key in value}
    for key, member in value.items():
        field = record.find(key)
        place = f"{path}/{key}" if path else key
        if field is None or field.origin != "spec":
            close = suggest(key, [known for known in record.names if known.lower() not in given])
            # A name beyond the specification may be right; one that resembles a missing name is not.
            if close and whole and _is_slip(key, close[0]):
                faults.append(Fault(place, "an unknown name", f"{close[0]} (a member of {record.name})"))
            continue
        _check(product, field, member, place, faults, whole and field.kind == "collection")
    if not whole:
        return
    for field in record.fields():
        key = field.name.lower()
        if field.required and (key not in given or value[given[key]] is None) and key != "id":
            faults.append(Fault(f"{path}/{field.name}" if path else field.name, "nothing", field.title))


def _is_slip(got: str, meant: str) -> bool:
    return abs(len(got) - len(meant)) <= 1 and got[:1].lower() == meant[:1].lower()


def _check_reference(product: str, target: str, value: dict[str, Any], path: str, faults: list[Fault]) -> None:
    record = catalog(product).find_record(target)
    keys = reference_keys(record) if record is not None else ()
    given = {name.lower() for name, member in value.items() if member is not None}
    if keys and not any(name.lower() in given for name in keys):
        faults.append(Fault(path, "an object without them" if value else "an empty object", " or ".join(keys)))


def _misfit(product: str, field: FieldInfo, value: Any) -> str:
    """Return the expected type of a scalar of the field, an empty text if the value matches."""
    if field.kind == "datetime":
        return time_fault(product, value) if isinstance(value, str) else f"a time, like {EXAMPLE}"
    check = _CHECKS.get(field.kind)
    return check(field, value) if check is not None else ""


def _text_misfit(field: FieldInfo, value: Any) -> str:
    if not isinstance(value, str):
        return "text"
    if field.max_length is not None and len(value) > field.max_length:
        return f"at most {field.max_length} characters"
    return ""


def _enum_misfit(field: FieldInfo, value: Any) -> str:
    listed = _listed(field.enum)
    if isinstance(value, str):
        if value in field.enum:
            return ""
        close = suggest(value, field.enum)
        if close:
            return f"{close[0]!r} or another of {listed}"
    return f"one of {listed}"


def _integer_misfit(field: FieldInfo, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "an integer"
    limit = _RANGES.get(field.format or "", 1 << 63)
    return "" if -limit <= value < limit else f"an integer of {32 if limit == 1 << 31 else 64} bits"


def _number_misfit(_: FieldInfo, value: Any) -> str:
    return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else "a number"


def _date_misfit(_: FieldInfo, value: Any) -> str:
    return "" if isinstance(value, str) and _is_date(value[:10]) else "a date, like 2024-01-31"


_CHECKS: dict[str, Callable[[FieldInfo, Any], str]] = {
    "text": _text_misfit,
    "enum": _enum_misfit,
    "integer": _integer_misfit,
    "number": _number_misfit,
    "boolean": lambda _, value: "" if isinstance(value, bool) else "true or false",
    "date": _date_misfit,
    "uuid": lambda _, value: "" if _is_uuid(value) else "a UUID",
    "bytes": lambda _, value: "" if isinstance(value, str) else "bytes",
}
"""The check of each kind of scalar: it returns the expected type, an empty text if the value matches."""


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_uuid(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        return False
    return True


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"a text of {len(value)} characters" if len(value) > 40 else repr(value)
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return json.dumps(value)
