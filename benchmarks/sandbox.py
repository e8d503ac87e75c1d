"""The sandbox with a million tickets: the time to fill it, and the time of a page with an indexed condition.

Both are compared with SQLite: the same rows are inserted with ``executemany`` and the same indexes, and the same statements run on the
connection. Pages are requested from the handler, without a network.
"""

from __future__ import annotations

import sqlite3
import time
from base64 import b64encode
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.table import Row
from cwql.language.parsing import parse
from cwql.sandbox import Sandbox
from cwql.sandbox.data.customers import customers
from cwql.sandbox.data.inventory import devices
from cwql.sandbox.data.tickets import Tickets
from cwql.sandbox.messages import Request
from cwql.sandbox.store.layout import CatalogLayout
from cwql.sandbox.store.table import Table
from cwql.semantics.sql import where
from cwql.semantics.sql_functions import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.store.store import Store

CONDITIONS = (
    "id > 900000",
    "lastUpdated > [2025-12-01T00:00:00Z]",
    "status/name = 'New' and board/name = 'Help Desk'",
    "company/identifier = 'AcmeIndustries' and closedFlag = false",
    "priority/id = 1 and dateEntered > [2025-06-01T00:00:00Z]",
    "summary like 'VPN%'",
)
SIZE = 25
FULL, QUICK = 1_000_000, 50_000


def run(quick: bool) -> list[Row]:
    """Compare filling and pages with SQLite."""
    count = QUICK if quick else FULL
    # With `quick` there are fewer tickets.
    conditions = [text.replace("900000", str(count * 9 // 10)) for text in CONDITIONS]
    people = list(customers(1, 200))
    tickets = Tickets(1, people, list(devices(1, people, 1_000)), count)
    box = Sandbox(size="empty")
    filled, _ = _time(lambda: box._store.fill([("manage", "Ticket", tickets, None)]))
    bare = _fill_bare(box._store)
    pages = [_measure_page(box, text, 3 if quick else 9) for text in conditions]
    box.close()
    ours, peer = (median(figures) for figures in zip(*pages, strict=True))
    slowest = max(figures[0] for figures in pages)
    million = f"{count:,} tickets"
    return [
        Row(f"sandbox: fill with {million}, compared with inserts", filled, bare, "s", filled / bare, at_most=4),
        Row(f"sandbox: indexed page of {million}, compared with SQL", ours * 1e3, peer * 1e3, "ms", ours / peer, at_most=4),
        Row("sandbox: slowest indexed page, limit of half a second", slowest * 1e3, 500, "ms", slowest / 0.5, at_most=1),
    ]  # fmt: skip


def _time(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _fill_bare(store: Store) -> float:
    """Insert the rows of a store into an empty database with the same indexes, and return the seconds."""
    table = Table("manage", "Ticket")
    source = store._connection
    columns = [name for _, name, *_ in source.execute(f"PRAGMA table_info({table.name})")]
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table.name}").fetchall()
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(f"CREATE TABLE t ({columns[0]} INTEGER PRIMARY KEY, {', '.join(columns[1:])})")

    def work() -> None:
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", rows)
        for column in table.columns:
            connection.execute(f"CREATE INDEX i_{column.name} ON t ({column.name})")
        connection.execute("CREATE INDEX i_parent ON t (parent)")
        connection.execute("COMMIT")

    spent, _ = _time(work)
    connection.close()
    return spent


def _measure_page(box: Sandbox, condition: str, rounds: int) -> tuple[float, float]:
    """Return the median seconds of a page with its total, with the handler and with statements only."""
    known = box._credentials
    pair = b64encode(f"{known.company}+{known.public_key}:{known.private_key}".encode()).decode()
    headers = {"authorization": f"Basic {pair}", "clientid": known.client_id}
    query = (("conditions", condition), ("pageSize", str(SIZE)))
    request = Request("GET", "/v4_6_release/apis/3.0/service/tickets", query, headers)
    fragment = where(parse(condition), CatalogLayout("manage", "Ticket"))
    connection = box._store._connection
    register(connection)
    table = box._store._table("manage", "Ticket")

    def ours() -> int:
        # Totals are cached until a change, so each round counts again.
        table.mark_changed()
        response = box._handle(request)
        assert response.status == 200, response.body
        return int(response.headers["x-total-count"])

    def peer() -> int:
        page = f"SELECT key, document FROM {table.name} WHERE {fragment.text} ORDER BY key LIMIT {SIZE + 1}"
        connection.execute(page, fragment.parameters).fetchall()
        sql = f"SELECT count(*) FROM {table.name} WHERE {fragment.text}"
        return int(connection.execute(sql, fragment.parameters).fetchone()[0])

    assert ours() == peer() > 0, condition
    spent = [(_time(ours)[0], _time(peer)[0]) for _ in range(rounds)]
    return median(each for each, _ in spent), median(each for _, each in spent)
