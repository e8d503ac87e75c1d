"""Signing in: both contracts, one renewal for everybody, a week of tokens, and no loops."""

from __future__ import annotations

import asyncio
import base64
import json
import pickle
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest

from cwql.client.auth import MARGIN, PATIENCE, REFUSED_FOR, KeyPair, TokenSignIn
from cwql.client.credentials import KeyringTokenStore, Secret
from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import Flow, Send
from cwql.client.errors import (
    AuthenticationError,
    InvalidResponseError,
    NotFoundError,
    ServerError,
    TwoFactorRequiredError,
)
from cwql.client.http_types import Headers, Request, Response, TransportFailure

from .simulation import START, Simulation

BASE = "https://automate.example.com/cwa/api/v1"


def deliver(request: Request) -> Flow[Response]:
    reply: Response = yield Send(request)
    return reply


class Server:
    """An Automate server's sign-in, by either contract."""

    def __init__(self, contract: str, clock: Callable[[], float], life: float = 3600.0, **options: Any) -> None:
        self.contract = contract
        self.clock = clock
        self.life = life
        self.two_factor: str | None = options.get("two_factor_code")
        self.refreshes: bool = options.get("refreshes", True)
        self.skew: float = options.get("skew", 0.0)
        self.absolute: float | None = options.get("absolute")
        self.issued: dict[str, float] = {}
        self.counts = {"sign in": 0, "refresh": 0, "missing": 0, "data": 0, "refused": 0}
        self.fail: int | None = None

    def __call__(self, request: Request) -> Response:
        path = request.url.removeprefix(BASE)
        if self.fail is not None and path.startswith("/API"):
            return Response(self.fail)
        paths = {"documented": "/APICredentials", "observed": "/APIToken"}
        assert isinstance(request.body, bytes | None)
        if path == paths[self.contract]:
            return self.sign_in(json.loads(request.body or b""))
        if path == f"{paths[self.contract]}/Refresh":
            return self.refresh(json.loads(request.body or b""))
        if path.startswith("/API"):
            self.counts["missing"] += 1
            return Response(404)
        token = request.headers["authorization"].removeprefix("Bearer ")
        good = self.issued.get(token, 0.0) > self.clock()
        self.counts["data" if good else "refused"] += 1
        return Response(200 if good else 401)

    def sign_in(self, body: dict[str, str]) -> Response:
        self.counts["sign in"] += 1
        if body["Password"] != "right":
            return Response(401, content=b'{"Message": "Authorization has been denied for this request."}')
        code = body.get({"documented": "TwoFactorCode", "observed": "TwoFactorPasscode"}[self.contract])
        if self.two_factor is not None and code != self.two_factor:
            if self.contract == "observed":
                return Response(200, content=b'{"AccessToken": "", "IsTwoFactorRequired": true}')
            return Response(401, content=b'{"error": {"code": "Unauthorized", "message": "Two-factor code required"}}')
        return self.issue()

    def refresh(self, body: object) -> Response:
        self.counts["refresh"] += 1
        token = body["RefreshToken"].removeprefix("refresh-") if isinstance(body, dict) else str(body)
        if not self.refreshes or token not in self.issued:
            return Response(401)
        if self.contract == "observed" and self.issued[token] <= self.clock():
            return Response(401)
        return self.issue()

    def issue(self) -> Response:
        token = f"token-{len(self.issued)}"
        now = self.clock() + self.skew
        self.issued[token] = self.clock() + self.life
        headers = Headers({"date": formatdate(now, usegmt=True)})
        if self.contract == "documented":
            body: dict[str, object] = {"AccessToken": token, "ExpiresIn": self.life, "RefreshToken": f"refresh-{token}"}
        else:
            body = {"AccessToken": token, "ExpirationDate": iso(now + self.life), "IsTwoFactorRequired": False}
            if self.absolute is not None:
                body["AbsoluteExpirationDate"] = iso(now + self.absolute)
        return Response(200, headers, json.dumps(body).encode())


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def call(auth: TokenSignIn, path: str = "/Computers") -> Flow[int]:
    """Act as a client does: add headers, send, and repeat once after a 401."""
    headers = yield from auth.headers(deliver)
    reply: Response = yield Send(Request("GET", f"{BASE}{path}", headers=headers))
    if reply.status_code == 401 and (yield from auth.renew(deliver, headers)):
        headers = yield from auth.headers(deliver)
        reply = yield Send(Request("GET", f"{BASE}{path}", headers=headers))
    return reply.status_code


def world(contract: str = "observed", latency: float = 0.2, **options: Any) -> tuple[Simulation, Server]:
    server: Server
    simulation = Simulation(lambda request: server(request), latency)  # noqa: PLW0108 - not made yet
    server = Server(contract, simulation.wall, **options)
    return simulation, server


