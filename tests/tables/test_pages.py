"""Bytes of a page become a batch: expected values, odd values, unknown members."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from cwql.client.parsing import NotReadable, read_page
from cwql.schema.catalog import catalog
from cwql.tables.columns import Shape
from cwql.tables.frames import flatten
from cwql.tables.pages import PageReader, batches_of
from cwql.tables.rows import RowReader

TICKETS = PageReader("manage", "Ticket")


def read(reader: PageReader, *records: object) -> list[dict[str, Any]]:
    batch, _ = reader.batch(json.dumps(records).encode())
    assert batch.schema.equals(reader.schema)
    batch.validate(full=True)
    return list(batch.to_pylist(maps_as_pydicts="strict"))


def row(record: object) -> dict[str, Any]:
    return {name: value for name, value in read(TICKETS, record)[0].items() if value is not None}


def odd(member: str, value: object) -> dict[str, Any]:
    return {"schema": "Ticket", "member": member, "value": json.dumps(value, separators=(",", ":"))}


def test_types_come_from_the_catalog() -> None:
    types = {field.name: str(field.type) for field in TICKETS.schema}
    assert types["id"] == "int64"
    assert types["budgetHours"] == "double"
    assert types["closedFlag"] == "bool"
    assert types["requiredDate"] == "timestamp[us, tz=UTC]"
    assert types["closedDate"] == "timestamp[us, tz=UTC]", "a text of the specification that is named like a date"
    assert types["severity"] == "dictionary<values=string, indices=int32, ordered=0>"
    assert types["board"] == "struct<id: int64, name: string>"
    assert types["integratorTags"] == "list<item: string>"
    assert types["customFields"] == "map<string, string>"
    assert types["_info"].startswith("struct<lastUpdated: timestamp[us, tz=UTC], updatedBy: string")
    assert [field.name for field in TICKETS.schema][-2:] == ["_extra", "_mismatches"]


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_every_record_has_a_schema_and_an_empty_page(product: str) -> None:
    for name in catalog(product).records:
        reader = PageReader(product, name)
        if reader.shape.members:
            assert reader.batch(b"[]")[0].schema.equals(reader.schema)
            assert reader.batch(b"[{}]")[0].num_rows == 1


def test_values_of_every_type() -> None:
    record = {
        "id": 5,
        "summary": "Müller 📠",
        "severity": "High",
        "budgetHours": 3,
        "closedFlag": False,
        "requiredDate": "2026-01-30T17:00:00Z",
        "company": {"id": 7, "identifier": "acme", "name": "Acme", "_info": {"company_href": "https://x"}},
        "integratorTags": ["a", None],
        "_info": {"lastUpdated": "2026-01-30T18:00:00+01:00", "updatedBy": "jdoe", "notes_href": "https://x"},
        "customFields": [
            {"id": 1, "caption": "Seats", "type": "Number", "value": 173},
            {"id": 2, "caption": "Reopened", "value": True},
            {"id": 3, "caption": "Tier", "value": None},
        ],
    }
    assert row(record) == {
        "id": 5,
        "summary": "Müller 📠",
        "severity": "High",
        "budgetHours": 3.0,
        "closedFlag": False,
        "requiredDate": datetime(2026, 1, 30, 17, tzinfo=UTC),
        "company": {"id": 7, "identifier": "acme", "name": "Acme"},
        "integratorTags": ["a", None],
        "_info": {
            "lastUpdated": datetime(2026, 1, 30, 17, tzinfo=UTC),
            "updatedBy": "jdoe",
            "dateEntered": None,
            "enteredBy": None,
        },
        "customFields": {"Seats": "173", "Reopened": "true", "Tier": None},
    }


def test_odd_values_are_null_and_described() -> None:
    found = row(
        {
            "id": 5,
            "summary": 17,
            "budgetHours": "2,5",
            "closedFlag": 1,
            "company": {"id": "seven", "name": "Acme"},
            "board": "Help Desk",
            "closedDate": "yesterday",
            "parentTicketId": 2**70,
            "integratorTags": ["a", 5],
        }
    )
    mismatches = found.pop("_mismatches")
    assert found == {
        "id": 5,
        "company": {"id": None, "identifier": None, "name": "Acme"},
        "integratorTags": ["a", None],
    }
    assert sorted(mismatches, key=lambda entry: str(entry["member"])) == [
        odd("board", "Help Desk"),
        odd("budgetHours", "2,5"),
        odd("closedDate", "yesterday"),
        odd("closedFlag", 1),
        odd("company/id", "seven"),
        odd("integratorTags/1", 5),
        odd("parentTicketId", 2**70),
        odd("summary", 17),
    ]


def test_unknown_members_are_json() -> None:
    found = row({"id": 5, "mood": {"now": "annoyed"}, "board": {"id": 1, "color": "red"}})
    assert json.loads(found["_extra"]) == {"mood": {"now": "annoyed"}, "board/color": "red"}
    assert found["board"] == {"id": 1, "name": None}


def test_odd_records_leave_the_others_as_they_are() -> None:
    rows = read(TICKETS, {"id": 1, "summary": "a"}, {"id": 2, "summary": 5}, None, 7, {"id": 3, "summary": "c"})
    assert [(each["id"], each["summary"]) for each in rows] == [
        (1, "a"),
        (2, None),
        (None, None),
        (None, None),
        (3, "c"),
    ]
    assert [len(each["_mismatches"] or ()) for each in rows] == [0, 1, 1, 1, 0]


def test_repeated_and_missing_captions_are_reported() -> None:
    entries = [{"caption": "A", "value": 1}, {"caption": "A", "value": 2}, {"value": 3}]
    found = row({"id": 1, "customFields": entries})
    assert found["customFields"] == {"A": "1"}
    assert [entry["value"] for entry in found["_mismatches"]] == [
        '{"caption":"A","value":2}',
        '{"caption":null,"value":3}',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-30T17:00:00Z", datetime(2026, 1, 30, 17, tzinfo=UTC)),
        ("2026-01-30T17:00:00", datetime(2026, 1, 30, 17, tzinfo=UTC)),
        ("2026-01-30T17:00:00.1234567Z", datetime(2026, 1, 30, 17, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-30T12:00:00-05:00", datetime(2026, 1, 30, 17, tzinfo=UTC)),
        ("2026-01-30", datetime(2026, 1, 30, tzinfo=UTC)),
        ("", None),
    ],
)
@pytest.mark.parametrize("neighbor", ["2026-01-30T17:00:00Z", "2026-01-30T17:00:00", "never"])
def test_times_with_and_without_zone(text: str, expected: datetime | None, neighbor: str) -> None:
    rows = read(TICKETS, {"id": 1, "requiredDate": text}, {"id": 2, "requiredDate": neighbor})
    assert rows[0]["requiredDate"] == expected
    assert (rows[0]["_mismatches"] is None) == (expected is not None)


def test_dates() -> None:
    field = next(
        (name, field.name)
        for name in catalog("manage").records
        for field in catalog("manage").record(name).fields()
        if field.kind == "date"
    )
    reader = PageReader("manage", field[0])
    rows = read(reader, {field[1]: "2026-01-30"}, {field[1]: "2026-01-30T00:00:00Z"})
    assert [each[field[1]] for each in rows] == [date(2026, 1, 30)] * 2


@pytest.mark.parametrize("body", [b"null", b"[]", b" [ ] ", b" null "])
def test_pages_without_records(body: bytes) -> None:
    assert TICKETS.batch(body)[0].num_rows == 0


@pytest.mark.parametrize("body", [b"", b" ", b"{}", b"<html>", b"[{]", b'[{"id": 1}', b"5"])
def test_anything_but_a_list_is_refused(body: bytes) -> None:
    with pytest.raises(NotReadable):
        TICKETS.batch(body)


def test_selected_fields_only() -> None:
    reader = PageReader("manage", "Ticket", [("id",), ("company", "name"), ("_info", "lastUpdated")])
    assert [field.name for field in reader.schema] == ["id", "company", "_info", "_mismatches"]
    assert read(reader, {"id": 1, "mood": 1, "company": {"id": 5, "name": "Acme"}}) == [
        {"id": 1, "company": {"name": "Acme"}, "_info": None, "_mismatches": None}
    ]


def test_names_are_read_in_any_letter_case() -> None:
    reader = PageReader("manage", "Ticket", [("ID",), ("Company", "NAME")])
    assert [field.name for field in reader.schema] == ["id", "company", "_mismatches"]


def test_rows_of_a_page_become_batches_again() -> None:
    rows, _ = TICKETS.read(json.dumps([{"id": number} for number in range(6)]).encode())
    other, _ = TICKETS.read(b'[{"id": 9}]')
    assert [batch["id"].to_pylist() for batch in batches_of(rows)] == [[0, 1, 2, 3, 4, 5]]
    assert [batch["id"].to_pylist() for batch in batches_of(rows[1:3])] == [[1, 2]]
    assert [batch["id"].to_pylist() for batch in batches_of([rows[0], rows[3], other[0], rows[5]])] == [
        [0, 3],
        [9],
        [5],
    ]
    assert rows[3].id == 3
    assert getattr(rows[3], "summary", 0) is None
    assert not hasattr(rows[3], "mood")


CONTACTS = PageReader("manage", "Contact")
NAMES = [field.name for field in catalog("manage").record("Contact").fields()]
TEXTS = [
    "",
    "a",
    "true",
    "12",
    "2,5",
    "2026-01-05",
    "2026-01-05T17:30:00Z",
    "ä\x00\u2028",
    "\ud83d\ude00",
    "0",
    "null",
    '"',
    "\\",
]
NUMBERS = [0, 1, -1, 2**31, 2**63, -(2**63), 2**64, 10**30, 0.5, -0.0, 1e300, 5e-324, 3.0]


def odd_value(random: Random, depth: int = 2) -> Any:
    """Return a value of JSON; objects often have the members of references and of custom fields."""
    kind = random.randrange(8 if depth else 5)
    if kind < 2:
        return random.choice(TEXTS)
    if kind < 4:
        return random.choice(NUMBERS) if random.random() < 0.7 else random.randint(-(10**20), 10**20)
    if kind == 4:
        return random.choice([None, True, False])
    if kind == 5:
        return [odd_value(random, depth - 1) for _ in range(random.randrange(4))]
    names = random.sample(
        ["id", "name", "identifier", "caption", "value", "type", "_info", "x", ""], random.randrange(5)
    )
    return {name: odd_value(random, depth - 1) for name in names}


def odd_record(random: Random) -> dict[str, Any]:
    """Return a record with some members of a contact and unknown ones."""
    names = [
        *random.sample(NAMES, random.randrange(12)),
        *random.choices(["mood", "Id", "", "ünknown"], k=random.randrange(3)),
    ]
    return {name: odd_value(random) for name in names}


@pytest.mark.parametrize("number", range(10))
def test_no_value_fails_its_page_and_none_is_lost(number: int) -> None:
    """Every member is in a column, in `_extra` or in `_mismatches`; links and empty values aside."""
    random = Random(number)
    for _ in range(100):
        require_whole([odd_record(random) for _ in range(random.randrange(5))])


def require_whole(records: list[dict[str, Any]]) -> None:
    shown = json.dumps(records)
    batch, mismatches = CONTACTS.batch(shown.encode())
    batch.validate(full=True)
    rows = batch.to_pylist()
    assert len(rows) == len(records), shown
    assert len(mismatches) == sum(len(each["_mismatches"] or ()) for each in rows)
    for record, each in zip(records, rows, strict=True):
        extra = json.loads(each["_extra"] or "{}")
        reported = {entry["member"].split("/")[0] for entry in each["_mismatches"] or ()}
        for name, value in record.items():
            if value is not None and name != "_info":
                known = each.get(name) is not None if name in dict(CONTACTS.shape.members) else name in extra
                assert known or name in reported, (name, shown)


def comparable(value: Any, column: str = "") -> Any:
    """Return a value with JSON texts read, because they may be written differently, and members without positions in lists."""
    if isinstance(value, dict):
        return {name: comparable(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [comparable(each, column) for each in value]
    if column == "member":
        return "/".join(part for part in value.split("/") if not part.isdigit())
    if isinstance(value, str):
        try:
            return ("json", json.loads(value))
        except ValueError:
            return value
    return value


@pytest.mark.parametrize("number", range(10))
def test_rows_without_arrow_have_the_same_values(number: int) -> None:
    random = Random(number)
    reader = RowReader("Contact", CONTACTS.shape)
    for _ in range(100):
        shown = json.dumps([odd_record(random) for _ in range(random.randrange(5))])
        batch, mismatches = CONTACTS.batch(shown.encode())
        expected = flatten(pa.Table.from_batches([batch])).to_pylist(maps_as_pydicts="strict")
        rows, odd = reader.read(shown.encode())
        for row, each in zip(rows, expected, strict=True):
            assert list(row.values) == list(each)
            for entries in (row.values["_mismatches"], each["_mismatches"]):
                (entries or []).sort(key=lambda entry: (comparable(entry["member"], "member"), entry["value"]))
            assert comparable(row.values) == comparable(each), shown
        assert len(odd) == len(mismatches)


def test_half_a_character_does_not_fail_its_page() -> None:
    body = rb'[{"summary": "a\ud83d"}, {"summary": "\ud83d\ude00 \\ud83d \ude00b"}]'
    expected = ["a\ufffd", "\U0001f600 \\ud83d \ufffdb"]
    assert [each["summary"] for each in TICKETS.batch(body)[0].to_pylist()] == expected
    assert [each.values["summary"] for each in RowReader("Ticket", TICKETS.shape).read(body)[0]] == expected
    assert [each.summary for each in read_page("manage", "Ticket", body)[0]] == expected  # type: ignore[attr-defined]
    assert [each["summary"] for each in TICKETS.batch(b"\xef\xbb\xbf" + body)[0].to_pylist()] == expected


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b"5", b"[", b"[NaN]", b'[{"id": 1}, null, 5]', b"[" * 5000, b"[1e999]"]
)
def test_rows_without_arrow_refuse_the_same_bodies(body: bytes) -> None:
    outcomes = []
    for read in (CONTACTS.read, RowReader("Contact", CONTACTS.shape).read):
        try:
            outcomes.append(len(read(body)[0]))
        except NotReadable:
            outcomes.append(-1)
    assert outcomes[0] == outcomes[1]


def test_shapes_of_circular_records_end() -> None:
    def depth(shape: Shape) -> int:
        below = [depth(member) for _, member in shape.members] + ([depth(shape.item)] if shape.item else [])
        return 1 + max(below, default=0)

    for product in ("manage", "automate"):
        for name in catalog(product).records:
            assert depth(PageReader(product, name).shape) <= 8
    assert isinstance(TICKETS.schema, pa.Schema)
