"""Bodies of responses: how they are decompressed and counted, alone and over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import io
import random
import socket
import ssl
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cwql import manage
from cwql.client.error_body import BODY_LIMIT
from cwql.client.errors import (
    APIConnectionError,
    APIError,
    NotFoundError,
    ResponseTooLargeError,
    ServerError,
)
from cwql.client.http_types import Headers, TransportFailure
from cwql.client.retry import RetryPolicy
from cwql.client.streamed_body import PIECE, ResponseBody
from scripts.fuzz.raw_server import Arrived, RawServer, head, records, respond

TRUST = ssl.create_default_context()
TEXT = b'{"id": 1, "name": "printer offline"}, ' * 40_000


def raw_deflate(data: bytes) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return made.compress(data) + made.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "x-gzip": (" X-Gzip ", gzip.compress),
    "gzip in members": ("gzip", lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:])),
    "gzip with padding": ("gzip", lambda data: gzip.compress(data) + b"\0" * 512),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
}


def read(encoding: str, body: bytes, chunk: int, *, status: int = 200, limit: int = 1 << 30, sink: Any = None) -> bytes:
    found = ResponseBody(status, Headers({"content-encoding": encoding}), sink, limit)
    for start in range(0, len(body), chunk):
        if not found.feed(body[start : start + chunk]):
            break
    return found.finish()


EMPTY = {
    "members without content": ("gzip", gzip.compress(b"") * 500),
    "padding": ("gzip", gzip.compress(b"[]") + b"\0" * 10_000),
    "bytes after the end": ("deflate", zlib.compress(b"[]") + b"x" * 10_000),
}


@pytest.mark.parametrize("name", EMPTY)
def test_compressed_bytes_are_limited_even_if_they_hold_nothing(name: str) -> None:
    encoding, body = EMPTY[name]
    assert read(encoding, body, 1000, limit=len(body)) in (b"", b"[]")
    with pytest.raises(TransportFailure) as caught:
        read(encoding, body, 1000, limit=5000)
    assert caught.value.kind == "too-large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_compressed_bytes_of_an_error_are_limited(encoding: str) -> None:
    found = ResponseBody(500, Headers({"content-encoding": encoding}), None, 1 << 30)
    body = zlib.compress(b"") if encoding == "deflate" else gzip.compress(b"")
    fed = 0
    while found.feed(body * 100):
        fed += len(body) * 100
        assert fed <= BODY_LIMIT
    assert found.finish() == b""


@pytest.mark.parametrize("chunk", [1, 7, 1000, 65_536, 1 << 30])
@pytest.mark.parametrize("name", ENCODERS)
def test_bodies_come_out_as_they_went_in(name: str, chunk: int) -> None:
    encoding, encode = ENCODERS[name]
    text = TEXT if chunk > 100 else TEXT[:5000]
    assert read(encoding, encode(text), chunk) == text
    assert read(encoding, b"", chunk) == b""


@pytest.mark.parametrize("name", [name for name in ENCODERS if "gzip" in name or "deflate" in name])
def test_a_compressed_body_that_is_cut_anywhere_is_not_taken_for_whole(name: str) -> None:
    encoding, encode = ENCODERS[name]
    whole = encode(TEXT[:5000])
    if "padding" in name:
        whole = whole.rstrip(b"\0") + b"\0"
    cuts = range(1, len(whole) - 1)
    for cut in random.Random(1).sample(cuts, min(60, len(cuts))):
        if "members" in name and cut == len(gzip.compress(TEXT[:1000])):
            continue
        with pytest.raises(TransportFailure) as caught:
            read(encoding, whole[:cut], 64)
        assert caught.value.kind == "truncated", cut


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not compressed"),
        ("deflate", b"\xff\xff\xff"),
        ("br", b"x"),
        ("gzip, gzip", b"x"),
        ("q" * 10_000, b"x"),
    ],
)
def test_what_cannot_be_decoded_is_an_error_unless_the_status_is_one(encoding: str, body: bytes) -> None:
    with pytest.raises(TransportFailure) as caught:
        read(encoding, body, 5)
    assert caught.value.kind == "encoding"
    assert len(str(caught.value)) < 120
    assert read(encoding, body, 5, status=502) == b""


@pytest.mark.parametrize("name", ENCODERS)
def test_the_limit_is_exact(name: str) -> None:
    encoding, encode = ENCODERS[name]
    body = encode(TEXT)
    assert read(encoding, body, 65_536, limit=len(TEXT)) == TEXT
    with pytest.raises(TransportFailure) as caught:
        read(encoding, body, 65_536, limit=len(TEXT) - 1)
    assert caught.value.kind == "too-large"


def test_a_length_above_the_limit_is_refused_before_anything_is_read() -> None:
    with pytest.raises(TransportFailure) as caught:
        ResponseBody(200, Headers({"content-length": "1001"}), None, 1000)
    assert caught.value.kind == "too-large"
    ResponseBody(200, Headers({"content-length": "1000"}), None, 1000)
    # Of an error only the start is read anyway.
    ResponseBody(500, Headers({"content-length": "1001"}), None, 1000)


@pytest.mark.parametrize("name", ENCODERS)
def test_only_the_start_of_an_error_is_kept(name: str) -> None:
    encoding, encode = ENCODERS[name]
    assert read(encoding, encode(TEXT), 65_536, status=500, limit=10) == TEXT[:BODY_LIMIT]


class Kept:
    """A sink in memory."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.largest = 0

    def begin(self, status: int, headers: Headers) -> None:
        self.file.truncate(0)

    def write(self, chunk: bytes) -> None:
        self.largest = max(self.largest, len(chunk))
        self.file.write(chunk)


