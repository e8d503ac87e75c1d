"""Interrupt calls at random moments: Ctrl-C for the synchronous client, cancellation and Ctrl-C for the asynchronous one.

``python -m scripts.fuzz.interrupts --count 1000 --seed 1`` makes so many interrupted calls of each kind, against a server of its
own on loopback, and exits with 1 if one of these is not true:

- An interrupted call raises the interrupt, and nothing else, unless the interrupt came in a destructor, where Python ignores it.
- The next call works, and its response belongs to it. So do the calls of other threads that use the same client meanwhile.
- All places of the rate limit are free, no connection is left open but those in the pool, and no partial file is left.
- Nothing hangs: a watchdog prints where every thread is, and ends the run.

Each kind of call is made once before it is interrupted, because its first use imports modules: Ctrl-C inside an import of the
main thread can leave the import lock of CPython taken, which no library can prevent.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import gc
import gzip
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cwql import automate, manage
from cwql.client.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import FrameType

    from cwql.client.limit import ConcurrencyLimiter

WATCHDOG = 60.0
"""Seconds after which a call counts as hung."""

LONGEST = 0.006
"""Seconds after the beginning of a call within which the interrupt comes; most calls take two to five milliseconds."""

PAGE = 40
ROOT = Path(__file__).resolve().parents[2]

OTHERS = 2
"""Threads that use the same client without being interrupted."""


# --- the server, in a separate process -------------------------------------------------------------------------------


class Server:
    """CallResult like both APIs, after a random short time. ``/open`` returns the number of open connections."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._open = 0
        self._uses: Counter[str] = Counter()

    async def serve(self) -> None:
        """Print the port, and serve until the standard input ends."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        # The parent closes the pipe when it ends, however that comes.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
        os._exit(0)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, target, _ = head.split(" ", 2)
                headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                await reader.readexactly(int(headers.get("content-length", "0")))
                if target == "/open":
                    await self._reply(writer, 200, json.dumps(self._open - 1).encode())
                    return
                await asyncio.sleep(self._random.random() * 0.002)
                status, content = self._answer(method, target, headers)
                await self._reply(writer, status, content)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._open -= 1
            writer.close()

    def _answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        if path.endswith("/APICredentials"):
            token = f"t{len(self._uses)}"
            self._uses[f"bearer {token}"] = 0
            return 200, json.dumps({"AccessToken": token, "ExpiresIn": 14400}).encode()
        if "/cwa/" in path:
            # Each token is good for some calls only, so that signing in is interrupted as well.
            token = headers.get("authorization", "")
            self._uses[token] += 1
            if self._uses[token] > 20:
                return 401, b"{}"
        last = path.rpartition("/")[2]
        if last == "download":
            return 200, b"0123456789" * 20_000
        if last.isdigit():
            return 200, json.dumps({"id": int(last), "Id": last, "summary": "x" * 200}).encode()
        if method == "POST":
            return 201, b'{"id": 1}'
        page = int(query.partition("pageId=")[2].partition("&")[0] or "0") if "pageId=" in query else 0
        if "page=" in query:
            page = (int(query.partition("page=")[2].partition("&")[0]) - 1) * PAGE
        numbers = range(page + 1, min(page + PAGE, 3 * PAGE) + 1)
        return 200, json.dumps([{"id": number, "Id": str(number)} for number in numbers]).encode()

    async def _reply(self, writer: asyncio.StreamWriter, status: int, content: bytes) -> None:
        extra = ""
        if len(content) > 200 and self._random.random() < 0.5:
            content, extra = gzip.compress(content, 1), "Content-Encoding: gzip\r\n"
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{extra}\r\n"
        cut = self._random.randrange(len(content) + 1)
        # In two pieces, so that some interrupts come between them.
        writer.write(head.encode() + content[:cut])
        await writer.drain()
        if self._random.random() < 0.3:
            await asyncio.sleep(self._random.random() * 0.001)
        writer.write(content[cut:])
        await writer.drain()


@contextmanager
def running_server(seed: int) -> Iterator[str]:
    """Start the server and yield its URL."""
    command = [sys.executable, "-m", "scripts.fuzz.interrupts", "--serve", "--seed", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def open_connections(url: str) -> int:
    """Return how many connections the server has, apart from the one that asks."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/open")
    count = int(connection.getresponse().read())
    connection.close()
    return count


# --- calls
# --------------------------------------------------------------------------------------------------------------


