"""The devices that both systems know, each in its own way: what they agree on, and where one is out of date or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cwql.sandbox.data.rng import dice, guid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
MAKERS = tuple(dict.fromkeys([maker for maker, *_ in (*MODELS, *APPLIANCES)]))
PLACEHOLDERS = ("To be filled by O.E.M.", "Default string", "System Serial Number", "None", "0", "123456789")
COMMON_MAC = "00:05:9A:3C:7A:00"
SPARE_GUID = "03000200-0400-0500-0006-000700080009"


class Device(NamedTuple):
    """Hold a device: the first group of members is the truth, the second is what Manage holds of it, the third Automate."""

    number: int
    customer: Customer
    person: Person
    kind: str
    maker: str
    model: str
    system: str | None
    version: str | None
    address: str

    managed: bool
    name: str
    guid: str | None
    serial: str | None
    mac: str | None

    monitored: bool
    host: str
    uuid: str | None
    number_plate: str | None
    adapter: str | None


def devices(seed: int, customers: Sequence[Customer], count: int) -> Iterator[Device]:
    """Draw the devices, customer after customer in turn, with the dirt of real inventories at fixed places.

    Missing and placeholder values, doubled GUIDs of cloned machines, MAC addresses of docking stations and VPN adapters,
    replaced boards, renamed machines, and devices that only one system knows.
    """
    before: str | None = None
    for number in range(1, count + 1):
        chance = dice(seed, "device", number)
        customer = customers[(number - 1) % len(customers)]
        person = chance.choice(customer.people)
        appliance = number % 7 == 6
        system = version = None
        if appliance:
            maker, model, kind = APPLIANCES[number // 7 % len(APPLIANCES)]
        else:
            maker, model, kind, system, version = MODELS[chance.randrange(len(MODELS))]
        name = f"{customer.identifier[:6].upper()}-{kind}{number:02}"
        identity, serial = guid(chance), f"{chance.getrandbits(35):07X}"[:7]
        mac = ":".join([f"{part:02X}" for part in (0xB4, 0x2E, 0x99, *chance.randbytes(3))])
        truth = (identity, serial, mac)
        left: list[str | None] = [*truth]
        right: list[str | None] = [identity.upper(), serial, mac.replace(":", "-")]
        host = name
        if number % 11 == 4:
            left[0] = None
        elif number % 11 == 8:
            left[0], left[1] = None, None
            left[2] = mac.lower()
        elif number % 29 == 13:
            left, right = [None, None, None], [None, "", None]
        if number % 17 == 3:
            left[1] = right[1] = PLACEHOLDERS[number // 17 % len(PLACEHOLDERS)]
        if number % 19 == 5:
            # A VPN client's address, or that of the docking station somebody sat at.
            lent = COMMON_MAC if number % 2 else f"48:2A:E3:00:00:{number // 38 % 4:02X}"
            left[2], right[2] = lent, lent.replace(":", "-")
        managed, monitored = number % 13 != 2, not appliance
        if number % 23 == 7 and before is not None and managed and monitored and left[0] is not None:
            # A cloned machine: both systems show its GUID twice.
            left[0], right[0] = before, before.upper()
        if number % 31 == 10:
            left[1] = f"{chance.getrandbits(35):07X}"[:7]
        if number % 37 == 12:
            left[0], right[0] = SPARE_GUID, SPARE_GUID
        if number % 13 == 9 and right[1] == serial:
            right[0], right[1] = _swapped(right[0]), f" {serial.lower()} "
            host = f"{name.lower()}.{customer.domain}"
        elif number % 47 == 21:
            host = f"{name}-NEW"
        before = identity if managed and monitored and left[0] == identity else None
        yield Device(
            number, customer, person, kind, maker, model, system, version,
            f"10.{customer.id % 200}.{number % 4}.{10 + number % 240}",
            managed, name, left[0], left[1], left[2],
            monitored, host, right[0], right[1], right[2],
        )  # fmt: skip


def _swapped(identity: str | None) -> str | None:
    """Return a GUID as tools print it that read the first three groups in the other byte order, in braces."""
    if identity is None:
        return None
    a, b, c, *rest = identity.split("-")
    turned = [bytes.fromhex(part)[::-1].hex() for part in (a, b, c)]
    return "{" + "-".join([*turned, *rest]).upper() + "}"
