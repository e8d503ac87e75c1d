"""The server without a web framework: `Handler` takes a `Request` and returns a `Response`, for both products.

::

    request -> faults -> (company info, signing key, OpenAPI document, sign-in) -> credentials -> rate limit -> route -> operation
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from cwql.sandbox.auth import BasicAuth, Credentials, TokenAuth
from cwql.sandbox.callbacks import is_key_request
from cwql.sandbox.faults import Faults
from cwql.sandbox.hrefs import with_origin
from cwql.sandbox.limits import RateLimiter, too_many_requests
from cwql.sandbox.messages import HTTPProblem, Request, Response, json_response, text_response
from cwql.sandbox.openapi import DOCUMENT_PATH, read_document
from cwql.sandbox.operations import Operations
from cwql.sandbox.products import MANAGE, Product
from cwql.sandbox.routing import Caller, find_product, find_route
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.products import Contract
    from cwql.sandbox.store.store import Store

COMPANY_INFO = "/login/companyinfo/"
STALL = 60.0
_BREAKING = ("reset", "truncated")
_SQLITE_LIMITS = ("too large", "too many", "too complex", "too long", "overflow")


class Handler:
    """Handle requests to a store.

    `token_life` is in seconds, `rate` in requests a minute (None: no limit), `latency` in seconds. `signing_key` signs callbacks.
    May be called from several threads.
    """

    def __init__(  # noqa: PLR0913  # the options of a server, by name only
        self,
        store: Store,
        *,
        credentials: Credentials | None = None,
        contract: Contract = "auto",
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
        self._seed = seed
        self.signing_key = f"signing-key-{seed}"
        self.token_auth = TokenAuth(self.credentials, token_life, contract, clock, seed)
        self.requests = 0
        """How many requests were handled."""
        self._basic_auth = BasicAuth(self.credentials, clock, seed)
        self._limiter = RateLimiter(rate, clock)
        self._operations = Operations(store, clock, self._basic_auth)
        self._lock = threading.RLock()
        self._random = random.Random(seed)

    def handle(self, request: Request) -> Response:
        """Handle a request. Never raises for any request."""
        with self._lock:
            self.requests += 1
        faults = self.faults.choose()
        response = self._handle(request, faults)
        response.delay += self.latency + (STALL if "stall" in faults else 0.0)
        for fault in _BREAKING:
            if fault in faults:
                response.fault = fault
        if "html" in faults:
            response.headers = {"content-type": "text/html"}
            response.body = b"<!doctype html><title>Just a moment</title>"
        if "gzip" in faults:
            response.headers = {**response.headers, "content-encoding": "gzip"}
        return response

    def _handle(self, request: Request, faults: set[str]) -> Response:
        product = MANAGE
        headers: dict[str, str] = {}
        contract = self._contract_of(product, request, "")
        try:
            if request.path.lower().startswith(COMPANY_INFO):
                return self._company_info(request.path[len(COMPANY_INFO) :])
            if is_key_request(request, self.credentials.company):
                return json_response({"signing_key": self.signing_key})
            found = find_product(request.path)
            if found is None:
                raise HTTPProblem(404, "NotFound", f"No resource {request.path[:200]} was found.")
            product, path = found
            contract = self._contract_of(product, request, path)
            if request.method == "GET" and path.lower() == DOCUMENT_PATH:
                return text_response(read_document(product, request.origin))
            if faults:
                self._raise_fault(faults)
            headers, member = self._authenticate(product, request, path)
            response = self._run(product, request, path, faults, Caller(member, contract))
        except HTTPProblem as problem:
            response = product.write_problem(problem, contract)
        except TimeoutError as error:
            response = product.write_problem(HTTPProblem(503, "Timeout", str(error)), contract)
        except sqlite3.OperationalError as error:
            # Limits of SQLite, such as that of the terms to sort by. Anything else is a bug of the sandbox.
            if not any(word in str(error) for word in _SQLITE_LIMITS):
                raise
            too_large = HTTPProblem(400, "InvalidArgument", f"The request is too large: {error}.")
            response = product.write_problem(too_large, contract)
        response.headers = {**headers, **response.headers}
        if product.has_links:
            response.body = with_origin(response.body, request.origin)
            response.headers = {**self._identify(), **response.headers}
        return response

    def _identify(self) -> dict[str, str]:
        """Return the headers that recorded responses of Manage have."""
        number = uuid5(NAMESPACE_URL, f"request {self._seed} {self.requests}")
        version = catalog(MANAGE.name).version
        return {"api-current-version": version, "cache-control": "no-cache", "x-cw-request-id": str(number)}

    def _contract_of(self, product: Product, request: Request, path: str) -> str:
        if self.contract != "auto":
            return self.contract
        return self.token_auth.contract_of(request, path) if product.uses_tokens else "auto"

    def _authenticate(self, product: Product, request: Request, path: str) -> tuple[dict[str, str], str]:
        """Check the credentials and the rate limit; return the headers about the latter, and the member that calls."""
        headers = self._limiter.acquire(f"{product.name} {request.header('authorization')}")
        member = self.credentials.username
        if not product.uses_tokens:
            member = self._basic_auth.check(request)
        elif not (request.method == "POST" and path.strip("/").lower().startswith(("apicredentials", "apitoken"))):
            self.token_auth.check(request)
        return headers, member

    def _run(self, product: Product, request: Request, path: str, faults: set[str], caller: Caller) -> Response:
        response = self.token_auth.handle(request, path) if product.uses_tokens else None
        if response is not None:
            return response
        with self._lock:
            if "churn" in faults:
                self._change_list(product, request, path, caller)
            return self._operations.run(find_route(product, request.method, path, caller), request)

    def _raise_fault(self, faults: set[str]) -> None:
        if "expired" in faults:
            self.token_auth.expire()
        statuses = sorted(int(kind) for kind in faults if kind.isdigit())
        if not statuses:
            return
        status = statuses[0]
        if status == 429:
            raise too_many_requests(1, {})
        headers = {"retry-after": "1"} if status == 503 else {}
        raise HTTPProblem(status, "Fault", f"This fault was requested: {status}.", headers=headers)

    def _change_list(self, product: Product, request: Request, path: str, caller: Caller) -> None:
        """Copy or delete a record of the list that is requested, as other callers would meanwhile."""
        if request.method != "GET":
            return
        route = find_route(product, "GET", path, caller)
        record = route.endpoint.record
        rows = self.store.find(product.name, record, limit=200) if route.endpoint.listed and record is not None else []
        if not rows or record is None:
            return
        row = self._random.choice(rows)
        if self._random.random() < 0.5:
            self.store.delete(product.name, record, row.key)
        else:
            document = row.document
            for name in ("id", "Id"):
                document.pop(name, None)
            self.store.add(product.name, record, [document])

    def _company_info(self, company: str) -> Response:
        name = company.strip("/")
        if name.lower() != self.credentials.company.lower():
            return json_response(None)
        return json_response({
            "CompanyName": name,
            "CompanyID": name,
            "Codebase": "v4_6_release/",
            "VersionCode": "v2025.1",
            "VersionNumber": "v4.6.0",
            "IsCloud": False,
            "SiteUrl": "127.0.0.1",
        })  # fmt: skip
