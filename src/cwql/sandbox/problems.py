"""The problems of a request body, and the error responses about records: in the recorded form and in the documented one.

Recorded servers respond ``{"code": "InvalidObject", "message": "ticket object is invalid", "errors": [...]}``, in which each error names
its resource. The reference documents show other codes and sentences; both forms of a problem are made here, and the contract
chooses one (`cwql.sandbox.products`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.messages import BodyProblem, HTTPProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = {"Ticket": "Service Ticket", "ServiceNote": "Service Note", "BoardStatus": "Service Status"}
"""The names of records in messages, if they differ from the resource's name: as recorded."""

_BOARD_LABELS = {
    "BoardType": "Service Type",
    "BoardSubType": "Service SubType",
    "BoardItem": "Service Item",
    "BoardTeam": "Service Team",
}
"""Made in the same way as ``Service Status``, which is the only one that was recorded."""


def resource_name(record: str) -> str:
    """Return the name of a record in error responses: ``ServiceNote`` is ``serviceNote``, ``SLAPriority`` is ``slaPriority``."""
    name = record.removesuffix("Reference") or record
    head = 1
    while head < len(name) and name[head].isupper() and (head + 1 == len(name) or name[head + 1].isupper()):
        head += 1
    return name[:head].lower() + name[head:]


def label_of(record: str) -> str:
    """Return the name of a record in a message that it does not exist."""
    return LABELS.get(record) or _BOARD_LABELS.get(record) or resource_name(record)


def not_found(record: str, value: str) -> HTTPProblem:
    """Return the problem that the record of a path does not exist."""
    message = f"{label_of(record)} {value[:100]} not found"
    return HTTPProblem(404, "NotFound", message, documented=("RecordNotFound", f"{record} {value[:100]} not found"))


def invalid_object(record: str, problems: Sequence[BodyProblem], documented_name: str | None = None) -> HTTPProblem:
    """Return the problem that a body is invalid, with each of its problems."""
    resource, first = resource_name(record), problems[0]
    documented = (first.documented_code, f"{documented_name or record} object is invalid: {first.documented_message}")
    return HTTPProblem(
        400,
        "InvalidObject",
        f"{resource} object is invalid",
        problems=tuple(problems),
        resource=resource,
        documented=documented,
    )


def missing(field: str, message: str | None = None) -> BodyProblem:
    """Return the problem that a required member is missing."""
    documented = message or f"{field} is required"
    return BodyProblem(
        "MissingRequiredField", message or f"The {field} field is required.", field, "RequiredFieldMissing", documented
    )


def too_long(field: str, limit: int) -> BodyProblem:
    """Return the problem that a text has too many characters."""
    message = f"The field {field} must be a string with a maximum length of {limit}."
    return BodyProblem(
        "MaxLengthField", message, field, "InvalidArgument", f"{field} must not exceed {limit} characters"
    )


def out_of_range(field: str, low: int, high: int) -> BodyProblem:
    """Return the problem that a number is too small or too large."""
    message = f"The field {field} must be between {low} and {high}."
    return BodyProblem("OutOfRange", message, field, "InvalidArgument", f"{field} must be a valid integer")


def unsupported_format(field: str) -> BodyProblem:
    """Return the problem that a time is not written in whole seconds of UTC."""
    message = f"Unsupported format applied to {field}"
    return BodyProblem("UnsupportedFormat", message, field, "InvalidArgument", f"{field} must be a valid date-time")


def wrong_type(field: str, expected: str) -> BodyProblem:
    """Return the problem that a member has another type; no recorded server shows how it is reported."""
    return BodyProblem("InvalidArgument", f"{field} must be {expected}", field)


def wrong_member(field: str, value: str) -> BodyProblem:
    """Return the problem that a value is no member of an enum; no recorded server shows how it is reported."""
    return BodyProblem("InvalidArgument", f"The value '{value}' is not valid for field '{field}'.", field)


def object_exists(field: str, message: str) -> BodyProblem:
    """Return the problem that another record has the same value."""
    return BodyProblem("ObjectExists", message, field, "InvalidArgument", message)


def reference_not_found(field: str, message: str) -> BodyProblem:
    """Return the problem that a reference names no record."""
    return BodyProblem("NotFound", message, field, "InvalidArgument", message)


def unknown_member(record: str, name: str) -> HTTPProblem:
    """Return the problem that a body has a member that its record lacks: the server's JSON parser refuses the whole body."""
    message = (
        f"Could not find member '{name[:60]}' on object of type '{record}'. Path '{name[:60]}'."
        "Check your accept header to make sure you are using the correct version."
    )
    return HTTPProblem(400, "ConnectWiseApi", message, has_null_errors=True)


def unsupported_media_type() -> HTTPProblem:
    """Return the problem that a body is of another media type than the operation takes."""
    message = "The request entity's media type is not supported for this resource."
    return HTTPProblem(415, "UnsupportedMediaType", message)


def invalid_parameter(name: str, message: str) -> HTTPProblem:
    """Return the problem that a query parameter is missing or has a wrong value."""
    problems = (BodyProblem("InvalidArgument", message, name),)
    return HTTPProblem(400, "InvalidArgument", message, problems=problems, details=(name, message))
