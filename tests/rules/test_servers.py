"""Rules whose severity or existence depends on what servers were seen to do."""

from __future__ import annotations

from typing import Any

import pytest

import cwql
from cwql import check
from cwql.errors import ConditionError
from cwql.manage.fields import Company, Contact, ProjectTicket, Ticket
from cwql.rules.names.endpoints import NEEDED_PARAMETERS
from cwql.rules.values.texts import LIST_TEXTS
from cwql.schema.catalog import catalog
from cwql.source import Span
from tests.rules.cases import COMPUTERS, TICKETS, Bad, Good, examine, findings

BAD = [
    Bad("CW203", "id,sumary", "sumary", "id,summary", parameter="fields", severity="warning"),
    Bad("CW203", "sumary desc", "sumary", "summary desc", parameter="orderBy", severity="error"),
    Bad("CW211", "name = 'Pat' and id > 5", "name", None, "/company/contacts", severity="error"),
    Bad("CW221", "configuration/id = 34 and id > 5", "configuration/id", None, severity="warning"),
    Bad("CW417", 'resources = "jdoe" and id > 5', "=", 'resources contains "jdoe" and id > 5', severity="warning"),
    Bad("CW417", "resources='jdoe' and id>5", "=", "resources contains 'jdoe' and id>5"),
    Bad("CW417", 'resources != "jdoe"', "!=", 'resources not contains "jdoe"'),
    Bad("CW417", 'resources in ("jdoe", "asmith")', "in"),
    Bad("CW417", 'resources = "jdoe"', "=", 'resources contains "jdoe"', "/project/tickets"),
]
GOOD = [
    Good("CW417", 'resources contains "jdoe"'),
    Good("CW417", 'resources = "jdoe, asmith"'),
    Good("CW417", "resources = null"),
    Good("CW211", "firstName = 'Pat'", "/company/contacts"),
    Good("CW112", "ComputerName = 'x'", COMPUTERS, "automate"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.code} {case.text}")
def test_bad_texts(case: Bad) -> None:
    examine(case)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case.code} {case.text}")
def test_good_texts(case: Good) -> None:
    assert findings(case) == []


def test_the_hint_for_the_name_of_a_contact_is_its_own_fields() -> None:
    (found,) = findings(Bad("CW211", "name = 'Pat'", "name", None, "/company/contacts"))
    assert found.hint == "write firstName or lastName"


def test_the_doubled_sign_is_an_error_only_where_a_refusal_is_known() -> None:
    assert [found.severity for found in check("ComputerName == 'x'", dialect="automate", endpoint=COMPUTERS)] == [
        "error"
    ]
    assert [found.severity for found in check("summary == 'x'", dialect="manage", endpoint=TICKETS)] == ["warning"]


def test_parse_accepts_the_doubled_sign_that_automate_refuses() -> None:
    assert cwql.parse("a == 5", dialect="automate") == cwql.parse("a = 5", dialect="automate")
    with pytest.raises(ConditionError):
        cwql.compile("Id == 5", dialect="automate", endpoint="/Computers").raise_for_errors()


@pytest.mark.parametrize("field", sorted(LIST_TEXTS))
def test_texts_with_lists_exist(field: tuple[str, str]) -> None:
    record, name = field
    found = catalog("manage").record(record).find(name)
    assert found is not None
    assert found.kind == "text"


@pytest.mark.parametrize("endpoint", sorted(NEEDED_PARAMETERS))
def test_needed_parameters_are_parameters_of_the_endpoint(endpoint: str) -> None:
    assert {*NEEDED_PARAMETERS[endpoint]} <= {*catalog("manage").endpoint(endpoint).parameters}
    assert [found.code for found in check('auditType = "Status"', dialect="manage", endpoint=endpoint)] == ["CW223"]


