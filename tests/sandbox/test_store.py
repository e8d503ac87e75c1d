"""The store: whole documents and shared parts, and files that are filled, half filled, or another program's."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cwql.cli import main
from cwql.errors import CwqlError
from cwql.language.parsing import parse
from cwql.sandbox import Sandbox
from cwql.sandbox.data.customers import customers
from cwql.sandbox.data.inventory import devices
from cwql.sandbox.data.tickets import Tickets
from cwql.sandbox.store.layout import CatalogLayout
from cwql.sandbox.store.store import INDEXED_FROM, Store
from cwql.semantics.sql import order_by, where
from tests.sandbox.api_client import ApiClient

if TYPE_CHECKING:
    from cwql.language.nodes import OrderBy

COUNT = 6_000


def draw(seed: int, count: int = COUNT) -> Tickets:
    people = list(customers(seed, 20))
    return Tickets(seed, people, list(devices(seed, people, 60)), count)


@pytest.fixture(scope="module")
def stores() -> tuple[Store, Store]:
    """The same tickets twice: in shared parts, as the sandbox stores them, and as whole documents."""
    cut, whole = Store(), Store()
    assert cut.fill([("manage", "Ticket", draw(3), None)]) == COUNT
    assert whole.fill([("manage", "Ticket", list(draw(3)), None)]) == COUNT
    return cut, whole


def test_rows_contain_the_documents(stores: tuple[Store, Store]) -> None:
    cut, whole = (store.find("manage", "Ticket") for store in stores)
    assert len(cut) == len(whole) == COUNT
    for left, right in zip(cut, whole, strict=True):
        assert left.key == right.key
        assert left.document == right.document
    (pieces,) = stores[0]._connection.execute('SELECT count(*) FROM "manage_Ticket_shared"').fetchone()
    assert 0 < pieces < COUNT


def test_rows_fill_the_indexed_columns_as_documents_do(stores: tuple[Store, Store]) -> None:
    names = [column.name for column in stores[0]._table("manage", "Ticket").columns]
    assert len(names) > 10
    sql = f'SELECT key, {", ".join(names)} FROM "manage_Ticket"'
    assert stores[0]._connection.execute(sql).fetchall() == stores[1]._connection.execute(sql).fetchall()


CONDITIONS = (
    "id > 5990", "id = 7", "id = '8'", "id in (1, 2, 7, null)", "id = null", "id like '5%'", "status/name = 'new'", "type/id = 11",
    "priority/name contains 'critical'", "severity = 'Low' and impact != 'Low'", "contact = null", "contact/name like 'A%'",
    "agreement/type = null", "source/name = 'phone' or closedBy = 'tkim'", "_info/updatedBy = 'jdoe'", "actualHours > 7",
    "budgetHours = null and requiredDate = null", "lastUpdated > [2025-12-01]", "summary contains 'password'", "company/id = 4",
    "customFields/value = 'User error'", "sla/id = 2 and isInSla = true",
)  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_shared_parts_are_searched_like_documents(stores: tuple[Store, Store], condition: str) -> None:
    fragment = where(parse(condition), CatalogLayout("manage", "Ticket"))
    cut, whole = ([row.key for row in s.find("manage", "Ticket", None, *fragment)] for s in stores)
    assert cut == whole
    assert bool(cut) is (condition not in ("id = null", "id like '5%'"))


@pytest.mark.parametrize("text", ["id desc", "company/name asc, id desc", "lastUpdated desc", "source/name, summary"])
def test_shared_parts_are_sorted_like_documents(stores: tuple[Store, Store], text: str) -> None:
    terms: OrderBy = parse(text, dialect="manage", parameter="orderBy")
    by = f"{order_by(terms, CatalogLayout('manage', 'Ticket'))}, key"
    cut, whole = ([row.key for row in s.find("manage", "Ticket", order=by, limit=500)] for s in stores)
    assert cut == whole


def test_changed_ticket_is_stored_whole() -> None:
    store = Store()
    store.fill([("manage", "Ticket", draw(1, 20), None)])
    row = store.get("manage", "Ticket", 3)
    assert row is not None
    document = row.document | {"severity": "High", "company": {"id": 999, "name": "Moved"}}
    assert store.replace("manage", "Ticket", 3, document)
    layout = CatalogLayout("manage", "Ticket")
    for condition in ("company/name = 'moved'", "company/id = 999", "severity = 'High' and id = 3"):
        assert [found.document for found in store.find("manage", "Ticket", None, *where(parse(condition), layout))] == [
            document
        ]
    assert store.add("manage", "Ticket", [{"summary": "new"}]) == [21]
    store.close()


def indexes(store: Store) -> set[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'manage_Ticket_field%'"
    return {name for (name,) in store._connection.execute(sql)}


def plan(store: Store, condition: str) -> str:
    fragment = where(parse(condition), CatalogLayout("manage", "Ticket"))
    sql = f'EXPLAIN QUERY PLAN SELECT key FROM "manage_Ticket" WHERE {fragment.text}'
    return " ".join(str(row[3]) for row in store._connection.execute(sql, fragment.parameters))


def test_large_tables_are_indexed_when_they_are_filled(stores: tuple[Store, Store]) -> None:
    assert COUNT > INDEXED_FROM
    assert len(indexes(stores[0])) == len(stores[0]._table("manage", "Ticket").columns)
    for condition in (
        "id > 5990", "lastUpdated > [2026-01-29T00:00:00Z]", "status/name = 'New'", "company/identifier = 'Acme'", "summary like 'VPN%'",
    ):  # fmt: skip
        assert "SEARCH" in plan(stores[0], condition), condition
    assert "SCAN" in plan(stores[0], "impact = 'Low'")


def test_file_is_filled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "box.db"
    first = Sandbox(path=db)
    tickets = [row.text for row in first._store.find("manage", "Ticket")]
    first.close()
    monkeypatch.setattr("cwql.sandbox.data.populate", lambda *_: pytest.fail("filled again"))
    second = Sandbox(path=db)
    assert [row.text for row in second._store.find("manage", "Ticket")] == tickets
    with ApiClient(second) as api:
        assert api.get("/service/tickets/count", conditions="id = 7 and severity != null") == {"count": 1}
    second.close()


def test_half_filled_file_is_filled_again(tmp_path: Path) -> None:
    db = tmp_path / "box.db"
    store = Store(db)
    store.add("manage", "Company", [{"id": 1, "name": "half"}])
    store._connection.execute("PRAGMA user_version = 2")
    store.close()
    sandbox = Sandbox(path=db)
    (row,) = sandbox._store.find("manage", "Company", limit=1)
    assert row.document["name"] != "half"
    assert sandbox._store.is_filled
    sandbox.close()


def test_files_of_other_programs_are_not_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other, text = tmp_path / "other.db", tmp_path / "notes.txt"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE precious (x)")
    connection.close()
    text.write_text("no database at all " * 100, encoding="utf-8")
    for file in (other, text, tmp_path / "nowhere" / "box.db"):
        before = file.read_bytes() if file.exists() else b""
        with pytest.raises(CwqlError):
            Store(file)
        assert main(["sandbox", "--path", str(file), "--port", "0"]) == 2
        assert str(file) in capsys.readouterr().err
        assert (file.read_bytes() if file.exists() else b"") == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_the_owner_reads_a_new_file(tmp_path: Path) -> None:
    db, before = tmp_path / "box.db", os.umask(0)
    try:
        sandbox = Sandbox(path=db)
        sandbox._store.add("manage", "Company", [{"name": "x"}])
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        assert found == dict.fromkeys(("box.db", "box.db-wal", "box.db-shm"), 0o600)
        sandbox.close()
        # The owner of an existing file has chosen its mode.
        db.chmod(0o640)
        Sandbox(path=db).close()
        assert stat.S_IMODE(db.stat().st_mode) == 0o640
    finally:
        os.umask(before)


def test_shared_parts_are_read_back_from_a_file(tmp_path: Path) -> None:
    db = tmp_path / "box.db"
    store = Store(db)
    store.fill([("manage", "Ticket", draw(2, 50), None)])
    store.close()
    again = Store(db)
    found = [json.loads(row.text) for row in again.find("manage", "Ticket")]
    assert found == list(draw(2, 50))
    again.close()
