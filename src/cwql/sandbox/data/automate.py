"""Records of Automate: the same customers and devices, as the agents report them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.data.rng import DAY, NOW, Document, format_time, future, guid, make_rng, past
from cwql.sandbox.data.vocab import ALERTS, SCRIPTS, SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.sandbox.data.customers import Customer, Site
    from cwql.sandbox.data.inventory import Device

GROUPS = ("All Agents", "Managed Workstations", "Managed Servers", "Patch Pilot", "Onboarding", "Retired Soon")
COMMANDS = ((1, "Shutdown"), (2, "Execute Command"), (3, "Reboot"), (123, "Resend System Inventory"))
"""Numbers and names of commands; live clients run command lines with number 2 and request an inventory with 123."""

SEVERITIES = ("Information", "Low", "Medium", "High", "Critical")
_GIGABYTE = 1024


def client_reference(customer: Customer) -> Document:
    """Return a client as other records contain it."""
    return {"Id": str(customer.id), "Name": customer.name}


def location_reference(site: Site) -> Document:
    """Return a location as other records contain it."""
    return {"Id": site.id, "Name": site.name}


def clients(customers: Sequence[Customer]) -> Iterator[Document]:
    """Yield the clients; `ExternalId` is the id of the company in Manage."""
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
    """Yield the locations: the sites of the customers."""
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
    """Yield the contacts."""
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
                "CreatedDate": format_time(NOW - person.id % 900 * DAY),
            }


def computers(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Yield the computers: the devices that run an agent."""
    for device in devices:
        if not device.is_monitored:
            continue
        rng = make_rng(seed, "computer", device.number)
        customer = device.customer
        site = next(each for each in customer.sites if each.id == device.person.site)
        online = rng.random() < 0.8
        contact = NOW - (rng.random() * 300 if online else rng.random() * 60 * DAY)
        memory = rng.choice((8, 16, 32, 64)) * _GIGABYTE
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
            "IsRebootNeeded": rng.random() < 0.15,
            "IsLockedDown": False,
            "UTCOffset": -5,
            "Comment": "",
            "RemoteAgentVersion": "250.5.127",
            "RemoteAgentLastContact": format_time(contact),
            "RemoteAgentLastInventory": format_time(contact - rng.random() * DAY),
            "LastInventoryReceived": format_time(contact - rng.random() * DAY),
            "LastHeartbeat": format_time(contact),
            "WindowsUpdateDate": format_time(contact - rng.random() * 30 * DAY) if device.kind != "MAC" else None,
            "AntivirusDefinitionDate": format_time(contact - rng.random() * 3 * DAY),
            "DateAdded": past(rng, 1400),
            "LastStartup": format_time(contact - rng.random() * 40 * DAY),
            "SystemUptime": rng.randint(1, 60_000),
            "TotalMemory": memory,
            "FreeMemory": int(memory * rng.random()),
            "CpuUsage": rng.randint(0, 100),
            "LocalIPAddress": device.address,
            "GatewayIPAddress": f"{device.address.rpartition('.')[0]}.1",
            "DomainNameServers": ["1.1.1.1", f"{device.address.rpartition('.')[0]}.1"],
            "MACAddress": device.automate_mac,
            "SerialNumber": device.automate_serial,
            "BiosManufacturer": device.maker,
            "AssetTag": f"T{device.number:05}",
            "WarrantyEndDate": future(rng, 900) if device.number % 3 else None,
            "LastUserName": f"{customer.identifier[:12].upper()}\\{user}",
            "LoggedInUsers": [{"LoggedInUserName": user, "ConsoleId": 1}] if online and not server else [],
            "UserIdleTime": rng.randint(0, 4000),
            "VirusScanner": {"Id": "1", "Name": "Windows Defender"},
            "OpenPortsTCP": [135, 445, 3389] if server else [135, 445],
            "OpenPortsUDP": [],
            "UserAccounts": ["Administrator", user],
            "TempFiles": f"{rng.randint(10, 4000)} MB",
        }


