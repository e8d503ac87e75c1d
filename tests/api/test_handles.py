"""Typed handles at run time: the conditions they build, the values they refuse, and their messages."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

import pytest

import cwql.automate.fields
import cwql.manage.fields
from cwql.automate.fields import Computer
from cwql.errors import CwqlError, ExpressionError, UnknownNameError
from cwql.language.builder import F
from cwql.language.nodes import Comparison, Constant, Order, Path
from cwql.manage import models
from cwql.manage.fields import Contact, ContactCommunicationItem, HttpMethod, Ticket, TimeEntry, Usage
from cwql.schema import handles
from cwql.schema.catalog import catalog
from cwql.schema.naming import HANDLE_NAMES, attributes

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


class Level(PythonEnum):
    HIGH = "High"


@pytest.mark.parametrize(
    ("built", "plain"),
    [
        (Ticket.status.name == "New", F("status/name") == "New"),
        (Ticket.id != 5, F("id") != 5),
        (Ticket.id.in_({3, 1}), F("id").in_([1, 3])),
        (Ticket.id.not_in(n for n in (1, 2)), F("id").not_in([1, 2])),
        (Ticket.summary.contains("a"), F("summary").contains("a")),
        (Ticket.summary.between("a", "b"), F("summary").between("a", "b")),
        (Ticket.budgetHours > Decimal("1.5"), F("budgetHours") > Decimal("1.5")),
        (Ticket.budgetHours <= 2, F("budgetHours") <= 2),
        (Ticket.closedFlag == True, F("closedFlag") == True),  # noqa: E712
        (Ticket.requiredDate >= NOON, F("requiredDate") >= NOON),
        (Ticket.requiredDate >= date(2024, 1, 2), F("requiredDate") >= date(2024, 1, 2)),
        (Ticket.closedDate > NOON, F("closedDate") > NOON),
        (Ticket.subDateAccepted.like("2024%"), F("subDateAccepted").like("2024%")),
        (Ticket.impact == "High", F("impact") == "High"),
        (Ticket.impact == Level.HIGH, F("impact") == "High"),
        (Ticket.contact == None, F("contact") == None),  # noqa: E711
        (Ticket.contact.is_not_null(), F("contact").is_not_null()),
        (Ticket.closedFlag.is_null(), F("closedFlag").is_null()),
        (Ticket.info_.lastUpdated > NOON, F("_info/lastUpdated") > NOON),
        (Ticket.lastUpdated > NOON, F("lastUpdated") > NOON),
        (Ticket.customFields.caption == "x", F("customFields/caption") == "x"),
        (Ticket.customFields.value == 5, F("customFields/value") == 5),
        (Usage.count == 1, F("count") == 1),
        (HttpMethod.get.method == "x", F("get/method") == "x"),
        (Contact.communicationItems.type.name == "Email", F("communicationItems/type/name") == "Email"),
        (Computer.Client.Name == "ACME", F("Client.Name") == "ACME"),
        (Computer.OpenPortsTCP.contains(443), F("OpenPortsTCP").contains(443)),
        (Computer.LoggedInUsers.LoggedInUserName == "x", F("LoggedInUsers.LoggedInUserName") == "x"),
        (~(Ticket.id == 5), F("id") != 5),
        (Ticket.closedFlag.is_(False), F("closedFlag") == False),  # noqa: E712
        (~Ticket.closedFlag, F("closedFlag") == False),  # noqa: E712
        (~Ticket.closedFlag & (Ticket.id == 5), (F("closedFlag") == False) & (F("id") == 5)),  # noqa: E712
    ],
)
def test_typed_handles_build_what_plain_ones_build(built: object, plain: object) -> None:
    assert built == plain


def test_conditions_inside_a_collection_name_it() -> None:
    item = ContactCommunicationItem
    inner = (item.value.contains("@b.c")) & ((item.type.name == "Email") | (item.defaultFlag == True))  # noqa: E712
    outer = Contact.communicationItems
    assert outer.any(inner) == outer.value.contains("@b.c") & (
        (outer.type.name == "Email") | (outer.defaultFlag == True)  # noqa: E712
    )
    with pytest.raises(ExpressionError, match="takes a condition"):
        outer.any("value = 1")  # type: ignore[arg-type]


def test_custom_fields_go_by_caption_or_id() -> None:
    field, fields = Ticket.customFields["Region"], Ticket.customFields
    assert (field == "West") == (fields.caption == "Region") & (fields.value == "West")
    assert (field != None) == (fields.caption == "Region") & (fields.value != None)  # noqa: E711
    assert fields[75].in_({2, 1}) == (fields.id == 75) & fields.value.in_([1, 2])
    assert field.between(1, 2) == (fields.caption == "Region") & fields.value.between(1, 2)
    assert field.in_([]) == Constant(False)
    assert field.like("W%") == (fields.caption == "Region") & fields.value.like("W%")
    assert repr(pickle.loads(pickle.dumps(field))) == repr(field) == "Ticket.customFields['Region']"


def test_any_asks_for_the_fields_of_its_own_records() -> None:
    with pytest.raises(ExpressionError, match=r"a condition on ContactCommunicationItem, which has no field 'summary'"):
        Contact.communicationItems.any(Ticket.summary == "x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert Contact.communicationItems.any(F("value") == 1) == (F("communicationItems/value") == 1)
    assert Contact.communicationItems.any(ContactCommunicationItem.id.in_([])) == Constant(False)


def test_handles_sort_and_print() -> None:
    assert Ticket.priority.id.asc() == Order(Path(("priority", "id")))
    assert Ticket.dateResolved.desc().descending
    assert (str(Ticket.info_.lastUpdated), repr(Ticket.info_.lastUpdated)) == (
        "_info/lastUpdated",
        "Ticket.info_.lastUpdated",
    )
    assert repr(Ticket) == "Ticket"


def _any(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (lambda: Ticket.id.contains(3), r"Ticket\.id is an integer and cannot be compared by contains: use =="),  # type: ignore[attr-defined]
        (lambda: Ticket.id.like("3%"), "by like"),  # type: ignore[attr-defined]
        (lambda: Ticket.id == "5", "cannot be compared with '5': expected an int"),
        (lambda: Ticket.id == True, "expected an int"),  # noqa: E712
        (lambda: Ticket.id == 5.5, "expected an int"),
        (lambda: Ticket.id > _any("5"), "expected an int"),
        (lambda: Ticket.id.in_(_any(["5"])), "expected an int"),
        (lambda: Ticket.id.between(_any("a"), 5), "expected an int"),
        (lambda: Ticket.summary == 5, r"Ticket\.summary is text and cannot be compared with 5: expected a str"),
        (lambda: Ticket.summary.contains(_any(5)), "expected a str"),
        (lambda: Ticket.budgetHours == "5", "expected an int, float or Decimal"),
        (lambda: Ticket.budgetHours == True, "expected an int, float or Decimal"),  # noqa: E712
        (lambda: Ticket.closedFlag == 1, "expected True or False"),
        (lambda: Ticket.closedFlag == "true", "expected True or False"),
        (lambda: Ticket.closedFlag > True, "by >"),  # type: ignore[operator]
        (lambda: Ticket.closedFlag.in_([True]), r"use is_\(True\), is_\(False\), or == and !="),  # type: ignore[attr-defined]
        (lambda: Ticket.requiredDate > _any("2024-01-01"), "expected a datetime or a date"),
        (lambda: Ticket.requiredDate.contains("2024"), "by contains"),  # type: ignore[attr-defined]
        (lambda: Ticket.subDateAccepted == 5, "expected a datetime, a date or a str"),
        (lambda: Ticket.impact == "Hihg", r"did you mean 'High'\? \(a member newer than this catalog: F\('impact'\)"),
        (lambda: Ticket.impact == "high", "did you mean 'High'"),
        (lambda: Ticket.impact == "zzz", "expected one of Low, Medium, High"),
        (lambda: Ticket.impact > "High", "by >"),  # type: ignore[operator]
        (lambda: Ticket.impact.like("H%"), "use ==, != or in_"),  # type: ignore[attr-defined]
        (lambda: Ticket.company == 5, r"compare Ticket\.company\.id or .*Ticket\.company\.identifier, or with None"),
        (lambda: Ticket.company == "ACME", "is a reference"),
        (lambda: Ticket.company.in_([1]), "by in"),  # type: ignore[attr-defined]
        (lambda: Contact.communicationItems == 5, r"use any\(\)"),
        (lambda: Computer.OpenPortsTCP == 443, r"use contains\(\)"),
        (lambda: Ticket == 5, "Ticket is a record, not a field"),
        (lambda: bool(Ticket), "no truth value"),
        (lambda: bool(Ticket.summary), "no truth value"),
        (lambda: 1 < Ticket.id < 9, "no truth value"),
        (lambda: "x" in _any(Ticket.summary), "contains"),
        (lambda: 5 in _any(Ticket.id), r"Ticket\.id is an integer: use =="),
        (lambda: "x" in _any(Ticket.customFields), r"name one by its caption"),
        (lambda: Ticket.customFields[_any(None)], "expected the caption of a custom field"),
        (lambda: Ticket.customFields["  "], "expected the caption of a custom field"),
        (lambda: Ticket.customFields["Region"] == ["West"], r"write Ticket\.customFields\['Region'\]\.in_"),
        (lambda: _any(Ticket.customFields["Region"]).asc(), "sort the records that come back"),
        (lambda: _any(Ticket.customFields["Region"]).set("West"), r"change the list, Ticket\.customFields\.set"),
        (lambda: _any(Ticket.customFields["Region"]).unset(), "change the list"),
    ],
)
def test_what_the_type_cannot_mean_is_refused(line: Callable[[], object], says: str) -> None:
    with pytest.raises(ExpressionError, match=says) as caught:
        line()
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, CwqlError)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (lambda: Ticket.sumary, "Ticket has no field 'sumary'; did you mean 'summary'"),  # type: ignore[attr-defined]
        (lambda: Ticket.company.identifer, "CompanyReference has no field 'identifer'.*'identifier'"),  # type: ignore[attr-defined]
        (lambda: Ticket.Summary, "did you mean 'summary'"),  # type: ignore[attr-defined]
        (lambda: Ticket.fields, "Ticket has no field 'fields'"),  # type: ignore[attr-defined]
        (lambda: Ticket.summary.upper, "upper"),  # type: ignore[attr-defined]
        (lambda: cwql.manage.fields.Tiket, "no record 'Tiket' in manage; did you mean 'Ticket'"),  # type: ignore[attr-defined]
    ],
)
def test_an_unknown_name_suggests_near_ones(line: Callable[[], object], says: str) -> None:
    with pytest.raises(AttributeError, match=says):
        line()


def test_a_name_that_begins_with_an_underscore_is_corrected() -> None:
    with pytest.raises(AttributeError, match=r"Ticket has no attribute '_info'; write info_$"):
        Ticket._info  # noqa: B018
    for name in ("_infos", "__info", "__array__"):
        with pytest.raises(AttributeError, match=f"Ticket has no attribute '{name}'$"):
            getattr(Ticket, name)


def test_unknown_names_are_both_kinds_of_error() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Ticket.sumary  # type: ignore[attr-defined]  # noqa: B018
    assert caught.value.suggestions[0] == "summary"
    assert not hasattr(Ticket, "sumary")


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_every_field_of_every_record_has_a_handle(product: str) -> None:
    module = {"manage": cwql.manage.fields, "automate": cwql.automate.fields}[product]
    known = catalog(product)
    for name in known.records:
        record = known.record(name)
        root = getattr(module, name)
        for wire, python in attributes(record.names, HANDLE_NAMES).items():
            handle = getattr(root, python)
            assert isinstance(handle, handles.Handle)
            assert str(handle) == wire
            made = handle.is_null()
            assert isinstance(made, Comparison)
            assert made.path == Path((wire,))


def test_completion_offers_the_fields() -> None:
    assert {"summary", "info_", "lastUpdated"} <= set(dir(Ticket))
    assert {"identifier", "is_null"} <= set(dir(TimeEntry.company))
    assert "Ticket" in dir(cwql.manage.fields)


def test_handles_can_be_kept() -> None:
    for handle in (Ticket, Ticket.status.name, Ticket.info_.lastUpdated, Contact.communicationItems.value):
        assert repr(pickle.loads(pickle.dumps(handle))) == repr(copy.deepcopy(handle)) == repr(handle)


def test_identifiers_take_uuids() -> None:
    field = next(
        (name, info.name)
        for name in catalog("automate").records
        for info in catalog("automate").record(name).fields()
        if info.kind == "uuid"
    )
    handle = getattr(getattr(cwql.automate.fields, field[0]), field[1])
    made = handle == UUID(int=5)
    assert made.value == str(UUID(int=5))


# ---- the value of a field in a record ----------------------------------------------------------------------------------

PLAIN: dict[str, Any] = {
    "id": 7,
    "company": {"id": 1, "name": "Acme"},
    "contact": None,
    "requiredDate": "2024-05-06T07:08:09Z",
    "closedFlag": False,
    "impact": "High",
    "budgetHours": "2,5",
    "_info": {"lastUpdated": "2024-01-02T12:00:00Z", "updatedBy": "jdoe"},
    "customFields": [{"id": 1, "caption": "Root Cause", "value": "DNS"}, {"id": 2, "caption": "Reopened", "value": False}],
}  # fmt: skip


@pytest.mark.parametrize(
    "record", [PLAIN, models.Ticket.model_validate(PLAIN | {"budgetHours": 2.5})], ids=["plain", "model"]
)
@pytest.mark.parametrize(
    ("handle", "value"),
    [
        (Ticket.id, 7),
        (Ticket.company.name, "Acme"),
        (Ticket.company.identifier, None),
        (Ticket.contact.name, None),
        (Ticket.contact, None),
        (Ticket.owner.name, None),
        (Ticket.requiredDate, datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        (Ticket.closedFlag, False),
        (Ticket.impact, "High"),
        # Filters only: records show it elsewhere, as text.
        (Ticket.lastUpdated, NOON),
        (Ticket.info_.lastUpdated, NOON),
        (Ticket.info_.updatedBy, "jdoe"),
        (Ticket.customFields["root cause"], "DNS"),
        (Ticket.customFields[2], False),
        (Ticket.customFields["Region"], None),
    ],
    ids=repr,
)
def test_a_handle_reads_its_field(handle: handles.Handle, value: object, record: object) -> None:
    assert handle.value_in(record) == value
    assert handle.value_in({}) is None
    assert handle.value_in(None) is None


def test_what_a_server_sent_oddly_is_read_as_it_was_sent() -> None:
    assert str(Ticket.budgetHours.value_in(PLAIN)) == "2,5"
    assert Ticket.requiredDate.value_in({"requiredDate": "soon"}) == "soon"
    assert Computer.OpenPortsTCP.value_in({"OpenPortsTCP": [80]}) == [80]
    assert Usage.count.value_in({"count": 3}) == Usage.count.value_in(models.Usage.model_validate({"count": 3})) == 3
    assert Ticket.info_.later.value_in(models.Ticket.model_validate({"_info": {"later": "x"}})) == "x"


@pytest.mark.parametrize(
    ("handle", "record", "said"),
    [
        (Ticket.id, [PLAIN], "takes one record or mapping, got list"),
        (Ticket.id, 7, "takes one record or mapping, got int"),
        (Ticket.company.name, models.Board(), "Ticket.company.name.value_in() takes a Ticket, got a Board"),
        (Contact.communicationItems.value, {"communicationItems": [{}]}, "leads through a collection: go over its items"),
    ],
)  # fmt: skip
def test_a_handle_reads_records_of_its_own_kind(handle: handles.Handle, record: object, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        handle.value_in(record)
    assert said in str(caught.value)
