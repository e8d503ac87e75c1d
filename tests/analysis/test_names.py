"""The rules about names: their diagnostics, the texts that they do not report, and the results of their fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from cwql import check
from cwql.analysis.rule_config import RuleConfig
from cwql.diagnostics import Diagnostic, apply_edits
from cwql.rules.registry import CHECKS

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

TICKETS, CONTACTS, COMPANIES, COMPUTERS = "/service/tickets", "/company/contacts", "/company/companies", "/Computers"


class Text(NamedTuple):
    """A text and its target; `marked` is the reported span, `fixed` the text after the first fix."""

    text: str
    marked: str | None = None
    fixed: str | None = None
    endpoint: str | None = TICKETS
    parameter: str | None = None
    dialect: DialectName = "manage"


def automate(text: str, marked: str | None = None, fixed: str | None = None, endpoint: str = COMPUTERS) -> Text:
    return Text(text, marked, fixed, endpoint, None, "automate")


def child(text: str, marked: str | None = None, fixed: str | None = None, endpoint: str = CONTACTS) -> Text:
    return Text(text, marked, fixed, endpoint, "childConditions")


def custom(text: str, marked: str | None = None, fixed: str | None = None, endpoint: str | None = None) -> Text:
    return Text(text, marked, fixed, endpoint, "customFieldConditions")


def order(text: str, marked: str | None = None, fixed: str | None = None, endpoint: str = TICKETS) -> Text:
    return Text(text, marked, fixed, endpoint, "orderBy")


def fields(text: str, marked: str | None = None, fixed: str | None = None, endpoint: str = TICKETS) -> Text:
    return Text(text, marked, fixed, endpoint, "fields")


BAD: dict[str, list[Text]] = {
    "unknown-endpoint": [
        Text("id = 5", "", endpoint="/service/ticket"),
        Text("id = 5", "", endpoint="/nowhere"),
        automate("Id = 5", "", endpoint="/Computer"),
    ],
    "single-record-endpoint": [
        Text("id = 5", "", endpoint="/service/tickets/5"),
        Text("id desc", "", endpoint="/company/contacts/{id}", parameter="orderBy"),
        automate("Id = 5", "", endpoint="/Computers/5"),
    ],
    "unknown-field": [
        Text("compnay/id = 5", "compnay", "company/id = 5"),
        Text("company/identifer = 'A'", "identifer", "company/identifier = 'A'"),
        Text("id > 5 and (bord/id = 1 or status/id = 2)", "bord", "id > 5 and (board/id = 1 or status/id = 2)"),
        Text("companyId = 5", "companyId", "company/id = 5"),
        Text("date_entered > [2024-01-01]", "date_entered", "dateEntered > [2024-01-01]"),
        Text("frobnicate = 5", "frobnicate"),
        Text("type/id = 1", "type", endpoint=COMPANIES),
        Text("communicationType = 'Email'", "communicationType", endpoint=CONTACTS),
        Text("customField1 = 'x'", "customField1"),
        automate("ComputerNam = 'x'", "ComputerNam", "ComputerName = 'x'"),
        automate("Client.Nam = 'x'", "Nam", "Client.Name = 'x'"),
        child("comunicationItems/value = 'x'", "comunicationItems", "communicationItems/value = 'x'"),
        child("communicationItems/valu = 'x'", "valu", "communicationItems/value = 'x'"),
        order("id asc, priorty/id desc", "priorty", "id asc, priority/id desc"),
        fields("id,sumary", "sumary", "id,summary"),
        Text("/".join(["company"] * 20) + " = 1", "/".join(["company"] * 20)),
    ],
    "path-through-scalar": [
        Text("resources/identifier = 'jdoe'", "/identifier", "resources contains 'jdoe'"),
        Text("resources/identifier != 'jdoe'", "/identifier", "resources not contains 'jdoe'"),
        Text("resources/member/identifier like 'jdoe'", "/member/identifier", "resources contains 'jdoe'"),
        Text("id/value > 5", "/value", "id > 5"),
        Text("status/name/x = 'New'", "/x", "status/name = 'New'"),
        order("summary/name desc", "/name", "summary desc"),
        automate("Company.Id = 250", ".Id", endpoint="/Clients"),
    ],
    "bare-reference": [
        Text("company = 5", "company", "company/id = 5"),
        Text("company = 'ACME'", "company", "company/identifier = 'ACME'"),
        Text("board contains 'Help'", "board", "board/name contains 'Help'"),
        Text("status in (1, 2)", "status", "status/id in (1, 2)"),
        Text("status in ('New', 'Old')", "status", "status/name in ('New', 'Old')"),
        Text("company > [2024-01-01]", "company"),
        Text("owner > null", "owner"),
        automate("Client = 5", "Client", "Client.Id = 5"),
        child("types = 1", "types", "types/id = 1"),
    ],
    "misplaced-collection": [
        Text("communicationItems/value = 'x'", "communicationItems", endpoint=CONTACTS),
        Text("id = 5 and types/id = 1", "types", endpoint=COMPANIES),
        Text("notes/text contains 'x'", "notes"),
        Text("types = 1", "types", endpoint=COMPANIES),
    ],
    "misplaced-custom-field": [
        Text("customFields/caption = 'x'", "customFields"),
        Text("id = 5 and customFields = null", "customFields"),
        child("customFields/value = 'x'", "customFields"),
    ],
    "not-a-collection": [
        child("lastName = 'Smith'", "lastName"),
        child("types/id = 1 and company/id = 5", "company"),
        child("id = 5", "id", endpoint=COMPANIES),
    ],
    "custom-field-term": [
        custom("assetOwner = 'Pat'", "assetOwner", "(caption = \"assetOwner\" and value = 'Pat')"),
        custom(
            "customField1 contains 'x'", "customField1", "(caption = \"customField1\" and value contains 'x')", TICKETS
        ),
        custom("caption = 'A' and customFields/value = 'x'", "customFields/value", "caption = 'A' and value = 'x'"),
    ],
    "missing-caption": [
        custom("value = 'Pat'", "value"),
        custom("VALUE != null", "VALUE"),
        custom("value = 1 or value = 2", "value"),
    ],
    "unfilterable-name": [
        Text("assignedTo/identifier = 'jdoe'", "assignedTo/identifier"),
        Text("member/identifier = 'jdoe'", "member/identifier"),
        Text("invoice = null", "invoice", endpoint="/time/entries"),
        Text("invoiceDate > [2024-01-01]", "invoiceDate", "date > [2024-01-01]", "/finance/invoices"),
        Text("noteType = 'x'", "noteType", endpoint="/service/tickets/5/notes"),
        Text("typeIds = 1", "typeIds", endpoint=COMPANIES),
    ],
    "nonstandard-field-name": [
        automate("ComputerID > 100", "ComputerID", "Id > 100"),
        automate("Name contains 'DC'", "Name", "ComputerName contains 'DC'"),
        automate("ClientID = 100", "ClientID", "Client.Id = 100"),
        automate("DiskFreePercent <= 10", "DiskFreePercent"),
        automate("Severity >= 3", "Severity", "Severity.Id >= 3", "/Alerts"),
        Text("assignedResource != null", "assignedResource", "resources != null"),
        Text("contact/firstName contains 'J'", "contact/firstName", "contact/name contains 'J'"),
    ],
    "unknown-member": [
        Text("_info/lastUpdate > [2024-01-01]", "lastUpdate", "_info/lastUpdated > [2024-01-01]"),
        Text("_info/sla_resolve_by = 'x'", "sla_resolve_by"),
        order("_info/dateEnterd desc", "dateEnterd", "_info/dateEntered desc"),
    ],
    "unsortable-field": [
        order("company asc", "company", "company/name asc"),
        order("id desc, status", "status", "id desc, status/name"),
        order("types/name asc", "types", endpoint=CONTACTS),
        order("customFields asc", "customFields"),
    ],
    "filter-only-name": [
        fields("id,lastUpdated", "lastUpdated", "id,_info/lastUpdated"),
        fields("ENTEREDBY", "ENTEREDBY", "_info/enteredBy", COMPANIES),
    ],
}
"""Texts that each rule reports, once."""

GOOD = [
    Text("company/id = 5 and status/name = 'New' and owner/identifier = 'jdoe'"),
    Text("Board/Id = 5 and CLOSEDFLAG = true"),
    Text("contact = null and company != null"),
    Text("lastUpdated > [2024-01-01] and dateEntered > [2024-01-01] and updatedBy = 'jdoe' and enteredBy = 'x'"),
    Text("_info/lastUpdated > [2024-01-01] and _info/updatedBy = 'jdoe'"),
    Text("resources contains 'jdoe'"),
    Text("chargeToType = 'Ticket' and chargeToId = 5", endpoint="/procurement/products"),
    Text("id = 5", endpoint="/service/tickets/search"),
    Text("id = 5", endpoint="/service/tickets/count"),
    Text("id = 5", endpoint="https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?page=1"),
    Text("text contains 'x' and internalAnalysisFlag = true", endpoint="/service/tickets/5/notes"),
    Text("Date_Entered_UTC >= [2024-01-15T00:00:00Z]", endpoint="/system/reports/Time"),
    Text("invoice/id = 5", endpoint="/time/entries"),
    child("communicationItems/value = 'x' and communicationItems/communicationType = 'Email'"),
    child("types/id = 1", endpoint=COMPANIES),
    child("notes/text contains 'update'", endpoint=TICKETS),
    custom("caption = 'A' and value = 'x'"),
    custom("id = 75 and value != null", endpoint=TICKETS),
    order("priority/id asc, dateEntered desc"),
    order("_info/lastUpdated desc"),
    fields("id,summary,board,company/name,customFields"),
    fields("id,_info,_info/lastUpdated"),
    order("lastUpdated desc"),
    fields("id,communicationItems/value,types", endpoint=CONTACTS),
    automate("Client.Id = 5 and ComputerName = 'x' and Status = 'Online'"),
    automate("LoggedInUsers.LoggedInUserName = 'x'"),
    automate("OpenPortsTCP contains 443"),
    automate("Severity.Id >= 3", endpoint="/Alerts"),
]
"""Texts whose names are right."""

CASES = [(name, text) for name, texts in BAD.items() for text in texts]


def names_of(text: Text, rules: RuleConfig | None = None) -> list[Diagnostic]:
    found = check(text.text, dialect=text.dialect, endpoint=text.endpoint, parameter=text.parameter, rules=rules)
    return [finding for finding in found if "CW200" <= finding.code < "CW300"]


@pytest.mark.parametrize(("name", "text"), CASES, ids=lambda value: value.text if isinstance(value, Text) else value)
def test_what_is_reported(name: str, text: Text) -> None:
    found = names_of(text)
    assert [finding.name for finding in found] == [name]
    (finding,) = found
    assert text.text[finding.span.start : finding.span.end] == text.marked
    fixed = apply_edits(text.text, finding.fixes[0].edits) if finding.fixes else None
    assert fixed == text.fixed
    if fixed is not None:
        assert names_of(text._replace(text=fixed)) == []
        assert not finding.fixes[0].is_safe


@pytest.mark.parametrize("text", GOOD, ids=lambda text: text.text)
def test_what_is_left_alone(text: Text) -> None:
    assert names_of(text) == []


def test_every_rule_about_names_has_bad_texts() -> None:
    named = {rule.name for rule, _ in CHECKS if rule.code < "CW300" and not rule.strict}
    # Rules about the endpoint have their texts in tests/rules/test_servers.py.
    assert named == {
        *BAD,
        "forward-only-order",
        "single-report",
        "newer-name",
        "missing-query-parameter",
        "ignored-condition",
    }


@pytest.mark.parametrize(("name", "text"), CASES, ids=lambda value: value.text if isinstance(value, Text) else value)
def test_an_unknown_name_is_an_error_where_the_specification_is_complete(name: str, text: Text) -> None:
    for finding in names_of(text):
        if finding.name in (
            "unknown-field",
            "path-through-scalar",
            "bare-reference",
            "unfilterable-name",
            "unsortable-field",
        ):
            lenient = text.dialect == "automate" or text.parameter in (
                "fields",
                "includeFields",
                "excludeFields",
                "expand",
            )
            assert finding.severity == ("warning" if lenient else "error") or len(text.text) > 100


def test_names_of_broken_texts_are_checked_as_well() -> None:
    found = check('bord/id == 5 and compny/id is null and sumary contains "vpn', dialect="manage", endpoint=TICKETS)
    assert [finding.name for finding in found] == [
        "unknown-field",
        "double-equals",
        "unknown-field",
        "is-null",
        "unknown-field",
        "unclosed-quote",
    ]


def test_forward_only_paging_forbids_an_order() -> None:
    def names(text: str, parameter: str, forward_only: bool) -> list[str]:
        return [
            f.name
            for f in check(
                text,
                dialect="manage",
                endpoint=TICKETS,
                parameter=parameter,
                pagination="forward-only" if forward_only else "auto",
            )
        ]

    assert names("dateEntered desc", "orderBy", True) == ["forward-only-order"]
    assert names("dateEntered desc", "orderBy", False) == []
    assert names("id > 5", "conditions", True) == []
    assert names("id,summary", "fields", True) == []


STRICT = [
    (Text("Board/Id = 5 and ID > 5"), ["field-case"] * 3),
    (Text("summary not contains 'x' and id > 5"), ["observed-only", "observed-only"]),
    (Text('updatedBy = "jdoe" and id > 5'), ["observed-only"]),
    (automate("ComputerName startswith 'DC' and Id > 5"), ["documented-only"]),
    (automate("AssetTag = null and Id > 5"), ["no-evidence"]),
    (Text('company/name like "x%" and id > 5 and status/id in (1, 2) and requiredDate > [2024-01-01T00:00:00Z]'), []),
]


@pytest.mark.parametrize(("text", "expected"), STRICT, ids=lambda value: value.text if isinstance(value, Text) else "")
def test_the_strict_profile(text: Text, expected: list[str]) -> None:
    found = names_of(text, RuleConfig(strict=True))
    assert [finding.name for finding in found] == expected
    assert all(finding.severity == "info" for finding in found)
    assert names_of(text) == []
    for finding in found:
        if finding.fixes:
            assert finding.fixes[0].is_safe
