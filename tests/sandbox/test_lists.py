"""Lists over HTTP: conditions, order, members, pages by number and by key, links, totals, counts, searches."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from cwql.language.nodes import FieldList
from cwql.language.parsing.parser import parse
from cwql.sandbox import Sandbox
from cwql.sandbox.search import Search, show
from cwql.semantics.predicate import predicate
from tests.sandbox.asking import Asker


def next_link(reply: httpx.Response) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', reply.headers.get("link", ""))
    return found[1] if found else None


def test_first_page_has_the_default_size_and_the_total(ask: Asker) -> None:
    reply = ask.manage("GET", "/service/tickets")
    assert len(reply.json()) == 25
    total = int(reply.headers["x-total-count"])
    assert ask.get("/service/tickets/count") == {"count": total}
    assert total > 25


def test_pages_by_number_follow_their_links(ask: Asker) -> None:
    reply = ask.manage("GET", "/service/tickets", params={"pageSize": "40", "orderBy": "id desc", "fields": "id"})
    total, found, pages = int(reply.headers["x-total-count"]), reply.json(), 1
    while link := next_link(reply):
        reply = ask.http.get(link, headers=ask.basic)
        found += reply.json()
        pages += 1
    assert [row["id"] for row in found] == sorted({row["id"] for row in found}, reverse=True)
    assert len(found) == total
    assert pages == -(-total // 40)
    assert 'rel="first"' in reply.headers["link"]


def test_pages_by_key(ask: Asker) -> None:
    found: list[int] = []
    last, condition = 0, "closedFlag = true"
    while True:
        page = ask.get("/service/tickets", conditions=condition, pageSize=20, pageId=last, fields="id")
        found += [row["id"] for row in page]
        if len(page) < 20:
            break
        last = found[-1]
    assert len(found) == ask.get("/service/tickets/count", conditions=condition)["count"]
    assert found == sorted(set(found))


def test_forward_only_follows_keys_and_takes_no_order(ask: Asker) -> None:
    headers = {"pagination-type": "forward-only"}
    reply = ask.manage("GET", "/company/companies", params={"pageSize": "3", "page": "9"}, headers=headers)
    found = reply.json()
    assert "x-total-count" not in reply.headers
    while link := next_link(reply):
        assert "pageId=" in link
        reply = ask.http.get(link, headers={**ask.basic, **headers})
        found += reply.json()
    assert len(found) == ask.get("/company/companies/count")["count"]
    refused = ask.manage("GET", "/company/companies", params={"orderBy": "name"}, headers=headers)
    assert refused.status_code == 400


@pytest.mark.parametrize(("name", "value"), [("page", "0"), ("page", "x"), ("pageSize", "1001"), ("pageSize", "0"), ("pageId", "-"), ("page", "9" * 40)])  # fmt: skip
def test_pages_that_are_none(ask: Asker, name: str, value: str) -> None:
    reply = ask.manage("GET", "/service/tickets", params={name: value})
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["field"] == name


def test_fields_show_what_is_asked_for(ask: Asker) -> None:
    (row,) = ask.get("/service/tickets", fields="ID,Status/name,", pageSize=1)
    assert set(row) == {"id", "status"}
    assert set(row["status"]) == {"name"}
    assert set(ask.get("/service/tickets/1", fields="summary")) == {"summary"}
    (contact,) = ask.get("/company/contacts", conditions="id=1", fields="communicationItems/value")
    assert all(set(item) == {"value"} for item in contact["communicationItems"])


CHILDREN = {"id": 1, "items": [{"a": 1, "b": {"c": 2, "d": 3}}, None, {"b": None}, {"a": None}, 5, {}], "ref": None}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("items/a", {"items": [{"a": 1}, None, {}, {"a": None}, 5, {}]}),
        ("Items/B/c,items/A", {"items": [{"b": {"c": 2}, "a": 1}, None, {}, {"a": None}, 5, {}]}),
        ("items/a,items", {"items": CHILDREN["items"]}),
        ("items,items/a", {"items": CHILDREN["items"]}),
        ("ref/name,id/x,gone,id", {"id": 1}),
    ],
)
def test_children_keep_their_places(fields: str, expected: dict[str, object]) -> None:
    tree = parse(fields, "manage", "fields")
    assert isinstance(tree, FieldList)
    before = json.dumps(CHILDREN)
    assert show(CHILDREN, Search(fields=tree)) == expected
    assert json.dumps(CHILDREN) == before


CONDITIONS = [
    "status/name != 'x' and closedFlag = false", "summary contains 'PRINT'", 'summary like "%password%"', 'summary like "*e[a-m]*"',
    "board/id in (1, 2)", "board/id not in (1)", "contact = null", "contact != null", "dateEntered > [2024-01-01T00:00:00Z]",
    "lastUpdated < [2030-01-01]", "(status/id = 1 or priority/id = 2) and company/id > 3", "Status/Name = 'NEW'", "id = '5'",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_predicate_finds_the_same(ask: Asker, condition: str) -> None:
    everything = ask.get("/service/tickets", pageSize=1000)
    judge = predicate(condition.replace("dateEntered", "_info/dateEntered").replace("lastUpdated", "_info/lastUpdated"))
    expected = [row["id"] for row in everything if judge(row)]
    assert [row["id"] for row in ask.get("/service/tickets", conditions=condition, pageSize=1000)] == expected
    body = {"conditions": condition, "orderBy": "id asc"}
    found = ask.manage("POST", "/service/tickets/search", json=body, params={"pageSize": "1000"})
    assert [row["id"] for row in found.json()] == expected


def test_child_conditions_are_about_one_child(ask: Asker) -> None:
    everything = ask.get("/company/contacts", pageSize=1000)
    condition = 'communicationItems/value like "%@%" and communicationItems/communicationType = "Email"'
    found = ask.get("/company/contacts", childConditions=condition, pageSize=1000)
    expected = [
        row["id"]
        for row in everything
        if any(
            item["communicationType"] == "Email" and "@" in item["value"]
            for item in row.get("communicationItems") or ()
        )
    ]
    assert [row["id"] for row in found] == expected
    assert expected
    crossed = 'communicationItems/value like "%@%" and communicationItems/communicationType = "Phone"'
    assert ask.get("/company/contacts", childConditions=crossed) == []


def test_notes_filter_tickets_though_no_ticket_shows_them(ask: Asker) -> None:
    (note, *_) = ask.get("/service/tickets/1/notes")
    word = note["text"].split()[0]
    found = ask.get("/service/tickets", childconditions=f'notes/text contains "{word}"', pageSize=1000, fields="id")
    assert 1 in [row["id"] for row in found]


def test_custom_fields_by_caption_and_by_name(ask: Asker) -> None:
    rows = ask.get("/company/companies", pageSize=1000)
    valued = [
        (r["id"], f["caption"], f["value"])
        for r in rows
        for f in r.get("customFields") or ()
        if isinstance(f["value"], str)
    ]
    assert valued
    key, caption, value = valued[0]
    found = ask.get(
        "/company/companies", customFieldConditions=f'caption="{caption}" AND value="{value}"', pageSize=1000
    )
    assert key in [row["id"] for row in found]
    if caption.isidentifier():
        named = ask.get("/company/companies", customFieldConditions=f'{caption} = "{value}"', pageSize=1000)
        assert named == found


REFUSED = [
    ("resources/identifier = 'x'", "resources/identifier is not a recognized name."),
    ("nope = 1", "nope is not a recognized name."),
    ("severity = 'Nope'", "Enum value supplied was invalid"),
    ("notes/text contains 'x'", "notes/text is not a recognized name."),
    ("summary like", None),
    ("summary = \"x", None),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "message"), REFUSED)
def test_refused_conditions(ask: Asker, condition: str, message: str | None) -> None:
    reply = ask.manage("GET", "/service/tickets", params={"conditions": condition})
    assert reply.status_code == 400
    assert reply.json()["code"] == "ApiFindCondition"
    assert message is None or reply.json()["message"] == message


def test_search_knows_its_members(ask: Asker) -> None:
    reply = ask.manage("POST", "/service/tickets/search", json={"page": 1})
    assert (reply.status_code, reply.json()["message"]) == (
        400,
        "Could not find member 'page' on object of type 'FilterValues'.",
    )


def test_automate_pages(ask: Asker) -> None:
    reply = ask.automate("GET", "/Computers", params={"pageSize": "7", "page": "2", "orderBy": "ComputerName desc"})
    total = int(reply.headers["x-total-count"])
    assert reply.headers["x-page"] == "2"
    assert reply.headers["x-page-size"] == "7"
    assert int(reply.headers["x-total-pages"]) == -(-total // 7)
    everything = ask.automate("GET", "/Computers", params={"pageSize": "-1"}).json()
    names = sorted([row["ComputerName"].casefold() for row in everything], reverse=True)
    assert [row["ComputerName"].casefold() for row in reply.json()] == names[7:14]
    assert len(ask.automate("GET", "/Computers").json()) == min(50, total)


def test_automate_members_and_ids(ask: Asker) -> None:
    rows = ask.automate("GET", "/Computers", params={"ids": "1,3", "includeFields": "Id,Client.Name"}).json()
    assert [row["Id"] for row in rows] == ["1", "3"]
    assert set(rows[0]) == {"Id", "Client"}
    (row,) = ask.automate("GET", "/Computers", params={"ids": "1", "excludeFields": "Client,Location"}).json()
    assert "Client" not in row
    assert "ComputerName" in row


def test_observed_contract() -> None:
    box = Sandbox(contract="observed")
    with Asker(box) as asker:
        assert asker.sign_in("APICredentials").status_code == 404
        asker._token = asker.sign_in("apitoken").json()["AccessToken"]
        reply = asker.automate("GET", "/Computers", params={"options.pageSize": "2"})
        assert len(reply.json()) == 2
        assert "total-count" in reply.headers
        assert "x-total-count" not in reply.headers
        refused = asker.automate("GET", "/Computers", params={"condition": "LastContact > 2024-01-01"})
        assert refused.status_code == 400
        assert "LastContact" in refused.json()["Message"]
        assert asker.automate("GET", "/Computers", headers={"clientId": ""}).status_code == 401
    box.close()
