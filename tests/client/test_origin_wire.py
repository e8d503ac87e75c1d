"""One origin, over real sockets: whatever a server names, nothing is sent anywhere else."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cwql import manage
from cwql.client.errors import APIConnectionError, APIError, APIStatusError, UntrustedURLError
from cwql.client.retry import RetryPolicy

from .test_origin import hostile

TRUST = ssl.create_default_context()


class Recorder(ThreadingHTTPServer):
    """A server that records its requests and gives prepared answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str]] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.origin = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for head and body: two would wait for each other's acknowledgement.
    wbufsize = 65_536

    def answer(self) -> None:
        server: Recorder = self.server  # type: ignore[assignment]
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        status, headers = server.answers.get(self.path.partition("?")[0], server.answers.get("", (200, {})))
        body = b"[" + b",".join(b'{"id": %d}' % n for n in range(1, 6)) + b"]" if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Recorder, Recorder]]:
    found = Recorder(), Recorder()
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in found]
    for thread in threads:
        thread.start()
    yield found
    for server, thread in zip(found, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def options(home: Recorder) -> dict[str, Any]:
    return {
        "company_id": "acme",
        "public_key": "pub",
        "private_key": "priv",
        "client_id": "guid",
        "base_url": f"{home.origin}/v4_6_release/apis/3.0",
        "requests_per_minute": 60_000,
        "burst": 10_000,
        "retry": RetryPolicy(max_retries=0),
        "verify": TRUST,
    }


def forms(home: Recorder, away: Recorder) -> list[str]:
    """Return addresses off the origin that fit in a header: all hostile forms, and the other server in each way."""
    port, other = home.server_port, away.server_port
    found = [
        *hostile(),
        f"{away.origin}/v4_6_release/apis/3.0/service/boards?page=2",
        f"http://127.0.0.1:{other}?page=2",
        f"//127.0.0.1:{other}/?page=2",
        f"http://127.0.0.1:{port}@127.0.0.1:{other}/?page=2",
        f"http://127.0.0.1:{port}:{other}/?page=2",
        f"http://127.0.0.1:{other}#@127.0.0.1:{port}/?page=2",
        f"http://127.0.0.1:{other}\\@127.0.0.1:{port}/?page=2",
        f"http://localhost:{port}/?page=2",
        f"http://127.1:{other}/?page=2",
        f"http://2130706433:{other}/?page=2",
        f"http://[::1]:{other}/?page=2",
        f"https://127.0.0.1:{port}/?page=2",
    ]
    return [
        form for form in found if form.isprintable() and form.isascii() and form.strip() == form and len(form) < 8000
    ]


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("kind", ["Link", "Location"])
def test_nothing_leaves_the_origin(servers: tuple[Recorder, Recorder], kind: str, mode: str) -> None:
    home, away = servers
    tried = [form for form in forms(home, away) if form]
    assert len(tried) >= 130
    status = 200 if kind == "Link" else 302

    def prepare(form: str) -> None:
        home.asked.clear()
        home.answers[""] = (status, {kind: f'<{form}>; rel="next"' if kind == "Link" else form})

    def judge(form: str, error: APIError | None) -> None:
        # httpx reads a Location before we do, and takes some of these for no HTTP.
        refused = UntrustedURLError if kind == "Link" else (UntrustedURLError, APIConnectionError)
        assert isinstance(error, refused), (form, error)
        assert len(home.asked) == 1, form
        assert "priv" not in str(error)

    async def tasks() -> None:
        async with manage.AsyncClient(**options(home)) as psa:
            for form in tried:
                prepare(form)
                try:
                    _ = [board async for board in psa.service.boards.list(page_size=5)]
                    judge(form, None)
                except APIError as error:
                    judge(form, error)

    def threads() -> None:
        with manage.Client(**options(home)) as psa:
            for form in tried:
                prepare(form)
                try:
                    _ = list(psa.service.boards.list(page_size=5))
                    judge(form, None)
                except APIError as error:
                    judge(form, error)

    asyncio.run(tasks()) if mode == "async" else threads()
    assert away.asked == []


def test_a_redirect_inside_the_origin_is_followed_a_few_times(servers: tuple[Recorder, Recorder]) -> None:
    home, away = servers
    home.asked.clear()
    path = "/v4_6_release/apis/3.0/service/boards"
    home.answers.clear()
    home.answers[path] = (307, {"Location": "/elsewhere/boards?page=1"})
    with manage.Client(**options(home)) as psa:
        assert [board.id for board in psa.service.boards.pages(page_size=10).__next__()] == [1, 2, 3, 4, 5]
        assert [path for _, path, _ in home.asked][-1] == "/elsewhere/boards?page=1"
        home.answers["/elsewhere/boards"] = (307, {"Location": "/elsewhere/boards"})
        home.asked.clear()
        with pytest.raises(APIStatusError, match="307"):
            psa.service.boards.first()
        assert len(home.asked) <= 4
    assert away.asked == []


def test_a_post_follows_no_redirect(servers: tuple[Recorder, Recorder]) -> None:
    home, away = servers
    home.answers.clear()
    home.answers[""] = (307, {"Location": "/elsewhere"})
    home.asked.clear()
    body = {"name": "x", "location": {"id": 1}, "department": {"id": 1}}
    with manage.Client(**options(home)) as psa:
        with pytest.raises(APIStatusError, match="307"):
            psa.service.boards.create(body)
        home.answers[""] = (307, {"Location": f"{away.origin}/elsewhere"})
        with pytest.raises(UntrustedURLError):
            psa.service.boards.create(body)
    assert len(home.asked) == 2
    assert away.asked == []
