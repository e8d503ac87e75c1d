"""Long pages: records whose nested records are made when they are read are equal to records that are made at once."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import threading
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from cwql.client.long_pages import PIECE, packed_page_of
from cwql.client.parsing import model, read_page
from cwql.manage.models import BoardReference, CompanyReference, CustomFieldValue, Ticket
from cwql.schema.catalog import catalog
from cwql_api import runtime
from cwql_api.runtime import page_of
from tests.api.samples import full_record

PRODUCTS: tuple[str, ...] = ("manage", "automate")


def listed_records(product: str) -> list[str]:
    known = catalog(product)
    replies = [known.operation(name).reply for name in known.operation_ids()]
    return sorted(
        {reply.record for reply in replies if reply is not None and reply.listed and reply.record is not None}
    )


def read_packed(kind: Any, rows: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = packed_page_of(kind, 1000).validate_json(json.dumps(rows))
    return found


def read_ticket(**members: Any) -> Any:
    return read_packed(Ticket, [members])[0]


def stored(record: Any) -> dict[str, Any]:
    """Return what a record contains now, without making anything."""
    members: Any = vars(runtime)["_members"]
    found: dict[str, Any] = members.__get__(record)
    return found


@pytest.mark.parametrize("product", PRODUCTS)
def test_packed_records_equal_records_made_at_once(product: str) -> None:
    names = listed_records(product)
    _packed_members = 0
    for name in {*names[::9], *(name for name in ("Ticket", "Computer") if name in names)}:
        kind: Any = model(product, name)
        rows = [full_record(catalog(product), name, 2), {}, {"fromTheFuture": {"a": [1]}}]
        body = json.dumps(rows)
        expected: Any = page_of(kind).validate_json(body)
        reader = packed_page_of(kind, 1000)
        _packed_members += len(kind._packed_members)
        for use in (
            lambda record: record,
            lambda record: record.model_dump(exclude_unset=True),
            lambda record: record.model_dump_json(),
            lambda record: record.to_dict(),
            lambda record: record.model_fields_set,
            lambda record: record.model_extra,
            lambda record: list(record.__dict__.items()),
            dict,
            repr,
            copy.copy,
            copy.deepcopy,
            lambda record: record.model_copy(update={"id": 3}),
            lambda record: pickle.loads(pickle.dumps(record)),
        ):
            assert list(map(use, reader.validate_json(body))) == list(map(use, expected)), name
    assert _packed_members > 10


def test_nested_record_is_made_when_it_is_read() -> None:
    ticket = read_ticket(id=1, board={"id": 5, "new": 1}, company=None, customFields=[{"id": 2, "value": [1, "x"]}])
    assert type(stored(ticket)["board"]) is bytes
    board = ticket.board
    assert board == BoardReference.model_validate({"id": 5, "new": 1})
    assert (board.new, board.model_fields_set, ticket.company, ticket.team) == (1, {"id", "new"}, None, None)
    assert type(stored(ticket)["customFields"]) is bytes
    assert type(ticket.customFields[0]) is CustomFieldValue
    # A change of a nested record is a change of the record.
    board.name = "Projects"
    assert ticket.board is board
    assert ticket.to_dict()["board"] == {"id": 5, "name": "Projects", "new": 1}


def test_packed_member_can_be_set_and_deleted() -> None:
    ticket = read_ticket(id=1, board={"id": 5}, company={"id": 6})
    ticket.board = BoardReference(id=7)
    ticket.company = None
    assert ticket.to_dict() == {"id": 1, "board": {"id": 7}, "company": None}
    del ticket.company
    assert not hasattr(ticket, "company")
    with pytest.raises(AttributeError):
        del ticket.company
    with pytest.raises(AttributeError, match="nothing"):
        _ = ticket.nothing
    # As before, a class has no attribute for a field.
    assert not hasattr(Ticket, "board")


def test_record_of_a_class_with_packed_members_can_be_made_otherwise() -> None:
    read_ticket(id=1)

    class OwnTicket(Ticket):
        board: BoardReference | None = None
        company: CompanyReference | None = None

    for kind in (Ticket, OwnTicket):
        made = kind(id=1, board=BoardReference(id=5))
        assert made.board == BoardReference(id=5)
        assert made.company is None
        assert kind.model_construct(id=1, board=BoardReference(id=5)) == made
        assert kind.model_validate(made.model_dump()).board == made.board


def test_nested_records_with_times_are_packed() -> None:
    info = {"lastUpdated": "2026-01-05T09:00:00+01:00", "updatedBy": None, "notes_href": "https://x"}
    ticket = read_ticket(id=1, _info=info)
    assert type(stored(ticket)["info_"]) is bytes
    assert ticket == Ticket.model_validate({"id": 1, "_info": info})
    assert ticket.info_.lastUpdated == datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("odd", "path"), [({"lastUpdated": "soon"}, "_info/lastUpdated"), ({"notes_href": 5}, "_info/notes_href")]
)
def test_odd_values_in_packed_info_are_mismatches(odd: dict[str, Any], path: str) -> None:
    rows = [{"id": number, "summary": "x" * 800, "_info": {"updatedBy": "x"}} for number in range(300)]
    rows[200]["_info"] = odd
    body = json.dumps(rows).encode()
    assert len(body) > 2 * PIECE
    records, mismatches = read_page("manage", "Ticket", body)
    assert [(mismatch.id, mismatch.path) for mismatch in mismatches] == [(200, path)]
    assert [cast("Any", record).info_.updatedBy for record in records] == ["x"] * 200 + [None] + ["x"] * 99


def test_threads_get_the_same_nested_record() -> None:
    tickets = read_packed(Ticket, [{"id": number, "board": {"id": number}} for number in range(1000)])
    found: list[list[Any]] = []
    barrier = threading.Barrier(4)

    def read() -> None:
        barrier.wait()
        found.append([ticket.board for ticket in tickets])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(board is ticket.board for boards in found for board, ticket in zip(boards, tickets, strict=True))


def test_json_that_marshal_cannot_write_is_read_at_once() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    rows = [{"id": number, "summary": "x" * 800, "board": {"id": 5, "new": deep}} for number in range(300)]
    body = json.dumps(rows).encode()
    assert len(body) > 2 * PIECE
    records, mismatches = read_page("manage", "Ticket", body)
    assert mismatches == []
    assert [record.model_dump(exclude_unset=True) for record in records] == rows


# --- the garbage collector ------------------------------------------------------------------------------------------


def long_page(count: int) -> bytes:
    nested = {"id": 5, "name": "Help Desk", "_info": {"board_href": "https://example.com/5"}}
    members = ("board", "status", "company", "site", "contact", "type", "team", "owner", "priority", "source")
    rows = [{"id": number, "summary": "x" * 200, **dict.fromkeys(members, nested)} for number in range(count)]
    return json.dumps(rows).encode()


def test_long_page_has_few_objects_for_the_garbage_collector() -> None:
    body = long_page(500)
    assert len(body) > 4 * PIECE
    read_page("manage", "Ticket", body)
    gc.collect()
    before = len(gc.get_objects())
    records, _ = read_page("manage", "Ticket", body)
    gc.collect()
    # A record, its members, and the names that were set.
    assert len(gc.get_objects()) - before < 3.1 * len(records)


def test_reading_leaves_the_garbage_collector_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the settings of the garbage collector are the host's")

    for name in ("enable", "disable", "collect", "freeze", "unfreeze", "set_threshold"):
        monkeypatch.setattr(gc, name, refuse)
    assert len(read_page("manage", "Ticket", long_page(500))[0]) == 500
