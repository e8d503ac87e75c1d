"""Bodies of PATCH, and custom fields by caption."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cwql.automate.fields import Client as ClientFields
from cwql.client.custom_field_mapping import CustomFields, custom_fields
from cwql.client.errors import RequestBodyError
from cwql.client.patch import Change, diff, patch_body
from cwql.errors import UnknownNameError
from cwql.manage import models
from cwql.manage.fields import Ticket
from cwql_api.runtime import Record


def ticket(**members: Any) -> Record:
    return models.Ticket.model_validate(members)


TABLE: list[tuple[Any, list[dict[str, Any]]]] = [
    (Ticket.summary.set("x"), [{"op": "replace", "path": "summary", "value": "x"}]),
    ([Ticket.summary.set("x")], [{"op": "replace", "path": "summary", "value": "x"}]),
    ({"summary": "x"}, [{"op": "replace", "path": "summary", "value": "x"}]),
    ({"SUMMARY": "x"}, [{"op": "replace", "path": "summary", "value": "x"}]),
    ({"poNumber": None}, [{"op": "replace", "path": "poNumber", "value": None}]),
    (Ticket.owner.unset(), [{"op": "remove", "path": "owner"}]),
    (Ticket.budgetHours.set(1.5), [{"op": "replace", "path": "budgetHours", "value": 1.5}]),
    (Ticket.severity.set("High"), [{"op": "replace", "path": "severity", "value": "High"}]),
    # References as a whole.
    (Ticket.status.set({"id": 5}), [{"op": "replace", "path": "status", "value": {"id": 5}}]),
    (Ticket.status.set(5), [{"op": "replace", "path": "status", "value": {"id": 5}}]),
    (Ticket.status.id.set(5), [{"op": "replace", "path": "status", "value": {"id": 5}}]),
    (Ticket.status.name.set("New"), [{"op": "replace", "path": "status", "value": {"name": "New"}}]),
    ({"status/name": "New"}, [{"op": "replace", "path": "status", "value": {"name": "New"}}]),
    ({"/status/name": "New"}, [{"op": "replace", "path": "status", "value": {"name": "New"}}]),
    ({"board": {"name": "Help Desk"}}, [{"op": "replace", "path": "board", "value": {"name": "Help Desk"}}]),
    (
        [Ticket.status.id.set(5), Ticket.summary.set("x"), Ticket.status.name.set("New")],
        [
            {"op": "replace", "path": "status", "value": {"id": 5, "name": "New"}},
            {"op": "replace", "path": "summary", "value": "x"},
        ],
    ),
    (Ticket.requiredDate.set(datetime(2024, 1, 31, 9, tzinfo=UTC)), [{"op": "replace", "path": "requiredDate", "value": "2024-01-31T09:00:00Z"}]),
    # Ready operations, names that no specification knows.
    ([{"op": "Add", "path": "/summary", "value": "x"}], [{"op": "add", "path": "summary", "value": "x"}]),
    ([{"op": "remove", "path": "owner"}], [{"op": "remove", "path": "owner"}]),
    ({"zzTenantFlag9": True}, [{"op": "replace", "path": "zzTenantFlag9", "value": True}]),
    ([{"summary": "x"}, Ticket.poNumber.set("7")], [{"op": "replace", "path": "summary", "value": "x"}, {"op": "replace", "path": "poNumber", "value": "7"}]),
    # The last one of two wins.
    ([Ticket.summary.set("a"), Ticket.summary.set("b")], [{"op": "replace", "path": "summary", "value": "b"}]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "body"), TABLE)
def test_manage(changes: Any, body: list[dict[str, Any]]) -> None:
    assert patch_body("manage", "Ticket", changes) == body


def test_automate_has_capitals() -> None:
    assert patch_body("automate", "Client", [ClientFields.Name.set("ACME"), {"Comment": None}]) == [
        {"Op": "replace", "Path": "Name", "Value": "ACME"},
        {"Op": "replace", "Path": "Comment", "Value": None},
    ]
    assert patch_body("automate", None, {"a": 1}) == [{"Op": "replace", "Path": "a", "Value": 1}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sumary": "x"}, "summary"),
        ({"summary": None}, "summary: expected text(100), got nothing"),
        ({"summary": 5}, "summary: expected text, got 5"),
        ({"summary": "x" * 101}, "at most 100 characters"),
        ({"severity": "Hihg"}, "'High'"),
        ({"budgetHours": "many"}, "a number"),
        ({"closedFlag": "yes"}, "true or false"),
        ({"status": {"id": "five"}}, "status/id"),
        ({"status": [1]}, "status"),
        ({"status/id": "five"}, "status/id"),
        (Ticket.summary.set(object()), "something that JSON can say"),  # type: ignore[arg-type]
        ({"requiredDate": datetime(2024, 1, 31)}, "time zone"),
        ({}, "no changes"),
        ([], "no changes"),
        ("summary", "a mapping"),
        (5, "a mapping"),
    ],
)
def test_what_cannot_be_sent(changes: Any, said: str) -> None:
    with pytest.raises(RequestBodyError) as caught:
        patch_body("manage", "Ticket", changes, "PATCH /service/tickets/5")
    assert said in str(caught.value)
    assert str(caught.value).startswith("PATCH /service/tickets/5: ")


def test_difference_of_two_records() -> None:
    before = ticket(
        id=7,
        summary="old",
        poNumber="1",
        status={"id": 1, "name": "New", "_info": {"a": "b"}},
        _info={"lastUpdated": "2026-01-05T08:00:00Z"},
    )
    after = copy.deepcopy(before)
    after.summary = "new"  # type: ignore[attr-defined]
    after.status = models.ServiceStatusReference(id=2)  # type: ignore[attr-defined]
    assert patch_body("manage", "Ticket", diff(before, after)) == [
        {"op": "replace", "path": "summary", "value": "new"},
        {"op": "replace", "path": "status", "value": {"id": 2}},
    ]
    assert diff(before, copy.deepcopy(before)) == []
    assert diff(before, ticket(id=7, summary="old", _info={"lastUpdated": "2026-01-06T08:00:00Z"})) == []
    assert diff(before, {"poNumber": None}) == [Change(("poNumber",), "replace", None)]
    with pytest.raises(ValueError, match="ids 7 and 8"):
        diff(before, ticket(id=8))
    with pytest.raises(ValueError, match="Ticket and Board"):
        diff(before, models.Board(id=7))


def test_changes_are_values() -> None:
    assert Ticket.summary.set("x") == Change(("summary",), "replace", "x")
    assert len({Ticket.status.set([1]), Ticket.status.set([1])}) == 1
    assert repr(Ticket.owner.unset()) == "Change(path=('owner',), action='remove', value=None)"


def with_fields() -> Record:
    return ticket(
        id=7,
        customFields=[
            {
                "id": 1,
                "caption": "Warranty until",
                "type": "Date",
                "entryMethod": "EntryField",
                "value": "2024-01-31T00:00:00Z",
            },
            {"id": 2, "caption": "VIP", "type": "Checkbox", "value": True},
            {"id": 3, "caption": "Seats", "type": "Number", "numberOfDecimals": 0, "value": 5.0},
            {"id": 4, "caption": "Note", "type": "TextArea", "value": None},
            {"id": 5, "caption": "Twice", "type": "Text", "value": "a"},
            {"id": 6, "caption": "twice", "type": "Text", "value": "b"},
        ],
    )


def test_custom_fields_are_read_by_caption() -> None:
    fields = custom_fields(with_fields())
    assert fields["warranty UNTIL"] == "2024-01-31T00:00:00Z"
    assert (fields["VIP"], fields["Seats"], fields["Note"]) == (True, 5.0, None)
    assert list(fields) == ["Warranty until", "VIP", "Seats", "Note", "Twice", "twice"]
    assert "vip" in fields
    assert "nope" not in fields
    assert fields.get("nope") is None
    assert isinstance(fields, CustomFields)
    with pytest.raises(UnknownNameError, match="did you mean 'Seats'"):
        fields["Seat"]
    with pytest.raises(UnknownNameError, match="2 custom fields"):
        fields["Twice"]
    with pytest.raises(UnknownNameError, match="read with customFields"):
        custom_fields(ticket(id=5))["VIP"]


def test_custom_fields_are_written_by_caption() -> None:
    before = with_fields()
    after = copy.deepcopy(before)
    fields = custom_fields(after)
    fields["vip"] = False
    fields["Warranty until"] = date(2025, 2, 1)
    fields["note"] = "hello"
    del fields["Seats"]
    (operation,) = patch_body("manage", "Ticket", diff(before, after))
    assert operation["path"] == "customFields"
    assert {entry["id"]: entry["value"] for entry in operation["value"]} == {
        1: "2025-02-01T00:00:00Z",
        2: False,
        3: None,
        4: "hello",
        5: "a",
        6: "b",
    }
    assert operation["value"][0]["entryMethod"] == "EntryField"


@pytest.mark.parametrize(
    ("caption", "value"),
    [
        ("VIP", "yes"),
        ("Seats", "5"),
        ("Seats", True),
        ("Note", 5),
        ("Warranty until", "soon"),
        ("Warranty until", 5),
        ("Warranty until", datetime(2024, 1, 1)),
    ],
)
def test_custom_fields_refuse_other_types(caption: str, value: object) -> None:
    record = with_fields()
    with pytest.raises(RequestBodyError, match="a field of type"):
        custom_fields(record)[caption] = value
    assert diff(with_fields(), record) == []


def test_custom_fields_of_plain_data() -> None:
    data: dict[str, Any] = {"customFields": [{"id": 1, "caption": "A", "type": "Text", "value": "x"}, "odd"]}
    custom_fields(data)["a"] = "y"
    assert data["customFields"][0]["value"] == "y"
