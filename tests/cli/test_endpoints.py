"""``cwql endpoints``: search by words and by the beginning of a path."""

from __future__ import annotations

import json

import pytest

from cwql.cli import main
from cwql.schema.catalog import catalog


def rows(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> list[dict[str, object]]:
    assert main(["endpoints", *words, "--format", "json"]) == status
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_words_find_paths_of_both_products(capsys: pytest.CaptureFixture[str]) -> None:
    paths = [(row["product"], row["path"]) for row in rows(capsys, "ticket")]
    assert {("manage", "/service/tickets"), ("automate", "/Tickets")} <= {*paths[:4]}


def test_a_word_may_be_a_whole_segment(capsys: pytest.CaptureFixture[str]) -> None:
    assert rows(capsys, "myaccount")[0]["path"] == "/system/myAccount/{id}"
    assert rows(capsys, "knowledgeBaseArticles")[0]["path"] == "/service/knowledgeBaseArticles"


def test_a_path_lists_what_is_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(row["path"]) for row in rows(capsys, "/service/boards")]
    assert "/service/boards" in paths
    assert all(path.startswith("/service/boards") for path in paths)
    assert len(paths) > 20


def test_without_words_every_endpoint_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "-d", "automate")
    assert len(found) == len(list(catalog("automate").endpoints()))
    assert {row["product"] for row in found} == {"automate"}


def test_rows_have_the_record_and_the_methods(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = [row for row in rows(capsys, "/service/tickets") if row["path"] == "/service/tickets"]
    assert row == {"path": "/service/tickets", "product": "manage", "record": "Ticket", "methods": ["GET", "POST"]}


def test_text_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["endpoints", "ticket", "notes"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["/service/tickets/{parentId}/notes", "manage", "ServiceNote[]", "GET", "POST"] in lines


def test_nothing_found_is_a_negative_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert rows(capsys, "zzzzqqq", status=1) == []
    assert main(["endpoints", "zzzzqqq"]) == 1
    assert "No endpoint matches 'zzzzqqq'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [("/service/tikcets", "/service/tickets or"), ("Tikcets", "/Tickets?"), ("/Tikcets", "/Tickets?")],
)
def test_a_mistyped_path_gets_a_suggestion(capsys: pytest.CaptureFixture[str], words: str, suggestion: str) -> None:
    assert main(["endpoints", words]) == 1
    assert f"; did you mean {suggestion}" in capsys.readouterr().err


def test_a_path_with_an_id_finds_its_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["path"] for row in rows(capsys, "/service/tickets/5/notes")] == ["/service/tickets/{parentId}/notes"]
    assert rows(capsys, "-d", "automate", "/service/tickets/5/notes", status=1) == []
