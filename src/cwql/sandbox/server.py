"""The server: `Sandbox`, over HTTP on loopback or in process."""

from __future__ import annotations

import threading
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NoReturn

from cwql.errors import UnknownNameError
from cwql.sandbox import data
from cwql.sandbox.auth import Credentials
from cwql.sandbox.callbacks import deliver, find_callbacks
from cwql.sandbox.faults import Fault, Faults
from cwql.sandbox.handler import Handler
from cwql.sandbox.messages import RecordedRequest
from cwql.sandbox.products import CONTRACTS
from cwql.sandbox.store.store import Store
from cwql.sandbox.transport import SandboxTransport
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from typing import Any, Literal, Never, Self, TypeAlias, Unpack

    from cwql.automate import AsyncClient as AsyncAutomate
    from cwql.automate import Client as Automate
    from cwql.client.call_options import ClientOptions
    from cwql.manage import AsyncClient as AsyncManage
    from cwql.manage import Client as Manage
    from cwql.sandbox.asgi import WebServer
    from cwql.sandbox.callbacks import CallbackDelivery
    from cwql.sandbox.messages import RecordEvent, Request, Response
    from cwql.sandbox.products import Contract

    Size: TypeAlias = Literal["small", "medium", "large", "empty"]

IN_PROCESS = "http://127.0.0.1"
"""The URL of a sandbox that does not listen; clients send no credentials over plain HTTP to any other machine."""

EMPTY = "empty"
"""The size without records."""

REQUESTS_LIMIT = 500
"""How many requests are remembered."""

DELIVERIES_LIMIT = 10_000
"""How many callbacks are remembered."""


_FORMS = {
    "async_client": "manage_async() or automate_async()",
    **dict.fromkeys(("calls", "get_requests", "history"), "requests"),
    "client": "manage() or automate()",
    "port": "url",
    "stop": "close()",
}
"""The form of cwql for the attributes of servers in other libraries for tests."""


