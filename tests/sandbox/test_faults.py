"""Faults on request, over HTTP and in process."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from cwql.sandbox import Fault, Sandbox
from tests.sandbox.asking import Asker


@pytest.mark.parametrize("served", [True, False])
@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_broken_connections(kind: str, served: bool) -> None:
    box = Sandbox(faults=[f"{kind}:1:1"])
    if served:
        box.start()
    with Asker(box) as asker:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            asker.manage("GET", "/company/companies")
        assert asker.manage("GET", "/company/companies").status_code == 200
    box.close()


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_statuses(status: int) -> None:
    box = Sandbox(empty=True, faults=[f"{status}:1:2"])
    with Asker(box) as asker:
        replies = [asker.manage("GET", "/system/info") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [status, status, 200]
    assert ("retry-after" in replies[0].headers) == (status in (429, 503))
    box.close()


def test_a_share_of_requests() -> None:
    box = Sandbox(empty=True, faults=["500:0.1"], seed=3)
    with Asker(box) as asker:
        failed = sum(asker.manage("GET", "/system/info").status_code == 500 for _ in range(500))
    assert 25 < failed < 85
    box.close()


def test_expired_tokens() -> None:
    box = Sandbox(empty=True)
    with Asker(box) as asker:
        assert asker.automate("GET", "/Clients").status_code == 200
        box.faults.add(Fault("expired", left=1))
        assert asker.automate("GET", "/Clients").status_code == 401
    box.close()


def test_churn_changes_what_is_there() -> None:
    box = Sandbox(faults=["churn"])
    with Asker(box) as asker:
        ids = [[row["id"] for row in asker.get("/company/companies", pageSize=1000, fields="id")] for _ in range(6)]
    assert len({tuple(row) for row in ids}) == 6
    box.close()


def test_latency_and_impatient_callers() -> None:
    box = Sandbox(empty=True, latency=0.05)
    with Asker(box) as asker:
        started = time.monotonic()
        asker.manage("GET", "/system/info")
        assert time.monotonic() - started >= 0.05
        box.faults.add("stall")
        with pytest.raises(httpx.ReadTimeout):
            asker.manage("GET", "/system/info", timeout=0.05)
    box.close()


def test_html_and_bad_gzip() -> None:
    box = Sandbox(empty=True, faults=["html:1:1"])
    with Asker(box) as asker:
        assert asker.manage("GET", "/system/info").headers["content-type"] == "text/html"
        box.faults.add("gzip:1:1")
        with pytest.raises(httpx.DecodingError):
            asker.manage("GET", "/system/info")
    box.close()


def test_async_clients_in_process() -> None:
    box = Sandbox()

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=box.transport(), headers=Asker(box).basic) as client:
            replies = await asyncio.gather(
                *[client.get(f"{box.manage_url}/company/companies/{key}") for key in (1, 2, 3)]
            )
            return [reply.json()["id"] for reply in replies]

    assert asyncio.run(ask()) == [1, 2, 3]
    box.close()


@pytest.mark.parametrize("text", ["nope", "99", "600", "429:2", "429:x", "429:1:x", ""])
def test_faults_that_are_none(text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        Fault.read(text)
