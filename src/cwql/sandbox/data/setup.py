"""The setup tables of a service provider's Manage: members, boards, statuses, types, priorities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.sandbox.data.inventory import MANUFACTURERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.sandbox.data.rng import Document

MEMBERS = (
    ("admin1", "Alex", "Reyes", "Owner"),
    ("jdoe", "Jane", "Doe", "Service Manager"),
    ("mobrien", "Maeve", "O'Brien", "Service Desk Technician"),
    ("tkim", "Tae", "Kim", "Service Desk Technician"),
    ("sgarcia", "Sofía", "García", "Network Engineer"),
    ("bnowak", "Bartosz", "Nowak", "Systems Engineer"),
    ("lchen", "Li", "Chen", "Project Manager"),
    ("former", "Pat", "Former", "Left the company"),
)
API_MEMBER = ("integrator", "API", "Integrator", "API Member")
"""The member whose keys the clients use: see `cwql.sandbox.auth.Credentials.username`."""

BOARDS = ("Help Desk", "Network Operations", "Monitoring", "Security", "Internal IT", "Projects")
# Name, closed, escalation.
STATUSES = (
    ("New", False, "NotResponded"),
    ("Assigned", False, "Responded"),
    ("In Progress", False, "Responded"),
    ("Scheduled", False, "ResolutionPlan"),
    ("Waiting on Client", False, "ResolutionPlan"),
    ("Waiting on Vendor", False, "ResolutionPlan"),
    ("Completed", True, "Resolved"),
    (">Closed", True, "Resolved"),
)
TYPES = ("Hardware", "Email", "User Administration", "Network", "Software", "Alert")
PRIORITIES = (
    ("Priority 1 - Critical", "Red", "Critical"),
    ("Priority 2 - High", "Orange", "High"),
    ("Priority 3 - Normal", "Yellow", "Medium"),
    ("Priority 4 - Low", "Green", "Low"),
)
SOURCES = ("Email Connector", "Phone", "Customer Portal", "Automate", "Internal")
WORK_ROLES = (("Technician", 125.0), ("Engineer", 165.0), ("Project Manager", 180.0))
WORK_TYPES = (("Remote", "Billable"), ("Onsite", "Billable"), ("After Hours", "Billable"), ("Internal", "DoNotBill"))
LOCATIONS = ("Tampa Office", "Denver Office")
DEPARTMENTS = ("Services", "Projects", "Administration")
SERVICE_LOCATIONS = (("Remote", "Remote"), ("On-Site", "OnSite"), ("In-House", "InHouse"))
TEAMS = ("Service Desk", "Network Team")
SUB_TYPES = ("Desktop", "Server", "Account")
ITEMS = ("Install", "Repair", "Question")
COMPANY_STATUSES = ("Active", "Inactive", "Prospect", "Delinquent")
COMPANY_TYPES = ("Client", "Prospect", "Vendor", "Owner")
CONTACT_TYPES = ("End User", "Approver", "Billing", "Primary Contact")
DEVICE_TYPES = ("Workstation", "Laptop", "Server", "Firewall", "Printer", "Switch")
DEVICE_STATUSES = (("Active", False), ("Inactive", True), ("Retired", True))
# Recorded links of tickets ask for schedule entries of type 4; the other three are our own.
SCHEDULE_TYPES = (("Holiday", "H"), ("Sales", "C"), ("Project", "P"), ("Service", "S"))
AGREEMENT_TYPES = ("Managed Services", "Block Hours", "Backup as a Service")
PROJECT_TYPES = ("Migration", "Onboarding", "Refresh")
PROJECT_STATUSES = (("Open", False), ("On Hold", False), ("Completed", True))
SLAS = ("Standard SLA", "Premium SLA")
COMMUNICATIONS = (("Email", "emailFlag"), ("Direct", "phoneFlag"), ("Mobile", "phoneFlag"), ("Fax", "faxFlag"))
STATES = (
    ("FL", "Florida"), ("OH", "Ohio"), ("CO", "Colorado"), ("OR", "Oregon"), ("TX", "Texas"), ("NC", "North Carolina"),
    ("WI", "Wisconsin"), ("ID", "Idaho"), ("NY", "New York"), ("AZ", "Arizona"),
)  # fmt: skip
COUNTRIES = (
    ("United States", "US"),
    ("Canada", "CA"),
    ("Germany", "DE"),
    ("United Kingdom", "GB"),
    ("Australia", "AU"),
)
# Id, caption, type, entry method.
CUSTOM_FIELDS = (
    (1, "Root Cause", "Text", "List"),
    (2, "Change Window", "Date", "Date"),
    (3, "Reopened", "Checkbox", "EntryField"),
    (10, "Account Tier", "Text", "List"),
    (11, "Seats", "Number", "EntryField"),
    (20, "Rack", "Text", "EntryField"),
    (21, "Disk Encrypted", "Checkbox", "EntryField"),
)

_CAPTIONS = {id: (caption, type, method) for id, caption, type, method in CUSTOM_FIELDS}


def custom_field(id: int, value: Any) -> Document:
    """Return the value of a custom field as records contain it."""
    caption, type, method = _CAPTIONS[id]
    field = {"id": id, "caption": caption, "type": type, "entryMethod": method, "numberOfDecimals": 0}
    return field if value is None else {**field, "value": value}


def reference(id: int, name: str, **more: Any) -> Document:
    """Return a reference to a record."""
    return {"id": id, "name": name, **more}


def references(names: Sequence[str]) -> list[Document]:
    """Return references to records whose ids start at 1."""
    return [reference(id, name) for id, name in enumerate(names, 1)]


def status_id(board: int, index: int) -> int:
    """Return the id of a status; every board has its own ones, as real boards have."""
    return board * 10 + index + 1


MEMBER_REFERENCES = [
    reference(id, f"{first} {last}", identifier=identifier)
    for id, (identifier, first, last, _) in enumerate(MEMBERS, 1)
]
LOCATION_REFERENCES = references(LOCATIONS)
DEPARTMENT_REFERENCES = [reference(id, name, identifier=name) for id, name in enumerate(DEPARTMENTS, 1)]
BILLING_UNITS = references(DEPARTMENTS)
CURRENCY = {
    "id": 1, "symbol": "$", "currencyCode": "USD", "decimalSeparator": ".", "numberOfDecimals": 2, "thousandsSeparator": ",",
    "negativeParenthesesFlag": False, "displaySymbolFlag": True, "currencyIdentifier": "USD", "displayIdFlag": False,
    "rightAlign": False, "name": "US Dollars",
}  # fmt: skip
COUNTRY = reference(1, "United States", identifier="US")


def pools() -> dict[str, list[Document]]:
    """Return the possible references to records of the setup tables, by the class name of the reference."""
    boards = references(BOARDS)
    return {
        "MemberReference": MEMBER_REFERENCES,
        "BoardReference": boards,
        "ProjectBoardReference": boards[-1:],
        "ServiceStatusReference": [reference(status_id(1, index), name) for index, (name, _, _) in enumerate(STATUSES)],
        "ServiceTypeReference": [reference(10 + id, name) for id, name in enumerate(TYPES, 1)],
        "ServiceSubTypeReference": [reference(10 + id, name) for id, name in enumerate(SUB_TYPES, 1)],
        "ServiceItemReference": [reference(10 + id, name) for id, name in enumerate(ITEMS, 1)],
        "ServiceTeamReference": [reference(10 + id, name) for id, name in enumerate(TEAMS, 1)],
        "PriorityReference": [reference(id, name) for id, (name, _, _) in enumerate(PRIORITIES, 1)],
        "ServiceSourceReference": references(SOURCES),
        "WorkRoleReference": references([name for name, _ in WORK_ROLES]),
        "WorkTypeReference": references([name for name, _ in WORK_TYPES]),
        "SystemLocationReference": LOCATION_REFERENCES,
        "OwnerLevelReference": LOCATION_REFERENCES,
        "SystemDepartmentReference": DEPARTMENT_REFERENCES,
        "BillingUnitReference": BILLING_UNITS,
        "ServiceLocationReference": references([name for name, _ in SERVICE_LOCATIONS]),
        "CompanyStatusReference": references(COMPANY_STATUSES),
        "CompanyTypeReference": references(COMPANY_TYPES),
        "ContactTypeReference": references(CONTACT_TYPES),
        "ManufacturerReference": references(MANUFACTURERS),
        "ConfigurationTypeReference": references(DEVICE_TYPES),
        "ConfigurationStatusReference": references([name for name, _ in DEVICE_STATUSES]),
        "AgreementTypeReference": references(AGREEMENT_TYPES),
        "ProjectTypeReference": references(PROJECT_TYPES),
        "ProjectStatusReference": references([name for name, _ in PROJECT_STATUSES]),
        "ScheduleTypeReference": [{"id": id, "identifier": code} for id, (_, code) in enumerate(SCHEDULE_TYPES, 1)],
        "SLAReference": references(SLAS),
        "CommunicationTypeReference": references([name for name, _ in COMMUNICATIONS]),
        "CurrencyReference": [CURRENCY],
        "CountryReference": [reference(id, name, identifier=code) for id, (name, code) in enumerate(COUNTRIES, 1)],
        "StateReference": [reference(id, name, identifier=code) for id, (code, name) in enumerate(STATES, 1)],
    }


def tables() -> dict[str, list[Document]]:
    """Return the records of the setup tables by class name; required members may be missing."""
    return {
        "Member": [_member(id, *row) for id, row in enumerate((*MEMBERS, API_MEMBER), 1)],
        "Board": [
            reference(
                id, name, location=LOCATION_REFERENCES[0], department=DEPARTMENT_REFERENCES[0], inactiveFlag=False,
                projectFlag=name == "Projects", billTime="Billable", sendToContactFlag=True, discussionsLockedFlag=False,
                timeEntryLockedFlag=False, serviceManagerMember=MEMBER_REFERENCES[1],
            )
            for id, name in enumerate(BOARDS, 1)
        ],
        "Priority": [
            reference(id, name, color=color, level=level, sortOrder=id, defaultFlag=id == 3)
            for id, (name, color, level) in enumerate(PRIORITIES, 1)
        ],
        "Source": [reference(id, name, defaultFlag=id == 1) for id, name in enumerate(SOURCES, 1)],
        "WorkRole": [reference(id, name, hourlyRate=rate) for id, (name, rate) in enumerate(WORK_ROLES, 1)],
        "WorkType": [
            reference(id, name, billTime=bill, rateType="Multiplier", rate=1.5 if name == "After Hours" else 1.0)
            for id, (name, bill) in enumerate(WORK_TYPES, 1)
        ],
        "Location": [reference(id, name, locationFlag=True, clientFlag=False) for id, name in enumerate(LOCATIONS, 1)],
        "Department": [reference(id, name, identifier=name) for id, name in enumerate(DEPARTMENTS, 1)],
        "ServiceLocation": [reference(id, name, where=where) for id, (name, where) in enumerate(SERVICE_LOCATIONS, 1)],
        "ServiceTeam": [
            reference(board * 10 + id, name, leader=MEMBER_REFERENCES[1])
            for board in range(1, len(BOARDS) + 1)
            for id, name in enumerate(TEAMS, 1)
        ],
        "CompanyStatus": [reference(id, name, defaultFlag=id == 1) for id, name in enumerate(COMPANY_STATUSES, 1)],
        "CompanyType": [reference(id, name, defaultFlag=id == 1) for id, name in enumerate(COMPANY_TYPES, 1)],
        "ContactType": [{"id": id, "description": name} for id, name in enumerate(CONTACT_TYPES, 1)],
        "ConfigurationType": [reference(id, name, inactiveFlag=False) for id, name in enumerate(DEVICE_TYPES, 1)],
        "ConfigurationStatus": [
            {"id": id, "description": name, "closedFlag": closed, "defaultFlag": id == 1}
            for id, (name, closed) in enumerate(DEVICE_STATUSES, 1)
        ],
        "Manufacturer": [reference(id, name, inactiveFlag=False) for id, name in enumerate(MANUFACTURERS, 1)],
        "AgreementType": [reference(id, name) for id, name in enumerate(AGREEMENT_TYPES, 1)],
        "ProjectType": [reference(id, name, defaultFlag=id == 1) for id, name in enumerate(PROJECT_TYPES, 1)],
        "ProjectStatus": [
            reference(id, name, defaultFlag=id == 1, closedFlag=closed)
            for id, (name, closed) in enumerate(PROJECT_STATUSES, 1)
        ],
        "ScheduleType": [reference(id, name, identifier=code) for id, (name, code) in enumerate(SCHEDULE_TYPES, 1)],
        "SLA": [reference(id, name, basedOn="MyCalendar", defaultFlag=id == 1) for id, name in enumerate(SLAS, 1)],
        "CommunicationType": [
            {"id": id, "description": name, flag: True, "defaultFlag": id == 1}
            for id, (name, flag) in enumerate(COMMUNICATIONS, 1)
        ],
        "Currency": [
            {name: value for name, value in CURRENCY.items() if name != "currencyCode"}
        ],
        "Country": [
            reference(id, name, countryCode=code, coreEntityCountryCode=code, currency=CURRENCY, defaultFlag=id == 1)
            for id, (name, code) in enumerate(COUNTRIES, 1)
        ],
        "State": [reference(id, name, identifier=code, country=COUNTRY) for id, (code, name) in enumerate(STATES, 1)],
        "Info": [
            {
                "version": "v2025.16.104533", "isCloud": False, "serverTimeZone": "Eastern Standard Time", "cloudRegion": "NA",
                "licenseBits": [{"name": "VOIP", "activeFlag": False}], "maxWorkFlowRecordsAllowed": 1000,
            }
        ],
        "CallbackEntry": [
            {
                "id": 1, "description": "Example", "url": "https://www.example.com/callback?id=", "objectId": 0, "type": "ticket",
                "level": "owner", "inactiveFlag": True,
            }
        ],
        "UserDefinedField": [
            {"id": id, "caption": caption, "fieldTypeIdentifier": type, "entryTypeIdentifier": method, "podId": id // 10 + 1,
             "numberDecimals": 0}
            for id, caption, type, method in CUSTOM_FIELDS
        ],
    }  # fmt: skip


def board_tables(board: int) -> dict[str, list[Document]]:
    """Return the records below a board, by class name."""
    here = reference(board, BOARDS[board - 1])
    return {
        "BoardStatus": [
            reference(
                status_id(board, index), name, board=here, sortOrder=index, displayOnBoard=not closed, inactive=False,
                closedStatus=closed, timeEntryNotAllowed=False, defaultFlag=not index, escalationStatus=escalation,
                customerPortalFlag=True,
            )
            for index, (name, closed, escalation) in enumerate(STATUSES)
        ],
        "BoardType": [
            reference(
                board * 10 + id, name, board=here, defaultFlag=id == 1, inactiveFlag=False,
                category="Proactive" if name == "Alert" else "Reactive",
            )
            for id, name in enumerate(TYPES, 1)
        ],
        "BoardTeam": [
            reference(
                board * 10 + id, name, boardId=board, teamLeader=MEMBER_REFERENCES[1], members=[2, 3, 4],
                defaultFlag=id == 1,
            )
            for id, name in enumerate(TEAMS, 1)
        ],
        "BoardSubType": [
            reference(board * 10 + id, name, board=here, inactiveFlag=False, typeAssociationIds=[board * 10 + 1])
            for id, name in enumerate(SUB_TYPES, 1)
        ],
        "BoardItem": [reference(board * 10 + id, name, board=here, inactiveFlag=False) for id, name in enumerate(ITEMS, 1)],
    }  # fmt: skip


def _member(id: int, identifier: str, first: str, last: str, title: str) -> Document:
    return {
        "id": id,
        "identifier": identifier,
        "firstName": first,
        "lastName": last,
        "title": title,
        "licenseClass": "F",
        # The other members of this enum are newer than the models of clients in use.
        "phoneIntegrationType": "TAPI",
        "defaultEmail": "Office",
        "officeEmail": f"{identifier}@msp.example",
        "primaryEmail": f"{identifier}@msp.example",
        "defaultPhone": "Office",
        "officePhone": f"813555{100 + id:04}",
        "hireDate": f"20{15 + id}-03-01T00:00:00Z",
        "inactiveFlag": identifier == "former",
        "disableOnlineFlag": False,
        "defaultLocation": LOCATION_REFERENCES[0],
        "defaultDepartment": DEPARTMENT_REFERENCES[0],
        "workRole": reference(1, WORK_ROLES[0][0]),
        "workType": reference(1, WORK_TYPES[0][0]),
        "hourlyRate": 125.0,
        "customFields": [],
    }
