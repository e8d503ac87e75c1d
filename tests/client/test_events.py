"""Event hooks and spans of OpenTelemetry, of both clients, against the sandbox and servers that fail."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import cwql
from cwql import automate
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox

KEYS: dict[str, Any] = {"company_id": "acme", "public_key": "pub", "private_key": "priv-secret", "client_id": "cid"}
CUSTOMER = "Anna Secret"


class Log:
    """Record the events of a client."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def hooks(self) -> cwql.EventHooks:
        add = self.events.append
        return {"request": [add], "response": [add], "retry": [add], "wait": [add]}

    def names(self) -> list[str]:
        return [type(event).__name__.removesuffix("Event").lower() for event in self.events]


def failing(times: int, status: int = 503) -> httpx.MockTransport:
    """Return a server that fails some times, then returns a board."""
    left = [times]

    def answer(request: httpx.Request) -> httpx.Response:
        left[0] -= 1
        if left[0] >= 0:
            return httpx.Response(status, json={"code": "x", "message": CUSTOMER}, headers={"x-request-id": "r-1"})
        body = [] if request.url.path.endswith("tickets") else {"id": 5, "name": "Help Desk"}
        return httpx.Response(200, json=body, headers={"x-request-id": "r-2"})

    return httpx.MockTransport(answer)


def manage(transport: httpx.MockTransport, **settings: Any) -> Client:
    given: dict[str, Any] = {"retry": cwql.RetryPolicy(backoff_factor=0.0), **settings}
    return Client(**KEYS, site="na", transport=transport, **given)


# --- hooks ---------------------------------------------------------------------------------------------------------------


def test_hooks_receive_each_request_response_and_retry() -> None:
    log = Log()
    with manage(failing(2), event_hooks=log.hooks()) as psa:
        psa.service.boards.get(5)
    assert log.names() == ["request", "response", "retry"] * 2 + ["request", "response"]
    request, response, retry = log.events[3:6]
    assert (request.method, request.attempt, request.operation) == ("GET", 2, "getServiceBoardsById")
    assert request.url == "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/boards/5"
    assert (response.status_code, response.attempt, response.request_id) == (503, 2, "r-1")
    assert (retry.attempt, retry.reason, retry.delay) == (2, "503", 0.0)
    assert log.events[-1].request_id == "r-2"
    assert log.events[-1].elapsed >= timedelta()
    assert "priv-secret" not in repr(log.events)
    assert request.headers["authorization"] == "***"


def test_other_hooks_for_the_same_connections() -> None:
    log, other = Log(), Log()
    with manage(failing(0), event_hooks=log.hooks()) as psa:
        traced = psa.with_options(event_hooks=other.hooks(), timeout=5)
        traced.service.boards.get(5)
        assert (log.names(), other.names()) == ([], ["request", "response"])
        psa.service.boards.get(5)
        assert log.names() == ["request", "response"]
        # Those of a client that is made from it are the same, unless they are given, too.
        traced.with_options(timeout=1).service.boards.get(5)
        traced.with_options(event_hooks={}).service.boards.get(5)
        assert other.names() == ["request", "response"] * 2
        with pytest.raises(TypeError, match="event_hooks"):
            psa.with_options(event_hooks={"request": 5})  # type: ignore[typeddict-item]


def test_hooks_of_tasks_and_of_pages() -> None:
    log = Log()

    async def main() -> None:
        box = Sandbox()
        async with AsyncClient.from_env(
            environ=box.environment, transport=box.transport(), event_hooks=log.hooks()
        ) as psa:
            assert len(await psa.service.tickets.all("closedFlag = false", page_size=10)) > 10
        box.close()

    asyncio.run(main())
    requests = [event for event in log.events if isinstance(event, cwql.RequestEvent)]
    assert [event.attempt for event in requests] == [1] * len(requests)
    assert [dict(event.params).get("pageId") is None for event in requests][:2] == [True, False]
    assert dict(requests[0].params)["conditions"] == "closedFlag = false"
    assert "closedFlag" not in repr(requests[0])


def test_a_wait_for_the_rate_limit_is_an_event() -> None:
    log = Log()
    with manage(failing(0), event_hooks=log.hooks(), requests_per_minute=1200.0, burst=1) as psa:
        for _ in range(3):
            psa.service.boards.get(5)
    waits = [event for event in log.events if isinstance(event, cwql.WaitEvent)]
    assert waits
    assert all(0 < event.seconds <= 0.1 and event.reason == "rate limit" for event in waits)


def test_the_sign_in_is_reported_without_its_body() -> None:
    log = Log()
    box = Sandbox()
    with automate.Client.from_env(environ=box.environment, transport=box.transport(), event_hooks=log.hooks()) as rmm:
        rmm.computers.get(1)
    box.close()
    requests = [event for event in log.events if isinstance(event, cwql.RequestEvent)]
    assert requests[0].operation == "sign in"
    shown = " ".join(event.to_curl() for event in requests)
    assert box._credentials.password not in shown
    assert "--data-binary '***'" in requests[0].to_curl()
    assert "/Computers/1" in requests[-1].to_curl()


