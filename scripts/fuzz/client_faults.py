"""Let a client talk to a server that misbehaves at random: ``python -m scripts.fuzz.client_faults --count 1000 --seed 1``.

Each scenario is drawn from its own seed: a product, a call, a set of records, how the server pages and encodes, and what it does wrong
on which request. The raw server plays it on loopback, the client is driven by threads or by tasks, and these claims are checked:

- a call ends with the right result or a typed error, and shows no secret
- no wait ends later than the deadline of its call
- a POST or PATCH is sent again only after the server refused it
- a list gives no record twice, gives them in order, and misses none unless it raises

Exits with 1 at the first scenario that breaks one of them, and prints its seed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import socket
import ssl
import struct
import sys
import threading
import time
import traceback
import zlib
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING, Any

from cwql import automate, manage
from cwql.client.errors import APIError, APIStatusError
from cwql.client.retry import RetryPolicy
from scripts.fuzz.raw_server import Arrived, RawServer, head

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 0.8
TIMEOUT = 0.3
SLACK = 5.0
"""Seconds that a busy machine may add. A call that hangs would last for 30 seconds and more."""

LIMIT = 1 << 20
SECRET = "s3cr3t-k3y"
MESSAGE = "Grüße"

CALLS = ("list", "list", "list", "get", "create", "patch")
PAGINGS = ("honest", "honest", "honest", "ignored", "alternating", "stale")
COUNTS = ("absent", "right", "high", "low")
LINKS = ("absent", "right", "always", "foreign", "broken")
BODY_ENCODINGS = ("plain", "gzip", "deflate", "raw deflate", "chunked", "byte order mark")
CHARSETS = ("utf-8", "utf-16", "latin-1", "cp1252", "punycode", "nonsense")
STATUSES = (400, 401, 403, 404, 408, 409, 429, 429, 500, 502, 503, 504)
RETRY_AFTER = ("", "0", "0.01", "30", "315360000", "soon", "-1")

FAULTS = (
    "status", "status", "status", "slow", "reset", "cut head", "cut body", "stall", "drip head", "drip body", "garbage", "html",
    "not JSON", "empty", "wrong shape", "broken gzip", "cut gzip", "bomb", "flood", "endless", "unknown encoding", "early hints", "redirect",
    "foreign redirect",
)  # fmt: skip
"""The faults of one response."""

NEVER_ACTED = frozenset({429, 401})
"""Statuses after which a write may be sent again: the server refused it."""

# Making one costs more than a scenario.
TRUST = ssl.create_default_context()


@dataclass(frozen=True)
class Fault:
    """One response that goes wrong."""

    kind: str
    status: int = 0
    retry_after: str = ""
    charset: str = "utf-8"
    exhausted: bool = False


@dataclass(frozen=True)
class Scenario:
    """A call, the server's records, and how the server behaves; `faults` are by the number of the request."""

    seed: int
    product: str
    mode: str
    call: str
    records: int
    size: int
    options: dict[str, Any]
    paging: str
    count: str
    links: str
    cap: int
    encoding: str
    faults: dict[int, Fault]

    @property
    def ids(self) -> list[int]:
        """Return the ids of the server's records."""
        return list(range(1, 3 * self.records + 1, 3))


@dataclass
class Outcome:
    """The outcome of a scenario."""

    found: list[int] = field(default_factory=list)
    error: BaseException | None = None
    longest: float = 0.0
    ended: bool = False


class BrokenClaimError(Exception):
    """A claim about the client is not true."""


