"""Records as rows: every format, odd values, widths."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.cli.record_formats import FORMATS, Column, value_at, write_records
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
