"""Records as rows: every format, odd values, widths."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.errors import UnknownNameError
from cwql.render.page import Page
from cwql.render.rows import FORMATS, Column, read_cell, write_rows

COLUMNS = [Column("id", ("id",)), Column("summary", ("summary",)), Column("company/name", ("company", "name"))]
ROWS: list[dict[str, Any]] = [
    {"id": 1, "summary": "Printer", "company": {"id": 9, "name": "Acme"}},
    {"id": 23, "summary": 'He said "no",\nthen left', "company": None},
    {"id": 456, "summary": "東京 ünïcode", "company": {"name": "Müller"}},
]


def write(rows: Any, columns: list[Column], format: str, page: Page | None = None) -> tuple[int, str]:
    stream = io.StringIO()
    count = write_rows(rows, columns, format, stream, page or Page(100))
    return count, stream.getvalue()


def test_a_table() -> None:
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


def test_a_table_fits_the_page_and_shows_what_cannot_be_seen() -> None:
    row = {"id": 1, "summary": "x" * 200 + "\x1b[2J", "company": {"name": "y" * 70}}
    _, text = write([row], COLUMNS, "table", Page(60))
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "…" in text
    _, text = write([{"summary": "a\x1b[2Jb\u202ec"}], [COLUMNS[1]], "table")
    assert "a<U+001B>[2Jb<U+202E>c" in text


def test_wide_letters_are_cut_by_their_width() -> None:
    _, text = write([{"id": 1, "summary": "東" * 60, "company": None}], COLUMNS, "table", Page(44))
    cut = text.splitlines()[-1]
    assert cut.rstrip(" ").endswith("…")
    assert sum(2 if sign == "東" else 1 for sign in cut) <= 44


@pytest.mark.parametrize("rows", [ROWS, []])
def test_json_can_be_read_again(rows: list[dict[str, Any]]) -> None:
    count, text = write(rows, [], "json")
    assert count == len(rows)
    assert json.loads(text) == rows


def test_json_lines_can_be_read_again() -> None:
    count, text = write(ROWS, [], "jsonl")
    assert count == 3
    assert [json.loads(line) for line in text.splitlines()] == ROWS


def test_csv_can_be_read_again() -> None:
    count, text = write(ROWS, COLUMNS, "csv")
    assert count == 3
    assert list(csv.reader(io.StringIO(text))) == [
        ["id", "summary", "company/name"],
        ["1", "Printer", "Acme"],
        ["23", 'He said "no",\nthen left', ""],
        ["456", "東京 ünïcode", "Müller"],
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_counted_as_nothing(format: str) -> None:
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
def test_paths_are_followed(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    assert read_cell(row, path) == value


def test_references_and_lists_are_shown_by_name() -> None:
    row = {"id": True, "summary": {"id": 5, "name": "New"}, "company": {"name": [{"id": 3}, {"identifier": "x"}]}}
    assert write([row], COLUMNS, "csv")[1].splitlines()[1] == 'true,New,"3, x"'


def test_rows_are_written_as_they_come() -> None:
    """Lines are out before the source has ended, but for the rows that a table is measured on."""
    stream = io.StringIO()

    def source() -> Iterator[dict[str, Any]]:
        for id in range(400):
            if id > 300:
                assert f"{id - 1}" in stream.getvalue()
            yield {"id": id}

    for format in ("table", "csv", "jsonl", "json"):
        assert write_rows(source(), COLUMNS[:1], format, stream, Page()) == 400


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown format 'xml': expected one of table, json"):
        write([], [], "xml")
