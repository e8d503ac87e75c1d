"""Matching devices: each key, conflicts that are reported instead of guessed, and laws on dirty data."""

from __future__ import annotations

import gc
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwql.automate.models import Computer
from cwql.devices import MatchResult, match
from cwql.devices.identity import KEYS
from cwql.devices.matching import CONFLICTS
from cwql.manage.models import Configuration

GUIDS = [f"4c4c4544-0044-3510-8052-b4c04f56{n:04x}" for n in range(0x4E31, 0x4E31 + 20)]
SERIALS = [f"5CG{n:04}XYZ" for n in range(1000, 1020)]
MACS = [f"B4:2E:99:0A:1B:{n:02X}" for n in range(20)]


def configuration(id: int, **members: Any) -> dict[str, Any]:
    company = members.pop("company", "Acme")
    return {"id": id, "company": {"id": 1, "name": company}, **members}


def computer(id: int, **members: Any) -> dict[str, Any]:
    client = members.pop("client", "Acme")
    return {"Id": str(id), "Client": {"Id": "1", "Name": client}, **members}


def chassis(id: int, guid: str | None, serial: str | None = None) -> dict[str, Any]:
    return {"ComputerId": id, "UUID": guid, "SerialNumber": serial}


def pairs(found: MatchResult[Any, Any]) -> list[tuple[int, str, str]]:
    return [(pair.configuration["id"], pair.computer["Id"], pair.key) for pair in found.pairs]


def conflicts(found: MatchResult[Any, Any]) -> list[tuple[str, str, list[int], list[str]]]:
    return [
        (each.kind, each.key, [left["id"] for left in each.configurations], [right["Id"] for right in each.computers])
        for each in found.conflicts
    ]


# ---- each key ----------------------------------------------------------------------------------------------------------


def test_each_key_pairs() -> None:
    found = match(
        [
            configuration(1, mobileGuid=GUIDS[1]),
            configuration(2, serialNumber="5cg-1002xyz"),
            configuration(3, macAddress="b42e.990a.1b03"),
            configuration(4, name="FRONT-DESK.acme.local", company="ACME, "),
            configuration(5),
        ],
        [
            computer(14, ComputerName="front-desk"),
            computer(13, MACAddress=MACS[3]),
            computer(12, SerialNumber=SERIALS[2]),
            computer(11),
            computer(15),
        ],
        chassis=[chassis(11, "{" + GUIDS[1].upper() + "}")],
    )
    assert pairs(found) == [(1, "11", "guid"), (2, "12", "serial"), (3, "13", "mac"), (4, "14", "name")]
    assert found.conflicts == ()
    assert [each["id"] for each in found.unmatched_configurations] == [5]
    assert [each["Id"] for each in found.unmatched_computers] == ["15"]


def test_the_chassis_gives_a_serial_where_the_computer_shows_none() -> None:
    found = match(
        [configuration(1, serialNumber=SERIALS[0])],
        [computer(11, SerialNumber="To be filled by O.E.M.")],
        chassis=[chassis(11, None, SERIALS[0])],
    )
    assert pairs(found) == [(1, "11", "serial")]


def test_models_are_read_like_dicts() -> None:
    found = match(
        [Configuration.model_validate(configuration(1, serialNumber=SERIALS[0]))],
        [Computer.model_validate(computer(11, SerialNumber=SERIALS[0].lower()))],
    )
    [pair] = found.pairs
    assert (pair.configuration.id, pair.computer.Id, pair.key, pair.value) == (1, "11", "serial", "5cg1000xyz")


def test_the_same_name_at_another_client_is_another_device() -> None:
    found = match([configuration(1, name="PC01")], [computer(11, ComputerName="PC01", client="Globex")])
    assert found.pairs == ()


# ---- dirty data --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        ({"serialNumber": "To be filled by O.E.M."}, {"SerialNumber": "To be filled by O.E.M."}),
        ({"serialNumber": ""}, {"SerialNumber": ""}),
        ({"serialNumber": None}, {"SerialNumber": None}),
        ({"macAddress": "00:00:00:00:00:00"}, {"MACAddress": "00-00-00-00-00-00"}),
        ({"macAddress": "00:05:9A:3C:7A:00"}, {"MACAddress": "00:05:9A:3C:7A:00"}),
        ({"name": None}, {"ComputerName": None}),
        ({"company": None, "name": "PC"}, {"Client": None, "ComputerName": "PC"}),
    ],
)
def test_values_that_say_nothing_neither_pair_nor_conflict(members: tuple[dict[str, Any], dict[str, Any]]) -> None:
    left, right = members
    found = match([configuration(1) | left, configuration(2) | left], [computer(11) | right, computer(12) | right])
    assert found.pairs == ()
    assert found.conflicts == ()


