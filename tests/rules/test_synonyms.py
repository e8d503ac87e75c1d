"""The first suggestion for names that people write from experience with other systems: `isClosed`, `createdDate`."""

from __future__ import annotations

import pytest

import cwql
from cwql.automate import models as automate_models
from cwql.cli import main
from cwql.manage import models
from cwql.manage.fields import Ticket
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.schema.synonyms import MEANINGS, split_name
from cwql.tables import SQLError
from cwql.tables.query import read_query

# Endpoint, name, and the path that has to be suggested first. The table was written before the synonyms.
NAMES = [
    ("/service/tickets", "isClosed", "closedFlag"),
    ("/service/tickets", "closed", "closedFlag"),
    ("/service/tickets", "isOpen", "closedFlag"),
    ("/service/tickets", "assignedTo", "owner/identifier"),
    ("/service/tickets", "assignee", "owner/identifier"),
    ("/service/tickets", "technician", "owner/identifier"),
    ("/service/tickets", "createdDate", "dateEntered"),
    ("/service/tickets", "created_at", "dateEntered"),
    ("/service/tickets", "dateCreated", "dateEntered"),
    ("/service/tickets", "openedDate", "dateEntered"),
    ("/service/tickets", "createdBy", "enteredBy"),
    ("/service/tickets", "updatedAt", "lastUpdated"),
    ("/service/tickets", "modifiedDate", "lastUpdated"),
    ("/service/tickets", "lastModified", "lastUpdated"),
    ("/service/tickets", "modifiedBy", "updatedBy"),
    ("/service/tickets", "clientName", "company/name"),
    ("/service/tickets", "customer", "company/name"),
    ("/service/tickets", "clientId", "company/id"),
    ("/service/tickets", "ticketNumber", "id"),
    ("/service/tickets", "ticketId", "id"),
    ("/service/tickets", "dueDate", "requiredDate"),
    ("/service/tickets", "title", "summary"),
    ("/service/tickets", "subject", "summary"),
    ("/service/tickets", "resolvedDate", "dateResolved"),
    ("/service/tickets", "completedDate", "closedDate"),
    ("/service/tickets", "queue", "board/name"),
    ("/service/tickets", "category", "type/name"),
    ("/service/tickets", "hoursWorked", "actualHours"),
    ("/service/tickets", "email", "contactEmailAddress"),
    ("/company/companies", "companyName", "name"),
    ("/company/companies", "isDeleted", "deletedFlag"),
    ("/company/companies", "postalCode", "zip"),
    ("/company/contacts", "isActive", "inactiveFlag"),
    ("/company/contacts", "surname", "lastName"),
    ("/company/configurations", "hostname", "name"),
    ("/company/configurations", "isActive", "activeFlag"),
    ("/time/entries", "technician", "member/identifier"),
    ("/time/entries", "startTime", "timeStart"),
    ("/time/entries", "description", "notes"),
    ("/finance/agreements", "isCancelled", "cancelledFlag"),
    ("/finance/agreements", "expirationDate", "endDate"),
    ("/finance/invoices", "number", "invoiceNumber"),
    ("/sales/opportunities", "salesRep", "primarySalesRep/identifier"),
    ("/system/members", "username", "identifier"),
    ("/Computers", "hostname", "ComputerName"),
    ("/Computers", "deviceName", "ComputerName"),
    ("/Computers", "isOnline", "Status"),
    ("/Computers", "lastSeen", "RemoteAgentLastContact"),
    ("/Computers", "lastCheckin", "RemoteAgentLastContact"),
    ("/Computers", "ipAddress", "LocalIPAddress"),
    ("/Computers", "operatingSystem", "OperatingSystemName"),
    ("/Computers", "ram", "TotalMemory"),
    ("/Computers", "customerName", "Client.Name"),
    ("/Computers", "company", "Client.Name"),
    ("/Computers", "siteName", "Location.Name"),
    ("/Computers", "createdDate", "DateAdded"),
    ("/Computers", "lastReboot", "LastStartup"),
    ("/Computers", "loggedInUser", "LastUserName"),
    ("/Clients", "clientName", "Name"),
    ("/Alerts", "createdDate", "AlertDate"),
    ("/Tickets", "summary", "Subject"),
    ("/Tickets", "ticketNumber", "TicketId"),
    ("/Tickets", "assignedTo", "User.Name"),
    ("/Tickets", "createdDate", "StartDate"),
    ("/Tickets", "lastUpdated", "UpdateDate"),
    ("/Tickets", "id", "TicketId"),
]


