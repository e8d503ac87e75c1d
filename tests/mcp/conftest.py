"""A sandbox over HTTP for each module, and an assistant with the default policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cwql.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mcp.assistant import Assistant


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def assistant(sandbox: Sandbox) -> Iterator[Assistant]:
    from tests.mcp.assistant import connect

    with connect(sandbox) as connected:
        yield connected
