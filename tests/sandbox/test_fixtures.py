"""The fixtures for tests of users."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from cwql.automate import AsyncClient as AsyncAutomate
from cwql.automate import Client as Automate
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox

pytest_plugins = ["cwql.sandbox.pytest_plugin"]


def test_over_http(sandbox: Sandbox) -> None:
    with Client.from_env(environ=sandbox.environment) as psa:
        psa.company.companies.delete(1)
        assert psa.company.companies.count("id = 1") == 0


def test_each_test_has_its_own_sandbox(sandbox: Sandbox, sandbox_in_process: Sandbox) -> None:
    with Client.from_env(environ=sandbox.environment) as psa:
        assert psa.company.companies.count("id = 1") == 1
    sandbox = sandbox_in_process
    with Client.from_env(environ=sandbox.environment, transport=sandbox.transport()) as psa:
        assert psa.company.companies.count("id = 1") == 1


def test_one_transport_serves_both_products_sync_and_async(sandbox_in_process: Sandbox) -> None:
    sandbox = sandbox_in_process
    options: dict[str, Any] = {"environ": sandbox.environment, "transport": sandbox.transport()}

    async def count() -> list[int]:
        async with AsyncClient.from_env(**options) as psa, AsyncAutomate.from_env(**options) as rmm:
            return [await psa.company.companies.count(), await rmm.clients.count()]

    with Client.from_env(**options) as psa, Automate.from_env(**options) as rmm:
        counts = [psa.company.companies.count(), rmm.clients.count()]
    assert (
        counts
        == asyncio.run(count())
        == [sandbox.store.count("manage", "Company"), sandbox.store.count("automate", "Client")]
    )


def test_transport_works_with_httpx(sandbox_in_process: Sandbox) -> None:
    with httpx.Client(transport=sandbox_in_process.transport()) as http:
        url = f"{sandbox_in_process.url}/login/companyinfo/{sandbox_in_process.credentials.company}"
        assert http.get(url).json()["Codebase"] == "v4_6_release/"


class TestOptions:
    """A module or class changes the arguments of its sandboxes."""

    @pytest.fixture
    def sandbox_options(self) -> dict[str, object]:
        return {"odd_records": True}

    def test_odd_records_are_there_on_request(self, sandbox_in_process: Sandbox) -> None:
        assert _count_mismatches(sandbox_in_process) > 0


def test_there_are_no_odd_records_otherwise(sandbox_in_process: Sandbox) -> None:
    assert _count_mismatches(sandbox_in_process) == 0


def _count_mismatches(sandbox: Sandbox) -> int:
    with Client.from_env(environ=sandbox.environment, transport=sandbox.transport()) as psa:
        psa.service.tickets.all(fields=["id", "budgetHours", "severity"])
        return len(psa.schema_mismatches)
