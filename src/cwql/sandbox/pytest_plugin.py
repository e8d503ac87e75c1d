"""Fixtures for the tests of those who use cwql: nothing is loaded by itself.

In a `conftest.py`::

    pytest_plugins = ["cwql.sandbox.pytest_plugin"]

or, for some modules only, ``from cwql.sandbox.pytest_plugin import sandbox``. `sandbox` serves over HTTP on loopback and is made anew
for each test; `sandbox_in_process` needs neither starlette nor a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cwql.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve a small sandbox over HTTP for the length of a test."""
    with Sandbox() as box:
        yield box


@pytest.fixture
def sandbox_in_process() -> Iterator[Sandbox]:
    """Keep a small sandbox for the length of a test; ask it through ``sandbox_in_process.transport()``."""
    box = Sandbox()
    yield box
    box.close()