def test_a_download_is_limited_only_if_it_is_compressed() -> None:
    sink = Kept()
    assert read("", TEXT, 65_536, limit=1000, sink=sink) == b""
    assert sink.file.getvalue() == TEXT
    with pytest.raises(TransportFailure) as caught:
        read("gzip", gzip.compress(TEXT), 65_536, limit=1000, sink=sink)
    assert caught.value.kind == "too-large"
    refused = Kept()
    assert read("", b"no", 10, status=404, sink=refused) == b"no"
    assert refused.file.getvalue() == b""


def test_one_chunk_never_becomes_one_large_piece() -> None:
    sink = Kept()
    read("gzip", gzip.compress(bytes(64 << 20)), 65_536, sink=sink)
    assert 0 < sink.largest <= PIECE


# --- over real sockets ------------------------------------------------------------------------------------------------


def psa(kind: Any, server: RawServer, **more: Any) -> Any:
    options = {"verify": TRUST, "timeout": 20.0, "requests_per_minute": 60_000, "burst": 1000, **more}
    return kind(
        company_id="acme", public_key="pub", private_key="s3cr3t-key", client_id="guid", base_url=server.url, **options
    )


def fetch(mode: str, server: RawServer, **more: Any) -> Any:
    """Return the result of one call, or its error."""

    async def tasks() -> Any:
        async with psa(manage.AsyncClient, server, **more) as client:
            return await client.service.boards.get(1)

    def threads() -> Any:
        with psa(manage.Client, server, **more) as client:
            return client.service.boards.get(1)

    try:
        return asyncio.run(tasks()) if mode == "async" else threads()
    except APIError as error:
        return error


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", ENCODERS)
def test_records_arrive_in_every_encoding(name: str, mode: str) -> None:
    encoding, encode = ENCODERS[name]
    body = encode(records([1])[1:-1])
    extra = {"Content-Encoding": encoding} if encoding else {}
    with RawServer(lambda connection, request: respond(connection, body, 200, extra)) as server:
        assert fetch(mode, server).id == 1
        assert server.arrived[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_response_without_end_ends_at_the_limit(chunked: bool, mode: str) -> None:
    def endless(connection: socket.socket, request: Arrived) -> bool:
        piece = b" " * 65_536
        connection.sendall(head(200, {"Transfer-Encoding": "chunked"} if chunked else {"Connection": "close"}))
        while True:
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)

    with RawServer(endless) as server:
        error = fetch(mode, server, max_response_bytes=1_000_000)
    assert type(error) is ResponseTooLargeError
    assert error.request_sent
    assert "1,000,000 bytes" in str(error)
    assert "max_response_bytes" in str(error.hint)
    # Another attempt would bring the same.
    assert len(server.arrived) == 1


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_error_without_end_is_known_by_its_status(mode: str) -> None:
    def endless(connection: socket.socket, request: Arrived) -> bool:
        connection.sendall(head(404, {"Connection": "close"}))
        while True:
            connection.sendall(b"x" * 65_536)

    with RawServer(endless) as server:
        assert type(fetch(mode, server)) is NotFoundError


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_cut_gzip_stream_is_tried_again(mode: str) -> None:
    whole = gzip.compress(records([1])[1:-1])

    def cut_once(connection: socket.socket, request: Arrived) -> bool:
        body = whole[: len(whole) // 2] if request.number == 1 else whole
        return respond(connection, body, 200, {"Content-Encoding": "gzip"})

    with RawServer(cut_once) as server:
        assert fetch(mode, server, retry=RetryPolicy(backoff_factor=0.01)).id == 1
        assert len(server.arrived) == 2
    with RawServer(lambda it, _: respond(it, whole[:20], 200, {"Content-Encoding": "gzip"})) as server:
        assert type(fetch(mode, server, retry=RetryPolicy(max_retries=0))) is APIConnectionError


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_broken_encoding_does_not_hide_an_error_s_status(encoding: str, mode: str) -> None:
    with RawServer(lambda it, _: respond(it, b"garbage", 502, {"Content-Encoding": encoding})) as server:
        error = fetch(mode, server, retry=RetryPolicy(max_retries=0))
    assert type(error) is ServerError
    assert error.status_code == 502


def test_what_a_transport_of_the_user_has_read_already_is_limited_as_well() -> None:
    body = gzip.compress(records([1])[1:-1])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-encoding": "gzip"})

    keys: Any = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "guid", "site": "na"}
    with manage.Client(**keys, http_client=httpx.Client(transport=httpx.MockTransport(answer))) as client:
        assert client.service.boards.get(1).id == 1
    transport = httpx.MockTransport(answer)
    with (
        manage.Client(**keys, max_response_bytes=10, transport=transport) as client,
        pytest.raises(ResponseTooLargeError),
    ):
        client.service.boards.get(1)


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "1", None])
def test_impossible_limits_are_refused(limit: Any) -> None:
    with pytest.raises(ValueError, match="max_response_bytes"):
        manage.Client(
            company_id="acme",
            public_key="pub",
            private_key="priv",
            client_id="guid",
            site="na",
            max_response_bytes=limit,
        )


