"""Records of Manage about customers: companies, sites, contacts, agreements, configurations, projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.data.inventory import MANUFACTURERS
from cwql.sandbox.data.links import mobile_guid
from cwql.sandbox.data.rng import DAY, NOW, Document, format_time, future, make_info, make_rng, past
from cwql.sandbox.data.setup import (
    BOARDS,
    COUNTRY,
    CURRENCY,
    DEPARTMENT_REFERENCES,
    DEVICE_STATUSES,
    DEVICE_TYPES,
    LOCATION_REFERENCES,
    MEMBER_REFERENCES,
    MEMBERS,
    PROJECT_STATUSES,
    PROJECT_TYPES,
    STATES,
    STATUSES,
    custom_field,
    reference,
    status_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.sandbox.data.customers import Customer, Person, Site
    from cwql.sandbox.data.inventory import Device

IDENTIFIERS = [identifier for identifier, _, _, _ in MEMBERS[:-1]]

_STATE_IDS = {code: reference(id, name, identifier=code) for id, (code, name) in enumerate(STATES, 1)}
_KINDS = {"WS": 0, "LT": 1, "MAC": 1, "SRV": 2, "FW": 3, "PRN": 4, "SW": 5}
_PHASES = ("Discovery", "Build", "Cut-over", "Wrap-up")
_PLANS = ("Server Migration", "Microsoft 365 Onboarding", "Laptop Refresh", "Firewall Replacement")


def company_reference(customer: Customer) -> Document:
    """Return the reference to a customer's company."""
    return reference(customer.id, customer.name, identifier=customer.identifier)


def companies(seed: int, customers: Sequence[Customer]) -> Iterator[Document]:
    """Yield the companies."""
    for customer in customers:
        rng = make_rng(seed, "company", customer.id)
        site, person = customer.sites[0], customer.people[0]
        active = customer.id % 9 != 8
        yield {
            "id": customer.id,
            "identifier": customer.identifier,
            "name": customer.name,
            "status": reference(1, "Active") if active else reference(2, "Inactive"),
            "addressLine1": site.street,
            "addressLine2": None,
            "city": site.city,
            "state": site.state,
            "zip": site.zip,
            "country": COUNTRY,
            "phoneNumber": site.phone,
            "faxNumber": "",
            "website": f"www.{customer.domain}",
            "territory": LOCATION_REFERENCES[customer.id % 2],
            "accountNumber": f"A{1000 + customer.id}",
            "defaultContact": reference(person.id, person.name),
            "dateAcquired": past(rng, 3000),
            "annualRevenue": float(rng.randint(1, 90) * 100_000),
            "numberOfEmployees": rng.randint(3, 400),
            "leadFlag": False,
            "unsubscribeFlag": False,
            "taxIdentifier": "",
            "deletedFlag": False,
            "dateDeleted": None,
            "mobileGuid": mobile_guid(seed, "Company", customer.id),
            "currency": CURRENCY,
            "territoryManager": MEMBER_REFERENCES[0],
            "isVendorFlag": False,
            "types": [reference(1, "Client")],
            "site": reference(site.id, site.name),
            "_info": make_info(rng, IDENTIFIERS, 1500),
            "customFields": [
                custom_field(10, rng.choice(("Gold", "Silver", "Bronze", None))),
                custom_field(11, rng.randint(3, 400)),
            ],
        }


def sites(customer: Customer, seed: int) -> list[Document]:
    """Return the sites of a company."""
    return [_site(customer, site, seed) for site in customer.sites]


def _site(customer: Customer, site: Site, seed: int) -> Document:
    rng = make_rng(seed, "site", site.id)
    main = site is customer.sites[0]
    return {
        "id": site.id,
        "name": site.name,
        "addressLine1": site.street,
        "city": site.city,
        "stateReference": _STATE_IDS[site.state],
        "zip": site.zip,
        "country": COUNTRY,
        "phoneNumber": site.phone,
        "primaryAddressFlag": main,
        "defaultShippingFlag": main,
        "defaultBillingFlag": main,
        "defaultMailingFlag": main,
        "inactiveFlag": False,
        "company": company_reference(customer),
        "mobileGuid": mobile_guid(seed, "CompanySite", site.id),
        "_info": make_info(rng, IDENTIFIERS, 1500),
        "customFields": [],
    }


