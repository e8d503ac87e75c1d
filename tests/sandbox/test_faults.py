"""Faults on request, over HTTP and in process."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from cwql.sandbox import Fault, Sandbox
from tests.sandbox.api_client import ApiClient


@pytest.mark.parametrize("served", [True, False])
@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_broken_connections(kind: str, served: bool) -> None:
    sandbox = Sandbox(faults=[f"{kind}:1:1"])
    if served:
        sandbox.start()
    with ApiClient(sandbox) as api:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            api.manage("GET", "/company/companies")
        assert api.manage("GET", "/company/companies").status_code == 200
    sandbox.close()


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_statuses(status: int) -> None:
    sandbox = Sandbox(size="empty", faults=[f"{status}:1:2"])
    with ApiClient(sandbox) as api:
        replies = [api.manage("GET", "/system/info") for _ in range(3)]
    assert [response.status_code for response in replies] == [status, status, 200]
    assert ("retry-after" in replies[0].headers) == (status in (429, 503))
    sandbox.close()


def test_share_of_requests() -> None:
    sandbox = Sandbox(size="empty", faults=["500:0.1"], seed=3)
    with ApiClient(sandbox) as api:
        failed = sum(api.manage("GET", "/system/info").status_code == 500 for _ in range(500))
    assert 25 < failed < 85
    sandbox.close()


def test_expired_tokens() -> None:
    sandbox = Sandbox(size="empty")
    with ApiClient(sandbox) as api:
        assert api.automate("GET", "/Clients").status_code == 200
        sandbox.faults.add(Fault("expired", times=1))
        assert api.automate("GET", "/Clients").status_code == 401
    sandbox.close()


def test_churn_changes_the_list() -> None:
    sandbox = Sandbox(faults=["churn"])
    with ApiClient(sandbox) as api:
        ids = [[row["id"] for row in api.get("/company/companies", pageSize=1000, fields="id")] for _ in range(6)]
    assert len({tuple(row) for row in ids}) == 6
    sandbox.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/company/companies/1"),
        ("GET", "/company/companies/count"),
        ("POST", "/service/tickets/search"),
        ("GET", "/system/info"),
        ("GET", "/company/companies/1/sites"),
    ],
)
def test_churn_changes_no_other_records(method: str, path: str) -> None:
    sandbox = Sandbox(faults=["churn"])
    before = [row.text for row in sandbox._store.find("manage", "Company")]
    with ApiClient(sandbox) as api:
        for _ in range(4):
            assert api.manage(method, path).status_code == 200
    assert [row.text for row in sandbox._store.find("manage", "Company")] == before
    sandbox.close()


def test_latency_beyond_the_timeout() -> None:
    sandbox = Sandbox(size="empty", latency=0.05)
    with ApiClient(sandbox) as api:
        started = time.monotonic()
        api.manage("GET", "/system/info")
        assert time.monotonic() - started >= 0.05
        sandbox.faults.add("stall")
        with pytest.raises(httpx.ReadTimeout):
            api.manage("GET", "/system/info", timeout=0.05)
    sandbox.close()


def test_html_and_bad_gzip() -> None:
    sandbox = Sandbox(size="empty", faults=["html:1:1"])
    with ApiClient(sandbox) as api:
        assert api.manage("GET", "/system/info").headers["content-type"] == "text/html"
        sandbox.faults.add("gzip:1:1")
        with pytest.raises(httpx.DecodingError):
            api.manage("GET", "/system/info")
    sandbox.close()


def test_async_clients_in_process() -> None:
    sandbox = Sandbox()

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=sandbox.transport(), headers=ApiClient(sandbox).basic) as client:
            replies = await asyncio.gather(
                *[client.get(f"{sandbox.manage_url}/company/companies/{key}") for key in (1, 2, 3)]
            )
            return [response.json()["id"] for response in replies]

    assert asyncio.run(ask()) == [1, 2, 3]
    sandbox.close()


def test_latency_delays_one_task_only() -> None:
    sandbox = Sandbox(size="empty", latency=0.3)

    async def run() -> tuple[int, int]:
        ticks = 0
        async with httpx.AsyncClient(transport=sandbox.transport(), headers=ApiClient(sandbox).basic) as client:
            call = asyncio.create_task(client.get(f"{sandbox.manage_url}/system/info"))
            while not call.done():
                await asyncio.sleep(0.01)
                ticks += 1
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"{sandbox.manage_url}/system/info", timeout=0.01)
        return call.result().status_code, ticks

    started = time.monotonic()
    status, ticks = asyncio.run(run())
    assert time.monotonic() - started >= 0.3
    assert status == 200
    # Had the event loop been blocked, there would be one.
    assert ticks > 3
    sandbox.close()


@pytest.mark.parametrize("text", ["nope", "99", "600", "429:2", "429:x", "429:1:x", ""])
def test_invalid_faults_are_refused(text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        Fault.parse(text)
