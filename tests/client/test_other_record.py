"""Handles of another record in every part of a request: the error names the record and the right path, and nothing is sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cwql import ConditionError, Query, RequestBodyError
from cwql.automate import fields as automate
from cwql.manage import fields as manage
from cwql.manage.fields import Company, CustomFieldValue, Ticket
from cwql.sandbox import Sandbox
from cwql.schema.field_update import Change

COMPUTER, CLIENT = automate.Computer, automate.Client

TICKETS = "Company.name is a field of Company, but /service/tickets lists Ticket", "Ticket.company.name (company/name)"
COMPUTERS = "Client.Name is a field of Client, but /Computers lists Computer", "Computer.Client.Name (Client.Name)"

PARTS: list[tuple[str, dict[str, Any]]] = [
    ("manage", {"where": Company.name == "x"}),
    ("manage", {"order_by": Company.name}),
    ("manage", {"order_by": Company.name.desc()}),
    ("manage", {"order_by": [Ticket.id.desc(), "summary", Company.name]}),
    ("manage", {"fields": Company.name}),
    ("manage", {"fields": [Ticket.id, "summary", Company.name]}),
    ("manage", {"where": Query(Company.name == "x")}),
    ("manage", {"where": Query(order_by=Company.name.desc())}),
    ("manage", {"where": Query("id > 5").fields(Ticket.id, Company.name)}),
    ("automate", {"where": CLIENT.Name == "x"}),
    ("automate", {"order_by": [COMPUTER.Id, CLIENT.Name.desc()]}),
    ("automate", {"fields": CLIENT.Name}),
    ("automate", {"exclude_fields": [COMPUTER.Id, CLIENT.Name]}),
    ("automate", {"expand": CLIENT.Name}),
    ("automate", {"where": Query("Id = 5") & Query(exclude_fields=CLIENT.Name)}),
]
"""The product, and arguments of a list of tickets or of computers."""

LISTS = ("list", "pages", "first", "all", "to_scan", "preview")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def _resource(box: Sandbox, product: str, *, asynchronous: bool = False) -> Any:
    client: Any = getattr(box, f"{product}_async" if asynchronous else product)()
    return client.service.tickets if product == "manage" else client.computers


@pytest.mark.parametrize("verb", LISTS)
@pytest.mark.parametrize(("product", "arguments"), PARTS, ids=str)
def test_nothing_is_sent(box: Sandbox, product: str, arguments: dict[str, Any], verb: str) -> None:
    message, right = TICKETS if product == "manage" else COMPUTERS
    before = len(box.requests)
    for call in (_call, _await):
        with pytest.raises(ConditionError, match=re.escape(message)) as caught:
            call(_resource(box, product, asynchronous=call is _await), verb, arguments)
        assert f"hint: write {right}" in str(caught.value)
    assert len(box.requests) == before


@pytest.mark.parametrize(
    "query", [Query(Company.name == "x"), Query(order_by=Company.name), Query(fields=Company.name)]
)
def test_counts_check_the_whole_query(box: Sandbox, query: Query) -> None:
    before = len(box.requests)
    for call in (_call, _await):
        with pytest.raises(ConditionError, match=re.escape(TICKETS[0])):
            call(_resource(box, "manage", asynchronous=call is _await), "count", {"where": query})
    assert len(box.requests) == before


def _call(resource: Any, verb: str, arguments: dict[str, Any]) -> None:
    found = getattr(resource, verb)(**arguments)
    if verb in ("list", "pages"):
        next(iter(found))


def _await(resource: Any, verb: str, arguments: dict[str, Any]) -> None:
    async def main() -> None:
        found = getattr(resource, verb)(**arguments)
        if verb in ("list", "pages"):
            await anext(aiter(found))
        elif verb not in ("to_scan", "preview"):
            await found

    asyncio.run(main())


@pytest.mark.parametrize(
    ("product", "arguments"),
    [
        ("manage", {"where": Ticket.company.name != "x", "order_by": Ticket.company.name.desc()}),
        ("manage", {"order_by": ["id desc", Ticket.summary], "fields": [Ticket.id, Ticket.company.name, "summary"]}),
        ("manage", {"order_by": "company/name desc", "fields": "id,company/name"}),
        ("manage", {"where": Query(order_by=manage.ProjectTicket.id, fields=manage.TicketInfo.id)}),
        ("manage", {"custom_field_conditions": CustomFieldValue.caption == "Region"}),
        ("manage", {"custom_field_conditions": Ticket.customFields["Region"] == "West"}),
        ("automate", {"order_by": COMPUTER.Client.Name, "fields": ["Id", COMPUTER.Client]}),
        ("automate", {"expand": COMPUTER.Client, "exclude_fields": [COMPUTER.Comment]}),
    ],
    ids=str,
)
def test_references_families_and_texts_are_accepted(box: Sandbox, product: str, arguments: dict[str, Any]) -> None:
    assert _resource(box, product).preview(**arguments).method == "GET"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda psa, _: psa.service.tickets.get(1, fields=[Ticket.id, Company.id]),
            "/service/tickets/{id} returns Ticket",
        ),
        (lambda psa, _: psa.service.tickets(1).get(fields=Company.name), "/service/tickets/{id} returns Ticket"),
        (lambda psa, _: psa.service.tickets.create({}, unless=Company.name == "x"), "/service/tickets lists Ticket"),
        (lambda psa, _: psa.service.tickets.upsert({"name": "x"}, by=Company.name), "/service/tickets lists Ticket"),
        (
            lambda psa, _: psa.company.contacts.list(custom_field_conditions=Company.id == 5),
            "Company.id is a field of Company, but /company/contacts lists Contact",
        ),
        (
            lambda psa, _: psa.company.contacts.list(custom_field_conditions=Ticket.customFields["Region"] == "West"),
            "Ticket.customFields.value is a field of Ticket, but /company/contacts lists Contact",
        ),
        # Both products have contacts.
        (
            lambda _, rmm: rmm.contacts.list(manage.Contact.firstName == "Pat"),
            "Contact.firstName is a field of Manage, but /Contacts lists Contact",
        ),
        (
            lambda _, rmm: rmm.contacts.list(order_by=manage.Contact.lastName),
            "use the fields of Contact in cwql.automate.fields",
        ),
        (
            lambda psa, _: psa.company.contacts.list(fields=[automate.Contact.FirstName]),
            "use the fields of Contact in cwql.manage.fields",
        ),
    ],
)
def test_other_arguments_and_products(box: Sandbox, call: Any, message: str) -> None:
    before = len(box.requests)
    with pytest.raises(ConditionError, match="CW506") as caught:
        call(box.manage(), box.automate())
    assert message in str(caught.value)
    assert len(box.requests) == before


CHANGES = [
    ("manage", Company.id.set(5), "id: expected a field of Ticket, got a field of Company"),
    (
        "manage",
        [Ticket.summary.set("x"), Company.name.unset()],
        "name: expected a field of Ticket, got a field of Company",
    ),
    ("manage", COMPUTER.Name.set("x"), "Name: expected a field of Ticket, got a field of Computer in Automate"),
]


@pytest.mark.parametrize(("product", "changes", "message"), CHANGES, ids=str)
def test_changes_of_another_record_are_not_sent(box: Sandbox, product: str, changes: Any, message: str) -> None:
    before = len(box.requests)
    with pytest.raises(RequestBodyError, match=re.escape(message)):
        _resource(box, product).patch(1, changes)
    with pytest.raises(RequestBodyError, match=re.escape(message)):
        asyncio.run(_resource(box, product, asynchronous=True).patch(1, changes))
    assert len(box.requests) == before


def test_changes_of_a_related_record_are_sent(box: Sandbox) -> None:
    assert box.manage().service.tickets.patch(1, manage.TicketInfo.summary.set("Related")).summary == "Related"
    assert Ticket.summary.set("x") == Change(("summary",), "replace", "x")
