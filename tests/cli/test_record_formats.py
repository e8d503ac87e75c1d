"""Records as rows: every format, odd values, widths."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.cli.record_formats import FORMATS, Column, Layout, find_zone, value_at, write_records
from cwql.errors import UnknownNameError
from cwql.render.terminal import Terminal

COLUMNS = [Column("id", ("id",)), Column("summary", ("summary",)), Column("company/name", ("company", "name"))]
ROWS: list[dict[str, Any]] = [
    {"id": 1, "summary": "Printer", "company": {"id": 9, "name": "Acme"}},
    {"id": 23, "summary": 'He said "no",\nthen left', "company": None},
    {"id": 456, "summary": "東京 ünïcode", "company": {"name": "Müller"}},
]


def write(rows: Any, columns: list[Column], format: str, terminal: Terminal | None = None) -> tuple[int, str]:
    stream = io.StringIO()
    count = write_records(rows, columns, format, stream, terminal or Terminal(100))
    return count, stream.getvalue()


def test_table() -> None:
    assert write(ROWS, COLUMNS, "table") == (
        3,
        (
            " id  summary                  company/name\n"
            "───  ───────────────────────  ────────────\n"
            "  1  Printer                  Acme\n"
            ' 23  He said "no", then left\n'
            "456  東京 ünïcode             Müller\n"
        ),
    )


def test_table_fits_the_width_and_shows_invisible_characters() -> None:
    row = {"id": 1, "summary": "x" * 200 + "\x1b[2J", "company": {"name": "y" * 70}}
    _, text = write([row], COLUMNS, "table", Terminal(60))
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "…" in text
    _, text = write([{"summary": "a\x1b[2Jb\u202ec"}], [COLUMNS[1]], "table")
    assert "a<U+001B>[2Jb<U+202E>c" in text


def test_table_of_a_pipe_is_not_cut() -> None:
    rows = [{"id": number, "summary": "x" * 150 if number else "short"} for number in range(300)]
    _, text = write(rows, COLUMNS, "table", Terminal(60, is_limited=False))
    assert "…" not in text
    assert text.count("x" * 150) == 299
    wide = [*({"id": 1, "summary": "short"} for _ in range(300)), {"id": 2, "summary": "y" * 90}]
    assert write(wide, COLUMNS, "table", Terminal(60, is_limited=False))[1].splitlines()[-1].endswith("y" * 90)


def test_values_of_custom_fields_are_shown() -> None:
    fields = [{"id": 3, "caption": "Root Cause", "value": "User error"}, {"id": 4, "caption": "Cost", "value": None}]
    _, text = write([{"customFields": fields}], [Column("customFields", ("customFields",))], "csv")
    assert text.splitlines()[-1] == '"Root Cause: User error, Cost: "'


def test_excel_runs_no_text_as_a_formula() -> None:
    rows = [{"summary": text} for text in ("=cmd|' /C calc'!A0", "+1", "-2", "@x", "\ty", "a=b", "Müller")]
    stream = io.StringIO()
    write_records([*rows, {"summary": -5}], [COLUMNS[1]], "csv", stream, Terminal(), Layout(excel=True, delimiter=";"))
    text = stream.getvalue()
    assert text.startswith("\ufeffsummary\n")
    cells = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
    assert cells == ["'=cmd|' /C calc'!A0", "'+1", "'-2", "'@x", "'\ty", "a=b", "Müller", "-5"]


def test_times_in_a_zone() -> None:
    rows = [{"summary": text} for text in ("2026-01-05T17:00:00Z", "2026-07-05T17:00:00.5Z", "2026-01-05", "5")]
    stream = io.StringIO()
    write_records(rows, [COLUMNS[1]], "csv", stream, Terminal(), Layout(zone=find_zone("America/New_York")))
    assert stream.getvalue().splitlines()[1:] == [
        "2026-01-05 12:00:00-05:00",
        "2026-07-05 13:00:00-04:00",
        "2026-01-05",
        "5",
    ]
    assert find_zone("local") is not None
    with pytest.raises(UnknownNameError, match="did you mean 'Europe/Berlin'"):
        find_zone("Europe/Berlim")


def test_wide_characters_are_cut_by_their_width() -> None:
    _, text = write([{"id": 1, "summary": "東" * 60, "company": None}], COLUMNS, "table", Terminal(44))
    cut = text.splitlines()[-1]
    assert cut.rstrip(" ").endswith("…")
    assert sum(2 if sign == "東" else 1 for sign in cut) <= 44


@pytest.mark.parametrize("rows", [ROWS, []])
def test_json_is_parsed_back(rows: list[dict[str, Any]]) -> None:
    count, text = write(rows, [], "json")
    assert count == len(rows)
    assert json.loads(text) == rows


def test_json_lines_are_parsed_back() -> None:
    count, text = write(ROWS, [], "jsonl")
    assert count == 3
    assert [json.loads(line) for line in text.splitlines()] == ROWS


def test_csv_is_parsed_back() -> None:
    count, text = write(ROWS, COLUMNS, "csv")
    assert count == 3
    assert list(csv.reader(io.StringIO(text))) == [
        ["id", "summary", "company/name"],
        ["1", "Printer", "Acme"],
        ["23", 'He said "no",\nthen left', ""],
        ["456", "東京 ünïcode", "Müller"],
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_count_of_no_records(format: str) -> None:
    assert write([], COLUMNS, format)[0] == 0


@pytest.mark.parametrize(
    ("row", "path", "value"),
    [
        ({"a": {"b": 1}}, ("a", "b"), 1),
        ({"a": None}, ("a", "b"), None),
        ({"a": [{"b": 1}, {"b": 2}]}, ("a", "b"), [1, 2]),
        ({"a": "text"}, ("a", "b"), None),
        ({}, ("a",), None),
    ],
)
def test_values_at_paths(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    assert value_at(row, path) == value


def test_references_and_lists_are_shown_by_name() -> None:
    row = {"id": True, "summary": {"id": 5, "name": "New"}, "company": {"name": [{"id": 3}, {"identifier": "x"}]}}
    assert write([row], COLUMNS, "csv")[1].splitlines()[1] == 'true,New,"3, x"'


def test_records_are_written_as_they_arrive() -> None:
    """Lines are out before the source has ended, but for the rows that a table is measured on."""
    stream = io.StringIO()

    def source() -> Iterator[dict[str, Any]]:
        for id in range(400):
            if id > 300:
                assert f"{id - 1}" in stream.getvalue()
            yield {"id": id}

    for format in ("table", "csv", "jsonl", "json"):
        assert write_records(source(), COLUMNS[:1], format, stream, Terminal()) == 400


def test_unknown_format() -> None:
    with pytest.raises(UnknownNameError, match="unknown format 'xml': expected one of table, json"):
        write([], [], "xml")
