"""Fixtures for the tests of programs that use cwql. pytest loads them by itself if cwql is installed.

`cwql_sandbox` is a sandbox in process, a new one for each test, and `cwql_manage` and `cwql_automate` are clients of it::

    def test_count(cwql_manage):
        assert cwql_manage.service.tickets.count() == 150

`cwql_sandbox_http` serves over HTTP on loopback, for programs that make their own clients. A fixture `cwql_sandbox_options` of your
own gives the arguments of `Sandbox`, for all tests of its module or folder::

    @pytest.fixture
    def cwql_sandbox_options():
        return {"odd_records": True, "requests_per_minute": 60}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from cwql import automate, manage
    from cwql.sandbox.server import Sandbox

# The sandbox is imported by the fixtures, because pytest imports this module in every project of the environment.


@pytest.fixture
def cwql_sandbox_options() -> Mapping[str, Any]:
    """Return the arguments of `Sandbox`; define a fixture of this name to change them."""
    return {}


@pytest.fixture
def cwql_sandbox(cwql_sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:
    """Return a small sandbox in process; `cwql_manage` and `cwql_automate` use the same one."""
    from cwql.sandbox import Sandbox

    server = Sandbox(**cwql_sandbox_options)
    yield server
    server.close()


@pytest.fixture
def cwql_sandbox_http(cwql_sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:
    """Return a small sandbox that serves over HTTP until the test ends."""
    from cwql.sandbox import Sandbox

    with Sandbox(**cwql_sandbox_options) as server:
        yield server


@pytest.fixture
def cwql_manage(cwql_sandbox: Sandbox) -> Iterator[manage.Client]:
    """Return a client of Manage for the sandbox of the test."""
    with cwql_sandbox.manage() as client:
        yield client


@pytest.fixture
def cwql_automate(cwql_sandbox: Sandbox) -> Iterator[automate.Client]:
    """Return a client of Automate for the sandbox of the test."""
    with cwql_sandbox.automate() as client:
        yield client
