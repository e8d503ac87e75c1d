"""Callbacks: accepted ones, addresses of keys, the content of an event, and replay windows."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

from cwql import (
    APIError,
    DuplicateCallbackError,
    SignatureVerificationError,
    SigningKeyUnavailableError,
)
from cwql.client import webhook
from cwql.client.drivers import SystemClock
from cwql.client.errors import UntrustedURLError
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.streamed_body import FileSink
from cwql.client.webhook import BODY_LIMIT, KEY_FRESH, KEY_LIFE, KEY_LIMIT, KEY_URL_LIMIT, read_signature, sign
from cwql.manage import AsyncClient, Client
from cwql.webhooks import AsyncCallbackReceiver, CallbackEvent, CallbackReceiver, MemoryReplayStore
from scripts.fuzz.raw_server import Arrived, RawServer, Watch

KEY = "a-signing-key-of-the-server"
KEY_ID = "89966c04-9889-46ad-8d5e-421103aca922"
PATH = "/v2025_1//system/callbackkey/index.rails"
URL = f"https://na.myconnectwise.net{PATH}?companyName=acme&id={KEY_ID}"


def body(key_url: object = URL, **members: Any) -> bytes:
    """Return a body with the members of callbacks that were recorded from the cloud."""
    data: dict[str, Any] = {
        "Action": "updated",
        "CallbackObjectRecId": 26604,
        "CompanyId": "acme",
        "Entity": json.dumps({"id": 57961, "firstName": "Zoë", "_info": {"lastUpdated": "2026-06-09T21:59:49Z"}}),
        "FromUrl": "na.myconnectwise.net",
        "ID": 57961,
        "MemberId": "jdoe",
        "MessageId": "6dd82302-5e46-47c0-8c84-702868125b76",
        "Metadata": {"key_url": key_url},
        "PartnerId": "61ddc2817bcddc0001c74208",
        "ProductInstanceId": "639c96cab2eb560001dd1324",
        "Type": "contact",
        **members,
    }
    return json.dumps(data).encode()


def by_hand(key: str, content: bytes) -> str:
    """Sign as the vendor's guide describes it, written a second time."""
    return base64.b64encode(hmac.digest(hashlib.sha256(key.encode()).digest(), content, "sha256")).decode()


class Keys:
    """A transport that answers every request with one response, a signing key."""

    def __init__(self, content: bytes = json.dumps({"signing_key": KEY}).encode(), status: int = 200) -> None:
        self.content = content
        self.status = status
        self.failure: TransportFailure | None = None
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        if request.sink is None or self.status != 200:
            return Response(self.status, content=self.content)
        request.sink.begin(self.status, Headers())
        for at in range(0, len(self.content), 4096):
            request.sink.write(self.content[at : at + 4096])
        return Response(self.status)


class Later(SystemClock):
    """A clock that is set forward by hand."""

    seconds = 0.0

    def now(self) -> float:
        return self.seconds


def receiver(keys: Keys | None = None, **options: Any) -> CallbackReceiver:
    return CallbackReceiver(**{"company_id": "acme", "site": "na", "http_client": keys or Keys(), **options})


def unwrap(content: bytes, signature: str | None, keys: Keys, **options: Any) -> CallbackEvent:
    headers = {} if signature is None else {"X-Content-Signature": signature}
    return receiver(keys, **options).unwrap(content, headers)


def signed(content: bytes, key: str = KEY) -> tuple[bytes, dict[str, str]]:
    return content, {"x-content-signature": by_hand(key, content)}


def test_signature_is_the_one_that_the_vendor_describes() -> None:
    content = body()
    assert sign(KEY, content) == by_hand(KEY, content)
    # Made by `openssl dgst -sha256 -mac HMAC`.
    assert sign("key", b"body") == "JzcEO5uogD/D8sPMoiq3vPcw3o3XmFmLXtYFPdEcnFg="


