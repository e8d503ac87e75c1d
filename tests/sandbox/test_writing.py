"""Creating, replacing, patching and deleting, and the errors for invalid bodies."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cwql.sandbox.messages import HTTPProblem
from cwql.sandbox.patches import apply_patch
from cwql.sandbox.validation import validate
from cwql.schema.catalog import catalog
from tests.sandbox.api_client import ApiClient


def nested(name: str, depth: int, value: object) -> object:
    """Return a value inside so many objects."""
    return value if depth == 0 else {name: nested(name, depth - 1, value)}


@pytest.fixture
def ticket(api: ApiClient) -> dict[str, Any]:
    response = api.manage(
        "POST", "/service/tickets", json={"Summary": "printer", "company": {"id": 2}, "board": {"id": 1}}
    )
    assert response.status_code == 201
    created: dict[str, Any] = response.json()
    return created


def test_create_adds_defaults_and_timestamps(api: ApiClient, ticket: dict[str, Any]) -> None:
    assert next(iter(ticket)) == "id"
    assert ticket["summary"] == "printer"
    assert ticket["company"]["name"]
    assert ticket["_info"]["enteredBy"] == api.sandbox._credentials.username
    assert api.get(f"/service/tickets/{ticket['id']}") == ticket


def test_patch_changes_only_the_named_members(api: ApiClient, ticket: dict[str, Any]) -> None:
    operations = [
        {"op": "replace", "path": "/summary", "value": "scanner"},
        {"op": "replace", "path": "company/id", "value": 3},
        {"op": "remove", "path": "team"},
    ]
    patched = api.manage("PATCH", f"/service/tickets/{ticket['id']}", json=operations).json()
    assert patched["summary"] == "scanner"
    assert patched["company"]["id"] == 3
    assert patched["company"]["name"] != ticket["company"]["name"]
    assert "team" in ticket
    assert "team" not in patched
    assert patched["id"] == ticket["id"]


def test_status_closes_and_opens_a_ticket(api: ApiClient, ticket: dict[str, Any]) -> None:
    place = f"/service/tickets/{ticket['id']}"
    assert (ticket["status"]["id"], ticket["status"]["name"], ticket["closedFlag"]) == (11, "New", False)
    assert ticket["priority"]["name"] == "Priority 3 - Normal"

    def move(status: int) -> dict[str, Any]:
        operations = [{"op": "replace", "path": "status", "value": {"id": status}}]
        patched: dict[str, Any] = api.manage("PATCH", place, json=operations).json()
        return patched

    closed = move(17)
    assert (closed["status"]["name"], closed["closedFlag"]) == ("Completed", True)
    assert closed["closedBy"] == api.sandbox._credentials.username
    assert closed["closedDate"] == closed["_info"]["lastUpdated"]
    # Moving from one closed status to another does not change the date.
    assert move(18)["closedDate"] == closed["closedDate"]
    opened = move(13)
    assert opened["closedFlag"] is False
    assert not {"closedDate", "closedBy"} & opened.keys()
    (row,) = api.get("/service/tickets", conditions=f"id = {ticket['id']} and closedFlag = false")
    assert row["status"]["name"] == "In Progress"
    closed_at_once = api.manage(
        "POST", "/service/tickets", json={"summary": "done", "company": {"id": 1}, "status": {"id": 18}}
    ).json()
    assert closed_at_once["closedFlag"] is True
    assert closed_at_once["board"]["id"] == 1


def test_closed_flag_follows_only_a_change_of_the_status(api: ApiClient, ticket: dict[str, Any]) -> None:
    path = f"/service/tickets/{ticket['id']}"
    for operation, expected in (
        ({"op": "replace", "path": "closedFlag", "value": True}, True),
        ({"op": "replace", "path": "summary", "value": "x"}, True),
        ({"op": "replace", "path": "status", "value": {"id": 12}}, False),
    ):
        assert api.manage("PATCH", path, json=[operation]).json()["closedFlag"] is expected


def test_patch_of_collections(api: ApiClient) -> None:
    contact = api.get("/company/contacts", childConditions='communicationItems/value like "%@%"', pageSize=1)[0]
    path = f"/company/contacts/{contact['id']}"
    operations = [{"op": "replace", "path": "communicationItems/0/value", "value": "new@example.com"}]
    patched = api.manage("PATCH", path, json=operations).json()
    assert patched["communicationItems"][0]["value"] == "new@example.com"
    beyond = [{"op": "replace", "path": "communicationItems/99/value", "value": "x"}]
    assert api.manage("PATCH", path, json=beyond).status_code == 400


PATCHED: list[tuple[dict[str, Any], list[tuple[str, str, Any]], dict[str, Any] | None]] = [
    ({"a": 1, "B": {"c": 2}}, [("add", "new", 5)], None),
    ({"a": 1, "B": {"c": 2}}, [("replace", "b/C", 5)], {"a": 1, "B": {"c": 5}}),
    ({"a": 1, "B": {"c": 2}}, [("add", "B/d", 5)], {"a": 1, "B": {"c": 2, "d": 5}}),
    ({"a": 1, "B": {"c": 2}}, [("remove", "b/c", None), ("replace", "a", [])], {"a": [], "B": {}}),
    ({"a": {"x": 1, "y": 2}}, [("replace", "a/id", 5)], {"a": {"id": 5}}),
    ({"a": {"x": {"id": 1, "y": 2}}}, [("replace", "a/x/id", 5)], {"a": {"x": {"id": 5}}}),
    ({"a": None}, [("replace", "a/id", 5)], {"a": {"id": 5}}),
    ({"a": None}, [("add", "a/b/c", 5)], {"a": {"b": {"c": 5}}}),
    ({"a": [1, 2, 3]}, [("add", "a", 4)], {"a": [1, 2, 3, 4]}),
    ({"a": [1, 2, 3]}, [("add", "a", [4])], {"a": [4]}),
    ({"a": [1, 2, 3]}, [("add", "a/-", 4)], {"a": [1, 2, 3, 4]}),
    ({"a": [1, 2, 3]}, [("remove", "a/1", None)], {"a": [1, 3]}),
    ({"a": [1, 2, 3]}, [("replace", "/a/0", 4)], {"a": [4, 2, 3]}),
    ({"a": [{"x": 1}, 2]}, [("replace", "a.0.X", 4)], {"a": [{"x": 4}, 2]}),
    ({"a": [1, 2, 3]}, [("replace", "a/-", 4)], None),
    ({"a": [1, 2, 3]}, [("replace", "a/3", 4)], None),
    ({"a": [1, 2, 3]}, [("replace", "a/0/x", 4)], None),
    ({"a": [1, 2, 3]}, [("replace", "a/\u0663", 4)], None),
    ({"a": 1}, [("replace", "a/b", 4)], None),
    ({"a": {}}, [("replace", "a" + "/b" * 11, 4)], {"a": nested("b", 11, 4)}),
    ({"a": {}}, [("replace", "a" + "/b" * 12, 4)], None),
]


@pytest.mark.parametrize(("document", "operations", "expected"), PATCHED)
def test_apply_patch(
    document: dict[str, Any], operations: list[tuple[str, str, Any]], expected: dict[str, Any] | None
) -> None:
    before = copy.deepcopy(document)
    written = [{"OP": verb, "Path": path, "value": value} for verb, path, value in operations]
    if expected is None:
        with pytest.raises(HTTPProblem):
            apply_patch(catalog("manage"), "Ticket", document, written)
    else:
        patched, changed = apply_patch(catalog("manage"), "Ticket", document, written)
        assert patched == expected
        assert changed == {path.strip("/").replace(".", "/").split("/")[0] for _, path, _ in operations}
    assert document == before


GUID = "12345678-1234-4234-8234-123456789abc"
# Record, member, valid values, invalid values, and the end of the message about those.
KINDS: list[tuple[str, str, list[Any], list[Any], str]] = [
    ("Activity", "name", ["", "x"], [True, [], {}], "must be a string"),
    ("Activity", "id", [5, -(2**31)], [True, "five", 1.5, 2**63, "1.5"], "must be a valid integer"),
    ("Addition", "quantity", [1, 1.5, -1], [True, "one", []], "must be a valid number"),
    ("Company", "leadFlag", [True, False], [1, "yes", []], "must be a valid Boolean"),
    ("Activity", "dateStart", ["2024-01-31T17:00:00Z"], ["31.1.2024", 5, ""], "must be a valid date-time"),
    ("Holiday", "date", ["2024-01-31"], ["2024-02-30", 20240131], "must be a valid date"),
    ("Activity", "mobileGuid", [GUID, GUID.upper()], ["x", 5, GUID + "0"], "must be a valid UUID"),
    ("DocumentFormData", "file", ["", "eA=="], ["x", "eA=", 5], "must be valid base64"),
    ("AccountingPackageSetup", "accountingPackage", [{}, {"id": 1}], [5, "x", []], "must be an object"),
    ("Company", "integratorTags", [[], ["x"]], ["x", {}, 5], "must be an array"),
    ("Company", "_info", [{}, {"x": 1}], [5, []], "must be an object"),
    ("ApiRequest", "body", [5, "x", {}, []], [], ""),
]


@pytest.mark.parametrize(("record", "member", "valid", "invalid", "message"), KINDS)
def test_types_of_members(record: str, member: str, valid: list[Any], invalid: list[Any], message: str) -> None:
    for value in valid:
        assert validate(catalog("manage"), record, {member.upper(): value}, required=False) == {member: value}
    for value in invalid:
        with pytest.raises(HTTPProblem) as caught:
            validate(catalog("manage"), record, {member: value}, required=False)
        assert [(each.message, each.field) for each in caught.value.problems] == [(f"{member} {message}", member)]
        # Members that were stored before are not checked again.
        assert validate(catalog("manage"), record, {member: value}, required=False, only=["other"]) == {member: value}


@pytest.mark.parametrize(
    ("product", "record", "member", "sent", "stored"),
    [
        ("manage", "Ticket", "knowledgeBaseLinkId", "12", 12),
        ("manage", "Ticket", "knowledgeBaseLinkId", 12.0, 12.0),
        ("manage", "Ticket", "budgetHours", "2.5", 2.5),
        ("manage", "Ticket", "closedFlag", "true", True),
        ("manage", "Ticket", "closedFlag", "False", False),
        ("manage", "Ticket", "summary", 5, "5"),
        ("manage", "Ticket", "severity", "LOW", "Low"),
        ("manage", "Ticket", "company", {"id": "2"}, {"id": 2}),
        ("manage", "Ticket", "requiredDate", "2024-01-31", "2024-01-31T00:00:00Z"),
        ("manage", "Ticket", "requiredDate", "2024-01-31 10:00Z", "2024-01-31T10:00:00Z"),
        ("automate", "CommandExecute", "ComputerId", "1", 1),
        ("automate", "CommandExecute", "Command", {"Id": 2}, {"Id": "2"}),
        ("automate", "ScheduleScriptBatchRequest", "EntityType", 1, "Computer"),
        ("automate", "ScheduleScriptBatchRequest", "EntityType", "1", "Computer"),
        ("automate", "ScheduleScriptBatchRequest", "EntityType", "computer", "Computer"),
        ("automate", "ScheduleScriptBatchRequest", "ScriptId", "6431", 6431),
    ],
)
def test_values_are_converted(product: str, record: str, member: str, sent: Any, stored: Any) -> None:
    assert validate(catalog(product), record, {member: sent}, required=False) == {member: stored}


@pytest.mark.parametrize(
    ("value", "is_supported"),
    [
        ("2024-01-31T17:00:00Z", True),
        ("2024-01-31", True),
        ("2024-01-31T17:00:00.5Z", False),
        ("2024-01-31T17:00:00", False),
        ("2024-01-31T17:00:00+02:00", False),
    ],
)
def test_times_are_whole_seconds_of_utc(value: str, is_supported: bool) -> None:
    if is_supported:
        validate(catalog("manage"), "Activity", {"dateStart": value}, required=False)
        return
    with pytest.raises(HTTPProblem) as caught:
        validate(catalog("manage"), "Activity", {"dateStart": value}, required=False)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.field) == (
        "UnsupportedFormat",
        "Unsupported format applied to dateStart",
        "dateStart",
    )
    # Nothing is known of Automate.
    schedule = {"EffectiveStartDate": value}
    assert validate(catalog("automate"), "ModelsScheduledScript", schedule, required=False) == schedule


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        ({"company": {"id": "x", "name": []}}, ["company/id must be a valid integer", "company/name must be a string"]),
        ({"customFields": [5, {"id": "x"}, {}]}, ["customFields/0 must be an object", "customFields/1/id must be a valid integer"]),
        ({"integratorTags": ["x", [], None]}, ["integratorTags/1 must be a string"]),
        ({"severity": "nope"}, ["The value 'nope' is not valid for field 'severity'."]),
        ({"severity": 5}, ["The value '5' is not valid for field 'severity'."]),
        ({"knowledgeBaseLinkId": 2**31}, ["The field knowledgeBaseLinkId must be between -2147483648 and 2147483647."]),
        ({"summary": "x" * 101}, ["The field summary must be a string with a maximum length of 100."]),
        ({"summary": "x" * 100}, []),
    ],
)  # fmt: skip
def test_nested_members_and_their_limits(document: dict[str, Any], messages: list[str]) -> None:
    if not messages:
        assert validate(catalog("manage"), "Ticket", document, required=False) == document
        return
    with pytest.raises(HTTPProblem) as caught:
        validate(catalog("manage"), "Ticket", document, required=False)
    assert [each.message for each in caught.value.problems] == messages


@pytest.mark.parametrize(
    "document", [{"enteredBy": "x"}, {"company": {"id": 1, "nope": 2}}, {"customFields": [{"x": 1}]}]
)
def test_unknown_members_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(HTTPProblem, match=r"Could not find member '(enteredBy|nope|x)' on object of type '"):
        validate(catalog("manage"), "Ticket", document, required=False)
    assert validate(catalog("automate"), "Computer", {"x": 1}) == {"x": 1}
    # Members that were stored before are not checked again.
    assert validate(catalog("manage"), "Ticket", {"old": 1}, only=["summary"], required=False) == {"old": 1}


def test_required_member_cannot_be_emptied(api: ApiClient, ticket: dict[str, Any]) -> None:
    for value in ("", None):
        operations = [{"op": "replace", "path": "Summary", "value": value}]
        response = api.manage("PATCH", f"/service/tickets/{ticket['id']}", json=operations)
        assert response.status_code == 400
        assert response.json()["errors"] == [
            {
                "code": "MissingRequiredField",
                "message": "The summary field is required.",
                "resource": "ticket",
                "field": "summary",
            }
        ]


def test_put_replaces_everything_except_the_id(api: ApiClient, ticket: dict[str, Any]) -> None:
    body = {"id": 9_999, "summary": "new", "company": {"id": 2}}
    response = api.manage("PUT", f"/service/tickets/{ticket['id']}", json=body)
    assert response.status_code == 200
    assert response.json()["id"] == ticket["id"]
    assert response.json()["board"]["id"] == 1
    assert response.json()["mobileGuid"] == ticket["mobileGuid"]
    for name in ("dateEntered", "enteredBy"):
        assert response.json()["_info"][name] == ticket["_info"][name]


def test_delete(api: ApiClient, ticket: dict[str, Any]) -> None:
    path = f"/service/tickets/{ticket['id']}"
    assert api.manage("DELETE", path).status_code == 204
    assert api.manage("GET", path).status_code == 404
    assert api.manage("DELETE", path).status_code == 404
    again = api.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 2}}).json()
    assert again["id"] > ticket["id"]


def test_records_below_a_record(api: ApiClient, ticket: dict[str, Any]) -> None:
    path = f"/service/tickets/{ticket['id']}/notes"
    assert api.get(path) == []
    note = api.manage("POST", path, json={"text": "called back", "detailDescriptionFlag": True}).json()
    assert [row["id"] for row in api.get(path)] == [note["id"]]
    assert api.get(f"{path}/count") == {"count": 1}
    assert api.get(f"{path}/{note['id']}")["text"] == "called back"
    assert api.manage("GET", "/service/tickets/987654/notes").status_code == 404


def test_bulk_reports_on_each_item(api: ApiClient) -> None:
    good = {"name": "SRV-NEW", "type": {"id": 1}, "company": {"id": 2}}
    response = api.manage("POST", "/company/configurations/bulk", json=[good, {"name": []}])
    assert response.status_code == 207
    assert [item["statusCode"] for item in response.json()["payload"]] == [201, 400]


BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"summary": "x"}, "company", "MissingRequiredField"),
    ({"summary": [], "company": {"id": 2}}, "summary", "InvalidArgument"),
    ({"summary": "x" * 101, "company": {"id": 2}}, "summary", "MaxLengthField"),
    ({"summary": "x", "company": {"id": "two"}}, "company/id", "InvalidArgument"),
    ({"summary": "x", "company": 2}, "company", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "severity": "Nope"}, "severity", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "closedFlag": "yes"}, "closedFlag", "InvalidArgument"),
    ({"summary": "x", "company": {"id": 2}, "requiredDate": "soon"}, "requiredDate", "InvalidArgument"),
    (
        {"summary": "x", "company": {"id": 2}, "requiredDate": "2026-01-01T10:00:00.5Z"},
        "requiredDate",
        "UnsupportedFormat",
    ),
    ({"summary": "x", "company": {"id": 19299}}, "company/id", "NotFound"),
    ({"summary": "x", "company": {"identifier": "Nobody"}}, "company/identifier", "NotFound"),
]


@pytest.mark.parametrize(("body", "field", "code"), BODIES)
def test_invalid_members_are_reported(api: ApiClient, body: dict[str, Any], field: str, code: str) -> None:
    before = api.get("/service/tickets/count")
    response = api.manage("POST", "/service/tickets", json=body)
    assert response.status_code == 400
    assert (response.json()["errors"][0]["field"], response.json()["errors"][0]["code"]) == (field, code)
    assert api.get("/service/tickets/count") == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'"\xff"', b'{"summary":"\\ud800","company":{"id":2}}',
     b'{"summary":"\\u0000","company":{"id":2}}', b'{"summary":"x","company":{"id":2},"budgetHours":NaN}', b"[" * 5_000]
)  # fmt: skip
def test_body_that_cannot_be_stored_is_refused(api: ApiClient, body: bytes) -> None:
    assert api.manage("POST", "/service/tickets", content=body).status_code == 400


@pytest.mark.parametrize(
    "operations",
    [[], {}, [5], [{"op": "replace"}], [{"op": "x", "path": "summary"}], [{"op": "replace", "path": "nope", "value": 1}],
     [{"op": "replace", "path": "id", "value": 1}], [{"op": "replace", "path": "summary/x", "value": 1}],
     [{"op": "remove", "path": "summary"}], [{"op": "replace", "path": "/" * 50, "value": 1}]],
)  # fmt: skip
def test_invalid_patches_are_refused(api: ApiClient, operations: Any) -> None:
    assert api.manage("PATCH", "/service/tickets/1", json=operations).status_code == 400


def test_automate_records_are_written(api: ApiClient) -> None:
    created = api.automate("POST", "/Groups", json={"Name": "Servers"})
    assert created.status_code == 200, created.text
    path = f"/Groups/{created.json()['Id']}"
    patched = api.automate("PATCH", path, json=[{"Op": "replace", "Path": "Name", "Value": "All servers"}])
    assert patched.json()["Name"] == "All servers"
    assert api.automate("DELETE", path).status_code == 204
    missing = api.automate("GET", path)
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "NotFound"
