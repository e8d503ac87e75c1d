"""Mistakes that type checkers must catch: every line marked E, and no other. Checked by tests/api/test_typing.py."""
# ruff: noqa: B018, F401

import cwql
from cwql import Condition, Query, automate, manage
from cwql.ast import Order
from cwql.automate.fields import Client, Computer
from cwql.manage.fields import Company, Contact, ContactCommunicationItem, Ticket, Tikcet  # E
from cwql.manage.models import Ticket as TicketRecord
from cwql_api.automate.async_resources import AsyncRoot as AsyncAutomate
from cwql_api.automate.resources import Root as Automate
from cwql_api.manage.async_resources import AsyncRoot
from cwql_api.manage.resources import Root


def use(condition: Condition) -> None: ...


use(Ticket.id == 5)
use(Ticket.summary == 5)  # E
use(Ticket.id == "5")  # E
use(Ticket.budgetHours == "5")  # E
use(Ticket.closedFlag == "true")  # E
use(Ticket.requiredDate == "2024-01-01")  # E
use(Ticket.impact == "Hihg")  # E
use(Ticket.subDateAccepted == 5)  # E
use(Ticket.impact != 3)  # E
use(Ticket.company == 5)  # E
use(Ticket.company == "ACME")  # E
use(Contact.communicationItems == "x")  # E
use(Ticket == 5)  # E
Ticket.sumary  # E
Ticket.company.identifer  # E
Ticket.fields  # E
Ticket.Summary  # E
Computer.Client.name  # E
Ticket.id.contains(3)  # E
Ticket.id.like("3%")  # E
Ticket.id > "5"  # E
Ticket.id.in_(["5"])  # E
Ticket.id.between("a", "b")  # E
Ticket.summary.contains(5)  # E
Ticket.summary < 5  # E
Ticket.requiredDate > "2024-01-01"  # E
Ticket.closedFlag > True  # E
Ticket.closedFlag.in_([True])  # E
Ticket.impact.like("H%")  # E
Ticket.impact > "High"  # E
Ticket.impact.in_(["Hihg"])  # E
Ticket.company.in_([1])  # E
Ticket.company.asc()  # E
Computer.OpenPortsTCP > 443  # E
Computer.OpenPortsTCP.contains("443")  # E
Contact.communicationItems.any("value = 1")  # E