def test_event() -> None:
    keys = Keys()
    event = unwrap(*signed_text(body()), keys)
    assert (event.action, event.id, event.type, event.member_id) == ("updated", 57961, "contact", "jdoe")
    assert (event.company_id, event.message_id) == ("acme", "6dd82302-5e46-47c0-8c84-702868125b76")
    assert event.entity["firstName"] == "Zoë"
    assert event.raw["ProductInstanceId"] == "639c96cab2eb560001dd1324"
    (request,) = keys.requests
    assert (request.method, request.target) == ("GET", URL)
    assert dict(request.headers) == {"accept": "application/json"}


def signed_text(content: bytes) -> tuple[bytes, str]:
    return content, by_hand(KEY, content)


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
    assert unwrap(*signed_text(body(**members)), Keys()).entity == entity


def test_member_id_of_the_reference_document() -> None:
    assert unwrap(*signed_text(body(MemberId=None, MemberID=123)), Keys()).member_id == 123


def test_verify_signature_checks_at_once() -> None:
    with pytest.raises(SignatureVerificationError):
        receiver().verify_signature(body(), {"x-content-signature": by_hand("forged", body())})
    receiver().verify_signature(*signed(body()))


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
        lambda s: base64.b64encode(b"\0" * 31).decode(),
        lambda s: base64.b64decode(s).hex(),
        lambda s: by_hand("another key", body()),
        lambda s: by_hand("", body()),
        lambda s: by_hand(KEY, body() + b" "),
        lambda s: base64.b64encode(hmac.digest(KEY.encode(), body(), "sha256")).decode(),
        lambda s: base64.b64encode(hashlib.sha256(KEY.encode() + body()).digest()).decode(),
        lambda s: "sha256=" + s,
        lambda s: s * 100_000,
    ],
)
def test_wrong_signatures(forge: Callable[[str], str | None]) -> None:
    with pytest.raises(SignatureVerificationError):
        unwrap(body(), forge(by_hand(KEY, body())), Keys())


def test_text_that_is_no_signature_is_refused_before_a_key_is_read() -> None:
    keys = Keys()
    with pytest.raises(SignatureVerificationError, match="not the base64 of 32 bytes"):
        unwrap(body(), "AAAA", keys)
    assert keys.requests == []
    assert read_signature(base64.b64encode(b"\1" * 32).decode()) == b"\1" * 32


@pytest.mark.parametrize("value", [["x"], b"x", None, 5])
def test_header_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(SignatureVerificationError, match=r"has to be text|has no x-content-signature"):
        CallbackReceiver(company_id="acme", site="na").unwrap(body(), cast("Any", {"x-content-signature": value}))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b"\xff\xfe", b"{" * 100_000])
def test_bodies_that_are_not_json_objects(content: bytes) -> None:
    with pytest.raises(SignatureVerificationError, match="JSON"):
        unwrap(*signed_text(content), Keys())


def test_body_that_is_too_long() -> None:
    with pytest.raises(SignatureVerificationError, match="bytes"):
        unwrap(b" " * (BODY_LIMIT + 1), "x", Keys())


def test_body_that_is_text() -> None:
    text: Any = body().decode()
    with pytest.raises(TypeError, match="expected bytes, got str"):
        unwrap(text, by_hand(KEY, body()), Keys())


