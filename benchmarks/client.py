"""Pull records over HTTP, compared with plain httpx and with pyconnectwise."""

from __future__ import annotations

import gc
import os
import resource
import ssl
import subprocess
import sys
import time
import tracemalloc
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.opening import ROOT, open_client, open_pyconnectwise
from benchmarks.table import Row, find_ratio, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RECORDS = 20_000
MILLION = 1_000_000


@contextmanager
def serving(records: int, kind: str = "whole", delay: float = 0.0) -> Iterator[int]:
    """Start the server and yield its port; it waits `delay` seconds before each page."""
    command = [sys.executable, "-m", "benchmarks.page_server", str(records), kind, str(delay)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.communicate()


def pull_bare(port: int, pages: int) -> list[Any]:
    """Pull pages with httpx and pydantic as fast as possible: parse the bytes, without garbage collection."""
    import httpx

    from cwql.manage.models import Ticket
    from cwql_api.runtime import page_of

    found: list[Any] = []
    gc.disable()
    try:
        # Without the trusted certificates, because reading them takes longer than a page, and loopback does not need them.
        with httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
            for number in range(1, pages + 1):
                url = f"http://127.0.0.1:{port}/{ROOT}/service/tickets?page={number}&pageSize=1000"
                found += page_of(Ticket).validate_json(client.get(url).content)
    finally:
        gc.enable()
    return found


def pull_ours(port: int, pages: int) -> list[Any]:
    """Pull pages with the client and its public iterator."""
    with open_client(port) as client:
        return list(client.service.tickets.list(limit=pages * 1000))


def pull_theirs(port: int, pages: int) -> list[Any]:
    """Pull pages with pyconnectwise."""
    client = open_pyconnectwise(port)
    found: list[Any] = []
    page = client.service.tickets.paginated(1, 1000)
    for _ in range(pages):
        found += page.data
        if len(found) < pages * 1000:
            page = page.get_next_page()
    return found


def measure_pulling(port: int, rounds: int, kept: int) -> list[Row]:
    """Compare single pages, and many pages that stay in memory."""
    expected = pull_bare(port, 2)
    assert [ticket.id for ticket in expected] == [ticket.id for ticket in pull_ours(port, 2)] == list(range(1, 2001))
    assert len(pull_theirs(port, 2)) == 2000
    del expected
    one = measure({"ours": lambda: pull_ours(port, 3), "bare": lambda: pull_bare(port, 3)}, rounds)
    rows = [_row("list 3,000 tickets (18 MB) over httpx + pydantic alone", one["ours"], one["bare"], 3, at_most=1.15)]
    theirs = open_pyconnectwise(port)
    with open_client(port) as ours:
        work: dict[str, Callable[[], list[Any]]] = {
            "ours": lambda: ours.service.tickets.all(limit=1000),
            "theirs": lambda: theirs.service.tickets.paginated(1, 1000).data,
        }
        require_same(port, work)
        # The first rounds are slower, because both sides fill their caches.
        page = measure(work, 2 * rounds)
    rows.append(
        _row(
            "1,000 tickets against pyconnectwise",
            page["theirs"],
            page["ours"],
            1,
            at_least=3.5,
            headline="pages of 1,000 tickets, compared with pyconnectwise",
        )
    )
    many = measure(
        {"ours": lambda: pull_ours(port, kept), "theirs": lambda: pull_theirs(port, kept)}, max(1, rounds // 4)
    )
    rows.append(
        _row(
            f"{kept},000 tickets kept against pyconnectwise",
            many["theirs"],
            many["ours"],
            kept,
            at_least=5.5,
        )
    )
    return rows


def require_same(port: int, work: Mapping[str, Callable[[], list[Any]]]) -> None:
    """Assert that all variants get the same records with one request of the same size."""
    found: list[object] = []
    read_requests(port)
    for pull in work.values():
        records = [(record.id, record.summary, record.company.name) for record in pull()]
        requests, size = read_requests(port)
        assert requests == 1
        found.append((records, size))
    assert found[1:] == found[:-1]


def read_requests(port: int) -> tuple[int, int]:
    """Return the number of page requests and sent bytes since the last call."""
    import httpx

    requests, size = httpx.get(f"http://127.0.0.1:{port}/requests").text.split()
    return int(requests), int(size)


def _row(  # noqa: PLR0913 - the optional arguments are fields of the row
    name: str,
    upper: list[float],
    lower: list[float],
    pages: int,
    at_least: float | None = None,
    at_most: float | None = None,
    headline: str | None = None,
) -> Row:
    ours, peer = (upper, lower) if at_most is not None else (lower, upper)
    each = 1e3 / pages
    ratio = find_ratio(upper, lower)
    return Row(name, median(ours) * each, median(peer) * each, "ms/page", ratio, at_least, at_most, headline=headline)


def measure_requests(port: int) -> Row:
    """Count the requests of a pull on the server."""
    read_requests(port)
    with open_client(port) as client:
        found = sum(1 for _ in client.service.tickets.list())
    assert found == RECORDS
    requests, _ = read_requests(port)
    fewest = -(-RECORDS // 1000)
    return Row(f"requests for {RECORDS:,} records", requests, fewest, "", requests / fewest, at_most=1)


OURS = """
from benchmarks.opening import open_client
with open_client(PORT) as client:
    assert client.service.tickets.first().id == 1
"""

THEIRS = """
from benchmarks.opening import open_pyconnectwise
assert open_pyconnectwise(PORT).service.tickets.paginated(1, 1).data[0].id == 1
"""


def measure_cold_start(port: int, rounds: int) -> Row:
    """Compare the time of a new process until its first validated ticket."""
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(rounds + 1):
        for name, code in (("ours", OURS), ("theirs", THEIRS)):
            took = _cpu(code.replace("PORT", str(port)))
            if number:
                times[name].append(took)
    ours, theirs = median(times["ours"]), median(times["theirs"])
    ratio = find_ratio(times["ours"], times["theirs"])
    return Row("cold start to a first validated ticket", ours * 1e3, theirs * 1e3, "ms", ratio, at_most=0.25)


def _cpu(code: str) -> float:
    # Installed modules have bytecode; the first round writes it for a new checkout.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_memory(records: int) -> Row:
    """Pull many records with an iterator; compare the growth of memory with the size of a page."""
    with serving(records, "small") as port, open_client(port) as client:
        took = time.process_time()
        tickets = client.service.tickets.list(fields="id,summary,closedFlag")
        peak = 0
        level = number = 0
        for number, _ in enumerate(tickets, 1):
            # After ten pages all caches are full, and the allocator has its arenas.
            if number == 10_000:
                level = peak = _resident()
            elif number % 1000 == 500 and number > 10_000:
                peak = max(peak, _resident())
        assert number == records
        took = time.process_time() - took
        tracemalloc.start()
        page = client.service.tickets.all(limit=1000)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del page
    name = f"growth while {records:,} records pass ({took:.0f} s), in pages"
    return Row(name, (peak - level) / 1024, size / 1024, "KB", (peak - level) / size, at_most=2)


def _resident() -> int:
    """Return the memory usage of this process in bytes."""
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * resource.getpagesize()


def run(quick: bool = False) -> list[Row]:
    """Return the rows."""
    with serving(RECORDS) as port:
        rows = measure_pulling(port, 3 if quick else 11, 5 if quick else 20)
        rows.append(measure_requests(port))
        rows.append(measure_cold_start(port, 5 if quick else 11))
    rows.append(measure_memory(30_000 if quick else MILLION))
    return rows
