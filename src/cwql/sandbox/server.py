"""The sandbox as users meet it: `Sandbox`, over HTTP on loopback or in process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cwql.errors import UnknownNameError
from cwql.sandbox import data
from cwql.sandbox.auth import Credentials
from cwql.sandbox.callbacks import deliver, find_calls
from cwql.sandbox.faults import Fault, Faults
from cwql.sandbox.handler import Handler
from cwql.sandbox.products import CONTRACTS
from cwql.sandbox.store.store import Store
from cwql.sandbox.transport import SandboxTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from typing import Self

    from cwql.sandbox.asgi import WebServer
    from cwql.sandbox.messages import Notice, Reply, Request
    from cwql.sandbox.products import Contract

IN_PROCESS = "http://127.0.0.1"
"""The address of a sandbox that does not listen; clients send no credentials over plain HTTP to any other machine."""

DELIVERIES = 10_000
"""How many callbacks are remembered."""


class Sandbox:
    """A server of both products that really answers, with records drawn from a seed.

    ::

        with Sandbox(seed=1) as box:                                        # HTTP on 127.0.0.1, at box.url
            psa = Client.from_env(environ=box.environment)
        box = Sandbox()                                                     # in process
        psa = Client.from_env(environ=box.environment, transport=box.transport())

    `size` is ``small``, ``medium`` or ``large``; with `db` the records are kept in that file, and those that lie there already are
    used as they are. `contract` chooses between what the reference documents say and what servers were seen to do. `rate`
    is in requests a minute (None: unlimited), `latency` in seconds, `faults` are written as for ``cwql sandbox --fault``. Without
    `host` and `port` it takes a free port of 127.0.0.1; any other than a loopback host is refused unless `anywhere`.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        size: str = "small",
        db: str | PathLike[str] | None = None,
        contract: Contract = "documented",
        credentials: Credentials | None = None,
        rate: int | None = None,
        latency: float = 0.0,
        faults: Iterable[Fault | str] = (),
        token_life: float = 14_400.0,
        host: str = "127.0.0.1",
        port: int = 0,
        anywhere: bool = False,
        clock: Callable[[], float] | None = None,
        empty: bool = False,
    ) -> None:
        if size not in data.SIZES:
            raise UnknownNameError(f"unknown size {size!r}: expected one of {', '.join(data.SIZES)}")
        if contract not in CONTRACTS:
            raise UnknownNameError(f"unknown contract {contract!r}: expected one of {', '.join(CONTRACTS)}")
        self.store = Store(":memory:" if db is None else db)
        if not empty and not self.store.filled:
            data.populate(self.store, seed, size)
        self.credentials = credentials or Credentials()
        self.faults = Faults(faults, seed)
        timed = {} if clock is None else {"clock": clock}
        self.handler = Handler(
            self.store,
            credentials=self.credentials,
            contract=contract,
            rate=rate,
            latency=latency,
            token_life=token_life,
            faults=self.faults,
            seed=seed,
            **timed,
        )
        self.deliveries: list[tuple[str, int | None]] = []
        """The latest callbacks: the address, and the status of the response (None: not sent, or no response)."""
        self._place = (host, port, anywhere)
        self._server: WebServer | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start to serve over HTTP. Raises CwqlError without the extra ``sandbox``, and for a host that is not loopback."""
        from cwql.sandbox.asgi import WebServer, make_app

        if self._server is None:
            host, port, anywhere = self._place
            server = WebServer(make_app(self), host, port, anywhere=anywhere)
            server.start()
            self._server = server

    def __repr__(self) -> str:
        return f"<cwql.sandbox.Sandbox at {self.url}>"

    def close(self) -> None:
        """Stop serving and close the database."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.wait()
        self.store.close()

    @property
    def url(self) -> str:
        """Return scheme, host and port; in process a name that only `transport` understands."""
        if self._server is None:
            return IN_PROCESS
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"http://{host}:{self._server.port}"

    @property
    def manage_url(self) -> str:
        """Return where Manage's API starts."""
        return f"{self.url}/v4_6_release/apis/3.0"

    @property
    def automate_url(self) -> str:
        """Return where Automate's API starts."""
        return f"{self.url}/cwa/api/v1"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables of the reference documents that point the clients here."""
        known = self.credentials
        found = {
            "CONNECTWISE_COMPANY_ID": known.company,
            "CONNECTWISE_PUBLIC_KEY": known.public_key,
            "CONNECTWISE_PRIVATE_KEY": known.private_key,
            "CONNECTWISE_CLIENT_ID": known.client_id,
            "CONNECTWISE_SITE": self.url,
            "CONNECTWISE_AUTOMATE_SERVER": self.url,
            "CONNECTWISE_AUTOMATE_USERNAME": known.username,
            "CONNECTWISE_AUTOMATE_PASSWORD": known.password,
        }
        if known.two_factor_code is not None:
            found["CONNECTWISE_AUTOMATE_2FA"] = known.two_factor_code
        return found

    def transport(self) -> SandboxTransport:
        """Return an httpx transport, for sync and async clients, that asks this sandbox without a network."""
        return SandboxTransport(self.answer)

    def answer(self, request: Request) -> Reply:
        """Answer a request and send the callbacks that it causes."""
        reply = self.handler.answer(request)
        for notice in reply.notices:
            self._call(notice, request.origin)
        return reply

    def wait(self) -> None:
        """Wait until the callbacks that are on their way have arrived."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _call(self, notice: Notice, origin: str) -> None:
        calls = list(find_calls(self.store, notice, origin, self.credentials.company))
        if not calls:
            return

        def send() -> None:
            for url, body in calls:
                self.deliveries.append((url, deliver(url, body, self.handler.signing_key)))
            del self.deliveries[:-DELIVERIES]

        thread = threading.Thread(target=send, name="cwql-callback", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()]
        self._threads.append(thread)
        thread.start()
