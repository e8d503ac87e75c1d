"""Downloads: checked to their end, written under a name that nobody can guess, and put into place as a whole or not at all."""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import os
import random
import signal
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any

import httpx
import pytest

from cwql.client.errors import APIConnectionError, APIError, LocalFileError
from cwql.client.http_types import Headers
from cwql.client.retry import RetryPolicy
from cwql.client.streamed_body import FileSink
from cwql.manage import AsyncClient, Client

from .server import Says, Seen, Server, serve

DATA = random.Random(3).randbytes(300_000)
ZIPPED = gzip.compress(DATA, 1)
OPERATION = "getSystemDocumentsByIdDownload"

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX systems")


def answer(request: Seen) -> Says:
    name = request.path.split("/")[-2]
    binary = {"Content-Type": "application/octet-stream"}
    zipped = {**binary, "Content-Encoding": "gzip"}
    replies = {
        "1": Says(DATA, headers=binary),
        "2": Says(ZIPPED, headers=zipped),
        "3": Says(ZIPPED[:150_000], headers=zipped),
        "4": Says(DATA, headers=binary, fault="truncated"),
        "5": Says(gzip.compress(b"first") + gzip.compress(b"second"), headers=zipped),
        "6": Says(b"raw", headers={**binary, "Content-Encoding": "br"}),
        "7": Says(ZIPPED[:-5] + b"wrong", headers=zipped),
        "8": Says({"message": "no"}, 404),
        "10": Says(b"part", 206, {**binary, "Content-Range": "bytes 0-3/1000"}),
        "9": Says(ZIPPED, 500, {"Content-Encoding": "gzip"}),
        "11": Says(gzip.compress(b'{"id": 11}')[:-3], headers={"Content-Encoding": "gzip"}),
        "12": Says(gzip.compress(b'{"id": 12}'), headers={"Content-Encoding": "gzip"}),
        "service": Says([{"id": 12}]),
    }
    if request.path.endswith("/service/tickets"):
        return replies["service"]
    if name == "tickets":
        return replies[request.path.split("/")[-1]]
    return replies[name]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, server: Server) -> Any:
    settings: dict[str, Any] = {"requests_per_minute": 1e6, "burst": 10_000, "retry": RetryPolicy(max_retries=0)}

    def sync(operation: str, *ids: object, **options: Any) -> Any:
        with Client(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url, **settings
        ) as psa:
            return psa.call_operation(operation, *ids, **options)

    async def tasks(operation: str, *ids: object, **options: Any) -> Any:
        async with AsyncClient(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url, **settings
        ) as psa:
            return await psa.call_operation(operation, *ids, **options)

    return sync if request.param == "sync" else lambda *ids, **options: asyncio.run(tasks(*ids, **options))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("id", "content"), [(1, DATA), (2, DATA), (5, b"firstsecond")])
def test_whole_download_is_stored(call: Any, tmp_path: Path, id: int, content: bytes) -> None:
    target = tmp_path / "file"
    assert call(OPERATION, id, to=target) == len(content)
    assert target.read_bytes() == content
    assert names(tmp_path) == ["file"]
    assert call(OPERATION, id) == content


@pytest.mark.parametrize(
    ("id", "message"),
    [
        (3, "the compressed response was cut short"),
        (4, "cut"),
        (6, "unknown content encoding 'br'"),
        (7, "content encoding is broken"),
        (8, "404"),
        (9, "500"),
        (10, "is a part"),
    ],
)
def test_failed_download_leaves_the_old_file(call: Any, tmp_path: Path, id: int, message: str) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with pytest.raises(APIError, match=message):
        call(OPERATION, id, to=target)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]
    with pytest.raises(APIError, match=message):
        call(OPERATION, id)


