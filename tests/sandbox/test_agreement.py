"""The sandbox finds what the Python predicate picks from the same records: 300 conditions made of what the records hold."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest

from cwql.errors import ConditionError
from cwql.language.builder import F
from cwql.language.emitter import emit
from cwql.language.nodes import Expr, conjunction, disjunction, negate
from cwql.sandbox import Sandbox
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.semantics.predicate import predicate
from tests.sandbox.asking import Asker

KINDS = (
    ("manage", "Ticket", "/service/tickets"),
    ("manage", "Contact", "/company/contacts"),
    ("manage", "Configuration", "/company/configurations"),
    ("automate", "Computer", "/Computers"),
)
EACH = 75


def leaves(product: str, record: str, value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return paths to plain values that conditions may name."""
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(product, record, inner, (*path, name))]
    found = catalog(product).resolve(record, path) if path else None
    plain = isinstance(found, Resolved) and found.child is None and found.field.kind not in ("enum", "any")
    # A name that stands for another one is not for the predicate, which knows no schema.
    known = plain and isinstance(found, Resolved) and (found.note is None or found.note.target is None)
    return [(path, value)] if known and not isinstance(value, list) else []


def make(rng: random.Random, product: str, record: str, rows: list[dict[str, Any]], depth: int = 1) -> Expr:
    if depth and rng.random() < 0.5:
        join = rng.choice((conjunction, disjunction))
        return join([make(rng, product, record, rows, depth - 1) for _ in range(2)])
    path, value = rng.choice(leaves(product, record, rng.choice(rows)))
    field = F("/".join(path))
    if value is None:
        return field == None if rng.random() < 0.5 else field != None  # noqa: E711
    choice = rng.randrange(6)
    if isinstance(value, str) and choice < 3:
        piece = value[: rng.randint(0, len(value))]
        found: Expr = (field.contains(piece), field.like(f"{piece.upper()}%"), field.in_([value, "x"]))[choice]
    elif isinstance(value, bool):
        found = field == value
    else:
        found = (
            field == value,
            field != value,
            field <= value,
            field > value,
            field.in_([value, value]),
            field >= value,
        )[choice]
    return negate(found) if rng.random() < 0.2 else found


@pytest.mark.parametrize(("product", "record", "path"), KINDS, ids=lambda value: str(value).strip("/"))
def test_sync_and_async_find_what_the_predicate_picks(product: str, record: str, path: str) -> None:
    rng = random.Random(f"{product}{record}")
    with Sandbox(seed=5) as box, Asker(box) as asker:
        ask = asker.manage if product == "manage" else asker.automate
        root = box.manage_url if product == "manage" else box.automate_url
        name = "conditions" if product == "manage" else "condition"
        rows: list[dict[str, Any]] = ask("GET", path, params={"pageSize": "1000"}).json()
        key = "id" if product == "manage" else "Id"
        expected: list[tuple[str, list[Any]]] = []
        while len(expected) < EACH:
            tree = make(rng, product, record, rows)
            try:
                text = emit(tree, product)
            except ConditionError:
                continue
            if len(text) > 1_500:
                continue
            judge = predicate(text, product)
            expected.append((text, [row[key] for row in rows if judge(row)]))
        replies = [ask("GET", path, params={name: text, "pageSize": "1000"}) for text, _ in expected]
        headers = dict(replies[0].request.headers)

        async def ask_all() -> list[httpx.Response]:
            async with httpx.AsyncClient(headers={n: headers[n] for n in ("authorization", "clientid")}) as client:
                return [await client.get(f"{root}{path}", params={name: t, "pageSize": "1000"}) for t, _ in expected]

        for (text, ids), sync, other in zip(expected, replies, asyncio.run(ask_all()), strict=True):
            assert sync.status_code == 200, (text, sync.text)
            assert [row[key] for row in sync.json()] == ids, text
            assert other.json() == sync.json()
    assert 0.2 < sum(bool(ids) for _, ids in expected) / EACH <= 1