def draw(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    dice = random.Random(seed)
    product = dice.choice(("manage", "manage", "automate"))
    size = dice.choice((1, 2, 5))
    options: dict[str, Any] = {"parallel": dice.choice((1, 1, 3))}
    if product == "manage":
        options["pagination"] = dice.choice((None, None, "forward-only", "page-number"))
    share = dice.choice((0.0, 0.1, 0.3, 0.8))
    return Scenario(
        seed,
        product,
        dice.choice(("sync", "async")),
        dice.choice(CALLS),
        dice.choice((0, 1, size, 2 * size, 2 * size + 1, 12)),
        size,
        options,
        dice.choice(PAGINGS),
        dice.choice(COUNTS),
        dice.choice(LINKS) if product == "manage" else "absent",
        dice.choice((0, 0, 0, 2)),
        dice.choice(BODY_ENCODINGS),
        {number: draw_fault(dice) for number in range(1, 60) if dice.random() < share},
    )


def draw_fault(dice: random.Random) -> Fault:
    """Return one fault."""
    return Fault(
        dice.choice(FAULTS),
        dice.choice(STATUSES),
        dice.choice(RETRY_AFTER) if dice.random() < 0.9 else formatdate(time.time() + 900, usegmt=True),
        dice.choice(CHARSETS),
        dice.random() < 0.1,
    )


# --- the server -------------------------------------------------------------------------------------------------------


class World:
    """Play the server of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.statuses: dict[int, int] = {}
        self.closing = threading.Event()

    def answer(self, connection: socket.socket, request: Arrived) -> bool:
        """Answer a request."""
        fault = self.scenario.faults.get(request.number)
        self.statuses[request.number] = fault.status if fault is not None and fault.kind == "status" else 200
        extra, body = self.content(request)
        if fault is None:
            connection.sendall(self.encode(200, extra, body))
            return True
        return self.misbehave(connection, fault, extra, body)

    def content(self, request: Arrived) -> tuple[dict[str, str], bytes]:
        """Return the response of an honest server, headers and body, except for the pages that the scenario asks for."""
        scenario = self.scenario
        if is_sign_in(request):
            return {}, b'{"AccessToken": "t", "ExpiresIn": 3600}'
        if scenario.call != "list":
            return {}, json.dumps(self.record(7)).encode()
        ids, position = scenario.ids, 0
        size = min(int(request.query["pageSize"]), scenario.cap or 1000)
        if "pageId" in request.query:
            position = sum(number <= int(request.query["pageId"]) for number in ids)
        else:
            position = (int(request.query["page"]) - 1) * size
        if scenario.paging == "ignored":
            position = 0
        elif scenario.paging == "alternating":
            position = position // size % 2 * size
        elif scenario.paging == "stale" and request.number % 3 == 0:
            position = max(0, position - size)
        page = ids[position : position + size]
        extra: dict[str, str] = {}
        if scenario.count != "absent":
            extra["X-Total-Count"] = str(
                {"right": len(ids), "high": len(ids) + 7, "low": len(ids) // 2}[scenario.count]
            )
        more = position + size < len(ids)
        base = "" if scenario.links != "foreign" else "https://evil.example"
        if scenario.links == "broken":
            extra["Link"] = '<<>>; rel="next'
        elif scenario.links != "absent":
            extra["Link"] = '</x?page=1>; rel="first"'
            if more or scenario.links == "always":
                extra["Link"] += f', <{base}/x?page=2&pageId={page[-1] if page else 1}>; rel="next"'
        return extra, json.dumps([self.record(number) for number in page]).encode()

    def record(self, number: int) -> dict[str, Any]:
        """Return a record."""
        if self.scenario.product == "manage":
            return {"id": number, "name": f"n{number}"}
        return {"Id": str(number), "Name": f"n{number}"}

    def encode(self, status: int, extra: dict[str, str], body: bytes) -> bytes:
        """Return a whole response in the encoding of the scenario."""
        encoding = self.scenario.encoding
        headers = {"Content-Type": "application/json", **extra}
        if encoding == "byte order mark":
            body = b"\xef\xbb\xbf" + body
        elif encoding == "gzip":
            headers["Content-Encoding"], body = "gzip", gzip.compress(body)
        elif encoding in ("deflate", "raw deflate"):
            bits = zlib.MAX_WBITS if encoding == "deflate" else -zlib.MAX_WBITS
            made = zlib.compressobj(9, zlib.DEFLATED, bits)
            headers["Content-Encoding"], body = "deflate", made.compress(body) + made.flush()
        elif encoding == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
            return head(status, headers) + chunks + b"0\r\n\r\n"
        return head(status, {**headers, "Content-Length": str(len(body))}) + body

    def misbehave(self, connection: socket.socket, fault: Fault, extra: dict[str, str], body: bytes) -> bool:
        """Send the response with its fault. Returns whether the connection may serve another request."""
        whole = self.encode(200, extra, body)
        half = whole.index(b"\r\n\r\n") + 4 + max(1, len(body) // 3)
        kind = fault.kind
        whole_responses: dict[str, Callable[[], bytes]] = {
            "status": lambda: self.refuse(fault),
            "garbage": lambda: b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
            "html": lambda: respond(b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"}),
            "not JSON": lambda: respond(b'[{"id": 1, '),
            "empty": lambda: respond(b""),
            "wrong shape": lambda: respond(b'"text"'),
            "broken gzip": lambda: respond(b"not compressed", {"Content-Encoding": "gzip"}),
            "cut gzip": lambda: respond(gzip.compress(body)[:-9], {"Content-Encoding": "gzip"}),
            "bomb": lambda: respond(bomb(), {"Content-Encoding": "gzip"}),
            "flood": lambda: respond(b"[" + b"{}," * 60_000 + b"{}]"),
            "unknown encoding": lambda: respond(body, {"Content-Encoding": "br"}),
            "early hints": lambda: head(103) + head(103, {"X": "y"}) + whole,
            "redirect": lambda: respond(b"", {"Location": "/x?page=1&pageSize=1"}, 307),
            "foreign redirect": lambda: respond(b"", {"Location": "https://evil.example/"}, 307),
        }
        if kind in whole_responses:
            connection.sendall(whole_responses[kind]())
            return kind != "garbage"
        if kind == "slow":
            self.closing.wait(0.05)
            connection.sendall(whole)
            return True
        if kind == "cut head":
            connection.sendall(whole[:20])
        elif kind == "cut body":
            connection.sendall(whole[:half])
        elif kind == "stall":
            self.closing.wait(30)
        elif kind == "drip head":
            self.drip(connection, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 900)
        elif kind == "drip body":
            connection.sendall(head(200, {"Content-Length": "900"}))
            self.drip(connection, b" " * 900)
        elif kind == "endless":
            connection.sendall(head(200, {"Connection": "close"}))
            while not self.closing.is_set():
                connection.sendall(b" " * 65_536)
        if kind in ("reset", "cut body"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def refuse(self, fault: Fault) -> bytes:
        """Return an error, which shows the secret that it was sent."""
        extra = {"Content-Type": f"application/json; charset={fault.charset}"}
        if fault.retry_after:
            extra["Retry-After"] = fault.retry_after
        if fault.exhausted:
            extra |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "25"}
        encoding = fault.charset if fault.charset in CHARSETS[:4] else "utf-8"
        text = json.dumps({"message": f"{MESSAGE} {SECRET}"}, ensure_ascii=False)
        return respond(text.encode(encoding), extra, fault.status)

    def drip(self, connection: socket.socket, data: bytes) -> None:
        """Send byte by byte."""
        for value in data:
            connection.sendall(bytes([value]))
            if self.closing.wait(0.05):
                return


def respond(body: bytes, extra: dict[str, str] | None = None, status: int = 200) -> bytes:
    """Return a response."""
    return head(status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **(extra or {})}) + body


@cache
def bomb() -> bytes:
    """Return 64 MB of blanks, compressed."""
    return gzip.compress(b"[" + bytes(64 << 20).replace(b"\0", b" ") + b"]", 1)


# --- the client -------------------------------------------------------------------------------------------------------


def settings() -> dict[str, Any]:
    """Return the settings of a client: quick to try again, and to give up."""
    policy = RetryPolicy(max_retries=2, backoff_factor=0.005, backoff_max=0.01, retry_after_max=0.05, deadline=DEADLINE)
    common = {
        "verify": TRUST,
        "timeout": TIMEOUT,
        "requests_per_minute": 60_000,
        "burst": 1000,
        "max_response_bytes": LIMIT,
    }
    return {**common, "retry": policy}


def open_client(scenario: Scenario, url: str) -> Any:
    """Return the client of a scenario."""
    kind = "AsyncClient" if scenario.mode == "async" else "Client"
    if scenario.product == "manage":
        return getattr(manage, kind)(
            company_id="acme", public_key="pub", private_key=SECRET, client_id="guid", base_url=url, **settings()
        )
    return getattr(automate, kind)(server=url, username="jdoe", password=SECRET, client_id="guid", **settings())


def begin(scenario: Scenario, client: Any) -> Any:
    """Return the pages of a list, or the result of a single call (to be awaited if the client is asynchronous)."""
    place = client.service.boards if scenario.product == "manage" else client.clients
    if scenario.call == "list":
        return place.pages(page_size=scenario.size, **scenario.options)
    if scenario.call == "get":
        return place.get(7)
    if scenario.call == "patch":
        return place.patch(7, [{"op": "replace", "path": "name", "value": "x"}], on_invalid="ignore")
    return place.create({"name": "x"}, on_invalid="ignore")


def run_threads(scenario: Scenario, url: str, outcome: Outcome) -> None:
    """Drive the synchronous client."""
    with open_client(scenario, url) as client:
        if scenario.call != "list":
            with timed(outcome):
                outcome.found.append(number_of(begin(scenario, client)))
            return
        pages = begin(scenario, client)
        while True:
            with timed(outcome):
                page = next(pages, None)
            if page is None:
                return
            outcome.found += [number_of(record) for record in page]


async def run_tasks(scenario: Scenario, url: str, outcome: Outcome) -> None:
    """Drive the asynchronous client."""
    async with open_client(scenario, url) as client:
        if scenario.call != "list":
            with timed(outcome):
                outcome.found.append(number_of(await begin(scenario, client)))
            return
        pages = begin(scenario, client)
        while True:
            with timed(outcome):
                page = await anext(pages, None)
            if page is None:
                return
            outcome.found += [number_of(record) for record in page]


def number_of(record: Any) -> int:
    """Return the id of a record, 0 if there is none."""
    return int(getattr(record, "id", None) or getattr(record, "Id", None) or 0)


@contextlib.contextmanager
def timed(outcome: Outcome) -> Any:
    """Note how long the longest wait took."""
    began = time.monotonic()
    try:
        yield
    finally:
        outcome.longest = max(outcome.longest, time.monotonic() - began)


# --- the claims -------------------------------------------------------------------------------------------------------


def check(seed: int) -> str:
    """Play the scenario of a seed and return how it ended. Raises BrokenClaimError."""
    scenario = draw(seed)
    world, outcome = World(scenario), Outcome()

    def work() -> None:
        try:
            if scenario.mode == "async":
                asyncio.run(run_tasks(scenario, server.url, outcome))
            else:
                run_threads(scenario, server.url, outcome)
        except BaseException as error:
            outcome.error = error
        outcome.ended = True

    with RawServer(world.answer) as server:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        # Every page may have its own deadline, and a list that does not end is a hang as well.
        thread.join(60 * DEADLINE + SLACK)
        world.closing.set()
        require(outcome.ended, "the call hangs")
    check_outcome(scenario, world, server.arrived, outcome)
    return type(outcome.error).__name__ if outcome.error is not None else "right"


def check_outcome(scenario: Scenario, world: World, arrived: list[Arrived], outcome: Outcome) -> None:
    """Check all claims. Raises BrokenClaimError."""
    error, found = outcome.error, outcome.found
    if error is not None and not isinstance(error, APIError):
        raise BrokenClaimError(f"an error that is not typed:\n{''.join(traceback.format_exception(error))}")
    require(SECRET not in f"{error!r}{error}", "the error shows a secret")
    # By id a page takes up to three calls: as it is, in forward-only mode, and by number.
    calls = 3 if scenario.call == "list" else 1
    require(outcome.longest < calls * DEADLINE + SLACK, f"a wait of {outcome.longest:.1f} s")
    if isinstance(error, APIStatusError) and MESSAGE in error.message:
        require(error.message == f"{MESSAGE} ***", f"the message is {error.message!r}")
    writes = [request.number for request in arrived if request.method in ("POST", "PATCH") and not is_sign_in(request)]
    again = [number for number in writes[:-1] if world.statuses[number] not in NEVER_ACTED]
    require(not again, f"a write was sent again after request {again}")
    if scenario.call == "list":
        check_list(scenario, found, error)
    elif error is None and scenario.call == "get":
        # The server sent a redirect or an empty body on purpose.
        require(found in ([7], [0], [1]), f"the record is {found}")


def check_list(scenario: Scenario, found: list[int], error: BaseException | None) -> None:
    """Check the result of a list. Raises BrokenClaimError."""
    ids = scenario.ids
    wanted = ids[: len(found)]
    require(len(set(found)) == len(found), f"a record came twice: {found}")
    honest = scenario.paging == "honest" and not changes_pages(scenario)
    require(found == wanted if honest else set(found) <= set(ids), f"found {found}")
    if error is not None:
        return
    # Nothing says that there is more: no count or a wrong one, no Link, and a page that is not full.
    announced = scenario.links in ("right", "always", "foreign") or scenario.count in ("right", "high")
    short = scenario.count == "low" or (bool(scenario.cap) and scenario.cap < scenario.size and not announced)
    require(
        found == ids or (short and not announced) or changes_pages(scenario), f"records are missing: {found} of {ids}"
    )
    require(scenario.count != "high" or changes_pages(scenario), f"the count was ignored: {found}")


def changes_pages(scenario: Scenario) -> bool:
    """Return whether a fault sends a page that is a lie, but a whole one."""
    return any(fault.kind in ("empty", "redirect", "wrong shape") for fault in scenario.faults.values())


def is_sign_in(request: Arrived) -> bool:
    """Return whether a request signs in."""
    return "APICredentials" in request.path or "APIToken" in request.path


def require(claim: bool, message: str) -> None:
    """Raise BrokenClaimError unless a claim is true."""
    if not claim:
        raise BrokenClaimError(message)


def main(argv: list[str] | None = None) -> int:
    """Play scenarios; return 1 if one breaks a claim."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.client_faults", description="Fuzz the clients with faults."
    )
    parser.add_argument("--count", type=int, default=300, help="how many scenarios (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first one (default: 1)")
    arguments = parser.parse_args(argv)
    ends: Counter[str] = Counter()
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        try:
            ends[check(seed)] += 1
        except BrokenClaimError as broken:
            print(f"seed {seed}: {broken}\n{draw(seed)}", file=sys.stderr)
            return 1
        except BaseException:
            print(f"seed {seed}", file=sys.stderr)
            raise
    print(f"{arguments.count} scenarios from seed {arguments.seed}: {dict(ends.most_common())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
