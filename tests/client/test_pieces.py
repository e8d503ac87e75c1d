"""A page in pieces: cuts, pages that are left whole, and the same records either way."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from cwql.client.long_pages import PIECE, divide
from cwql.client.parsing import NotReadable, read_page

STYLES: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {},
    "indented": {"indent": 2},
}


def make_tickets(count: int, text: str = "printer offline ") -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "summary": text * 8,
            "board": {"id": number % 7, "name": "Help Desk"},
            "customFields": [{"id": 1, "caption": "a"}, {"id": 2, "caption": "b", "value": "x" * 200}],
        }
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("style", STYLES)
def test_pieces_hold_the_page(style: str) -> None:
    tickets = make_tickets(1000)
    body = json.dumps(tickets, **STYLES[style]).encode()
    pieces = list(divide(body))
    assert len(pieces) > 3
    assert all(PIECE <= len(piece) < 3 * PIECE for piece in pieces)
    assert [ticket for piece in pieces for ticket in json.loads(piece)] == tickets
    records, drift = read_page("manage", "Ticket", body)
    assert [record.model_dump(exclude_unset=True) for record in records] == tickets
    assert drift == []


def test_records_may_be_joined_otherwise_than_inner_lists() -> None:
    tickets = make_tickets(1000)
    body = b"[" + b",".join(json.dumps(ticket).encode() for ticket in tickets) + b"]"
    pieces = list(divide(body))
    assert len(pieces) > 3
    assert [ticket for piece in pieces for ticket in json.loads(piece)] == tickets


TRAPS: dict[str, str] = {
    "a text like the edge of a record": '"},{"id":1,"summary":"',
    "a text with brackets": "}]}],[{",
    "a text with backslashes": '\\"},{"id":2,"summary":\\\\',
    "not ASCII": "Ångström 漢字 🙂 ",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_texts_are_not_cut(trap: str) -> None:
    tickets = make_tickets(700, TRAPS[trap])
    for ascii_only in (True, False):
        body = json.dumps(tickets, separators=(",", ":"), ensure_ascii=ascii_only).encode()
        records, drift = read_page("manage", "Ticket", body)
        assert [record.model_dump(exclude_unset=True) for record in records] == tickets
        assert drift == []


def test_inner_lists_that_look_like_records_cost_only_the_pieces() -> None:
    # Every inner record starts as a ticket does, so that most cuts are wrong.
    tickets: list[dict[str, Any]] = [
        {"id": number, "summary": "x", "customFields": [{"id": inner, "summary": "y" * 40} for inner in range(50)]}
        for number in range(1, 200)
    ]
    body = json.dumps(tickets, separators=(",", ":")).encode()
    records, drift = read_page("manage", "Ticket", body)
    assert [record.model_dump(exclude_unset=True) for record in records] == tickets
    assert drift == []


WHOLE: dict[str, bytes] = {
    "short": json.dumps(make_tickets(20)).encode(),
    "nothing": b"",
    "no list": b'{"id": 1, "text": "' + b"x" * 3 * PIECE + b'"}',
    "texts": json.dumps(["x" * 100] * 3000).encode(),
    "one member each": json.dumps([{"summary": "x" * 100}] * 3000).encode(),
    "a record first": json.dumps([{"board": {"id": 1}, "id": 1, "summary": "x" * 100}] * 3000).encode(),
    "one record": json.dumps(make_tickets(1, "x" * PIECE)).encode(),
}


@pytest.mark.parametrize("name", WHOLE)
def test_other_bodies_stay_whole(name: str) -> None:
    (piece,) = divide(WHOLE[name])
    assert piece is WHOLE[name]


def test_an_odd_value_in_a_later_piece() -> None:
    tickets = make_tickets(1000)
    tickets[0]["board"] = "no board"
    tickets[900]["budgetHours"] = "much"
    tickets[901]["board"]["id"] = {"odd": True}
    records, drift = read_page("manage", "Ticket", json.dumps(tickets).encode(), keep=True)
    assert [record.id for record in records] == list(range(1, 1001))  # type: ignore[attr-defined]
    assert records[900].budgetHours == "much"  # type: ignore[attr-defined]
    assert {(entry.id, entry.path) for entry in drift} == {(1, "board"), (901, "budgetHours"), (902, "board/id")}


@pytest.mark.parametrize("cut", [1, 100, 3 * PIECE])
def test_a_truncated_page_is_not_readable(cut: int) -> None:
    body = json.dumps(make_tickets(1000)).encode()
    with pytest.raises(NotReadable, match="only a part"):
        read_page("manage", "Ticket", body[:-cut])


def test_bytes_after_the_page_are_not_readable() -> None:
    body = json.dumps(make_tickets(1000)).encode()
    with pytest.raises(NotReadable):
        read_page("manage", "Ticket", body + b"]")


def test_any_page_reads_as_it_does_whole() -> None:
    dice = random.Random(5)
    for _ in range(20):
        tickets = [
            {
                name: value
                for name, value in make_ticket(dice, number).items()
                if name == "id" or dice.random() < 0.9  # a server may leave out null members
            }
            for number in range(600)
        ]
        body = json.dumps(tickets, **STYLES[dice.choice(list(STYLES))]).encode()
        records, _ = read_page("manage", "Ticket", body)
        assert [record.model_dump(exclude_unset=True) for record in records] == tickets


def make_ticket(dice: random.Random, number: int) -> dict[str, Any]:
    text = "".join(dice.choice(['"', "\\", "{", "}", "[", "]", ",", ":", '"id"', "id", " ", "é"]) for _ in range(60))
    return {
        "id": number,
        "summary": text,
        "board": {"id": 1, "summary": text},
        "customFields": [{"id": 1, "summary": text}] * dice.randrange(4),
        "unknown": [{"id": 1, "summary": text}] * dice.randrange(4),
    }
