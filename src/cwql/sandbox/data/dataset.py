"""All records of the sandbox, batch by batch, in an order in which parents come before what lies under them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cwql.sandbox.data import automate, manage, setup
from cwql.sandbox.data.customers import customers
from cwql.sandbox.data.inventory import devices
from cwql.sandbox.data.random_records import Filler
from cwql.sandbox.data.rng import SIZES, Batch
from cwql.sandbox.data.tickets import Tickets, notes, time_entries
from cwql.sandbox.data.vocab import SCRIPTS
from cwql.sandbox.store.table import Drawn
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cwql.sandbox.data.customers import Customer
    from cwql.sandbox.data.inventory import Device
    from cwql.sandbox.data.rng import Document, Parent, Size
    from cwql.schema.catalog import Catalog

# How many people's communication items are listed under them as well.
_REACHABLE = 2_000
# How many records of a kind others refer to.
_POOL = 50
# Paths that lead through records of another list: the board of projects.
_PATHS = {"project/boards/{}": [len(setup.BOARDS)]}


def batches(seed: int, size: str) -> Iterator[Batch]:
    """Draw everything: the same seed and size give the same records. Raises KeyError for an unknown size."""
    much = SIZES[size]
    people = list(customers(seed, much.companies))
    hardware = list(devices(seed, people, much.devices))
    pools = _manage_pools(seed, much, people, hardware)
    fill = Filler("manage", seed, manage.IDENTIFIERS, pools, much.generated)
    yield from _complete("manage", _manage(seed, much, people, hardware, fill), fill, much.generated)
    fill = Filler("automate", seed, manage.IDENTIFIERS, _automate_pools(people, hardware), much.generated)
    yield from _complete("automate", _automate(seed, much, people, hardware), fill, much.generated)


def _complete(product: str, drawn: Iterable[Batch], fill: Filler, many: int) -> Iterator[Batch]:
    """Yield batches, then their short forms, then records of every kind that there is none of."""
    tally = _Tally()
    kept: dict[str, dict[Parent, list[Document]]] = {}
    for batch in drawn:
        if isinstance(batch.documents, Drawn):
            tally.note(batch.record, len(batch.documents))
            yield batch
            continue
        documents: Iterable[Document] = tally.passing(batch.record, batch.documents)
        if catalog(product).find_record(f"{batch.record}Info") is not None:
            whole = kept.setdefault(batch.record, {})[batch.parent] = list(documents)
            documents = whole
        yield batch._replace(documents=documents)
    yield from _others(product, fill, tally, kept, many)


class _Tally:
    """Count the records of each kind, and keep the keys of the first two: records without customers lie under those."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.heads: dict[str, list[int]] = {}

    def above(self, kind: str) -> list[int]:
        """Return the keys of records of a kind, or of what a path leads to that gives none by itself."""
        return self.heads.get(kind) or _PATHS.get(kind, [1] if "/" in kind else [])

    def note(self, record: str, count: int) -> None:
        """Note documents whose keys run from 1."""
        self.counts[record] = count
        self.heads[record] = [1, 2][:count]

    def passing(self, record: str, documents: Iterable[Document]) -> Iterator[Document]:
        """Pass documents on and note them."""
        number = self.counts.setdefault(record, 0)
        heads = self.heads.setdefault(record, [])
        for document in documents:
            number += 1
            if len(heads) < 2:
                heads.append(int(document.get("id") or document.get("Id") or number))
            yield document
        self.counts[record] = number


