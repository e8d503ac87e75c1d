"""The catalog: endpoints, records, paths of fields, operations; counts, letter case, bounds and near names."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from cwql.errors import UnknownNameError
from cwql.schema.catalog import PATH_LIMIT, catalog
from cwql.schema.record import Resolved, Unresolved

PRODUCTS: tuple[str, ...] = ("manage", "automate")


def _resolved(product: str, record: str, path: str) -> Resolved:
    found = catalog(product).resolve(record, path.replace(".", "/").split("/"))
    assert isinstance(found, Resolved), found
    return found


def _unresolved(product: str, record: str, path: str) -> Unresolved:
    found = catalog(product).resolve(record, path.replace(".", "/").split("/"))
    assert isinstance(found, Unresolved), found
    return found


def test_every_operation_is_there() -> None:
    counts = {}
    for product in PRODUCTS:
        known = catalog(product)
        operations = [known.operation(id) for id in known.operation_ids()]
        counts[product] = Counter(operation.method for operation in operations if operation.origin == "spec")
    assert counts["manage"] == {"GET": 1725, "POST": 399, "PUT": 327, "PATCH": 329, "DELETE": 311}
    assert counts["automate"].total() == 237


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_list_has_records_and_every_operation_a_place(product: str) -> None:
    known = catalog(product)
    seen = 0
    for endpoint in known.endpoints():
        if endpoint.listed and endpoint.record is None:
            # These two kinds of list contain maps, or plain text.
            operation = known.operation_at(endpoint, "GET")
            assert operation is not None
            assert operation.reply is not None
            assert operation.reply.type is not None
            assert operation.reply.type.items in ("map", "text", "any")
        if endpoint.record is not None:
            assert known.record(endpoint.record).name == endpoint.record
        for method in endpoint.methods:
            operation = known.operation_at(endpoint, method)
            assert operation is not None
            assert operation.method == method
            seen += 1
    # Paths that differ by a slash or by letter case share an endpoint.
    assert len(known.operation_ids()) - 40 < seen <= len(known.operation_ids())


def test_siblings_of_lists_are_counted() -> None:
    lists = [endpoint for endpoint in catalog("manage").endpoints() if endpoint.listed]
    assert len(lists) == 694
    # 483 spelt alike, and five whose sibling differs by letter case or a slash.
    assert sum(endpoint.count for endpoint in lists) == 488
    assert [endpoint.path for endpoint in lists if endpoint.search] == ["/project/tickets", "/service/tickets"]


@pytest.mark.parametrize(
    "text",
    [
        "/service/tickets",
        "service/tickets/",
        "SERVICE/Tickets",
        " /service/tickets?conditions=id=1 ",
        "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets",
        "https://psa.example.com/v2024_1/apis/3.0/service/tickets",
    ],
)
def test_an_endpoint_is_found_however_it_is_written(text: str) -> None:
    endpoint = catalog("manage").endpoint(text)
    assert (endpoint.path, endpoint.record, endpoint.listed) == ("/service/tickets", "Ticket", True)
    assert (endpoint.count, endpoint.search, endpoint.item) == (True, True, True)
    assert "childConditions" in endpoint.parameters


@pytest.mark.parametrize(
    ("product", "text", "record"),
    [
        ("manage", "/service/tickets/17/notes", "ServiceNote"),
        ("manage", "/service/tickets/{parentId}/notes", "ServiceNote"),
        ("manage", "/system/members/jdoe", "Member"),
        ("manage", "/service/tickets/17", "Ticket"),
        ("automate", "/Computers", "Computer"),
        ("automate", "/cwa/api/v1/computers/5/software", "ComputerSoftware"),
        ("automate", "/api/v2/Contacts", "ClientsContact"),
        ("automate", "v2/contacts", "ClientsContact"),
    ],
)
def test_ids_stand_for_placeholders(product: str, text: str, record: str) -> None:
    assert catalog(product).endpoint(text).record == record


@pytest.mark.parametrize(
    ("product", "text", "near"),
    [
        ("manage", "/service/tickts", "/service/tickets"),
        ("manage", "/tickets", "/service/tickets"),
        ("manage", "/company/companys", "/company/companies"),
        ("automate", "/Computer", "/Computers"),
    ],
)
def test_an_unknown_endpoint_suggests_near_ones(product: str, text: str, near: str) -> None:
    assert catalog(product).find_endpoint(text) is None
    with pytest.raises(UnknownNameError) as caught:
        catalog(product).endpoint(text)
    assert near in caught.value.suggestions
    assert near in str(caught.value)


@pytest.mark.parametrize(
    ("product", "record", "path", "canonical", "kind"),
    [
        ("manage", "Ticket", "company/identifier", "company/identifier", "text"),
        ("manage", "Ticket", "Company/IDENTIFIER", "company/identifier", "text"),
        ("manage", "Ticket", "closedFlag", "closedFlag", "boolean"),
        ("manage", "Ticket", "requiredDate", "requiredDate", "datetime"),
        ("manage", "Ticket", "impact", "impact", "enum"),
        ("manage", "Ticket", "lastUpdated", "lastUpdated", "datetime"),
        ("manage", "Ticket", "_info/lastUpdated", "_info/lastUpdated", "datetime"),
        ("manage", "Ticket", "_info/board_href", "_info/board_href", "text"),
        ("manage", "Contact", "communicationItems/type/name", "communicationItems/type/name", "text"),
        ("manage", "Company", "company/id", "company/id", "integer"),
        ("manage", "ReportDataResponse", "Date_Start", "Date_Start", "any"),
        ("automate", "Computer", "client.name", "Client/Name", "text"),
        ("automate", "Computer", "Client/Id", "Client/Id", "text"),
        ("automate", "Computer", "LoggedInUsers.LoggedInUserName", "LoggedInUsers/LoggedInUserName", "text"),
        ("automate", "Computer", "ComputerID", "ComputerID", "integer"),
        ("automate", "Computer", "OpenPortsTCP", "OpenPortsTCP", "collection"),
    ],
)
def test_paths_lead_to_fields(product: str, record: str, path: str, canonical: str, kind: str) -> None:
    found = _resolved(product, record, path)
    assert ("/".join(found.segments), found.field.kind) == (canonical, kind)


def test_overlay_names_say_what_is_known_of_them() -> None:
    field = _resolved("automate", "Computer", "ClientID").field
    assert field.origin == "documented"
    assert field.note is not None
    assert (field.note.kind, field.note.target) == ("alias", "Client.Id")
    status = _resolved("automate", "Computer", "Status").field
    assert status.origin == "spec"
    assert status.note is not None
    assert status.note.values == ("Online", "Offline", "Unknown")
    updated = _resolved("manage", "Ticket", "lastUpdated")
    assert updated.note is not None
    assert updated.note.target == "_info/lastUpdated"


def test_collections_of_records_are_children() -> None:
    found = _resolved("manage", "Contact", "communicationItems/type/name")
    assert (found.child, found.fields[0].target) == (0, "ContactCommunicationItem")
    assert _resolved("manage", "Ticket", "board/name").child is None
    hidden = _resolved("manage", "Ticket", "notes/text")
    assert (hidden.child, hidden.fields[0].origin) == (0, "documented")


@pytest.mark.parametrize(
    ("path", "index", "reason", "advice"),
    [
        ("sumary", 0, "unknown", None),
        ("company/nam", 1, "unknown", None),
        ("summary/x", 1, "scalar", None),
        ("resources/identifier", 1, "scalar", 'resources contains "…"'),
        ("assignedTo/identifier", 0, "unknown", 'owner/identifier, or resources contains "…"'),
    ],
)
def test_paths_that_end_too_early_say_where_and_why(path: str, index: int, reason: str, advice: str | None) -> None:
    found = _unresolved("manage", "Ticket", path)
    assert (found.index, found.reason) == (index, reason)
    assert (found.note.target if found.note is not None else None) == advice


def test_circles_are_followed_up_to_a_bound() -> None:
    circle = ("Client", "Locations") * PATH_LIMIT
    assert isinstance(catalog("automate").resolve("Location", circle[: PATH_LIMIT - 1]), Resolved | Unresolved)
    found = catalog("automate").resolve("Location", circle)
    assert isinstance(found, Unresolved)
    assert found.reason in ("depth", "unknown", "scalar")
    beyond = catalog("manage").resolve("HttpMethod", ("get",) * (PATH_LIMIT + 1))
    assert isinstance(beyond, Unresolved)
    assert (beyond.reason, beyond.index) == ("depth", PATH_LIMIT)
    assert isinstance(catalog("manage").resolve("HttpMethod", ("get",) * PATH_LIMIT), Resolved)


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_field_of_every_record_resolves(product: str) -> None:
    known = catalog(product)
    for name in known.records:
        for field in known.record(name).fields():
            found = known.resolve(name, (field.name.upper(),))
            assert isinstance(found, Resolved)
            assert found.field is field
            if field.target is not None:
                assert known.find_record(field.target) is not None


@pytest.mark.parametrize("product", PRODUCTS)
def test_collections_are_the_fields_that_child_conditions_filter(product: str) -> None:
    known = catalog(product)
    found = 0
    for name in known.records:
        record = known.record(name)
        children = [field for field in record.fields() if field.child]
        assert [*record.collections()] == children
        found += len(children)
    assert found > 20


def test_records_are_found_by_either_name() -> None:
    known = catalog("automate")
    assert known.record("LabTech.Models.Computer").name == "Computer"
    assert known.record("computer").wire == "LabTech.Models.Computer"
    with pytest.raises(UnknownNameError, match="did you mean 'Computer'"):
        known.record("Compuker")


def test_an_operation_says_what_it_takes_and_gives() -> None:
    operation = catalog("manage").operation("postServiceTickets")
    assert (operation.method, operation.path, operation.tag) == ("POST", "/service/tickets", "Tickets")
    assert operation.body is not None
    assert operation.reply is not None
    assert (operation.body.record, operation.body.listed, operation.body.media_types) == (
        "Ticket",
        False,
        ("application/json",),
    )
    assert (operation.reply.record, operation.reply.status) == ("Ticket", 201)
    assert [(it.name, it.place, it.type.required) for it in operation.parameters] == [("clientId", "header", True)]
    added = catalog("automate").endpoint("/Computers/5/Scripts/7/Execute")
    execute = catalog("automate").operation_at(added, "POST")
    assert execute is not None
    assert (execute.origin, execute.instead) == ("documented", "BatchScripts_ExecuteScript")


def test_broken_paths_are_mended() -> None:
    assert catalog("manage").find_endpoint("/finance/agreements/types/{id}/copy") is not None
    assert catalog("manage").find_endpoint("/procurement/catalog/1/vendors/2") is not None


def test_values_of_the_catalog_can_be_kept() -> None:
    import copy
    import pickle

    known = catalog("manage")
    values: list[Any] = [
        known.endpoint("/service/tickets"),
        _resolved("manage", "Ticket", "company/identifier"),
        known.operation("postServiceTickets"),
    ]
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)
        assert hash(value) == hash(copy.copy(value))
