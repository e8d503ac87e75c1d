"""Handles, models and accessors that type checkers must understand. Checked by tests/api/test_typing.py; never run."""
# ruff: noqa: E711, E712

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, assert_type

import cwql
import cwql.automate
import cwql.manage
from cwql import Condition, F, Query, RequestPreview
from cwql.automate.fields import Computer
from cwql.automate.models import Computer as ComputerRecord
from cwql.language.nodes import Order
from cwql.manage import models
from cwql.manage.fields import Company, Contact, ContactCommunicationItem, CustomFieldValue, HttpMethod, Ticket, Usage
from cwql.manage.models import BoardReference, ProjectTicket, TicketInfo
from cwql.manage.models import Ticket as TicketRecord
from cwql.schema import handles
from cwql_api.automate.resources import Root as Automate
from cwql_api.manage.async_resources import AsyncRoot
from cwql_api.manage.resources import Root
from cwql_api.runtime import RecordInfo


class Level(Enum):
    HIGH = "High"


# Fields of a ticket may be used on the lists of its whole family, and of its short form.
Tickets = TicketRecord | TicketInfo | ProjectTicket
Contacts = models.Contact | models.ContactInfo


# Handles know the type of their field.
assert_type(Ticket.id, handles.IntegerField[Tickets])
assert_type(Ticket.summary, handles.TextField[Tickets])
assert_type(Ticket.budgetHours, handles.NumberField[Tickets])
assert_type(Ticket.closedFlag, handles.BooleanField[Tickets])
assert_type(Ticket.requiredDate, handles.DateTimeField[Tickets])
assert_type(Ticket.impact, handles.EnumField[Literal["Low", "Medium", "High"], Tickets])
assert_type(Ticket.subDateAccepted, handles.DateTextField[Tickets])
assert_type(Ticket.subDateAccepted > datetime.now(UTC), Condition[Tickets])
assert_type(Ticket.lastUpdated, handles.DateTimeField[Tickets])
assert_type(Ticket.info_.lastUpdated, handles.DateTimeField[Tickets])
assert_type(Ticket.info_.anything, handles.AnyField[Tickets])
assert_type(Ticket.company.identifier, handles.TextField[Tickets])
assert_type(Ticket.customFields.value, handles.AnyField[Tickets])
assert_type(Contact.communicationItems.type.name, handles.TextField[Contacts])
assert_type(Computer.Client.Name, handles.TextField[ComputerRecord])
assert_type(Computer.LoggedInUsers.LoggedInUserName, handles.TextField[ComputerRecord])
assert_type(Computer.OpenPortsTCP, handles.CollectionField[int, ComputerRecord])
assert_type(Computer.ClientID, handles.IntegerField[ComputerRecord])
assert_type(Usage.count, handles.IntegerField[models.Usage])
assert_type(HttpMethod.get.put.method, handles.TextField[models.HttpMethod])
assert_type(cwql.manage.fields.Ticket.id, handles.IntegerField[Tickets])

# Operators give conditions.
assert_type(Ticket.id == 5, Condition[Tickets])
assert_type(Ticket.id != None, Condition[Tickets])
assert_type(Ticket.id.in_({1, 2}), Condition[Tickets])
assert_type(Ticket.id.not_in(n for n in (1, 2)), Condition[Tickets])
assert_type(Ticket.id.between(1, 2), Condition[Tickets])
assert_type(Ticket.summary.contains("x"), Condition[Tickets])
assert_type(Ticket.summary.like("x%"), Condition[Tickets])
assert_type(Ticket.budgetHours >= Decimal("1.5"), Condition[Tickets])
assert_type(Ticket.budgetHours < 2, Condition[Tickets])
assert_type(Ticket.closedFlag == False, Condition[Tickets])
assert_type(Ticket.requiredDate > datetime.now(UTC), Condition[Tickets])
assert_type(Ticket.requiredDate > date(2024, 1, 1), Condition[Tickets])
assert_type(Ticket.impact == "High", Condition[Tickets])
assert_type(Ticket.impact.in_(["High", "Low"]), Condition[Tickets])
assert_type(Ticket.contact == None, Condition[Tickets])
assert_type(Ticket.contact.is_not_null(), Condition[Tickets])
assert_type(Contact.communicationItems.any(ContactCommunicationItem.value == "a@b.c"), Condition[Contacts])
assert_type((Ticket.id > 5) & ~Ticket.board.name.contains("x") | (Ticket.status.id == 1), Condition[Tickets])
assert_type(~Ticket.closedFlag & Ticket.closedFlag.is_(False), Condition[Tickets])
assert_type(Ticket.priority.id.desc(), Order[Tickets])
assert_type(Ticket.company.name.asc(), Order[Tickets])
assert_type(F("id").desc(), Order)
assert_type(Ticket.summary.in_(["a", "b"]), Condition[Tickets])
assert_type(Ticket.summary.in_({"a": 1}.keys()), Condition[Tickets])
assert_type(Ticket.summary.not_in(name for name in ("a", "b")), Condition[Tickets])
assert_type(Ticket.id.in_(range(5)), Condition[Tickets])
assert_type(Ticket.impact == Level.HIGH, Condition[Tickets])
assert_type(Ticket.impact.in_({Level.HIGH}), Condition[Tickets])
assert_type(Ticket.impact.in_(("High", "Low")), Condition[Tickets])
assert_type(Ticket.summary == Level.HIGH, Condition[Tickets])
assert_type(Computer.OpenPortsTCP.contains(443), Condition[ComputerRecord])