UNTRUSTED = [
    None,
    5,
    ["https://na.myconnectwise.net"],
    "",
    "https://evil.com/key",
    # Any text that such a host serves to everybody could be used as a key.
    "https://www.connectwise.com/robots.txt",
    "https://na.myconnectwise.net/robots.txt",
    "https://na.myconnectwise.net/",
    URL.replace("/index.rails", ""),
    URL.replace("/index.rails", "/index.rails/"),
    URL.replace("/index.rails", "/index_rails"),
    URL.replace("/v2025_1//", "/"),
    URL.replace("/v2025_1//", "/v2025_1///"),
    URL.replace("/v2025_1//", "/v2025_1/x/"),
    URL.replace("/v2025_1//", "/v2025_1/../"),
    URL.replace("/v2025_1//", "/../v2025_1/"),
    URL.replace("/system/", "/%73ystem/"),
    # Another host, port or scheme.
    URL.replace("na.", "eu."),
    URL.replace("na.", "www."),
    URL.replace("na.", "x.na."),
    URL.replace("na.myconnectwise.net", "na.myconnectwise.net.evil.com"),
    URL.replace("na.myconnectwise.net", "na.myconnectwise.net:8443"),
    URL.replace("na.myconnectwise.net", "na.myconnectwise.net."),
    URL.replace("https://", "https://na.myconnectwise.net@evil.com/"),
    URL.replace("https://", "https://x@"),
    URL.replace("https", "http"),
    # The key of another company, or of none.
    URL.replace("=acme", "=other"),
    URL.replace("=acme", "="),
    URL.replace("companyName=acme&", ""),
    f"{URL}&companyName=other",
    f"{URL}&companyName=acme",
    f"{URL}&x=1",
    f"{URL}#x",
    URL.replace("companyName=acme", "companyName=acme&companyName=other"),
    URL.replace(KEY_ID, ""),
    URL.replace(KEY_ID, "a/b"),
    URL.replace(KEY_ID, "a" * 65),
    URL.partition("?")[0],
    f"{URL}{' ' * 20}",
    f"{URL}{'a' * KEY_URL_LIMIT}",
    "https://x" + "a" * 1_000_000,
    "//" * 500_000,
]


@pytest.mark.parametrize("url", UNTRUSTED, ids=range(len(UNTRUSTED)))
def test_key_is_not_read_at(url: object) -> None:
    keys = Keys()
    with pytest.raises(UntrustedURLError) as caught:
        unwrap(*signed_text(body(url)), keys)
    assert keys.requests == []
    assert KEY_ID not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("metadata", [None, [], "x", {"KEY_URL": URL}])
def test_metadata_without_the_address(metadata: object) -> None:
    with pytest.raises(UntrustedURLError, match="names no signing key"):
        unwrap(*signed_text(body(Metadata=metadata)), Keys())


@pytest.mark.parametrize(
    ("site", "hosts", "url"),
    [
        ("na", (), URL),
        ("na", (), URL.replace("na.", "api-na.")),
        ("api-na.myconnectwise.net", (), URL),
        ("https://api-na.myconnectwise.net/v4_6_release/apis/3.0", (), URL),
        ("na.myconnectwise.net", (), URL),
        ("sandbox-na.myconnectwise.net", (), URL.replace("na.", "sandbox-na.")),
        ("api-staging.connectwisedev.com", (), URL.replace("na.myconnectwise.net", "staging.connectwisedev.com")),
        ("psa.example.com", (), URL.replace("na.myconnectwise.net", "psa.example.com")),
        ("psa.example.com:8443", (), URL.replace("na.myconnectwise.net", "psa.example.com:8443")),
        ("psa.example.com", ["keys.example.com"], URL.replace("na.myconnectwise.net", "keys.example.com")),
        ("psa.example.com", ["https://keys.example.com:8443/"], URL.replace("na.myconnectwise.net", "keys.example.com:8443")),
        ("na", (), URL.replace("/v2025_1//", "/v4_6_release/")),
        ("na", (), URL.replace("acme", "ACME")),
        ("na", (), URL.replace("acme", "ac%6De")),
        ("na", (), URL.replace("https://na.", "HTTPS://NA.").replace("net/", "net:443/")),
    ],
)  # fmt: skip
def test_key_is_read_at(site: str, hosts: tuple[str, ...], url: str) -> None:
    keys = Keys()
    assert unwrap(*signed_text(body(url)), keys, site=site, key_hosts=hosts).id == 57961
    asked, named = urlsplit(keys.requests[0].target), urlsplit(url)
    assert (asked.hostname, asked.path, parse_qsl(asked.query)) == (named.hostname, named.path, parse_qsl(named.query))


@pytest.mark.parametrize("company", ["other", "", None, 5, ["acme"], "acme ", "acm\u0435", "\u212bcme"])
def test_callback_of_another_company(company: object) -> None:
    keys = Keys()
    with pytest.raises(SignatureVerificationError, match="not about company 'acme'"):
        unwrap(*signed_text(body(CompanyId=company)), keys)
    assert keys.requests == []


def test_company_in_another_letter_case() -> None:
    assert unwrap(*signed_text(body(CompanyId="Acme")), Keys(), company_id="ACME").company_id == "Acme"