# --- Manage ------------------------------------------------------------------------------------------------------------


def test_key_pair_headers() -> None:
    auth = KeyPair("company", "publickey", "privatekey", "3c9b1e5a-0000-4000-8000-000000000001")
    headers = Simulation().finish(auth.headers(deliver))
    assert headers["Authorization"] == "Basic Y29tcGFueStwdWJsaWNrZXk6cHJpdmF0ZWtleQ=="
    assert headers["clientId"] == "3c9b1e5a-0000-4000-8000-000000000001"
    assert Simulation().finish(auth.renew(deliver, headers)) is False


def test_key_pair_keeps_utf8() -> None:
    headers = Simulation().finish(KeyPair("häuser", "pub", "pri:v+ate").headers(deliver))
    assert base64.b64decode(headers["authorization"].split()[1]).decode() == "häuser+pub:pri:v+ate"


@pytest.mark.parametrize(
    "arguments",
    [
        ("a+b", "p", "k"),
        ("a", "p:q", "k"),
        ("a:b", "p", "k"),
        ("a", "p\n", "k"),
        ("a", "p", "k\r\nX-Evil: 1"),
        ("a", "p", "k", "c\0"),
    ],
)
def test_key_pair_refuses_what_divides(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError) as caught:
        KeyPair(*arguments)
    assert "X-Evil" not in str(caught.value)


# --- Automate: contracts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", ["documented", "observed"])
@pytest.mark.parametrize("pinned", [False, True])
def test_contract_is_negotiated_once_or_pinned(contract: str, pinned: bool) -> None:
    simulation, server = world(contract)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation, contract=contract if pinned else "auto", client_id="guid")
    assert simulation.finish(call(auth)) == 200
    assert auth.contract == contract
    assert server.counts["missing"] == (1 if contract == "observed" and not pinned else 0)
    simulation.at(simulation.now() + 100_000, lambda: None)
    simulation.settle()
    assert simulation.finish(call(auth)) == 200
    assert server.counts["missing"] <= 1
    data = [request for _, request in simulation.sent if "/Computers" in request.url]
    assert all(request.headers["ClientId"] == "guid" for request in data)


def test_wrong_pin_says_what_is_wrong() -> None:
    simulation, _ = world("observed")
    auth = TokenSignIn(BASE, "jdoe", "right", simulation, contract="documented")
    with pytest.raises(NotFoundError, match="check the server's name"):
        simulation.finish(auth.headers(deliver))
    with pytest.raises(ValueError, match="documented or observed"):
        TokenSignIn(BASE, "jdoe", "right", simulation, contract="new")


@pytest.mark.parametrize("contract", ["documented", "observed"])
def test_missing_two_factor_is_an_error_and_no_loop(contract: str) -> None:
    simulation, server = world(contract, two_factor_code="123456")
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    for _ in range(5):
        with pytest.raises(TwoFactorRequiredError, match="two_factor_code="):
            simulation.finish(call(auth))
    assert server.counts["sign in"] == 1
    assert simulation.finish(call(TokenSignIn(BASE, "jdoe", "right", simulation, two_factor_code="123456"))) == 200
    codes = iter(["123456"])
    assert (
        simulation.finish(call(TokenSignIn(BASE, "jdoe", "right", simulation, two_factor_code=lambda: next(codes))))
        == 200
    )


def test_wrong_password_is_not_hammered() -> None:
    simulation, server = world("observed")
    auth = TokenSignIn(BASE, "jdoe", "wrong", simulation)
    results = [simulation.start(call(auth)) for _ in range(50)]
    simulation.settle()
    assert all(isinstance(result.exception(), AuthenticationError) for result in results)
    assert server.counts["sign in"] == 1
    simulation.at(simulation.now() + REFUSED_FOR + 1, lambda: None)
    simulation.settle()
    with pytest.raises(AuthenticationError):
        simulation.finish(call(auth))
    assert server.counts["sign in"] == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Response(200, content=b""), InvalidResponseError),
        (Response(200, content=b"<html><title>Sign in</title></html>"), InvalidResponseError),
        (Response(200, content=b'{"AccessToken": null}'), AuthenticationError),
        (Response(200, content=b'{"AccessToken": "  "}'), AuthenticationError),
        (Response(200, content=b'{"accesstoken": "", "istwofactorrequired": true}'), TwoFactorRequiredError),
        (Response(200, content=b"[" * 100_000), InvalidResponseError),
        (Response(403, content=b'{"Message": "MFA passcode is wrong"}'), TwoFactorRequiredError),
        (Response(400, content=b'{"Message": "Invalid username or password"}'), AuthenticationError),
        (Response(500, content=b"\xff\xfe\x00"), ServerError),
    ],
)
def test_odd_replies_to_a_sign_in(reply: Response, kind: type[Exception]) -> None:
    simulation = Simulation(lambda request: reply)
    auth = TokenSignIn(BASE, "jdoe", "s3cret-pass", simulation, contract="observed")
    with pytest.raises(kind) as caught:
        simulation.finish(auth.headers(deliver))
    assert type(caught.value) is kind
    assert "s3cret-pass" not in f"{caught.value}{caught.value!r}"


