"""Service tickets of Manage, drawn fast: a million of them are a matter of seconds."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple

from cwql.sandbox.data.rng import DAY, NOW, Document, dice, moment
from cwql.sandbox.data.setup import (
    BILLING_UNITS,
    BOARDS,
    DEPARTMENT_REFERENCES,
    LOCATION_REFERENCES,
    MEMBER_REFERENCES,
    PRIORITIES,
    SLAS,
    SOURCES,
    STATUSES,
    TEAMS,
    TYPES,
    WORK_ROLES,
    WORK_TYPES,
    custom,
    reference,
    references,
    status_id,
)
from cwql.sandbox.data.vocab import NOTES, TROUBLES
from cwql.sandbox.store.layout import SHARED
from cwql.sandbox.store.table import Drawn
from cwql.semantics.values import fold_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from cwql.sandbox.data.customers import Customer
    from cwql.sandbox.data.inventory import Device
    from cwql.sandbox.store.table import Piece, Sharing, Values

ODD = 7
"""The ticket that no specification allows for: an enum member of another version, a number as text, a member unlisted."""

_PRIORITIES = [reference(id, name, sort=id, level=level) for id, (name, _, level) in enumerate(PRIORITIES, 1)]
_BOARDS = references(BOARDS)
_OPEN = [
    [
        reference(status_id(board, place), name, sort=place)
        for place, (name, closed, _) in enumerate(STATUSES)
        if not closed
    ]
    for board in range(1, len(BOARDS) + 1)
]
_CLOSED = [
    [reference(status_id(board, place), name, sort=place) for place, (name, closed, _) in enumerate(STATUSES) if closed]
    for board in range(1, len(BOARDS) + 1)
]
_TYPES = [[reference(board * 10 + id, name) for id, name in enumerate(TYPES, 1)] for board in range(1, len(BOARDS) + 1)]
_SOURCES = references(SOURCES)
_TEAMS = references(TEAMS)
_SLAS = references(SLAS)
_WORK_ROLES = references([name for name, _ in WORK_ROLES])
_WORK_TYPES = references([name for name, _ in WORK_TYPES])
_MEMBERS = [row["identifier"] for row in MEMBER_REFERENCES]
_URGENCY = (2, 2, 3, 2, 1, 3, 2, 0)
_PIECES = SHARED["manage", "Ticket"]
_SERVICE_BOARDS = len(BOARDS) - 1
_CAUSES = ("Hardware failure", "User error", "Vendor outage", "Configuration", None)
_LEVELS = ("Low", "Medium", "High")
# Built once: tickets share what they do not change.
_CUSTOM = {
    (place, reopened): [custom(1, _CAUSES[place]), custom(3, reopened)]
    for place in range(-1, len(_CAUSES))
    for reopened in (False, True)
}


class Asker(NamedTuple):
    """Hold what a ticket shows of who asked: the references that all tickets of one person share."""

    company: Document
    site: Document
    contact: Document
    place: dict[str, str]
    name: str
    phone: str
    email: str
    agreement: Document | None
    device: str


def askers(customers: Sequence[Customer], devices: Sequence[Device]) -> list[list[Asker]]:
    """Return the people of each customer as tickets show them."""
    names: dict[int, str] = {}
    for device in devices:
        names.setdefault(device.person.id, device.name)
    found: list[list[Asker]] = []
    for customer in customers:
        company = reference(customer.id, customer.name, identifier=customer.identifier)
        agreement = reference(customer.id, f"{customer.name} Managed Services", type="Managed Services")
        sites = {site.id: site for site in customer.sites}
        found.append(
            [
                Asker(
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


class _Draw(NamedTuple):
    """Hold what was drawn of a ticket. `bits` are the dice that are left for what nothing else depends on; moments are in seconds."""

    id: int
    asker: Asker
    known: bool
    summary: str
    board: int
    status: Document
    type: Document
    closed: bool
    priority: Document
    worker: Document
    owned: bool
    entered: int
    touched: int
    bits: int


class Tickets(Drawn):
    """Draw tickets in the order in which they were entered, over three years; most are closed, most are of a few customers.

    Iterating gives documents; `rows` gives the same as rows of the store, which is fast enough for a million of them.
    """

    def __init__(self, seed: int, customers: Sequence[Customer], devices: Sequence[Device], count: int) -> None:
        self._seed = seed
        self._count = count
        self._people = askers(customers, devices)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def __iter__(self) -> Iterator[Document]:
        """Draw the documents."""
        return map(_make, self._draws())

    def _draws(self) -> Iterator[_Draw]:
        people, count = self._people, self._count
        chance = dice(self._seed, "tickets")
        random, bits = chance.random, chance.getrandbits
        step = 3 * 365 * DAY / count
        workers = len(MEMBER_REFERENCES) - 1
        for id in range(1, count + 1):
            draw = bits(62)
            few = people[int(random() ** 2 * len(people))]
            asker = few[draw % len(few)]
            draw >>= 6
            board = (draw & 7) % _SERVICE_BOARDS
            draw >>= 3
            trouble, type = TROUBLES[(draw & 255) % len(TROUBLES)]
            draw >>= 8
            entered = NOW - 3 * 365 * DAY + step * (id - random())
            # Nine of ten are closed, except of those that came in lately.
            closed = random() < (0.93 if NOW - entered > 14 * DAY else 0.35)
            touched = entered + (NOW - entered) * random() * (0.02 if closed else 1)
            priority = _PRIORITIES[_URGENCY[(draw & 15) % 8]]
            draw >>= 4
            worker = MEMBER_REFERENCES[(draw & 15) % workers]
            owned = closed or draw & 3 != 0
            draw >>= 4
            status = _CLOSED[board][draw & 1] if closed else _OPEN[board][(draw & 7) % 6]
            draw >>= 3
            yield _Draw(
                id, asker, draw % 29 != 5, trouble.format(device=asker.device, person=asker.name)[:100], board, status,
                _TYPES[board][type], closed, priority, worker, owned, int(entered), int(touched), draw,
            )  # fmt: skip

    def rows(self, sharing: Sharing) -> Iterator[Values]:
        """Draw the rows: pieces are cut out of the first document that has them, what is a ticket's own is written here."""
        pieces: dict[object, Piece] = {}
        for ticket in self._draws():
            if ticket.id == ODD:
                yield sharing.whole(_make(ticket))
                continue
            bits, closed = ticket.bits, ticket.closed
            # What the members of each piece depend on, as `_make` has it.
            keys = (
                (0, id(ticket.asker), ticket.known),
                (1, ticket.status["id"], ticket.type["id"]),
                (2, ticket.worker["id"], ticket.owned, closed, ticket.priority["id"], bits % 3),
                (
                    3, bits & 1, (bits >> 1 & 7) % len(_SOURCES), not closed and not bits & 24, bits & 64, bits & 896 != 0,
                    bits >> 5 & 1, bits % 5 if closed else -1, bits & 60 == 0,
                ),
            )  # fmt: skip
            try:
                asker, state, care, rest = [pieces[key] for key in keys]
            except KeyError:
                document = _make(ticket)
                for place, (key, names) in enumerate(zip(keys, _PIECES, strict=True)):
                    if key not in pieces:
                        pieces[key] = sharing.piece(place, {name: document[name] for name in names})
                asker, state, care, rest = [pieces[key] for key in keys]
            entered, touched = ticket.entered * 1_000_000, ticket.touched * 1_000_000
            yield (
                ticket.id, "", entered, touched, entered, touched, fold_case(ticket.summary),
                *asker.values, *state.values, *care.values, *rest.values,
                asker.key, state.key, care.key, rest.key, _write_own(ticket),
            )  # fmt: skip


