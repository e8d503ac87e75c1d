"""How a long question is asked: divided without losing or doubling a record, and merged in the order that was asked for."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cwql import F, check, parse, predicate
from cwql.automate import Client as Automate
from cwql.automate.fields import Computer
from cwql.client.compiled_query import PARTS, CompiledQuery, Text, split
from cwql.client.errors import URLTooLongError
from cwql.language.nodes import And, Comparison, Expr
from cwql.manage import AsyncClient, Client
from cwql.manage.connection import CODEBASE

from .server import Says, Seen, Server, serve

ROOT = f"/{CODEBASE}/apis/3.0"
IDS = list(range(1, 1201))


def asked(text: str, **others: str) -> CompiledQuery:
    texts = [Text("conditions", text, parse(text))]
    texts += [Text(name, other, parse(other, parameter=name)) for name, other in others.items()]
    return CompiledQuery(tuple(texts))


def fits(limit: int) -> Any:
    return lambda part: sum(len(text.text) for text in part.texts) <= limit


def listed(count: int) -> str:
    return f"id in ({', '.join(map(str, range(1, count + 1)))})"


TEXTS = "summary in (" + ", ".join([f"'text {number}'" for number in range(60)]) + ")"


@pytest.mark.parametrize(
    "text",
    [
        listed(200),
        f"{listed(200)} and closedFlag = false",
        f"closedFlag = false and ({listed(200)}) and (summary = 'a' or summary = 'b')",
        f"{listed(200)} and board/id in (1, 2, 3)",
        TEXTS,
    ],
)
def test_every_record_answers_one_part(text: str) -> None:
    parts = split(asked(text), "manage", fits(300))
    assert parts is not None
    assert all(fits(300)(part) for part in parts)
    whole = predicate(parse(text))
    each = [predicate(tree) for part in parts if isinstance(tree := part.texts[0].tree, Expr)]
    assert len(each) == len(parts) > 1
    dice = random.Random(7)
    for _ in range(500):
        record = {
            "id": dice.randrange(250),
            "closedFlag": dice.random() < 0.3,
            "board": {"id": dice.randrange(5)},
            "summary": dice.choice(["a", "b", "TEXT 3", f"text {dice.randrange(70)}"]),
        }
        assert sum(one(record) for one in each) == whole(record)


@pytest.mark.parametrize(
    "text",
    [
        f"{listed(200)} or closedFlag = true",
        f"not ({listed(200)})",
        f"summary = '{'x' * 400}'",
        f"id = 5 and summary contains '{'x' * 400}'",
        f"id in (1, 2) and summary = '{'x' * 400}'",
    ],
)
def test_what_cannot_be_divided(text: str) -> None:
    assert split(asked(text), "manage", fits(300)) is None


@pytest.mark.parametrize(("limit", "count"), [(45, 1), (36, 2), (33, 3)])
def test_the_longest_list_is_divided_and_doubles_are_dropped(limit: int, count: int) -> None:
    text = f"board/id in (1, 2) and id in ({', '.join(['7', '8', '9', '7'] * 40)})"
    parts = split(asked(text), "manage", fits(limit))
    assert parts is not None
    assert len(parts) == count
    values: list[Any] = []
    for part in parts:
        tree = part.texts[0].tree
        assert isinstance(tree, And)
        assert "board/id in (1, 2)" in part.texts[0].text
        for term in tree.items:
            if isinstance(term, Comparison) and term.path.segments == ("id",):
                values += term.values
    assert values == [7, 8, 9]


def test_there_are_not_any_number_of_parts() -> None:
    values = ", ".join(f'"{"x" * 30}{number}"' for number in range(PARTS + 1))
    assert split(asked(f"summary in ({values})"), "manage", fits(60)) is None


# --- over HTTP --------------------------------------------------------------------------------------------------------


def name_of(number: int) -> str | None:
    return None if number % 11 == 0 else f"{'aB'[number % 2]}{number % 17:02}"


def answer(request: Seen) -> Says:
    """Sort as a server does, and check the client's limit of a URL."""
    if request.path.endswith("/count"):
        # Every record has two children, so that it may answer two parts.
        condition = request.query.get("childConditions") or request.query["conditions"]
        return Says({"count": condition.count(",") + 1})
    if "childConditions" in request.query:
        return Says([{"id": 1}, {"id": 2}])
    if sum(map(len, request.query.values())) > 2000:
        return Says({"message": "too long"}, 414)
    wanted = {int(found) for found in re.findall(r"\d+", request.query["conditions"].partition("in (")[2])}
    rows: list[dict[str, Any]] = [{"id": number, "name": name_of(number)} for number in IDS if number in wanted]
    order = request.query.get("orderBy", "id asc")
    for term in reversed(order.split(", ")):
        name, _, way = term.partition(" ")
        rows.sort(key=lambda row: _rank(row[name]), reverse=way == "desc")
    size = int(request.query["pageSize"])
    if "pageId" in request.query:
        rows = [row for row in rows if row["id"] > int(request.query["pageId"])]
        start = 0
    else:
        start = (int(request.query["page"]) - 1) * size
    return Says(rows[start : start + size])