def test_part_that_was_requested_is_stored(call: Any, tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert call(OPERATION, 10, to=target, headers={"Range": "bytes=0-3"}) == 4
    assert target.read_bytes() == b"part"


class Short(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that does not compare the length of a body with the announced length."""

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        """Half of the announced bytes."""

        def __iter__(self) -> Iterator[bytes]:
            yield b"12345"

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"12345"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "application/octet-stream", "content-length": "10"}
        return httpx.Response(200, headers=headers, stream=self.Stream())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def test_body_that_is_shorter_than_announced_is_an_error(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"site": "na", "retry": RetryPolicy(max_retries=0), "transport": Short()}

    async def tasks() -> None:
        async with AsyncClient(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings
        ) as psa:
            await psa.call_operation(OPERATION, 1, to=tmp_path / "file")

    with pytest.raises(APIConnectionError, match="cut short"):
        asyncio.run(tasks())
    with (
        Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", **settings) as psa,
        pytest.raises(APIConnectionError, match="cut short"),
    ):
        psa.call_operation(OPERATION, 1, to=tmp_path / "file")
    assert names(tmp_path) == []


def test_record_in_a_cut_body_is_an_error(call: Any) -> None:
    assert call("getServiceTicketsById", 12).id == 12
    with pytest.raises(APIConnectionError, match="cut short"):
        call("getServiceTicketsById", 11)


def test_records_can_be_stored_without_being_read(call: Any, tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    assert call("getServiceTickets", to=path) == path.stat().st_size
    assert json.loads(path.read_bytes()) == [{"id": 12}]


@posix
def test_link_is_replaced_and_not_followed(call: Any, tmp_path: Path) -> None:
    victim, target = tmp_path / "victim", tmp_path / "file"
    victim.write_bytes(b"precious")
    for name in ("file", "file.part"):
        (tmp_path / name).symlink_to(victim)
    call(OPERATION, 5, to=target)
    assert victim.read_bytes() == b"precious"
    assert not target.is_symlink()
    assert target.read_bytes() == b"firstsecond"


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o000])
def test_file_is_private_until_it_is_whole(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        plain = tmp_path / "plain"
        plain.write_bytes(b"")
        sink = FileSink(tmp_path / "file")
        sink.begin(200, Headers())
        sink.write(b"x")
        partial = [path for path in tmp_path.iterdir() if path != plain]
        assert [stat.S_IMODE(path.stat().st_mode) for path in partial] == [0o600]
        sink.finish()
        assert (tmp_path / "file").stat().st_mode == plain.stat().st_mode
    finally:
        os.umask(before)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o755])
def test_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(mode)
    sink = FileSink(target)
    sink.begin(200, Headers())
    sink.write(b"new")
    sink.finish()
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_bytes() == b"new"


def test_names_of_partial_files_cannot_be_guessed(tmp_path: Path) -> None:
    seen: set[str] = set()
    for _ in range(20):
        sink = FileSink(tmp_path / "file")
        sink.begin(200, Headers())
        seen.update(names(tmp_path))
        sink.abandon()
        sink.abandon()
    assert len(seen) == 20
    assert all(len(name) > 32 for name in seen)
    assert names(tmp_path) == []


@posix
def test_what_is_no_file_is_refused_before_anything_is_sent(call: Any, server: Server, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server.seen.clear()
    for target, number in ((tmp_path, errno.EISDIR), (pipe, errno.EINVAL), (Path("/dev/null"), errno.EINVAL)):
        with pytest.raises(LocalFileError) as caught:
            call(OPERATION, 1, to=target)
        assert (caught.value.errno, caught.value.filename) == (number, str(target))
    assert server.seen == []
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_name_that_is_no_path_is_refused(call: Any, tmp_path: Path) -> None:
    for target in (f"{tmp_path}/a\0b", tmp_path / "missing" / "file"):
        with pytest.raises(LocalFileError):
            call(OPERATION, 1, to=target)
    with pytest.raises(APIError, match="expected a path or an open binary file"):
        call(OPERATION, 1, to=5)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_full_disk_is_a_typed_error(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "file")
    sink.begin(200, Headers())
    assert sink._file is not None
    sink._file.close()
    sink._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - closed by the sink
    with pytest.raises(LocalFileError, match="No space left"):
        sink.write(b"x")
    sink.abandon()
    assert names(tmp_path) == []


class Drop(RawIOBase):
    """A file without a buffer, that takes a few bytes at a time."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, data: Any) -> int:
        self.content += bytes(data[:1000])
        return min(1000, len(data))


def test_file_that_takes_a_part_only_gets_all(call: Any) -> None:
    drop = Drop()
    assert call(OPERATION, 2, to=drop) == len(DATA)
    assert drop.content == DATA
    buffer = BytesIO(b"before")
    buffer.seek(6)
    assert call(OPERATION, 5, to=buffer) == 11
    assert buffer.getvalue() == b"beforefirstsecond"


def test_download_is_not_repeated_into_a_file_that_cannot_go_back() -> None:
    sink = FileSink(Drop())
    sink.begin(200, Headers())
    sink.write(b"half")
    with pytest.raises(LocalFileError, match="what was written cannot be removed"):
        sink.begin(200, Headers())


def test_ctrl_c_removes_the_partial_file(tmp_path: Path) -> None:
    half = threading.Event()

    def slow(request: Seen) -> Says:
        half.set()
        return Says(DATA, fault="stall-inside")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with (
        serve(slow) as running,
        Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=running.url) as psa,
    ):
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            with pytest.raises(KeyboardInterrupt):
                psa.call_operation(OPERATION, 1, to=tmp_path / "file")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert half.is_set()
        assert names(tmp_path) == []


def test_cancelling_removes_the_partial_file(tmp_path: Path) -> None:
    begun: list[list[str]] = []

    class Watched(FileSink):
        def write(self, chunk: bytes) -> None:
            super().write(chunk)
            begun.append(names(tmp_path))
            asyncio.get_running_loop().call_soon(tasks[0].cancel)

    tasks: list[asyncio.Task[Any]] = []

    async def cancelled(url: str) -> None:
        async with AsyncClient(
            company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=url
        ) as psa:
            tasks.append(asyncio.ensure_future(psa.call_operation(OPERATION, 1, to=tmp_path / "file")))
            with pytest.raises(asyncio.CancelledError):
                await tasks[0]

    with pytest.MonkeyPatch.context() as patch, serve(lambda request: Says(DATA, fault="stall-inside")) as running:
        patch.setattr("cwql.client.operations.FileSink", Watched)
        asyncio.run(cancelled(running.url))
    assert all(len(found) == 1 for found in begun)
    assert names(tmp_path) == []