BOMB = """
import asyncio, resource, sys
from cwql import APIError, RetryPolicy
from cwql.manage import AsyncClient, Client

mode, url, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
options = {"base_url": url, "retry": RetryPolicy(max_retries=0), "timeout": 60.0}
if limit:
    options["max_response_bytes"] = limit

def threads():
    with Client(company_id="acme", public_key="pub", private_key="priv", client_id="guid", **options) as psa:
        psa.service.tickets.all()

async def tasks():
    async with AsyncClient(company_id="acme", public_key="pub", private_key="priv", client_id="guid", **options) as psa:
        await psa.service.tickets.all()

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

try:
    # What the client itself needs is not counted.
    Client(company_id="acme", public_key="pub", private_key="priv", client_id="guid", **{**options, "base_url": "http://127.0.0.1:1"}).service.tickets.all()
except APIError:
    before = peak()
try:
    asyncio.run(tasks()) if mode == "async" else threads()
except APIError as error:
    print(type(error).__name__, (peak() - before) // 1024)
"""


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A gigabyte of blanks inside a list, in one megabyte."""
    made = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    start = made.compress(b"[") + made.flush(zlib.Z_FULL_FLUSH)
    # The data after a full flush refers to nothing before it, so it can be repeated.
    blanks = made.compress(b" " * (1 << 20)) + made.flush(zlib.Z_FULL_FLUSH)
    return start + blanks * 1024


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(
    ("status", "limit", "error", "megabytes"),
    [
        (200, 0, "ResponseTooLargeError", 300),
        (200, 8 << 20, "ResponseTooLargeError", 30),
        (500, 0, "ServerError", 20),
        (404, 0, "NotFoundError", 20),
    ],
)
def test_a_zip_bomb_takes_no_more_memory_than_the_limit(
    status: int, limit: int, error: str, megabytes: int, mode: str, bomb: bytes
) -> None:
    extra = {"Content-Encoding": "gzip"}
    with RawServer(lambda connection, request: respond(connection, bomb, status, extra)) as server:
        command = [sys.executable, "-c", BOMB, mode, server.url, str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    name, peak = done.stdout.split()
    assert name == error
    assert int(peak) < megabytes
