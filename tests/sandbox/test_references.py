"""References in bodies: by id, identifier or name, on the board of a ticket, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient


@pytest.fixture(scope="module")
def own() -> Iterator[ApiClient]:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        yield api
    sandbox.close()


def create(api: ApiClient, **members: Any) -> dict[str, Any]:
    response = api.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 1}, **members})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def patch(api: ApiClient, key: int, path: str, value: Any, status: int = 200) -> dict[str, Any]:
    operations = [{"op": "replace", "path": path, "value": value}]
    response = api.manage("PATCH", f"/service/tickets/{key}", json=operations)
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json()
    return answer


BY_NAME: list[tuple[str, dict[str, Any], int]] = [
    ("board", {"name": "Help Desk"}, 1),
    ("company", {"identifier": "OBrienSons"}, 2),
    ("company", {"name": "Globex Health"}, 3),
    ("status", {"name": "in progress"}, 13),
    ("owner", {"identifier": "jdoe"}, 2),
    ("owner", {"name": "Jane Doe"}, 2),
    ("priority", {"name": "Priority 1 - Critical"}, 1),
    ("source", {"name": "Phone"}, 2),
    ("type", {"name": "Network"}, 14),
    ("team", {"name": "Network Team"}, 12),
    ("country", {"identifier": "DE"}, 3),
    ("country", {"name": "Germany"}, 3),
    ("location", {"name": "Denver Office"}, 2),
    ("department", {"identifier": "Projects"}, 2),
    ("workType", {"name": "Onsite"}, 2),
]


@pytest.mark.parametrize(("member", "sent", "key"), BY_NAME)
def test_name_leads_to_the_whole_reference(own: ApiClient, member: str, sent: dict[str, Any], key: int) -> None:
    made = create(own, **{member: sent})
    reference = made[member]
    assert reference["id"] == key
    assert reference["name"]
    assert any(name.endswith("_href") for name in reference["_info"]) or member == "workType"
    assert own.get(f"/service/tickets/{made['id']}")[member] == reference
    assert own.get("/service/tickets/count", conditions=f"{member}/id = {key} and id = {made['id']}") == {"count": 1}


def test_site_is_looked_up_in_the_company(own: ApiClient) -> None:
    for company in (1, 2, 3):
        site = create(own, company={"id": company}, site={"name": "Main"})["site"]
        assert site["id"] in [each["id"] for each in own.get(f"/company/companies/{company}/sites")]


def test_name_in_a_patch_replaces_the_whole_reference(own: ApiClient) -> None:
    key = create(own)["id"]
    moved = patch(own, key, "status/name", "Completed")
    assert (moved["status"]["id"], moved["closedFlag"], moved["closedBy"]) == (17, True, "integrator")
    assert moved["closedDate"]
    assert patch(own, key, "/status/id", 11)["closedFlag"] is False
    assert patch(own, key, "status", {"name": ">Closed"})["closedFlag"] is True
    assert patch(own, key, "owner/identifier", "tkim")["owner"]["name"] == "Tae Kim"
    assert patch(own, key, "company/identifier", "OBrienSons")["company"]["id"] == 2


def test_other_board_brings_its_default_status(own: ApiClient) -> None:
    key = create(own, type={"name": "Email"})["id"]
    moved = patch(own, key, "board/name", "Security")
    assert (moved["board"]["id"], moved["status"]["id"]) == (4, 41)
    assert "type" not in moved


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"company": {"id": 19299}}, "company/id", "company 19299 not found"),
    ({"company": {"identifier": "Nobody"}}, "company/identifier", "company Nobody not found"),
    ({"board": {"id": 777}}, "board/id", "board 777 not found"),
    ({"board": {"id": 2}, "status": {"id": 17}}, "status/id", "Service Status 17 not found for Service Board 2"),
    ({"status": {"name": "Nope"}}, "status/name", "Service Status Nope not found for Service Board 1"),
    ({"board": {"id": 2}, "type": {"id": 11}}, "type/id", "Service Type 11 not found for Service Board 2"),
    ({"board": {"id": 2}, "team": {"id": 11}}, "team/id", "Service Team 11 not found for Service Board 2"),
    ({"owner": {"identifier": "nobody"}}, "owner/identifier", "member nobody not found"),
    ({"contact": {"id": 99999}}, "contact/id", "contact 99999 not found"),
]


@pytest.mark.parametrize(("members", "field", "message"), REFUSED)
def test_reference_to_nothing_is_refused(own: ApiClient, members: dict[str, Any], field: str, message: str) -> None:
    before = own.get("/service/tickets/count")
    response = own.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 1}, **members})
    assert response.status_code == 400
    assert response.json() == {
        "code": "InvalidObject",
        "message": "ticket object is invalid",
        "errors": [{"code": "NotFound", "message": message, "resource": "ticket", "field": field}],
    }
    assert own.get("/service/tickets/count") == before


def test_reference_to_nothing_is_refused_in_a_patch_and_a_put(own: ApiClient) -> None:
    made = create(own)
    answer = patch(own, made["id"], "status/id", 58, 400)
    assert answer["errors"][0]["field"] == "status/id"
    response = own.manage("PUT", f"/service/tickets/{made['id']}", json={**made, "owner": {"id": 500}})
    assert response.json()["errors"][0]["message"] == "member 500 not found"
    assert own.get(f"/service/tickets/{made['id']}") == made


def test_what_was_read_can_be_written_back(own: ApiClient) -> None:
    """References of stored records are not refused, whatever happened to what they refer to."""
    key = create(own, contact={"id": 2}, company={"id": 1})["id"]
    assert own.manage("DELETE", "/company/contacts/2").status_code == 204
    read = own.get(f"/service/tickets/{key}")
    response = own.manage("PUT", f"/service/tickets/{key}", json=read)
    assert response.status_code == 200, response.text
    changed = {name for name, value in response.json().items() if read.get(name) != value}
    assert changed <= {"_info"}


def test_lists_of_references_are_resolved(own: ApiClient) -> None:
    body = {"firstName": "Ada", "lastName": "L", "company": {"id": 1}, "types": [{"name": "Approver"}]}
    made = own.manage("POST", "/company/contacts", json=body).json()
    assert made["types"][0]["id"] == 2
    body["types"] = [{"id": 99}]
    refused = own.manage("POST", "/company/contacts", json=body).json()
    assert refused["errors"][0]["field"] == "types/0/id"


def test_nothing_is_known_of_an_empty_sandbox() -> None:
    sandbox = Sandbox(size="empty")
    with ApiClient(sandbox) as api:
        assert create(api, company={"id": 77}, board={"name": "x"})["company"] == {"id": 77}
    sandbox.close()


def test_seeded_records_can_be_written_back() -> None:
    """A PUT of what GET returned changes nothing but the time of the last change."""
    sandbox = Sandbox()
    refused: list[str] = []
    with ApiClient(sandbox) as api:
        for path in (
            "/service/tickets", "/company/companies", "/company/contacts", "/company/configurations", "/project/projects",
            "/time/entries", "/finance/agreements", "/service/boards", "/service/priorities", "/sales/activities",
            "/schedule/entries", "/sales/opportunities", "/procurement/catalog", "/service/boards/1/statuses",
            "/project/tickets", "/system/callbacks", "/company/companies/1/sites", "/service/tickets/1/notes",
        ):  # fmt: skip
            for read in api.get(path, pageSize=10):
                response = api.manage("PUT", f"{path}/{read['id']}", json=read)
                if response.status_code != 200:
                    refused.append(f"{path}/{read['id']}: {response.text[:300]}")
                    continue
                written = response.json()
                odd = {name: (value, written.get(name)) for name, value in read.items() if written.get(name) != value}
                if odd.keys() - {"_info"}:
                    refused.append(f"{path}/{read['id']}: changed {odd}")
    sandbox.close()
    assert refused == []


@pytest.mark.parametrize(
    "path",
    [
        "/company/companies/2/sites/1",
        "/service/boards/1/statuses/21",
        "/service/tickets/1/notes/20",
        "/company/contacts/2/communications/1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_records_below_another_record_are_not_found(api: ApiClient, path: str, method: str) -> None:
    assert api.manage(method, path).status_code == 404


def test_records_below_a_missing_record_are_not_found(api: ApiClient) -> None:
    response = api.manage("GET", "/service/tickets/99999/notes/1")
    assert (response.status_code, response.json()["message"]) == (404, "Service Ticket 99999 not found")


@pytest.mark.parametrize(
    "path", ["/company/companies/AcmeIndustries", "/service/boards/Help%20Desk", "/company/contacts/-1"]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_record_whose_path_takes_a_number_is_not_found_by_name(api: ApiClient, method: str, path: str) -> None:
    # The specification has a number there, so a program that sends a name would fail on a server.
    assert api.manage(method, path).status_code == 404


def test_names_in_paths_ignore_letter_case(api: ApiClient) -> None:
    assert api.get("/system/members/JDOE")["identifier"] == "jdoe"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/time/entries", {"chargeToId": 99999, "timeStart": "2026-01-05T08:00:00Z"}, "chargeToId"),
        (
            "/time/entries",
            {"chargeToId": -1, "chargeToType": "ProjectTicket", "timeStart": "2026-01-05T08:00:00Z"},
            "chargeToId",
        ),
        ("/schedule/entries", {"objectId": 99999, "type": {"id": 4}, "member": {"id": 2}}, "objectId"),
        ("/schedule/entries", {"objectId": 99999, "type": {"identifier": "s"}, "member": {"id": 2}}, "objectId"),
    ],
)
def test_tickets_that_are_named_by_a_number_have_to_exist(api: ApiClient, path: str, body: Any, field: str) -> None:
    response = api.manage("POST", path, json=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "NotFound"
    assert response.json()["errors"][0]["field"] == field
    known = api.manage("POST", path, json={**body, field: 5})
    assert known.status_code == 201
    patched = api.manage(
        "PATCH", f"{path}/{known.json()['id']}", json=[{"op": "replace", "path": field, "value": 99999}]
    )
    assert patched.status_code == 400
