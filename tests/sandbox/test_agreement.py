"""Sync and async clients get the records that the Python predicate matches, for 300 conditions with values of the records."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from cwql.automate import AsyncClient as AsyncAutomate
from cwql.automate import Client as Automate
from cwql.errors import ConditionError
from cwql.language.builder import F
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Expr, conjunction, disjunction, negate
from cwql.language.printer import emit
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.semantics.predicate import predicate

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
    # The predicate knows no schema, so it cannot replace a name by another one.
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


def conditions(product: str, record: str, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Make conditions, each with the keys of the records that it matches."""
    rng = random.Random(f"{product}{record}")
    made: dict[str, list[Any]] = {}
    while len(made) < EACH:
        tree = make(rng, product, record, rows)
        try:
            text = emit(tree, dialect=find_dialect(product))
        except ConditionError:
            continue
        if len(text) < 1_500:
            judge = predicate(text, dialect=find_dialect(product))
            made[text] = [row.get("id", row.get("Id")) for row in rows if judge(row)]
    return made


def endpoint(client: Any, path: str) -> Any:
    """Return the accessor of an endpoint of a client."""
    for name in path.strip("/").split("/"):
        client = getattr(client, name.lower())
    return client


@pytest.mark.parametrize(("product", "record", "path"), KINDS, ids=lambda value: str(value).strip("/"))
def test_clients_find_the_records_that_the_predicate_matches(product: str, record: str, path: str) -> None:
    sync_kind: Any
    async_kind: Any
    sync_kind, async_kind = {"manage": (Client, AsyncClient), "automate": (Automate, AsyncAutomate)}[product]
    key = "id" if product == "manage" else "Id"
    with Sandbox(seed=5) as sandbox:
        rows = [row.document for row in sandbox._store.find(product, record)]
        expected = conditions(product, record, rows)
        options: dict[str, Any] = {
            "environ": sandbox.environment,
            "requests_per_minute": 1e6,
            "burst": 100_000,
            "on_invalid": "ignore",
        }

        async def ask() -> list[list[Any]]:
            async with async_kind.from_env(**options) as client:
                there = endpoint(client, path)
                return [[getattr(row, key) async for row in there.list(text)] for text in expected]

        with sync_kind.from_env(**options) as client:
            there = endpoint(client, path)
            for text, ids in expected.items():
                assert [getattr(row, key) for row in there.list(text)] == ids, text
        assert asyncio.run(ask()) == list(expected.values())
    assert 0.2 < sum(map(bool, expected.values())) / EACH <= 1


def test_clients_in_process() -> None:
    sandbox = Sandbox()
    with Client.from_env(environ=sandbox.environment, transport=sandbox.transport()) as psa:
        assert psa.ping().version
        assert psa.service.tickets.count() == sandbox._store.count("manage", "Ticket")
    sandbox.close()