def test_member_of_another_name_is_not_the_company() -> None:
    content = body().replace(b'"CompanyId"', b'"companyid"')
    with pytest.raises(SignatureVerificationError, match="not about company"):
        unwrap(*signed_text(content), Keys())


NO_KEYS = [
    b"",
    b"{}",
    b"null",
    b"[]",
    KEY.encode(),
    f" {KEY}\n".encode(),
    json.dumps(KEY).encode(),
    json.dumps([{"signing_key": KEY}]).encode(),
    json.dumps(json.dumps({"signing_key": KEY})).encode(),
    json.dumps({"signingKey": KEY}).encode(),
    json.dumps({"key": KEY}).encode(),
    json.dumps({"Signing_Key": KEY}).encode(),
    b'{"signing_key": ""}',
    b'{"signing_key": "  "}',
    b'{"signing_key": null}',
    b'{"signing_key": 5}',
    b'{"signing_key": ["x"]}',
    b'{"signing_key": "\\ud800"}',
    b"\xff\xfe\x00",
    b"<html>sign in</html>",
    b"User-agent: *\nDisallow: /search\n",
    b"[" * 10_000,
]


@pytest.mark.parametrize("content", NO_KEYS)
def test_responses_that_are_not_a_key(content: bytes) -> None:
    text = content.decode("utf-8", "replace").strip()
    for key in {KEY, text, content.decode("latin-1")}:
        with pytest.raises(SignatureVerificationError, match="signing key cannot be read") as caught:
            unwrap(body(), by_hand(key, body()), Keys(content))
        assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 401, 403, 404])
def test_statuses_that_are_not_a_key(status: int) -> None:
    with pytest.raises(SignatureVerificationError, match=str(status)) as caught:
        unwrap(body(), by_hand(KEY, body()), Keys(status=status))
    assert not isinstance(caught.value, SigningKeyUnavailableError)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_key_that_is_unavailable_is_told_apart(status: int) -> None:
    keys = Keys(status=status)
    subject = receiver(keys)
    with pytest.raises(SigningKeyUnavailableError, match=str(status)):
        subject.unwrap(*signed(body()))
    keys.failure = TransportFailure("timeout", True, "no connection in time")
    with pytest.raises(SigningKeyUnavailableError, match="no connection in time"):
        subject.unwrap(*signed(body()))
    keys.status, keys.failure = 200, None
    assert subject.unwrap(*signed(body())).id == 57961


def test_response_that_is_too_long() -> None:
    content = json.dumps({"signing_key": "x" * KEY_LIMIT}).encode()
    with pytest.raises(SignatureVerificationError, match="more than"):
        unwrap(body(), by_hand("x" * KEY_LIMIT, body()), Keys(content))


def test_keys_are_cached_for_a_short_while_and_rotated() -> None:
    keys, clock = Keys(), Later()
    subject = receiver(keys, clock=clock)
    for _ in range(5):
        subject.unwrap(*signed(body()))
    assert len(keys.requests) == 1
    # Forged signatures do not make the receiver read the key again and again.
    for _ in range(5):
        with pytest.raises(SignatureVerificationError):
            subject.unwrap(*signed(body(), "forged"))
    assert len(keys.requests) == 1
    keys.content = b'{"signing_key": "rotated"}'
    clock.seconds += KEY_FRESH + 1
    assert subject.unwrap(*signed(body(), "rotated"))
    assert len(keys.requests) == 2
    clock.seconds += KEY_LIFE + 1
    assert subject.unwrap(*signed(body(), "rotated"))
    assert len(keys.requests) == 3
    for number in range(500):
        subject.unwrap(*signed(body(URL.replace(KEY_ID, f"id-{number}")), "rotated"))
    assert len(subject._keys._keys) <= 64


