"""TLS over real sockets: a server whose certificate nobody vouches for gets no request, and so no credentials."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from cwql.client.errors import APIConnectionError
from cwql.client.transport import explain_failure, open_async_transport, open_transport
from cwql.errors import ConfigError
from cwql.manage import AsyncClient, Client
from cwql.webhooks import AsyncCallbackReceiver, CallbackReceiver

KEYS: Any = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "cid"}


class Guarded(NamedTuple):
    """A server with a certificate that it made itself."""

    url: str
    certificate: Path
    asked: list[str]


def test_causes_of_a_failure_are_followed_to_a_limit() -> None:
    def failure(depth: int) -> Any:
        cause: BaseException = ConnectionRefusedError()
        for _ in range(depth):
            outer = RuntimeError()
            outer.__cause__ = cause
            cause = outer
        error = httpx.ConnectError("no connection")
        error.__cause__ = cause
        return explain_failure(error)

    assert failure(6).kind == "refused"
    assert failure(7).kind == "unreachable"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b'{"id": 5}  ')

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Log nothing, because clients that close the connection are the subject of the test."""

    server = Listener(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Guarded(f"https://127.0.0.1:{server.server_port}", certificate, asked)
    server.shutdown()
    thread.join()
    server.server_close()


def ask(mode: str, url: str, **settings: Any) -> Any:
    async def tasks() -> Any:
        async with AsyncClient(**KEYS, site=url, **settings) as psa:
            return await psa.service.tickets.get(5)

    if mode == "async":
        return asyncio.run(tasks())
    with Client(**KEYS, site=url, **settings) as psa:
        return psa.service.tickets.get(5)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_certificate_that_nobody_vouches_for(guarded: Guarded, mode: str) -> None:
    guarded.asked.clear()
    with pytest.raises(APIConnectionError, match="not trusted") as caught:
        ask(mode, guarded.url)
    # It will be no better the second time.
    assert caught.value.attempts == 1
    assert not caught.value.request_sent
    assert "verify=ssl.create_default_context(cafile=...)" in str(caught.value.hint)
    with pytest.raises(ConfigError, match="always verified"):
        ask(mode, guarded.url, verify=False)
    assert guarded.asked == []


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_one_s_own_authority(guarded: Guarded, mode: str) -> None:
    guarded.asked.clear()
    trust = ssl.create_default_context(cafile=guarded.certificate)
    assert ask(mode, guarded.url, verify=trust).id == 5
    assert guarded.asked == ["/v4_6_release/apis/3.0/service/tickets/5"]
    # The name counts as well.
    with pytest.raises(APIConnectionError, match="not trusted"):
        ask(mode, guarded.url.replace("127.0.0.1", "localhost"), verify=trust)
    assert len(guarded.asked) == 1


def test_callbacks_ask_for_keys_the_same_way() -> None:
    receivers = [kind(company_id="acme", site="na") for kind in (CallbackReceiver, AsyncCallbackReceiver)]
    assert [receiver._transport for receiver in receivers] == [None, None]
    transports: list[Any] = [open_transport(), open_async_transport()]
    for transport in transports:
        client = transport._connections.take()
        context = client._transport._pool._ssl_context
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert all(seconds == 60.0 for seconds in client.timeout.as_dict().values())
        assert not client.follow_redirects
