"""Requests to this machine go to no proxy, whatever the environment says; requests to other machines do."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cwql import APIError, SigningKeyUnavailableError, automate, manage
from cwql.client.retry import RetryPolicy
from cwql.client.webhook import sign
from cwql.webhooks import AsyncCallbackReceiver, CallbackReceiver

VARIABLES = [
    {"HTTP_PROXY": "{proxy}"},
    {"http_proxy": "{proxy}"},
    {"ALL_PROXY": "{proxy}"},
    {"all_proxy": "{proxy}"},
    {"HTTP_PROXY": "{proxy}", "HTTPS_PROXY": "{proxy}", "ALL_PROXY": "{proxy}", "NO_PROXY": ""},
    {"ALL_PROXY": "{proxy}", "NO_PROXY": "example.com"},
    {"ALL_PROXY": "{proxy}", "no_proxy": "10.0.0.0/8,.internal"},
    {"ALL_PROXY": "{proxy}", "NO_PROXY": "localhost:1,127.0.0.1:1"},
]
HOSTS = ["127.0.0.1", "localhost", "127.8.9.1", "[::1]"]
KEY_PATH = "/v2025_1//system/callbackkey/index.rails?companyName=acme&id=5"
QUICK: dict[str, Any] = {"retry": RetryPolicy(max_retries=0), "timeout": 5.0}


class Server(ThreadingHTTPServer):
    """Keep the first line and the headers of every request."""

    def __init__(self, host: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Handler)
        self.requests: list[str] = []


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        server: Any = self.server
        server.requests.append(f"{self.requestline}\n{self.headers}")
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        token = {"AccessToken": "token", "ExpiresIn": 3600}
        found = {"signing_key": "key"} if "callbackkey" in self.path else token if "API" in self.path else {"id": 1}
        content = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_CONNECT(self) -> None:
        server: Any = self.server
        server.requests.append(f"{self.requestline}\n{self.headers}")
        self.send_error(502)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve(host: str) -> Iterator[Server]:
    server = Server(host)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxy() -> Iterator[Server]:
    yield from serve("127.0.0.1")


@pytest.fixture(params=HOSTS)
def origin(request: pytest.FixtureRequest) -> Iterator[tuple[Server, str]]:
    host: str = request.param
    try:
        for server in serve("::1" if host == "[::1]" else "0.0.0.0"):
            yield server, f"http://{host}:{server.server_port}"
    except OSError:
        pytest.skip(f"{host} cannot be bound here")


def set_variables(patch: pytest.MonkeyPatch, variables: dict[str, str], proxy: Server) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        patch.delenv(name, raising=False)
        patch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        patch.setenv(name, value.format(proxy=f"http://127.0.0.1:{proxy.server_port}"))


def use_everything(url: str) -> None:
    content = json.dumps({"CompanyId": "acme", "Metadata": {"key_url": f"{url}{KEY_PATH}"}}).encode()
    headers = {"x-content-signature": sign("key", content)}
    with manage.Client(
        company_id="acme", public_key="pub", private_key="PRIVATE", client_id="cid", site=url, **QUICK
    ) as psa:
        psa.service.boards.get(1)
    with automate.Client(server=url, username="jdoe", password="PASSWORD", client_id="cid", **QUICK) as rmm:
        rmm.computers.get(1)
    with CallbackReceiver(company_id="acme", site=url) as receiver:
        receiver.unwrap(content, headers)

    async def tasks() -> None:
        async with manage.AsyncClient(
            company_id="acme", public_key="pub", private_key="PRIVATE", client_id="cid", site=url, **QUICK
        ) as psa:
            await psa.service.boards.get(1)
        async with automate.AsyncClient(
            server=url, username="jdoe", password="PASSWORD", client_id="cid", **QUICK
        ) as rmm:
            await rmm.computers.get(1)
        async with AsyncCallbackReceiver(company_id="acme", site=url) as receiver:
            await receiver.unwrap(content, headers)

    asyncio.run(tasks())


@pytest.mark.parametrize("variables", VARIABLES, ids=[" ".join(each) for each in VARIABLES])
def test_loopback_is_reached_directly(
    monkeypatch: pytest.MonkeyPatch, proxy: Server, origin: tuple[Server, str], variables: dict[str, str]
) -> None:
    server, url = origin
    set_variables(monkeypatch, variables, proxy)
    use_everything(url)
    assert proxy.requests == []
    assert len(server.requests) == 8
    assert sum("Basic " in request for request in server.requests) == 2


@pytest.mark.parametrize("host", HOSTS)
def test_loopback_with_tls_is_reached_directly(monkeypatch: pytest.MonkeyPatch, proxy: Server, host: str) -> None:
    set_variables(monkeypatch, {"HTTPS_PROXY": "{proxy}", "ALL_PROXY": "{proxy}"}, proxy)
    with (
        manage.Client(
            company_id="acme",
            public_key="pub",
            private_key="PRIVATE",
            client_id="cid",
            site=f"https://{host}:1",
            **QUICK,
        ) as psa,
        pytest.raises(APIError),
    ):
        psa.service.boards.get(1)
    assert proxy.requests == []


def test_other_machines_are_reached_through_the_proxy(monkeypatch: pytest.MonkeyPatch, proxy: Server) -> None:
    set_variables(monkeypatch, {"HTTPS_PROXY": "{proxy}"}, proxy)
    with (
        pytest.raises(APIError),
        manage.Client(
            company_id="acme", public_key="pub", private_key="PRIVATE", client_id="cid", site="psa.example.com", **QUICK
        ) as psa,
    ):
        psa.service.boards.get(1)
    content = json.dumps({"CompanyId": "acme", "Metadata": {"key_url": f"https://psa.example.com{KEY_PATH}"}}).encode()
    with (
        pytest.raises(SigningKeyUnavailableError),
        CallbackReceiver(company_id="acme", site="psa.example.com") as receiver,
    ):
        receiver.unwrap(content, {"x-content-signature": sign("key", content)})
    assert [request.split()[:2] for request in proxy.requests] == [["CONNECT", "psa.example.com:443"]] * 2
    assert "PRIVATE" not in str(proxy.requests)
    assert "authorization" not in str(proxy.requests).lower()
