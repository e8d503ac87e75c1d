"""The audit trail: the entries about one record, which the parameters name."""

from __future__ import annotations

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient

PATH = "/system/audittrail"
PATCH = [{"op": "replace", "path": "summary", "value": "Printer is on fire"}]


def test_entries_are_those_of_the_record(api: ApiClient) -> None:
    first, second = (api.get(PATH, type="Ticket", id=key) for key in (1, 2))
    assert first != second
    ticket = api.get("/service/tickets/1")
    assert (first[0]["enteredBy"], first[0]["enteredDate"]) == (
        ticket["_info"]["enteredBy"],
        ticket["_info"]["dateEntered"],
    )
    assert api.get(f"{PATH}/count", type="Ticket", id=1) == {"count": len(first)}
    assert api.get(PATH, type="configuration", deviceIdentifier=1) == api.get(PATH, type="Configuration", id=1) != []


def test_entry_for_the_last_change() -> None:
    sandbox = Sandbox(size="small")
    with ApiClient(sandbox) as own:
        assert own.manage("PATCH", "/service/tickets/1", json=PATCH).status_code == 200
        last = own.get(PATH, type="Ticket", id=1)[-1]
        info = own.get("/service/tickets/1")["_info"]
    sandbox.close()
    assert (last["enteredDate"], last["enteredBy"]) == (info["lastUpdated"], info["updatedBy"])
    assert set(last) == {"text", "enteredDate", "enteredBy", "auditType", "auditSubType", "auditSource"}


def test_conditions_filter_the_entries(api: ApiClient) -> None:
    found = api.get(PATH, type="Ticket", id=1, conditions="auditSubType = 'Created'")
    assert [entry["auditSubType"] for entry in found] == ["Created"]


@pytest.mark.parametrize(
    "query", ["type=Ticket&id=999999", "type=Expense&id=999999", "type=Expense&deviceIdentifier=1"]
)
def test_records_that_do_not_exist_have_no_entries(api: ApiClient, query: str) -> None:
    response = api.manage("GET", f"{PATH}?{query}")
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "The type parameter is required."),
        ("type=Ticket", "The id parameter is required."),
        ("id=1", "The type parameter is required."),
        ("type=%20&id=1", "The type parameter is required."),
        ("type=Tickets&id=1", "The value 'Tickets' is not valid for type."),
        ("type=Ticket&id=one", "The value 'one' is not valid for id."),
        ("type=Ticket&id=99999999999999999999", "The value '99999999999999999999' is not valid for id."),
    ],
)
def test_requests_that_name_no_record_are_refused(api: ApiClient, query: str, message: str) -> None:
    for path in (PATH, f"{PATH}/count"):
        response = api.manage("GET", f"{path}?{query}")
        assert (response.status_code, response.json()["message"]) == (400, message)