def test_replay_inside_the_window() -> None:
    clock = Later()
    subject = receiver(clock=clock, replay_window=600.0)
    subject.verify_signature(*signed(body()))
    event = subject.unwrap(*signed(body()))
    with pytest.raises(DuplicateCallbackError) as caught:
        subject.unwrap(*signed(body()))
    assert not isinstance(caught.value, SignatureVerificationError)
    # The same message to another registration, and another message, are other callbacks.
    assert subject.unwrap(*signed(body(CallbackObjectRecId=7)))
    assert subject.unwrap(*signed(body(MessageId="another")))
    # A forged copy is forged, not a duplicate.
    with pytest.raises(SignatureVerificationError):
        subject.unwrap(*signed(body(), "forged"))
    subject.forget(event)
    assert subject.unwrap(*signed(body())) == event
    clock.seconds += 601
    assert subject.unwrap(*signed(body())) == event


def test_replay_window_needs_a_message_id() -> None:
    for message_id in (None, "", 5, "x" * 201):
        content = body(MessageId=message_id)
        with pytest.raises(SignatureVerificationError, match="MessageId"):
            receiver(replay_window=60.0).unwrap(*signed(content))
        assert receiver().unwrap(*signed(content)).message_id is None


def test_forged_callbacks_do_not_fill_the_store() -> None:
    store = MemoryReplayStore()
    subject = receiver(replay_window=60.0, replay_store=store)
    for number in range(50):
        with pytest.raises(SignatureVerificationError):
            subject.unwrap(*signed(body(MessageId=str(number)), "forged"))
    assert len(store._ends) == 0


def test_memory_replay_store() -> None:
    clock = Later()
    store = MemoryReplayStore(limit=3, clock=clock)
    assert [store.add(key, 10.0) for key in "aabab"] == [True, False, True, False, False]
    store.discard("a")
    store.discard("never")
    assert store.add("a", 10.0)
    clock.seconds = 10.0
    assert store.add("c", 10.0)
    assert [*store._ends] == ["c"]
    assert [store.add(key, 10.0) for key in "defc"] == [True, True, True, True]
    assert len(store._ends) == 3


def test_one_of_many_threads_gets_the_event() -> None:
    subject = receiver(replay_window=600.0)
    outcomes: list[str] = []
    barrier = threading.Barrier(16)

    def work() -> None:
        barrier.wait()
        try:
            subject.unwrap(*signed(body()))
        except DuplicateCallbackError:
            outcomes.append("duplicate")
        else:
            outcomes.append("event")

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate"] * 15 + ["event"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"company_id": ""}, "company_id"),
        ({"site": ""}, "site"),
        ({"key_hosts": "keys.example.com"}, r"expected \['keys.example.com'\]"),
        ({"key_hosts": ["http://keys.example.com"]}, "https"),
        ({"key_hosts": ["http://127.0.0.1:80"]}, "https"),
        ({"key_hosts": ["*.example.com"]}, "no plain"),
        ({"key_hosts": ["keys.example.com/path"]}, "expected a host"),
        ({"key_hosts": ["user:pw@keys.example.com"]}, "no plain"),
        ({"site": "http://psa.example.com"}, "unencrypted"),
        ({"replay_window": 0}, "replay_window is in seconds"),
        ({"replay_window": float("nan")}, "replay_window is in seconds"),
        ({"replay_store": MemoryReplayStore()}, "needs replay_window"),
    ],
)
def test_arguments_that_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(APIError, match=message) as caught:
        receiver(**options)
    assert "pw" not in str(caught.value)


def test_long_address_in_an_unsigned_body_is_refused_by_its_length() -> None:
    for url in (
        "https://x" + "a" * 2_000_000,
        "/" * 2_000_000,
        "@" * 2_000_000,
        "https://na.myconnectwise.net/?" * 60_000,
    ):
        content = body(url)
        with pytest.raises(UntrustedURLError, match=f"{len(url)} characters: at most {KEY_URL_LIMIT} are read"):
            unwrap(content, by_hand(KEY, content), Keys())


