"""The changes that actions make, and operations that create or delete although they do not look like it."""

from __future__ import annotations

from typing import Any

import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.side_effects import SIDE_EFFECTS
from cwql.schema.catalog import catalog
from tests.sandbox.api_client import ApiClient


@pytest.fixture
def own() -> Any:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        yield api
    sandbox.close()


def done(response: Any) -> Any:
    assert response.status_code in (200, 201), response.text
    return response.json()


def test_every_side_effect_belongs_to_an_operation() -> None:
    for key in SIDE_EFFECTS:
        product, path = key.split()
        endpoint = catalog(product).find_endpoint(f"/{path}")
        assert endpoint is not None
        assert "POST" in endpoint.methods


def test_merged_tickets_are_closed_and_name_their_parent(own: ApiClient) -> None:
    board = own.get("/service/tickets/1")["board"]["id"]
    closed = next(each for each in own.get(f"/service/boards/{board}/statuses") if each["closedStatus"])
    body = {"mergeTicketIds": [2, 3], "status": {"id": closed["id"]}}
    assert done(own.manage("POST", "/service/tickets/1/merge", json=body)) == {"success": True, "message": ""}
    first = own.get("/service/tickets/1")
    assert first["hasMergedChildTicketFlag"] is True
    for key in (2, 3):
        ticket = own.get(f"/service/tickets/{key}")
        parent = ticket["mergedParentTicket"]
        assert (parent["id"], parent["summary"]) == (1, first["summary"])
        assert (ticket["status"]["name"], ticket["closedFlag"]) == (closed["name"], True)
    assert own.get("/service/tickets/count", conditions="mergedParentTicket/id = 1") == {"count": 2}


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("merge", {"mergeTicketIds": [1], "status": {"id": 1}}, "Ticket 1 cannot be put below itself"),
        ("merge", {"mergeTicketIds": [2, 99999], "status": {"id": 1}}, "Service Ticket 99999 not found"),
        ("merge", {"mergeTicketIds": [2]}, "ticketMerge object is invalid"),
        ("attachChildren", {"childTicketIds": [2, 1]}, "Ticket 1 cannot be put below itself"),
    ],
)
def test_refused_action_changes_nothing(own: ApiClient, path: str, body: dict[str, Any], message: str) -> None:
    before = own.get("/service/tickets", pageSize=5)
    response = own.manage("POST", f"/service/tickets/1/{path}", json=body)
    assert (response.status_code, response.json()["message"]) == (400, message)
    assert own.get("/service/tickets", pageSize=5) == before


def test_children_are_attached(own: ApiClient) -> None:
    done(own.manage("POST", "/service/tickets/4/attachChildren", json={"childTicketIds": [5, 6]}))
    assert own.get("/service/tickets/4")["hasChildTicket"] is True
    found = own.get("/service/tickets", conditions="parentTicketId = 4", fields="id")
    assert [each["id"] for each in found] == [5, 6]


def test_ticket_is_converted_to_a_project_ticket_and_back(own: ApiClient) -> None:
    phase = own.get("/project/projects/1/phases")[0]
    body = {"project": {"id": 1}, "phase": {"id": phase["id"]}, "wbsCode": "1.2"}
    summary = own.get("/service/tickets/9")["summary"]
    done(own.manage("POST", "/service/tickets/9/convert", json=body))
    assert own.manage("GET", "/service/tickets/9").status_code == 404
    moved = own.get("/project/tickets/9")
    assert (moved["summary"], moved["recordType"], moved["project"]["id"]) == (summary, "ProjectTicket", 1)
    done(own.manage("POST", "/project/tickets/9/convert", json={"recordType": "ServiceTicket"}))
    assert own.manage("GET", "/project/tickets/9").status_code == 404
    back = own.get("/service/tickets/9")
    assert (back["summary"], back["recordType"]) == (summary, "ServiceTicket")
    assert not {"project", "phase", "wbsCode"} & set(back)


def test_copies_are_independent_records(own: ApiClient) -> None:
    before = own.get("/service/tickets/1")
    copy = done(own.manage("POST", "/service/tickets/1/copy"))
    assert copy["id"] not in (1, None)
    assert {**copy, "id": 1, "_info": 0} == {**before, "_info": 0}
    assert own.get(f"/service/tickets/{copy['id']}")["summary"] == before["summary"]
    board = done(own.manage("POST", "/service/boards/copy", json={"id": 1, "name": "Second Desk"}))
    assert own.get("/service/boards", conditions="name = 'Second Desk'") == [board]
    assert own.manage("POST", "/service/boards/copy", json={"id": 999, "name": "x"}).status_code == 404
    assert own.manage("POST", "/service/tickets/99999/copy").status_code == 404


@pytest.mark.parametrize("path", ["/time/sheets/1", "/expense/reports/1"])
def test_sheets_go_through_their_approval(own: ApiClient, path: str) -> None:
    for action, body, status in (
        ("submit", None, "PendingApproval"),
        ("approve", {"approvalType": "Tier1Update"}, "ApprovedByTierOne"),
        ("approve", {"approvalType": "Tier2Update"}, "ApprovedByTierTwo"),
        ("reject", None, "Rejected"),
    ):
        response = own.manage("POST", f"{path}/{action}", **({"json": body} if body else {}))
        assert done(response)["success"] is True
        assert own.get(path)["status"] == status


def test_members_are_deactivated(own: ApiClient) -> None:
    assert own.get("/system/members/3")["inactiveFlag"] is False
    assert own.manage("POST", "/system/members/3/deactivate", json={}).status_code == 200
    assert own.get("/system/members/3")["inactiveFlag"] is True


def test_record_without_a_list_is_created(own: ApiClient) -> None:
    made = done(own.automate("POST", "/Locations", json={"Name": "New Place", "Client": {"Id": "1"}}))
    assert own.automate("GET", f"/Locations/{made['Id']}").json()["Name"] == "New Place"


def test_record_that_is_only_listed_is_deleted(own: ApiClient) -> None:
    (first, *rest) = own.get("/finance/agreements/1/workRoleExclusions")
    assert own.manage("DELETE", f"/finance/agreements/1/workRoleExclusions/{first['id']}").status_code == 204
    assert own.get("/finance/agreements/1/workRoleExclusions") == rest
    assert own.manage("DELETE", f"/finance/agreements/1/workRoleExclusions/{first['id']}").status_code == 404


def test_action_without_a_known_side_effect_changes_nothing(own: ApiClient) -> None:
    assert done(own.manage("POST", "/system/office365/emailSetups/1/testConnection"))["success"] is True
    assert own.manage("POST", "/time/sheets/99999/reverse").status_code == 404
