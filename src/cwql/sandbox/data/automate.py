"""The records of Automate: the same customers and devices, as the agents report them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.data.rng import DAY, NOW, Document, dice, future, guid, moment, past
from cwql.sandbox.data.vocab import ALERTS, SCRIPTS, SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.sandbox.data.customers import Customer, Site
    from cwql.sandbox.data.inventory import Device

GROUPS = ("All Agents", "Managed Workstations", "Managed Servers", "Patch Pilot", "Onboarding", "Retired Soon")
SEVERITIES = ("Information", "Low", "Medium", "High", "Critical")
_GIGABYTE = 1024


def client_reference(customer: Customer) -> Document:
    """Return what other records show of a client."""
    return {"Id": str(customer.id), "Name": customer.name}


def location_reference(site: Site) -> Document:
    """Return what other records show of a location."""
    return {"Id": site.id, "Name": site.name}


def clients(customers: Sequence[Customer]) -> Iterator[Document]:
    """Return the clients; `ExternalId` is the id of the company in Manage."""
    for customer in customers:
        site, person = customer.sites[0], customer.people[0]
        yield {
            "Id": str(customer.id),
            "Name": customer.name,
            "Company": customer.name,
            "FirstName": person.first,
            "LastName": person.last,
            "Address1": site.street,
            "Address2": "",
            "City": site.city,
            "State": site.state,
            "ZipCode": site.zip,
            "PhoneNumber": site.phone,
            "FaxNumber": None,
            "Comment": "",
            "Country": "United States",
            "ExternalId": str(customer.id),
            "UsesInHouseSupportStaff": customer.id % 5 == 0,
            "NewTicketNotificationEmail": person.email,
            "IsHiddenFromAllInclusiveGroup": False,
            "Locations": [location_reference(each) for each in customer.sites],
        }


def locations(customers: Sequence[Customer]) -> Iterator[Document]:
    """Return the locations: the sites of the customers."""
    for customer in customers:
        for site in customer.sites:
            yield {
                "Id": site.id,
                "Name": site.name,
                "Address1": site.street,
                "Address2": "",
                "City": site.city,
                "State": site.state,
                "ZipCode": site.zip,
                "Country": "United States",
                "PhoneNumber": site.phone,
                "FaxNumber": None,
                "Comments": "",
                "ProbeId": 0,
                "ExternalId": site.id,
                "RouterPort": 0,
                "Client": client_reference(customer),
            }


def contacts(customers: Sequence[Customer]) -> Iterator[Document]:
    """Return the contacts."""
    for customer in customers:
        sites = {site.id: site for site in customer.sites}
        for person in customer.people:
            yield {
                "Id": str(person.id),
                "Client": client_reference(customer),
                "Location": location_reference(sites[person.site]),
                "FirstName": person.first,
                "LastName": person.last,
                "PhoneNumber": person.phone,
                "Email": person.email,
                "ExternalId": str(person.id),
                "CreatedDate": moment(NOW - person.id % 900 * DAY),
            }


def computers(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Draw the computers: the devices that run an agent."""
    for device in devices:
        if not device.monitored:
            continue
        chance = dice(seed, "computer", device.number)
        customer = device.customer
        site = next(each for each in customer.sites if each.id == device.person.site)
        online = chance.random() < 0.8
        contact = NOW - (chance.random() * 300 if online else chance.random() * 60 * DAY)
        memory = chance.choice((8, 16, 32, 64)) * _GIGABYTE
        user = device.person.email.partition("@")[0]
        server = device.kind == "SRV"
        yield {
            "Id": str(device.number),
            "ComputerName": device.host,
            "FriendlyName": None,
            "Client": client_reference(customer),
            "Location": location_reference(site),
            "Contact": {"Id": str(device.person.id), "FirstName": device.person.first, "LastName": device.person.last},
            "Type": "Server" if server else "Laptop" if device.kind in ("LT", "MAC") else "Workstation",
            "Status": "Online" if online else "Offline",
            "OperatingSystemName": device.system,
            "OperatingSystemVersion": device.version,
            "DomainName": customer.domain,
            "IsVirtualMachine": device.maker.startswith("VMware"),
            "IsVirtualHost": False,
            "IsMaster": False,
            "IsHeartbeatEnabled": True,
            "IsHeartbeatRunning": online,
            "IsMaintenanceModeEnabled": device.number % 43 == 1,
            "IsNetworkProbe": server and device.number % 2 == 0,
            "IsRebootNeeded": chance.random() < 0.15,
            "IsLockedDown": False,
            "UTCOffset": -5,
            "Comment": "",
            "RemoteAgentVersion": "250.5.127",
            "RemoteAgentLastContact": moment(contact),
            "RemoteAgentLastInventory": moment(contact - chance.random() * DAY),
            "LastInventoryReceived": moment(contact - chance.random() * DAY),
            "LastHeartbeat": moment(contact),
            "WindowsUpdateDate": moment(contact - chance.random() * 30 * DAY) if device.kind != "MAC" else None,
            "AntivirusDefinitionDate": moment(contact - chance.random() * 3 * DAY),
            "DateAdded": past(chance, 1400),
            "LastStartup": moment(contact - chance.random() * 40 * DAY),
            "SystemUptime": chance.randint(1, 60_000),
            "TotalMemory": memory,
            "FreeMemory": int(memory * chance.random()),
            "CpuUsage": chance.randint(0, 100),
            "LocalIPAddress": device.address,
            "GatewayIPAddress": f"{device.address.rpartition('.')[0]}.1",
            "DomainNameServers": ["1.1.1.1", f"{device.address.rpartition('.')[0]}.1"],
            "MACAddress": device.adapter,
            "SerialNumber": device.number_plate,
            "BiosManufacturer": device.maker,
            "AssetTag": f"T{device.number:05}",
            "WarrantyEndDate": future(chance, 900) if device.number % 3 else None,
            "LastUserName": f"{customer.identifier[:12].upper()}\\{user}",
            "LoggedInUsers": [{"LoggedInUserName": user, "ConsoleId": 1}] if online and not server else [],
            "UserIdleTime": chance.randint(0, 4000),
            "VirusScanner": {"Id": "1", "Name": "Windows Defender"},
            "OpenPortsTCP": [135, 445, 3389] if server else [135, 445],
            "OpenPortsUDP": [],
            "UserAccounts": ["Administrator", user],
            "TempFiles": f"{chance.randint(10, 4000)} MB",
        }


