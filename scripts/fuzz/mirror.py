"""Change, kill and repeat: after any sequence of events a mirror equals the server: ``python -m scripts.fuzz.mirror --count 500 --seed 1``.

A hypothesis state machine writes to a sandbox over HTTP and pulls it into a mirror. A pull may meet errors of the server, changes between
its pages, a clock of the server that is set forwards or back, and ``kill -9`` at a random request. At the end a pull without faults has
to make the mirror equal to the server.
"""

from __future__ import annotations

import argparse
import atexit
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cwql import RetryPolicy, manage
from cwql.sandbox import Sandbox
from cwql.tables.mirror import PullSettings, pull

ENDPOINTS = ("/service/tickets", "/company/contacts")
KINDS = ("duckdb", "sqlite", "parquet")
PAGE = 10
KEPT = {"tickets": 60, "contacts": 40}
"""How many records the sandbox has at first: some pages of each list, so that most of the time is spent on events."""

FAST: dict[str, Any] = {"requests_per_minute": 1_000_000.0, "burst": 100_000}

_servers = multiprocessing.get_context("forkserver")
_servers.set_forkserver_preload(
    ["scripts.fuzz.mirror", "cwql.tables.destinations.duckdb", "cwql.tables.destinations.sqlite"]
)


class _Killer:
    """A transport that kills its process at a request, as ``kill -9`` does."""

    def __init__(self, inner: Any, after: int) -> None:
        self._inner = inner
        self._left = after

    def send(self, request: Any) -> Any:
        response = self._inner.send(request)
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return response

    def close(self) -> None:
        self._inner.close()