def communications(person: Person) -> list[Document]:
    """Return the communication items of a contact: an email address, a phone number, and for some a mobile number."""
    domain = person.email.partition("@")[2]
    items: list[Document] = [
        {
            "type": reference(1, "Email"),
            "value": person.email,
            "defaultFlag": True,
            "domain": f"@{domain}",
            "communicationType": "Email",
        },
        {"type": reference(2, "Direct"), "value": person.phone, "defaultFlag": True, "communicationType": "Phone"},
    ]
    if person.id % 3 == 0:
        number = f"813555{person.id % 9000 + 1000}"
        items.append(
            {"type": reference(3, "Mobile"), "value": number, "defaultFlag": False, "communicationType": "Phone"}
        )
    # A person has at most three items, so ids are not used twice.
    return [{"id": person.id * 3 - 2 + index, **item} for index, item in enumerate(items)]


def contacts(seed: int, customers: Sequence[Customer]) -> Iterator[Document]:
    """Yield the contacts."""
    for customer in customers:
        sites = {site.id: site for site in customer.sites}
        for person in customer.people:
            rng = make_rng(seed, "contact", person.id)
            site = sites[person.site]
            yield {
                "id": person.id,
                "firstName": person.first,
                "lastName": person.last,
                "company": company_reference(customer),
                "site": reference(site.id, site.name),
                "addressLine1": site.street,
                "city": site.city,
                "state": site.state,
                "zip": site.zip,
                "country": COUNTRY,
                "inactiveFlag": person.id % 17 == 9,
                "title": person.title,
                "marriedFlag": False,
                "childrenFlag": False,
                "disablePortalLoginFlag": True,
                "unsubscribeFlag": person.id % 12 == 5,
                "mobileGuid": mobile_guid(seed, "Contact", person.id),
                "defaultPhoneType": "Direct",
                "defaultPhoneNbr": person.phone,
                "defaultBillingFlag": person is customer.people[0],
                "defaultFlag": person is customer.people[0],
                "communicationItems": communications(person),
                "types": [{"id": 4, "name": "Primary Contact"}] if person is customer.people[0] else [],
                "_info": make_info(rng, IDENTIFIERS, 1500),
                "customFields": [],
            }


def contact_communications(person: Person) -> list[Document]:
    """Return the communication items as the records below a contact."""
    return [{**item, "contactId": person.id} for item in communications(person)]


def agreements(seed: int, customers: Sequence[Customer]) -> Iterator[Document]:
    """Yield one agreement for each customer; every fourth one has ended."""
    for customer in customers:
        rng = make_rng(seed, "agreement", customer.id)
        is_over = customer.id % 4 == 0
        person = customer.people[0]
        yield {
            "id": customer.id,
            "name": f"{customer.name} Managed Services",
            "type": reference(1, "Managed Services"),
            "company": company_reference(customer),
            "contact": reference(person.id, person.name),
            "site": reference(customer.sites[0].id, customer.sites[0].name),
            "location": LOCATION_REFERENCES[0],
            "department": DEPARTMENT_REFERENCES[0],
            "startDate": format_time(NOW - rng.randint(200, 1400) * DAY),
            "endDate": past(rng, 90) if is_over else None,
            "noEndingDateFlag": not is_over,
            "cancelledFlag": is_over,
            "agreementStatus": "Cancelled" if is_over else "Active",
            "applicationUnits": "Hours",
            "applicationCycle": "CalendarMonth",
            "applicationUnlimitedFlag": True,
            "billAmount": float(rng.randint(8, 120) * 100),
            "billTime": "Billable",
            "_info": make_info(rng, IDENTIFIERS, 1400),
            "customFields": [],
        }