# Custom fields, by caption or id.
assert_type(Ticket.customFields["Region"], handles.CustomField[Tickets])
assert_type(Ticket.customFields["Region"] == "West", Condition[Tickets])
assert_type(Ticket.customFields["Region"] != None, Condition[Tickets])
assert_type(Ticket.customFields[75] > Decimal("1.5"), Condition[Tickets])
assert_type(Ticket.customFields["Since"] >= datetime.now(UTC), Condition[Tickets])
assert_type(Ticket.customFields["Level"].in_([1, "two", Level.HIGH]), Condition[Tickets])
assert_type(Ticket.customFields["Region"].like("W%"), Condition[Tickets])
assert_type(Ticket.customFields.any(CustomFieldValue.caption == "Region"), Condition[Tickets])

# Conditions know the records that they are about, and keep them when they are joined.
open_tickets = ~Ticket.closedFlag & (Ticket.company.name == "ACME") | (Ticket.id < 5)
assert_type(open_tickets, Condition[Tickets])
assert_type(~open_tickets, Condition[Tickets])
assert_type(cwql.all_of(open_tickets, Ticket.board.id == 1), Condition[Tickets])
assert_type(cwql.any_of(open_tickets, Ticket.board.id == 1), Condition[Tickets])
assert_type(cwql.any_of(*[Ticket.id == each for each in (1, 2)]), Condition[Tickets])
named: Condition[TicketRecord] = open_tickets
joined: Condition[TicketRecord] = named & open_tickets & (open_tickets & named)
untyped: Condition = open_tickets
fits_everywhere: Condition[object] = F("id") == 5
mixed: Condition[Tickets] = open_tickets & (F("id") > 5) & cwql.parse("id < 9") & cwql.cond("id = {}", 5)


def recent(condition: Condition[TicketRecord]) -> Condition[TicketRecord]:
    return condition & (Ticket.lastUpdated > datetime.now(UTC))


# Queries know their records too, from any of their parts.
query = Query(Ticket.id == 5, order_by=[Ticket.id.desc(), "summary"], fields=[Ticket.id, "summary"], page_size=5)
assert_type(query, Query[Tickets])
assert_type(
    query.where(Ticket.customFields["Region"] == "West").order_by(Ticket.id, Ticket.summary.desc()), Query[Tickets]
)
assert_type(query & (Ticket.id == 5) & "id > 5" & query, Query[Tickets])
assert_type(query.where(recent(open_tickets)) & recent(open_tickets), Query[Tickets])
assert_type(query.fields(Ticket.company.name, "summary", F("id")).limit(5), Query[Tickets])
assert_type(Query("id = 5", page_size=5), Query)
sorted_query: Query[TicketRecord] = Query("id = 5", order_by=Ticket.id.desc())
selection: Query[TicketRecord] = Query(fields=(Ticket.id, Ticket.company.name)) & sorted_query
untyped_query: Query = query
assert_type(cwql.compile(query, endpoint="/service/tickets"), cwql.Compiled)
assert_type(cwql.compile(Ticket.id == 5), cwql.Compiled)
assert_type(cwql.compile("id = 5", simplify=True).params, dict[str, str | int])

# Records.
assert_type(TicketRecord().id, int)
assert_type(models.Ticket().board, BoardReference | None)
assert_type(cwql.manage.models.Ticket().info_, RecordInfo | None)
assert_type(RecordInfo().lastUpdated, datetime | None)
assert_type(RecordInfo().updatedBy, str | None)
assert_type(RecordInfo().notes_href, str)
assert_type(BoardReference().info_, dict[str, str | None] | None)
assert_type(TicketRecord(id=5, summary="x").requiredDate, datetime | None)
assert_type(ComputerRecord().OpenPortsTCP, list[int] | None)
assert_type(cwql.automate.models.Client().Name, str | None)

