"""What servers add to new records, the lists below a record, links, documents, and members that sign in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient


@pytest.fixture(scope="module")
def own() -> Iterator[ApiClient]:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        yield api
    sandbox.close()


def create(api: ApiClient, path: str, **members: Any) -> dict[str, Any]:
    response = api.manage("POST", path, json=members)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def create_ticket(api: ApiClient, **members: Any) -> dict[str, Any]:
    return create(api, "/service/tickets", **{"summary": "x", "company": {"id": 1}, **members})


def test_ticket_has_its_defaults(own: ApiClient) -> None:
    made = create_ticket(own)
    expected = (
        "recordType severity impact source team site siteName location department sla slaStatus customFields hasChildTicket isInSla "
        "billTime serviceLocation currency mobileGuid addressLine1 city zip country escalationLevel approved"
    )
    assert [name for name in expected.split() if name not in made] == []
    assert made["team"]["id"] // 10 == made["board"]["id"]
    assert [(field["caption"], "value" in field) for field in made["customFields"]] == [
        ("Root Cause", False),
        ("Change Window", False),
        ("Reopened", False),
    ]
    assert made["_info"]["notes_href"] == f"{own.sandbox.manage_url}/service/tickets/{made['id']}/notes"


def test_custom_fields_are_merged(own: ApiClient) -> None:
    key = create_ticket(own, customFields=[{"id": 1, "value": "User error"}])["id"]
    operations = [{"op": "replace", "path": "customFields", "value": [{"id": 3, "value": True}]}]
    patched = own.manage("PATCH", f"/service/tickets/{key}", json=operations).json()
    assert [(each["caption"], each.get("value")) for each in patched["customFields"]] == [
        ("Root Cause", "User error"),
        ("Change Window", None),
        ("Reopened", True),
    ]
    operations = [{"op": "replace", "path": "customFields/0/value", "value": "Vendor"}]
    patched = own.manage("PATCH", f"/service/tickets/{key}", json=operations).json()
    assert patched["customFields"][0]["value"] == "Vendor"


def test_note_and_its_lists(own: ApiClient) -> None:
    key = create_ticket(own)["id"]
    note = create(own, f"/service/tickets/{key}/notes", text="called", internalAnalysisFlag=True)
    assert (note["ticketId"], note["createdBy"], note["internalFlag"], note["externalFlag"]) == (
        key,
        "integrator",
        True,
        False,
    )
    assert note["member"]["identifier"] == "integrator"
    assert {"detailDescriptionFlag", "resolutionFlag", "issueFlag", "dateCreated"} <= note.keys()
    create(
        own,
        "/time/entries",
        chargeToId=key,
        timeStart="2026-01-05T09:00:00Z",
        timeEnd="2026-01-05T10:30:00Z",
        notes="worked",
    )
    found = own.get(f"/service/tickets/{key}/allNotes")
    assert [(each["noteType"], each["text"]) for each in found] == [
        ("TicketNote", "called"),
        ("TimeEntryNote", "worked"),
    ]
    assert len(own.get(f"/service/tickets/{key}/allNotes", conditions="internalAnalysisFlag = true")) == 1
    other = create_ticket(own)["id"]
    assert own.get(f"/service/tickets/{other}/allNotes") == []


def test_time_entry_takes_members_of_its_ticket(own: ApiClient) -> None:
    ticket = create_ticket(own, company={"identifier": "GlobexHealth"})
    entry = create(
        own, "/time/entries", chargeToId=ticket["id"], chargeToType="ServiceTicket", member={"identifier": "jdoe"},
        timeStart="2026-01-05T09:00:00Z", timeEnd="2026-01-05T10:30:00Z",
    )  # fmt: skip
    assert (entry["company"]["id"], entry["actualHours"], entry["status"]) == (3, 1.5, "Open")
    assert (entry["ticket"]["id"], entry["ticketBoard"], entry["member"]["name"]) == (
        ticket["id"],
        "Help Desk",
        "Jane Doe",
    )
    (listed,) = own.get(f"/service/tickets/{ticket['id']}/timeentries")
    assert listed["id"] == entry["id"]
    assert listed["_info"]["time_href"].endswith(f"/time/entries/{entry['id']}")


def test_schedule_entry_is_named_after_its_ticket(own: ApiClient) -> None:
    ticket = create_ticket(own, summary="Replace disk")
    entry = create(own, "/schedule/entries", objectId=ticket["id"], type={"id": 1}, member={"identifier": "tkim"})
    assert entry["name"] == "Acme Industries / Replace disk"
    assert [row["id"] for row in own.get(f"/service/tickets/{ticket['id']}/scheduleentries")] == [entry["id"]]


def test_company_and_contact_have_their_defaults(own: ApiClient) -> None:
    company = create(own, "/company/companies", identifier="New1", name="New 1", site={"name": "Main"})
    assert (company["status"]["name"], company["deletedFlag"], company["types"]) == ("Active", False, [])
    (site,) = own.get(f"/company/companies/{company['id']}/sites")
    assert (site["name"], company["site"]["id"]) == ("Main", site["id"])
    item = {"type": {"id": 1}, "value": "ada@new1.example", "communicationType": "Email", "defaultFlag": True}
    contact = create(
        own, "/company/contacts", firstName="Ada", company={"id": company["id"]}, communicationItems=[item]
    )
    assert contact["site"]["id"] == site["id"]
    path = f"/company/contacts/{contact['id']}/communications"
    assert [row["id"] for row in own.get(path)] == [contact["communicationItems"][0]["id"]]
    create(own, path, type={"name": "Direct"}, value="8135550100", communicationType="Phone")
    shown = own.get(f"/company/contacts/{contact['id']}")["communicationItems"]
    assert [each["value"] for each in shown] == ["ada@new1.example", "8135550100"]
    refused = own.manage("POST", "/company/contacts", json={"lastName": "x"})
    assert refused.json()["errors"][0]["field"] == "firstName"


def test_configuration_is_attached_and_keeps_its_id(own: ApiClient) -> None:
    first, second = create_ticket(own)["id"], create_ticket(own)["id"]
    for key in (first, second):
        made = create(own, f"/service/tickets/{key}/configurations", id=5)
        assert (made["id"], bool(made["_info"]["name"])) == (5, True)
    create(own, f"/service/tickets/{first}/configurations", deviceIdentifier="3")
    assert [row["id"] for row in own.get(f"/service/tickets/{first}/configurations")] == [3, 5]
    assert own.manage("DELETE", f"/service/tickets/{first}/configurations/5").status_code == 204
    assert [row["id"] for row in own.get(f"/service/tickets/{first}/configurations")] == [3]
    assert [row["id"] for row in own.get(f"/service/tickets/{second}/configurations")] == [5]
    assert own.get("/company/configurations/5")["id"] == 5
    refused = own.manage("POST", f"/service/tickets/{first}/configurations", json={"id": 99999})
    assert refused.json()["errors"][0]["message"] == "configuration 99999 not found"


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/service/tickets/1/tasks", "ticketId"),
        ("/project/projects/1/teamMembers", "projectId"),
        ("/company/companies/1/teams", "company"),
    ],
)
def test_lists_below_a_record_are_its_own(own: ApiClient, path: str, member: str) -> None:
    rows = own.get(path)
    assert rows
    assert {row[member]["id"] if isinstance(row[member], dict) else row[member] for row in rows} == {1}
    assert own.get(path.replace("/1/", "/2/")) != rows


def upload(api: ApiClient, fields: dict[str, str], name: str | None = None) -> httpx.Response:
    files: dict[str, Any] = {key: (None, value) for key, value in fields.items()}
    if name is not None:
        files["file"] = (name, b"data")
    return api.manage("POST", "/system/documents", files=files)


def test_documents_are_files_or_links(own: ApiClient) -> None:
    key = str(create_ticket(own)["id"])
    made = upload(own, {"recordType": "Ticket", "recordId": key, "title": "Log"}, "screen.png").json()
    assert (made["imageFlag"], made["linkFlag"], made["urlFlag"], made["size"]) == (True, False, False, 4)
    assert {"publicFlag", "htmlTemplateFlag", "readOnlyFlag"} <= made.keys()
    link = upload(own, {"recordType": "Ticket", "recordId": key, "url": "https://www.example.com/x"}).json()
    assert (link["urlFlag"], link["linkFlag"], link["fileName"]) == (True, True, "https://www.example.com/x")
    listed = own.get(f"/service/tickets/{key}/documents")
    assert [row["id"] for row in listed] == [made["id"], link["id"]]
    missing = upload(own, {"recordType": "Ticket", "recordId": "999999"}, "a.txt")
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "recordId")
    assert own.manage("POST", "/system/documents", json={"recordId": 1}).status_code == 415


def test_member_signs_in_with_issued_keys(own: ApiClient) -> None:
    keys = own.manage("POST", "/system/members/jdoe/tokens", json={"memberIdentifier": "jdoe"}).json()
    pair = f"{own.sandbox._credentials.company}+{keys['publicKey']}:{keys['privateKey']}"
    headers = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    made = own.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 1}}, headers=headers).json()
    assert made["_info"]["enteredBy"] == "jdoe"
    assert own.manage("POST", "/system/members/nobody/tokens", json={"memberIdentifier": "nobody"}).status_code == 404


def test_two_factor_errors_differ() -> None:
    sandbox = Sandbox(size="empty", two_factor_code="246810")
    with ApiClient(sandbox) as api:
        codes = [
            api.sign_in(**({} if code is None else {"TwoFactorCode": code})).json().get("error", {}).get("code")
            for code in (None, "111111", "24 68", "246810")
        ]
    sandbox.close()
    assert codes == ["TwoFactorRequired", "TwoFactorInvalid", "TwoFactorMalformed", None]


@pytest.mark.parametrize(("trust", "scheme"), [(True, "https://psa.example"), (False, "http://127.0.0.1")])
def test_proxy_is_believed_only_if_it_is_trusted(trust: bool, scheme: str) -> None:
    with Sandbox(trust_proxy=trust) as sandbox, ApiClient(sandbox) as api:
        headers = {"x-forwarded-proto": "https", "host": "psa.example"}
        response = api.manage("GET", "/service/tickets", params={"pageSize": "5"}, headers=headers)
        assert f"<{scheme}" in response.headers["link"]
        assert response.json()[0]["board"]["_info"]["board_href"].startswith(scheme)


def test_forward_only_ends_with_an_empty_link(own: ApiClient) -> None:
    response = own.manage(
        "GET", "/service/boards", params={"pageSize": "999"}, headers={"pagination-type": "forward-only"}
    )
    assert response.headers["link"] == ""
