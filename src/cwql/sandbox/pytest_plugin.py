"""Fixtures for the tests of programs that use cwql.

In a `conftest.py`::

    pytest_plugins = ["cwql.sandbox.pytest_plugin"]

or, for some modules only, ``from cwql.sandbox.pytest_plugin import sandbox``. `sandbox` serves over HTTP on loopback, a new one for each
test; `sandbox_in_process` needs neither starlette nor a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cwql.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a small sandbox that serves over HTTP until the test ends."""
    with Sandbox() as server:
        yield server


@pytest.fixture
def sandbox_in_process() -> Iterator[Sandbox]:
    """Return a small sandbox until the test ends; use it with ``sandbox_in_process.transport()``."""
    server = Sandbox()
    yield server
    server.close()
