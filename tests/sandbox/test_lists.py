"""Lists over HTTP: conditions, order, members, pages by number and by key, links, totals, counts, searches."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from cwql.language.nodes import FieldList
from cwql.language.parsing import parse
from cwql.sandbox import Sandbox
from cwql.sandbox.search import Search
from cwql.semantics.predicate import predicate
from tests.sandbox.api_client import ApiClient


def next_link(response: httpx.Response) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', response.headers.get("link", ""))
    return found[1] if found else None


def test_first_page_has_the_default_size_and_the_total(api: ApiClient) -> None:
    response = api.manage("GET", "/service/tickets")
    assert len(response.json()) == 25
    total = int(response.headers["x-total-count"])
    assert api.get("/service/tickets/count") == {"count": total}
    assert total > 25


def test_pages_by_number_follow_their_links(api: ApiClient) -> None:
    response = api.manage("GET", "/service/tickets", params={"pageSize": "40", "orderBy": "id desc", "fields": "id"})
    total, found, pages = int(response.headers["x-total-count"]), response.json(), 1
    while link := next_link(response):
        response = api.http.get(link, headers=api.basic)
        found += response.json()
        pages += 1
    assert [row["id"] for row in found] == sorted({row["id"] for row in found}, reverse=True)
    assert len(found) == total
    assert pages == -(-total // 40)
    assert 'rel="first"' in response.headers["link"]


def test_links_beyond_the_last_page_lead_back_to_it(api: ApiClient) -> None:
    response = api.manage("GET", "/company/companies", params={"pageSize": "3", "page": "99"})
    assert response.json() == []
    total = int(response.headers["x-total-count"])
    assert re.findall(r"[?&]page=(\d+)[^>]*>; rel=\"(\w+)\"", response.headers["link"]) == [
        ("1", "first"),
        (str(-(-total // 3)), "prev"),
    ]


def test_list_below_a_missing_record(api: ApiClient) -> None:
    assert api.manage("GET", "/company/companies/99999/sites").status_code == 404
    # Without any company, nothing says that this one does not exist.
    empty = Sandbox(size="empty")
    with ApiClient(empty) as other:
        assert other.get("/company/companies/99999/sites") == []
    empty.close()


def test_pages_by_key(api: ApiClient) -> None:
    found: list[int] = []
    last, condition = 0, "closedFlag = true"
    while True:
        page = api.get("/service/tickets", conditions=condition, pageSize=20, pageId=last, fields="id")
        found += [row["id"] for row in page]
        if len(page) < 20:
            break
        last = found[-1]
    assert len(found) == api.get("/service/tickets/count", conditions=condition)["count"]
    assert found == sorted(set(found))


def test_forward_only_follows_keys_and_takes_no_order(api: ApiClient) -> None:
    headers = {"pagination-type": "forward-only"}
    response = api.manage("GET", "/company/companies", params={"pageSize": "3", "page": "9"}, headers=headers)
    found = response.json()
    assert "x-total-count" not in response.headers
    while link := next_link(response):
        assert "pageId=" in link
        response = api.http.get(link, headers={**api.basic, **headers})
        found += response.json()
    assert len(found) == api.get("/company/companies/count")["count"]
    refused = api.manage("GET", "/company/companies", params={"orderBy": "name"}, headers=headers)
    assert refused.status_code == 400


@pytest.mark.parametrize(("name", "value"), [("page", "0"), ("page", "x"), ("pageSize", "1001"), ("pageSize", "0"), ("pageId", "-"), ("page", "9" * 40)])  # fmt: skip
def test_invalid_pages_are_refused(api: ApiClient, name: str, value: str) -> None:
    response = api.manage("GET", "/service/tickets", params={name: value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == name


def test_fields_select_members(api: ApiClient) -> None:
    (row,) = api.get("/service/tickets", fields="ID,Status/name,", pageSize=1)
    assert set(row) == {"id", "status"}
    assert set(row["status"]) == {"name"}
    assert set(api.get("/service/tickets/1", fields="summary")) == {"summary"}
    (contact,) = api.get("/company/contacts", conditions="id=1", fields="communicationItems/value")
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
def test_selected_children_keep_their_positions(fields: str, expected: dict[str, object]) -> None:
    tree = parse(fields, dialect="manage", parameter="fields")
    assert isinstance(tree, FieldList)
    before = json.dumps(CHILDREN)
    assert Search(fields=tree).select_members(CHILDREN) == expected
    assert json.dumps(CHILDREN) == before


CONDITIONS = [
    "status/name != 'x' and closedFlag = false", "summary contains 'PRINT'", 'summary like "%password%"', 'summary like "*e[a-m]*"',
    "board/id in (1, 2)", "board/id not in (1)", "contact = null", "contact != null", "dateEntered > [2024-01-01T00:00:00Z]",
    "lastUpdated < [2030-01-01]", "(status/id = 1 or priority/id = 2) and company/id > 3", "Status/Name = 'NEW'", "id = '5'",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_find_what_the_predicate_matches(api: ApiClient, condition: str) -> None:
    everything = api.get("/service/tickets", pageSize=1000)
    judge = predicate(condition.replace("dateEntered", "_info/dateEntered").replace("lastUpdated", "_info/lastUpdated"))
    expected = [row["id"] for row in everything if judge(row)]
    assert [row["id"] for row in api.get("/service/tickets", conditions=condition, pageSize=1000)] == expected
    body = {"conditions": condition, "orderBy": "id asc"}
    found = api.manage("POST", "/service/tickets/search", json=body, params={"pageSize": "1000"})
    assert [row["id"] for row in found.json()] == expected


def test_child_conditions_are_about_one_child(api: ApiClient) -> None:
    everything = api.get("/company/contacts", pageSize=1000)
    condition = 'communicationItems/value like "%@%" and communicationItems/communicationType = "Email"'
    found = api.get("/company/contacts", childConditions=condition, pageSize=1000)
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
    assert api.get("/company/contacts", childConditions=crossed) == []


def test_notes_filter_tickets(api: ApiClient) -> None:
    (note, *_) = api.get("/service/tickets/1/notes")
    word = note["text"].split()[0]
    found = api.get("/service/tickets", childconditions=f'notes/text contains "{word}"', pageSize=1000, fields="id")
    assert 1 in [row["id"] for row in found]


def test_custom_fields_by_caption_and_by_name(api: ApiClient) -> None:
    rows = api.get("/company/companies", pageSize=1000)
    valued = [
        (r["id"], f["caption"], f["value"])
        for r in rows
        for f in r.get("customFields") or ()
        if isinstance(f.get("value"), str)
    ]
    assert valued
    key, caption, value = valued[0]
    found = api.get(
        "/company/companies", customFieldConditions=f'caption="{caption}" AND value="{value}"', pageSize=1000
    )
    assert key in [row["id"] for row in found]
    if caption.isidentifier():
        named = api.get("/company/companies", customFieldConditions=f'{caption} = "{value}"', pageSize=1000)
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
def test_refused_conditions(api: ApiClient, condition: str, message: str | None) -> None:
    response = api.manage("GET", "/service/tickets", params={"conditions": condition})
    assert response.status_code == 400
    assert response.json()["code"] == "ApiFindCondition"
    assert message is None or response.json()["message"] == message


def test_search_refuses_unknown_members(api: ApiClient) -> None:
    response = api.manage("POST", "/service/tickets/search", json={"page": 1})
    assert (response.status_code, response.json()["message"]) == (
        400,
        "Could not find member 'page' on object of type 'FilterValues'.",
    )


def test_automate_pages(api: ApiClient) -> None:
    response = api.automate("GET", "/Computers", params={"pageSize": "7", "page": "2", "orderBy": "ComputerName desc"})
    total = int(response.headers["x-total-count"])
    assert response.headers["x-page"] == "2"
    assert response.headers["x-page-size"] == "7"
    assert int(response.headers["x-total-pages"]) == -(-total // 7)
    everything = api.automate("GET", "/Computers", params={"pageSize": "-1"}).json()
    names = sorted([row["ComputerName"].casefold() for row in everything], reverse=True)
    assert [row["ComputerName"].casefold() for row in response.json()] == names[7:14]
    assert len(api.automate("GET", "/Computers").json()) == min(50, total)


def test_automate_members_and_ids(api: ApiClient) -> None:
    rows = api.automate("GET", "/Computers", params={"ids": "1,3", "includeFields": "Id,Client.Name"}).json()
    assert [row["Id"] for row in rows] == ["1", "3"]
    assert set(rows[0]) == {"Id", "Client"}
    (row,) = api.automate("GET", "/Computers", params={"ids": "1", "excludeFields": "Client,Location"}).json()
    assert "Client" not in row
    assert "ComputerName" in row


def test_observed_contract() -> None:
    sandbox = Sandbox(contract="observed")
    with ApiClient(sandbox) as api:
        assert api.sign_in("APICredentials").status_code == 404
        api._token = api.sign_in("apitoken").json()["AccessToken"]
        response = api.automate("GET", "/Computers", params={"options.pageSize": "2"})
        assert len(response.json()) == 2
        assert "total-count" in response.headers
        assert "x-total-count" not in response.headers
        refused = api.automate("GET", "/Computers", params={"condition": "LastContact > 2024-01-01"})
        assert refused.status_code == 400
        assert "LastContact" in refused.json()["Message"]
        assert api.automate("GET", "/Computers", headers={"clientId": ""}).status_code == 401
    sandbox.close()
