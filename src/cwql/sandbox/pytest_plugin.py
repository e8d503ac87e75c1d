"""Fixtures for the tests of programs that use cwql.

In a `conftest.py`::

    pytest_plugins = ["cwql.sandbox.pytest_plugin"]

or, for some modules only, ``from cwql.sandbox.pytest_plugin import sandbox``. `sandbox` serves over HTTP on loopback, a new one for each
test; `sandbox_in_process` needs neither starlette nor a port. A fixture `sandbox_options` of your own gives the arguments of `Sandbox`,
for all tests of its module or folder::

    @pytest.fixture
    def sandbox_options():
        return {"odd_records": True, "rate": 60}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cwql.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


@pytest.fixture
def sandbox_options() -> Mapping[str, Any]:
    """Return the arguments of `Sandbox`; define a fixture of this name to change them."""
    return {}


@pytest.fixture
def sandbox(sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:
    """Return a small sandbox that serves over HTTP until the test ends."""
    with Sandbox(**sandbox_options) as server:
        yield server


@pytest.fixture
def sandbox_in_process(sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:
    """Return a small sandbox until the test ends; use it with ``sandbox_in_process.transport()``."""
    server = Sandbox(**sandbox_options)
    yield server
    server.close()
