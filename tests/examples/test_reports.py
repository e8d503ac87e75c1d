"""The CSV and data frame reports have the records of the sandbox."""

from __future__ import annotations

import csv
import re
import sys
import zipfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from cwql import ConditionError
from cwql.manage import Client
from cwql.manage.fields import Ticket
from tests.examples.conftest import Program, Start


def test_csv(program: Program, psa: Client, tmp_path: Path) -> None:
    psa.service.tickets.patch(7, [Ticket.summary.set("=1+1")])
    target = tmp_path / "open.csv"
    assert program("report_csv").main(["--custom", "root cause", "--to", str(target)]) == 0
    with target.open(newline="", encoding="utf-8-sig") as file:
        header, *rows = list(csv.reader(file))
    tickets = psa.service.tickets.all("closedFlag = false")
    assert header[:2] == ["id", "company/name"]
    assert header[-2:] == ["_info/dateEntered", "root cause"]
    assert [int(row[0]) for row in rows] == [ticket.id for ticket in tickets]
    for row, ticket in zip(rows, tickets, strict=True):
        assert ticket.company is not None
        assert row[1] == ticket.company.name
        assert row[-2] == ticket.to_dict()["_info"]["dateEntered"]
        assert row[-1] == (ticket.custom_fields["Root Cause"] or "")
    assert {row[0]: row[5] for row in rows}["7"] == "'=1+1"


def test_csv_of_a_condition(program: Program, psa: Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert program("report_csv").main(["board/name = 'Help Desk'", "--columns", "id, owner/identifier"]) == 0
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert rows[0] == ["id", "owner/identifier"]
    assert len(rows) == 1 + psa.service.tickets.count(Ticket.board.name == "Help Desk")


def test_wrong_condition_does_not_change_the_file(program: Program, tmp_path: Path) -> None:
    target = tmp_path / "open.csv"
    target.write_text("old")
    with pytest.raises(ConditionError, match="did you mean summary"):
        program("report_csv").main(["sumary contains 'vpn'", "--to", str(target)])
    assert target.read_text() == "old"


def test_wrong_condition_is_reported_without_a_traceback(start: Start) -> None:
    process = start("report_csv", "sumary contains 'vpn'")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert "did you mean summary?" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_frame(program: Program, psa: Client, capsys: pytest.CaptureFixture[str], library: str, tmp_path: Path) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed")
    module = program("report_frame")
    since = datetime(2025, 1, 1, tzinfo=UTC)
    name, found = module.load([library])
    frame, summary = module.sum_up(name, found, list(module.rows(psa, since)))
    tickets = psa.service.tickets.all(Ticket.dateEntered >= since)
    assert len(frame) == len(tickets) > 10
    acme = [it for it in tickets if it.company is not None and it.company.name == "Acme Industries"]
    (row,) = [row for row in _rows(summary) if row["company"] == "Acme Industries"]
    assert row["tickets"] == len(acme) > 1
    assert row["open"] == sum(not it.closedFlag for it in acme)
    assert row["hours"] == pytest.approx(sum(it.actualHours or 0 for it in acme))
    hours = [row["hours"] for row in _rows(summary)]
    assert hours == sorted(hours, reverse=True)
    assert module.main(["--since", "2025-01-01", "--with", library]) == 0
    assert "Acme Industries" in capsys.readouterr().out


def _rows(frame: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.to_dicts() if hasattr(frame, "to_dicts") else frame.to_dict("records")
    return found


def test_missing_library_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("polars", "pandas"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SystemExit, match="pip install polars"):
        program("report_frame").main([])


@pytest.mark.parametrize("way", ["sql", "polars"])
def test_weekly_report(program: Program, psa: Client, tmp_path: Path, way: str) -> None:
    last = max(each.timeStart for each in psa.time.entries.list() if each.timeStart is not None)
    monday = (last - timedelta(days=last.weekday())).date()
    start = datetime.combine(monday, time(), UTC)
    target = tmp_path / "week.xlsx"
    assert program("weekly_report").main([str(target), "--monday", str(monday), "--with", way]) == 0
    with zipfile.ZipFile(target) as book:
        assert "xl/charts/chart1.xml" in book.namelist()
        cells = re.findall(r"<v>([^<]+)</v>", book.read("xl/worksheets/sheet1.xml").decode())
    rows = [cells[place : place + 4] for place in range(4, len(cells), 4)]
    hours = {
        each.id: each.actualHours
        for each in psa.time.entries.list()
        if each.timeStart is not None and start <= each.timeStart < start + timedelta(days=7)
    }
    assert rows
    assert sum(float(row[3]) for row in rows) == pytest.approx(sum(value or 0 for value in hours.values()))
    opened = psa.service.tickets.count((Ticket.dateEntered >= start) & (Ticket.dateEntered < start + timedelta(days=7)))
    assert sum(int(row[1]) for row in rows) == opened
