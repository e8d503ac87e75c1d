"""The fixtures for tests of users."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from cwql.automate import AsyncClient as AsyncAutomate
from cwql.automate import Client as Automate
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]


def test_over_http(cwql_sandbox_http: Sandbox) -> None:
    with Client.from_env(environ=cwql_sandbox_http.environment) as psa:
        psa.company.companies.delete(1)
        assert psa.company.companies.count("id = 1") == 0


def test_each_test_has_its_own_sandbox(cwql_sandbox_http: Sandbox, cwql_sandbox: Sandbox) -> None:
    with Client.from_env(environ=cwql_sandbox_http.environment) as psa:
        assert psa.company.companies.count("id = 1") == 1
    sandbox = cwql_sandbox
    with Client.from_env(environ=sandbox.environment, transport=sandbox.transport()) as psa:
        assert psa.company.companies.count("id = 1") == 1


def test_one_transport_serves_both_products_sync_and_async(cwql_sandbox: Sandbox) -> None:
    sandbox = cwql_sandbox
    options: dict[str, Any] = {"environ": sandbox.environment, "transport": sandbox.transport()}

    async def count() -> list[int]:
        async with AsyncClient.from_env(**options) as psa, AsyncAutomate.from_env(**options) as rmm:
            return [await psa.company.companies.count(), await rmm.clients.count()]

    with Client.from_env(**options) as psa, Automate.from_env(**options) as rmm:
        counts = [psa.company.companies.count(), rmm.clients.count()]
    assert (
        counts
        == asyncio.run(count())
        == [sandbox._store.count("manage", "Company"), sandbox._store.count("automate", "Client")]
    )


def test_transport_works_with_httpx(cwql_sandbox: Sandbox) -> None:
    with httpx.Client(transport=cwql_sandbox.transport()) as http:
        url = f"{cwql_sandbox.url}/login/companyinfo/{cwql_sandbox._credentials.company}"
        assert http.get(url).json()["Codebase"] == "v4_6_release/"


class TestOptions:
    """A module or class changes the arguments of its sandboxes."""

    @pytest.fixture
    def cwql_sandbox_options(self) -> dict[str, object]:
        return {"odd_records": True}

    def test_odd_records_are_there_on_request(self, cwql_sandbox: Sandbox) -> None:
        assert _count_mismatches(cwql_sandbox) > 0


def test_there_are_no_odd_records_otherwise(cwql_sandbox: Sandbox) -> None:
    assert _count_mismatches(cwql_sandbox) == 0


def _count_mismatches(sandbox: Sandbox) -> int:
    with Client.from_env(environ=sandbox.environment, transport=sandbox.transport()) as psa:
        psa.service.tickets.all(fields=["id", "budgetHours", "severity"])
        return len(psa.schema_mismatches)


def test_clients_are_those_of_the_sandbox(cwql_sandbox: Sandbox, cwql_manage: Client, cwql_automate: Automate) -> None:
    assert cwql_manage.company.companies.count() == cwql_sandbox._store.count("manage", "Company")
    assert cwql_automate.clients.count() == cwql_sandbox._store.count("automate", "Client")


def test_pytest_finds_the_fixtures_by_the_entry_point(tmp_path: Path) -> None:
    """The entry point of the project, as an installer would write it, loads the plugin in a separate environment."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"{name} = {target}" for name, target in project["entry-points"]["pytest11"].items()]
    installed = tmp_path / "site" / "cwql_entry-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: cwql_entry\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[pytest11]\n" + "\n".join(lines) + "\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\n\n"
        "def test_lazy():\n    assert 'cwql.sandbox.server' not in sys.modules\n\n"
        "def test_count(cwql_manage):\n    assert cwql_manage.company.companies.count() > 0\n"
    )
    folders = [str(tmp_path / "site"), str(ROOT / "src"), str(ROOT / "generated")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    words = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path), "test_it.py"]
    run = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert "2 passed" in run.stdout, run.stdout + run.stderr