@pytest.fixture
def key_server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            case = dict(parse_qsl(urlsplit(self.path).query)).get("id", self.path)
            if not self.path.startswith(PATH) and case != "/refused":
                case = "other"
            if case == "moved":
                self.send_response(302)
                self.send_header("Location", self.path.replace("moved", "good"))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = json.dumps({"signing_key": KEY}).encode() if case == "good" else b"x" * 5_000_000
            self.send_response(200 if case in ("good", "huge") else 500)
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
        found: list[Any] = []
        async with AsyncCallbackReceiver(company_id="acme", site=key_server, replay_window=60.0) as subject:
            for call in calls:
                try:
                    found.append(await subject.unwrap(*call))
                except APIError as error:
                    found.append(error)
            await subject.verify_signature(*calls[0])
            await subject.forget(found[0])
            assert await subject.unwrap(*calls[0]) == found[0]
        return found

    def all_sync(calls: list[tuple[bytes, dict[str, str]]]) -> list[Any]:
        found: list[Any] = []
        with CallbackReceiver(company_id="acme", site=key_server, replay_window=60.0) as subject:
            for call in calls:
                try:
                    found.append(subject.unwrap(*call))
                except APIError as error:
                    found.append(error)
        return found

    contents = [
        body(f"{key_server}{PATH}?companyName=acme&id={case}") for case in ("good", "moved", "huge", "refused", "good")
    ]
    contents.append(body(f"http://127.0.0.1:1{PATH}?companyName=acme&id=good"))
    calls = [signed(content) for content in contents]
    good, moved, huge, refused, again, other = asyncio.run(all_async(calls)) if mode == "async" else all_sync(calls)
    assert good.id == 57961
    assert "302" in str(moved)
    assert "more than" in str(huge)
    assert isinstance(refused, SigningKeyUnavailableError)
    assert isinstance(again, DuplicateCallbackError)
    assert isinstance(other, UntrustedURLError)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_slow_key_server_keeps_nobody_waiting(mode: str, start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "KEY_TIMEOUT", 0.5)

    def drip(connection: socket.socket, request: Arrived) -> bool:
        connection.sendall(start)
        while not server.closing.wait(0.1):
            connection.sendall(b" ")
        return False

    async def tasks(call: tuple[bytes, dict[str, str]]) -> None:
        async with AsyncCallbackReceiver(company_id="acme", site=server.url) as subject:
            await subject.unwrap(*call)

    def threads(call: tuple[bytes, dict[str, str]]) -> None:
        with CallbackReceiver(company_id="acme", site=server.url) as subject:
            subject.unwrap(*call)

    with RawServer(drip) as server, Watch() as watch:
        call = signed(body(f"{server.url}{PATH}?companyName=acme&id=good"))
        with pytest.raises(SigningKeyUnavailableError, match="deadline"):
            asyncio.run(tasks(call)) if mode == "async" else threads(call)
    assert 0.4 < watch.seconds < 3.0


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
    assert reply.status_code == 500
    assert 0 < len(reply.content) < 1_000_000


def test_connections_that_were_given_stay_open() -> None:
    import httpx

    with httpx.Client() as mine:
        with receiver(http_client=mine):
            pass
        assert not mine.is_closed


def test_client_makes_a_receiver_for_its_company_and_server() -> None:
    with Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", site="psa.example.com"
    ) as psa:
        made = psa.callbacks.receiver(key_hosts=["keys.example.com"], replay_window=60.0)
        planned = psa.dry_run().callbacks.receiver()
    assert isinstance(made, CallbackReceiver)
    assert isinstance(planned, CallbackReceiver)
    assert [str(origin) for origin in sorted(made._location.origins, key=str)] == [
        "https://keys.example.com",
        "https://psa.example.com",
    ]
    assert made._location.company_id == planned._location.company_id == "acme"
    made = psa.callbacks.receiver()
    made._transport = Keys()
    assert made.unwrap(*signed(body(URL.replace("na.myconnectwise.net", "psa.example.com")))).id == 57961

    async def tasks() -> None:
        async with AsyncClient(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", site="na"
        ) as client:
            assert isinstance(client.callbacks.receiver(), AsyncCallbackReceiver)

    asyncio.run(tasks())


def test_receiver_shows_no_key() -> None:
    keys = Keys()
    subject = receiver(keys)
    event = subject.unwrap(*signed(body()))
    shown = repr([subject, subject._keys, subject._keys._keys, event, keys.requests])
    assert KEY not in shown
    assert "acme" in repr(subject)