class Run:
    """Counts of a run, and the failures that were found."""

    def __init__(self, url: str, seed: int, folder: str) -> None:
        self.url = url
        self.random = random.Random(seed)
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self.ignored = 0
        self._number = 0

    def count_ignored(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Count exceptions in a destructor. Python ignores them, also Ctrl-C."""
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            self.ignored += 1
            self.counts["interrupts in destructors"] += 1
        else:
            self.check(False, f"{unraisable.err_msg}: {unraisable.exc_value!r}")

    def check_swallowed(self, place: str, ignored: int) -> None:
        """Report an interrupt that was raised at a place and did not come out, unless a destructor ran there."""
        if self.ignored > ignored:
            return
        if "in __repr__" in place and "socket.py" in place:
            # A socket that is collected warns of that with its repr, and does not even report an exception there.
            self.counts["interrupts in destructors"] += 1
        else:
            self.check(False, f"an interrupt was swallowed at {place}")

    def settings(self) -> dict[str, Any]:
        """Return the arguments of both products' clients: few connections, and no waiting for the rate."""
        retry = RetryPolicy(max_retries=1, backoff_factor=0.001, deadline=20)
        return {"timeout": 5.0, "requests_per_minute": 1e5, "burst": 1000, "max_concurrency": 4, "retry": retry}

    def clients(self, asynchronous: bool) -> list[Any]:
        """Return a client of each product."""
        kinds = (manage.AsyncClient, automate.AsyncClient) if asynchronous else (manage.Client, automate.Client)
        return [
            kinds[0](
                company_id="acme",
                public_key="pub",
                private_key="priv",
                client_id="cid",
                site=self.url,
                **self.settings(),
            ),
            kinds[1](server=self.url, username="jdoe", password="pw", **self.settings()),
        ]

    def number(self) -> int:
        """Return an id that was not used before."""
        self._number += 1
        return self._number

    def check(self, true: bool, message: str) -> None:
        """Report a failure unless something is true."""
        if not true:
            self.failures.append(message)
            print(f"FAILED: {message}", flush=True)

    def calls(self, psa: Any, rmm: Any) -> list[Callable[[], Any]]:
        """Return one call of each kind; on asynchronous clients their results are to be awaited."""
        number = self.number()
        return [
            lambda: psa.service.tickets.get(number),
            lambda: rmm.clients.get(number),
            lambda: psa.service.tickets.patch(number, {"summary": "x"}),
            lambda: psa.service.tickets.all(page_size=PAGE),
            lambda: psa.service.tickets.all(page_size=PAGE, parallel=3),
            lambda: psa.call_operation("getSystemDocumentsByIdDownload", 5, to=f"{self.folder}/file"),
            lambda: rmm.computers.get(number),
            lambda: psa.system.documents.create({"recordType": "Ticket", "recordId": 1}, file=bytes(200_000)),
            lambda: psa.run_concurrently(psa.service.tickets.get, [number, number + 1, number + 2], max_concurrency=2),
        ]

    def finish(self, clients: list[Any]) -> None:
        """Check the state in which no call is in progress."""
        for client in clients:
            places = client._core.line.limit._turnstile
            taken = _settled(partial(_taken, places), 0)
            self.check(taken == 0, f"{taken} places are taken")
        # Objects that an exception's traceback still refers to are closed when it is gone.
        gc.collect()
        kept = sum(len(client._transport._connections) for client in clients)
        there = _settled(lambda: open_connections(self.url), kept)
        self.check(there <= kept, f"{there} connections are open, of which the pools keep {kept}")
        left = [name for name in os.listdir(self.folder) if name != "file"]
        self.check(not left, f"files are left: {left}")

    def report(self, title: str, seconds: float) -> bool:
        """Print the counts, and return whether nothing failed."""
        counts = ", ".join([f"{count:,} {name}" for name, count in sorted(self.counts.items())])
        print(f"{title}: {counts}; {len(self.failures)} failures; {seconds:.0f} s", flush=True)
        return not self.failures


def _taken(places: ConcurrencyLimiter) -> int:
    return places.most - places.free


def _settled(read: Callable[[], int], wanted: int) -> int:
    """Wait a moment for work that ends in other threads, and return the last value."""
    end = time.monotonic() + 5
    while (value := read()) != wanted and time.monotonic() < end:
        time.sleep(0.01)
    return value


# --- Ctrl-C in the synchronous client -----------------------------------------------------------------------------------


def interrupt_threads(run: Run, count: int) -> None:
    """Interrupt calls of the main thread `count` times, while other threads use the same clients."""
    place = ""

    def interrupt(_: int, frame: FrameType | None) -> None:
        nonlocal place
        place = "".join(traceback.format_stack(frame, 8))
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    clients = run.clients(asynchronous=False)
    psa, rmm = clients
    for call in run.calls(psa, rmm):
        call()
    stop = threading.Event()
    others = [threading.Thread(target=_undisturbed, args=(run, psa, rmm, stop, number)) for number in range(OTHERS)]
    for thread in others:
        thread.start()
    try:
        while run.counts["interrupts"] < count and len(run.failures) < 10:
            faulthandler.dump_traceback_later(WATCHDOG, exit=True)
            call = run.random.choice(run.calls(psa, rmm))
            place, caught, ignored = "", False, run.ignored
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.00005 + run.random.random() * LONGEST)
                call()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                caught = True
            except Exception as error:
                run.check(False, f"an interrupted call raised {type(error).__name__}: {error}")
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            run.counts["calls"] += 1
            run.counts["interrupts"] += caught
            if place and not caught:
                run.check_swallowed(place, ignored)
            if caught:
                _next_call(run, psa, rmm)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        stop.set()
        for thread in others:
            thread.join(WATCHDOG)
        signal.signal(signal.SIGALRM, before)
    run.finish(clients)
    for client in clients:
        client.close()
    left = _settled(lambda: open_connections(run.url), 0)
    run.check(left == 0, f"{left} connections are open after close()")
    faulthandler.cancel_dump_traceback_later()