@pytest.mark.parametrize(
    ("body", "life"),
    [
        ({"AccessToken": "t", "ExpiresIn": 14400}, 14400),
        ({"AccessToken": "t", "ExpiresIn": "7200"}, 7200),
        ({"AccessToken": "t"}, 3600),
        ({"AccessToken": "t", "ExpiresIn": -1}, 3600),
        ({"AccessToken": "t", "ExpiresIn": True}, 3600),
        ({"accessToken": "t", "expirationDate": iso(START + 1800)}, 1800),
        ({"AccessToken": "t", "ExpirationDate": iso(START + 1800).removesuffix("Z")}, 1800),
        ({"AccessToken": "t", "ExpirationDate": iso(START + 1800).replace("Z", ".1234567Z")}, 1800.123456),
        ({"AccessToken": "t", "ExpirationDate": "not a date"}, 3600),
        ({"AccessToken": "t", "ExpirationDate": iso(START - 5)}, 3600),
    ],
)
def test_life_of_a_token(body: dict[str, object], life: float) -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return Response(200, content=json.dumps(body).encode())

    simulation = Simulation(server)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    margin = min(MARGIN, life / 2)
    for moment, count in ((0, 1), (life - margin - 1, 1), (life - margin + 1, 2)):
        simulation.at(moment, lambda: None)
        simulation.settle()
        simulation.finish(auth.headers(deliver))
        assert len(asked) == count


# --- Automate: one renewal ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", ["documented", "observed"])
def test_two_hundred_calls_renew_once(contract: str) -> None:
    simulation, server = world(contract)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    for _ in range(3):
        results = [simulation.start(call(auth)) for _ in range(200)]
        simulation.settle()
        assert {result.result() for result in results} == {200}
        simulation.at(simulation.now() + 3400, lambda: None)
        simulation.settle()
    assert (server.counts["sign in"], server.counts["refresh"], server.counts["refused"]) == (1, 2, 0)


def test_refused_token_is_replaced_once() -> None:
    simulation, server = world("observed")
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    simulation.finish(call(auth))
    server.issued.clear()
    server.issued.update({f"gone-{n}": 0.0 for n in range(100)})
    results = [simulation.start(call(auth)) for _ in range(200)]
    simulation.settle()
    assert {result.result() for result in results} == {200}
    assert server.counts["sign in"] == 2
    assert server.counts["refused"] == 200


def test_refused_for_ever_ends() -> None:
    simulation, server = world("observed", life=3600.0)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    server.life = -1.0
    assert simulation.finish(call(auth)) == 401
    assert server.counts["sign in"] == 2


def test_cancelled_renewal_passes_to_the_next() -> None:
    simulation, server = world("observed")
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    leader = auth.headers(deliver)
    next(leader)
    followers = [simulation.start(call(auth)) for _ in range(10)]
    simulation.at(0.05, leader.close)
    simulation.settle()
    assert {result.result() for result in followers} == {200}
    assert server.counts["sign in"] == 1


def test_failing_renewal_spares_a_good_token() -> None:
    simulation, server = world("observed")
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    simulation.finish(call(auth))
    server.fail = 503
    simulation.at(3600 - MARGIN + 10, lambda: None)
    simulation.settle()
    before = len(simulation.sent)
    results = [simulation.start(call(auth)) for _ in range(20)]
    simulation.settle()
    assert {result.result() for result in results} == {200}
    assert len(simulation.sent) == before + 21
    assert simulation.finish(call(auth)) == 200
    server.fail = None
    simulation.at(simulation.now() + PATIENCE + 1, lambda: None)
    simulation.settle()
    assert simulation.finish(call(auth)) == 200
    assert server.counts["refresh"] == 1
    server.fail = 503
    simulation.at(simulation.now() + 4000, lambda: None)
    simulation.settle()
    with pytest.raises(ServerError):
        simulation.finish(call(auth))


class Counting:
    """A transport for real threads and tasks; counts, and takes a moment over a sign-in."""

    def __init__(self) -> None:
        self.server = Server("observed", SystemClock().wall)
        self.lock = threading.Lock()

    def send(self, request: Request) -> Response:
        if "/API" in request.url:
            threading.Event().wait(0.05)
        with self.lock:
            return self.server(request)


class CountingTasks(Counting):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        if "/API" in request.url:
            await asyncio.sleep(0.05)
        with self.lock:
            return self.server(request)