def test_a_doubled_guid_is_reported_and_weaker_keys_decide() -> None:
    found = match(
        [
            configuration(1, mobileGuid=GUIDS[0], serialNumber=SERIALS[1]),
            configuration(2, mobileGuid=GUIDS[0], serialNumber=SERIALS[2]),
        ],
        [computer(11, SerialNumber=SERIALS[1]), computer(12, SerialNumber=SERIALS[2])],
        chassis=[chassis(11, GUIDS[0]), chassis(12, GUIDS[0])],
    )
    assert pairs(found) == [(1, "11", "serial"), (2, "12", "serial")]
    assert conflicts(found) == [("shared", "guid", [1, 2], ["11", "12"])]


def test_a_device_that_matches_two_is_paired_with_neither() -> None:
    found = match(
        [configuration(1, serialNumber=SERIALS[0])],
        [computer(11, SerialNumber=SERIALS[0]), computer(12, SerialNumber=SERIALS[0])],
    )
    assert found.pairs == ()
    assert conflicts(found) == [("shared", "serial", [1], ["11", "12"])]
    assert len(found.unmatched_computers) == 2


def test_a_docking_station_pairs_nobody() -> None:
    found = match(
        [configuration(1, macAddress=MACS[0]), configuration(2, macAddress=MACS[0])],
        [computer(11, MACAddress=MACS[0])],
    )
    assert found.pairs == ()
    assert conflicts(found) == [("shared", "mac", [1, 2], ["11"])]


def test_a_docking_station_does_not_overrule_serials() -> None:
    found = match(
        [configuration(1, macAddress=MACS[0], serialNumber=SERIALS[0])],
        [computer(11, MACAddress=MACS[0], SerialNumber=SERIALS[1])],
    )
    assert found.pairs == ()
    [conflict] = found.conflicts
    assert (conflict.kind, conflict.key, conflict.value, conflict.other) == (
        "overruled",
        "serial",
        "5cg1000xyz",
        "5cg1001xyz",
    )


def test_two_addresses_that_lead_to_two_computers_are_ambiguous() -> None:
    found = match(
        [configuration(1, macAddress=f"{MACS[0]}, {MACS[1]}")],
        [computer(11, MACAddress=MACS[0]), computer(12, MACAddress=MACS[1])],
    )
    assert found.pairs == ()
    assert [each[:2] for each in conflicts(found)] == [("ambiguous", "mac"), ("ambiguous", "mac")]


def test_two_addresses_of_which_a_serial_rules_one_out_pair() -> None:
    found = match(
        [configuration(1, macAddress=f"{MACS[0]}, {MACS[1]}", serialNumber=SERIALS[0])],
        [computer(11, MACAddress=MACS[0], SerialNumber=SERIALS[1]), computer(12, MACAddress=MACS[1])],
    )
    assert pairs(found) == [(1, "12", "mac")]
    assert [each[0] for each in conflicts(found)] == ["overruled"]


def test_keys_that_lead_to_different_devices_are_split() -> None:
    found = match(
        [configuration(1, mobileGuid=GUIDS[0], serialNumber=SERIALS[2])],
        [computer(11, SerialNumber=SERIALS[1]), computer(12, SerialNumber=SERIALS[2])],
        chassis=[chassis(11, GUIDS[0])],
    )
    assert pairs(found) == [(1, "11", "guid")]
    assert conflicts(found) == [("split", "serial", [1], ["12"]), ("disagreement", "serial", [1], ["11"])]


def test_a_pair_names_the_keys_that_differ() -> None:
    found = match(
        [configuration(1, mobileGuid=GUIDS[0], serialNumber=SERIALS[0], macAddress=MACS[0], name="OLD")],
        [computer(11, SerialNumber=SERIALS[1], MACAddress=MACS[1], ComputerName="NEW")],
        chassis=[chassis(11, GUIDS[0])],
    )
    [pair] = found.pairs
    assert [(each.kind, each.key) for each in pair.conflicts] == [
        ("disagreement", "serial"),
        ("disagreement", "mac"),
        ("disagreement", "name"),
    ]
    assert str(pair.conflicts[0]) == (
        "disagreement serial '5cg1000xyz' against '5cg1001xyz': configuration 1 (OLD), computer 11 (NEW); "
        "paired by a stronger key, though this one differs"
    )


