"""What tests of users ask a sandbox for: clients, the requests that were sent, more records, and the start again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import cwql
from cwql.sandbox import Fault, Sandbox


def test_clients_are_ready_to_use() -> None:
    with Sandbox() as served, served.manage(max_retries=0) as psa, served.automate() as rmm:
        assert psa.base_url.startswith(served.url)
        assert psa.company.companies.count() > 0
        assert rmm.clients.count() > 0

    async def count(sandbox: Sandbox) -> tuple[int, int]:
        async with sandbox.manage_async() as psa, sandbox.automate_async() as rmm:
            return await psa.company.companies.count(), await rmm.clients.count()

    in_process = Sandbox()
    assert asyncio.run(count(in_process)) == (
        in_process._store.count("manage", "Company"),
        in_process._store.count("automate", "Client"),
    )
    in_process.close()


def test_requests_are_recorded(cwql_sandbox: Sandbox, cwql_manage: Any) -> None:
    cwql_manage.service.tickets.first("closedFlag = true")
    cwql_manage.service.tickets.patch(1, {"summary": "x"})
    read, change = cwql_sandbox.requests[-2:]
    assert (read.method, read.path) == ("GET", "/v4_6_release/apis/3.0/service/tickets")
    assert read.params["conditions"] == "closedFlag = true"
    assert (read.json(), read.status_code) == (None, 200)
    assert change.json() == [{"op": "replace", "path": "summary", "value": "x"}]
    # Credentials are not printed with a failed assertion.
    assert "authorization" in read.headers
    assert read.headers["authorization"] not in repr(read)


def test_broken_connections_have_no_status(cwql_sandbox: Sandbox, cwql_manage: Any) -> None:
    cwql_sandbox.faults.add(Fault("reset", times=1))
    cwql_manage.service.tickets.count()
    assert [request.status_code for request in cwql_sandbox.requests[-2:]] == [None, 200]


def test_records_are_added(cwql_sandbox: Sandbox, cwql_manage: Any) -> None:
    added = cwql_sandbox.add("/service/tickets", summary="new", company={"id": 2})
    assert cwql_manage.service.tickets.get(added["id"]).summary == "new"
    with pytest.raises(cwql.BadRequestError):
        cwql_sandbox.add("/service/tickets", summary="new", company={"id": 999_999})
    with pytest.raises(cwql.UnknownNameError):
        cwql_sandbox.add("/service/tickts", summary="new")


@pytest.mark.parametrize("stored", [False, True])
def test_reset_restores_the_start(tmp_path: Any, stored: bool) -> None:
    sandbox = Sandbox(path=tmp_path / "box.db" if stored else None)
    with sandbox.manage(max_retries=0) as psa:
        before = psa.service.tickets.count()
        psa.service.tickets.delete(1)
        sandbox.faults.add(500)
        sandbox.reset()
        assert sandbox.requests == []
        assert psa.service.tickets.count() == before
        assert psa.service.tickets.get(1).id == 1
    sandbox.close()


@pytest.mark.parametrize(
    ("faults", "error", "message"),
    [
        ("500", TypeError, "faults is a list: pass faults=\\['500'\\]"),
        ([1.5], TypeError, "expected a Fault, a text or a status, got float"),
        ([200], cwql.UnknownNameError, "no fault '200': expected a status from 400 to 599"),
        (["429:2"], ValueError, "the probability 2.0 is not between 0 and 1"),
    ],
)
def test_wrong_faults_are_refused(faults: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Sandbox(size="empty", faults=faults)