def test_a_request_as_curl() -> None:
    log = Log()
    with manage(failing(0), event_hooks=log.hooks()) as psa:
        psa.service.tickets.all(f"contactName = '{CUSTOMER}'")
        psa.request("POST", "/service/tickets", json={"summary": "it's"})
    first, second = [event.to_curl() for event in log.events if isinstance(event, cwql.RequestEvent)]
    words = shlex.split(first)
    assert words[:3] == ["curl", "-X", "GET"]
    assert "conditions=contactName%20%3D%20%22Anna%20Secret%22" in words[3]
    assert "authorization: ***" in words
    assert "priv-secret" not in first
    assert shlex.split(second)[-1] == '{"summary":"it\'s"}'


@pytest.mark.parametrize("event", ["request", "response", "retry"])
def test_an_error_of_a_hook_ends_the_call(event: str) -> None:
    left = [1]

    def refuse(event: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise PermissionError("not today")

    hooks: Any = {event: [refuse]}
    with manage(failing(1), event_hooks=hooks, max_concurrency=1) as psa:
        with pytest.raises(PermissionError, match="not today"):
            psa.service.boards.get(5)
        # Its place is free again: one request at a time is all that this client sends.
        assert psa.service.boards.get(5).name == "Help Desk"


async def coroutine(event: object) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"on_request": [print]}, "no event 'on_request': expected request, response, retry, wait"),
        ({"request": print}, "is a list of functions"),
        ({"request": [5]}, "takes plain functions: got int"),
        ({"request": [coroutine]}, "got a coroutine function"),
        ([print], "is a mapping of request"),
    ],
)
def test_wrong_hooks_are_refused_when_the_client_is_made(hooks: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Client(**KEYS, site="na", event_hooks=hooks)


def test_a_dry_run_has_no_events() -> None:
    log = Log()
    with manage(failing(0), event_hooks=log.hooks()) as psa:
        psa.dry_run().service.boards.delete(5)
    assert log.events == []


# --- spans ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    # The provider of a process can be set once.
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[Any]:
    exporter.clear()
    yield exporter.get_finished_spans
    exporter.clear()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_call_is_one_span_with_its_attempts(spans: Any) -> None:
    with manage(failing(2)) as psa:
        psa.service.boards.get(5)
    (span,) = spans()
    assert (span.name, span.kind) == ("GET /service/boards/{id}", SpanKind.CLIENT)
    found = attributes(span)
    assert found["url.template"] == "/service/boards/{id}"
    assert found["server.address"] == "api-na.myconnectwise.net"
    assert found["http.response.status_code"] == 200
    assert found["http.request.resend_count"] == 2
    assert found["cwql.operation"] == "getServiceBoardsById"
    assert [event.name for event in span.events] == [
        "cwql.request", "cwql.response", "cwql.retry",
        "cwql.request", "cwql.response", "cwql.retry",
        "cwql.request", "cwql.response",
    ]  # fmt: skip
    assert span.status.status_code is not StatusCode.ERROR


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_failed_call_names_no_customer(spans: Any, mode: str) -> None:
    condition = f"contactName = '{CUSTOMER}'"
    if mode == "sync":
        with manage(failing(9, 400)) as psa, pytest.raises(cwql.BadRequestError):
            psa.service.tickets.all(condition)
    else:

        async def main() -> None:
            async with AsyncClient(**KEYS, site="na", transport=failing(9, 400)) as psa:
                with pytest.raises(cwql.BadRequestError):
                    await psa.service.tickets.all(condition)

        asyncio.run(main())
    (span,) = spans()
    assert span.status.status_code is StatusCode.ERROR
    assert attributes(span)["error.type"] == "BadRequestError"
    assert "Anna" not in span.to_json()
    assert "priv-secret" not in span.to_json()


def test_spans_are_below_the_span_of_the_program(spans: Any) -> None:
    with trace.get_tracer("tests").start_as_current_span("job") as job, manage(failing(0)) as psa:
        psa.run_concurrently(psa.service.boards.get, [1, 2])
        psa.service.boards.get(5)
    *_, last, outer = spans()
    assert outer.name == "job"
    assert last.parent.span_id == job.get_span_context().span_id


def test_a_program_without_opentelemetry_does_not_import_it() -> None:
    program = (
        "import sys\n"
        "from cwql.manage import Client\n"
        "from cwql.sandbox import Sandbox\n"
        "box = Sandbox()\n"
        "Client.from_env(environ=box.environment, transport=box.transport()).service.boards.get(1)\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[]\n"
