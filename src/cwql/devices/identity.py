"""Identifiers of a device in normal form: its BIOS GUID, serial number and MAC addresses, its name and client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

Key: TypeAlias = Literal["guid", "serial", "mac", "name"]

KEYS: tuple[Key, ...] = ("guid", "serial", "mac", "name")
"""Every key, the strongest first."""

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_MAC = re.compile(
    r"(?<![0-9a-f])(?<![0-9a-f][:\-.])"
    r"(?:[0-9a-f]{2}([:\- ]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})"
    r"(?![:\-.]?[0-9a-f])"
)

# Default values of firmware; compared without case, blanks and punctuation.
_PLACEHOLDER_SERIALS = frozenset(
    (
        "tobefilledbyoem", "defaultstring", "systemserialnumber", "systemserialnumb", "systemserial", "system",
        "chassisserialnumber", "baseboardserialnumber", "baseserialnumber", "boardserialnumber", "mbserialnumber",
        "oemserial", "oem", "serialnumber", "serial", "sn", "default", "none", "null", "na", "nil", "empty", "blank",
        "notspecified", "notapplicable", "notavailable", "notdefined", "notset", "unknown", "undefined", "invalid",
        "noassettag", "assettag", "test",
    )
)  # fmt: skip
# American Megatrends' two defaults, a Dell board without its service tag, and a number that boards are shipped with.
_PLACEHOLDER_GUIDS = frozenset(
    (
        "03000200040005000006000700080009",
        "00020003000400050006000700080009",
        "4c4c454400002010802080c04f202020",
        "123456781234567890abcddeefaabbcc",
        "0123456789abcdef0123456789abcdef",
    )
)
# Addresses that drivers give every machine alike: VPN clients (Cisco, Fortinet, Juniper, Palo Alto), Microsoft's loopback
# adapter and its WAN miniports.
_COMMON_MACS = frozenset(
    (
        "00059a3c7800",
        "00059a3c7a00",
        "00090ffe0001",
        "00090faa0001",
        "0205857feb80",
        "025041000001",
        "02004c4f4f50",
        "204153594eff",
        "505054503030",
        "33506f453030",
    )
)
_COUNTING = "0123456789" * 4


DeviceKeys = dict[str, tuple[str, ...]]
"""The values of every key of `KEYS`; none if a device has no identifier."""


def keys_of_configuration(record: Any) -> DeviceKeys:
    """Return the identifiers of a Manage configuration."""
    return _keys(
        read(record, "mobileGuid"),
        read(record, "serialNumber"),
        read(record, "macAddress"),
        read(record, "name"),
        read(record, "company", "name"),
    )


def keys_of_computer(record: Any, shells: Mapping[str, Any]) -> DeviceKeys:
    """Return the identifiers of an Automate computer; `shells` maps its id to its chassis record."""
    shell = shells.get(str(read(record, "Id")))
    guid, serial = read(shell, "UUID"), read(record, "SerialNumber")
    if not normalize_serial(serial):
        serial = read(shell, "SerialNumber")
    return _keys(guid, serial, read(record, "MACAddress"), read(record, "ComputerName"), read(record, "Client", "Name"))


def _keys(guid: object, serial: object, macs: object, name: object, client: object) -> DeviceKeys:
    identity, number = normalize_guid(guid), normalize_serial(serial)
    host, owner = _normalize_host(name), _plain(client)
    return {
        "guid": (identity,) if identity else (),
        "serial": (number,) if number else (),
        "mac": normalize_macs(macs),
        "name": (f"{host}@{owner}",) if host and owner else (),
    }


def normalize_guid(value: object) -> str | None:
    """Return a BIOS GUID as 32 small hexadecimal digits; None for an empty, broken or placeholder one.

    Tools disagree on the byte order of the first three groups (SMBIOS 2.6, 7.2.1): both orders give the same digits here.
    """
    digits = _plain(value)
    if len(digits) != 32 or any(digit not in "0123456789abcdef" for digit in digits):
        return None
    swapped = bytes.fromhex(digits)
    other = (swapped[3::-1] + swapped[5:3:-1] + swapped[7:5:-1] + swapped[8:]).hex()
    if len(set(digits)) <= 2 or {digits, other} & _PLACEHOLDER_GUIDS:
        return None
    return min(digits, other)


def normalize_serial(value: object) -> str | None:
    """Return a serial number in small letters, without blanks and punctuation; None for an empty or placeholder one."""
    serial = _plain(value)
    if len(set(serial)) <= 1 or serial in _PLACEHOLDER_SERIALS or serial in _COUNTING:
        return None
    return serial


def normalize_macs(value: object) -> tuple[str, ...]:
    """Return the MAC addresses in a text as 12 lower-case hexadecimal digits each, in order, without meaningless ones.

    Omitted are addresses of zeros or of one digit only, multicast addresses, and those that drivers give every machine.
    """
    found: dict[str, None] = {}
    for written in _MAC.finditer(value.lower() if isinstance(value, str) else ""):
        address = "".join([digit for digit in written.group() if digit in "0123456789abcdef"])
        if len(set(address)) > 1 and address not in _COMMON_MACS and not int(address[1], 16) & 1:
            found[address] = None
    return tuple(found)


def _normalize_host(name: object) -> str:
    """Return a computer's name without its domain; an address in place of a name stays whole."""
    text = str(name or "").strip().casefold()
    host, _, domain = text.partition(".")
    return text if host.isdigit() and domain else host


def _plain(value: object) -> str:
    return _NOT_ALPHANUMERIC.sub("", str(value).casefold()) if value is not None else ""


def read(record: Any, *path: str) -> Any:
    """Return the value at a path in nested dicts or models; None if a step is missing."""
    for step in path:
        record = record.get(step) if isinstance(record, Mapping) else getattr(record, step, None)
    return record