def configurations(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Yield the configurations: the devices as Manage stores them."""
    for device in devices:
        if not device.is_managed:
            continue
        rng = make_rng(seed, "configuration", device.number)
        kind = _KINDS[device.kind]
        status = 2 if device.number % 41 == 11 else 0
        site = reference(device.person.site, next(s.name for s in device.customer.sites if s.id == device.person.site))
        yield {
            "id": device.number,
            "name": device.name,
            "type": reference(kind + 1, DEVICE_TYPES[kind]),
            "status": reference(status + 1, DEVICE_STATUSES[status][0]),
            "company": company_reference(device.customer),
            "contact": reference(device.person.id, device.person.name),
            "site": site,
            "location": LOCATION_REFERENCES[0],
            "department": DEPARTMENT_REFERENCES[0],
            # The integration with Automate writes the id of the computer here.
            "deviceIdentifier": str(device.number) if device.is_monitored else None,
            "serialNumber": device.serial,
            "modelNumber": device.model,
            "tagNumber": f"T{device.number:05}",
            "purchaseDate": past(rng, 1500),
            "warrantyExpirationDate": future(rng, 900),
            "notes": None,
            "macAddress": device.mac,
            "lastLoginName": device.person.email.partition("@")[0] if device.system else None,
            "billFlag": True,
            "ipAddress": device.address,
            "defaultGateway": f"{device.address.rpartition('.')[0]}.1",
            "osType": device.system and device.system.removeprefix("Microsoft ").removesuffix(" x64"),
            "osInfo": device.system and f"{device.system} {device.version}",
            "manufacturer": reference(MANUFACTURERS.index(device.maker) + 1, device.maker),
            "activeFlag": status == 0,
            "mobileGuid": device.guid,
            "showAutomateFlag": device.is_monitored,
            "needsRenewalFlag": False,
            "_info": make_info(rng, IDENTIFIERS, 1400),
            "questions": [],
            "customFields": [
                custom_field(20, f"R{device.number % 9}" if device.kind == "SRV" else None),
                custom_field(21, device.number % 5 > 0),
            ],
        }


def projects(seed: int, customers: Sequence[Customer], count: int) -> Iterator[Document]:
    """Yield projects."""
    for id in range(1, count + 1):
        rng = make_rng(seed, "project", id)
        customer = customers[(3 * id) % len(customers)]
        person = customer.people[0]
        start = NOW - rng.randint(10, 300) * DAY
        status, closed = PROJECT_STATUSES[rng.choice((0, 0, 1, 2))]
        budget = float(rng.randint(10, 200))
        yield {
            "id": id,
            "name": f"{_PLANS[id % len(_PLANS)]} - {customer.name}"[:100],
            "board": reference(len(BOARDS), BOARDS[-1]),
            "status": reference([name for name, _ in PROJECT_STATUSES].index(status) + 1, status),
            "company": company_reference(customer),
            "contact": reference(person.id, person.name),
            "site": reference(customer.sites[0].id, customer.sites[0].name),
            "manager": MEMBER_REFERENCES[6],
            "type": reference(id % len(PROJECT_TYPES) + 1, PROJECT_TYPES[id % len(PROJECT_TYPES)]),
            "billingMethod": "ActualRates",
            "billTime": "Billable",
            "budgetHours": budget,
            "actualHours": round(budget * rng.random(), 2),
            "percentComplete": 1.0 if closed else round(rng.random(), 2),
            "estimatedStart": format_time(start),
            "estimatedEnd": format_time(start + 90 * DAY),
            "closedFlag": closed,
            "location": LOCATION_REFERENCES[0],
            "department": DEPARTMENT_REFERENCES[1],
            "_info": make_info(rng, IDENTIFIERS, 300),
            "customFields": [],
        }


def phases(project: Document) -> list[Document]:
    """Return the phases of a project."""
    first = (project["id"] - 1) * len(_PHASES) + 1
    return [
        {
            "id": first + index,
            "projectId": project["id"],
            "description": name,
            "board": project["board"],
            "wbsCode": str(index + 1),
            "billTime": "Billable",
            "budgetHours": project["budgetHours"] / len(_PHASES),
            "_info": project["_info"],
        }
        for index, name in enumerate(_PHASES)
    ]


def project_tickets(seed: int, project: Document, first: int) -> list[Document]:
    """Return the tickets of a project's phases; their ids start at `first`, after those of service tickets."""
    found: list[Document] = []
    for index, phase in enumerate(phases(project)):
        rng = make_rng(seed, "project ticket", phase["id"])
        is_done = project["closedFlag"] or index == 0
        status = 6 if is_done else rng.choice((0, 2, 3))
        member = rng.choice(MEMBER_REFERENCES[4:7])
        found.append(
            {
                "id": first + index,
                "summary": f"{phase['description']}: {project['name']}"[:100],
                "isIssueFlag": False,
                "board": project["board"],
                "status": reference(status_id(len(BOARDS), status), STATUSES[status][0], sort=status),
                "project": reference(project["id"], project["name"]),
                "phase": reference(phase["id"], phase["description"]),
                "wbsCode": f"{index + 1}.1",
                "company": project["company"],
                "contact": project["contact"],
                "site": project["site"],
                "owner": member,
                "resources": member["identifier"],
                "priority": reference(3, "Priority 3 - Normal", sort=3, level="Medium"),
                "budgetHours": phase["budgetHours"],
                "actualHours": round(phase["budgetHours"] * rng.random(), 2) if is_done else 0.0,
                "closedFlag": is_done,
                "closedDate": project["_info"]["lastUpdated"] if is_done else None,
                "billTime": "Billable",
                "location": LOCATION_REFERENCES[0],
                "department": DEPARTMENT_REFERENCES[1],
                "_info": project["_info"],
                "customFields": [],
            }
        )
    return found
