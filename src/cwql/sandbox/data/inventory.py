"""The devices that both systems know: the values on which they agree, and those that are outdated or wrong in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.sandbox.data.rng import guid, make_rng

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from cwql.sandbox.data.customers import Customer, Person

MODELS = (
    ("Dell Inc.", "OptiPlex 7010", "WS", "Microsoft Windows 11 Pro x64", "10.0.22631"),
    ("HP", "EliteBook 840 G9", "LT", "Microsoft Windows 11 Pro x64", "10.0.22631"),
    ("LENOVO", "ThinkPad T14", "LT", "Microsoft Windows 10 Pro x64", "10.0.19045"),
    ("Dell Inc.", "PowerEdge R740", "SRV", "Microsoft Windows Server 2022 Standard x64", "10.0.20348"),
    ("VMware, Inc.", "VMware20,1", "SRV", "Microsoft Windows Server 2019 Standard x64", "10.0.17763"),
    ("Apple", "MacBookPro18,1", "MAC", "Mac OS X 14.6.1", "14.6.1"),
)
APPLIANCES = (("Fortinet", "FortiGate 60F", "FW"), ("HP", "LaserJet M507", "PRN"), ("Ubiquiti", "UniFi 24", "SW"))
MANUFACTURERS = tuple(dict.fromkeys([maker for maker, *_ in (*MODELS, *APPLIANCES)]))
PLACEHOLDER_SERIALS = ("To be filled by O.E.M.", "Default string", "System Serial Number", "None", "0", "123456789")
VPN_MAC = "00:05:9A:3C:7A:00"
DEFAULT_GUID = "03000200-0400-0500-0006-000700080009"


@dataclass(frozen=True, slots=True)
class Device:
    """A device: the first fields are true, the next ones are its values in Manage, the last ones those in Automate."""

    number: int
    customer: Customer
    person: Person
    kind: str
    maker: str
    model: str
    system: str | None
    version: str | None
    address: str

    is_managed: bool
    name: str
    guid: str | None
    serial: str | None
    mac: str | None

    is_monitored: bool
    host: str
    automate_guid: str | None
    automate_serial: str | None
    automate_mac: str | None


@dataclass(slots=True)
class _Identifiers:
    """The values by which devices are matched, as one system stores them."""

    guid: str | None
    serial: str | None
    mac: str | None


def devices(seed: int, customers: Sequence[Customer], count: int) -> Iterator[Device]:
    """Yield the devices, one customer after the other in turn, with the errors of real inventories at fixed numbers.

    These are missing and placeholder values, equal GUIDs of cloned machines, MAC addresses of docking stations and VPN adapters,
    replaced boards, renamed machines, and devices that only one system knows.
    """
    previous: str | None = None
    for number in range(1, count + 1):
        rng = make_rng(seed, "device", number)
        customer = customers[(number - 1) % len(customers)]
        person = rng.choice(customer.people)
        is_appliance = number % 7 == 6
        system = version = None
        if is_appliance:
            maker, model, kind = APPLIANCES[number // 7 % len(APPLIANCES)]
        else:
            maker, model, kind, system, version = MODELS[rng.randrange(len(MODELS))]
        name = f"{customer.identifier[:6].upper()}-{kind}{number:02}"
        identity, serial = guid(rng), f"{rng.getrandbits(35):07X}"[:7]
        mac = ":".join([f"{part:02X}" for part in (0xB4, 0x2E, 0x99, *rng.randbytes(3))])
        manage = _Identifiers(identity, serial, mac)
        automate = _Identifiers(identity.upper(), serial, mac.replace(":", "-"))
        _remove_values(number, manage, automate)
        _replace_values(number, manage, automate)
        is_managed, is_monitored = number % 13 != 2, not is_appliance
        if number % 23 == 7 and previous is not None and is_managed and is_monitored and manage.guid is not None:
            # A cloned machine: both systems show its GUID twice.
            manage.guid, automate.guid = previous, previous.upper()
        _replace_board(number, rng, manage, automate)
        host = _rename(number, name, customer, serial, automate)
        previous = identity if is_managed and is_monitored and manage.guid == identity else None
        yield Device(
            number, customer, person, kind, maker, model, system, version,
            f"10.{customer.id % 200}.{number % 4}.{10 + number % 240}",
            is_managed, name, manage.guid, manage.serial, manage.mac,
            is_monitored, host, automate.guid, automate.serial, automate.mac,
        )  # fmt: skip


def _remove_values(number: int, manage: _Identifiers, automate: _Identifiers) -> None:
    if number % 11 == 4:
        manage.guid = None
    elif number % 11 == 8:
        manage.guid = manage.serial = None
        manage.mac = manage.mac and manage.mac.lower()
    elif number % 29 == 13:
        manage.guid = manage.serial = manage.mac = None
        automate.guid, automate.serial, automate.mac = None, "", None


def _replace_values(number: int, manage: _Identifiers, automate: _Identifiers) -> None:
    if number % 17 == 3:
        manage.serial = automate.serial = PLACEHOLDER_SERIALS[number // 17 % len(PLACEHOLDER_SERIALS)]
    if number % 19 == 5:
        # The address of a VPN client, or that of a docking station that several people use.
        mac = VPN_MAC if number % 2 else f"48:2A:E3:00:00:{number // 38 % 4:02X}"
        manage.mac, automate.mac = mac, mac.replace(":", "-")


def _replace_board(number: int, rng: Random, manage: _Identifiers, automate: _Identifiers) -> None:
    """Give a device another serial number, or a board whose manufacturer never set the GUID."""
    if number % 31 == 10:
        manage.serial = f"{rng.getrandbits(35):07X}"[:7]
    if number % 37 == 12:
        manage.guid = automate.guid = DEFAULT_GUID


def _rename(number: int, name: str, customer: Customer, serial: str, automate: _Identifiers) -> str:
    """Return the host name in Automate, which may write the identifiers in another way too."""
    if number % 13 == 9 and automate.serial == serial:
        automate.guid, automate.serial = _swap_bytes(automate.guid), f" {serial.lower()} "
        return f"{name.lower()}.{customer.domain}"
    return f"{name}-NEW" if number % 47 == 21 else name


def _swap_bytes(identity: str | None) -> str | None:
    """Return a GUID as tools print it that read its first three groups in the other byte order, in braces."""
    if identity is None:
        return None
    a, b, c, *rest = identity.split("-")
    swapped = [bytes.fromhex(part)[::-1].hex() for part in (a, b, c)]
    return "{" + "-".join([*swapped, *rest]).upper() + "}"