def _write_own(ticket: _Draw) -> str:
    """Return the JSON text of the members that are in no piece."""
    bits, summary = ticket.bits, encode_basestring(ticket.summary)
    required = f'"{moment(ticket.entered + 5 * DAY)}"' if bits & 8 else "null"
    budget = (bits & 7) / 2 if bits & 8 else "null"
    touched = moment(ticket.touched)
    ended = f'"{touched}"' if ticket.closed else "null"
    return (
        f'{{"id":{ticket.id},"summary":{summary},"requiredDate":{required},"budgetHours":{budget},'
        f'"actualHours":{(bits >> 4 & 31) / 4},"closedDate":{ended},"dateResolved":{ended},'
        f'"_info":{{"lastUpdated":"{touched}","updatedBy":"{_MEMBERS[bits & 3]}",'
        f'"dateEntered":"{moment(ticket.entered)}","enteredBy":"{_MEMBERS[bits >> 2 & 3]}"}}}}'
    )


def _make(draw: _Draw) -> Document:
    asker, priority, closed, bits = draw.asker, draw.priority, draw.closed, draw.bits
    ended = moment(draw.touched) if closed else None
    worker = draw.worker["identifier"]
    ticket: Document = {
        "id": draw.id,
        "summary": draw.summary,
        "recordType": "ServiceTicket",
        "board": _BOARDS[draw.board],
        "status": draw.status,
        "workRole": _WORK_ROLES[0],
        "workType": _WORK_TYPES[bits & 1],
        "company": asker.company,
        "site": asker.site,
        **asker.place,
        "contact": asker.contact,
        "contactName": asker.name,
        "contactPhoneNumber": asker.phone,
        "contactEmailAddress": asker.email,
        "type": draw.type,
        "team": _TEAMS[bits & 1],
        "owner": draw.worker if draw.owned else None,
        "priority": priority,
        "source": _SOURCES[(bits >> 1 & 7) % len(_SOURCES)],
        "severity": _LEVELS[2 - priority["id"] % 3],
        "impact": _LEVELS[bits % 3],
        "requiredDate": moment(draw.entered + 5 * DAY) if bits & 8 else None,
        "budgetHours": (bits & 7) / 2 if bits & 8 else None,
        "actualHours": (bits >> 4 & 31) / 4,
        "agreement": asker.agreement,
        "customerUpdatedFlag": not closed and not bits & 24,
        "automaticEmailContactFlag": bool(bits & 64),
        "closedFlag": closed,
        "closedDate": ended,
        "closedBy": worker if closed else None,
        "dateResolved": ended,
        "resources": worker if draw.owned else None,
        "hasChildTicket": False,
        "isInSla": bool(bits & 896),
        "sla": _SLAS[bits >> 5 & 1],
        "billTime": "Billable",
        "location": LOCATION_REFERENCES[0],
        "department": DEPARTMENT_REFERENCES[0],
        "_info": {
            "lastUpdated": moment(draw.touched),
            "updatedBy": _MEMBERS[bits & 3],
            "dateEntered": moment(draw.entered),
            "enteredBy": _MEMBERS[bits >> 2 & 3],
        },
        "customFields": _CUSTOM[bits % 5 if closed else -1, not bits & 60],
    }
    if not draw.known:
        # Mail from somebody unknown: no person to answer to.
        ticket |= {"contact": None, "contactName": None, "contactPhoneNumber": None, "contactEmailAddress": None}
    if draw.id == ODD:
        ticket |= {"severity": "Catastrophic", "budgetHours": "2,5", "aiSummary": {"mood": "annoyed"}}
    return ticket


