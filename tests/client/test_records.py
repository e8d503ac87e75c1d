"""Reading: odd values cost neither their record nor the page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from cwql.client import parsing as reading
from cwql.client.parsing import NotReadable, read, read_page, read_record
from cwql.schema.catalog import catalog
from cwql_api.runtime import Record

GOOD: dict[str, Any] = {
    "id": 1,
    "summary": "a",
    "board": {"id": 5, "name": "Help"},
    "requiredDate": "2024-01-01T00:00:00Z",
}


def page(*rows: Any, keep: bool = False) -> tuple[list[Any], list[Any]]:
    found, drift = read_page("manage", "Ticket", json.dumps(rows).encode(), keep)
    return list(found), drift


def test_a_clean_page_has_no_drift() -> None:
    records, drift = page(GOOD, {**GOOD, "id": 2, "closedDate": None, "unheardOf": [1]})
    assert [record.id for record in records] == [1, 2]
    assert records[0].board.name == "Help"
    assert records[1].unheardOf == [1]
    assert drift == []


def test_null_in_info_is_no_mismatch() -> None:
    """Recorded records of 2017 have them: null anywhere else is no mismatch either."""
    info = {"lastUpdated": "2024-01-01T00:00:00Z", "updatedBy": None, "notes_href": None}
    records, drift = page({**GOOD, "_info": info, "board": {"id": 1, "_info": {"board_href": None}}})
    assert drift == []
    assert records[0].to_dict()["_info"] == info
    assert records[0].board.info_ == {"board_href": None}


@pytest.mark.parametrize(
    ("odd", "member", "expected"),
    [
        ({"board": {"id": "five", "name": "Help"}}, "board/id", "integer"),
        ({"board": 7}, "board", "reference BoardReference"),
        ({"requiredDate": "soon"}, "requiredDate", "datetime"),
        ({"summary": 5}, "summary", "text(100)"),
        ({"integratorTags": ["a", 3]}, "integratorTags", "collection of text"),
        ({"customFields": [{"id": 1}, {"id": "x", "value": {}}]}, "customFields/id", "integer"),
        ({"closedFlag": "perhaps"}, "closedFlag", "boolean"),
        ({"_info": {"board_href": 4}}, "_info/board_href", "text"),
        ({"_info": {"lastUpdated": "soon"}}, "_info/lastUpdated", "datetime"),
    ],
)
def test_a_value_of_an_unexpected_type_is_none_or_kept(odd: dict[str, Any], member: str, expected: str) -> None:
    records, drift = page(GOOD, {**GOOD, "id": 2, **odd}, {**GOOD, "id": 3}, keep=True)
    assert [record.id for record in records] == [1, 2, 3]
    assert [(entry.record, entry.id, entry.path, entry.expected) for entry in drift] == [
        ("Ticket", 2, member, expected)
    ]
    kept = records[1].model_dump(exclude_unset=True, warnings=False)
    for name, value in odd.items():
        assert kept[name] == value
    assert records[1].summary == odd.get("summary", "a")
    assert repr(drift[0].raw_value) not in str(drift[0])
    assert "raw_value" not in repr(drift[0])
    nulled, again = page(GOOD, {**GOOD, "id": 2, **odd}, {**GOOD, "id": 3})
    assert again == drift
    assert [record.id for record in nulled] == [1, 2, 3]
    # Whatever else the record has, no value of another type is left in it.
    type(nulled[1]).model_validate_json(nulled[1].model_dump_json(by_alias=True))


def test_a_page_of_odd_records_arrives_whole() -> None:
    rows = [{**GOOD, "id": n, "board": {"id": f"b{n}"}, "impact": n, "summary": None} for n in range(300)]
    records, drift = page(*rows, keep=True)
    assert [record.id for record in records] == list(range(300))
    assert [record.board.id for record in records] == [f"b{n}" for n in range(300)]
    assert len(drift) == 600


def test_what_is_no_record_is_kept_too() -> None:
    records, drift = page(GOOD, None, "text", [1], keep=True)
    assert len(records) == 4
    assert [record.model_extra.get("value", "") for record in records] == ["", None, "text", [1]]
    assert len(drift) == 3


@pytest.mark.parametrize("body", [b"<html>", b"", b"[{]", b'{"code": 1}', b'"text"', b"[1,", b"\xff\xfe\x00"])
def test_what_is_no_list_is_not_readable(body: bytes) -> None:
    with pytest.raises(NotReadable):
        read_page("manage", "Ticket", body)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!DOCTYPE html><p>", "a page of HTML"),
        (b" \n<HTML>", "a page of HTML"),
        (b"<", "XML"),
        (b"<error/>", "XML"),
        (b"", "nothing"),
        (b"  ", "nothing"),
        (b"[{", "something else (or only a part of it)"),
        (b"x<html>", "something else (or only a part of it)"),
    ],
)
def test_body_without_json_is_named(body: bytes, found: str) -> None:
    with pytest.raises(NotReadable) as caught:
        read_page("manage", "Ticket", body)
    assert str(caught.value) == f"expected JSON, got {found}"


def test_marks_and_spaces_around_json_are_taken() -> None:
    assert len(read_page("manage", "Ticket", b'\xef\xbb\xbf [{"id": 1}] \n')[0]) == 1
    assert read_page("manage", "Ticket", b"null") == ([], [])
    assert read_record("manage", "Ticket", b"") == (None, [])


def test_one_record_is_read_alike() -> None:
    found, drift = read_record("manage", "Ticket", b'{"id": "x", "summary": "a"}', keep=True)
    assert found is not None
    assert found.model_dump(exclude_unset=True, warnings=False) == {"id": "x", "summary": "a"}
    assert [entry.path for entry in drift] == ["id"]
    listed, _ = read_record("manage", "Ticket", b'[{"id": 4}]')
    assert listed is not None
    assert listed.model_dump(exclude_unset=True) == {"id": 4}
    with pytest.raises(NotReadable):
        read_record("manage", "Ticket", b"[1, 2]")


def test_every_operation_s_reply_can_be_read() -> None:
    for product in ("manage", "automate"):
        known = catalog(product)
        for operation in map(known.operation, known.operation_ids()):
            content = operation.reply
            if content is None or content.type is None or content.record is None:
                continue
            body = b"[]" if content.listed else b"null"
            assert read(product, content, body) in (([], []), (None, []))


# --- responses over the limits
# ------------------------------------------------------------------------------------------

FEW = 1000


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lower the limits, so that small bodies reach them."""
    monkeypatch.setattr(reading, "MOST_VALUES", 10 * FEW)
    monkeypatch.setattr(reading, "MOST_FAULTS", FEW)
    monkeypatch.setattr(reading, "MOST_RECORDS", FEW)
    reading._fast_page_of.cache_clear()
    yield
    reading._fast_page_of.cache_clear()