def _rank(value: Any) -> Any:
    return (value is not None, value.casefold() if isinstance(value, str) else value or 0)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


def settings(server: Server) -> dict[str, Any]:
    server.seen.clear()
    return {"base_url": f"{server.url}{ROOT}", "requests_per_minute": 1e6, "burst": 100_000}


ORDERS = ["", "name asc, id desc", "name desc, id asc", "id desc"]


@pytest.mark.parametrize("order", ORDERS)
def test_parts_are_merged_in_order(server: Server, order: str) -> None:
    mixed = random.Random(3).sample(IDS, len(IDS)) + IDS[:100]
    chosen: dict[str, Any] = {"order_by": order or None, "fields": "id,name", "page_size": 70}
    expected: list[dict[str, Any]] = [{"id": number, "name": name_of(number)} for number in IDS]
    for term in reversed((order or "id asc").split(", ")):
        name, _, way = term.partition(" ")
        expected.sort(key=lambda row, name=name: _rank(row[name]), reverse=way == "desc")  # type: ignore[misc]
    with Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings(server)) as psa:
        plan = psa.company.configurations.preview(F("id").in_(mixed), **chosen)
        assert (plan.strategy, plan.request_count > 2, plan.url_length > plan.url_limit) == ("split", True, True)
        found = [(it.id, it.name) for it in psa.company.configurations.list(F("id").in_(mixed), **chosen)]
        assert psa.company.configurations.all(F("id").in_(mixed), limit=5, **chosen)[-1].id == found[4][0]
    assert found == [(row["id"], row["name"]) for row in expected]

    async def pull() -> list[Any]:
        async with AsyncClient(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings(server)
        ) as psa:
            return [(it.id, it.name) async for it in psa.company.configurations.list(F("id").in_(mixed), **chosen)]

    assert asyncio.run(pull()) == found


def test_counts_are_added_only_where_no_record_counts_twice(server: Server) -> None:
    values = F("id").in_(range(1000, 1500))
    with Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings(server)) as psa:
        assert psa.company.configurations.count(values) == 500
        assert {request.path.rpartition("/")[2] for request in server.seen} == {"count"}
        server.seen.clear()
        assert psa.company.configurations.count(child_conditions=F("questions/questionId").in_(range(1000, 1500))) == 2
        assert {request.path.rpartition("/")[2] for request in server.seen} == {"configurations"}


def test_automate_s_conditions_may_look_into_lists() -> None:
    rmm: Any = Automate(server="http://127.0.0.1:1", username="user", password="word")
    names = [f"user number {n}" for n in range(200)]
    for condition, disjoint in (
        (Computer.ComputerName.in_(names), True),
        (Computer.LoggedInUsers.LoggedInUserName.in_(names), False),
    ):
        listing = rmm.computers._listing(condition, {})
        assert (listing.way, listing.disjoint) == ("split", disjoint)


def test_the_error_says_the_length_and_what_to_do(server: Server) -> None:
    with Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings(server)) as psa:
        with pytest.raises(URLTooLongError) as caught:
            psa.company.configurations.list(F("name") == "x" * 2500)
        assert caught.value.length > 2500
        assert caught.value.limit == 2000
        assert "shorten the condition" in str(caught.value)
        # In the words of the checker, which sees the condition alone.
        findings = check(F("name") == "x" * 2500, endpoint="/company/configurations")
        (finding,) = [it for it in findings if it.name == "long-url"]
        assert finding.message.partition(", ")[2].partition(" more ")[2] in str(caught.value)
    assert server.seen == []
