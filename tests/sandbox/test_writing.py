"""Creating, replacing, patching and deleting, and what the server says about bodies that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.asking import Asker


@pytest.fixture
def ticket(ask: Asker) -> dict[str, Any]:
    reply = ask.manage(
        "POST", "/service/tickets", json={"Summary": "printer", "company": {"id": 2}, "board": {"id": 1}}
    )
    assert reply.status_code == 201
    created: dict[str, Any] = reply.json()
    return created


def test_create_fills_in_what_servers_know(ask: Asker, ticket: dict[str, Any]) -> None:
    assert next(iter(ticket)) == "id"
    assert ticket["summary"] == "printer"
    assert ticket["company"]["name"]
    assert ticket["_info"]["enteredBy"] == ask.box.credentials.username
    assert ask.get(f"/service/tickets/{ticket['id']}") == ticket


def test_patch_changes_only_what_it_names(ask: Asker, ticket: dict[str, Any]) -> None:
    operations = [
        {"op": "replace", "path": "/summary", "value": "scanner"},
        {"op": "replace", "path": "company/id", "value": 3},
        {"op": "remove", "path": "board"},
    ]
    patched = ask.manage("PATCH", f"/service/tickets/{ticket['id']}", json=operations).json()
    assert patched["summary"] == "scanner"
    assert patched["company"]["id"] == 3
    assert patched["company"]["name"] != ticket["company"]["name"]
    assert "board" not in patched
    assert patched["id"] == ticket["id"]


def test_the_status_closes_and_opens_a_ticket(ask: Asker, ticket: dict[str, Any]) -> None:
    place = f"/service/tickets/{ticket['id']}"
    assert (ticket["status"], ticket["closedFlag"]) == ({"id": 11, "name": "New"}, False)
    assert ticket["priority"]["name"] == "Priority 3 - Normal"

    def move(status: int) -> dict[str, Any]:
        operations = [{"op": "replace", "path": "status", "value": {"id": status}}]
        patched: dict[str, Any] = ask.manage("PATCH", place, json=operations).json()
        return patched

    closed = move(17)
    assert (closed["status"]["name"], closed["closedFlag"]) == ("Completed", True)
    assert closed["closedBy"] == ask.box.credentials.username
    assert closed["closedDate"] == closed["_info"]["lastUpdated"]
    # From one closed status to another: it was closed when it was closed.
    assert move(18)["closedDate"] == closed["closedDate"]
    opened = move(13)
    assert opened["closedFlag"] is False
    assert not {"closedDate", "closedBy"} & opened.keys()
    (row,) = ask.get("/service/tickets", conditions=f"id = {ticket['id']} and closedFlag = false")
    assert row["status"]["name"] == "In Progress"
    closed_at_once = ask.manage(
        "POST", "/service/tickets", json={"summary": "done", "company": {"id": 1}, "status": {"id": 18}}
    ).json()
    assert closed_at_once["closedFlag"] is True
    assert closed_at_once["board"]["id"] == 1


def test_patch_of_collections(ask: Asker) -> None:
    contact = ask.get("/company/contacts", childConditions='communicationItems/value like "%@%"', pageSize=1)[0]
    path = f"/company/contacts/{contact['id']}"
    operations = [{"op": "replace", "path": "communicationItems/0/value", "value": "new@example.com"}]
    patched = ask.manage("PATCH", path, json=operations).json()
    assert patched["communicationItems"][0]["value"] == "new@example.com"
    beyond = [{"op": "replace", "path": "communicationItems/99/value", "value": "x"}]
    assert ask.manage("PATCH", path, json=beyond).status_code == 400


def test_put_replaces_everything_but_the_id(ask: Asker, ticket: dict[str, Any]) -> None:
    body = {"id": 9_999, "summary": "new", "company": {"id": 2}}
    reply = ask.manage("PUT", f"/service/tickets/{ticket['id']}", json=body)
    assert reply.status_code == 200
    assert reply.json()["id"] == ticket["id"]
    assert "board" not in reply.json()


def test_delete(ask: Asker, ticket: dict[str, Any]) -> None:
    path = f"/service/tickets/{ticket['id']}"
    assert ask.manage("DELETE", path).status_code == 204
    assert ask.manage("GET", path).status_code == 404
    assert ask.manage("DELETE", path).status_code == 404
    again = ask.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 2}}).json()
    assert again["id"] > ticket["id"]


def test_records_below_a_record(ask: Asker, ticket: dict[str, Any]) -> None:
    path = f"/service/tickets/{ticket['id']}/notes"
    assert ask.get(path) == []
    note = ask.manage("POST", path, json={"text": "called back", "detailDescriptionFlag": True}).json()
    assert [row["id"] for row in ask.get(path)] == [note["id"]]
    assert ask.get(f"{path}/count") == {"count": 1}
    assert ask.get(f"{path}/{note['id']}")["text"] == "called back"
    assert ask.manage("GET", "/service/tickets/987654/notes").status_code == 404


def test_bulk_tells_about_each_item(ask: Asker) -> None:
    good = {"name": "SRV-NEW", "type": {"id": 1}, "company": {"id": 2}}
    reply = ask.manage("POST", "/company/configurations/bulk", json=[good, {"name": 5}])
    assert reply.status_code == 207
    assert [item["statusCode"] for item in reply.json()["payload"]] == [201, 400]


BODIES = [
    ({"summary": "x"}, "company", "RequiredFieldMissing"),
    ({"summary": 5, "company": {"id": 2}}, "summary", "InvalidArgument"),
    ({"summary": "x" * 101, "company": {"id": 2}}, "summary", "InvalidArgument"),
    ({"summary": "x", "company": {"id": "two"}}, "company/id", "InvalidArgument"),
    ({"summary": "x", "company": 2}, "company", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "severity": "Nope"}, "severity", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "closedFlag": "true"}, "closedFlag", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "requiredDate": "soon"}, "requiredDate", "InvalidArgument"),
]


@pytest.mark.parametrize(("body", "field", "code"), BODIES)
def test_bodies_that_do_not_fit(ask: Asker, body: dict[str, Any], field: str, code: str) -> None:
    before = ask.get("/service/tickets/count")
    reply = ask.manage("POST", "/service/tickets", json=body)
    assert reply.status_code == 400
    assert (reply.json()["errors"][0]["field"], reply.json()["errors"][0]["code"]) == (field, code)
    assert ask.get("/service/tickets/count") == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'"\xff"', b'{"summary":"\\ud800"}', b'{"summary":"\\u0000"}', b'{"summary":NaN}', b"[" * 5_000]
)  # fmt: skip
def test_bodies_that_are_none(ask: Asker, body: bytes) -> None:
    assert ask.manage("POST", "/service/tickets", content=body).status_code == 400


@pytest.mark.parametrize(
    "operations",
    [[], {}, [5], [{"op": "replace"}], [{"op": "x", "path": "summary"}], [{"op": "replace", "path": "nope", "value": 1}],
     [{"op": "replace", "path": "id", "value": 1}], [{"op": "replace", "path": "summary/x", "value": 1}],
     [{"op": "remove", "path": "summary"}], [{"op": "replace", "path": "/" * 50, "value": 1}]],
)  # fmt: skip
def test_patches_that_are_none(ask: Asker, operations: Any) -> None:
    assert ask.manage("PATCH", "/service/tickets/1", json=operations).status_code == 400


def test_automate_writes_too(ask: Asker) -> None:
    created = ask.automate("POST", "/Groups", json={"Name": "Servers"})
    assert created.status_code == 200, created.text
    path = f"/Groups/{created.json()['Id']}"
    patched = ask.automate("PATCH", path, json=[{"Op": "replace", "Path": "Name", "Value": "All servers"}])
    assert patched.json()["Name"] == "All servers"
    assert ask.automate("DELETE", path).status_code == 204
    missing = ask.automate("GET", path)
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "NotFound"
