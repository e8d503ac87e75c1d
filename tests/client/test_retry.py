"""Retries and their delays: tables of (request, outcome, attempt) and the expected decision."""

from __future__ import annotations

import math
from email.utils import formatdate

import pytest

from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.retry import RetryPolicy, RetryQuota, asked_wait, read_wait

WALL = 1_700_000_000.0
KINDS = ("refused", "unreachable", "tls", "timeout", "reset", "truncated", "encoding", "protocol")


def request(method: str, repeatable: bool | None = None) -> Request:
    return Request(method, "https://example.com/x", repeatable=repeatable)


def reply(status: int, content: bytes = b"", **headers: str) -> Response:
    return Response(status, Headers({name.replace("_", "-"): value for name, value in headers.items()}), content)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"])
@pytest.mark.parametrize(
    "status", [200, 201, 204, 207, 301, 302, 400, 401, 403, 404, 408, 409, 422, 423, 429, 500, 501, 502, 503, 504, 599]
)
def test_statuses(method: str, status: int) -> None:
    expected = status == 429 or (status in (408, 500, 502, 503, 504) and method not in ("POST", "PATCH"))
    assert RetryPolicy()._may_repeat(request(method), reply(status)) is expected
    assert RetryPolicy(retry_non_idempotent=True)._may_repeat(request(method), reply(status)) is (
        status in (408, 429, 500, 502, 503, 504)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
def test_failures(kind: str, sent: bool, method: str) -> None:
    failure = TransportFailure(kind, sent)  # type: ignore[arg-type]
    final = kind in ("tls", "deadline", "too-large")
    expected = not final and (not sent or method not in ("POST", "PATCH"))
    assert RetryPolicy()._may_repeat(request(method), failure) is expected
    assert RetryPolicy(retry_non_idempotent=True)._may_repeat(request(method), failure) is not final


def test_a_request_may_say_it_is_harmless() -> None:
    failure = TransportFailure("reset", True)
    assert RetryPolicy()._may_repeat(request("POST", repeatable=True), failure)
    assert not RetryPolicy()._may_repeat(request("GET", repeatable=False), failure)
    assert not RetryPolicy()._may_repeat(request("PUT", repeatable=False), reply(500))
    assert RetryPolicy()._may_repeat(request("PUT", repeatable=False), reply(429))


@pytest.mark.parametrize(
    ("attempt", "chance", "wait"),
    [
        (1, 1.0, 0.5),
        (2, 1.0, 1.0),
        (3, 1.0, 2.0),
        (4, 1.0, 4.0),
        (5, 1.0, 8.0),
        (6, 1.0, 16.0),
        (7, 1.0, 30.0),
        (80, 1.0, 30.0),
        (5000, 0.5, 15.0),
        (3, 0.25, 0.5),
        (3, 0.0, 0.0),
    ],
)
def test_full_jitter(attempt: int, chance: float, wait: float) -> None:
    policy = RetryPolicy(max_retries=9_000, deadline=None)
    assert policy._pause(request("GET"), reply(500), attempt, chance, WALL) == wait


def test_attempts() -> None:
    policy = RetryPolicy(max_retries=2)
    get = request("GET")
    assert policy._pause(get, reply(503), 2, 0.0, WALL) == 0.0
    assert policy._pause(get, reply(503), 3, 0.0, WALL) is None
    assert policy._pause(get, reply(503), 1, 1.0, WALL) == 0.5
    assert policy._pause(get, reply(429, retry_after="9"), 1, 0.0, WALL) == 9.0
    assert RetryPolicy(max_retries=0)._pause(get, reply(503), 1, 0.0, WALL) is None
    for broken in (
        {"max_retries": -1},
        {"backoff_factor": -1.0},
        {"backoff_max": math.inf},
        {"deadline": math.nan},
        {"retry_after_max": 1e300},
    ):
        with pytest.raises(ValueError):
            RetryPolicy(**broken)  # pyright: ignore[reportArgumentType]


DATE = formatdate(WALL + 30, usegmt=True)
RETRY_AFTER = [
    ("0", 0.0),
    ("30", 30.0),
    (" 30 ", 30.0),
    ("1.5", 1.5),
    (".25", 0.25),
    ("2.", 2.0),
    ("007", 7.0),
    (DATE, 30.0),
    (DATE.replace("GMT", "+0000"), 30.0),
    ("Tuesday, 14-Nov-23 22:13:50 GMT", 30.0),
    ("Tue Nov 14 22:13:50 2023", 30.0),
    (formatdate(WALL - 500, usegmt=True), 0.0),
    (str(int(WALL) + 45), 45.0),
    ("-5", None),
    ("+5", None),
    ("1e3", None),
    ("nan", None),
    ("inf", None),
    ("soon", None),
    ("", None),
    ("30 seconds", None),
    ("1,5", None),
    ("٣", None),
    ("9" * 400, None),
    ("Mon, 99 Foo 2023", None),
    ("Tue, 14 Nov 99999 22:13:50 GMT", None),
]


@pytest.mark.parametrize(("text", "wait"), RETRY_AFTER)
def test_retry_after(text: str, wait: float | None) -> None:
    assert read_wait(text, {}, WALL) == wait
    found = RetryPolicy(deadline=None)._pause(request("POST"), reply(429, retry_after=text), 1, 0.0, WALL)
    assert found == (min(wait, 120.0) if wait is not None else 0.0)


def test_retry_after_is_read_by_the_servers_clock() -> None:
    behind = {"date": formatdate(WALL - 3600, usegmt=True)}
    assert read_wait(formatdate(WALL - 3570, usegmt=True), behind, WALL) == 30.0


def test_retry_after_is_capped_and_gets_a_little_chance() -> None:
    policy = RetryPolicy(max_retries=8, deadline=None)
    assert policy._pause(request("GET"), reply(503, retry_after="86400"), 1, 0.0, WALL) == 120.0
    assert policy._pause(request("GET"), reply(503, retry_after="2"), 8, 1.0, WALL) == 3.0


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (
            reply(429, b'{"error":"ConnectWiseAPI","message":"Too many requests. Please try again in 30 seconds."}'),
            30.0,
        ),
        (reply(429, b'{"code":"RateLimitExceeded","message":"Rate limit exceeded. Try again in 7.5 seconds."}'), 7.5),
        (reply(429, b"try again in 5 seconds", retry_after="2"), 2.0),
        (reply(429, b"try again in 5 seconds", x_ratelimit_reset="12"), 12.0),
        (reply(429, b"", x_ratelimit_reset=str(int(WALL) + 9)), 9.0),
        (reply(503, b"try again in 5 seconds"), None),
        (reply(429, b"\xff\xfe try again in 5 seconds"), 5.0),
        (reply(429), None),
    ],
)
def test_what_a_server_asks(answer: Response, wait: float | None) -> None:
    assert asked_wait(answer, WALL) == wait


def test_quota_keeps_a_dead_server_from_a_hail() -> None:
    quota = RetryQuota()
    dead = TransportFailure("refused", False)
    assert sum(quota.take(dead) for _ in range(1000)) == 20
    assert all(quota.take(reply(429)) for _ in range(100))
    for _ in range(10):
        quota.give(retried=False)
    assert [quota.take(reply(500)) for _ in range(2)] == [True, False]
    quota.give(retried=True)
    assert quota.take(reply(500))
    quota.put_back(reply(500))
    assert quota.take(reply(500))
    quota.put_back(reply(429))
    assert not quota.take(reply(500))
    for _ in range(10_000):
        quota.give(retried=False)
    assert quota.left == quota.capacity