def test_several_addresses_of_which_one_agrees_do_not_differ() -> None:
    found = match(
        [configuration(1, serialNumber=SERIALS[0], macAddress=f"{MACS[0]} {MACS[1]}", name="A")],
        [computer(11, SerialNumber=SERIALS[0], MACAddress=f"{MACS[1]} {MACS[2]}", ComputerName="a")],
    )
    assert found.pairs[0].conflicts == ()


# ---- laws --------------------------------------------------------------------------------------------------------------

law = settings(max_examples=200, deadline=None, derandomize=True)

_few = st.integers(0, 5)
_guid = st.one_of(st.none(), st.just("00000000-0000-0000-0000-000000000000"), _few.map(GUIDS.__getitem__))
_serial = st.one_of(st.none(), st.sampled_from(["", "None", "Default string"]), _few.map(SERIALS.__getitem__))
_mac = st.one_of(
    st.none(),
    st.just("00:05:9A:3C:7A:00"),
    st.lists(_few.map(MACS.__getitem__), max_size=3).map(", ".join),
)
_name = st.one_of(st.none(), _few.map("PC{}".format))
_client = st.sampled_from(["Acme", "Globex", None])
_configurations = st.lists(st.tuples(_guid, _serial, _mac, _name, _client), max_size=8).map(
    lambda rows: [
        configuration(n, mobileGuid=guid, serialNumber=serial, macAddress=mac, name=name, company=client)
        for n, (guid, serial, mac, name, client) in enumerate(rows)
    ]
)
_computers = st.lists(st.tuples(_guid, _serial, _mac, _name, _client), max_size=8).map(
    lambda rows: (
        [
            computer(n, SerialNumber=serial, MACAddress=mac, ComputerName=name, client=client)
            for n, (_, serial, mac, name, client) in enumerate(rows)
        ],
        [chassis(n, guid) for n, (guid, *_) in enumerate(rows)],
    )
)


@law
@given(_configurations, _computers)
def test_every_record_is_in_one_place(left: list[Any], rows: tuple[list[Any], list[Any]]) -> None:
    right, shells = rows
    found = match(left, right, chassis=shells)
    assert sorted(
        [*(pair.configuration["id"] for pair in found.pairs), *(each["id"] for each in found.unmatched_configurations)]
    ) == [each["id"] for each in left]
    assert sorted(
        [*(int(pair.computer["Id"]) for pair in found.pairs), *(int(each["Id"]) for each in found.unmatched_computers)]
    ) == [int(each["Id"]) for each in right]
    assert all(pair.key in KEYS for pair in found.pairs)
    assert all(each.kind in CONFLICTS and each.key in KEYS for each in found.conflicts)


@law
@given(_configurations, _computers, st.randoms(use_true_random=False))
def test_order_does_not_count(left: list[Any], rows: tuple[list[Any], list[Any]], dice: random.Random) -> None:
    right, shells = rows
    before = match(left, right, chassis=shells)
    mixed = [dice.sample(each, len(each)) for each in (left, right, shells)]
    after = match(mixed[0], mixed[1], chassis=mixed[2])
    assert sorted(pairs(after)) == sorted(pairs(before))
    assert sorted((k, key, sorted(a), sorted(b)) for k, key, a, b in conflicts(after)) == sorted(
        (k, key, sorted(a), sorted(b)) for k, key, a, b in conflicts(before)
    )


@law
@given(_configurations, _computers)
def test_spelling_does_not_count(left: list[Any], rows: tuple[list[Any], list[Any]]) -> None:
    right, shells = rows
    respelled = [
        {name: value.swapcase() if isinstance(value, str) else value for name, value in each.items()} for each in left
    ]
    assert pairs(match(respelled, right, chassis=shells)) == pairs(match(left, right, chassis=shells))


@law
@given(_configurations, _computers)
def test_no_pair_contradicts_a_stronger_key(left: list[Any], rows: tuple[list[Any], list[Any]]) -> None:
    right, shells = rows
    for pair in match(left, right, chassis=shells).pairs:
        stronger = KEYS[: KEYS.index(pair.key)]
        assert not any(each.key in stronger for each in pair.conflicts)


def test_time_is_linear() -> None:
    def measure(count: int) -> float:
        left = [configuration(n, serialNumber=f"SN{n:07}", macAddress=MACS[0]) for n in range(count)]
        right = [computer(n, SerialNumber=f"sn{n:07}", MACAddress=MACS[0]) for n in range(count)]
        # The records of other tests would be visited by the collector, too.
        gc.collect()
        gc.disable()
        try:
            start = time.process_time()
            assert len(match(left, right).pairs) == count
            return time.process_time() - start
        finally:
            gc.enable()

    measure(500)
    small = min(measure(1_000) for _ in range(3))
    assert measure(10_000) < 40 * max(small, 0.001)
