"""Error bodies of servers as exceptions: every known form, with its caret, and bytes that have no form at all."""

from __future__ import annotations

import copy
import json
import pickle
import random
from typing import Any

import pytest

import cwql
from cwql.client import errors
from cwql.client.credentials import Secret
from cwql.client.error_body import FIELD_LIMIT, MESSAGE_LIMIT, Complaint, Refusal, read_refusal, redact_response
from cwql.client.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InvalidResponseError,
    LockedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    TwoFactorRequiredError,
    reply_error,
)
from cwql.client.http_types import Headers, Response

CHARSETS = [
    ("utf-8", "utf-8"),
    ("UTF8", "utf-8"),
    ("utf-16", "utf-16"),
    ("utf-16le", "utf-16-le"),
    ("UTF-16BE", "utf-16-be"),
    ("iso-8859-1", "latin-1"),
    ("ISO_8859-1", "latin-1"),
    ("latin1", "latin-1"),
    ("windows-1252", "cp1252"),
    ('"cp1252"', "cp1252"),
    # Anything else is taken for UTF-8.
    ("punycode", "utf-8"),
    ("idna", "utf-8"),
    ("utf-7", "utf-8"),
    ("unicode_escape", "utf-8"),
    ("rot13", "utf-8"),
    ("x" * 10_000, "utf-8"),
    ("", "utf-8"),
]


@pytest.mark.parametrize(("named", "encoding"), CHARSETS)
def test_few_charsets_are_decoded_by_name(named: str, encoding: str) -> None:
    headers = {"Content-Type": f"text/plain; charset={named}"}
    assert read_refusal(400, headers, "Straße – ok".replace("–", "-").encode(encoding)).message == "Straße - ok"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16le", "iso-8859-1", "cp1252"])
def test_secrets_are_masked_in_every_charset(charset: str) -> None:
    body = json.dumps({"message": "the key pri-v4te-key is wrong"}).encode(charset)
    headers = Headers({"content-type": f"application/json; charset={charset}", "x-echo": "pri-v4te-key!"})
    response = redact_response(Response(401, headers, body), [Secret("pri-v4te-key")])
    assert read_refusal(401, response.headers, response.content).message == "the key *** is wrong"
    assert response.json() == {"message": "the key *** is wrong"}
    assert response.headers["x-echo"] == "***!"


