"""Conditions of all tests: the width of the output is that of a pipe, whatever started the tests."""

from __future__ import annotations

import os

# pytest-xdist sets it in its workers, and commands respect it.
os.environ.pop("COLUMNS", None)

if os.environ.get("CWQL_TEST_HTTP_LIBRARY") == "httpx2":
    # `make test-httpx2` runs the tests of the clients over the other library.
    from cwql.client.transport import ORDER

    ORDER.reverse()