def chassis(devices: Sequence[Device]) -> Iterator[Document]:
    """Return the chassis records, which hold the BIOS GUIDs."""
    for device in devices:
        if device.monitored:
            yield {
                "ComputerId": device.number,
                "Manufacturer": device.maker,
                "ProductName": device.model,
                "SerialNumber": device.number_plate,
                "UUID": device.uuid,
                "ChassisType": "Notebook" if device.kind in ("LT", "MAC") else "Desktop",
                "AssetTag": f"T{device.number:05}",
                "MainBoardManufacturer": device.maker,
                "LastUpdate": moment(NOW - device.number % 30 * DAY),
            }


def drives(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Draw the drives: one a computer, two a server. Sizes are megabytes."""
    id = 0
    for device in devices:
        chance = dice(seed, "drive", device.number)
        for letter in ("C", "D")[: 2 if device.kind == "SRV" else 1] if device.monitored else ():
            id += 1
            size = chance.choice((256, 512, 1024, 2048)) * _GIGABYTE
            yield {
                "DriveId": id,
                "ComputerId": device.number,
                "Letter": letter,
                "Size": size,
                "FreeSpace": int(size * chance.random()),
                "FileSystem": "APFS" if device.kind == "MAC" else "NTFS",
                "SmartStatus": "OK" if chance.random() < 0.95 else "Pred Fail",
                "IsMissing": False,
                "IsSolidState": True,
                "IsInternal": True,
                "VolumeName": "System" if letter == "C" else "Data",
            }


def software(seed: int, device: Device, first: int) -> list[Document]:
    """Draw the software of a computer; ids run from `first`."""
    chance = dice(seed, "software", device.number)
    return [
        {
            "ApplicationId": first + place,
            "ComputerId": device.number,
            "Name": name,
            "Version": version,
            "DateInstalled": past(chance, 600),
            "Size": chance.randint(5, 4000),
            "ClientId": device.customer.id,
            "ComputerName": device.host,
        }
        for place, (name, version) in enumerate(chance.sample(SOFTWARE, 3))
    ]


def alerts(seed: int, devices: Sequence[Device], count: int) -> Iterator[Document]:
    """Draw alerts about computers."""
    monitored = [device for device in devices if device.monitored]
    for id in range(1, count + 1):
        chance = dice(seed, "alert", id)
        device = monitored[chance.randrange(len(monitored))]
        source, message, severity = ALERTS[chance.randrange(len(ALERTS))]
        site = next(each for each in device.customer.sites if each.id == device.person.site)
        age = chance.random() * 20
        yield {
            "AlertId": id,
            "Client": {"Id": device.customer.id, "Name": device.customer.name},
            "Location": {"Id": site.id, "Name": site.name},
            "Computer": {"Id": device.number, "Name": device.host, "ComputerStatus": "Online"},
            "Device": None,
            "Monitor": {"Id": severity, "Name": f"{source} monitor"},
            "AlertDate": moment(NOW - age * DAY),
            "Severity": {"Id": severity, "Name": SEVERITIES[severity]},
            "Source": source,
            "Message": message.format(device=device.host, n=chance.randint(1, 99)),
            "FieldName": source.lower(),
            "AlertAge": f"{int(age)} days",
        }


def tickets(seed: int, devices: Sequence[Device], count: int) -> Iterator[Document]:
    """Draw the tickets that monitors opened in Automate."""
    monitored = [device for device in devices if device.monitored]
    for id in range(1, count + 1):
        chance = dice(seed, "automate ticket", id)
        device = monitored[chance.randrange(len(monitored))]
        source, message, severity = ALERTS[chance.randrange(len(ALERTS))]
        place = chance.randrange(3)
        yield {
            "TicketId": id,
            "Client": client_reference(device.customer),
            "Computer": {"Id": str(device.number), "ComputerName": device.host},
            "Status": {"Id": place + 1, "Name": ("New", "Open", "Closed")[place]},
            "Subject": message.format(device=device.host, n=chance.randint(1, 99)),
            "Priority": {"Id": severity, "Name": SEVERITIES[severity]},
            "StartDate": past(chance, 60),
            "UpdateDate": past(chance, 20),
            "CategoryName": source,
            "SupportLevel": 1,
            "Comments": [],
        }


def scripts(seed: int) -> Iterator[Document]:
    """Draw the scripts."""
    for id, name in enumerate(SCRIPTS, 1):
        chance = dice(seed, "script", id)
        yield {
            "Id": str(id),
            "Folder": {"Id": "1", "Name": "Maintenance"},
            "Name": name,
            "Comments": "",
            "IsComputerScript": True,
            "IsLocationScript": False,
            "IsMaintenanceScript": id % 4 == 0,
            "IsFunctionScript": False,
            "IsOffline": False,
            "IsSystemScript": False,
            "Version": chance.randint(1, 12),
            "GUID": guid(chance),
            "Parameters": ["Force", "Delay"][: id % 3],
            "UpdateDate": past(chance, 900),
            "UpdatedBy": "automate",
            "FullFolderPath": "Maintenance",
        }


def groups(seed: int) -> Iterator[Document]:
    """Draw the groups; all but the first lie in the first one."""
    for id, name in enumerate(GROUPS, 1):
        yield {
            "Id": str(id),
            "ParentId": "0" if id == 1 else "1",
            "ParentGroups": [] if id == 1 else [1],
            "Depth": 1 if id == 1 else 2,
            "Name": name,
            "FullName": name if id == 1 else f"{GROUPS[0]}.{name}",
            "TypeId": 1,
            "TypeName": "Standard",
            "GUID": guid(dice(seed, "group", id)),
            "ComputersLimitToSearch": False,
            "Comments": "",
        }


def group_computers(devices: Sequence[Device]) -> Iterator[Document]:
    """Return who is in which group: everybody in the first, servers and workstations in one of their own."""
    id = 0
    for device in devices:
        if device.monitored:
            for group in (1, 3 if device.kind == "SRV" else 2):
                id += 1
                yield {"Id": str(id), "GroupId": str(group), "ComputerId": str(device.number)}
