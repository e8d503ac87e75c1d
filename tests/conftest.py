"""Conditions of all tests: the width of the output is that of a pipe, whatever started the tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest

# pytest-xdist sets it in its workers, and commands respect it.
os.environ.pop("COLUMNS", None)

# Otherwise each worker, and each command that a test starts, compiles every module that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if os.environ.get("CWQL_TEST_HTTP_LIBRARY") == "httpx2":
    # `make test-httpx2` runs the tests of the clients over the other library.
    from cwql.client.transport import ORDER

    ORDER.reverse()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are cores, because many tests wait for sockets and other processes."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector off the modules and tests: it would visit a million objects again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Measure coverage again if a test has ended it.

    Python drops a trace function that raises, and tests with deep recursion, little memory or Ctrl-C can make it raise.
    """
    was_measured = sys.gettrace() is not None
    result = yield
    if was_measured and sys.gettrace() is None and "coverage" in sys.modules:
        measurement = sys.modules["coverage"].Coverage.current()
        measurement.stop()
        measurement.start()
    return result
