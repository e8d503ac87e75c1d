"""A sandbox over HTTP for all tests of one worker, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as server:
        yield server


@pytest.fixture(scope="session")
def api(shared_sandbox: Sandbox) -> Iterator[ApiClient]:
    with ApiClient(shared_sandbox) as client:
        yield client
