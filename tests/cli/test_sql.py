"""``cwql sql``: formats, errors, and the explanation of a query."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cwql.cli import main

OPEN = "select id, summary, company.name, _info.lastUpdated as touched from manage.service.tickets where not closedFlag order by id"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["sql", "--sandbox", *arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, f"{OPEN} limit 2")
    assert status == 0
    assert out.splitlines()[0].split() == ["id", "summary", "name", "touched"]
    assert err == "2 rows\n"


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--format", "jsonl", f"{OPEN} limit 2")
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 2
    assert rows[0]["touched"].endswith("Z")


def test_csv_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = run(capsys, OPEN, "--output-file", str(tmp_path / "open.csv"))
    assert out == ""
    assert (tmp_path / "open.csv").read_text(encoding="utf-8").startswith("id,summary,name,touched\n")


def test_parquet_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, OPEN, "--output-file", str(tmp_path / "open.parquet"))
    assert pq.read_table(tmp_path / "open.parquet").column_names == ["id", "summary", "name", "touched"]


def test_excel_file_has_no_formulas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    import zipfile

    file = tmp_path / "open.xlsx"
    status, _, err = run(
        capsys,
        "select '=1+1' as a, 5 as b, timestamptz '2026-01-30 17:00:00+00' as c, true as d",
        "--output-file",
        str(file),
    )
    assert (status, err) == (0, "1 row\n")
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<v>5</v>" in sheet
        assert "=1+1" in archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("format", ["parquet", "xlsx"])
def test_binary_formats_need_a_file(capsys: pytest.CaptureFixture[str], format: str) -> None:
    status, _, err = run(capsys, "--format", format, OPEN)
    assert status == 2
    assert "needs --output" in err


def test_error_in_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "select sumary from manage.service.tickets")
    assert (status, out) == (1, "")
    assert "did you mean 'summary'" in err
    assert "       ^^^^^^" in err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--explain", OPEN)
    assert status == 0
    assert "conditions: closedFlag = false" in out
    assert "evaluated by the server" in out