@cache
def _records() -> Path:
    """Return the file of a filled sandbox, which each run copies."""
    folder = Path(tempfile.mkdtemp(prefix="cwql-mirror-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sandbox = Sandbox(path=folder / "records.db", odd_records=True)
    with manage.Client.from_env(environ=sandbox.environment, transport=sandbox.transport(), **FAST) as client:
        for records, kept in ((client.service.tickets, KEPT["tickets"]), (client.company.contacts, KEPT["contacts"])):
            for row in list(records.to_scan(fields=["id"]).rows())[kept:]:
                records.delete(row["id"])
    sandbox.close()
    return folder / "records.db"


def pull_until(environment: dict[str, str], to: str, after: int) -> None:
    """Pull in a separate process, which ends at a request."""
    with _client(environment) as client:
        client._transport = _Killer(client._transport, after)
        pull(client, ENDPOINTS, to=to, settings=PullSettings(page_size=PAGE))


def _client(environment: dict[str, str]) -> manage.Client:
    # Real waits between retries would only slow the run down.
    retry = RetryPolicy(max_retries=7, backoff_factor=0.001, backoff_max=0.01)
    return manage.Client.from_env(environ=environment, retry=retry, **FAST)


class MirrorMachine(RuleBasedStateMachine):
    """Events on a server and pulls of it."""

    pulls = 0
    kills = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="cwql-mirror-"))
        self.skew = 0.0
        records = shutil.copy(_records(), self.folder / "sandbox.db")
        self.sandbox = Sandbox(path=records, clock=lambda: time.time() + self.skew)
        self.sandbox.start()
        self.client = _client(dict(self.sandbox.environment))
        self.ids = [ticket.id or 0 for ticket in self.client.service.tickets.list(fields=["id"])]
        self.to = ""

    @initialize(kind=st.sampled_from(KINDS))
    def choose(self, kind: str) -> None:
        """Choose a destination."""
        self.to = f"{kind}:{self.folder / 'mirror'}"

    @rule(text=st.text("abcä'\"%", min_size=1, max_size=8), count=st.integers(1, 9))
    def create(self, text: str, count: int) -> None:
        """Create tickets."""
        for _ in range(count):
            made = self.client.service.tickets.create({"summary": text, "board": {"id": 1}, "company": {"id": 1}})
            self.ids.append(made.id or 0)

    @rule(data=st.data(), text=st.text("xyz", min_size=1, max_size=5))
    def change(self, data: st.DataObject, text: str) -> None:
        """Change a ticket."""
        self.client.service.tickets.patch(data.draw(st.sampled_from(self.ids)), {"summary": text})

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete a ticket."""
        if len(self.ids) > 5:
            place = data.draw(st.integers(0, len(self.ids) - 1))
            self.client.service.tickets.delete(self.ids.pop(place))

    @rule(place=st.integers(0, 20))
    def change_contact(self, place: int) -> None:
        """Change a contact."""
        contacts = [contact.id or 0 for contact in self.client.company.contacts.list(fields=["id"])]
        self.client.company.contacts.patch(contacts[place % len(contacts)], {"title": f"t{place}"})

    @rule(seconds=st.sampled_from([-7200.0, -300.0, 300.0, 7200.0]))
    def set_clock(self, seconds: float) -> None:
        """Set the clock of the server."""
        self.skew = seconds

    @rule(sweep=st.sampled_from([None, True, False]))
    def pull(self, sweep: bool | None) -> None:
        """Pull without faults."""
        pull(self.client, ENDPOINTS, to=self.to, settings=PullSettings(page_size=PAGE, sweep=sweep))
        type(self).pulls += 1

    @rule(
        fault=st.sampled_from(["429:0.2:3", "503:0.2:3", "reset:0.2:3", "truncated:0.2:3", "churn:0.3:8", "html:0.2:2"])
    )
    def pull_with_faults(self, fault: str) -> None:
        """Pull while the server fails now and then."""
        self.sandbox.faults.add(fault)
        try:
            self.pull(None)
        finally:
            self.sandbox.faults.clear()

    @rule(after=st.integers(1, 6) | st.integers(7, 30), fault=st.sampled_from(["", "churn:0.3:8"]))
    def pull_and_kill(self, after: int, fault: str) -> None:
        """Pull in a process that is killed at a request."""
        self._run_and_kill(after, fault, 60.0)

    @rule(delay=st.floats(0.05, 0.6))
    def pull_and_kill_later(self, delay: float) -> None:
        """Pull in a process that is killed at any moment."""
        self._run_and_kill(10_000, "", delay)

    def _run_and_kill(self, after: int, fault: str, longest: float) -> None:
        if fault:
            self.sandbox.faults.add(fault)
        process = _servers.Process(target=pull_until, args=(dict(self.sandbox.environment), self.to, after))
        process.start()
        process.join(longest)
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        type(self).kills += process.exitcode != 0
        self.sandbox.faults.clear()
        if fault:
            self._remember()

    def _remember(self) -> None:
        """Learn the ids, because churn adds and removes records."""
        self.ids = [ticket.id or 0 for ticket in self.client.service.tickets.list(fields=["id"])]

    def teardown(self) -> None:
        """Compare the mirror with the server after one more pull."""
        try:
            if self.to:
                settings = PullSettings(page_size=PAGE, sweep=True, allow_deletions=True)
                pull(self.client, ENDPOINTS, to=self.to, settings=settings)
                compare(self.client, self.to, *ENDPOINTS)
        finally:
            self.client.close()
            self.sandbox.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def compare(client: manage.Client, to: str, *endpoints: str) -> None:
    """Raise AssertionError if a table of a mirror differs from the list of the server, which is a new mirror."""
    fresh = f"{to}-new"
    place = Path(fresh.partition(":")[2])
    try:
        pull(client, endpoints, to=fresh)
        for endpoint in endpoints:
            _compare(endpoint, rows(fresh, endpoint), rows(to, endpoint))
    finally:
        if place.is_dir():
            shutil.rmtree(place)
        for file in place.parent.glob(f"{place.name}*"):
            file.unlink()


def _compare(endpoint: str, expected: dict[int, str], found: dict[int, str]) -> None:
    missing = [each for each in expected if expected[each] != found.get(each)]
    assert not missing, (
        f"{endpoint}: {len(missing)} records differ: {missing[0]}: {expected[missing[0]]} {found.get(missing[0])}"
    )
    assert set(found) == set(expected), f"{endpoint}: {sorted(set(found) - set(expected))[:5]} are not on the server"


def rows(to: str, endpoint: str) -> dict[int, str]:
    """Return the rows of a table of a mirror as text, by their ids."""
    kind, _, place = to.partition(":")
    schema, table = endpoint.strip("/").split("/")
    if kind == "sqlite":
        import sqlite3

        connection = sqlite3.connect(place)
        connection.row_factory = sqlite3.Row
        try:
            found = [dict(row) for row in connection.execute(f'SELECT * FROM "{schema}_{table}"')]
        finally:
            connection.close()
    elif kind == "duckdb":
        import duckdb

        with duckdb.connect(place) as database:
            found = database.sql(f'SELECT * FROM "{schema}"."{table}"').to_arrow_table().to_pylist()
    else:
        import pyarrow.parquet as pq

        found = pq.read_table(Path(place) / schema / f"{table}.parquet").to_pylist()
    keyed = {row["id"]: json.dumps(row, default=str, sort_keys=True) for row in found}
    assert len(keyed) == len(found), f"{endpoint}: a record is there twice"
    return keyed


def run(count: int, number: int, steps: int = 12) -> None:
    """Run sequences of events. Raises AssertionError with the shortest one after which the mirror differs."""
    options = settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
        database=None,
    )
    seed(number)(MirrorMachine)
    run_state_machine_as_test(MirrorMachine, settings=options)


def main(arguments: list[str] | None = None) -> int:
    """Run sequences of events; return 1 if a mirror differs after one."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.mirror", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--count", type=int, default=500, help="how many sequences (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        run(options.count, options.seed)
    except AssertionError as error:
        print(f"--seed {options.seed} --count {options.count}: {error}")
        return 1
    print(f"{options.count} sequences, {MirrorMachine.pulls} pulls, {MirrorMachine.kills} killed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