def _manage_pools(
    seed: int, much: Size, people: Sequence[Customer], hardware: Sequence[Device]
) -> dict[str, list[Document]]:
    few = people[:_POOL]
    projects = list(manage.projects(seed, people, much.projects))[:_POOL]
    return setup.pools() | {
        "CompanyReference": [manage.company_reference(each) for each in few],
        "SiteReference": [setup.reference(site.id, site.name) for each in few for site in each.sites],
        "ContactReference": [setup.reference(person.id, person.name) for each in few for person in each.people],
        "AgreementReference": [setup.reference(each["id"], each["name"]) for each in manage.agreements(seed, few)],
        "ProjectReference": [setup.reference(each["id"], each["name"]) for each in projects],
        "ProjectPhaseReference": [
            setup.reference(phase["id"], phase["description"]) for each in projects for phase in manage.phases(each)
        ],
        "TicketReference": [
            {"id": each["id"], "summary": each["summary"]}
            for each in islice(Tickets(seed, people, hardware, much.tickets), _POOL)
        ],
        "ConfigurationReference": [
            {"id": each.number, "deviceIdentifier": str(each.number)} for each in hardware[:_POOL] if each.managed
        ],
    }


def _automate_pools(people: Sequence[Customer], hardware: Sequence[Device]) -> dict[str, list[Document]]:
    few = people[:_POOL]
    places = [automate.location_reference(site) for each in few for site in each.sites]
    return {
        "Client": [automate.client_reference(each) for each in few],
        "ClientsClient": [{"ClientId": each.id, "Name": each.name} for each in few],
        "Location": places,
        "ModelsLocation": places,
        "Computer": [
            {"Id": str(each.number), "ComputerName": each.host} for each in hardware[:_POOL] if each.monitored
        ],
        "Script": [{"Id": str(id), "Name": name} for id, name in enumerate(SCRIPTS, 1)],
        "Group": [{"Id": str(id), "Name": name} for id, name in enumerate(automate.GROUPS, 1)],
    }


def _manage(
    seed: int, much: Size, people: Sequence[Customer], hardware: Sequence[Device], fill: Filler
) -> Iterator[Batch]:
    def batch(record: str, documents: Iterable[Document], parent: tuple[str, int] | None = None) -> Batch:
        return Batch("manage", record, documents, parent)

    for record, documents in setup.tables().items():
        yield batch(record, [fill.complete(record, n, each) for n, each in enumerate(documents, 1)])
    for board in range(1, len(setup.BOARDS) + 1):
        for record, documents in setup.board_tables(board).items():
            drawn = [fill.complete(record, board * 10 + n, each) for n, each in enumerate(documents, 1)]
            yield batch(record, drawn, ("Board", board))
    yield batch("Company", manage.companies(seed, people))
    yield batch("Contact", manage.contacts(seed, people))
    for customer in people:
        yield batch("CompanySite", manage.sites(customer, seed), ("Company", customer.id))
        for person in customer.people:
            if person.id <= _REACHABLE:
                yield batch("ContactCommunication", manage.contact_communications(person), ("Contact", person.id))
    yield batch("Agreement", manage.agreements(seed, people))
    yield batch("Configuration", manage.configurations(seed, hardware))
    yield batch("Project", manage.projects(seed, people, much.projects))
    for project in manage.projects(seed, people, much.projects):
        yield batch("ProjectPhase", manage.phases(project), ("Project", project["id"]))
    # Tickets of both kinds are numbered in one row.
    yield batch(
        "ProjectTicket",
        (
            ticket
            for project in manage.projects(seed, people, much.projects)
            for ticket in manage.project_tickets(seed, project, much.tickets + project["id"] * 4 - 3)
        ),
    )
    yield batch("Ticket", Tickets(seed, people, hardware, much.tickets))
    yield from _threads(
        seed, much, list(islice(Tickets(seed, people, hardware, much.tickets), much.threaded)), hardware
    )


def _threads(seed: int, much: Size, threaded: Sequence[Document], hardware: Sequence[Device]) -> Iterator[Batch]:
    """Yield what lies under the first tickets: notes, time entries, devices."""
    configured = [device for device in hardware if device.managed]
    note = entry = 1
    entries: list[Document] = []
    for place, ticket in enumerate(threaded):
        under = ("Ticket", ticket["id"])
        written = notes(seed, ticket, note)
        note += len(written)
        yield Batch("manage", "ServiceNote", written, under)
        worked = time_entries(seed, ticket, entry)
        entry += len(worked)
        entries += worked
        if worked:
            yield Batch("manage", "TimeEntryReference", [{"id": each["id"]} for each in worked], under)
        if place < len(configured):
            device = configured[place]
            shown = {"id": device.number, "deviceIdentifier": str(device.number)}
            yield Batch("manage", "ConfigurationReference", [shown], under)
    yield Batch("manage", "TimeEntry", entries)


