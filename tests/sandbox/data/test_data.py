"""The example records: the same for the same seed, valid by the catalog, consistent, and irregular as real ones are."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cwql.devices import match
from cwql.sandbox.audit import RECORD as AUDIT_ENTRY
from cwql.sandbox.data import SIZES, batches, populate
from cwql.sandbox.data.random_records import UNDOCUMENTED, RandomRecords
from cwql.sandbox.data.rng import Document, Parent
from cwql.sandbox.data.tickets import COMPLETE, IRREGULAR
from cwql.sandbox.store.store import Store
from cwql.sandbox.views import VIEWS
from cwql.schema.catalog import catalog
from cwql.schema.field import FieldInfo

SEEDS = (1, 2, 77)
Kinds = dict[tuple[str, str], list[tuple[Parent, Document]]]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@cache
def draw(seed: int, size: str = "small", *, odd_records: bool = False) -> Kinds:
    kinds: Kinds = {}
    for batch in batches(seed, size, odd_records=odd_records):
        kinds.setdefault((batch.product, batch.record), []).extend((batch.parent, each) for each in batch.documents)
    return kinds


@pytest.fixture(scope="module")
def small() -> Kinds:
    return draw(1)


def documents(kinds: Kinds, product: str, record: str) -> list[Document]:
    return [document for _, document in kinds[product, record]]


# ---- reproducible ----------------------------------------------------------------------------------------


def digest(seed: int, size: str = "small") -> str:
    hashed = hashlib.sha256()
    for batch in batches(seed, size):
        hashed.update(json.dumps([batch.product, batch.record, batch.parent, *batch.documents]).encode())
    return hashed.hexdigest()


def test_records_depend_on_the_seed_only() -> None:
    assert digest(1) == digest(1) != digest(2)


def test_records_are_the_same_in_another_process() -> None:
    code = "from tests.sandbox.data.test_data import digest; print(digest(5))"
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        assert done.stdout.strip() == digest(5)


# ---- valid by the catalog ----------------------------------------------------------------------------------------------


def faults(product: str, record: str, document: Document, path: str = "") -> list[str]:
    info = catalog(product).record(record)
    found: list[str] = []
    for name, value in document.items():
        field = info.find(name)
        if field is None or field.origin != "spec" or field.name != name:
            if name != UNDOCUMENTED:
                found.append(f"{record}{path}: no member {name}")
        elif value is not None:
            found += value_faults(product, field, value, f"{path}/{name}")
    return [f"{record}: {fault}" for fault in found]


def value_faults(product: str, field: FieldInfo, value: Any, path: str) -> list[str]:
    if field.kind == "reference":
        return faults(product, field.target or "", value, path) if isinstance(value, dict) else [f"{path}: {value!r}"]
    if field.kind == "collection":
        if not isinstance(value, list):
            return [f"{path}: {value!r}"]
        if field.target is not None:
            return [fault for item in value for fault in faults(product, field.target, item, path)]
        item = FieldInfo(field.owner, field.name, field.items or "any", enum=field.enum)
        return [fault for each in value for fault in value_faults(product, item, each, path)]
    if field.kind == "map":
        return [] if isinstance(value, dict) else [f"{path}: {value!r}"]
    valid: dict[str, Callable[[], bool]] = {
        "text": lambda: isinstance(value, str) and (field.max_length is None or len(value) <= field.max_length),
        "integer": lambda: type(value) is int and abs(value) < 2**31,
        "number": lambda: type(value) in (int, float),
        "boolean": lambda: type(value) is bool,
        "enum": lambda: value in field.enum,
        "datetime": lambda: _MOMENT.fullmatch(value) is not None,
        "date": lambda: re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None,
        "uuid": lambda: _GUID.fullmatch(value) is not None,
    }
    return [] if field.kind not in valid or valid[field.kind]() else [f"{path}: {value!r} is no {field.title}"]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_value_is_valid_by_the_catalog(seed: int) -> None:
    found: list[str] = []
    for (product, record), rows in draw(seed).items():
        for _, document in rows:
            found += faults(product, record, document)
    assert found == []


def test_medium_is_as_valid_as_small() -> None:
    found: list[str] = []
    for (product, record), rows in draw(1, "medium").items():
        for _, document in rows[:: max(1, len(rows) // 200)]:
            found += faults(product, record, document)
    assert found == []


def test_required_members_are_present(small: Kinds) -> None:
    for record in (
        "Ticket",
        "Company",
        "Contact",
        "Configuration",
        "Board",
        "Member",
        "Agreement",
        "Project",
        "BoardStatus",
    ):
        required = [field.name for field in catalog("manage").record(record).fields() if field.required]
        for document in documents(small, "manage", record):
            assert [name for name in required if document.get(name) is None] == []


def test_every_readable_kind_has_records(small: Kinds) -> None:
    missing: list[str] = []
    # Lists that show other records are made when they are read.
    made = {("manage", record) for record, _ in VIEWS.values()} | {("manage", AUDIT_ENTRY)}
    for product in ("manage", "automate"):
        known = catalog(product)
        missing += [
            known.title(endpoint)
            for endpoint in known.endpoints()
            if "GET" in endpoint.methods
            and endpoint.record not in (None, "Count")
            and (product, endpoint.record) not in small
            and (product, endpoint.record) not in made
        ]
    assert missing == []


# ---- references --------------------------------------------------------------------------------------------------------

TARGETS = {
    "company": "Company", "site": "CompanySite", "contact": "Contact", "board": "Board", "status": "BoardStatus",
    "type": "BoardType", "owner": "Member", "priority": "Priority", "source": "Source", "agreement": "Agreement",
    "team": "BoardTeam", "subType": "BoardSubType", "item": "BoardItem", "sla": "SLA", "workRole": "WorkRole", "workType": "WorkType", "location": "Location",
}  # fmt: skip


def names(kinds: Kinds, product: str, record: str) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for document in documents(kinds, product, record):
        name = document.get("name") or document.get("Name") or f"{document.get('firstName')} {document.get('lastName')}"
        found[document.get("id", document.get("Id"))] = name
    return found


@pytest.mark.parametrize("size", ["small", "medium"])
def test_references_of_tickets_exist_under_their_name(size: str) -> None:
    kinds = draw(1, size)
    for member, record in TARGETS.items():
        known = names(kinds, "manage", record)
        for ticket in documents(kinds, "manage", "Ticket"):
            if member in ticket:
                assert known[ticket[member]["id"]] == ticket[member]["name"], (member, ticket["id"])


def test_tickets_are_consistent(small: Kinds) -> None:
    companies = {each["id"]: each for each in documents(small, "manage", "Company")}
    people = {each["id"]: each for each in documents(small, "manage", "Contact")}
    statuses = {each["id"]: each for each in documents(small, "manage", "BoardStatus")}
    for ticket in documents(small, "manage", "Ticket"):
        assert ticket["company"]["identifier"] == companies[ticket["company"]["id"]]["identifier"]
        if "contact" in ticket:
            assert people[ticket["contact"]["id"]]["company"]["id"] == ticket["company"]["id"]
        status = statuses[ticket["status"]["id"]]
        assert status["board"]["id"] == ticket["board"]["id"]
        assert status["closedStatus"] is ticket["closedFlag"] is ("closedDate" in ticket)
        assert ticket["_info"]["dateEntered"] <= ticket["_info"]["lastUpdated"] <= "2026-01-30T17:00:00Z"


def test_parents_exist(small: Kinds) -> None:
    counts = Counter({kind: len(rows) for kind, rows in small.items()})
    for (product, _), rows in small.items():
        for parent, _ in rows:
            if parent is not None and "/" not in parent[0]:
                key = {"id": parent[1], "Id": str(parent[1])}
                above = documents(small, product, parent[0])
                shown = [each for each in above if "id" in each or "Id" in each]
                assert any(each.get("id", each.get("Id")) in key.values() for each in shown) or (
                    not shown and counts[product, parent[0]] >= parent[1]
                )


def test_generated_references_exist_under_their_name(small: Kinds) -> None:
    checked = 0
    for (product, record), rows in small.items():
        if product != "manage":
            continue
        fields = [each for each in catalog(product).record(record).fields() if each.kind == "reference"]
        for field in fields:
            base = (field.target or "").removesuffix("Reference")
            if base == field.target or ("manage", base) not in small:
                continue
            ids = {each.get("id") for each in documents(small, product, base)}
            for _, document in rows:
                value = document.get(field.name)
                if value is not None and "id" in value:
                    assert value["id"] in ids, (record, field.name, value)
                    checked += 1
    assert checked > 1_000


def test_both_systems_know_the_same_customers_and_devices(small: Kinds) -> None:
    assert [each["Name"] for each in documents(small, "automate", "Client")] == [
        each["name"] for each in documents(small, "manage", "Company")
    ]
    computers = {int(each["Id"]) for each in documents(small, "automate", "Computer")}
    linked = {
        int(each["deviceIdentifier"])
        for each in documents(small, "manage", "Configuration")
        if each.get("deviceIdentifier")
    }
    assert linked <= computers
    assert {each["ComputerId"] for each in documents(small, "automate", "ComputerChassis")} == computers


# ---- irregular records --------------------------------------------------------------------------------------------------------------


def test_odd_records_exist_on_request() -> None:
    rows = draw(1, "medium", odd_records=True)
    [odd] = [each for each in documents(rows, "manage", "Ticket") if each["id"] == IRREGULAR]
    assert faults("manage", "Ticket", odd) != []
    everything = [document for pairs in rows.values() for _, document in pairs]
    assert any(UNDOCUMENTED in document for document in everything)
    assert any(document.get("name", "") is None for document in everything)


@pytest.mark.parametrize("size", ["small", "medium"])
def test_there_is_no_odd_record_by_default(size: str) -> None:
    for (product, record), rows in draw(1, size).items():
        for _, document in rows[:: max(1, len(rows) // 200)]:
            assert faults(product, record, document) == []
            assert product == "automate" or nulls(document) == []


def nulls(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in nulls(inner, f"{path}/{name}")]
    if isinstance(value, list):
        return [found for inner in value for found in nulls(inner, path)]
    return [path] if value is None else []


# Custom fields are set up for a few kinds only; texts may be empty; reports and plugins have no fixed members.
MAY_BE_EMPTY = ("customFields", "ReportDataResponse/column_definitions", "ReportDataResponse/row_values")


def test_every_member_of_the_specification_occurs(small: Kinds) -> None:
    missing: list[str] = []
    for (product, record), rows in small.items():
        occurring = {name for _, document in rows for name, value in document.items() if value not in (None, [], {})}
        missing += [
            f"{record}/{field.name}"
            for field in catalog(product).record(record).fields()
            if field.name not in occurring and field.kind != "map"
        ]
    assert [member for member in missing if not member.endswith(MAY_BE_EMPTY)] == []


def test_references_have_links(small: Kinds) -> None:
    ticket = documents(small, "manage", "Ticket")[COMPLETE - 1]
    for member, link in (
        ("board", "board_href"), ("status", "status_href"), ("company", "company_href"), ("priority", "image_href"),
        ("team", "team_href"), ("site", "mobileGuid"), ("owner", "member_href"), ("subType", "subType_href"),
    ):  # fmt: skip
        assert ticket[member]["_info"][link], member
    known = {each["id"]: each["mobileGuid"] for each in documents(small, "manage", "Company")}
    assert ticket["company"]["_info"]["mobileGuid"] == known[ticket["company"]["id"]]


def test_generated_records_have_most_of_their_values() -> None:
    """Optional members are sometimes null, required ones only in the irregular records."""
    records = RandomRecords("manage", 3, ["jdoe"], {}, 2)
    optional: list[Any] = []
    for record in ("Company", "Opportunity", "PurchaseOrder", "Activity"):
        fields = list(catalog("manage").record(record).fields())
        for number in range(1, 61):
            document = records.make(record, number)
            for field in fields:
                if number % 9 != 8 and field.required and field.kind != "reference":
                    assert document[field.name] is not None, (record, field.name)
            optional += [document[field.name] for field in fields if not field.required and field.kind == "text"]
    assert 0.05 < sum(value is None for value in optional) / len(optional) < 0.25


def test_values_of_any_type_are_filled() -> None:
    question = RandomRecords("manage", 3, ["jdoe"], {}, 2).make("ConfigurationQuestion", 1)
    assert question["answer"] == "Yes"


def test_names_that_break_wrong_quoting_exist(small: Kinds) -> None:
    everything = json.dumps(
        [documents(small, "manage", "Company"), documents(small, "manage", "Ticket")], ensure_ascii=False
    )
    for sign in ("O'Brien", '\\"', "ü", "\\\\", "%"):
        assert sign in everything


def test_devices_exercise_every_key_and_conflict() -> None:
    kinds = draw(1, "medium")
    found = match(
        documents(kinds, "manage", "Configuration"),
        documents(kinds, "automate", "Computer"),
        chassis=documents(kinds, "automate", "ComputerChassis"),
    )
    keys = Counter(pair.key for pair in found.pairs)
    assert all(keys[key] > 10 for key in ("guid", "serial", "mac", "name")), keys
    assert all(pair.configuration["id"] == int(pair.computer["Id"]) for pair in found.pairs)
    assert {each.kind for each in found.conflicts} >= {"shared", "disagreement"}
    assert found.unmatched_configurations
    assert found.unmatched_computers


# ---- the store ---------------------------------------------------------------------------------------------------------


def test_store_is_populated(small: Kinds) -> None:
    store = Store()
    assert populate(store, 1, "small") == sum(map(len, small.values()))
    assert store.count("manage", "Ticket") == SIZES["small"].tickets
    assert store.count("manage", "ServiceNote", ("Ticket", 1)) > 0
    store.close()


def test_large_has_a_million_tickets() -> None:
    from itertools import islice

    assert SIZES["large"].tickets == 1_000_000
    for batch in batches(1, "large"):
        if batch.record == "Ticket":
            assert [each["id"] for each in islice(batch.documents, 3)] == [1, 2, 3]
            break