def read(status: int, body: Any, **headers: str) -> Refusal:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_refusal(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


FORMS: list[tuple[int, Any, str, str, tuple[Complaint, ...]]] = [
    # Manage, from servers.
    (400, {"code": "ApiFindCondition", "message": "resources/identifier is not a recognized name."}, "ApiFindCondition", "resources/identifier is not a recognized name.", ()),
    (400, {"code": "ApiFindCondition", "message": "Enum value supplied was invalid"}, "ApiFindCondition", "Enum value supplied was invalid", ()),
    (400, {"code": "ConnectWiseApi", "message": "Could not find member 'page' on object of type 'FilterValues'."}, "ConnectWiseApi", "Could not find member 'page' on object of type 'FilterValues'.", ()),
    (500, {"code": "ConnectWiseApi", "message": "String was not recognized as a valid Boolean."}, "ConnectWiseApi", "String was not recognized as a valid Boolean.", ()),
    (429, {"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 30 seconds."}, "ConnectWiseAPI", "Too many requests. Please try again in 30 seconds.", ()),
    # Manage, from the reference document.
    (429, {"code": "RateLimitExceeded", "message": "Rate limit exceeded. Try again in 30 seconds."}, "RateLimitExceeded", "Rate limit exceeded. Try again in 30 seconds.", ()),
    (
        400,
        {"code": "InvalidArgument", "message": "The value 'invalid' is not valid for field 'status/id'.", "errors": [{"code": "InvalidArgument", "message": "status/id must be a valid integer", "field": "status/id"}]},
        "InvalidArgument",
        "The value 'invalid' is not valid for field 'status/id'.",
        (Complaint("status/id", "status/id must be a valid integer", "InvalidArgument"),),
    ),
    (400, {"Code": "InvalidObject", "Message": "x", "Errors": [{"Code": "MissingRequired", "Message": "y", "Resource": "ticket", "Field": "summary"}]}, "InvalidObject", "x", (Complaint("summary", "y", "MissingRequired"),)),
    # Automate, from the reference document.
    (
        400,
        {"error": {"code": "BadRequest", "message": "Invalid filter syntax in condition parameter", "details": {"field": "condition", "value": "Status == 'Online'"}}},
        "BadRequest",
        "Invalid filter syntax in condition parameter",
        (Complaint("condition", "", "", "Status == 'Online'"),),
    ),
    # Automate, from servers.
    (400, {"Message": "The request is invalid.", "ModelState": {"Name": ["The Name field is required.", "Too long"]}}, "", "The request is invalid.", (Complaint("Name", "The Name field is required."), Complaint("Name", "Too long"))),
    (500, {"Message": "An error has occurred.", "ExceptionMessage": "Object reference not set", "ExceptionType": "System.NullReferenceException", "StackTrace": "at X"}, "", "An error has occurred. Object reference not set", ()),
    (401, {"Message": "Authorization has been denied for this request."}, "", "Authorization has been denied for this request.", ()),
    # The bytes between two parts.
    (400, {"title": "One or more validation errors occurred.", "status": 400, "errors": {"name": ["required"]}}, "", "One or more validation errors occurred.", (Complaint("name", "required"),)),
    (400, {"error": "invalid_grant", "error_description": "The password is wrong."}, "invalid_grant", "The password is wrong.", ()),
    (400, {"errors": ["first", "second"]}, "", "first", (Complaint("", "first"), Complaint("", "second"))),
    (400, [{"code": "A", "message": "one"}, {"code": "B", "message": "two"}], "A", "one; two", ()),
    (400, "just a text", "", "just a text", ()),
    (400, 5, "", "5", ()),
    (400, {}, "", "Bad Request", ()),
    (400, [], "", "Bad Request", ()),
    (400, None, "", "null", ()),
    (400, {"code": 17, "message": {"nested": 1}}, "17", "Bad Request", ()),
    (503, b"", "", "Service Unavailable", ()),
    (503, b"   \r\n", "", "Service Unavailable", ()),
    (799, b"", "", "no reason given", ()),
    (502, b"<html><head><title>502 Bad\n Gateway</title></head><body><h1>nginx</h1></body></html>", "", "502 Bad Gateway", ()),
    (503, b"<!DOCTYPE html><body><h1>Maintenance &amp; <b>updates</b></h1>", "", "Maintenance &amp; updates", ()),
    (503, b"<html><script>var a = '<h1>';</script><style>x{}</style><!-- y --><p>Come  back</p>", "", "Come back", ()),
    (500, b"plain text", "", "plain text", ()),
    (500, b'{"code": "cut', "", '{"code": "cut', ()),
    (500, '\ufeff{"message": "with a mark"}'.encode(), "", "with a mark", ()),
    (500, '{"message": "sixteen"}'.encode("utf-16"), "", "sixteen", ()),
    (500, b"\x1f\x8b\x08\x00garbage", "", "\ufffd\x08\x00garbage", ()),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "code", "message", "fields"), FORMS)
def test_forms(status: int, body: Any, code: str, message: str, fields: tuple[Complaint, ...]) -> None:
    refusal = read(status, body)
    assert (refusal.status, refusal.code, refusal.message, refusal.fields) == (status, code, message, fields)
    assert str(reply_error(refusal, "manage", title="GET /x"))


def test_headers() -> None:
    refusal = read(429, b"", X_Request_Id="abc", Retry_After="30")
    assert refusal.request_id == "abc"
    assert read(400, b"caf\xe9", Content_Type="text/plain; charset=latin-1").message == "café"
    assert read(400, b"caf\xc3\xa9", Content_Type="text/plain; charset=nonsense").message == "café"


