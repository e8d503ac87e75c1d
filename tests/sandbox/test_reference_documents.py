"""Every example of the reference documents runs against the sandbox, over HTTP, with the described result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the reference documents are not here")


def read(name: str) -> str:
    return (SEEDS / name).read_text(encoding="utf-8") if SEEDS.is_dir() else ""


def manage_conditions() -> list[str]:
    """Return conditions: those written in full, and the examples in the table of operators."""
    found = []
    for name in ("manage-psa-api-patterns.md", "manage-api-integration.md"):
        text = read(name)
        found += re.findall(r"^conditions=(.+)$", text, re.MULTILINE)
        found += [
            row
            for row in re.findall(r"^\| `[^`]+` \| [^|]+ \| `([^`]+)` \|$", text, re.MULTILINE)
            if not row.startswith("%")
        ]
    found += re.findall(
        r"^((?:company|status|contact)/\w+ ?(?:=|contains) ?\S+)$", read("manage-psa-api-patterns.md"), re.MULTILINE
    )
    return [text for text in dict.fromkeys(found) if text != "field operator value"]


def automate_requests() -> list[tuple[str, str]]:
    """Return (resource, condition) from requests, tables of operators and calls of the example client."""
    text = read("automate-api-patterns.md")
    found = re.findall(r"^GET /cwa/api/v1/(\w+)\?condition=(.+)$", text, re.MULTILINE)
    for example in re.findall(r"^\| `[^`]+` \| [^|]+ \| `([^`]+)` \|$", text, re.MULTILINE):
        found.append(("Alerts" if "Severity" in example else "Computers", example))
    for resource, condition in re.findall(r'client\.get(\w+)\(\s*"([^"]+)"', text):
        found.append((resource, condition))
    return list(dict.fromkeys(found))


MANAGE, AUTOMATE = manage_conditions(), automate_requests()


def test_documents_are_read() -> None:
    assert len(MANAGE) >= 20
    assert len(AUTOMATE) >= 18


@pytest.mark.parametrize("condition", MANAGE)
def test_manage_conditions(api: ApiClient, condition: str) -> None:
    path = "/company/configurations" if re.search("activeFlag|serialNumber", condition) else "/service/tickets"
    response = api.manage("GET", path, params={"conditions": condition, "pageSize": "5"})
    assert response.status_code == 200, response.text
    assert isinstance(response.json(), list)
    assert len(response.json()) <= 5
    assert api.get(f"{path}/count", conditions=condition)["count"] == int(response.headers["x-total-count"])


@pytest.mark.parametrize(("resource", "condition"), AUTOMATE)
def test_automate_conditions(api: ApiClient, resource: str, condition: str) -> None:
    response = api.automate("GET", f"/{resource}", params={"condition": condition, "page": "1", "pageSize": "100"})
    assert response.status_code == 200, response.text
    assert len(response.json()) == min(int(response.headers["x-total-count"]), 100)
    assert {"x-page", "x-page-size", "x-total-pages"} <= set(response.headers)


REQUESTS = re.findall(r"^GET (/(?:service|company|system)/.*)$", read("manage-psa-api-patterns.md"), re.MULTILINE)


@pytest.mark.parametrize("target", list(dict.fromkeys(REQUESTS)))
def test_manage_requests(api: ApiClient, target: str) -> None:
    path, _, query = target.partition("?")
    parts = [part.partition("=") for part in query.split("&")] if query else []
    parameters = {name: value for name, _, value in parts}
    response = api.manage("GET", path, params={name: unquote(value) for name, value in parameters.items()})
    assert response.status_code == 200, response.text
    if path.endswith("/count"):
        assert isinstance(response.json()["count"], int)
    else:
        assert isinstance(response.json(), list)


TABLE = re.findall(r"`GET (/[a-zA-Z/{}]+)`", read("manage-api-integration.md"))


@pytest.mark.parametrize("path", TABLE)
def test_endpoints_of_the_integration(api: ApiClient, path: str) -> None:
    response = api.manage("GET", path.replace("{id}", "1"))
    assert response.status_code == 200, response.text
    if path.endswith("/count"):
        assert isinstance(response.json()["count"], int)
    elif path.endswith("{id}"):
        assert response.json()["id"] == 1
    else:
        assert isinstance(response.json(), dict if path == "/system/info" else list)


def test_every_request_of_the_documents_is_sent() -> None:
    """Every request of the documents is sent by this module or, if it signs in, by `test_access`."""
    written = [
        line.partition("?")[0]
        for name in ("manage-psa-api-patterns.md", "manage-api-integration.md", "automate-api-patterns.md")
        for line in re.findall(r"^(?:GET|POST|PUT|PATCH|DELETE) (.+)$", read(name), re.MULTILINE)
    ]
    asked = {
        *[target.partition("?")[0] for target in REQUESTS],
        *[f"/cwa/api/v1/{resource}" for resource, _ in AUTOMATE],
        "/cwa/api/v1/APICredentials", "/cwa/api/v1/APICredentials/Refresh", "/system/callbacks", "/v4_6_release/apis/3.0/service/tickets",
    }  # fmt: skip
    assert len(written) >= 20
    assert sorted(set(written) - asked) == []


def test_connectivity(api: ApiClient) -> None:
    assert {"version", "isCloud", "serverTimeZone"} <= set(api.get("/system/info"))


def test_asset_records_have_the_described_members(api: ApiClient) -> None:
    (row,) = api.get("/company/configurations", conditions="activeFlag=true", pageSize=1)
    names = re.findall(
        r"^\| `(\w+)(?:\.name)?` \| (?:integer|string|boolean) \|", read("manage-api-integration.md"), re.MULTILINE
    )
    assert len(names) >= 14
    assert [name for name in names if name not in row] == []


def test_paging_as_described(api: ApiClient) -> None:
    """First `page=1`, then `pageId` with the last id, until a page is short."""
    fields = "id,name,mobileGuid"
    page = api.get("/company/configurations", pageSize=10, page=1, conditions="activeFlag=true", fields=fields)
    found = list(page)
    while len(page) == 10:
        page = api.get(
            "/company/configurations", pageSize=10, pageId=found[-1]["id"], conditions="activeFlag=true", fields=fields
        )
        found += page
    assert len(found) == api.get("/company/configurations/count", conditions="activeFlag=true")["count"]
    assert len({row["id"] for row in found}) == len(found)


def test_automate_paging_as_described(api: ApiClient) -> None:
    found: list[Any] = []
    page = pages = 1
    total = 0
    while page <= pages:
        response = api.automate("GET", "/Computers", params={"page": str(page), "pageSize": "10"})
        pages, total = int(response.headers["x-total-pages"]), int(response.headers["x-total-count"])
        found += response.json()
        page += 1
    assert len({row["Id"] for row in found}) == len(found) == total


def test_token_members(api: ApiClient) -> None:
    token = api.sign_in().json()
    described = re.findall(r"^  (\w+): (?:string|number);", read("automate-api-patterns.md"), re.MULTILINE)
    assert set(token) == set(described)


def test_errors_as_described() -> None:
    sandbox = Sandbox(requests_per_minute=10, contract="documented")
    with ApiClient(sandbox) as api:
        refused = api.manage(
            "PATCH", "/service/tickets/1", json=[{"op": "replace", "path": "status/id", "value": "invalid"}]
        )
        assert refused.status_code == 400
        assert {"code", "message", "errors"} == set(refused.json())
        assert {"code", "message", "field"} == set(refused.json()["errors"][0])
        assert refused.json()["errors"][0]["message"] == "status/id must be a valid integer"
        wrong = api.automate("GET", "/Computers", params={"condition": "Status === 'Online'"})
        assert wrong.status_code == 400
        assert wrong.json()["error"]["message"] == "Invalid filter syntax in condition parameter"
        assert wrong.json()["error"]["details"] == {"field": "condition", "value": "Status === 'Online'"}
        last = [api.manage("GET", "/system/info") for _ in range(11)][-1]
        assert last.status_code == 429
        assert last.json()["code"] == "RateLimitExceeded"
        assert {"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(last.headers)
    sandbox.close()


def test_callbacks_are_registered_as_described(api: ApiClient) -> None:
    body = {
        "url": "https://your-server.com/webhook",
        "objectId": 0,
        "type": "ticket",
        "level": "owner",
        "description": "Ticket updates webhook",
    }
    created = api.manage("POST", "/system/callbacks", json=body)
    assert created.status_code == 201
    assert api.manage("DELETE", f"/system/callbacks/{created.json()['id']}").status_code == 204


def test_scripts_run_as_described(api: ApiClient) -> None:
    assert api.automate("POST", "/Computers/1/Scripts/3/Execute", json={"Parameters": {"a": 1}}).status_code == 200
    assert api.automate("POST", "/Computers/99999/Scripts/2/Execute", json={"Parameters": {}}).status_code == 404