def _automate(seed: int, much: Size, people: Sequence[Customer], hardware: Sequence[Device]) -> Iterator[Batch]:
    def batch(record: str, documents: Iterable[Document], parent: tuple[str, int] | None = None) -> Batch:
        return Batch("automate", record, documents, parent)

    yield batch("Client", automate.clients(people))
    # A list of locations has another schema than a single one.
    yield batch("Location", ({**each, "LocationId": each["Id"]} for each in automate.locations(people)))
    yield batch("ModelsLocation", automate.locations(people))
    yield batch("Contact", automate.contacts(people))
    yield batch("Computer", automate.computers(seed, hardware))
    yield batch("ComputerChassis", automate.chassis(hardware))
    yield batch("ComputerDrive", automate.drives(seed, hardware))
    application = 1
    for device in hardware[: much.threaded]:
        if device.monitored:
            installed = automate.software(seed, device, application)
            application += len(installed)
            yield batch("ComputerSoftware", installed, ("Computer", device.number))
    yield batch("Alert", automate.alerts(seed, hardware, much.devices))
    yield batch("Ticket", automate.tickets(seed, hardware, much.devices // 4))
    yield batch("Script", automate.scripts(seed))
    yield batch("ScriptFolder", [{"Id": "1", "ParentId": "0", "Name": "Maintenance"}])
    yield batch("Group", automate.groups(seed))
    yield batch("GroupComputer", automate.group_computers(hardware))


def _others(
    product: str,
    fill: Filler,
    tally: _Tally,
    kept: Mapping[str, Mapping[Parent, list[Document]]],
    many: int,
) -> Iterator[Batch]:
    """Yield records of every kind that can be read and has none yet: lists before single ones, parents before children."""
    known = catalog(product)
    drawn = {*tally.counts, "Count"}
    readable = [each for each in known.endpoints() if each.record is not None and "GET" in each.operations]
    listed = sorted([each for each in readable if each.listed], key=lambda each: each.key.count("{}"))
    in_lists = {each.record for each in listed}
    single = [each for each in readable if each.record not in in_lists]
    done: set[tuple[str, str | None]] = set()
    for endpoint in (*listed, *single):
        record = endpoint.record or ""
        kind = _parent_kind(known, endpoint.key)
        if record in drawn or (record, kind) in done:
            continue
        done.add((record, kind))
        base = record.removesuffix("Info")
        if base != record and base in kept:
            names = known.record(record).names
            for parent, documents in kept[base].items():
                short = [{name: each[name] for name in names if name in each} for each in documents]
                yield Batch(product, record, tally.passing(record, short), parent)
            continue
        for above in tally.above(kind)[:many] if kind is not None else (None,):
            first = tally.counts.get(record, 0) + 1
            numbers = range(first, first + many + (above is None))
            drawing = [fill.document(record, number) for number in numbers]
            parent = None if kind is None or above is None else (kind, above)
            yield Batch(product, record, list(tally.passing(record, drawing)), parent)


def _parent_kind(known: Catalog, key: str) -> str | None:
    """Return the kind that records of a path lie under: None for records of their own; where GET gives none, the path.

    A path that ends in a placeholder leads to one record of those that lie under what stands before it.
    """
    head, placeholder, _ = key.removesuffix("/{}").rpartition("{}")
    if not placeholder:
        return None
    above = known.find_endpoint(head + placeholder)
    return (above.record if above is not None else None) or head + placeholder


def counted(batches: Iterable[Batch]) -> Mapping[tuple[str, str], int]:
    """Count the records of each kind; the documents are used up."""
    found: dict[tuple[str, str], int] = {}
    for batch in batches:
        kind = (batch.product, batch.record)
        found[kind] = found.get(kind, 0) + sum(1 for _ in batch.documents)
    return found