# The value of a field in a record.
assert_type(Ticket.company.name.value_in(TicketRecord()), str | None)
assert_type(Ticket.id.value_in({"id": 5}), int | None)
assert_type(Ticket.budgetHours.value_in(TicketRecord()), float | None)
assert_type(Ticket.closedFlag.value_in(TicketRecord()), bool | None)
assert_type(Ticket.requiredDate.value_in(TicketRecord()), datetime | None)
assert_type(Ticket.subDateAccepted.value_in(TicketRecord()), str | None)
assert_type(Ticket.closedDate.value_in(TicketRecord()), datetime | None)
assert_type(Ticket.impact.value_in(TicketRecord()), Literal["Low", "Medium", "High"] | None)
assert_type(Ticket.info_.value_in(TicketRecord()), dict[str, Any] | None)
assert_type(Computer.OpenPortsTCP.value_in(ComputerRecord()), list[int] | None)

# Accessors.
psa, rmm = Root(), Automate()
assert_type(
    psa.service.tickets.list(Ticket.id == 5, order_by=Ticket.id.desc(), fields=[Ticket.id]),
    cwql.RecordIterator[TicketRecord],
)
assert_type(psa.service.tickets.list(query), cwql.RecordIterator[TicketRecord])
assert_type(psa.service.tickets.count(query), int)
assert_type(psa.service.tickets.count("id = 5"), int)
assert_type(psa.service.tickets.get(5), TicketRecord)
assert_type(psa.service.tickets.first(), TicketRecord | None)
assert_type(psa.service.tickets(5).get(), TicketRecord)
assert_type(psa.service.tickets.create(TicketRecord(summary="x")), TicketRecord)
assert_type(psa.service.tickets.create({"summary": "x"}), TicketRecord)
assert_type(psa.service.tickets.delete(5), None)
assert_type(psa.company.companies(5).notes.list(), cwql.RecordIterator[models.CompanyNote])
assert_type(psa.system.members.get("jdoe"), models.Member)
assert_type(psa.system.info.get(), models.Info)
assert_type(psa.service.priorities(1).image.get(), bytes)
assert_type(psa.system.documents(1).download.get(), bytes)
assert_type(psa.system.documents(1).download.get(to="manual.pdf"), int)
assert_type(psa.system.documents(1).download.get(to=Path("manual.pdf"), timeout=300.0), int)
assert_type(rmm.computers(5).software.list(), cwql.RecordIterator[cwql.automate.models.ComputerSoftware])
assert_type(rmm.clients.get(1), cwql.automate.models.Client)
assert_type(rmm.clients.get(cwql.automate.models.Client().Id), cwql.automate.models.Client)
assert_type(rmm.computers(ComputerRecord().Id).software.count(), int)

# Lists take conditions on their own records, on a family of records, on any records, and texts.
psa.service.tickets.list(open_tickets)
psa.service.tickets.list(recent(open_tickets) & (F("id") == 5))
psa.service.tickets.info.list(Ticket.id == 5)
psa.project.tickets.list(open_tickets)
psa.project.tickets.count(Ticket.company.name == "ACME")
psa.service.tickets.all((F("id") == 5) & (Ticket.id < 9))
psa.service.tickets.first(untyped)
psa.company.companies.all(fits_everywhere)
psa.company.companies.all(cwql.parse("id = 5"))
psa.company.companies(5).notes.list("id = 5")
rmm.computers.preview(Computer.Client.Name == "ACME")
psa.company.companies.list(cwql.simplify(Company.id == 5))
# Sort orders and selections too.
psa.service.tickets.list(
    order_by=Ticket.company.name.desc(), fields=[Ticket.id, Ticket.company.name, "summary", F("board")]
)
psa.service.tickets.list(order_by=[Ticket.company.name.desc(), Ticket.id, "summary", F("id"), F("id").asc()])
psa.service.tickets.list(order_by="id desc", fields="id,summary")
psa.service.tickets.list(order_by=cwql.parse("id desc", parameter="orderBy"), fields=Ticket.company)
psa.service.tickets.first(order_by=(Ticket.id, "summary"), fields=(Ticket.id, "summary"))
psa.service.tickets.list(query, order_by=None, fields=None)
psa.service.tickets.list(selection.order_by().fields(), order_by=Order(cwql.ast.Path(("id",)), descending=True))
psa.project.tickets.list(query, order_by=Ticket.id, fields=[Ticket.id])
psa.service.tickets.info.list(untyped_query, order_by=Ticket.id.desc())
psa.company.companies.count(untyped_query)
psa.company.companies.count(Query("id = 5", page_size=5))
psa.service.tickets.get(1, fields=[Ticket.id, Ticket.company.name])
psa.service.tickets(1).get(fields=[Ticket.id, "summary"])
psa.system.info.get(fields="id")
psa.service.tickets.create({}, unless=Ticket.summary == "x")
psa.service.tickets.upsert({}, by=[Ticket.summary, "company/id"])
rmm.computers.list(expand=[Computer.Client], exclude_fields=[Computer.Client.Name, "Comment"])
rmm.computers.get(1, fields=Computer.Id, expand=Computer.Client)
orders = [Ticket.id.desc(), Ticket.summary.asc()]
names = [Ticket.id, Ticket.summary, Ticket.company]
psa.service.tickets.pages(order_by=orders, fields=names)


