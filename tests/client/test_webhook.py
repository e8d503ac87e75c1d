"""Callbacks: which are believed, where keys are asked for, and what an event says."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest

from cwql.client.content import FileSink
from cwql.client.errors import SignatureError, UntrustedLinkError
from cwql.client.flow import Headers, Reply, Request, TransportFailure
from cwql.client.webhook import BODY_LIMIT, KEY_FRESH, KEY_LIFE, CallbackReceiver, sign, signature_matches
from cwql.manage import Client

from .simulation import Simulation

KEY = "a-signing-key-of-the-server"
URL = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/system/callbackkeys?id=5&x=a%20b"


def body(key_url: str | None = URL, **members: Any) -> bytes:
    data: dict[str, Any] = {
        "Action": "updated",
        "ID": 54321,
        "Type": "ticket",
        "MemberID": 123,
        "CompanyId": "acme",
        "Entity": json.dumps({"id": 54321, "summary": "Héllo"}),
        **members,
    }
    if key_url is not None:
        data["Metadata"] = {"key_url": key_url}
    return json.dumps(data).encode()


def by_hand(key: str, content: bytes) -> str:
    """Sign as the vendor describes it, written out once more."""
    return base64.b64encode(hmac.digest(hashlib.sha256(key.encode()).digest(), content, "sha256")).decode()


class Keys:
    """A server that holds a signing key."""

    def __init__(self, content: bytes = json.dumps({"signing_key": KEY}).encode(), status: int = 200) -> None:
        self.content = content
        self.status = status
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply | TransportFailure:
        self.asked.append(request)
        if request.sink is not None and self.status == 200:
            request.sink.begin(self.status, Headers())
            for at in range(0, len(self.content), 4096):
                try:
                    request.sink.write(self.content[at : at + 4096])
                except SignatureError as error:
                    return error  # type: ignore[return-value]
            return Reply(self.status)
        return Reply(self.status, content=self.content)


def receive(content: bytes, signature: str | None, keys: Keys, receiver: CallbackReceiver | None = None) -> Any:
    simulation = Simulation(keys)
    receiver = receiver or CallbackReceiver(clock=simulation)
    headers = {} if signature is None else {"X-Content-Signature": signature}
    return simulation.finish(receiver.verify(content, headers))


def test_signature_as_the_vendor_describes_it() -> None:
    content = body()
    assert sign(KEY, content) == by_hand(KEY, content)
    assert signature_matches(KEY, content, by_hand(KEY, content))
    # Made by `openssl dgst -sha256 -mac HMAC`.
    assert sign("key", b"body") == "JzcEO5uogD/D8sPMoiq3vPcw3o3XmFmLXtYFPdEcnFg="


def test_event() -> None:
    keys = Keys()
    event = receive(body(), by_hand(KEY, body()), keys)
    assert (event.action, event.id, event.type, event.member_id) == ("updated", 54321, "ticket", 123)
    assert event.entity == {"id": 54321, "summary": "Héllo"}
    assert event.body["CompanyId"] == "acme"
    (asked,) = keys.asked
    assert asked.target == URL
    assert "authorization" not in asked.headers
    assert "clientid" not in asked.headers


@pytest.mark.parametrize(
    ("members", "entity"),
    [
        ({"Entity": None}, None),
        ({"Entity": {"id": 1}}, {"id": 1}),
        ({"Entity": "not json"}, "not json"),
        ({"Entity": "[" * 9999}, "[" * 9999),
    ],
)
def test_entities(members: dict[str, Any], entity: object) -> None:
    content = body(**members)
    assert receive(content, by_hand(KEY, content), Keys()).entity == entity


@pytest.mark.parametrize(
    "forge",
    [
        lambda s: None,
        lambda s: "",
        lambda s: "  ",
        lambda s: s[:-1],
        lambda s: s + "A",
        lambda s: s.lower(),
        lambda s: s.replace("=", ""),
        lambda s: "é" + s,
        lambda s: base64.b64encode(b"\0" * 32).decode(),
        lambda s: base64.b64decode(s).hex(),
        lambda s: by_hand("another key", body()),
        lambda s: by_hand("", body()),
        lambda s: by_hand(KEY, body() + b" "),
        lambda s: base64.b64encode(hmac.digest(KEY.encode(), body(), "sha256")).decode(),
        lambda s: base64.b64encode(hashlib.sha256(KEY.encode() + body()).digest()).decode(),
        lambda s: "sha256=" + s,
    ],
)
def test_wrong_signatures(forge: Any) -> None:
    with pytest.raises(SignatureError):
        receive(body(), forge(by_hand(KEY, body())), Keys())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b"\xff\xfe", b"{" * 100_000])
def test_bodies_that_are_none(content: bytes) -> None:
    with pytest.raises(SignatureError, match="JSON"):
        receive(content, by_hand(KEY, content), Keys())


def test_body_of_impossible_size() -> None:
    with pytest.raises(SignatureError, match="bytes"):
        receive(b" " * (BODY_LIMIT + 1), "x", Keys())


@pytest.mark.parametrize(
    "content",
    [
        body(None),
        body(None, Metadata=None),
        body(None, Metadata=[]),
        body(None, Metadata={"key_url": 5}),
        body("https://evil.com/key"),
        body("http://api-na.myconnectwise.net/key"),
    ],
)
def test_key_is_asked_for_at_trusted_places_only(content: bytes) -> None:
    keys = Keys()
    with pytest.raises(UntrustedLinkError):
        receive(content, by_hand(KEY, content), keys)
    assert keys.asked == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b'{"signing_key": ""}', 200),
        (b'{"signing_key": 5}', 200),
        (b"\xff\xfe\x00", 200),
        (b"<html>sign in</html>", 200),
        (b"x" * 20_000, 200),
        (KEY.encode(), 302),
        (KEY.encode(), 404),
        (KEY.encode(), 500),
        (KEY.encode(), 204),
    ],
)
def test_keys_that_are_none(content: bytes, status: int) -> None:
    with pytest.raises(SignatureError, match="key") as caught:
        receive(body(), by_hand(KEY, body()), Keys(content, status))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        KEY.encode(),
        f" {KEY}\n".encode(),
        json.dumps(KEY).encode(),
        json.dumps({"signingKey": KEY}).encode(),
        json.dumps({"Key": KEY}).encode(),
    ],
)
def test_forms_of_a_key(content: bytes) -> None:
    assert receive(body(), by_hand(KEY, body()), Keys(content)).id == 54321


def test_keys_are_kept_for_a_short_while_and_renewed() -> None:
    keys = Keys()
    simulation = Simulation(keys)
    receiver = CallbackReceiver(clock=simulation)

    def ask(key: str) -> Any:
        return simulation.finish(receiver.verify(body(), {"x-content-signature": by_hand(key, body())}))

    def wait(seconds: float) -> None:
        simulation.at(simulation.now() + seconds, lambda: None)
        simulation.settle()

    for _ in range(5):
        assert ask(KEY)
    assert len(keys.asked) == 1
    # Forged signatures do not make the receiver ask again and again.
    for _ in range(5):
        with pytest.raises(SignatureError):
            ask("forged")
    assert len(keys.asked) == 1
    keys.content = b"renewed"
    wait(KEY_FRESH + 1)
    assert ask("renewed")
    assert len(keys.asked) == 2
    wait(KEY_LIFE + 1)
    assert ask("renewed")
    assert len(keys.asked) == 3
    for number in range(500):
        content = body(f"{URL}&n={number}")
        simulation.finish(receiver.verify(content, {"x-content-signature": by_hand("renewed", content)}))
    assert len(receiver._keys) <= 64


@pytest.fixture
def key_server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", "/key")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            huge = self.path.startswith(("/huge", "/refused"))
            content = b"x" * 5_000_000 if huge else json.dumps({"signing_key": KEY}).encode()
            self.send_response(500 if self.path.startswith("/refused") else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                pass

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_over_the_network(key_server: str, mode: str) -> None:
    async def all_async(calls: list[tuple[bytes, dict[str, str]]]) -> list[Any]:
        from cwql.client.transport import open_async_transport

        transport: Any = open_async_transport(timeout=5.0)
        receiver = CallbackReceiver(key_server, async_transport=transport)
        try:
            return [await attempt(receiver.areceive, call) for call in calls]
        finally:
            await transport.aclose()

    async def attempt(receive: Any, call: tuple[bytes, dict[str, str]]) -> Any:
        try:
            return await receive(*call)
        except (SignatureError, UntrustedLinkError) as error:
            return error

    def all_sync(calls: list[tuple[bytes, dict[str, str]]]) -> list[Any]:
        from cwql.client.transport import open_transport

        transport: Any = open_transport(timeout=5.0)
        receiver = CallbackReceiver(key_server, transport=transport)
        found: list[Any] = []
        for call in calls:
            try:
                found.append(receiver.receive(*call))
            except (SignatureError, UntrustedLinkError) as error:
                found.append(error)
        transport.close()
        return found

    contents = [body(f"{key_server}{path}") for path in ("/key", "/moved", "/huge", "/refused")] + [
        body("http://127.0.0.1:1/key")
    ]
    calls = [(content, {"x-content-signature": by_hand(KEY, content)}) for content in contents]
    good, moved, huge, refused, other = asyncio.run(all_async(calls)) if mode == "async" else all_sync(calls)
    assert good.id == 54321
    assert "302" in str(moved)
    assert "more than" in str(huge)
    assert "answers 500" in str(refused)
    assert isinstance(other, UntrustedLinkError)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_no_more_of_a_refusal_is_read_than_anybody_looks_at(key_server: str, mode: str) -> None:
    from cwql.client.transport import open_async_transport, open_transport

    request = Request("GET", f"{key_server}/refused", sink=FileSink(BytesIO()))

    async def ask() -> Any:
        transport: Any = open_async_transport(timeout=5.0)
        try:
            return await transport.send(request)
        finally:
            await transport.aclose()

    if mode == "async":
        reply = asyncio.run(ask())
    else:
        transport: Any = open_transport(timeout=5.0)
        reply = transport.send(request)
        transport.close()
    assert reply.status == 500
    assert 0 < len(reply.content) < 1_000_000


@pytest.mark.parametrize(
    "site", ["psa.example.com", "https://psa.example.com/", "https://psa.example.com/v4_6_release/apis/3.0"]
)
def test_a_receiver_takes_the_sites_that_a_client_takes(site: str) -> None:
    content = body("https://psa.example.com/keys/1")
    with pytest.raises(UntrustedLinkError):
        receive(content, by_hand(KEY, content), Keys())
    keys = Keys()
    found = receive(content, by_hand(KEY, content), keys, CallbackReceiver(site, clock=Simulation(keys)))
    assert found.id == 54321


def test_a_client_makes_a_receiver_for_its_own_server() -> None:
    with Client("acme", "pub", "priv", "cid", "psa.example.com") as psa:
        made = psa.callbacks.receiver("na", "https://other.example:8443")
    for url in ("https://psa.example.com/keys/1", "https://other.example:8443/key", URL):
        content, keys = body(url), Keys()
        assert receive(content, by_hand(KEY, content), keys, made).id == 54321
    content = body("https://psa.example.com:444/keys/1")
    with pytest.raises(UntrustedLinkError):
        receive(content, by_hand(KEY, content), Keys(), made)
