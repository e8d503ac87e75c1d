"""A sandbox over HTTP for the tests of one worker, and clients of both products for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwql import automate, manage
from cwql.sandbox import Sandbox

FAST: dict[str, Any] = {"requests_per_minute": 1_000_000.0, "burst": 100_000}
"""The settings of clients whose server has no other users."""


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox(odd_records=True) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def psa(server: Sandbox) -> Iterator[manage.Client]:
    with manage.Client.from_env(environ=server.environment, **FAST) as client:
        yield client


@pytest.fixture(scope="session")
def rmm(server: Sandbox) -> Iterator[automate.Client]:
    with automate.Client.from_env(environ=server.environment, **FAST) as client:
        yield client
