"""The error bodies of servers: `read_refusal` parses every form that either API is known to use.

Documented and observed forms (keys in any letter case)::

    {"code": "InvalidArgument", "message": "…", "errors": [{"code", "message", "field", "resource"}]}   Manage
    {"error": "ConnectWiseAPI", "message": "Too many requests. …"}                                     Manage, 429
    {"error": {"code", "message", "details": {"field", "value"}}}                                      Automate, documented
    {"Message": "…", "MessageDetail"?, "ExceptionMessage"?, "ModelState": {"Name": ["…"]}?}             Automate, ASP.NET
    {"title", "detail", "errors": {"Name": ["…"]}}                                                     RFC 9457
    {"error": "invalid_grant", "error_description": "…"}                                               token servers

A JSON string, an HTML page, plain text, bytes that are not text and an empty body are understood too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from cwql.client.http_types import REQUEST_IDS, Headers, decode
from cwql.client.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cwql.client.credentials import Secret
    from cwql.client.http_types import Response

__all__ = ["BODY_LIMIT", "Complaint", "Refusal", "find_hint", "read_refusal", "redact_response"]

BODY_LIMIT = 1 << 18
"""Bytes of a refusal that are read; the rest of it is dropped."""

MESSAGE_LIMIT = 600
"""Characters of a message that are kept."""

FIELD_LIMIT = 100
"""How many complaints about members are kept."""

_MARKUP_LIMIT = 32_000
_MESSAGES = ("message", "error_description", "detail", "messagedetail", "exceptionmessage", "title", "errormessage")
_TITLE = re.compile(r"<(title|h1|h2)\b[^<>]{0,200}>(.{0,400}?)</\1", re.IGNORECASE | re.DOTALL)
_HIDDEN_MARKUP = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error about a member: its name (as a path), a code, a message and, rarely, its value."""

    field: str
    message: str
    code: str = ""
    value: str = ""

    def __str__(self) -> str:
        said = self.message or self.code
        return f"{self.field}: {said}" if self.field and self.field.lower() not in said.lower() else said


@dataclass(frozen=True, slots=True)
class Refusal:
    """A parsed error body. `retry_after` is in seconds, None if the server names no time; `code` is empty if there is none."""

    status: int
    code: str = ""
    message: str = ""
    fields: tuple[Complaint, ...] = ()
    request_id: str = ""
    retry_after: float | None = None


def redact_response(response: Response, secrets: Iterable[Secret]) -> Response:
    """Return a refusal with secrets masked, in its headers and in the part of its body that is read."""
    secrets = tuple(secrets)
    media = response.headers.get("content-type", "")
    # Masked after decoding: a secret in UTF-16 or in an escape is not found among the bytes.
    text = decode(response.content[:BODY_LIMIT], media)
    safe = redact(text, secrets)
    hidden = {name: redact(value[:BODY_LIMIT], secrets) for name, value in response.headers.hidden().items()}
    if safe != text:
        hidden["content-type"] = f"{media.partition(';')[0] or 'text/plain'}; charset=utf-8"
    content = response.content[:BODY_LIMIT] if safe == text else safe.encode("utf-8", "replace")
    return replace(response, headers=Headers(hidden), content=content)


def read_refusal(status: int, headers: Mapping[str, str], content: bytes) -> Refusal:
    """Return the parsed error of a response. Never raises, whatever the bytes are."""
    folded = {name.lower(): value for name, value in headers.items()}
    request_id = next((folded[name] for name in REQUEST_IDS if folded.get(name)), "")
    code, message, fields = _read_body(decode(content[:BODY_LIMIT], folded.get("content-type", "")))
    return Refusal(
        status,
        _shorten(code, 80),
        _shorten(message, MESSAGE_LIMIT) or _phrase(status),
        tuple(fields[:FIELD_LIMIT]),
        _shorten(request_id[:BODY_LIMIT], 120),
    )


def _read_body(text: str) -> tuple[str, str, list[Complaint]]:
    text = text.strip().lstrip("\ufeff").strip()
    if not text:
        return "", "", []
    if text[0] in '{["':
        try:
            # ValueError: no JSON, or a number with too many digits; RecursionError: nested beyond reason.
            return _read_json(json.loads(text))
        except (ValueError, RecursionError):
            pass
    if text[0] == "<":
        return "", _read_markup(text), []
    return "", text, []


def _read_markup(text: str) -> str:
    # The message of a page is at its top; the bounds keep hostile pages linear.
    text = text[:_MARKUP_LIMIT]
    found = _TITLE.search(text)
    plain = found.group(2) if found else _HIDDEN_MARKUP.sub(" ", text)
    return " ".join(_TAG.sub(" ", plain).split())