def notes(seed: int, ticket: Document, first: int) -> list[Document]:
    """Draw the notes of a ticket; their ids run from `first`."""
    chance = dice(seed, "notes", ticket["id"])
    entered = ticket["_info"]["dateEntered"]
    found: list[Document] = []
    for place in range(chance.randint(1, 4)):
        by_contact = ticket["contact"] is not None and not place
        member = None if by_contact else chance.choice(MEMBER_REFERENCES[:-1])
        text = ticket["summary"] if not place else chance.choice(NOTES).format(person=ticket["contactName"] or "all")
        found.append(
            {
                "id": first + place,
                "ticketId": ticket["id"],
                "text": text,
                "detailDescriptionFlag": not place,
                "internalAnalysisFlag": place == 2,
                "resolutionFlag": place > 0 and ticket["closedFlag"],
                "issueFlag": False,
                "member": member,
                "contact": ticket["contact"] if by_contact else None,
                "customerUpdatedFlag": by_contact,
                "processNotifications": False,
                "dateCreated": entered,
                "createdBy": ticket["contactName"] if member is None else member["identifier"],
                "internalFlag": place == 2,
                "externalFlag": place != 2,
                "_info": {"lastUpdated": ticket["_info"]["lastUpdated"], "updatedBy": ticket["_info"]["updatedBy"]},
            }
        )
    return found


def time_entries(seed: int, ticket: Document, first: int) -> list[Document]:
    """Draw the time that was worked on a ticket; ids run from `first`."""
    chance = dice(seed, "time", ticket["id"])
    return [_time_entry(chance, ticket, first + place) for place in range(chance.randint(0, 3))]


def _time_entry(chance: Random, ticket: Document, id: int) -> Document:
    start = int(NOW - chance.random() * 90 * DAY)
    hours = chance.randint(1, 12) / 4
    member = chance.choice(MEMBER_REFERENCES[:-1])
    billed = chance.random() < 0.6
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
        "agreement": ticket["agreement"],
        "timeStart": moment(start),
        "timeEnd": moment(start + hours * 3600),
        "actualHours": hours,
        "billableOption": "Billable" if billed else "DoNotBill",
        "notes": chance.choice(NOTES).format(person=ticket["contactName"] or "all"),
        "internalNotes": None,
        "enteredBy": member["identifier"],
        "dateEntered": moment(start + hours * 3600),
        "status": "Billed" if billed else "Open",
        "ticket": {"id": ticket["id"], "summary": ticket["summary"]},
        "ticketBoard": ticket["board"]["name"],
        "ticketStatus": ticket["status"]["name"],
        "ticketType": ticket["type"]["name"],
        "invoiceFlag": billed,
        "_info": {"lastUpdated": moment(start + 4 * 3600), "updatedBy": member["identifier"]},
        "customFields": [],
    }