def test_conditions_on_extra_fields_are_only_doubted() -> None:
    assert [
        found.severity
        for found in check("ExtraFieldDefinitionId = 5", dialect="automate", endpoint="/Clients/1/ExtraFields")
    ] == ["info"]


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("/finance/agreements/recap", False),
        ("/service/tickets/all", False),
        ("/service/tickets/5", True),
        ("/service/tickets/{id}", True),
        ("/service/tickets/ticketId/notes", True),
        ("/service/tickets/$id", True),
        ("/system/members/jdoe", True),
        ("/system/reports/Service", True),
    ],
)
def test_words_in_the_place_of_integers_are_unknown_endpoints(endpoint: str, known: bool) -> None:
    assert (catalog("manage").find_endpoint(endpoint) is not None) == known
    assert ("CW201" in [found.code for found in check("id > 5", dialect="manage", endpoint=endpoint)]) != known


OWNERS = [
    (Company.id == 250, "Ticket.company.id (company/id)", Span(0, 2)),
    (
        (Ticket.id > 5) & (Company.identifier == "ACME"),  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
        "Ticket.company.identifier (company/identifier)",
        Span(11, 21),
    ),
    (~(Company.id == 250), "Ticket.company.id (company/id)", Span(0, 2)),
    (Contact.firstName == "Pat", None, Span(0, 9)),
    ((cwql.F("id") == 5) & (Company.id == 3), "Ticket.company.id (company/id)", Span(11, 13)),
    (((Company.id == 3) & (cwql.F("id") == 5)) & (Company.id == 4), "Ticket.company.id (company/id)", Span(0, 2)),
]


@pytest.mark.parametrize(("condition", "hint", "span"), OWNERS, ids=str)
def test_fields_of_another_record(condition: cwql.Expr, hint: str | None, span: Span) -> None:
    compiled = cwql.compile(condition, endpoint=TICKETS)
    (found,) = compiled.diagnostics
    assert (found.code, found.severity, found.span) == ("CW506", "error", span)
    assert found.hint == (f"write {hint}" if hint else "use the fields of Ticket")
    with pytest.raises(ConditionError, match="CW506"):
        compiled.raise_for_errors()


def test_fields_of_another_record_in_a_sort_order() -> None:
    query = cwql.Query(where=Ticket.id > 5, order_by=Company.name.asc())  # pyright: ignore[reportArgumentType]
    assert [found.code for found in cwql.compile(query, endpoint=TICKETS).diagnostics] == ["CW506"]


def test_fields_of_another_record_in_a_selection() -> None:
    choices: list[Any] = [Company.id, [Company.id], [Ticket.summary, Company.id]]
    for fields in choices:
        found = cwql.compile(cwql.Query(fields=fields), endpoint=TICKETS).diagnostics
        assert [each.code for each in found] == ["CW506"]
    assert not cwql.compile(cwql.Query(fields=[Ticket.id, Ticket.company.id]), endpoint=TICKETS).diagnostics


@pytest.mark.parametrize(
    ("condition", "endpoint"),
    [
        (ProjectTicket.summary == "x", TICKETS),
        (Ticket.summary == "x", "/project/tickets"),
        (Ticket.summary == "x", "/service/tickets/search"),
        (Company.identifier == "x", "/company/companies/info"),
        (Company.id == 250, None),
        (cwql.F("id") == 250, TICKETS),
    ],
    ids=str,
)
def test_records_of_one_family_share_their_fields(condition: cwql.Expr, endpoint: str | None) -> None:
    assert [found for found in cwql.compile(condition, endpoint=endpoint).diagnostics if found.code == "CW506"] == []


def test_an_owned_path_equals_a_plain_one() -> None:
    assert cwql.parse("company/id = 5") == (Ticket.company.id == 5)
    assert Company.name.asc() == cwql.parse("name asc", parameter="orderBy").terms[0]
    assert hash(Company.name.asc().path) == hash(cwql.parse("name asc", parameter="orderBy").terms[0].path)