def test_no_bytes_are_too_odd() -> None:
    chance = random.Random(7)
    seeds = [json.dumps(body).encode() if not isinstance(body, bytes) else body for _, body, *_ in FORMS]
    for _ in range(3000):
        content = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(6)):
            if content:
                content[chance.randrange(len(content))] = chance.randrange(256)
        error = reply_error(
            read(chance.choice((400, 401, 404, 500)), bytes(content)), "automate", title="GET /x", conditions=("a = 1",)
        )
        assert len(str(error)) < 20_000
    for monster in (
        b"[" * 300_000,
        b'{"errors":' * 50_000,
        b"<" * 300_000,
        b"<title>" * 50_000,
        b"9" * 300_000,
        b'{"errors": [' + b'"x",' * 90_000,
    ):
        refusal = read(400, monster)
        assert len(refusal.message) <= MESSAGE_LIMIT
        assert len(refusal.fields) <= FIELD_LIMIT


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {}, BadRequestError),
        (401, {}, AuthenticationError),
        (403, {}, PermissionDeniedError),
        (404, {}, NotFoundError),
        (408, {}, ServerError),
        (409, {}, ConflictError),
        (409, {"code": "RecordLocked", "message": "x"}, LockedError),
        (409, {"message": "The record is locked by jdoe"}, LockedError),
        (410, {}, NotFoundError),
        (422, {}, BadRequestError),
        (423, {}, LockedError),
        (429, {}, RateLimitError),
        (500, {}, ServerError),
        (500, {"code": "RecordNotFound"}, ServerError),
        (503, {}, ServerError),
        (302, {}, APIStatusError),
        (405, {}, APIStatusError),
        (418, {}, APIStatusError),
        (400, {"code": "InvalidCredentials"}, AuthenticationError),
        (400, {"code": "MissingClientId"}, AuthenticationError),
        (400, {"code": "RecordNotFound"}, NotFoundError),
        (403, {"code": "RateLimitExceeded"}, RateLimitError),
    ],
)
def test_kinds(status: int, body: Any, kind: type[APIStatusError]) -> None:
    error = reply_error(read(status, body), "manage", title="GET /x")
    assert type(error) is kind
    assert isinstance(error, cwql.CwqlError)
    assert error.status_code == status


def test_the_tree() -> None:
    assert issubclass(TwoFactorRequiredError, AuthenticationError)
    assert issubclass(LockedError, ConflictError)
    assert issubclass(InvalidResponseError, APIStatusError)
    assert issubclass(APITimeoutError, APIConnectionError)
    kinds = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error") and name != "SecretError"]
    assert all(issubclass(kind, APIError) for kind in kinds)
    assert errors.__doc__ is not None
    assert all(kind.__name__ in errors.__doc__ for kind in kinds)
    assert all(getattr(cwql, kind.__name__) is kind and kind.__module__ == "cwql" for kind in kinds)


def test_a_404_of_the_cloud_may_mean_the_keys() -> None:
    assert "wrong keys, company or codebase" in str(reply_error(read(404, {}), "manage", title="GET /x"))
    assert "codebase" not in str(reply_error(read(404, {}), "automate", title="GET /x"))


CARETS = [
    (
        "resources/identifier is not a recognized name.",
        "closedFlag = false and resources/identifier = 'jdoe'",
        "resources/identifier",
        23,
    ),
    ("Resources/Identifier is not a recognized name.", "resources/identifier = 'x'", "resources/identifier", 0),
    ("'id' is not a recognized name.", "company/id = 1 and id = 5", "id", 19),
    ("id is not a recognized name.", 'summary contains "id" and id = 5', "id", 26),
    ("Client.Nme is not a valid field.", "Client.Nme = 'x'", "Client.Nme", 0),
    ("lastUpdated is not a recognized name.", "lastUpdated > [2024-01-01T00:00:00Z]", "lastUpdated", 0),
]


