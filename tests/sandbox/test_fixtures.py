"""The fixtures for users' own tests, used as they would."""

from __future__ import annotations

import httpx

from cwql.manage import Client
from cwql.sandbox import Sandbox

pytest_plugins = ["cwql.sandbox.pytest_plugin"]


def test_over_http(sandbox: Sandbox) -> None:
    with Client.from_env(environ=sandbox.environment) as psa:
        psa.company.companies.delete(1)
        assert psa.company.companies.count("id = 1") == 0


def test_each_test_has_its_own(sandbox: Sandbox, sandbox_in_process: Sandbox) -> None:
    with Client.from_env(environ=sandbox.environment) as psa:
        assert psa.company.companies.count("id = 1") == 1
    box = sandbox_in_process
    with Client.from_env(environ=box.environment, transport=box.transport()) as psa:
        assert psa.company.companies.count("id = 1") == 1


def test_the_transport_is_one_of_httpx(sandbox_in_process: Sandbox) -> None:
    with httpx.Client(transport=sandbox_in_process.transport()) as http:
        url = f"{sandbox_in_process.url}/login/companyinfo/{sandbox_in_process.credentials.company}"
        assert http.get(url).json()["Codebase"] == "v4_6_release/"