def test_threads_and_tasks_share_one_renewal() -> None:
    """50 threads and 200 tasks at once: one sign-in; when the server drops the token under all of them, one more."""
    clock = SystemClock()
    threads, tasks = Counting(), CountingTasks()
    tasks.server = threads.server
    tasks.lock = threads.lock
    auth = TokenSignIn(BASE, "jdoe", "right", clock, contract="observed")
    server = threads.server
    for expected in (1, 2):
        server.issued = {f"gone-{number}": 0.0 for number in range(len(server.issued))}
        results: list[int] = []
        barrier = threading.Barrier(51)

        def work(barrier: threading.Barrier = barrier, results: list[int] = results) -> None:
            barrier.wait()
            results.append(run(call(auth), threads, clock))

        async def many(barrier: threading.Barrier = barrier) -> list[int]:
            barrier.wait()
            return await asyncio.gather(*[arun(call(auth), tasks, clock) for _ in range(200)])

        workers = [threading.Thread(target=work) for _ in range(50)]
        for worker in workers:
            worker.start()
        found = asyncio.run(many())
        for worker in workers:
            worker.join()
        assert set(found) | set(results) == {200}
        assert len(found) + len(results) == 250
        assert (server.counts["sign in"], server.counts["refresh"]) == (expected, 0)
    # How many used the lost token before the new one came depends on the load of the machine.
    assert server.counts["refused"] > 1


# --- Automate: a week ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract", "options", "sign_ins", "refreshes"),
    [
        # 168 hours, calls every 4 minutes: an hour's token is renewed in its 56th minute, one of four hours in its 236th.
        ("observed", {}, 1, 179),
        ("observed", {"skew": 86_400.0 * 30}, 1, 179),
        ("observed", {"skew": -86_400.0 * 30}, 1, 179),
        ("observed", {"absolute": 36_000.0}, 1, 179),
        ("observed", {"refreshes": False}, 180, 179),
        ("documented", {"life": 14_400.0}, 1, 42),
        ("documented", {"life": 14_400.0, "refreshes": False}, 43, 42),
    ],
)
def test_a_week_of_tokens(contract: str, options: dict[str, Any], sign_ins: int, refreshes: int) -> None:
    simulation, server = world(contract, **options)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    results = []
    for minute in range(0, 7 * 24 * 60, 4):
        for _ in range(2):
            simulation.at(minute * 60.0, lambda: results.append(simulation.start(call(auth))))
    simulation.settle()
    assert {result.result() for result in results} == {200}
    assert len(results) == 7 * 24 * 15 * 2
    assert server.counts["refused"] == 0
    assert abs(server.counts["sign in"] - sign_ins) <= 1
    assert abs(server.counts["refresh"] - refreshes) <= 1


def test_absolute_end_leads_to_a_new_sign_in() -> None:
    simulation, server = world("observed", absolute=3000.0)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    simulation.finish(call(auth))
    simulation.at(3400.0, lambda: None)
    simulation.settle()
    simulation.finish(call(auth))
    assert (server.counts["sign in"], server.counts["refresh"]) == (2, 0)


# --- the keyring -----------------------------------------------------------------------------------------------------------


def test_keyring_keeps_a_token_between_processes() -> None:
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backend")

    class InMemory(backend.KeyringBackend):  # type: ignore[name-defined,misc]
        """A keyring of this process; a container has no desktop that could lend its own."""

        priority = 1.0
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        simulation, server = world("observed")
        first = TokenSignIn(BASE, "jdoe", "right", simulation, token_store=KeyringTokenStore())
        assert simulation.finish(call(first)) == 200
        second = TokenSignIn(BASE, "jdoe", "right", simulation, token_store=KeyringTokenStore())
        assert simulation.finish(call(second)) == 200
        assert second.contract == "observed"
        other = TokenSignIn(BASE, "asmith", "right", simulation, token_store=KeyringTokenStore())
        assert simulation.finish(call(other)) == 200
        assert server.counts["sign in"] == 2
        InMemory.kept = dict.fromkeys(InMemory.kept, "garbage")
        assert (
            simulation.finish(call(TokenSignIn(BASE, "jdoe", "right", simulation, token_store=KeyringTokenStore())))
            == 200
        )
        assert server.counts["sign in"] == 3
    finally:
        keyring.set_keyring(before)


def test_transport_failure_reaches_every_waiter() -> None:
    simulation = Simulation(lambda request: TransportFailure("refused", False, "nobody listens"), 0.1)
    auth = TokenSignIn(BASE, "jdoe", "right", simulation)
    results = [simulation.start(auth.headers(deliver)) for _ in range(5)]
    simulation.settle()
    assert all(isinstance(result.exception(), TransportFailure) for result in results)
    assert len({id(result.exception()) for result in results}) >= 2
    assert len(simulation.sent) == 1
    assert pickle.loads(pickle.dumps(Secret("x"))) is not None