def _next_call(run: Run, psa: Any, rmm: Any) -> None:
    number = run.number()
    try:
        found = int((psa.service.tickets if number % 4 else rmm.clients).get(number).id)
    except Exception as error:
        run.check(False, f"the call after an interrupt raised {type(error).__name__}: {error}")
    else:
        run.check(found == number, f"the call after an interrupt asked for {number} and got {found}")


def _undisturbed(run: Run, psa: Any, rmm: Any, stop: threading.Event, seed: int) -> None:
    chance = random.Random(seed)
    while not stop.is_set():
        number = chance.randrange(1_000_000, 2_000_000)
        try:
            found = int((psa.service.tickets if number % 4 else rmm.clients).get(number).id)
        except Exception as error:
            run.check(False, f"a call of another thread raised {type(error).__name__}: {error}")
        else:
            run.check(found == number, f"a call of another thread asked for {number} and got {found}")
        run.counts["calls of other threads"] += 1
        time.sleep(0.002)


def interrupt_steps(run: Run, count: int) -> None:
    """Interrupt calls at `count` places that are spread evenly over everything that they do.

    A profile function sees the beginning of every Python function and the end of every C function: the places at which CPython
    handles signals, loops aside. So this finds what a random moment hits once in a million times.
    """
    clients = run.clients(asynchronous=False)
    psa, rmm = clients
    kinds = len(run.calls(psa, rmm))
    for call in run.calls(psa, rmm):
        call()
    for kind in range(kinds):
        steps = steps_of(run.calls(psa, rmm)[kind], 0)
        wanted = sorted(run.random.sample(range(1, steps + 1), min(steps, count // kinds + 1)))
        for step in wanted:
            faulthandler.dump_traceback_later(WATCHDOG, exit=True)
            run.counts["calls"] += 1
            places: list[str] = []
            try:
                # A call has a few steps more or less each time, so some have ended before the step.
                ignored = run.ignored
                steps_of(run.calls(psa, rmm)[kind], step, places)
                for place in places:
                    run.check_swallowed(place, ignored)
            except KeyboardInterrupt:
                run.counts["interrupts"] += 1
            except Exception as error:
                run.check(False, f"step {step} of call {kind}: raised {type(error).__name__}: {error}")
            _next_call(run, psa, rmm)
            if len(run.failures) >= 10:
                return
    run.finish(clients)
    for client in clients:
        client.close()
    faulthandler.cancel_dump_traceback_later()


def steps_of(call: Callable[[], Any], interrupted: int, places: list[str] | None = None) -> int:
    """Make a call, raise KeyboardInterrupt at a step (0: at none), and return how many steps it had.

    `places` gets the place in the source at which it was raised.
    """
    step = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal step
        if event in ("call", "c_return"):
            step += 1
            if step == interrupted:
                if places is not None:
                    places.append(f"{event} {argument}\n" + "".join(traceback.format_stack(frame, 8)))
                raise KeyboardInterrupt

    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
    return step


# --- cancellation and Ctrl-C in the asynchronous client -------------------------------------------------------------------


def interrupt_tasks(run: Run, count: int) -> None:
    """Cancel tasks `count` times, half of them by a Ctrl-C that asyncio turns into a cancellation."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with asyncio.Runner() as runner:
        clients = runner.run(_made(run))
        psa, rmm = clients
        for call in run.calls(psa, rmm):
            runner.run(_awaited(call))
        while run.counts["interrupts"] < count and len(run.failures) < 10:
            faulthandler.dump_traceback_later(WATCHDOG, exit=True)
            if run.counts["calls"] % 2:
                runner.run(_cancel_some(run, psa, rmm))
            else:
                _interrupt_loop(run, runner, psa, rmm)
            runner.run(_anext_call(run, psa, rmm))
        run.finish(clients)
        for client in clients:
            runner.run(client.aclose())
        left = _settled(lambda: open_connections(run.url), 0)
        run.check(left == 0, f"{left} connections are open after close()")
    signal.signal(signal.SIGINT, before)
    faulthandler.cancel_dump_traceback_later()


async def _made(run: Run) -> list[Any]:
    return run.clients(asynchronous=True)


async def _cancel_some(run: Run, psa: Any, rmm: Any) -> None:
    """Start some calls at once, and cancel them one by one, each at a random moment."""
    tasks = [asyncio.ensure_future(_awaited(run.random.choice(run.calls(psa, rmm)))) for _ in range(6)]
    loop = asyncio.get_running_loop()
    for task in tasks[:5]:
        loop.call_later(run.random.random() * LONGEST * 2, task.cancel)
    done = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in done:
        run.counts["calls"] += 1
        if isinstance(outcome, asyncio.CancelledError):
            run.counts["interrupts"] += 1
        elif isinstance(outcome, BaseException):
            run.check(False, f"a cancelled call raised {type(outcome).__name__}: {outcome}")


def _interrupt_loop(run: Run, runner: asyncio.Runner, psa: Any, rmm: Any) -> None:
    """Send the process a real SIGINT while a call is under way."""
    main = threading.main_thread().ident
    assert main is not None
    delay = run.random.random() * LONGEST
    begun, ended = threading.Event(), threading.Event()

    def send() -> None:
        begun.wait(WATCHDOG)
        if not ended.wait(delay):
            signal.pthread_kill(main, signal.SIGINT)

    async def call() -> None:
        begun.set()
        await _awaited(run.random.choice(run.calls(psa, rmm)))
        ended.set()

    sender = threading.Thread(target=send)
    sender.start()
    run.counts["calls"] += 1
    try:
        try:
            runner.run(call())
        finally:
            ended.set()
            sender.join()
    except KeyboardInterrupt:
        run.counts["interrupts"] += 1
    except Exception as error:
        run.check(False, f"an interrupted loop raised {type(error).__name__}: {error}")


async def _awaited(call: Callable[[], Awaitable[Any]]) -> Any:
    return await call()


async def _anext_call(run: Run, psa: Any, rmm: Any) -> None:
    number = run.number()
    try:
        record = await (psa.service.tickets if number % 4 else rmm.clients).get(number)
    except Exception as error:
        run.check(False, f"the call after an interrupt raised {type(error).__name__}: {error}")
    else:
        run.check(int(record.id) == number, f"the call after an interrupt asked for {number} and got {record.id}")


def fuzz(count: int, seed: int) -> bool:
    """Interrupt both clients so many times; return whether nothing failed."""
    good = True
    for title, kind in (("steps", interrupt_steps), ("threads", interrupt_threads), ("tasks", interrupt_tasks)):
        with running_server(seed) as url, tempfile.TemporaryDirectory() as folder:
            run = Run(url, seed, folder)
            began = time.monotonic()
            sys.unraisablehook = run.count_ignored
            kind(run, count)
            good = run.report(title, time.monotonic() - began) and good
    return good


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--count", type=int, default=1000, help="interrupted calls of each client (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(Server(arguments.seed).serve())
        return 0
    return 0 if fuzz(arguments.count, arguments.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
