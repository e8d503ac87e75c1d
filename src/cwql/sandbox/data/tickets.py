"""Service tickets of Manage, made fast: a million of them take seconds."""

from __future__ import annotations

from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple

from cwql.sandbox.data.links import ReferenceLinks
from cwql.sandbox.data.rng import DAY, NOW, Document, format_time, make_rng
from cwql.sandbox.data.setup import (
    BILLING_UNITS,
    BOARDS,
    COUNTRY,
    CURRENCY,
    DEPARTMENT_REFERENCES,
    ITEMS,
    LOCATION_REFERENCES,
    MEMBER_REFERENCES,
    PRIORITIES,
    SERVICE_LOCATIONS,
    SLAS,
    SOURCES,
    STATUSES,
    SUB_TYPES,
    TEAMS,
    TYPES,
    WORK_ROLES,
    WORK_TYPES,
    custom_field,
    reference,
    references,
    status_id,
)
from cwql.sandbox.data.vocab import NOTES, TICKET_SUMMARIES
from cwql.sandbox.store.layout import SHARED_MEMBERS
from cwql.sandbox.store.table import RowSource
from cwql.sandbox.tickets import TICKET_VALUES
from cwql.semantics.values import fold_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from cwql.sandbox.data.customers import Customer
    from cwql.sandbox.data.inventory import Device
    from cwql.sandbox.store.table import PartStore, SharedPart, Values

COMPLETE = 8
"""The ticket that has every member of the specification."""

PARENT = 10
"""The ticket that other tickets are attached to and merged into."""

IRREGULAR = 7
"""With `odd_records`, the ticket that violates its specification: an enum member of another version, a number as text, an unlisted member."""

_PRIORITIES = [reference(id, name, sort=id, level=level) for id, (name, _, level) in enumerate(PRIORITIES, 1)]
_BOARDS = references(BOARDS)
_OPEN = [
    [
        reference(status_id(board, index), name, sort=index)
        for index, (name, closed, _) in enumerate(STATUSES)
        if not closed
    ]
    for board in range(1, len(BOARDS) + 1)
]
_CLOSED = [
    [reference(status_id(board, index), name, sort=index) for index, (name, closed, _) in enumerate(STATUSES) if closed]
    for board in range(1, len(BOARDS) + 1)
]
_TYPES = [[reference(board * 10 + id, name) for id, name in enumerate(TYPES, 1)] for board in range(1, len(BOARDS) + 1)]
_SOURCES = references(SOURCES)
_TEAMS, _SUB_TYPES, _ITEMS = (
    [[reference(board * 10 + id, name) for id, name in enumerate(names, 1)] for board in range(1, len(BOARDS) + 1)]
    for names in (TEAMS, SUB_TYPES, ITEMS)
)
_SERVICE_LOCATIONS = references([name for name, _ in SERVICE_LOCATIONS])
_SLAS = references(SLAS)
_WORK_ROLES = references([name for name, _ in WORK_ROLES])
_WORK_TYPES = references([name for name, _ in WORK_TYPES])
_MEMBERS = [row["identifier"] for row in MEMBER_REFERENCES]
_URGENCY = (2, 2, 3, 2, 1, 3, 2, 0)
_PARTS = SHARED_MEMBERS["manage", "Ticket"]
_SERVICE_BOARDS = len(BOARDS) - 1
_CAUSES = ("Hardware failure", "User error", "Vendor outage", "Configuration", None)
_LEVELS = ("Low", "Medium", "High")
# Built once, because tickets share the objects.
_CUSTOM = {
    (index, reopened): [custom_field(1, _CAUSES[index]), custom_field(2, None), custom_field(3, reopened)]
    for index in range(-1, len(_CAUSES))
    for reopened in (False, True)
}


@dataclass(frozen=True, slots=True)
class Requester:
    """The members of a ticket about the person who opened it, which all tickets of that person share."""

    company: Document
    site: Document
    contact: Document
    address: dict[str, str]
    name: str
    phone: str
    email: str
    agreement: Document | None
    device: str