psa = Root()
psa.servce  # E
psa.service.tickts  # E
psa.service.tickets.notes  # E
psa.service.tickets.get("x")  # E
psa.service.tickets("x")  # E
psa.service.tickets(5).list()  # E
psa.system.info.list()  # E
psa.service.tickets.create(5)  # E
psa.system.documents(1).download.get(to=5)  # E
psa.service.tickets.preview(5)  # E
psa.service.tickets(5).preview("id = 5")  # E
psa.service.preview()  # E
psa.service.tickets.dry_run().lst()  # E
psa.service.tickets.list(5)  # E
psa.service.tickets.list(Ticket.closedFlag)  # E
psa.service.tickets.list(Ticket.company == 5)  # E
psa.service.tickets.list(Company.id == 5)  # E
psa.company.companies.list(Ticket.summary == "x")  # E
psa.company.companies.list(~Ticket.closedFlag & (Ticket.id == 5))  # E
psa.company.companies.list(Ticket.company.id == 5)  # E
psa.company.companies.list(cwql.all_of(Ticket.id == 5, Ticket.company.id == 1))  # E
psa.company.companies.list(cwql.any_of(Company.id == 5, Ticket.id == 5))  # E
psa.company.companies.list((Company.id == 5) & (Ticket.id == 5))  # E
psa.company.companies.list((Ticket.id == 5) | (Company.id == 5))  # E
psa.company.companies.count(Ticket.id == 5)  # E
psa.company.companies.pages(Ticket.id == 5)  # E
psa.company.companies.all(Ticket.customFields["Region"] == "West")  # E
psa.company.companies(5).notes.first(Company.id == 5)  # E
psa.company.companies.preview(Ticket.status.name.in_(["New"]))  # E
psa.company.companies.to_scan(Contact.communicationItems.any(ContactCommunicationItem.value == "x"))  # E
Contact.communicationItems.any(Ticket.summary == "x")  # E
Ticket.customFields.any(Ticket.customFields.caption == "Region")  # E
Automate().clients.list(Computer.Id == "5")  # E
named: Condition[TicketRecord] = Company.id == 5  # E
psa.service.tickets.list(order_by=Company.id)  # E
psa.service.tickets.list(order_by=Company.id.desc())  # E
psa.service.tickets.list(order_by=[Ticket.id, Company.id])  # E
psa.service.tickets.list(order_by=["id", Ticket.id.desc(), Company.id.desc()])  # E
psa.service.tickets.list(fields=Company.id)  # E
psa.service.tickets.list(fields=[Ticket.id, Company.name])  # E
psa.service.tickets.list(fields=("id", Company.name))  # E
psa.service.tickets.first(order_by=Company.id.desc())  # E
psa.service.tickets.pages(fields=[Company.id])  # E
psa.service.tickets.all(fields=[Company.id])  # E
psa.service.tickets.to_scan(fields=[Company.id])  # E
psa.service.tickets.preview(order_by=[Company.id])  # E
psa.service.tickets.get(1, fields=[Company.id])  # E
psa.service.tickets(1).get(fields=[Company.id])  # E
psa.service.tickets(1).preview(fields=[Company.id])  # E
psa.service.tickets.create({}, unless=Company.id == 5)  # E
psa.service.tickets.upsert({}, by=[Company.id])  # E
psa.company.companies.list(order_by=Ticket.company.id.desc())  # E
psa.company.companies.list(fields=[Ticket.company.id])  # E
AsyncRoot().service.tickets.list(order_by=Company.id.desc())  # E
AsyncRoot().service.tickets.pages(fields=Company.id)  # E
Automate().computers.list(order_by=Client.Id)  # E
Automate().computers.list(exclude_fields=[Client.Id])  # E
Automate().computers.first(expand=[Client.Id])  # E
AsyncAutomate().computers.get(1, fields=[Client.Id])  # E
Automate().contacts.list(order_by=Contact.lastName)  # E
psa.service.tickets.list(Query(Company.id == 5))  # E
psa.service.tickets.count(Query("id = 5", order_by=Company.id))  # E
psa.service.tickets.first(Query(fields=[Company.id]))  # E
psa.service.tickets.list(Query(Ticket.id == 5, order_by=Company.id))  # E
psa.service.tickets.list(Query(Ticket.id == 5) & Query(Company.id == 5))  # E
Query(Ticket.id == 5).where(Company.id == 5)  # E
Query(Ticket.id == 5).order_by(Company.id)  # E
Query(Ticket.id == 5).fields(Ticket.id, Company.id)  # E
Query(Ticket.id == 5) & (Company.id == 5)  # E
named_query: Query[TicketRecord] = Query(Company.id == 5)  # E
named_order: Order[TicketRecord] = Company.id.desc()  # E
TicketRecord(id="x")  # E
TicketRecord().sumary  # E

psa.service.tickets.list(limt=3)  # E
psa.service.tickets.list(limit="3")  # E
psa.service.tickets.list(conditions="id = 1")  # E
psa.service.tickets.list(orderBy="id")  # E
psa.service.tickets.list(expand="board")  # E
psa.service.tickets.list(pagination="numbers")  # E
psa.service.tickets.count(limit=3)  # E
psa.service.tickets.first(limit=3)  # E
psa.service.tickets.get(1, parallel=2)  # E
psa.service.tickets.get(None)  # E
psa.service.tickets.delete(3, file="x")  # E
psa.service.tickets.delete(None)  # E
psa.service.tickets.patch(id=1, changes={})  # E
psa.service.tickets.patch(1, summary="x")  # E
psa.service.tickets.list(on_invalid="strict")  # E
psa.service.tickets.list()[0]  # E
len(psa.service.tickets.list())  # E
Automate().computers.list(child_conditions="Id = 1")  # E
manage.Client(compny_id="x")  # E
manage.Client("acme", "pub", "priv")  # E
manage.Client(company_id="x", timeout=None)  # E
manage.Client().request("GET", "/x", limit=3)  # E
automate.AsyncClient(user="x")  # E
manage.Client.from_env(file="x")  # E