class Sandbox:
    """A local server of both products, with example records made from a seed.

    ::

        with Sandbox(seed=1) as sandbox, sandbox.manage() as psa:            # HTTP on 127.0.0.1, at sandbox.url
            print(psa.service.tickets.count())
        sandbox = Sandbox()                                                  # in process, without a port
        psa = sandbox.manage()

    `manage()` and `automate()` return clients that are ready to use, `requests` has the requests so far, and `reset()` starts again.
    `size` is ``small``, ``medium``, ``large`` or ``empty``. With `path` the records are stored in that file, and if it already contains records,
    those are used. `contract` is ``observed`` for the behaviour of recorded servers, ``documented`` for that of the reference documents, or ``auto``:
    Manage as observed, and Automate by the path of the sign-in (``/APIToken`` or ``/APICredentials``).
    `requests_per_minute` is a limit (None: unlimited), `latency` is in seconds, `faults` are written as for ``cwql sandbox --fault``.
    `two_factor_code` is a code that Automate requires, and `token_lifetime` the lifetime of its tokens in seconds.
    With `odd_records`, a few records violate the specification, as those of old servers do.
    With `trust_proxy`, links have the scheme and the host that a proxy in front of the sandbox reports (``X-Forwarded-Proto``).
    Without `host` and `port` it takes a free port of 127.0.0.1; a host that is not loopback is refused without `allow_remote`.
    """

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)

    def __init__(  # noqa: PLR0913  # the options of a server, by name only
        self,
        *,
        seed: int = 1,
        size: Size = "small",
        path: str | PathLike[str] | None = None,
        contract: Contract = "auto",
        requests_per_minute: int | None = None,
        latency: float = 0.0,
        faults: Iterable[Fault | str | int] = (),
        token_lifetime: float = 14_400.0,
        two_factor_code: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        clock: Callable[[], float] | None = None,
        odd_records: bool = False,
        trust_proxy: bool = False,
    ) -> None:
        if size not in (*data.SIZES, EMPTY):
            raise UnknownNameError(f"unknown size {size!r}: expected one of {', '.join((*data.SIZES, EMPTY))}")
        if contract not in CONTRACTS:
            raise UnknownNameError(f"unknown contract {contract!r}: expected one of {', '.join(CONTRACTS)}")
        self._store = Store(":memory:" if path is None else path)
        self._records = (seed, size, odd_records)
        self._fill()
        self._credentials = Credentials(two_factor_code=two_factor_code)
        self.faults = Faults(faults, seed)
        options: dict[str, Any] = {} if clock is None else {"clock": clock}
        self._make_handler = partial(
            Handler,
            self._store,
            contract=contract,
            rate=requests_per_minute,
            latency=latency,
            token_life=token_lifetime,
            faults=self.faults,
            seed=seed,
            **options,
        )
        self._handler = self._make_handler(credentials=self._credentials)
        self.requests: list[RecordedRequest] = []
        """The latest requests with the status of their responses, the oldest first."""
        self.deliveries: list[CallbackDelivery] = []
        """The latest callbacks."""
        self._trust_proxy = trust_proxy
        self._address = (host, port, allow_remote)
        self._messages = count(1)
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
            host, port, allow_remote = self._address
            server = WebServer(
                make_app(self._handle, trust_proxy=self._trust_proxy), host, port, allow_remote=allow_remote
            )
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
        self._store.close()

    @property
    def url(self) -> str:
        """Return scheme, host and port; in process a URL that only `transport` understands."""
        if self._server is None:
            return IN_PROCESS
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"http://{host}:{self._server.port}"

    @property
    def manage_url(self) -> str:
        """Return the root of Manage's API."""
        return f"{self.url}/v4_6_release/apis/3.0"

    @property
    def automate_url(self) -> str:
        """Return the root of Automate's API."""
        return f"{self.url}/cwa/api/v1"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables with which the clients use this sandbox.

        Before `start` their address has no port, and clients also need ``transport=sandbox.transport()``.
        """
        credentials = self._credentials
        variables = {
            "CONNECTWISE_COMPANY_ID": credentials.company,
            "CONNECTWISE_PUBLIC_KEY": credentials.public_key,
            "CONNECTWISE_PRIVATE_KEY": credentials.private_key,
            "CONNECTWISE_CLIENT_ID": credentials.client_id,
            "CONNECTWISE_SITE": self.url,
            "CONNECTWISE_AUTOMATE_SERVER": self.url,
            "CONNECTWISE_AUTOMATE_USERNAME": credentials.username,
            "CONNECTWISE_AUTOMATE_PASSWORD": credentials.password,
        }
        if credentials.two_factor_code is not None:
            variables["CONNECTWISE_AUTOMATE_2FA"] = credentials.two_factor_code
        return variables

    def manage(self, **options: Unpack[ClientOptions]) -> Manage:
        """Return a client of Manage for this sandbox; `options` are those of `cwql.manage.Client`."""
        from cwql.manage import Client

        return Client.from_env(**self._client_options(), **options)

    def manage_async(self, **options: Unpack[ClientOptions]) -> AsyncManage:
        """Return an async client of Manage for this sandbox."""
        from cwql.manage import AsyncClient

        return AsyncClient.from_env(**self._client_options(), **options)

    def automate(self, **options: Unpack[ClientOptions]) -> Automate:
        """Return a client of Automate for this sandbox; `options` are those of `cwql.automate.Client`."""
        from cwql.automate import Client

        return Client.from_env(**self._client_options(), **options)

    def automate_async(self, **options: Unpack[ClientOptions]) -> AsyncAutomate:
        """Return an async client of Automate for this sandbox."""
        from cwql.automate import AsyncClient

        return AsyncClient.from_env(**self._client_options(), **options)

    def _client_options(self) -> dict[str, Any]:
        served = self._server is not None
        return {"environ": self.environment, **({} if served else {"transport": self.transport()})}

    def add(self, path: str, /, *more: Never, **members: object) -> dict[str, Any]:
        """Create a record at an endpoint (``/service/tickets``) and return it, with the members that the server fills in.

        Raises the errors of a client if the server refuses the record.
        """
        from cwql.schema.catalog import locate

        if more:
            raise TypeError(
                "the members of a record are given by name: add('/service/tickets', summary='...'), or **members"
            )
        product, _ = locate(path)
        with getattr(self, product)() as client:
            created: dict[str, Any] = client.request("POST", path, json=members).json()
        return created

    def reset(self) -> None:
        """Restore the records of the start, and remove faults, recorded requests, tokens and deliveries."""
        self.wait()
        self._store.clear()
        self._fill()
        self.faults.clear()
        self._handler = self._make_handler(credentials=self._credentials)
        self.requests.clear()
        self.deliveries.clear()

    def _fill(self) -> None:
        seed, size, odd_records = self._records
        if size != EMPTY and not self._store.is_filled:
            data.populate(self._store, seed, size, odd_records=odd_records)

    def transport(self) -> SandboxTransport:
        """Return an httpx transport, for sync and async clients, that uses this sandbox without a network."""
        return SandboxTransport(self._handle)

    def _handle(self, request: Request) -> Response:
        """Handle a request and send the callbacks that it causes."""
        response = self._handler.handle(request)
        self.requests.append(RecordedRequest.of(request, response))
        del self.requests[:-REQUESTS_LIMIT]
        for event in response.events:
            self._send_callbacks(event, request.origin)
        return response

    def wait(self) -> None:
        """Wait until all callbacks are delivered."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _send_callbacks(self, event: RecordEvent, origin: str) -> None:
        callbacks = list(find_callbacks(self._store, event, origin, self._credentials.company, self._messages))
        if not callbacks:
            return

        def send() -> None:
            for url, body in callbacks:
                self.deliveries.append(deliver(url, body, self._handler.signing_key))
            del self.deliveries[:-DELIVERIES_LIMIT]

        thread = threading.Thread(target=send, name="cwql-callback", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()]
        self._threads.append(thread)
        thread.start()