def make_requesters(customers: Sequence[Customer], devices: Sequence[Device]) -> list[list[Requester]]:
    """Return the people of each customer as their tickets show them."""
    names: dict[int, str] = {}
    for device in devices:
        names.setdefault(device.person.id, device.name)
    found: list[list[Requester]] = []
    for customer in customers:
        company = reference(customer.id, customer.name, identifier=customer.identifier)
        agreement = reference(customer.id, f"{customer.name} Managed Services", type="Managed Services")
        sites = {site.id: site for site in customer.sites}
        found.append(
            [
                Requester(
                    company, reference(person.site, sites[person.site].name), reference(person.id, person.name),
                    {
                        "siteName": sites[person.site].name, "addressLine1": sites[person.site].street,
                        "city": sites[person.site].city, "stateIdentifier": sites[person.site].state,
                        "zip": sites[person.site].zip,
                    },
                    person.name, person.phone, person.email, agreement if customer.id % 4 else None,
                    names.get(person.id, f"{customer.identifier[:6].upper()}-WS"),
                )
                for person in customer.people
            ]
        )  # fmt: skip
    return found


class _Choices(NamedTuple):
    """The random choices of a ticket. `bits` are random bits for everything on which no other choice depends; times are in seconds."""

    id: int
    requester: Requester
    is_known: bool
    summary: str
    board: int
    status: Document
    type: Document
    is_closed: bool
    priority: Document
    worker: Document
    is_owned: bool
    entered: int
    updated: int
    bits: int


class Tickets(RowSource):
    """Tickets in the order in which they were created, over three years; most are closed, most are of a few customers.

    Iterating gives documents; `rows` gives the same as rows of the store, which is fast enough for a million of them.
    """

    def __init__(  # the scenario, and two choices
        self,
        seed: int,
        customers: Sequence[Customer],
        devices: Sequence[Device],
        count: int,
        *,
        complete: Callable[[Document], Document] | None = None,
        odd_records: bool = False,
    ) -> None:
        self._seed = seed
        self._count = count
        self._complete = complete
        self._odd_records = odd_records
        self._links = ReferenceLinks(seed, customers)
        self._requesters = make_requesters(customers, devices)

    def __len__(self) -> int:
        """Return how many tickets there are."""
        return self._count

    def __iter__(self) -> Iterator[Document]:
        """Make the documents."""
        return map(self._make, self._choose())

    def _make(self, ticket: _Choices) -> Document:
        document = self._links.add("Ticket", _make_ticket(ticket))
        if ticket.id == PARENT and self._count >= PARENT:
            document |= {"hasChildTicket": True, "hasMergedChildTicketFlag": True}
        if ticket.id == COMPLETE and self._complete is not None:
            document |= {
                "parentTicketId": PARENT,
                "mergedParentTicket": {"id": PARENT, "summary": "Firewall firmware update"},
            }
            document = self._links.add("Ticket", self._complete(document))
        if ticket.id == IRREGULAR and self._odd_records:
            document |= {"severity": "Catastrophic", "budgetHours": "2,5", "aiSummary": {"mood": "annoyed"}}
        return document

    def _choose(self) -> Iterator[_Choices]:
        requesters, count = self._requesters, self._count
        rng = make_rng(self._seed, "tickets")
        random, getrandbits = rng.random, rng.getrandbits
        step = 3 * 365 * DAY / count
        workers = len(MEMBER_REFERENCES) - 1
        for id in range(1, count + 1):
            # One call for all choices with equal chances: they take its bits in turn.
            bits = getrandbits(62)
            people = requesters[int(random() ** 2 * len(requesters))]
            requester = people[bits % len(people)]
            bits >>= 6
            board = (bits & 7) % _SERVICE_BOARDS
            bits >>= 3
            summary, type = TICKET_SUMMARIES[(bits & 255) % len(TICKET_SUMMARIES)]
            bits >>= 8
            entered = NOW - 3 * 365 * DAY + step * (id - random())
            # Nine of ten are closed, except for the latest ones.
            is_closed = random() < (0.93 if NOW - entered > 14 * DAY else 0.35)
            updated = entered + (NOW - entered) * random() * (0.02 if is_closed else 1)
            priority = _PRIORITIES[_URGENCY[(bits & 15) % 8]]
            bits >>= 4
            worker = MEMBER_REFERENCES[(bits & 15) % workers]
            is_owned = is_closed or bits & 3 != 0
            bits >>= 4
            status = _CLOSED[board][bits & 1] if is_closed else _OPEN[board][(bits & 7) % 6]
            bits >>= 3
            yield _Choices(
                id, requester, bits % 29 != 5, summary.format(device=requester.device, person=requester.name)[:100], board,
                status, _TYPES[board][type], is_closed, priority, worker, is_owned, int(entered), int(updated), bits,
            )  # fmt: skip

    def rows(self, parts: PartStore) -> Iterator[Values]:
        """Make the rows: shared parts are taken from the first document that has them, own members are written here."""
        stored: dict[object, SharedPart] = {}
        for ticket in self._choose():
            if ticket.id <= PARENT:
                # Those that differ from all others are among the first ones.
                yield parts.make_whole_row(self._make(ticket))
                continue
            bits, is_closed = ticket.bits, ticket.is_closed
            # Everything on which the members of each part depend in `_make_ticket`.
            keys = (
                (0, id(ticket.requester), ticket.is_known),
                (1, ticket.status["id"], ticket.type["id"], bits & 1, bits % 3),
                (2, ticket.worker["id"], ticket.is_owned, is_closed, ticket.priority["id"], bits % 3),
                (
                    3, bits & 1, (bits >> 1 & 7) % len(_SOURCES), not is_closed and not bits & 24, bits & 64, bits & 896 != 0,
                    bits >> 5 & 1, bits % 5 if is_closed else -1, bits & 60 == 0,
                ),
            )  # fmt: skip
            try:
                company, state, owner, rest = [stored[key] for key in keys]
            except KeyError:
                document = self._make(ticket)
                for index, (key, names) in enumerate(zip(keys, _PARTS, strict=True)):
                    if key not in stored:
                        stored[key] = parts.add(index, {name: document[name] for name in names if name in document})
                company, state, owner, rest = [stored[key] for key in keys]
            entered, updated = ticket.entered * 1_000_000, ticket.updated * 1_000_000
            yield (
                ticket.id, "", entered, updated, entered, updated, fold_case(ticket.summary),
                *company.values, *state.values, *owner.values, *rest.values,
                company.key, state.key, owner.key, rest.key, _write_own_members(ticket),
            )  # fmt: skip


