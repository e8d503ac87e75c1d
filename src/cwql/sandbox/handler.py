"""The server without a web framework: `Handler` takes a `Request` and returns a `Reply`, for both products.

::

    request -> faults -> (company info, signing key, OpenAPI documents, sign in) -> credentials -> rate limit -> route -> action -> reply
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

from cwql.sandbox.auth import Credentials, Keys, Tokens
from cwql.sandbox.callbacks import is_key_request
from cwql.sandbox.faults import Faults
from cwql.sandbox.limits import Limiter, too_many
from cwql.sandbox.messages import Refusal, Reply, Request, reply_json, reply_text
from cwql.sandbox.openapi import PLACE, read_document
from cwql.sandbox.operations import Actions
from cwql.sandbox.products import MANAGE, Server
from cwql.sandbox.routing import find_route, find_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.products import Contract
    from cwql.sandbox.store.store import Store

COMPANY_INFO = "/login/companyinfo/"
STALL = 60.0
_FATAL = ("reset", "truncated")


class Handler:
    """Answer requests from a store.

    `token_life` is in seconds, `rate` in requests a minute (None: no limit), `latency` in seconds. `signing_key` signs callbacks.
    Safe to call from several threads.
    """

    def __init__(
        self,
        store: Store,
        *,
        credentials: Credentials | None = None,
        contract: Contract = "documented",
        rate: int | None = None,
        latency: float = 0.0,
        token_life: float = 14_400.0,
        faults: Faults | None = None,
        seed: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.credentials = credentials or Credentials()
        self.contract = contract
        self.latency = latency
        self.faults = faults or Faults(seed=seed)
        self.signing_key = f"signing-key-{seed}"
        self.tokens = Tokens(self.credentials, token_life, contract, clock)
        self.served = 0
        self._keys = Keys(self.credentials)
        self._limiter = Limiter(rate, clock)
        self._actions = Actions(store, contract, clock, self.credentials.username)
        self._lock = threading.RLock()
        self._random = random.Random(seed)

    def answer(self, request: Request) -> Reply:
        """Answer a request; never raises for anything that a caller may send."""
        with self._lock:
            self.served += 1
        met = self.faults.draw()
        reply = self._answer(request, met)
        reply.delay += self.latency + (STALL if "stall" in met else 0.0)
        for fault in _FATAL:
            if fault in met:
                reply.fault = fault
        if "html" in met:
            reply.headers = {"content-type": "text/html"}
            reply.body = b"<!doctype html><title>Just a moment</title>"
        if "gzip" in met:
            reply.headers = {**reply.headers, "content-encoding": "gzip"}
        return reply

    def _answer(self, request: Request, met: set[str]) -> Reply:
        server, headers = MANAGE, {}
        try:
            if request.path.lower().startswith(COMPANY_INFO):
                return self._company_info(request.path[len(COMPANY_INFO) :])
            if is_key_request(request, self.credentials.company):
                return reply_json({"signing_key": self.signing_key})
            place = find_server(request.path)
            if place is None:
                raise Refusal(404, "NotFound", f"No resource {request.path[:200]} was found.")
            server, rest = place
            if request.method == "GET" and rest.lower() == PLACE:
                return reply_text(read_document(server, request.origin))
            if met:
                self._strike(met)
            headers = self._admit(server, request, rest)
            reply = self.tokens.answer(request, rest) if server.tokens else None
            if reply is None:
                with self._lock:
                    if "churn" in met:
                        self._churn(server, request, rest)
                    reply = self._actions.run(find_route(server, request.method, rest), request)
        except Refusal as refusal:
            reply = server.say_no(refusal, self.contract)
        except TimeoutError as error:
            reply = server.say_no(Refusal(503, "Timeout", str(error)), self.contract)
        except sqlite3.OperationalError as error:
            # SQLite's own limits: an expression too deep, too many values. Anything else is a fault of the sandbox.
            if not any(word in str(error) for word in ("too large", "too many", "too complex", "too long", "overflow")):
                raise
            reply = server.say_no(Refusal(400, "InvalidArgument", f"The request is too large: {error}."), self.contract)
        reply.headers = {**headers, **reply.headers}
        return reply

    def _admit(self, server: Server, request: Request, rest: str) -> dict[str, str]:
        """Check credentials and the rate; return the headers about the latter."""
        caller = f"{server.product} {request.header('authorization')}"
        headers = self._limiter.take(caller)
        if not server.tokens:
            self._keys.check(request)
        elif not (request.method == "POST" and rest.strip("/").lower().startswith(("apicredentials", "apitoken"))):
            self.tokens.check(request)
        return headers

    def _strike(self, met: set[str]) -> None:
        if "expired" in met:
            self.tokens.expire()
        statuses = sorted(int(kind) for kind in met if kind.isdigit())
        if not statuses:
            return
        status = statuses[0]
        if status == 429:
            raise too_many(1, {})
        wait = {"retry-after": "1"} if status == 503 else {}
        raise Refusal(status, "Fault", f"A fault was asked for: {status}.", headers=wait)

    def _churn(self, server: Server, request: Request, rest: str) -> None:
        """Copy or delete a record of the kind that a list is asked of, as others would meanwhile."""
        if request.method != "GET":
            return
        route = find_route(server, "GET", rest)
        record = route.endpoint.record
        if not route.endpoint.listed or record is None:
            return
        rows = self.store.find(server.product, record, limit=200)
        if not rows:
            return
        row = self._random.choice(rows)
        if self._random.random() < 0.5:
            self.store.delete(server.product, record, row.key)
        else:
            document = row.document
            for name in ("id", "Id"):
                document.pop(name, None)
            self.store.add(server.product, record, [document])

    def _company_info(self, company: str) -> Reply:
        name = company.strip("/")
        if name.lower() != self.credentials.company.lower():
            return reply_json({"Message": "Company not found."}, 404)
        return reply_json({
            "CompanyName": name,
            "CompanyID": name,
            "Codebase": "v4_6_release/",
            "VersionCode": "v2025.1",
            "VersionNumber": "v4.6.0",
            "IsCloud": False,
            "SiteUrl": "127.0.0.1",
        })  # fmt: skip