def oldest(order: Order[TicketRecord]) -> Query[TicketRecord]:
    return Query("id > 5", order_by=[order, Ticket.id])


psa.service.tickets.list(oldest(Ticket.lastUpdated.asc()))
cwql.predicate(Ticket.id == 5)
cwql.emit(Ticket.id == 5)
cwql.translate(Computer.Id == "5", source="automate", target="manage")
cwql.compile(Query(Ticket.id == 5) & (Ticket.id < 9))

# Pages, totals, options.
for page in psa.service.tickets.pages(limit=10, page_size=5, pagination="keyset", parallel=2):
    assert_type(page, cwql.Page[TicketRecord])
    assert_type(page.total, int | None)
    assert_type(page.schema_mismatches, tuple[cwql.SchemaMismatch, ...])
    assert_type(page.response.status_code, int)
assert_type(psa.service.tickets.list(child_conditions="id = 1").pages(), Iterator[cwql.Page[TicketRecord]])
assert_type(rmm.computers.all(expand=[Computer.Location], exclude_fields="Id", ids=[1]), list[ComputerRecord])
assert_type(psa.service.tickets.patch(5, {"summary": "x"}, max_retries=0, deadline=5, timeout=1.5), TicketRecord)
assert_type(psa.service.tickets.patch(TicketRecord(id=5), [Ticket.summary.set("x")]), TicketRecord)
assert_type(psa.service.tickets.delete(TicketRecord(id=5)), None)
assert_type(psa.system.documents.create({}, file=("a.txt", b"x")), models.DocumentInfo)
assert_type(TicketRecord().to_dict(), dict[str, Any])
assert_type(TicketRecord().custom_fields, cwql.CustomFields)

# What would be sent.
assert_type(psa.service.tickets.preview(query, order_by=Ticket.id.desc(), limit=5), RequestPreview)
assert_type(psa.service.tickets(5).preview(fields="id"), RequestPreview)
assert_type(psa.system.info.preview().params, tuple[tuple[str, str], ...])
assert_type(psa.service.tickets.dry_run().get(5), TicketRecord)
assert_type(psa.service.tickets.dry_run()(5).get(), TicketRecord)
assert_type(psa.service.tickets(5).dry_run().plan, list[RequestPreview])
assert_type([str(it) for it in rmm.computers.dry_run().plan], list[str])


async def wait(waiting: AsyncRoot) -> None:
    assert_type(waiting.service.tickets.pages(), AsyncIterator[cwql.Page[TicketRecord]])
    assert_type(await waiting.service.tickets.patch(5, {}, on_invalid="warn"), TicketRecord)
    async for ticket in waiting.service.tickets.list("id = 5"):
        assert_type(ticket, TicketRecord)
    assert_type(await waiting.service.tickets.count(), int)
    assert_type(await waiting.service.tickets.count(query), int)
    assert_type(await waiting.service.tickets.get(5), TicketRecord)
    assert_type(await waiting.system.documents(1).download.get(to="manual.pdf"), int)
    assert_type(waiting.service.tickets.preview("id = 5"), RequestPreview)
    assert_type(await waiting.service.tickets(5).dry_run().get(), TicketRecord)
    assert_type(waiting.service.tickets.dry_run().plan, list[RequestPreview])


# Clients lead to the same places, and show more of a request.
with cwql.manage.Client.from_env() as client:
    assert_type(client.service.tickets.preview(query), RequestPreview)
    assert_type(client.dry_run(), cwql.manage.Client)
    assert_type(client.request("GET", "/service/tickets", params={"x": 1}, max_retries=0), cwql.Response)
    assert_type(client.ping(), models.Info)
    assert_type(client.run_concurrently(client.service.tickets.get, [1, 2])[0].result(), TicketRecord)
    assert_type(client.callbacks.list(limit=5), cwql.RecordIterator[models.CallbackEntry])
    assert_type(client.dry_run().plan, list[RequestPreview])
cwql.manage.Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na", max_retries=3, timeout=5)
cwql.automate.Client.from_env(profile="x", server="y", requests_per_minute=5)