def _write_own_members(ticket: _Choices) -> str:
    """Return the JSON text of the members that are in no shared part."""
    bits, summary = ticket.bits, encode_basestring(ticket.summary)
    optional = ""
    if bits & 8:
        optional = f'"requiredDate":"{format_time(ticket.entered + 5 * DAY)}","budgetHours":{(bits & 7) / 2},'
    entered, updated = format_time(ticket.entered), format_time(ticket.updated)
    if ticket.is_closed:
        optional += f'"closedDate":"{updated}","dateResolved":"{updated}",'
    return (
        f'{{"id":{ticket.id},"summary":{summary},{optional}"actualHours":{(bits >> 4 & 31) / 4},'
        f'"dateResplan":"{updated}","dateResponded":"{entered}","escalationStartDateUTC":"{entered}",'
        f'"mobileGuid":"{_ticket_guid(ticket.id)}",'
        f'"_info":{{"lastUpdated":"{updated}","updatedBy":"{_MEMBERS[bits & 3]}",'
        f'"dateEntered":"{entered}","enteredBy":"{_MEMBERS[bits >> 2 & 3]}"}}}}'
    )


def _ticket_guid(id: int) -> str:
    return f"{id:08x}-5eed-4000-a000-{id * 2654435761 % 2**48:012x}"


def _make_ticket(choices: _Choices) -> Document:
    requester, priority, is_closed, bits = choices.requester, choices.priority, choices.is_closed, choices.bits
    worker = choices.worker["identifier"]
    board, updated = choices.board, format_time(choices.updated)
    entered = format_time(choices.entered)
    ticket: Document = {
        "id": choices.id,
        "summary": choices.summary,
        "recordType": "ServiceTicket",
        "board": _BOARDS[board],
        "status": choices.status,
        "workRole": _WORK_ROLES[0],
        "workType": _WORK_TYPES[bits & 1],
        "company": requester.company,
        "site": requester.site,
        **requester.address,
        "country": COUNTRY,
        "type": choices.type,
        "subType": _SUB_TYPES[board][bits % 3],
        "item": _ITEMS[board][bits % 3],
        "team": _TEAMS[board][bits & 1],
        "priority": priority,
        "serviceLocation": _SERVICE_LOCATIONS[0],
        "source": _SOURCES[(bits >> 1 & 7) % len(_SOURCES)],
        **TICKET_VALUES,
        "severity": _LEVELS[2 - priority["id"] % 3],
        "impact": _LEVELS[bits % 3],
        "actualHours": (bits >> 4 & 31) / 4,
        "customerUpdatedFlag": not is_closed and not bits & 24,
        "automaticEmailContactFlag": bool(bits & 64),
        "closedFlag": is_closed,
        "dateResplan": updated,
        "dateResponded": entered,
        "escalationStartDateUTC": entered,
        "mobileGuid": _ticket_guid(choices.id),
        "isInSla": bool(bits & 896),
        "sla": _SLAS[bits >> 5 & 1],
        "currency": CURRENCY,
        "location": LOCATION_REFERENCES[0],
        "department": DEPARTMENT_REFERENCES[0],
        "_info": {
            "lastUpdated": updated,
            "updatedBy": _MEMBERS[bits & 3],
            "dateEntered": entered,
            "enteredBy": _MEMBERS[bits >> 2 & 3],
        },
        "customFields": _CUSTOM[bits % 5 if is_closed else -1, not bits & 60],
    }
    if choices.is_known:
        # An email from an unknown sender has no contact.
        ticket |= {
            "contact": requester.contact,
            "contactName": requester.name,
            "contactPhoneNumber": requester.phone,
            "contactEmailAddress": requester.email,
        }
    if requester.agreement is not None:
        ticket["agreement"] = requester.agreement
    if bits & 8:
        ticket |= {"requiredDate": format_time(choices.entered + 5 * DAY), "budgetHours": (bits & 7) / 2}
    if choices.is_owned:
        ticket |= {"owner": choices.worker, "resources": worker}
    if is_closed:
        ticket |= {"closedDate": updated, "closedBy": worker, "dateResolved": updated}
    return ticket


