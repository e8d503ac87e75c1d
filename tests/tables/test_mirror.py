"""Mirrors: what a run reads and changes, deletions, interruptions, columns, and random events on the server."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cwql import automate, manage
from cwql.cli import main
from cwql.errors import CwqlError, UnknownNameError
from cwql.sandbox import Sandbox
from cwql.tables import PullResult, PullSettings, pull
from cwql.tables.destinations import State, TableName, open_destination
from scripts.fuzz.mirror import compare, rows, run
from tests.tables.conftest import FAST
from tests.tables.recorder import Recorder

TICKETS = "/service/tickets"
KINDS = ("duckdb", "sqlite", "parquet")


@pytest.fixture
def own(request: pytest.FixtureRequest) -> Iterator[manage.Client]:
    """A client of a sandbox that no other test changes."""
    with Sandbox() as sandbox, manage.Client.from_env(environ=sandbox.environment, **FAST) as client:
        yield client


@pytest.fixture(params=KINDS)
def to(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{request.param}:{tmp_path / 'mirror'}"


def numbers(result: PullResult, name: str = "service.tickets") -> tuple[str, int, int, int]:
    table = result.tables[name]
    return table.how, table.inserted, table.updated, table.deleted


def create(client: manage.Client, summary: str) -> int:
    return client.service.tickets.create({"summary": summary, "board": {"id": 1}, "company": {"id": 1}}).id or 0


def test_first_pull_changes_and_deletions(own: manage.Client, to: str) -> None:
    count = own.service.tickets.count()
    assert numbers(pull(own, [TICKETS], to=to, settings=PullSettings(page_size=20))) == ("first", count, 0, 0)
    compare(own, to, TICKETS)
    new = create(own, "new")
    own.service.tickets.patch(5, {"summary": "changed"})
    own.service.tickets.delete(6)
    result = pull(own, [TICKETS], to=to, settings=PullSettings(sweep=True))
    assert numbers(result)[0] == "changes"
    assert numbers(result)[1] == 1
    assert numbers(result)[3] == 1
    compare(own, to, TICKETS)
    own.service.tickets.delete(new)
    assert numbers(pull(own, [TICKETS], to=to, settings=PullSettings(sweep=False)))[3] == 0
    assert new in rows(to, TICKETS)


def test_parallel_pull_has_the_same_rows(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS], to=f"{to}-alone", settings=PullSettings(page_size=20))
    recorder = Recorder.on(own)
    settings = PullSettings(page_size=20, parallel=4)
    assert numbers(pull(own, [TICKETS], to=to, settings=settings))[:2] == ("first", 150)
    assert sum("id <=" in unquote(target) for target in recorder.targets) >= 4
    assert rows(to, TICKETS) == rows(f"{to}-alone", TICKETS)
    recorder.clear()
    pull(own, [TICKETS], to=to, settings=settings)
    assert len(recorder.targets) == 1, "changes are requested one page after the other"


def test_run_without_changes_sends_at_most_two_requests_for_a_table(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS, "/company/companies"], to=to)
    recorder = Recorder.on(own)
    pull(own, [TICKETS, "/company/companies"], to=to)
    assert len(recorder.targets) <= 4
    assert all("lastUpdated" in target for target in recorder.targets)


def test_first_pull_continues_after_an_interruption(own: manage.Client, to: str) -> None:
    class Stop(Exception):
        pass

    def stop(_: str, read: int) -> None:
        if read >= 60:
            raise Stop

    with pytest.raises(Stop):
        pull(own, [TICKETS], to=to, settings=PullSettings(page_size=20), on_progress=stop)
    result = pull(own, [TICKETS], to=to, settings=PullSettings(page_size=20))
    assert result.tables["service.tickets"].read == own.service.tickets.count() - 40
    compare(own, to, TICKETS)


def test_change_of_an_earlier_page_during_a_run_is_read_by_the_next_one(own: manage.Client, to: str) -> None:
    settings = PullSettings(page_size=20, overlap=timedelta(0))

    def change(_: str, read: int) -> None:
        if read == 40:
            own.service.tickets.patch(3, {"summary": "changed behind the page"})
        if read == 60:
            own.service.tickets.patch(100, {"summary": "changed before the page"})

    pull(own, [TICKETS], to=to, settings=settings, on_progress=change)
    pull(own, [TICKETS], to=to, settings=settings)
    compare(own, to, TICKETS)


def test_mass_deletion_is_held_back(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS], to=to)
    for ticket in own.service.tickets.all(fields=["id"])[:60]:
        own.service.tickets.delete(ticket.id or 0)
    result = pull(own, [TICKETS], to=to, settings=PullSettings(sweep=True))
    assert not result.ok
    assert result.tables["service.tickets"].guarded == 60
    assert result.tables["service.tickets"].deleted == 0
    result = pull(own, [TICKETS], to=to, settings=PullSettings(allow_deletions=True))
    assert result.ok
    assert result.tables["service.tickets"].deleted == 60, "a sweep that was held back is due again"
    compare(own, to, TICKETS)


def test_record_that_keeps_its_date_is_found_by_the_sweep(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS], to=to)
    name, changed = TableName("service", "tickets"), "gone before the last run"
    own.service.tickets.patch(5, {"summary": changed})
    store = open_destination(to)
    try:
        # The change is older than the watermark, as for a record that came with its old date.
        state = store.state(name)
        store.prepare(name, own.service.tickets.to_scan().schema, "id")
        store.write(name, None, (), State(state.columns, True, 0, "2099-01-01T00:00:00+00:00", state.swept))
    finally:
        store.close()
    assert numbers(pull(own, [TICKETS], to=to)) == ("changes", 0, 0, 0)
    assert numbers(pull(own, [TICKETS], to=to, settings=PullSettings(sweep=True))) == ("changes", 0, 1, 0)
    compare(own, to, TICKETS)


def test_list_without_times_is_read_as_a_whole(rmm: automate.Client, to: str) -> None:
    count = rmm.computers.count()
    result = pull(rmm, ["/Computers"], to=to)
    assert numbers(result, "automate.Computers") == ("whole", count, 0, 0)
    assert "no time of their last change" in result.tables["automate.Computers"].notes[0]
    assert numbers(pull(rmm, ["/Computers"], to=to), "automate.Computers") == ("whole", 0, count, 0)


@pytest.mark.parametrize(
    ("kind", "gone", "parallel"),
    [("sqlite", [1], 1), ("sqlite", [1, 2, 3], 3), ("parquet", [2, 38, 39], 1), ("duckdb", [39], 1)],
)
def test_list_by_page_numbers_is_read_again_if_records_were_deleted_meanwhile(
    kind: str, gone: list[int], parallel: int, tmp_path: Path
) -> None:
    to = f"{kind}:{tmp_path / 'mirror'}"
    with Sandbox() as sandbox, automate.Client.from_env(environ=sandbox.environment, **FAST) as client:
        count = client.computers.count()
        left = list(gone)

        def delete(_: str, read: int) -> None:
            while left and read >= 10:
                assert sandbox._store.delete("automate", "Computer", left.pop())

        settings = PullSettings(page_size=10, parallel=parallel)
        table = pull(client, ["/Computers"], to=to, settings=settings, on_progress=delete).tables["automate.Computers"]
        assert not left
        assert "so it is read again" in table.notes[1]
        assert table.inserted - table.deleted == client.computers.count() == count - len(gone)
        again = pull(client, ["/Computers"], to=to, settings=settings).tables["automate.Computers"]
        assert (again.inserted, again.deleted) == (0, 0)
        assert len(again.notes) == 1


def test_record_of_an_interrupted_read_that_was_deleted_since_is_not_in_the_mirror(to: str) -> None:
    class Stop(Exception):
        pass

    def stop(_: str, read: int) -> None:
        if read >= 30:
            raise Stop

    with Sandbox() as sandbox, automate.Client.from_env(environ=sandbox.environment, **FAST) as client:
        settings = PullSettings(page_size=10)
        with pytest.raises(Stop):
            pull(client, ["/Computers"], to=to, settings=settings, on_progress=stop)
        assert sandbox._store.delete("automate", "Computer", 5)
        pull(client, ["/Computers"], to=to, settings=settings)
        again = pull(client, ["/Computers"], to=to, settings=settings).tables["automate.Computers"]
        assert (again.inserted, again.deleted) == (0, 0)


def test_parquet_file_is_not_written_through_a_planted_link(psa: manage.Client, tmp_path: Path) -> None:
    folder, victim = tmp_path / "copy", tmp_path / "victim"
    (folder / "service").mkdir(parents=True)
    victim.write_bytes(b"kept")
    for name in ("service/tickets.parquet", "manifest.json", f"service/.tickets.parquet.{os.getpid()}.new"):
        (folder / name).symlink_to(victim)
    victim.unlink()
    pull(psa, [TICKETS], to=f"parquet:{folder}")
    assert not victim.exists()
    assert (folder / "service" / "tickets.parquet").is_file()


def test_list_that_always_changes_says_that_records_may_be_missing(tmp_path: Path) -> None:
    with Sandbox() as sandbox, automate.Client.from_env(environ=sandbox.environment, **FAST) as client:

        def delete(_: str, read: int) -> None:
            sandbox._store.delete("automate", "Computer", read // 10)

        settings = PullSettings(page_size=10)
        to = f"sqlite:{tmp_path / 'm'}"
        table = pull(client, ["/Computers"], to=to, settings=settings, on_progress=delete).tables["automate.Computers"]
        assert table.notes[1:] == [
            "records were added or deleted while the list was read, so it is read again",
            "records were added or deleted while the list was read, so it is read again",
            "records were added or deleted while the list was read: the next run may find more",
        ]


def test_new_columns_are_added_and_filled(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS], to=to)
    name = TableName("service", "tickets")
    store = open_destination(to)
    try:
        # As an earlier release of the specification would have left it: without one of the columns.
        old = pa.schema([field for field in own.service.tickets.to_scan().schema if field.name != "summary"])
        state = store.state(name)
    finally:
        store.close()
    older = f"{to}-older"
    store = open_destination(older)
    try:
        store.prepare(name, old, "id")
        store.write(name, old.empty_table(), (), State("other columns", True, 0, state.watermark, state.swept))
    finally:
        store.close()
    result = pull(own, [TICKETS], to=older)
    table = result.tables["service.tickets"]
    assert table.added_columns == ["summary"]
    assert "the columns changed" in table.notes[0]
    assert {key: json.loads(text)["summary"] for key, text in rows(older, TICKETS).items()} == {
        key: json.loads(text)["summary"] for key, text in rows(to, TICKETS).items()
    }


def test_full_refresh(own: manage.Client, to: str) -> None:
    pull(own, [TICKETS], to=to)
    count = own.service.tickets.count() - 1
    own.service.tickets.delete(7)
    assert numbers(pull(own, [TICKETS], to=to, settings=PullSettings(full_refresh=True))) == ("first", 0, count, 1)
    compare(own, to, TICKETS)


def test_names_of_tables(psa: manage.Client, rmm: automate.Client, tmp_path: Path) -> None:
    file = tmp_path / "both.duckdb"
    pull({"manage": psa, "automate": rmm}, ["/service/boards/1/statuses", "/Clients"], to=f"duckdb:{file}")
    with duckdb.connect(str(file)) as database:
        assert database.sql("SELECT count(*) FROM service.boards_1_statuses").fetchall()[0][0] > 0
        assert database.sql("SELECT count(*) FROM automate.Clients").fetchall()[0][0] > 0


def test_parquet_folder_has_one_file_for_each_table(psa: manage.Client, tmp_path: Path) -> None:
    pull(psa, [TICKETS], to=f"parquet:{tmp_path}")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        "manifest.json",
        "service/tickets.parquet",
    ]
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (
        manifest["tables"]["service.tickets"]["rows"]
        == pq.read_table(tmp_path / "service" / "tickets.parquet").num_rows
    )


def test_dry_run_writes_nothing(psa: manage.Client, to: str) -> None:
    result = pull(psa, [TICKETS], to=to, dry_run=True)
    assert result.tables["service.tickets"].read == psa.service.tickets.count()
    store = open_destination(to)
    assert store.state(TableName("service", "tickets")) == State()
    store.close()


@pytest.mark.parametrize(
    ("endpoint", "error", "message"),
    [
        ("/service/tickts", UnknownNameError, "did you mean"),
        ("/system/info", UnknownNameError, "not a list of records"),
        ("/service/tickets/{id}/notes", UnknownNameError, "write an id, as in /service/boards/1/statuses"),
    ],
)
def test_endpoints_that_cannot_be_mirrored(
    psa: manage.Client, tmp_path: Path, endpoint: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        pull(psa, [endpoint], to=f"sqlite:{tmp_path / 'm'}")
    assert (
        message in str(caught.value)
        or message in repr(getattr(caught.value, "__notes__", ""))
        or "no endpoint" in str(caught.value)
    )


@pytest.mark.parametrize("url", ["mirror.duckdb", "mysql://host/db", "duckdb:"])
def test_unknown_destinations(psa: manage.Client, url: str) -> None:
    with pytest.raises(CwqlError, match="expected duckdb:FILE, sqlite:FILE"):
        pull(psa, [TICKETS], to=url)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("psa.duckdb", "duckdb:psa.duckdb"),
        ("data/psa.sqlite", "sqlite:data/psa.sqlite"),
        ("psa.xyz", None),
        ("csv:a.db", None),
    ],
)
def test_a_file_name_gets_its_kind(url: str, meant: str | None) -> None:
    with pytest.raises(CwqlError) as caught:
        open_destination(url)
    assert str(caught.value).partition("did you mean ")[2] == ("" if meant is None else f"{meant}?")


def damage_state(text: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute("UPDATE _cwql_state SET state = ?", (text,))

    return change


def replace_by_view(place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("DROP TABLE service_boards")
        connection.execute("CREATE VIEW service_boards AS SELECT 1 AS id")


def replace_by_view_of_duckdb(place: Path) -> None:
    with duckdb.connect(place) as connection:
        connection.execute("DROP TABLE service.boards; CREATE VIEW service.boards AS SELECT 1 AS id")


def cut_file(place: Path) -> None:
    file = place / "service" / "boards.parquet"
    file.write_bytes(file.read_bytes()[:100])


def replace_by_pipe(place: Path) -> None:
    file = place / "service" / "boards.parquet"
    file.unlink()
    os.mkfifo(file)


@pytest.mark.skipif(os.name != "posix", reason="there are no such pipes")
@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [
        ("sqlite", damage_state("{"), "another program or a newer version wrote it"),
        ("sqlite", damage_state("[1]"), "another program or a newer version wrote it"),
        ("sqlite", damage_state('{"later": 1}'), "another program or a newer version wrote it"),
        ("sqlite", damage_state('{"watermark": "yesterday"}'), "another program or a newer version wrote it"),
        ("sqlite", damage_state('{"swept": "2024-01-01T00:00:00"}'), "another program or a newer version wrote it"),
        ("sqlite", damage_state('{"after": "1"}'), "another program or a newer version wrote it"),
        ("sqlite", replace_by_view, "cannot use sqlite:.*: [Cc]annot"),
        ("duckdb", replace_by_view_of_duckdb, "cannot use duckdb:.*: Catalog Error"),
        ("parquet", cut_file, "cannot use parquet:.*: Parquet magic bytes not found"),
        ("parquet", replace_by_pipe, "boards.parquet: expected a regular file"),
    ],
)
def test_damaged_destination_is_an_error_with_its_name(
    psa: manage.Client, tmp_path: Path, kind: str, damage: Callable[[Path], None], message: str
) -> None:
    place = tmp_path / "mirror"
    pull(psa, ["/service/boards"], to=f"{kind}:{place}")
    damage(place)
    with pytest.raises(CwqlError, match=message):
        pull(psa, ["/service/boards"], to=f"{kind}:{place}")


@pytest.mark.skipif(os.name != "posix", reason="there are no such files")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["pipe", "/dev/null", "/dev/full", "/dev/zero", "link", "a\0b"])
def test_place_that_is_no_file_or_folder_is_refused_at_once(tmp_path: Path, kind: str, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(CwqlError, match=r"expected a (folder|regular file)|null byte|cannot use"):
        open_destination(f"{kind}:{tmp_path / name}")


def test_locked_file_is_an_error_with_its_name(
    psa: manage.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "mirror"
    pull(psa, ["/service/boards"], to=f"sqlite:{place}")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", partial(connect, timeout=0.1))
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CwqlError, match=r"cannot use sqlite:.*: database is locked"):
            pull(psa, ["/service/boards"], to=f"sqlite:{place}")


def test_records_without_a_known_time_do_not_stop_the_next_run(own: manage.Client, tmp_path: Path) -> None:
    # Servers write the year 1 for times that are not known.
    to = f"sqlite:{tmp_path / 'mirror'}"
    pull(own, [TICKETS], to=to)
    state = {**read_state(tmp_path / "mirror"), "watermark": "0001-01-01T00:00:00+00:00"}
    damage_state(json.dumps(state))(tmp_path / "mirror")
    assert numbers(pull(own, [TICKETS], to=to))[:2] == ("changes", 0)


def read_state(place: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(place)) as connection:
        found: dict[str, Any] = json.loads(connection.execute("SELECT state FROM _cwql_state").fetchone()[0])
    return found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"/service/bo\xe4rds", "is not UTF-8"),
        ("/service/boards".encode("utf-16"), "is not UTF-8"),
        (b"#" * 1_000_001, "is not a list of endpoints"),
    ],
)
def test_file_that_is_no_list_of_endpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    listed = tmp_path / "tables.txt"
    listed.write_bytes(content)
    assert main(["pull", "--sandbox", "--tables", str(listed), "--to", f"sqlite:{tmp_path / 'm'}"]) == 2
    assert message in capsys.readouterr().err


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "tables.txt"
    listed.write_text(
        "\ufeff# what reports need\n/service/tickets\n\n/company/companies  # customers\n", encoding="utf-8"
    )
    to = f"sqlite:{tmp_path / 'mirror.sqlite'}"
    assert main(["pull", "--sandbox", "--tables", str(listed), "--to", to, "--dry-run"]) == 0
    assert "service.tickets: 150 records to read (first)" in capsys.readouterr().out
    assert main(["pull", "--sandbox", "--tables", str(listed), "--to", to, "--format", "json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [table["name"] for table in report["tables"]] == ["service.tickets", "company.companies"]
    assert main(["pull", "--sandbox", TICKETS, "--to", to]) == 0
    assert "service.tickets: 1 record read (changes), 0 inserted" in capsys.readouterr().out
    assert main(["pull", "--sandbox", "--to", to]) == 2
    assert "no endpoint given" in capsys.readouterr().err


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a new PostgreSQL server on a socket, without a network."""
    programs = Path("/usr/lib/postgresql")
    found = sorted(programs.glob("*/bin/initdb")) if programs.is_dir() else []
    if not found or os.name != "posix":
        pytest.skip("there is no PostgreSQL on this machine")
    folder = Path(tempfile.mkdtemp(prefix="cwql-pg-", dir="/tmp"))
    # A server refuses to run as root.
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres")
    data, programs = folder / "data", found[-1].parent
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
        **user,
    }
    subprocess.run([programs / "initdb", "-D", data, "-U", "cwql", "-A", "trust", "--no-sync"], check=True, **quiet)
    options = f"-c listen_addresses= -k {folder} -c fsync=off"
    subprocess.run(
        [programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], check=True, **quiet
    )
    try:
        yield f"postgresql://cwql@/postgres?host={folder}"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(own: manage.Client, postgresql: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    count = own.service.tickets.count()
    assert numbers(pull(own, [TICKETS], to=postgresql, settings=PullSettings(page_size=50))) == ("first", count, 0, 0)
    own.service.tickets.patch(5, {"summary": "changed"})
    own.service.tickets.delete(6)
    how, _, _, deleted = numbers(pull(own, [TICKETS], to=postgresql, settings=PullSettings(sweep=True)))
    assert (how, deleted) == ("changes", 1)
    with psycopg.connect(postgresql) as connection:
        rows = connection.execute(
            'SELECT id, summary, company_name, "customFields"->>\'Reopened\', "_info_lastUpdated" FROM service.tickets ORDER BY id'
        ).fetchall()
    assert len(rows) == count - 1
    by_id = {row[0]: row[1:] for row in rows}
    for record in own.service.tickets.to_scan().rows():
        values = (
            record["summary"],
            record["company/name"],
            record["customFields"]["Reopened"],
            record["_info/lastUpdated"],
        )
        assert by_id[record["id"]] == values


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20, 22))
def test_mirror_equals_the_server_after_any_events(number: int) -> None:
    run(5, number, steps=8)
