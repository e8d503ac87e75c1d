"""Options of a single call over real HTTP: timeout, headers, attempts, raw replies; and all operations dry."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import cwql
import cwql.automate
import cwql.manage
from cwql import F, Query
from cwql.client.errors import APIConnectionError, APITimeoutError, NotFoundError, ServerError
from cwql.client.retry import RetryPolicy
from cwql.manage.connection import CODEBASE
from cwql.schema.catalog import catalog

from .server import Says, Seen, Server, serve

ROOT = f"/{CODEBASE}/apis/3.0"
KEYS: Any = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "cid"}
BODY = {"summary": "x", "company": {"id": 1}}


def answer(request: Seen) -> Says:
    path = request.path.removeprefix(ROOT)
    if "slow" in request.query.get("fields", ""):
        return Says(fault="stall")
    if path.endswith("/count") or path == "/company/companies":
        return Says({"message": "no such thing"}, 404)
    if path.startswith("/service/boards"):
        return Says({"message": "broken"}, 500)
    if request.method == "DELETE":
        return Says({"deleted": True}, headers={"X-Trace": "d"})
    if path == "/service/tickets" and request.method == "GET":
        return Says([{"id": 1}, {"id": 2}], headers={"X-Total-Count": "2", "X-Trace": "l"})
    if path == "/service/tickets":
        return Says({"id": 9}, 201, {"X-Trace": "c"})
    if path == "/system/documents/9/download":
        return Says(b"\x00\xff", headers={"Content-Type": "application/octet-stream", "X-Trace": "b"})
    if path == "/system/audittrail":
        page = int(request.query["page"])
        size = int(request.query["pageSize"])
        rows = [{"text": f"entry {n}", "enteredBy": "x"} for n in range(6)]
        return Says(rows[(page - 1) * size : page * size])
    return Says({"id": 5}, headers={"X-Trace": "g"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, server: Server) -> Callable[..., Any]:
    """Return a function that runs a case with either client."""
    server.seen.clear()
    settings = {"base_url": f"{server.url}{ROOT}", "requests_per_minute": 1e6, "burst": 100_000}

    def run(case: Callable[[Any], Any], **more: Any) -> Any:
        if request.param == "sync":
            with cwql.manage.Client(**KEYS, **{**settings, **more}) as psa:
                made = case(psa)
                return list(made) if hasattr(made, "__next__") else made

        async def main() -> Any:
            async with cwql.manage.AsyncClient(**KEYS, **{**settings, **more}) as psa:
                made = case(psa)
                return [it async for it in made] if hasattr(made, "__aiter__") else await made

        return asyncio.run(main())

    return run


def test_a_call_s_own_timeout(ask: Callable[..., Any]) -> None:
    begin = time.perf_counter()
    with pytest.raises(APITimeoutError):
        ask(lambda psa: psa.service.tickets.get(5, fields="slow", on_invalid="ignore", timeout=0.1, retry=ONCE))
    with pytest.raises(APITimeoutError):
        ask(lambda psa: psa.service.tickets.list(fields="slow", on_invalid="ignore", timeout=0.1, retry=ONCE))
    assert time.perf_counter() - begin < 4.5  # The server stalls for 5 seconds each time.


ONCE = RetryPolicy(max_retries=0)


def test_a_call_s_own_headers_and_parameters(ask: Callable[..., Any], server: Server) -> None:
    options: dict[str, Any] = {"headers": {"X-Mine": "1", "Accept": "application/json"}, "params": {"odd": True}}
    ask(lambda psa: psa.service.tickets.list(**options))
    ask(lambda psa: psa.service.tickets.get(5, **options))
    ask(lambda psa: psa.service.tickets.create(BODY, **options))
    ask(lambda psa: psa.service.tickets.patch(5, {"summary": "y"}, **options))
    ask(lambda psa: psa.call_operation("getServiceTicketsById", 5, **options))
    assert len(server.seen) == 5
    for request in server.seen:
        assert request.headers["x-mine"] == "1"
        assert request.headers["accept"] == "application/json"
        assert request.headers["authorization"].startswith("Basic ")
        assert request.query["odd"] == "true"
    ask(lambda psa: psa.service.tickets.get(5))
    assert "x-mine" not in server.seen[-1].headers


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_call_s_own_attempts(ask: Callable[..., Any], server: Server, attempts: int) -> None:
    policy = RetryPolicy(max_retries=attempts - 1, backoff_factor=0.001)
    with pytest.raises(ServerError) as caught:
        ask(lambda psa: psa.service.boards.get(1, retry=policy))
    assert caught.value.attempts == attempts == len(server.seen)
    with pytest.raises(ServerError):
        ask(lambda psa: psa.service.boards.delete(1, retry=policy))
    assert len(server.seen) == 2 * attempts
    server.seen.clear()
    board = {"name": "x", "location": {"id": 1}, "department": {"id": 1}}
    with pytest.raises(ServerError):
        ask(lambda psa: psa.service.boards.create(board, retry=policy))
    assert len(server.seen) == 1
    with pytest.raises(ServerError):
        ask(lambda psa: psa.service.boards.create(board, retry=replace(policy, retry_non_idempotent=True)))
    assert len(server.seen) == 1 + attempts


def test_a_request_of_one_s_own_returns_the_response(ask: Callable[..., Any], server: Server) -> None:
    response = ask(lambda psa: psa.request("get", "/service/tickets/5", params={"odd": True}))
    assert isinstance(response, cwql.Response)
    assert (response.status_code, response.headers["x-trace"], response.content) == (200, "g", b'{"id": 5}')
    assert (response.json(), response.text) == ({"id": 5}, '{"id": 5}')
    assert response.request is not None
    assert (response.request.method, dict(response.request.headers)) == ("GET", {})
    assert server.seen[-1].query == {"odd": "true"}
    response = ask(lambda psa: psa.request("POST", "service/tickets", json=BODY))
    assert json.loads(server.seen[-1].body) == BODY
    with pytest.raises(TypeError, match="json= or content="):
        ask(lambda psa: psa.request("POST", "/x", json={}, content=b""))
    for path in ("https://example.com/x", "/a/../b", "/x?conditions=1", "/a b", "//example.com/x\n"):
        with pytest.raises(cwql.UntrustedURLError):
            ask(lambda psa, path=path: psa.request("GET", path))


def test_pages_have_their_response_without_its_bytes(ask: Callable[..., Any]) -> None:
    (page,) = ask(lambda psa: psa.service.tickets.pages())
    assert [record.id for record in page] == [1, 2]
    assert (page.response.status_code, page.response.headers["x-trace"], page.response.content) == (200, "l", b"")


def test_without_a_count_the_pages_are_counted(ask: Callable[..., Any], server: Server) -> None:
    # The server has no …/count and sends no header: a page of one says nothing, so all are gone through.
    assert ask(lambda psa: psa.system.audittrail.count()) == 6
    assert [request.query.get("pageSize") for request in server.seen] == [None, "1", "1000"]
    server.seen.clear()
    assert ask(lambda psa: psa.service.tickets.count("id > 0")) == 2
    assert [request.query.get("pageSize") for request in server.seen] == [None, "1"]
    assert server.seen[1].query["conditions"] == "id > 0"


def test_a_404_is_no_count(ask: Callable[..., Any]) -> None:
    with pytest.raises(NotFoundError):
        ask(lambda psa: psa.company.companies.count())


def test_records_without_an_id_are_paged_by_number(ask: Callable[..., Any], server: Server) -> None:
    found = ask(lambda psa: psa.system.audittrail.list(page_size=3))
    assert [entry.text for entry in found] == [f"entry {n}" for n in range(6)]
    assert [request.query["page"] for request in server.seen] == ["1", "2", "3"]
    with pytest.raises(ValueError, match="has no id"):
        ask(lambda psa: psa.system.audittrail.list(pagination="keyset"))


name = "Help Desk"
SAME = 'board/name = "Help Desk" and id in (1, 2)'


@pytest.mark.parametrize(
    "where",
    [
        "board/name='Help Desk' AND id IN (1,2)",
        cwql.parse(SAME),
        cwql.cond("board/name = {} and id in {ids}", name, ids=[1, 2]),
        (F("board/name") == name) & F("id").in_([1, 2]),
        Query(F("board/name") == name) & F("id").in_([1, 2]),
    ],
)
def test_conditions_may_be_text_tree_template_or_handles(ask: Callable[..., Any], server: Server, where: Any) -> None:
    ask(lambda psa: psa.service.tickets.all(where))
    assert server.seen[-1].query["conditions"] == SAME


# --- every operation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("product", "count"), [("manage", 3091), ("automate", 237)])
def test_every_operation_can_be_called(product: str, count: int) -> None:
    """Each of the specification's operations makes a request with its own method and a path that is filled."""
    known = catalog(product)
    if product == "manage":
        client: Any = cwql.manage.Client(**KEYS, base_url=f"http://127.0.0.1:1{ROOT}")
    else:
        client = cwql.automate.Client(server="http://127.0.0.1:1", username="user", password="word")
    dry = client.dry_run()
    operations = [known.operation(id) for id in known.operation_ids()]
    for operation in operations:
        given: dict[str, Any] = {}
        if operation.body is not None and "multipart/form-data" in operation.body.media_types:
            given["file"] = b"x"
        elif operation.body is not None:
            given["body"] = {}
        ids = operation.path.count("{")
        dry.call_operation(operation.id, *range(1, ids + 1), on_invalid="ignore", **given)
        sent = dry.plan[-1]
        assert sent.method == operation.method
        assert "{" not in sent.url
        assert "}" not in sent.url
    assert len([it for it in operations if it.origin == "spec"]) == count
    assert len(dry.plan) == len(operations)
    client.close()


def test_nothing_is_kept_of_a_server_that_is_not_there(ask: Callable[..., Any]) -> None:
    with pytest.raises(APIConnectionError):
        ask(lambda psa: psa.service.tickets.get(5), base_url=f"http://127.0.0.1:1{ROOT}", retry=ONCE)
