"""40 questions in plain words, each translated into tool calls as an assistant would, and answered right.

The expected answers are computed in Python from all records of the sandbox, without any condition.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from cwql.automate import Client as Automate
from cwql.client.request_body import plain
from cwql.manage import Client as Manage
from tests.mcp.assistant import FAST, Assistant

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox import Sandbox

    Record = dict[str, Any]
    Answer = Callable[[Assistant], object]
    Expected = Callable[["World"], object]

TICKETS, COMPANIES, CONTACTS = "/service/tickets", "/company/companies", "/company/contacts"
CONFIGURATIONS, AGREEMENTS, TIME = "/company/configurations", "/finance/agreements", "/time/entries"


class World:
    """All records of the sandbox, as plain data."""

    def __init__(self, sandbox: Sandbox) -> None:
        with Manage.from_env(environ=sandbox.environment, **FAST) as psa:
            self.tickets: list[Record] = plain(psa.service.tickets.all())
            self.companies: list[Record] = plain(psa.company.companies.all())
            self.contacts: list[Record] = plain(psa.company.contacts.all())
            self.configurations: list[Record] = plain(psa.company.configurations.all())
            self.agreements: list[Record] = plain(psa.finance.agreements.all())
            self.time: list[Record] = plain(psa.time.entries.all())
            self.members: list[Record] = plain(psa.system.members.all())
            self.projects: list[Record] = plain(psa.project.projects.all())
        with Automate.from_env(environ=sandbox.environment, **FAST) as rmm:
            self.computers: list[Record] = plain(rmm.computers.all())
            self.alerts: list[Record] = plain(rmm.alerts.all())
            self.clients: list[Record] = plain(rmm.clients.all())


@pytest.fixture(scope="module")
def world(sandbox: Sandbox) -> World:
    return World(sandbox)


def name_of(record: Record, reference: str) -> str | None:
    value = record.get(reference) or {}
    return value.get("name") if isinstance(value, dict) else None


def count(endpoint: str, where: str = "") -> Answer:
    return lambda assistant: assistant.ask("count", endpoint=endpoint, where=where)["count"]


def values(endpoint: str, field: str, where: str, **arguments: object) -> Answer:
    return lambda assistant: [row[field] for row in assistant.rows(endpoint, where=where, fields=[field], **arguments)]


def first(endpoint: str, field: str, where: str, order_by: str, limit: int) -> Answer:
    def answer(assistant: Assistant) -> object:
        found = assistant.ask("query", endpoint=endpoint, where=where, order_by=order_by, fields=[field], limit=limit)
        return [row[field] for row in found["rows"]]

    return answer


def small_list(endpoint: str, field: str, order_by: str = "") -> Answer:
    """Count a list first, as the refusal of a query without a condition says, then read it."""

    def answer(assistant: Assistant) -> object:
        assistant.ask("count", endpoint=endpoint)
        return [
            row[field]
            for row in assistant.rows(endpoint, fields=[field], **({"order_by": order_by} if order_by else {}))
        ]

    return answer


def by_group(endpoint: str, field: str, where: str) -> Answer:
    def answer(assistant: Assistant) -> object:
        rows = assistant.rows(endpoint, where=where, fields=["id", field], limit=100)
        return dict(Counter(row[field] for row in rows))

    return answer


def sum_of(endpoint: str, field: str, where: str) -> Answer:
    def answer(assistant: Assistant) -> object:
        return round(sum(row[field] for row in assistant.rows(endpoint, where=where, fields=["id", field])), 2)

    return answer


def is_open(ticket: Record) -> bool:
    return not ticket.get("closedFlag")


def custom(record: Record, caption: str) -> object:
    return next((it.get("value") for it in record.get("customFields", ()) if it["caption"] == caption), None)


def emails(contact: Record) -> list[str]:
    return [item["value"] for item in contact.get("communicationItems", ()) if "@" in item.get("value", "")]


def newest_board_id(assistant: Assistant) -> object:
    board = assistant.ask("lookup", kind="boards", name="Security")["id"]
    return assistant.ask("count", endpoint=TICKETS, where=f"board/id = {board} and closedFlag = false")["count"]


def contact_of_ticket(assistant: Assistant) -> object:
    ticket = assistant.ask("get", endpoint=TICKETS, id=7, fields=["contact/id"])["record"]
    return assistant.ask("get", endpoint=CONTACTS, id=ticket["contact/id"], fields=["firstName", "lastName"])["record"]


def offline_with_tickets(assistant: Assistant) -> object:
    computers = assistant.rows("/Computers", where="Status = 'Offline' and Type = 'Server'", fields=["ComputerName"])
    found = {}
    for computer in computers:
        name = computer["ComputerName"]
        found[name] = assistant.ask("count", endpoint=TICKETS, where=f"summary contains '{name}'")["count"]
    return found


def hours_without_agreement(assistant: Assistant) -> object:
    rows = assistant.rows(
        TIME, where="agreement/id = null and actualHours > 0", fields=["id", "company/name", "actualHours"]
    )
    hours: Counter[str] = Counter()
    for row in rows:
        hours[row["company/name"]] += row["actualHours"]
    return {name: round(total, 2) for name, total in hours.items()}


def expected_hours_without_agreement(world: World) -> object:
    hours: Counter[str | None] = Counter()
    for entry in world.time:
        if not entry.get("agreement") and entry["actualHours"] > 0:
            hours[name_of(entry, "company")] += entry["actualHours"]
    return {name: round(total, 2) for name, total in hours.items()}


def misspelt_then_fixed(assistant: Assistant) -> object:
    error = assistant.refusal("count", endpoint=TICKETS, where="priority/nme == 'Priority 1 - Critical'")
    return assistant.ask("count", endpoint=TICKETS, where=error["fixed"]["where"])["count"]


QUESTIONS: tuple[tuple[str, Answer, Expected], ...] = (
    ("How many tickets are there?", count(TICKETS), lambda w: len(w.tickets)),
    ("How many tickets are open?", count(TICKETS, "closedFlag = false"), lambda w: sum(map(is_open, w.tickets))),
    (
        "How many open tickets has Globex Health?",
        count(TICKETS, "company/name = 'Globex Health' and closedFlag = false"),
        lambda w: sum(is_open(t) and name_of(t, "company") == "Globex Health" for t in w.tickets),
    ),
    (
        'Which tickets has Bar 12" Steel?',
        values(TICKETS, "id", "company/name = 'Bar 12\" Steel'"),
        lambda w: [t["id"] for t in w.tickets if name_of(t, "company") == 'Bar 12" Steel'],
    ),
    (
        "Which tickets has O'Brien & Sons?",
        values(TICKETS, "id", 'company/name = "O\'Brien & Sons"'),
        lambda w: [t["id"] for t in w.tickets if name_of(t, "company") == "O'Brien & Sons"],
    ),
    (
        "Which tickets are about passwords?",
        values(TICKETS, "id", "summary contains 'password'"),
        lambda w: [t["id"] for t in w.tickets if "password" in t["summary"].lower()],
    ),
    (
        "What is the newest ticket?",
        first(TICKETS, "id", "id > 0 and dateEntered > [2000-01-01]", "id desc", 1),
        lambda w: [max(t["id"] for t in w.tickets)],
    ),
    (
        "What are the five oldest new tickets?",
        first(TICKETS, "id", "status/name = 'New'", "id asc", 5),
        lambda w: sorted(t["id"] for t in w.tickets if name_of(t, "status") == "New")[:5],
    ),
    (
        "How many open tickets are on each board?",
        by_group(TICKETS, "board/name", "closedFlag = false and id < 1000000"),
        lambda w: dict(Counter(name_of(t, "board") for t in w.tickets if is_open(t))),
    ),
    (
        "How many tickets has each owner in the Security board?",
        by_group(TICKETS, "owner/identifier", "board/name = 'Security' and owner/id != null"),
        lambda w: dict(
            Counter(t["owner"]["identifier"] for t in w.tickets if name_of(t, "board") == "Security" and t.get("owner"))
        ),
    ),
    (
        "How many open tickets are on the board Security, by its id?",
        newest_board_id,
        lambda w: sum(is_open(t) and name_of(t, "board") == "Security" for t in w.tickets),
    ),
    (
        "How many critical tickets are open?",
        count(TICKETS, "priority/level = 'Critical' and closedFlag = false"),
        lambda w: sum(is_open(t) and t["priority"]["level"] == "Critical" for t in w.tickets),
    ),
    (
        "How many tickets have severity High or impact High?",
        count(TICKETS, "severity = 'High' or impact = 'High'"),
        lambda w: sum(t.get("severity") == "High" or t.get("impact") == "High" for t in w.tickets),
    ),
    (
        "Which open tickets have no owner?",
        values(TICKETS, "id", "owner/id = null and closedFlag = false and id < 1000000"),
        lambda w: [t["id"] for t in w.tickets if is_open(t) and not t.get("owner")],
    ),
    (
        "Which tickets took more than five hours?",
        values(TICKETS, "id", "actualHours > 5"),
        lambda w: [t["id"] for t in w.tickets if (t.get("actualHours") or 0) > 5],
    ),
    (
        "How many tickets were closed by jdoe?",
        count(TICKETS, "closedBy = 'jdoe'"),
        lambda w: sum(t.get("closedBy") == "jdoe" for t in w.tickets),
    ),
    (
        "Which tickets have the root cause User error?",
        values(TICKETS, "id", "customFields/caption = 'Root Cause' and customFields/value = 'User error'"),
        lambda w: [t["id"] for t in w.tickets if custom(t, "Root Cause") == "User error"],
    ),
    (
        "Who reported ticket 7?",
        contact_of_ticket,
        lambda w: next(
            {"firstName": c["firstName"], "lastName": c["lastName"]}
            for c in w.contacts
            if c["id"] == next(t for t in w.tickets if t["id"] == 7)["contact"]["id"]
        ),
    ),
    (
        "What is the status of ticket 20?",
        lambda a: a.ask("get", endpoint=TICKETS, id=20, fields=["status/name"])["record"]["status/name"],
        lambda w: name_of(next(t for t in w.tickets if t["id"] == 20), "status"),
    ),
    (
        "Which tickets are in Denver?",
        values(TICKETS, "id", "city = 'Denver'"),
        lambda w: [t["id"] for t in w.tickets if t.get("city") == "Denver"],
    ),
    (
        "How many critical tickets are there (with a misspelt field first)?",
        misspelt_then_fixed,
        lambda w: sum(name_of(t, "priority") == "Priority 1 - Critical" for t in w.tickets),
    ),
    ("Which companies are there?", small_list(COMPANIES, "name"), lambda w: [c["name"] for c in w.companies]),
    (
        "Which companies are in Ohio?",
        values(COMPANIES, "name", "state = 'OH'"),
        lambda w: [c["name"] for c in w.companies if c.get("state") == "OH"],
    ),
    (
        "Which companies have more than 100 employees?",
        values(COMPANIES, "name", "numberOfEmployees > 100"),
        lambda w: [c["name"] for c in w.companies if (c.get("numberOfEmployees") or 0) > 100],
    ),
    (
        "Which company is the largest?",
        first(COMPANIES, "name", "numberOfEmployees > 0", "numberOfEmployees desc", 1),
        lambda w: [max(w.companies, key=lambda c: c.get("numberOfEmployees") or 0)["name"]],
    ),
    (
        "Which companies start with an M (with its umlaut)?",
        values(COMPANIES, "name", "name like 'Mü%'"),
        lambda w: [c["name"] for c in w.companies if c["name"].startswith("Mü")],
    ),
    (
        "Which companies are Silver accounts?",
        values(COMPANIES, "name", "customFields/caption = 'Account Tier' and customFields/value = 'Silver'"),
        lambda w: [c["name"] for c in w.companies if custom(c, "Account Tier") == "Silver"],
    ),
    (
        "Which contacts has Acme Industries?",
        values(CONTACTS, "lastName", "company/name = 'Acme Industries'"),
        lambda w: [c["lastName"] for c in w.contacts if name_of(c, "company") == "Acme Industries"],
    ),
    (
        "Whose address is at globexhealth.example?",
        values(CONTACTS, "id", "communicationItems/value like '%@globexhealth.example'"),
        lambda w: [c["id"] for c in w.contacts if any(it.endswith("@globexhealth.example") for it in emails(c))],
    ),
    (
        "How many active configurations are there?",
        count(CONFIGURATIONS, "status/name = 'Active'"),
        lambda w: sum(name_of(c, "status") == "Active" for c in w.configurations),
    ),
    (
        "Which servers are in the PSA?",
        values(CONFIGURATIONS, "name", "type/name = 'Server'"),
        lambda w: [c["name"] for c in w.configurations if name_of(c, "type") == "Server"],
    ),
    (
        "Whose warranty ends before July 2026?",
        values(CONFIGURATIONS, "id", "warrantyExpirationDate < [2026-07-01T00:00:00Z]"),
        lambda w: [c["id"] for c in w.configurations if (c.get("warrantyExpirationDate") or "9") < "2026-07-01"],
    ),
    (
        "Which device has the serial number 31F46AF?",
        values(CONFIGURATIONS, "name", "serialNumber = '31F46AF'"),
        lambda w: [c["name"] for c in w.configurations if c.get("serialNumber") == "31F46AF"],
    ),
    (
        "What do the active agreements bill?",
        sum_of(AGREEMENTS, "billAmount", "agreementStatus = 'Active'"),
        lambda w: round(sum(a["billAmount"] for a in w.agreements if a["agreementStatus"] == "Active"), 2),
    ),
    (
        "How many hours did sgarcia work?",
        sum_of(TIME, "actualHours", "member/identifier = 'sgarcia'"),
        lambda w: round(sum(e["actualHours"] for e in w.time if e["member"]["identifier"] == "sgarcia"), 2),
    ),
    ("Who got hours without an agreement?", hours_without_agreement, expected_hours_without_agreement),
    (
        "Which computers are offline?",
        values("/Computers", "ComputerName", "Status = 'Offline'"),
        lambda w: [c["ComputerName"] for c in w.computers if c["Status"] == "Offline"],
    ),
    (
        "Which computers of Northwind Traders run Windows 11?",
        values(
            "/Computers",
            "ComputerName",
            "Client.Name = 'Northwind Traders' and OperatingSystemName contains 'Windows 11'",
        ),
        lambda w: [
            c["ComputerName"]
            for c in w.computers
            if c["Client"]["Name"] == "Northwind Traders" and "Windows 11" in c["OperatingSystemName"]
        ],
    ),
    (
        "Which servers are offline, and how many tickets name them?",
        offline_with_tickets,
        lambda w: {
            c["ComputerName"]: sum(c["ComputerName"].lower() in t["summary"].lower() for t in w.tickets)
            for c in w.computers
            if c["Status"] == "Offline" and c["Type"] == "Server"
        },
    ),
    (
        "How many alerts of high severity are there?",
        count("/Alerts", "Severity.Name = 'High'"),
        lambda w: sum(a["Severity"]["Name"] == "High" for a in w.alerts),
    ),
)


def test_there_are_forty_questions() -> None:
    assert len(QUESTIONS) == 40


@pytest.mark.parametrize(("question", "answer", "expected"), QUESTIONS, ids=[question for question, _, _ in QUESTIONS])
def test_questions_are_answered_right(
    assistant: Assistant, world: World, question: str, answer: Answer, expected: Expected
) -> None:
    found, right = answer(assistant), expected(world)
    assert right not in ([], {}, 0, None), "the sandbox has nothing to find"
    assert found == right


def test_all_questions_fit_into_the_budget(assistant: Assistant) -> None:
    for _, answer, _ in QUESTIONS:
        answer(assistant)
    assert assistant.session.budget.left["requests"] > 200
