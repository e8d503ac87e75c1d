"""One call as a table of steps and replies: requests, waits, retries, results and errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from cwql.client.auth import KeyPair
from cwql.client.effects import Sleep
from cwql.client.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InvalidResponseError,
    LockedError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UntrustedURLError,
)
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.limit import RateLimit, RateLimiter
from cwql.client.origin import Origin
from cwql.client.parsing import read
from cwql.client.retry import RetryPolicy, RetryQuota
from cwql.client.send import ServerConnection, call

from .simulation import Simulation

BASE = "https://example.com/v4_6_release/apis/3.0"
GET = Request("GET", f"{BASE}/service/tickets", (("conditions", "id = 1"),))
POST = Request("POST", f"{BASE}/service/tickets", body=b"{}")

RESET = TransportFailure("reset", True)
REFUSED = TransportFailure("refused", False)
LATE = TransportFailure("timeout", True)
OK = Response(200, Headers(), b'{"id": 1}')
HTML = Response(200, Headers({"content-type": "text/html"}), b"<html><title>Sign in</title></html>")
HALF = Response(200, Headers(), b'{"id": 1, "summ')


def status(code: int, body: bytes = b"", **headers: str) -> Response:
    return Response(code, Headers({name.replace("_", "-"): value for name, value in headers.items()}), body)


class Script:
    """Answer from a list; its last entry answers all later steps."""

    def __init__(self, *answers: Response | TransportFailure) -> None:
        self._answers: Iterator[Response | TransportFailure] = iter(answers)
        self._last: Response | TransportFailure = answers[-1]

    def __call__(self, request: Request) -> Response | TransportFailure:
        self._last = next(self._answers, self._last)
        return self._last


def make(*answers: Response | TransportFailure, **more: Any) -> tuple[Simulation, ServerConnection]:
    simulation = Simulation(Script(*answers))
    limit = RateLimit(simulation, RateLimiter(clock=simulation, requests_per_minute=10_000, burst=10_000))
    line = ServerConnection("manage", Origin.of(BASE), BASE, KeyPair("acme", "pub", "priv", "cid"), limit, simulation)
    # The server answered before: a refused connection is otherwise an error at once.
    line.quota.reached = True
    return simulation, replace(line, chance=lambda: 0.5, **more)


def ask(
    *answers: Response | TransportFailure, request: Request = GET, policy: RetryPolicy | None = None, **more: Any
) -> tuple[Any, list[Request]]:
    simulation, line = make(*answers, **more)
    answer = simulation.finish(call(line, request, lambda body: read("manage", None, body), policy, ("id = 1",)))
    return answer.value, [sent for _, sent in simulation.sent]


def fail(
    *answers: Response | TransportFailure, request: Request = GET, policy: RetryPolicy | None = None, **more: Any
) -> tuple[Exception, int]:
    simulation, line = make(*answers, **more)
    with pytest.raises(Exception) as caught:
        simulation.finish(call(line, request, lambda body: read("manage", None, body), policy))
    return caught.value, len(simulation.sent)


def test_a_call_carries_credentials_and_the_call_s_own_headers() -> None:
    value, sent = ask(OK, request=GET.with_headers({"x-own": "1", "authorization": "mine"}))
    assert value == {"id": 1}
    assert len(sent) == 1
    assert sent[0].headers["authorization"].startswith("Basic ")
    assert sent[0].headers["clientid"] == "cid"
    assert sent[0].headers["x-own"] == "1"


@pytest.mark.parametrize("times", [1, 2, 4])
@pytest.mark.parametrize(
    "fault", [RESET, REFUSED, LATE, HTML, HALF, *[status(code) for code in (408, 429, 500, 502, 503, 504)]], ids=repr
)
def test_a_read_is_tried_again_until_it_succeeds(fault: Response | TransportFailure, times: int) -> None:
    value, sent = ask(*[fault] * times, OK)
    assert value == {"id": 1}
    assert len(sent) == times + 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (RESET, APIConnectionError),
        (REFUSED, APIConnectionError),
        (LATE, APITimeoutError),
        (HTML, InvalidResponseError),
        (HALF, InvalidResponseError),
        (status(429), RateLimitError),
        (status(500), ServerError),
        (status(503), ServerError),
    ],
    ids=repr,
)
def test_a_fault_that_stays_ends_within_the_attempts(
    fault: Response | TransportFailure, error: type[Exception]
) -> None:
    raised, sent = fail(fault)
    assert type(raised) is error
    assert sent == RetryPolicy().max_retries + 1
    assert getattr(raised, "attempts") == sent  # noqa: B009 - the two kinds of errors share no base that has it


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (status(400), BadRequestError),
        (status(401), AuthenticationError),
        (status(404), NotFoundError),
        (status(409, b'{"code": "RecordLocked", "message": "locked"}'), LockedError),
    ],
)
def test_a_refusal_is_not_tried_again(reply: Response, error: type[Exception]) -> None:
    raised, sent = fail(reply)
    assert type(raised) is error
    assert sent == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "fault",
    [RESET, LATE, *[status(code) for code in (408, 500, 502, 503, 504)], status(503, retry_after="1"), HTML],
    ids=repr,
)
def test_a_write_is_never_repeated_blindly(fault: Response | TransportFailure, method: str) -> None:
    write = replace(POST, method=method)
    _, sent = fail(fault, request=write)
    assert sent == 1
    value, again = ask(fault, OK, request=write, policy=RetryPolicy(retry_non_idempotent=True))
    assert value == {"id": 1}
    assert len(again) == 2


@pytest.mark.parametrize("fault", [REFUSED, status(429)], ids=repr)
def test_a_post_is_repeated_where_nothing_was_done(fault: Response | TransportFailure) -> None:
    value, sent = ask(fault, OK, request=POST)
    assert value == {"id": 1}
    assert len(sent) == 2


@pytest.mark.parametrize("fault", [RESET, LATE, *[status(code) for code in (408, 429, 500, 502, 503, 504)]], ids=repr)
def test_a_search_is_a_read_although_it_is_a_post(fault: Response | TransportFailure) -> None:
    value, sent = ask(fault, OK, request=replace(POST, repeatable=True))
    assert value == {"id": 1}
    assert len(sent) == 2


def test_waits_grow_and_the_server_s_word_counts() -> None:
    simulation, line = make(status(500), status(500), status(429, retry_after="7"), OK)
    simulation.finish(call(line, GET))
    times = [at for at, _ in simulation.sent]
    waits = [round(b - a, 3) for a, b in pairwise(times)]
    assert waits[:2] == [0.25, 0.5]
    assert 7.0 <= waits[2] <= 8.0


def test_the_deadline_bounds_all_attempts() -> None:
    simulation, line = make(status(503, retry_after="20"))
    with pytest.raises(ServerError):
        simulation.finish(call(line, GET, policy=RetryPolicy(max_retries=49, deadline=60.0)))
    assert simulation.now() < 60.0
    assert len(simulation.sent) == 3


def test_a_dead_server_is_not_hammered() -> None:
    quota = RetryQuota()
    total = sum(fail(RESET, quota=quota)[1] for _ in range(50))
    assert total == 50 + 20


def test_redirects_stay_inside_the_origin() -> None:
    value, sent = ask(status(307, location="/v4_6_release/apis/3.0/service/tickets/?page=1"), OK)
    assert value == {"id": 1}
    assert sent[1].url == f"{BASE}/service/tickets/?page=1"
    assert sent[1].headers["authorization"] == sent[0].headers["authorization"]
    for location in ("https://evil.example/x", "//evil.example/x", "http://example.com/x"):
        raised, count = fail(status(302, location=location))
        assert isinstance(raised, UntrustedURLError)
        assert count == 1
    raised, count = fail(status(302, location="/x"), request=POST)
    assert isinstance(raised, APIStatusError)
    assert count == 1
    assert fail(status(302, location="/x"))[1] == 4


def test_an_error_shows_the_condition_and_no_secret() -> None:
    body = b'{"code": "ApiFindCondition", "message": "nme is not a recognized name. (priv)"}'
    simulation, line = make(status(400, body))
    with pytest.raises(BadRequestError) as caught:
        simulation.finish(call(line, GET, None, None, ("nme = 1",)))
    text = str(caught.value)
    assert "nme = 1" in text
    assert "^^^" in text
    assert "priv" not in text
    assert "GET /service/tickets" in text


def test_a_url_that_only_the_server_knows_is_completed_first() -> None:
    def locate(line: ServerConnection, request: Request) -> Any:
        yield Sleep(0)
        return replace(request, url=request.url.replace("v4_6_release", "v9"))

    _, sent = ask(OK, locate=locate)
    assert sent[0].url == "https://example.com/v9/apis/3.0/service/tickets"