def _read_json(body: object) -> tuple[str, str, list[Complaint]]:
    if isinstance(body, str):
        return "", body, []
    if isinstance(body, list):
        # Bulk endpoints answer with one entry for each record.
        found = [_read_json(entry) for entry in body[:FIELD_LIMIT]]
        code = next((code for code, _, _ in found if code), "")
        said = "; ".join(dict.fromkeys(message for _, message, _ in found if message))
        return code, said, [complaint for _, _, fields in found for complaint in fields]
    if not isinstance(body, dict):
        return "", "", []
    members = {str(name).lower(): value for name, value in body.items()}
    inner = members.get("error")
    if isinstance(inner, dict):
        code, message, fields = _read_json(inner)
        return code, message or _text(members.get("message")), fields
    code = _text(members.get("code")) or _text(inner) or _text(members.get("errorcode"))
    message = next((text for name in _MESSAGES if (text := _text(members.get(name)))), "")
    exception = _text(members.get("exceptionmessage"))
    if exception and exception != message:
        # ASP.NET says "An error has occurred." first; the second text has the cause.
        message = f"{message} {exception}"
    fields = list(_complaints(members))
    if not message and fields:
        message = str(fields[0])
    return code, message, fields


def _complaints(members: Mapping[str, Any]) -> Iterator[Complaint]:
    for name in ("errors", "modelstate", "details"):
        found = members.get(name)
        if isinstance(found, list):
            for entry in found:
                if isinstance(entry, str):
                    yield Complaint("", _shorten(entry, MESSAGE_LIMIT))
                elif isinstance(entry, dict):
                    yield _complaint(entry)
        elif isinstance(found, dict) and name == "details":
            complaint = _complaint(found)
            if complaint.field or complaint.message:
                yield complaint
        elif isinstance(found, dict):
            for field, said in found.items():
                for one in said if isinstance(said, list) else [said]:
                    yield Complaint(_shorten(str(field), 200), _shorten(_text(one), MESSAGE_LIMIT))


def _complaint(entry: Mapping[Any, Any]) -> Complaint:
    members = {str(name).lower(): value for name, value in entry.items()}
    return Complaint(
        _shorten(_text(members.get("field")) or _text(members.get("property")), 200),
        _shorten(_text(members.get("message")), MESSAGE_LIMIT),
        _shorten(_text(members.get("code")), 80),
        _shorten(_text(members.get("value")), 200),
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


class Hint(NamedTuple):
    """Advice for a status: if `said` matches the code or the message, and `at` the method and path of the call."""

    status: int
    advice: str
    said: str = ""
    at: str = ""


HINTS: dict[str, tuple[Hint, ...]] = {
    "manage": (
        Hint(
            403,
            "the API of the cloud is on another host, like api-na.myconnectwise.net: give it as site=",
            said=r"\bSSL is required",
        ),
        Hint(
            404,
            "check site=, codebase= and company_id=: no API is at that address, or the cloud does not know the keys",
            at=r"/system/info$",
        ),
        Hint(
            404,
            "a ticket of a project is under /project/tickets, or the id does not exist",
            at=r"/service/tickets/\d+(?:/|$)",
        ),
        Hint(
            404,
            "a ticket of a service board is under /service/tickets, or the id does not exist",
            at=r"/project/tickets/\d+(?:/|$)",
        ),
        Hint(
            404,
            "these are the choices of a question of a type; the answers of a configuration are its member questions",
            at=r"/types/\d+/questions(?:/\d+/values)?(?:/|$)",
        ),
        Hint(
            400,
            "the server is of another release: give its release, or release='auto', which asks the server for it",
            said=r"does not support the API version",
        ),
        Hint(
            400,
            "send whole seconds in UTC, like 2024-01-31T09:00:00Z",
            said=r"UnsupportedFormat|Unsupported format applied",
        ),
        Hint(
            400,
            "customFields and questions are replaced as a whole: read the record, change the entries, send the whole list",
            said=r"InvalidPatch|Invalid patch",
            at=r"^PATCH ",
        ),
        Hint(
            400, "the same callback exists: callbacks.list() returns it", said=r"ObjectExists", at=r"/system/callbacks"
        ),
        Hint(
            409, "the same callback exists: callbacks.list() returns it", said=r"ObjectExists", at=r"/system/callbacks"
        ),
    ),
    "automate": (
        Hint(
            401,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
        Hint(
            403,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
        Hint(
            400,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
    ),
}
"""The advice of each product; the first that matches counts."""


def find_hint(product: str, refusal: Refusal, call: str) -> str:
    """Return the advice for an error, or an empty text; `call` is its method and path."""
    said = (
        f"{refusal.code} {refusal.message} {' '.join([f'{each.code} {each.message}' for each in refusal.fields[:5]])}"
    )
    for hint in HINTS.get(product, ()):
        if (
            hint.status == refusal.status
            and re.search(hint.said, said[:2000], re.IGNORECASE)
            and re.search(hint.at, call.partition("?")[0], re.IGNORECASE)
        ):
            return hint.advice
    return ""