def chassis(devices: Sequence[Device]) -> Iterator[Document]:
    """Yield the chassis records, which contain the BIOS GUIDs."""
    for device in devices:
        if device.is_monitored:
            yield {
                "ComputerId": device.number,
                "Manufacturer": device.maker,
                "ProductName": device.model,
                "SerialNumber": device.automate_serial,
                "UUID": device.automate_guid,
                "ChassisType": "Notebook" if device.kind in ("LT", "MAC") else "Desktop",
                "AssetTag": f"T{device.number:05}",
                "MainBoardManufacturer": device.maker,
                "LastUpdate": format_time(NOW - device.number % 30 * DAY),
            }


def patching_stats(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Yield how well each computer is patched: the share of its patches and applications that are installed."""
    for device in devices:
        if not device.is_monitored:
            continue
        rng = make_rng(seed, "patching", device.number)
        windows = device.kind != "MAC"
        installed, missing, failed = rng.randint(40, 200), rng.choice((0, 0, 1, 3, 9)), rng.choice((0, 0, 0, 1, 4))
        compliant, outdated = rng.randint(2, 20), rng.choice((0, 0, 1, 2))
        good, bad = installed + compliant, missing + failed + outdated
        patched = NOW - rng.random() * 30 * DAY
        window = NOW - NOW % DAY + 2 * 3600
        yield {
            "ComputerId": device.number,
            "OverallCompliance": round(100 * good / (good + bad), 2),
            "InstalledPatchCount": installed,
            "MissingPatchCount": missing,
            "FailedPatchCount": failed,
            "CompliantSoftwareCount": compliant,
            "NonCompliantSoftwareCount": outdated,
            "FailedSoftwareCount": 0,
            "IncorrectSoftwareCount": 0,
            "Stage": rng.choice(("Test", "Pilot", "Production")),
            "NoPatchInventory": False,
            "WSUSEnabled": False,
            "PatchJobRunning": False,
            "DaytimePatchingEnabled": device.kind != "SRV",
            "WUAOutOfDate": False,
            "MissingBaselinePatches": missing > 3,
            "WUAVersion": "10.0.19041.5737" if windows else "",
            "LastInstallWindow": format_time(window - 7 * DAY),
            "NextInstallWindow": format_time(window + 7 * DAY),
            "LastSoftwareWindow": format_time(window - DAY),
            "NextSoftwareWindow": format_time(window + DAY),
            "LastPatchedDate": format_time(patched),
            "LastMicrosoftPatchedDate": format_time(patched) if windows else None,
            "LastThirdPartyPatchedDate": format_time(patched - DAY),
            "LastPatchInventory": format_time(NOW - rng.random() * DAY),
            "IsMicrosoftManaged": windows,
            "IsThirdPartyManaged": True,
        }


def drives(seed: int, devices: Sequence[Device]) -> Iterator[Document]:
    """Yield the drives: one for each computer, two for each server. Sizes are in megabytes."""
    id = 0
    for device in devices:
        rng = make_rng(seed, "drive", device.number)
        for letter in ("C", "D")[: 2 if device.kind == "SRV" else 1] if device.is_monitored else ():
            id += 1
            size = rng.choice((256, 512, 1024, 2048)) * _GIGABYTE
            yield {
                "DriveId": id,
                "ComputerId": device.number,
                "Letter": letter,
                "Size": size,
                "FreeSpace": int(size * rng.random()),
                "FileSystem": "APFS" if device.kind == "MAC" else "NTFS",
                "SmartStatus": "OK" if rng.random() < 0.95 else "Pred Fail",
                "IsMissing": False,
                "IsSolidState": True,
                "IsInternal": True,
                "VolumeName": "System" if letter == "C" else "Data",
            }


def software(seed: int, device: Device, first: int) -> list[Document]:
    """Return the software of a computer; ids start at `first`."""
    rng = make_rng(seed, "software", device.number)
    return [
        {
            "ApplicationId": first + index,
            "ComputerId": device.number,
            "Name": name,
            "Version": version,
            "DateInstalled": past(rng, 600),
            "Size": rng.randint(5, 4000),
            "ClientId": device.customer.id,
            "ComputerName": device.host,
        }
        for index, (name, version) in enumerate(rng.sample(SOFTWARE, 3))
    ]


def alerts(seed: int, devices: Sequence[Device], count: int) -> Iterator[Document]:
    """Yield alerts about computers."""
    monitored = [device for device in devices if device.is_monitored]
    for id in range(1, count + 1):
        rng = make_rng(seed, "alert", id)
        device = monitored[rng.randrange(len(monitored))]
        source, message, severity = ALERTS[rng.randrange(len(ALERTS))]
        site = next(each for each in device.customer.sites if each.id == device.person.site)
        age = rng.random() * 20
        yield {
            "AlertId": id,
            "Client": {"Id": device.customer.id, "Name": device.customer.name},
            "Location": {"Id": site.id, "Name": site.name},
            "Computer": {"Id": device.number, "Name": device.host, "ComputerStatus": "Online"},
            "Device": None,
            "Monitor": {"Id": severity, "Name": f"{source} monitor"},
            "AlertDate": format_time(NOW - age * DAY),
            "Severity": {"Id": severity, "Name": SEVERITIES[severity]},
            "Source": source,
            "Message": message.format(device=device.host, n=rng.randint(1, 99)),
            "FieldName": source.lower(),
            "AlertAge": f"{int(age)} days",
        }


def tickets(seed: int, devices: Sequence[Device], count: int) -> Iterator[Document]:
    """Yield the tickets that monitors opened in Automate."""
    monitored = [device for device in devices if device.is_monitored]
    for id in range(1, count + 1):
        rng = make_rng(seed, "automate ticket", id)
        device = monitored[rng.randrange(len(monitored))]
        source, message, severity = ALERTS[rng.randrange(len(ALERTS))]
        status = rng.randrange(3)
        yield {
            "TicketId": id,
            "Client": client_reference(device.customer),
            "Computer": {"Id": str(device.number), "ComputerName": device.host},
            "Status": {"Id": status + 1, "Name": ("New", "Open", "Closed")[status]},
            "Subject": message.format(device=device.host, n=rng.randint(1, 99)),
            "Priority": {"Id": severity, "Name": SEVERITIES[severity]},
            "StartDate": past(rng, 60),
            "UpdateDate": past(rng, 20),
            "CategoryName": source,
            "SupportLevel": 1,
            "Comments": [],
        }


def commands() -> Iterator[Document]:
    """Yield the commands that agents know."""
    for id, name in COMMANDS:
        yield {"Id": str(id), "Name": name, "Description": name, "Level": 1}


def scripts(seed: int) -> Iterator[Document]:
    """Yield the scripts."""
    for id, name in enumerate(SCRIPTS, 1):
        rng = make_rng(seed, "script", id)
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
            "Version": rng.randint(1, 12),
            "GUID": guid(rng),
            "Parameters": ["Force", "Delay"][: id % 3],
            "UpdateDate": past(rng, 900),
            "UpdatedBy": "automate",
            "FullFolderPath": "Maintenance",
        }


def groups(seed: int) -> Iterator[Document]:
    """Yield the groups; the first one contains all others."""
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
            "GUID": guid(make_rng(seed, "group", id)),
            "ComputersLimitToSearch": False,
            "Comments": "",
        }


def group_computers(devices: Sequence[Device]) -> Iterator[Document]:
    """Yield the members of groups: all computers are in the first, servers and workstations in one group each."""
    id = 0
    for device in devices:
        if device.is_monitored:
            for group in (1, 3 if device.kind == "SRV" else 2):
                id += 1
                yield {"Id": str(id), "GroupId": str(group), "ComputerId": str(device.number)}
