"""A client of the server for agents, in memory, with calls that block."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp_types import CallToolResult

from cwql.mcp.policy import Policy
from cwql.mcp.server import build_server
from cwql.mcp.session import Session
from cwql.sandbox import Sandbox

FAST: dict[str, Any] = {"requests_per_minute": 1e6, "burst": 100_000}


class Assistant:
    """Calls tools as a program of an assistant does; the SDK compares every result with the schema of its tool."""

    def __init__(self, portal: BlockingPortal, client: Client, session: Session) -> None:
        self.portal = portal
        self.client = client
        self.session = session

    def call(self, name: str, /, **arguments: object) -> CallToolResult:
        """Return the result of a call."""
        result = self.portal.call(self.client.call_tool, name, arguments)
        assert isinstance(result, CallToolResult)
        # Programs that do not read structured results read the last block of text.
        assert json.loads(result.content[-1].text) == result.structured_content  # type: ignore[union-attr]
        return result

    def ask(self, name: str, /, **arguments: object) -> dict[str, Any]:
        """Return the result of a call that must succeed."""
        result = self.call(name, **arguments)
        assert not result.is_error, result.structured_content
        found: dict[str, Any] = result.structured_content
        return found

    def refusal(self, name: str, /, **arguments: object) -> dict[str, Any]:
        """Return the refusal of a call."""
        result = self.call(name, **arguments)
        assert result.is_error, result.structured_content
        assert set(result.structured_content) == {"error"}
        error: dict[str, Any] = result.structured_content["error"]
        assert error["code"]
        assert error["message"]
        return error

    def rows(self, endpoint: str, /, **arguments: object) -> list[dict[str, Any]]:
        """Return all rows of a query, with every cursor followed."""
        found = self.ask("query", endpoint=endpoint, **arguments)
        rows = list(found["rows"])
        while "cursor" in found:
            found = self.ask("query", endpoint=endpoint, cursor=found["cursor"], limit=arguments.get("limit", 25))
            rows += found["rows"]
        return rows

    @property
    def requests(self) -> int:
        """Return how many requests the session has sent."""
        return self.session.policy.requests - self.session.budget.left["requests"]


@contextmanager
def connect(sandbox: Sandbox, policy: Policy | None = None) -> Iterator[Assistant]:
    """Yield an assistant whose server sends its requests to a sandbox over HTTP."""
    session = Session(policy, environ=sandbox.environment, settings=FAST)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(build_server(session))) as client,
    ):
        yield Assistant(portal, client, session)