def notes(seed: int, ticket: Document, first: int) -> list[Document]:
    """Return the notes of a ticket; their ids start at `first`."""
    rng = make_rng(seed, "notes", ticket["id"])
    entered = ticket["_info"]["dateEntered"]
    found: list[Document] = []
    for index in range(rng.randint(1, 4)):
        by_contact = ticket.get("contact") is not None and not index
        member = None if by_contact else rng.choice(MEMBER_REFERENCES[:-1])
        text = ticket["summary"] if not index else rng.choice(NOTES).format(person=ticket.get("contactName") or "all")
        found.append(
            {
                "id": first + index,
                "ticketId": ticket["id"],
                "text": text,
                "detailDescriptionFlag": not index,
                "internalAnalysisFlag": index == 2,
                "resolutionFlag": index > 0 and ticket["closedFlag"],
                "issueFlag": False,
                "member": member,
                "contact": ticket.get("contact") if by_contact else None,
                "customerUpdatedFlag": by_contact,
                "processNotifications": False,
                "dateCreated": entered,
                "createdBy": ticket.get("contactName") if member is None else member["identifier"],
                "internalFlag": index == 2,
                "externalFlag": index != 2,
                "_info": {"lastUpdated": ticket["_info"]["lastUpdated"], "updatedBy": ticket["_info"]["updatedBy"]},
            }
        )
    return found


def time_entries(seed: int, ticket: Document, first: int) -> list[Document]:
    """Return the time entries of a ticket; their ids start at `first`."""
    rng = make_rng(seed, "time", ticket["id"])
    return [_time_entry(rng, ticket, first + index) for index in range(rng.randint(0, 3))]


def _time_entry(rng: Random, ticket: Document, id: int) -> Document:
    start = int(NOW - rng.random() * 90 * DAY)
    hours = rng.randint(1, 12) / 4
    member = rng.choice(MEMBER_REFERENCES[:-1])
    is_billed = rng.random() < 0.6
    return {
        "id": id,
        "company": ticket["company"],
        "chargeToId": ticket["id"],
        "chargeToType": "ServiceTicket",
        "member": member,
        "location": LOCATION_REFERENCES[0],
        "department": BILLING_UNITS[0],
        "workType": ticket["workType"],
        "workRole": ticket["workRole"],
        "agreement": ticket.get("agreement"),
        "timeStart": format_time(start),
        "timeEnd": format_time(start + hours * 3600),
        "actualHours": hours,
        "billableOption": "Billable" if is_billed else "DoNotBill",
        "notes": rng.choice(NOTES).format(person=ticket.get("contactName") or "all"),
        "internalNotes": None,
        "enteredBy": member["identifier"],
        "dateEntered": format_time(start + hours * 3600),
        "status": "Billed" if is_billed else "Open",
        "ticket": {"id": ticket["id"], "summary": ticket["summary"]},
        "ticketBoard": ticket["board"]["name"],
        "ticketStatus": ticket["status"]["name"],
        "ticketType": ticket["type"]["name"],
        "invoiceFlag": is_billed,
        "_info": {"lastUpdated": format_time(start + 4 * 3600), "updatedBy": member["identifier"]},
        "customFields": [],
    }
