"""A sandbox over HTTP for the tests of one worker, and ways to ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.asking import Asker


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="session")
def ask(box: Sandbox) -> Iterator[Asker]:
    with Asker(box) as asker:
        yield asker
