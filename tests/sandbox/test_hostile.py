"""No request gets a 500 or raises: generated texts in every parameter, odd paths and bodies, statements beyond SQLite's limits."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.language.dialects import DIALECTS
from cwql.sandbox import Sandbox
from cwql.sandbox.messages import Request
from tests.generators import HOSTILE_PIECES, hostile_strings
from tests.sandbox.api_client import ApiClient
from tests.texts import Texts

ENDPOINTS = ("/service/tickets", "/company/contacts", "/company/configurations", "/time/entries", "/system/members")
PARAMETERS = (
    "conditions",
    "childConditions",
    "customFieldConditions",
    "orderBy",
    "fields",
    "page",
    "pageSize",
    "pageId",
)
AUTOMATE = ("condition", "orderBy", "includeFields", "excludeFields", "ids", "page", "pageSize", "expand")


@pytest.fixture(scope="module")
def quiet() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def send(
    sandbox: Sandbox, product: str, method: str, path: str, query: tuple[tuple[str, str], ...] = (), body: bytes = b""
) -> int:
    """Send a request without a client, which would refuse many of these."""
    api = ApiClient(sandbox)
    root = "/v4_6_release/apis/3.0" if product == "manage" else "/cwa/api/v1"
    headers = {name.lower(): value for name, value in api.basic.items()}
    if product == "automate":
        headers["authorization"] = f"Bearer {api.sign_in().json()['AccessToken']}"
    api.http.close()
    response = sandbox._handle(Request(method, f"{root}{path}", query, headers, body))
    assert response.status < 500, (method, path, query, response.body)
    if response.status >= 400:
        json.loads(response.body)
    return response.status


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_texts_of_the_language(quiet: Sandbox, dialect: object) -> None:
    texts = Texts(dialect, 7)  # type: ignore[arg-type]
    rng = random.Random(7)
    manage = dialect is DIALECTS[0]
    statuses: dict[int, int] = {}
    for number in range(1_200):
        text = texts.valid() if number % 3 == 0 else texts.mutated() if number % 3 == 1 else texts.hostile()
        path = rng.choice(ENDPOINTS) if manage else rng.choice(("/Computers", "/Clients", "/Alerts"))
        name = rng.choice(PARAMETERS if manage else AUTOMATE)
        status = send(quiet, "manage" if manage else "automate", "GET", path, ((name, text), ("PageSize", "5")))
        statuses[status] = statuses.get(status, 0) + 1
    assert set(statuses) <= {200, 400}


def test_hostile_values_in_conditions(quiet: Sandbox) -> None:
    for text in hostile_strings(150):
        for quote in ('"', "'"):
            send(quiet, "manage", "GET", "/service/tickets", (("conditions", f"summary like {quote}{text}{quote}"),))
        send(
            quiet,
            "manage",
            "POST",
            "/service/tickets/search",
            body=json.dumps({"conditions": f"summary contains '{text}'"}).encode(),
        )


def test_hostile_paths(quiet: Sandbox) -> None:
    for piece in (*HOSTILE_PIECES, "9" * 18, "9" * 19, "9" * 400, "-1", "..", "%2e%2e", "//", "{id}", "\u0664"):
        for path in (
            f"/service/tickets/{piece}",
            f"/service/tickets/{piece}/notes",
            f"/{piece}",
            f"/system/members/{piece}",
        ):
            for method in ("GET", "DELETE", "PATCH", "PUT", "POST", "BREW"):
                status = send(quiet, "manage", method, path, body=b"[]")
                assert status in (200, 400, 404, 405)


BODIES = (
    b"", b"null", b"0", b'""', b"[]", b"{}", b"[[]]", b"[{}]", b'{"id":null}', b'{"id":99999999999999999999}', b"{" * 9_000, b"\xff\xfe",
    b'{"company":{"id":1e400}}', b'{"summary":{"a":[1]},"company":[],"customFields":[1,{"value":[]}],"_info":5}',
    json.dumps({"summary": "x", "company": {"id": 2}, "_info": {"a": {"b": {}}}, "customFields": [{"id": 1, "value": {"x": 1}}]}).encode(),
)  # fmt: skip


def test_hostile_bodies(quiet: Sandbox) -> None:
    for body in BODIES:
        for method, path in (
            ("POST", "/service/tickets"),
            ("PUT", "/service/tickets/2"),
            ("PATCH", "/service/tickets/2"),
            ("POST", "/service/tickets/search"),
            ("POST", "/procurement/purchaseorders/1/lineitems/bulk"),
            ("DELETE", "/procurement/purchaseorders/1/lineitems/bulk"),
            ("POST", "/system/callbacks"),
            ("POST", "/service/tickets/2/merge"),
        ):
            send(quiet, "manage", method, path, body=body)
        for path in ("/APICredentials", "/APICredentials/Refresh", "/APIToken", "/APIToken/Refresh", "/Groups"):
            send(quiet, "automate", "POST", path, body=body)
    send(quiet, "manage", "GET", "/service/tickets", (("customFieldConditions", "value = 'x'"),))


LONG = [
    " or ".join(f"id = {number}" for number in range(5_000)),
    f"id in ({', '.join(map(str, range(40_000)))})",
    " and ".join(f'summary not like "%{number}_x[a-z]%"' for number in range(400)),
    "(" * 99 + "id = 1" + ")" * 99,
    "(" * 5_000,
    f'summary like "{"%a" * 20_000}"',
    f'summary like "{"[a-b]" * 8_000}"',
    f'summary contains "{"x" * 200_000}"',
    f"id = {'9' * 64}",
    " or ".join(f"_info/lastUpdated > [2024-01-{day:02}]" for day in range(1, 29)) * 1,
]


@pytest.mark.parametrize("condition", LONG, ids=range(len(LONG)))
def test_long_conditions(quiet: Sandbox, condition: str) -> None:
    body = json.dumps({"conditions": condition}).encode()
    assert send(quiet, "manage", "POST", "/service/tickets/search", body=body) in (200, 400)
    assert send(quiet, "manage", "GET", "/company/contacts", (("childConditions", condition),)) in (200, 400)


def test_statement_beyond_the_limits_of_sqlite_is_refused(quiet: Sandbox) -> None:
    # SQLite sorts by at most 2,000 terms.
    order = ",".join(["summary", "id"] * 1_500)
    assert send(quiet, "manage", "GET", "/service/tickets", (("orderBy", order),)) == 400
    assert send(quiet, "automate", "GET", "/Computers", (("orderBy", order.replace("summary", "Name")),)) == 400
    nulls = " or ".join(["summary = null"] * 60_000)
    assert send(quiet, "manage", "GET", "/service/tickets", (("conditions", nulls),)) == 400


def test_slow_search_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    monkeypatch.setattr("cwql.sandbox.store.store.SEARCH_TIMEOUT", -1.0)
    sandbox._store._connection.set_progress_handler(sandbox._store._has_timed_out, 100)
    with ApiClient(sandbox) as api:
        assert api.manage("GET", "/service/tickets", params={"conditions": "summary contains 'x'"}).status_code == 503
    sandbox.close()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_bodies_that_are_declared_as_something_else_are_refused(api: ApiClient, kind: str) -> None:
    body = b'{"summary": "x", "company": {"id": 1}}'
    for method, path in (
        ("POST", "/service/tickets"),
        ("PUT", "/service/tickets/1"),
        ("POST", "/service/tickets/search"),
    ):
        response = api.manage(method, path, content=body, headers={"content-type": kind})
        assert (response.status_code, response.json()["code"]) == (415, "UnsupportedMediaType")


@pytest.mark.parametrize(
    "kind",
    ["", "application/json; charset=utf-8", "text/json", "application/vnd.connectwise.com+json; version=2025.16"],
)
def test_json_may_be_declared_in_several_ways(api: ApiClient, kind: str) -> None:
    body = b'{"summary": "x", "company": {"id": 1}}'
    headers = {"content-type": kind} if kind else {}
    assert api.manage("POST", "/service/tickets", content=body, headers=headers).status_code == 201


EMPTY_REFERENCES: list[tuple[Any, str]] = [
    ([{"op": "replace", "path": "company", "value": {}}], "company"),
    ([{"op": "replace", "path": "company/id", "value": None}], "company"),
    (
        [{"op": "replace", "path": "company", "value": {"id": None, "name": "", "_info": {"company_href": "x"}}}],
        "company",
    ),
    ([{"op": "remove", "path": "company"}], "company"),
    ([{"op": "remove", "path": "board"}], "board"),
    ([{"op": "replace", "path": "board", "value": {}}], "board"),
]


@pytest.mark.parametrize(("operations", "field"), EMPTY_REFERENCES)
def test_required_references_cannot_be_emptied(api: ApiClient, operations: Any, field: str) -> None:
    response = api.manage("PATCH", "/service/tickets/9", json=operations)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "MissingRequiredField")
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("company", [{}, {"id": None}, {"identifier": ""}, {"_info": {"company_href": "x"}}])
def test_new_tickets_need_a_company_that_names_something(api: ApiClient, company: Any) -> None:
    response = api.manage("POST", "/service/tickets", json={"summary": "x", "company": company})
    assert response.status_code == 400
    assert response.json()["errors"][0] == {
        "code": "MissingRequiredField", "message": "The company field is required.", "resource": "ticket", "field": "company"
    }  # fmt: skip


@pytest.mark.parametrize("owner", [None, {}, {"identifier": ""}, {"id": None, "_info": {"x": "y"}}])
def test_optional_references_that_name_nothing_are_left_out(api: ApiClient, owner: Any) -> None:
    response = api.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 1}, "owner": owner})
    assert response.status_code == 201
    assert "owner" not in response.json()


def test_kind_of_a_ticket_cannot_be_changed(api: ApiClient) -> None:
    operations = [{"op": "replace", "path": "recordType", "value": "ProjectTicket"}]
    assert api.manage("PATCH", "/service/tickets/9", json=operations).json()["recordType"] == "ServiceTicket"
    body = {"summary": "x", "company": {"id": 1}, "recordType": "ProjectTicket"}
    assert api.manage("POST", "/service/tickets", json=body).json()["recordType"] == "ServiceTicket"


@pytest.mark.parametrize(
    ("sent", "member"),
    [({"id": 999, "value": "x"}, "id"), ({"caption": "Nope", "value": "x"}, "caption"), ("x", "caption")],
)
def test_unknown_custom_fields_are_refused(api: ApiClient, sent: Any, member: str) -> None:
    operations = [{"op": "replace", "path": "customFields", "value": [sent]}]
    patched = api.manage("PATCH", "/service/tickets/9", json=operations)
    assert patched.status_code == 400
    if isinstance(sent, dict):
        created = api.manage(
            "POST", "/service/tickets", json={"summary": "x", "company": {"id": 1}, "customFields": [sent]}
        )
        for response in (patched, created):
            assert response.json()["errors"][0]["code"] == "NotFound"
            assert response.json()["errors"][0]["field"] == f"customFields/{member}"


def test_problems_of_patches_name_the_resource(api: ApiClient) -> None:
    for operations in (
        [{"op": "test", "path": "summary"}],
        [{"op": "replace", "path": "nope", "value": 1}],
        [{"op": "replace", "path": "id", "value": 1}],
    ):
        response = api.manage("PATCH", "/service/tickets/9", json=operations)
        assert response.json()["errors"][0]["resource"] == "ticket"
    wrong = api.manage("PATCH", "/service/tickets/9", json=[{"op": "replace", "path": "impact", "value": 1}])
    assert wrong.json()["message"].endswith("for field 'impact'.")


@pytest.mark.parametrize("ids", [[2**70], [-1], ["x"], [None], [True], "x", {"a": 1}])
def test_ids_of_a_bulk_deletion_may_be_anything(api: ApiClient, ids: Any) -> None:
    response = api.manage("DELETE", "/procurement/purchaseorders/1/lineitems/bulk", json={"ids": ids})
    assert response.status_code in (207, 400)
    assert "success" not in response.text or response.json()["payload"][0]["success"] is False


def test_bulk_deletion_of_no_record(api: ApiClient) -> None:
    response = api.manage("DELETE", "/procurement/purchaseorders/1/lineitems/bulk", json={})
    assert (response.status_code, response.json()) == (207, {"payload": []})
