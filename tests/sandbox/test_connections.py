"""Connections over loopback: which ones are closed, and which address links name."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient

LIMIT = 0.4
PAGES = 80
"""So many pages of tickets are more than the buffers of both ends take."""


@pytest.fixture(scope="module")
def quick() -> Iterator[Sandbox]:
    """Serve with short limits for idle connections."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cwql.sandbox.asgi.IDLE_LIMIT", LIMIT)
        patch.setattr("cwql.sandbox.asgi.UNREAD_LIMIT", 3 * LIMIT)
        with Sandbox() as sandbox:
            yield sandbox


def connect(sandbox: Sandbox) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=20)


def write_list_request(sandbox: Sandbox) -> bytes:
    """Return a request for a page of every ticket, of some 250 KB."""
    with ApiClient(sandbox) as api:
        headers = "".join([f"{name}: {value}\r\n" for name, value in {**api.basic, "host": "x"}.items()])
    return f"GET /v4_6_release/apis/3.0/service/tickets?pageSize=1000 HTTP/1.1\r\n{headers}\r\n".encode()


def receive_response(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and the body of one response, the body as far as `Content-Length` says."""
    received = bytearray()
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < size:
        body += connection.recv(65_536)
    return bytes(head), bytes(body)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET /v4_6_release/apis/3.0/system/info HTTP/1.1\r\nHost: x\r\n",
        b"POST /v4_6_release/apis/3.0/service/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /v4_6_release/apis/3.0/service/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
    ids=["nothing", "headers", "body", "chunks"],
)
def test_unfinished_request_is_closed(quick: Sandbox, start: bytes) -> None:
    with connect(quick) as waiting:
        waiting.sendall(start)
        assert waiting.recv(1) == b""


def test_slow_drip_is_closed(quick: Sandbox) -> None:
    with connect(quick) as dripping:
        dripping.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError):  # noqa: PT012
            for _ in range(200):
                dripping.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.05)


def test_connection_is_closed_after_its_last_response(quick: Sandbox) -> None:
    with connect(quick) as kept:
        for _ in range(2):
            kept.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
            assert receive_response(kept)[0].startswith(b"HTTP/1.1 404")
        kept.sendall(b"GET /now")
        assert kept.recv(1) == b""


def test_slow_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwql.sandbox.asgi.IDLE_LIMIT", LIMIT)
    with Sandbox(latency=3 * LIMIT, size="empty") as sandbox, ApiClient(sandbox) as api:
        assert api.manage("GET", "/system/info").status_code == 200


@pytest.mark.parametrize("is_read", [True, False])
def test_response_is_cut_unless_it_is_read(quick: Sandbox, is_read: bool) -> None:
    request = write_list_request(quick)
    with connect(quick) as kept:
        kept.sendall(request)
        head, body = receive_response(kept)
    received, expected = 0, PAGES * (len(head) + 4 + len(body))
    with connect(quick) as slow:
        slow.sendall(request * PAGES)
        try:
            for _ in range(12):
                time.sleep(LIMIT / 2)
                received += len(slow.recv(2_000_000)) if is_read else 0
            while received < expected and (piece := slow.recv(1_000_000)):
                received += len(piece)
        except ConnectionResetError:
            pass
    assert (received == expected) is is_read


def test_large_body_is_refused(quick: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwql.sandbox.asgi.BODY_LIMIT", 10_000)
    with ApiClient(quick) as api:
        assert api.manage("POST", "/service/tickets", content=b"x" * 10_000).status_code == 400
        assert api.manage("POST", "/service/tickets", content=b"x" * 10_001).status_code == 413
        assert api.manage("GET", "/system/info").status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("evil.example", "127.0.0.1:{port}"),
        ("evil.example:{port}", "127.0.0.1:{port}"),
        ("127.0.0.1:1", "127.0.0.1:{port}"),
        ("localhost", "127.0.0.1:{port}"),
        ("localhost:{port}", "localhost:{port}"),
        ("127.0.0.1:{port}", "127.0.0.1:{port}"),
        ('x">y', "127.0.0.1:{port}"),
    ],
)
def test_links_name_the_address_of_the_server(api: ApiClient, host: str, expected: str) -> None:
    port = api.sandbox.url.rpartition(":")[2]
    headers = {"host": host.replace("{port}", port)}
    response = api.manage("GET", "/service/tickets", params={"pageSize": "1"}, headers=headers)
    links = re.findall(r"<http://([^/]*)/", response.headers["link"])
    assert set(links) == {expected.replace("{port}", port)}
    document = api.http.get(f"{api.sandbox.manage_url}/openapi.json", headers=headers).json()
    assert document["servers"] == [{"url": f"http://{links[0]}/v4_6_release/apis/3.0"}]
