"""Check that a response belongs to its request: it must have the requested id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cwql.client.error_body import Refusal
from cwql.client.errors import InvalidResponseError, WrongRecordError, reply_error
from cwql_api.runtime import Record

if TYPE_CHECKING:
    from cwql.client.errors import APIStatusError
    from cwql.client.send import CallResult
    from cwql.schema.catalog import Catalog
    from cwql.schema.operation import Operation

__all__ = ["mismatch_error", "wrong_record", "wrong_record_error"]

_METHODS = frozenset(("GET", "PATCH", "PUT"))


def wrong_record(known: Catalog, operation: Operation, path: str, value: Any) -> str:
    """Return an error message if a response has another record than the one at its path, otherwise an empty text.

    Only numbers are compared, because names and GUIDs have more than one spelling. A record without an id, because the
    response does not select it, passes.
    """
    if operation.method not in _METHODS or not isinstance(value, Record):
        return ""
    name = _id_name(known, operation)
    if name is None:
        return ""
    wanted, found = _number(unquote(path.rpartition("/")[2])), _number(getattr(value, name, None))
    if wanted is None or found is None or wanted == found:
        return ""
    return f"the response holds the record with the {name} {found}, not {wanted}"


def wrong_record_error(fault: str, product: str, call: str, answer: CallResult) -> APIStatusError:
    """Return the error for a message of `wrong_record`."""
    refusal = Refusal(answer.response.status_code, "", fault)
    error = reply_error(
        refusal, product, WrongRecordError, attempts=answer.attempts, response=answer.response, title=call
    )
    error.hint = "the response belongs to another request: look for a proxy or cache between you and the server"
    return error


def mismatch_error(product: str, answer: CallResult, title: str) -> APIStatusError:
    """Return the error for a response with values of unexpected types, if the call wants one."""
    count = len(answer.mismatches)
    message = f"{count} value{'' if count == 1 else 's'} of an unexpected type: {answer.mismatches[0]}"
    refusal = Refusal(answer.response.status_code, "", message)
    response, attempts = answer.response, answer.attempts
    return reply_error(refusal, product, InvalidResponseError, attempts=attempts, response=response, title=title)


def _id_name(known: Catalog, operation: Operation) -> str | None:
    """Return the member that has the id at the end of an operation's path, None if there is none or it is not certain."""
    last = operation.path.rpartition("/")[2]
    response = operation.reply
    if last[:1] != "{" or last[-1:] != "}" or response is None or response.listed or response.record is None:
        return None
    record = known.find_record(response.record)
    if record is None:
        return None
    placeholder = last[1:-1].lower()
    # `/Alerts/{alertId}` gives an Alert with an AlertId, `/Computers/{computerId}` a Computer with an Id.
    field = record.find(placeholder)
    if (field is None or field.origin != "spec") and (
        placeholder == "entityid" or record.name.lower().endswith(placeholder.removesuffix("id"))
    ):
        field = record.find("id")
    # Names that only conditions understand are not in responses.
    return field.name if field is not None and field.origin == "spec" else None


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else None
