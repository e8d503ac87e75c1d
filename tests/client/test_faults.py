"""The fault matrix, over real sockets: nothing lost, nothing doubled, no blind repeat, no hail of attempts."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import Any

import pytest

from cwql import automate, manage
from cwql.client.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from cwql.client.retry import RetryPolicy

from .fault_server import FAULTS, FOREVER, IDS, NEVER_ACTED, PAGES, RETRY_AFTER, SIZE, FastClock, FaultServer

ATTEMPTS = 4
TIMES = {"once": 1, "twice": 2, "for ever": FOREVER}

# Making one costs more than a test's requests.
TRUST = ssl.create_default_context()

KINDS: dict[str, type[APIError]] = {
    "refused": APIConnectionError,
    "reset": APIConnectionError,
    "reset-inside": APIConnectionError,
    "truncated": APIConnectionError,
    "gzip": APIConnectionError,
    "stall": APITimeoutError,
    "stall-inside": APITimeoutError,
    "html": InvalidResponseError,
    "401": AuthenticationError,
    "404": NotFoundError,
    "409": ConflictError,
    **dict.fromkeys(RETRY_AFTER, RateLimitError),
    **dict.fromkeys(("408", "500", "502", "503", "504"), ServerError),
}

FINAL = frozenset(("401", "404", "409"))
"""Faults that no second attempt cures."""


def options(server: FaultServer, clock: FastClock) -> dict[str, Any]:
    return {
        "clock": clock,
        "verify": TRUST,
        "timeout": 0.25 if server.fault.startswith("stall") else 5.0,
        "retry": RetryPolicy(max_retries=ATTEMPTS - 1, deadline=None),
        "requests_per_minute": 60_000,
        "burst": 1000,
    }


def psa(kind: Any, server: FaultServer, clock: FastClock) -> Any:
    url = f"http://127.0.0.1:{server.port}/v4_6_release/apis/3.0"
    return kind(
        company_id="acme",
        public_key="pub",
        private_key="s3cr3t-key",
        client_id="guid",
        base_url=url,
        **options(server, clock),
    )


def collect(server: FaultServer, mode: str) -> tuple[list[int], APIError | None, FastClock]:
    """Return the ids that came, the error that ended them, and the clock."""
    clock = FastClock(server.waited)
    found: list[int] = []

    async def tasks() -> None:
        async with psa(manage.AsyncClient, server, clock) as client:
            async for record in client.service.boards.list(page_size=SIZE):
                found.append(record.id)  # noqa: PERF401 - what came before an error counts too

    def threads() -> None:
        with psa(manage.Client, server, clock) as client:
            for record in client.service.boards.list(page_size=SIZE):
                found.append(record.id)  # noqa: PERF401

    try:
        asyncio.run(tasks()) if mode == "async" else threads()
    except APIError as error:
        return found, error, clock
    return found, None, clock


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("page", range(PAGES))
@pytest.mark.parametrize("fault", FAULTS)
def test_lists(fault: str, page: int, times: str, mode: str) -> None:
    if fault == "refused" and page == 0:
        pytest.skip("a server that never answered is not asked again")
    with FaultServer(fault, page, TIMES[times]) as server:
        found, error, clock = collect(server, mode)
        asked = [one for one in server.asked if one.page == page]
        if times != "for ever" and fault not in FINAL:
            assert error is None
            assert found == IDS
            assert len(server.asked) == PAGES + (0 if fault == "refused" else TIMES[times])
        else:
            assert type(error) is KINDS[fault]
            assert found == IDS[: page * SIZE]
            attempts = 0 if fault == "refused" else 1 if fault in FINAL else ATTEMPTS
            assert len(asked) == attempts
            assert len(server.asked) == page + attempts
            assert "s3cr3t" not in f"{error}{error!r}"
        # Every wait is one that the policy drew or the server asked for.
        assert all(wait <= 5.0 for wait in clock.waits)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_creations(fault: str, unsafe: bool, times: str, mode: str) -> None:
    body = {"name": "x", "location": {"id": 1}, "department": {"id": 1}}
    with FaultServer(fault, 0, TIMES[times]) as server:
        clock = FastClock(server.waited)
        error: APIError | None = None
        policy = replace(options(server, clock)["retry"], retry_non_idempotent=unsafe)

        async def tasks() -> Any:
            async with psa(manage.AsyncClient, server, clock) as client:
                client._core.line.quota.reached = True
                return await client.service.boards.create(body, retry=policy)

        def threads() -> Any:
            with psa(manage.Client, server, clock) as client:
                # As after an earlier response: otherwise a refused connection is an error at once.
                client._core.line.quota.reached = True
                return client.service.boards.create(body, retry=policy)

        try:
            made = asyncio.run(tasks()) if mode == "async" else threads()
            assert made.id == 99
        except APIError as raised:
            error = raised
        repeated = fault in NEVER_ACTED or (unsafe and fault not in FINAL)
        if repeated and times != "for ever":
            assert error is None
        else:
            assert type(error) is KINDS[fault]
        arrived = len(server.asked)
        if not unsafe:
            # The promise: a request that the server may have acted on is never sent again.
            assert server.created <= 1
            assert arrived <= 1 or fault in NEVER_ACTED
        assert arrived <= ATTEMPTS


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("times", ["once", "for ever"])
@pytest.mark.parametrize("page", range(PAGES))
@pytest.mark.parametrize("fault", FAULTS)
def test_lists_of_automate(fault: str, page: int, times: str, mode: str) -> None:
    """Page numbers and tokens: a 401 is met by one renewal, for ever it is an error."""
    if fault == "refused" and page == 0:
        return  # Then nobody can sign in either, which is the matter of another test.
    with FaultServer(fault, page, TIMES[times]) as server:
        clock = FastClock(server.waited)
        found: list[int] = []
        error: APIError | None = None
        url = f"http://127.0.0.1:{server.port}"
        keys: Any = {"server": url, "username": "jdoe", "password": "secret-pw", "client_id": "guid"}

        async def tasks() -> None:
            async with automate.AsyncClient(**keys, **options(server, clock)) as client:
                async for record in client.clients.list(page_size=SIZE):
                    found.append(int(record.Id or 0))  # noqa: PERF401

        def threads() -> None:
            with automate.Client(**keys, **options(server, clock)) as client:
                for record in client.clients.list(page_size=SIZE):
                    found.append(int(record.Id or 0))  # noqa: PERF401

        try:
            asyncio.run(tasks()) if mode == "async" else threads()
        except APIError as raised:
            error = raised
        asked = [one for one in server.asked if one.page == page]
        if times == "once" and fault not in ("404", "409"):
            assert error is None
            assert found == IDS
            assert server.signed_in == (2 if fault == "401" else 1)
        else:
            assert type(error) is KINDS[fault]
            assert found == IDS[: page * SIZE]
            assert len(asked) == (
                0 if fault == "refused" else 2 if fault == "401" else 1 if fault in FINAL else ATTEMPTS
            )
            assert "secret-pw" not in f"{error}{error!r}"


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_dead_server_is_not_hammered(mode: str) -> None:
    """A hundred calls to a server that fails always: the quota ends the retries after twenty."""
    with FaultServer("500", 0, FOREVER) as server:
        clock = FastClock()

        async def tasks() -> list[Any]:
            async with psa(manage.AsyncClient, server, clock) as client:
                calls = [client.service.boards.get(1) for _ in range(100)]
                return await asyncio.gather(*calls, return_exceptions=True)

        def threads() -> list[Any]:
            with psa(manage.Client, server, clock) as client:
                return [
                    outcome.error
                    for outcome in client.run_concurrently(lambda n: client.service.boards.get(1), range(100))
                ]

        errors = asyncio.run(tasks()) if mode == "async" else threads()
        assert all(type(error) is ServerError for error in errors)
        assert len(errors) == 100
        assert 100 < len(server.asked) <= 120


def test_there_is_a_fault_of_every_kind() -> None:
    assert set(KINDS) == set(FAULTS)
    assert len(FAULTS) * PAGES * len(TIMES) * 2 == 396
