"""All records of the sandbox, batch by batch, parents before the records below them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from cwql.sandbox.audit import RECORD as AUDIT_ENTRY
from cwql.sandbox.data import automate, manage, setup
from cwql.sandbox.data.customers import customers
from cwql.sandbox.data.inventory import devices
from cwql.sandbox.data.links import ReferenceLinks
from cwql.sandbox.data.random_records import UNDOCUMENTED, RandomRecords
from cwql.sandbox.data.rng import SIZES, Batch
from cwql.sandbox.data.tickets import Tickets, notes, time_entries
from cwql.sandbox.data.vocab import SCRIPTS
from cwql.sandbox.nulls import drop_nulls
from cwql.sandbox.store.table import RowSource
from cwql.sandbox.views import VIEWS
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cwql.sandbox.data.customers import Customer
    from cwql.sandbox.data.inventory import Device
    from cwql.sandbox.data.rng import Document, Parent, Size
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint

# The communication items of so many people are also records below them.
_PEOPLE_WITH_ITEMS = 2_000
# So many records of a kind are referred to.
_POOL_SIZE = 50
# Paths through records of another list: the board of projects.
_PARENTS_OF_PATHS = {"project/boards/{}": [len(setup.BOARDS)]}


def batches(seed: int, size: str, *, odd_records: bool = False) -> Iterator[Batch]:
    """Yield all records: the same seed and size give the same ones. Raises KeyError for an unknown size.

    With `odd_records`, some records violate the specification.
    """
    scenario = _make_scenario(seed, size, odd_records)
    sizes = scenario.sizes
    random_records = RandomRecords(
        "manage", seed, manage.IDENTIFIERS, _manage_pools(scenario), sizes.generated, odd_records=odd_records
    )
    links = ReferenceLinks(seed, scenario.customers)
    for batch in _complete("manage", _manage(scenario, random_records), random_records, sizes.generated):
        yield (
            batch
            if isinstance(batch.documents, RowSource)
            else batch._replace(documents=_finish(batch, links, random_records))
        )
    random_records = RandomRecords(
        "automate", seed, manage.IDENTIFIERS, _automate_pools(scenario), sizes.generated, odd_records=odd_records
    )
    for batch in _complete("automate", _automate(scenario), random_records, sizes.generated):
        yield batch._replace(documents=_complete_first(batch, random_records))


def attachments(seed: int, size: str) -> Iterator[tuple[str, int, int]]:
    """Yield the configurations that are attached to tickets: the kind of the link, the ticket, the configuration."""
    scenario = _make_scenario(seed, size, odd_records=False)
    configured = [device for device in scenario.devices if device.is_managed]
    for ticket, device in zip(
        range(1, min(scenario.sizes.detailed, scenario.sizes.tickets) + 1), configured, strict=False
    ):
        yield "Ticket Configuration", ticket, device.number


def _make_scenario(seed: int, size: str, odd_records: bool) -> _Scenario:
    sizes = SIZES[size]
    people = list(customers(seed, sizes.companies))
    return _Scenario(seed, sizes, people, list(devices(seed, people, sizes.devices)), odd_records)


def _finish(batch: Batch, links: ReferenceLinks, random_records: RandomRecords) -> Iterator[Document]:
    """Yield the documents of a batch as servers of Manage send them: with links and without nulls."""
    for document in _complete_first(batch, random_records):
        yield document if UNDOCUMENTED in document else drop_nulls(links.add(batch.record, document))


def _complete_first(batch: Batch, random_records: RandomRecords) -> Iterator[Document]:
    """Yield the documents of a batch, the first one with every member."""
    is_first = batch.parent is None or batch.parent[1] == 1
    for index, document in enumerate(batch.documents):
        if is_first and not index and UNDOCUMENTED not in document:
            yield random_records.complete(batch.record, 1, document)
        else:
            yield document


@dataclass(frozen=True, slots=True)
class _Scenario:
    """The customers and devices that the records of both systems are about."""

    seed: int
    sizes: Size
    customers: Sequence[Customer]
    devices: Sequence[Device]
    odd_records: bool

    def tickets(self, random_records: RandomRecords | None = None) -> Tickets:
        complete = None if random_records is None else lambda ticket: random_records.complete("Ticket", 1, ticket)
        return Tickets(
            self.seed, self.customers, self.devices, self.sizes.tickets, complete=complete, odd_records=self.odd_records
        )

    def projects(self) -> Iterator[Document]:
        return manage.projects(self.seed, self.customers, self.sizes.projects)


def _complete(product: str, batches: Iterable[Batch], random_records: RandomRecords, minimum: int) -> Iterator[Batch]:
    """Yield batches, then their short forms, then records of every kind that has none yet."""
    tally = _Tally()
    whole: dict[str, dict[Parent, list[Document]]] = {}
    for batch in batches:
        if isinstance(batch.documents, RowSource):
            tally.set_count(batch.record, len(batch.documents))
            yield batch
            continue
        documents: Iterable[Document] = tally.count(batch.record, batch.documents)
        if catalog(product).find_record(f"{batch.record}Info") is not None:
            documents = whole.setdefault(batch.record, {})[batch.parent] = list(documents)
        yield batch._replace(documents=documents)
    yield from _Remaining(product, random_records, tally, whole, minimum).batches()


class _Tally:
    """The number of records of each kind, and the keys of the first two, below which random records are stored."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._first_keys: dict[str, list[int]] = {}

    def parents(self, kind: str) -> list[int]:
        """Return the keys of records of a kind; a kind that is a path has no records itself."""
        return self._first_keys.get(kind) or _PARENTS_OF_PATHS.get(kind, [1] if "/" in kind else [])

    def set_count(self, record: str, count: int) -> None:
        """Set the number of records whose keys start at 1."""
        self.counts[record] = count
        self._first_keys[record] = [1, 2][:count]

    def count(self, record: str, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield documents and count them."""
        number = self.counts.setdefault(record, 0)
        keys = self._first_keys.setdefault(record, [])
        for document in documents:
            number += 1
            if len(keys) < 2:
                keys.append(int(document.get("id") or document.get("Id") or number))
            yield document
        self.counts[record] = number


def _manage_pools(scenario: _Scenario) -> dict[str, list[Document]]:
    seed, few = scenario.seed, scenario.customers[:_POOL_SIZE]
    projects = list(scenario.projects())[:_POOL_SIZE]
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
            {"id": each["id"], "summary": each["summary"]} for each in islice(scenario.tickets(), _POOL_SIZE)
        ],
        "ConfigurationReference": [
            {"id": each.number, "deviceIdentifier": str(each.number)}
            for each in scenario.devices[:_POOL_SIZE]
            if each.is_managed
        ],
    }


def _automate_pools(scenario: _Scenario) -> dict[str, list[Document]]:
    few = scenario.customers[:_POOL_SIZE]
    locations = [automate.location_reference(site) for each in few for site in each.sites]
    return {
        "Client": [automate.client_reference(each) for each in few],
        "ClientsClient": [{"ClientId": each.id, "Name": each.name} for each in few],
        "Location": locations,
        "ModelsLocation": locations,
        "Contact": [
            {"Id": str(person.id), "FirstName": person.first, "LastName": person.last}
            for each in few
            for person in each.people
        ],
        "Ticket": [
            {"TicketId": each["TicketId"], "Subject": each["Subject"]}
            for each in automate.tickets(scenario.seed, scenario.devices, 3)
        ],
        "Computer": [
            {"Id": str(each.number), "ComputerName": each.host}
            for each in scenario.devices[:_POOL_SIZE]
            if each.is_monitored
        ],
        "Script": [{"Id": str(id), "Name": name} for id, name in enumerate(SCRIPTS, 1)],
        "Group": [{"Id": str(id), "Name": name} for id, name in enumerate(automate.GROUPS, 1)],
    }


def _manage(scenario: _Scenario, random_records: RandomRecords) -> Iterator[Batch]:
    def batch(record: str, documents: Iterable[Document], parent: tuple[str, int] | None = None) -> Batch:
        return Batch("manage", record, documents, parent)

    seed, sizes, people, hardware = scenario.seed, scenario.sizes, scenario.customers, scenario.devices
    for record, documents in setup.tables().items():
        yield batch(record, [random_records.complete(record, n, each) for n, each in enumerate(documents, 1)])
    for board in range(1, len(setup.BOARDS) + 1):
        for record, documents in setup.board_tables(board).items():
            completed = [random_records.complete(record, board * 10 + n, each) for n, each in enumerate(documents, 1)]
            yield batch(record, completed, ("Board", board))
    yield batch("Company", manage.companies(seed, people))
    yield batch("Contact", manage.contacts(seed, people))
    for customer in people:
        yield batch("CompanySite", manage.sites(customer, seed), ("Company", customer.id))
        for person in customer.people:
            if person.id <= _PEOPLE_WITH_ITEMS:
                yield batch("ContactCommunication", manage.contact_communications(person), ("Contact", person.id))
    yield batch("Agreement", manage.agreements(seed, people))
    yield batch("Configuration", manage.configurations(seed, hardware))
    yield batch("Project", scenario.projects())
    for project in scenario.projects():
        yield batch("ProjectPhase", manage.phases(project), ("Project", project["id"]))
    # Tickets of both kinds share their numbers.
    yield batch(
        "ProjectTicket",
        (
            ticket
            for project in scenario.projects()
            for ticket in manage.project_tickets(seed, project, sizes.tickets + project["id"] * 4 - 3)
        ),
    )
    yield batch("Ticket", scenario.tickets(random_records))
    yield from _ticket_details(seed, list(islice(scenario.tickets(), sizes.detailed)))


def _ticket_details(seed: int, tickets: Sequence[Document]) -> Iterator[Batch]:
    """Yield the records about tickets: notes, time entries."""
    note = entry = 1
    entries: list[Document] = []
    for ticket in tickets:
        parent = ("Ticket", ticket["id"])
        written = notes(seed, ticket, note)
        note += len(written)
        yield Batch("manage", "ServiceNote", written, parent)
        worked = time_entries(seed, ticket, entry)
        entry += len(worked)
        entries += worked
    yield Batch("manage", "TimeEntry", entries)


def _automate(scenario: _Scenario) -> Iterator[Batch]:
    def batch(record: str, documents: Iterable[Document], parent: tuple[str, int] | None = None) -> Batch:
        return Batch("automate", record, documents, parent)

    seed, sizes, people, hardware = scenario.seed, scenario.sizes, scenario.customers, scenario.devices
    yield batch("Client", automate.clients(people))
    # A list of locations has another schema than a single one.
    yield batch("Location", ({**each, "LocationId": each["Id"]} for each in automate.locations(people)))
    yield batch("ModelsLocation", automate.locations(people))
    yield batch("Contact", automate.contacts(people))
    yield batch("Computer", automate.computers(seed, hardware))
    yield batch("ComputerChassis", automate.chassis(hardware))
    for stats in automate.patching_stats(seed, hardware):
        yield batch("ComputerPatchingStats", [stats], ("Computer", stats["ComputerId"]))
    yield batch("ComputerDrive", automate.drives(seed, hardware))
    application = 1
    for device in hardware[: sizes.detailed]:
        if device.is_monitored:
            installed = automate.software(seed, device, application)
            application += len(installed)
            yield batch("ComputerSoftware", installed, ("Computer", device.number))
    yield batch("Alert", automate.alerts(seed, hardware, sizes.devices))
    yield batch("Ticket", automate.tickets(seed, hardware, sizes.devices // 4))
    yield batch("Command", automate.commands())
    yield batch("Script", automate.scripts(seed))
    yield batch("ScriptFolder", [{"Id": "1", "ParentId": "0", "Name": "Maintenance"}])
    yield batch("Group", automate.groups(seed))
    yield batch("GroupComputer", automate.group_computers(hardware))


class _Remaining:
    """Records of every kind that can be read and has none yet: lists before single records, parents before children."""

    def __init__(
        self,
        product: str,
        random_records: RandomRecords,
        tally: _Tally,
        whole: Mapping[str, Mapping[Parent, list[Document]]],
        minimum: int,
    ) -> None:
        self._product = product
        self._catalog = catalog(product)
        self._random_records = random_records
        self._tally = tally
        self._whole = whole
        self._minimum = minimum

    def batches(self) -> Iterator[Batch]:
        # Lists that show other records are made when they are read: see `cwql.sandbox.views`.
        made = {record for record, _ in VIEWS.values()} | {AUDIT_ENTRY}
        existing = {*self._tally.counts, *made, "Count"}
        done: set[tuple[str, str | None]] = set()
        for endpoint in self._readable():
            record = endpoint.record or ""
            kind = _parent_kind(self._catalog, endpoint.key)
            if record in existing or (record, kind) in done:
                continue
            done.add((record, kind))
            base = record.removesuffix("Info")
            if base != record and base in self._whole:
                yield from self._short_forms(record, base)
            else:
                yield from self._make(record, kind)

    def _readable(self) -> Iterator[Endpoint]:
        readable = [each for each in self._catalog.endpoints() if each.record is not None and "GET" in each.operations]
        listed = sorted([each for each in readable if each.listed], key=lambda each: each.key.count("{}"))
        in_lists = {each.record for each in listed}
        yield from listed
        yield from [each for each in readable if each.record not in in_lists]

    def _short_forms(self, record: str, base: str) -> Iterator[Batch]:
        names = self._catalog.record(record).names
        for parent, documents in self._whole[base].items():
            short = [{name: each[name] for name in names if name in each} for each in documents]
            yield Batch(self._product, record, self._tally.count(record, short), parent)

    def _make(self, record: str, kind: str | None) -> Iterator[Batch]:
        for key in self._tally.parents(kind)[: self._minimum] if kind is not None else (None,):
            first = self._tally.counts.get(record, 0) + 1
            numbers = range(first, first + self._minimum + (key is None))
            documents = [self._random_records.make(record, number) for number in numbers]
            if kind is not None and key is not None:
                documents = [self._random_records.place(record, document, kind, key) for document in documents]
            parent = None if kind is None or key is None else (kind, key)
            yield Batch(self._product, record, list(self._tally.count(record, documents)), parent)


def _parent_kind(known: Catalog, key: str) -> str | None:
    """Return the kind of the parents of the records of a path: None without a parent, the path if GET returns no record.

    A path that ends in a placeholder leads to one record of the list before the placeholder.
    """
    head, placeholder, _ = key.removesuffix("/{}").rpartition("{}")
    if not placeholder:
        return None
    above = known.find_endpoint(head + placeholder)
    return (above.record if above is not None else None) or head + placeholder
