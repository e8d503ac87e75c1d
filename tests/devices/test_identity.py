"""Identifiers of a device: spellings that mean the same, and values that mean nothing."""

from __future__ import annotations

import pytest

from cwql.devices import normalize_guid, normalize_macs, normalize_serial

GUID = "4c4c4544-0044-3510-8052-b4c04f564e31"


@pytest.mark.parametrize(
    "written",
    [
        GUID.upper(),
        "{" + GUID + "}",
        GUID.replace("-", ""),
        f"  {GUID} ",
        f"urn-{GUID}".removeprefix("urn-"),
        # The same sixteen bytes, the first three groups read the other way round.
        "44454c4c-4400-1035-8052-b4c04f564e31",
    ],
)
def test_spellings_of_a_guid_are_one(written: str) -> None:
    assert normalize_guid(written) == normalize_guid(GUID) is not None


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "None",
        "not a guid",
        GUID[:-1],
        GUID + "0",
        GUID.replace("4c", "zz"),
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90AB-CDDEEFAABBCC",
        "4C4C4544-0000-2010-8020-80C04F202020",
    ],
)
def test_a_guid_that_says_nothing_is_none(written: str | None) -> None:
    assert normalize_guid(written) is None


@pytest.mark.parametrize(
    ("written", "serial"),
    [
        ("5CG1234XYZ", "5cg1234xyz"),
        (" 5cg-1234 xyz. ", "5cg1234xyz"),
        ("VMware-56 4d 9a 01", "vmware564d9a01"),
        (1234509, "1234509"),
    ],
)
def test_spellings_of_a_serial_are_one(written: object, serial: str) -> None:
    assert normalize_serial(written) == serial


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "   ",
        "-",
        "0",
        "00000000",
        "xxxxxxx",
        "........",
        "123456789",
        "0123456789",
        "1234567890",
        "To be filled by O.E.M.",
        "To Be Filled By O.E.M",
        "TO BE FILLED BY OEM",
        "Default string",
        "System Serial Number",
        "SystemSerialNumb",
        "Chassis Serial Number",
        "None",
        "N/A",
        "n.a.",
        "Not Specified",
        "Not Applicable",
        "Not Available",
        "Unknown",
        "INVALID",
        "O.E.M.",
        "Serial Number",
        "null",
    ],
)
def test_a_placeholder_serial_is_none(written: str | None) -> None:
    assert normalize_serial(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "B4:2E:99:0A:1B:2C",
        "b4-2e-99-0a-1b-2c",
        "b42e.990a.1b2c",
        "B42E990A1B2C",
        "B4 2E 99 0A 1B 2C",
        "Ethernet: b4:2e:99:0a:1b:2c",
    ],
)
def test_spellings_of_a_mac_are_one(written: str) -> None:
    assert normalize_macs(written) == ("b42e990a1b2c",)


def test_several_macs_are_kept_in_order_once_each() -> None:
    assert normalize_macs("B4-2E-99-0A-1B-2C, 00:1A:2B:3C:4D:5E; b42e990a1b2c") == ("b42e990a1b2c", "001a2b3c4d5e")


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "N/A",
        12,
        "00:00:00:00:00:00",
        "FF:FF:FF:FF:FF:FF",
        "b4:2e:99:0a:1b",
        "b4:2e:99:0a:1b:2c:3d",
        "b4:2e-99:0a-1b:2c",
        "01:00:5e:00:00:fb",
        "00:05:9A:3C:7A:00",
        "00-09-0F-FE-00-01",
        "02:50:41:00:00:01",
        "20:41:53:59:4E:FF",
    ],
)
def test_an_address_that_says_nothing_is_left_out(written: object) -> None:
    assert normalize_macs(written) == ()
