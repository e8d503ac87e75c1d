"""Law 11: the sandbox gives the recorded status, error and members for every recorded request."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient

FOLDER = Path(__file__).parent / "recorded"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CALLBACK = {"url": "https://127.0.0.1/?id=", "objectId": 1, "type": "ticket", "level": "owner", "description": "d"}
PLACES = "detailDescriptionFlag, internalAnalysisFlag, resolutionFlag"


@pytest.fixture(scope="module")
def own() -> Iterator[ApiClient]:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        assert api.manage("POST", "/system/callbacks", json=CALLBACK).status_code == 201
        yield api
    sandbox.close()


Problem = tuple[str, str, str, str]
# Method, path, body, status, code, message, and code, message, resource and field of the error.
REFUSALS: list[tuple[str, str, Any, int, str, str, Problem | None]] = [
    (
        "POST", "/service/tickets", {"summary": "x", "company": {"id": 19299}}, 400, "InvalidObject", "ticket object is invalid",
        ("NotFound", "company 19299 not found", "ticket", "company/id"),
    ),
    (
        "POST", "/service/tickets/1/notes", {"text": "x"}, 400, "InvalidObject", "serviceNote object is invalid",
        ("ServiceNote", "Please choose where to display the notes in order to save this record.", "serviceNote", PLACES),
    ),
    ("GET", "/service/tickets/404", None, 404, "NotFound", "Service Ticket 404 not found", None),
    (
        "POST", "/service/tickets/404/notes", {"text": "x", "resolutionFlag": True}, 404, "NotFound", "Service Ticket 404 not found",
        None,
    ),
    ("DELETE", "/service/tickets/1/notes/404", None, 404, "NotFound", "Service Note 404 not found", None),
    ("GET", "/company/companies/404", None, 404, "NotFound", "company 404 not found", None),
    (
        "GET", "/service/tickets?conditions=ticket condition = invalid", None, 400, "ApiFindCondition",
        "ticket is not a recognized name.", None,
    ),
    (
        "GET", "/service/tickets/1/notes?conditions=note condition = invalid", None, 400, "ApiFindCondition",
        "note is not a recognized name.", None,
    ),
    (
        "POST", "/system/callbacks", CALLBACK, 400, "InvalidObject", "callbackEntry object is invalid",
        ("ObjectExists", "A matching callback entry already exists", "callbackEntry", "objectId"),
    ),
    (
        "POST", "/service/tickets", {"summary": "x" * 101, "company": {"id": 1}}, 400, "InvalidObject", "ticket object is invalid",
        ("MaxLengthField", "The field summary must be a string with a maximum length of 100.", "ticket", "summary"),
    ),
    (
        "POST", "/service/tickets", {"summary": "x", "company": {"id": 1}, "board": {"id": 2}, "status": {"id": 17}}, 400,
        "InvalidObject", "ticket object is invalid",
        ("NotFound", "Service Status 17 not found for Service Board 2", "ticket", "status/id"),
    ),
    (
        "POST", "/service/tickets/1/configurations", {}, 400, "InvalidObject", "configuration object is invalid",
        ("MissingRequiredField", "id or deviceIdentifier is required.", "configuration", "id"),
    ),
    (
        "POST", "/company/companies", {"identifier": "AcmeIndustries", "name": "Acme", "site": {"name": "Main"}}, 400, "InvalidObject",
        "company object is invalid", ("ObjectExists", "Company ID already in use.", "company", "identifier"),
    ),
    (
        "PATCH", "/company/companies/1", [{"op": "replace", "path": "yearEstablished", "value": 0}], 400, "InvalidObject",
        "company object is invalid",
        ("OutOfRange", "The field yearEstablished must be between 1900 and 9999.", "company", "yearEstablished"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "message", "problem"), REFUSALS)
def test_recorded_refusals(  # noqa: PLR0913  # the columns of the table
    own: ApiClient, method: str, path: str, body: Any, status: int, code: str, message: str, problem: Problem | None
) -> None:
    response = own.manage(method, path, **({} if body is None else {"json": body}))
    expected: dict[str, Any] = {"code": code, "message": message}
    if problem is not None:
        expected["errors"] = [dict(zip(("code", "message", "resource", "field"), problem, strict=True))]
    assert (response.status_code, response.json()) == (status, expected)


def test_unknown_members_of_a_body(own: ApiClient) -> None:
    body = {"summary": "x", "company": {"id": 1}, "enteredBy": "x"}
    response = own.manage("POST", "/service/tickets", json=body)
    assert (response.status_code, response.json()["code"], response.json()["errors"]) == (400, "ConnectWiseApi", None)
    assert response.json()["message"].startswith("Could not find member 'enteredBy' on object of type 'Ticket'.")


def test_text_for_a_list_in_a_patch(own: ApiClient) -> None:
    operations = [{"op": "replace", "path": "communicationItems", "value": "x"}]
    response = own.manage("PATCH", "/company/contacts/1", json=operations)
    assert (response.status_code, response.json()["code"]) == (400, "InvalidPatch")
    assert response.json()["message"].startswith("Could not cast or convert")


def test_company_info_of_an_unknown_company(own: ApiClient) -> None:
    response = own.http.get(f"{own.sandbox.url}/login/companyinfo/unknown")
    assert (response.status_code, response.json()) == (200, None)


def test_headers_of_a_response(own: ApiClient) -> None:
    first, second = (own.manage("GET", "/system/info").headers for _ in range(2))
    assert first["api-current-version"] == "2025.16"
    assert first["x-cw-request-id"] != second["x-cw-request-id"]


@cache
def read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def collect(value: Any, path: str, found: dict[str, set[str]]) -> None:
    """Map the paths of members to the kinds of their values."""
    if isinstance(value, dict):
        for name, inner in value.items():
            found.setdefault(f"{path}{name}", set()).add(kind_of(inner))
            collect(inner, f"{path}{name}/", found)
    elif isinstance(value, list):
        for inner in value:
            collect(inner, f"{path[:-1]}[]/", found)


def kind_of(value: Any) -> str:
    if isinstance(value, str):
        return "link" if value.startswith("http") else "datetime" if MOMENT.fullmatch(value) else "text"
    return {dict: "object", list: "list", bool: "boolean", int: "integer", float: "number"}[type(value)]


# A text may happen to be a date or an address, and numbers are written with and without a fraction.
ALSO = {
    "text": {"datetime", "link"},
    "number": {"integer"},
    "integer": {"number"},
    "date": {"datetime", "text"},
    "link": {"text"},
}


@pytest.mark.parametrize(
    ("file", "endpoint"), [(file, endpoint) for file in ("recent.toml", "older.toml") for endpoint in read(file)]
)
def test_recorded_members_occur(own: ApiClient, file: str, endpoint: str) -> None:
    rows = own.get(endpoint, pageSize=200)
    found: dict[str, set[str]] = {}
    for row in rows if isinstance(rows, list) else [rows]:
        collect(row, "", found)
    wrong = [
        f"{member}: expected {kind}, got {sorted(found.get(member, ()))}"
        for kind, members in read(file)[endpoint].items()
        for member in members.split()
        if not found.get(member, set()) & {kind, *ALSO.get(kind, ())}
    ]
    assert wrong == []


def test_same_requests_get_the_same_bytes() -> None:
    def run() -> list[bytes]:
        sandbox = Sandbox(seed=3, clock=lambda: 1_800_000_000.0)
        with ApiClient(sandbox) as api:
            made = api.manage(
                "POST", "/service/tickets", json={"summary": "x", "company": {"identifier": "AcmeIndustries"}}
            )
            replies = [
                made,
                api.manage(
                    "POST", f"/service/tickets/{made.json()['id']}/notes", json={"text": "n", "resolutionFlag": True}
                ),
                api.manage("GET", "/service/tickets", params={"pageSize": "5", "orderBy": "id desc"}),
                api.manage("POST", "/system/members/jdoe/tokens", json={"memberIdentifier": "jdoe"}),
                api.sign_in(),
                api.automate("POST", "/Computers/1/CommandExecute", json={"Command": {"Id": 2}}),
                api.manage("GET", "/service/tickets/999999"),
            ]
        sandbox.close()
        return [f"{sorted(reply.headers.items())}".encode() + reply.content for reply in replies]

    assert run() == run()