@pytest.mark.parametrize(("message", "condition", "name", "start"), CARETS)
def test_caret_under_the_name(message: str, condition: str, name: str, start: int) -> None:
    error = reply_error(
        read(400, {"code": "ApiFindCondition", "message": message}), "manage", title="GET /x", conditions=(condition,)
    )
    assert error.span is not None
    assert condition[error.span.start : error.span.end].lower() == name.lower()
    assert error.span.start == start
    lines = str(error).splitlines()
    shown = next(index for index, line in enumerate(lines) if line == f"  | {condition}")
    assert lines[shown + 1] == f"  | {' ' * start}{'^' * len(name)}"


def test_caret_in_the_right_one_of_several() -> None:
    refusal = read(400, {"message": "types/id is not a recognized name."})
    error = reply_error(refusal, "manage", title="GET /x", conditions=("closedFlag = false", "types/id = 1"))
    assert error.condition == "types/id = 1"


def test_caret_by_a_complaint() -> None:
    body = {"message": "bad", "errors": [{"field": "status/id", "message": "must be a valid integer"}]}
    error = reply_error(read(400, body), "manage", title="GET /x", conditions=("id = 5 and status/id = 'x'",))
    assert error.span is not None
    assert error.span.start == 11


def test_no_caret_where_no_name_is_told() -> None:
    error = reply_error(
        read(400, {"message": "Enum value supplied was invalid"}), "manage", title="GET /x", conditions=("a = 1",)
    )
    assert error.span is None
    assert "  | a = 1" in str(error)


def test_a_long_condition_is_cut_around_the_place() -> None:
    condition = " or ".join([f"id = {n}" for n in range(400)]) + " or bad/name = 1 or " + "id = 5 or " * 300 + "id = 6"
    error = reply_error(
        read(400, {"message": "bad/name is not a recognized name."}), "manage", title="GET /x", conditions=(condition,)
    )
    assert max(len(line) for line in str(error).splitlines()) < 120
    assert "bad/name = 1" in str(error)


def test_nothing_of_a_server_acts_on_a_terminal() -> None:
    error = reply_error(
        read(400, {"code": "\x1b[31mX", "message": "a\r\nb\x1b]0;title\x07\u202e"}), "manage", title="GET /\x1b[2J"
    )
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert "\r" not in str(error)


def test_whole_text() -> None:
    body = {
        "code": "InvalidArgument",
        "message": "The value 'invalid' is not valid.",
        "errors": [{"code": "InvalidArgument", "message": "must be a valid integer", "field": "status/id"}],
    }
    refusal = read(400, body, X_Request_Id="7-b")
    error = reply_error(
        refusal, "manage", title="GET /service/tickets", conditions=("status/id = 'invalid'",), attempts=2
    )
    assert str(error) == (
        "GET /service/tickets: 400 InvalidArgument: The value 'invalid' is not valid.\n"
        "  status/id: must be a valid integer\n"
        "  | status/id = 'invalid'\n"
        "  | ^^^^^^^^^\n"
        "  after 2 attempts\n"
        "  request id: 7-b"
    )


@pytest.mark.parametrize(
    "error",
    [
        reply_error(
            read(409, {"message": "locked"}, Retry_After="5"),
            "manage",
            title="PATCH /x",
            conditions=("a = 1",),
            attempts=3,
        ),
        APITimeoutError("nothing came", attempts=4, title="GET /x at https://psa.example", hint="wait"),
        errors.UntrustedURLError("elsewhere"),
    ],
)
def test_errors_are_copied_and_pickled(error: Exception) -> None:
    for twin in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.__dict__.keys() == error.__dict__.keys()


def test_transport_errors_say_what_was_asked() -> None:
    assert (
        str(APITimeoutError("nothing came in time", attempts=4, title="GET /x"))
        == "GET /x: nothing came in time (after 4 attempts)"
    )
    assert str(APIConnectionError("refused", request_sent=False)) == "refused"
    assert (
        str(
            APIConnectionError(
                "refused",
                request_sent=False,
                attempts=5,
                title="GET /x at https://psa.example:444",
                hint="check the address",
            )
        )
        == "GET /x at https://psa.example:444: refused (after 5 attempts)\n  hint: check the address"
    )