def repeat(entry: str, count: int) -> bytes:
    return f"[{','.join([entry] * count)}]".encode()


WIDE = '{"id": 1, "summary": "%s"}' % ("x" * 200)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("entry", ["0", "{}", '{"id": 1}', '{"id": "x"}', WIDE, WIDE.replace("1", '"x"')], ids=len)
def test_records_of_a_page_are_limited(entry: str) -> None:
    assert len(read_page("manage", "Ticket", repeat(entry, FEW))[0]) == FEW
    with pytest.raises(NotReadable, match="more than 1,000 records"):
        read_page("manage", "Ticket", repeat(entry, FEW + 1))


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "body", [repeat("[]", 10 * FEW), repeat("0", 10 * FEW + 2), b'{"a": %b}' % repeat("{}", 10 * FEW)]
)
def test_values_of_a_response_are_limited(body: bytes) -> None:
    for read_body in (
        lambda: read_page("manage", "Ticket", body),
        lambda: read_record("manage", "Ticket", body),
        lambda: read("manage", None, body),
    ):
        with pytest.raises(NotReadable, match="more than 10,000 values"):
            read_body()
    assert read("manage", None, repeat("0", 10 * FEW))[0] == [0] * 10 * FEW


@pytest.mark.usefixtures("few")
def test_faults_of_a_response_are_limited() -> None:
    record = b'{"id": 1, "customFields": %b}'
    kept, drift = read_record("manage", "Ticket", record % repeat("1", FEW), keep=True)
    assert getattr(kept, "customFields") == [1] * FEW  # noqa: B009 - a record of any kind
    assert drift
    with pytest.raises(NotReadable, match="more than 1,000 values that do not fit"):
        read_record("manage", "Ticket", record % repeat("1", FEW + 1))
    with pytest.raises(NotReadable, match="more than 1,000 values that do not fit"):
        read_page("manage", "Ticket", b"[" + record % repeat("1", FEW + 1) + b"]")


MEMORY = """
import resource
from cwql.client.parsing import NotReadable, read_page

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

read_page("manage", "Ticket", b'[{"id": 1}]')
for entry in (b"0,", b"{},", b'{"id":1},'):
    body = b"[" + entry * 1_000_000 + b"0]"
    before = peak()
    try:
        read_page("manage", "Ticket", body)
    except NotReadable:
        print(peak() - before)
"""


def test_a_small_body_does_not_take_gigabytes() -> None:
    """Two megabytes of zeros took 4.5 GB, and three megabytes of empty records 3.7 GB."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, timeout=120)
    assert len(done.stdout.split()) == 3
    assert all(int(megabytes) < 1000 for megabytes in done.stdout.split())


class Level(Record):
    """A record whose members are required, as in no document of the API: each repair causes the next mistake, one level up."""

    inner: Level
    value: int


class Nested(Record):
    id: int | None = None
    inner: Level | None = None
    moment: datetime | None = None


@pytest.mark.parametrize("levels", range(1, 20))
@pytest.mark.parametrize("keep", [False, True])
def test_repairs_that_cause_new_mistakes_cost_a_member_but_no_other_type(levels: int, keep: bool) -> None:
    nested: dict[str, Any] = {}
    for _ in range(levels):
        nested = {"inner": nested, "value": 1}
    sent = json.loads(json.dumps(nested))
    sound = {"id": 2, "moment": "2024-01-02T03:04:05Z"}
    shape = reading._Shape("manage", "Ticket", Nested, keep)
    records, mismatches = reading._mend(shape, [{"id": 1, "inner": nested, "moment": "2024-01-02T03:04:05Z"}, sound])
    first, second = cast("list[Nested]", records)
    assert second == Nested(id=2, moment=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    if not keep:
        # However deep the mistakes are, the member is lost as a whole, and the record keeps its types.
        assert first == Nested(id=1, moment=second.moment)
        assert mismatches[-1].path == "inner"
    elif levels < reading.ROUNDS:
        assert cast("Any", first).inner == sent