@pytest.mark.parametrize(("endpoint", "name", "expected"), NAMES, ids=[f"{each[0][1:]}-{each[1]}" for each in NAMES])
def test_first_suggestion_is_the_field_that_is_meant(endpoint: str, name: str, expected: str) -> None:
    (found, *_) = cwql.check(f"{name} = 1", endpoint=endpoint)
    assert found.code == "CW203"
    assert found.hint is not None
    assert found.hint.removeprefix("did you mean ").removesuffix("?").split(" or ")[0].partition(",")[0] == expected


def test_each_path_of_the_table_is_a_field_of_some_record() -> None:
    unknown = {path.removeprefix("!") for paths in MEANINGS.values() for path in paths.split()}
    for product in ("manage", "automate"):
        known = catalog(product)
        for record in known.records:
            unknown -= {path for path in unknown if isinstance(known.resolve(record, path.split("/")), Resolved)}
    assert not unknown


def test_no_two_lines_of_the_table_mean_the_same_words() -> None:
    assert len({frozenset(split_name(names)) for names in MEANINGS}) == len(MEANINGS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("client/name = 'x'", "did you mean company?"),
        ("technician/name = 'x'", "did you mean owner?"),
        ("technicianId = 1", "did you mean owner/id?"),
        ("isOpen = true", "did you mean closedFlag or status/name, with the opposite value?"),
        ("createddate > [2024-01-01]", "did you mean dateEntered?"),
        ("resource = 'x'", "did you mean resources or source or assignedResource?"),
        ("closeFlag = false", "did you mean closedFlag?"),
    ],
)
def test_rest_of_the_path_and_the_meaning_of_the_value_count(text: str, hint: str) -> None:
    (found,) = cwql.check(text, endpoint="/service/tickets")
    assert found.hint == hint


def test_fix_is_offered_for_one_field_with_the_same_meaning_only() -> None:
    def fixed(name: str) -> str:
        return cwql.fix(f"{name} = 1", endpoint="/service/tickets", unsafe_fixes=True).text

    assert fixed("ticketNumber") == "id = 1"
    assert fixed("clientId") == "company/id = 1"
    assert fixed("isOpen") == "isOpen = 1"
    assert fixed("state") == "state = 1"
    online = cwql.fix("isOnline = true", endpoint="/Computers", unsafe_fixes=True)
    assert online.text == "isOnline = true"


def test_other_interfaces_suggest_the_same_fields(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AttributeError, match="'createdDate'; did you mean 'dateEntered'"):
        _ = Ticket.createdDate  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"did you mean 'owner\.identifier'"):
        _ = Ticket.assignedTo  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'createdDate'; did you mean info_\['dateEntered'\]\?$"):
        _ = models.Ticket(id=1).createdDate  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'sumary'; did you mean summary\?$"):
        _ = models.Ticket(id=1).sumary  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'hostname'; did you mean ComputerName\?$"):
        _ = automate_models.Computer().hostname  # type: ignore[attr-defined]
    assert getattr(models.Ticket(id=1), "frobnicate", None) is None
    with pytest.raises(SQLError, match=r"did you mean '_info\.dateEntered'"):
        read_query("select createdDate from manage.service.tickets")
    assert main(["fields", "/service/tickets", "createdDate"]) == 2
    assert "did you mean 'dateEntered'?" in capsys.readouterr().err
