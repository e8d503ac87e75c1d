"""Conditions and positions in files, without the protocol."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from cwql.completion import complete
from cwql.diagnostics import Edit
from cwql.language.parsing import parse
from cwql.lsp.conditions import EmbeddedCondition, find_change, innermost, shift
from cwql.lsp.document import Document
from cwql.lsp.navigation import record_of
from cwql.lsp.positions import Positions
from cwql.lsp.project import Project
from cwql.lsp.rewrites import as_handles, as_template, insert_imports, is_single_literal
from cwql.lsp.server_values import ServerValues

if TYPE_CHECKING:
    from pathlib import Path

    from cwql.lint.templates.model import ConditionTemplate

URL = "https://api.example/v4_6_release/apis/3.0/service/tickets"
GET = f'import requests\nrequests.get("{URL}", params={{"conditions": '


def document(text: str, name: str = "a.py", earlier: Document | None = None) -> Document:
    return Document(text, Project().job(f"/nowhere/{name}", ""), "utf-16", earlier=earlier)


@pytest.mark.parametrize(
    ("name", "marked", "first"),
    [
        ("a.py", GET + '"|"})\n', "id"),
        ("a.py", GET + '"boa|"})\n', "board"),
        ("a.py", GET + '"board/|', "id"),
        ("a.py", GET + '"board/|\nprint((1, "a"))\n', "id"),
        ("a.py", GET + 'f"id = {x} and imp|', "impact"),
        ("a.py", GET + "'''\n  id = 5\n  and imp|", "impact"),
        ("a.py", "# it's a comment\n" + GET + '"imp|', "impact"),
        ("a.py", 'from cwql.manage import Client\nClient().service.tickets.list("imp|', "impact"),
        ("a.ps1", f'$u = "{URL}?conditions=|"', "id"),
        ("a.ps1", f'$u = "{URL}?conditions=imp|\n$y = 1\n$z = "a"', "impact"),
        ("a.ps1", f"Invoke-RestMethod '{URL}' -Body @{{conditions='|", "id"),
        ("a.ts", f"fetch(`{URL}?conditions=id=${{id}} and imp|", "impact"),
        ("a.js", f"axios.get('{URL}', {{ params: {{ orderBy: 'impac|' }} }})", "impact"),
        ("a.http", f"GET {URL}?conditions=impac|", "impact"),
        ("a.yaml", f'url: {URL}\nparams:\n  conditions: "|"', "id"),
        ("a.json", f'{{"url": "{URL}", "params": {{"conditions": "|"}}}}', "id"),
    ],
)
def test_conditions_are_found_while_they_are_typed(name: str, marked: str, first: str) -> None:
    before, _, after = marked.partition("|")
    condition = document(before + after, name).condition_for_typing(len(before))
    assert condition is not None
    at = condition.text_offset(len(before))
    found = complete(condition.text, at, endpoint=condition.endpoint, parameter=condition.found.parameter)
    assert found[0].label == first
    edit = condition.edit(Edit(found[0].span, found[0].text))
    assert edit is not None
    assert edit.span.start <= len(before) <= edit.span.end


def test_keystrokes_move_the_conditions_of_the_version_before() -> None:
    text = GET + '"id = 5", "fields": "id"})\n'
    version = document(text)
    version.conditions()
    for typed in ' and board/name = "x':
        at = text.index('", "fields')
        # A quote has to be escaped in this literal, so the file is searched again.
        text = text[:at] + ("\\" if typed == '"' else "") + typed + text[at:]
        version = document(text, earlier=version)
        fresh = document(text)
        assert [each.text for each in version.conditions()] == [each.text for each in fresh.conditions()]
        assert [each.span for each in version.conditions()] == [each.span for each in fresh.conditions()]


def test_a_string_that_is_no_condition_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    extract = Document._extract

    def count(self: Document, text: str) -> list[ConditionTemplate]:
        searched.append(text)
        return extract(self, text)

    monkeypatch.setattr(Document, "_extract", count)
    start = GET + '"id = 5"})\nprint("'
    version = document(f'{start}")\n')
    for typed in ("n", "no", "no c", "no co"):
        version = document(f'{start}{typed}")\n', earlier=version)
        assert version.condition_for_typing(len(start) + len(typed)) is None
    assert len(searched) == 2
    # The name of a parameter in the string may make it a condition.
    text = f"{start}/service/tickets?conditions=boa"
    version = document(f'{text}")\n', earlier=version)
    found = version.condition_for_typing(len(text))
    assert found is not None
    assert found.text == "boa"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("abc", "abc", (3, 3, 3)),
        ("abc", "abXc", (2, 2, 3)),
        ("aaa", "aa", (2, 3, 2)),
        ("", "x", (0, 0, 1)),
        ("abc", "xyz", (0, 3, 3)),
    ],
)
def test_find_change(before: str, after: str, change: tuple[int, int, int]) -> None:
    assert find_change(before, after) == change


def test_a_change_that_is_not_inside_one_literal_moves_nothing() -> None:
    found = document(GET + '"id = 5"})\n').conditions()
    at = len(GET) + 1
    assert shift(found, at, at, at + 1, "x") is not None
    for start, end, inserted in ((at, at, "\n"), (at, at, '"'), (at - 1, at + 1, ""), (0, 0, "x")):
        assert shift(found, start, end, start + len(inserted), inserted) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions(encoding: str) -> None:
    text = "a\u00e9\N{GRINNING FACE}b\r\nc\rd\n\u2028e\x0cf"
    positions = Positions(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue
        line, column = positions.position(offset)
        assert positions.offset(line, column) == offset
    wide = {"utf-8": 7, "utf-16": 4, "utf-32": 3}[encoding]
    assert positions.position(3) == (0, wide)
    assert positions.position(len(text)) == (3, {"utf-8": 6, "utf-16": 4, "utf-32": 4}[encoding])
    assert (positions.offset(0, 99), positions.offset(99, 0), positions.offset(-1, 0)) == (4, len(text), 0)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ('f"board/id = {number}"', 'cwql.emit(cwql.cond("board/id = {}", number))'),
        ("f\"summary = '{row['a']}'\"", "cwql.emit(cwql.cond(\"summary = {}\", str(row['a'])))"),
        ('f"board/id = {int(x) + 1} and id in ({a}, {b})"',
         'cwql.emit(cwql.cond("board/id = {} and id in ({}, {})", int(x) + 1, a, b))'),
        ("f\"summary contains '%{word}%'\"", None),
        ('f"board/id = {number:05}"', None),
        ('f"{extra} and closedFlag = false"', None),
        ('f"id in {ids}"', 'cwql.emit(cwql.cond("id in {}", ids))'),
        ('"board/id = 5"', None),
    ],
)  # fmt: skip
def test_templates(literal: str, expected: str | None) -> None:
    text = f"{GET}{literal}}})\n"
    (found,) = document(text).conditions()
    condition = EmbeddedCondition(found)
    assert is_single_literal(text, condition)
    rewrite = as_template(text, condition)
    assert (None if rewrite is None else rewrite.expression) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("id = 5", "Ticket.id == 5"),
        ("board/name != 'x'", 'Ticket.board.name != "x"'),
        ("summary not like '%x%' or id in (1, 2)", '(Ticket.summary.not_like("%x%")) | (Ticket.id.in_([1, 2]))'),
        ("closedFlag = true and company = null", "(Ticket.closedFlag == True) & (Ticket.company.is_null())"),
        ("lastUpdated > [2026-01-02T03:04:00Z]", "Ticket.lastUpdated > datetime(2026, 1, 2, 3, 4, tzinfo=UTC)"),
        ("id = 5 and (id = 6 or id = 7)", "(Ticket.id == 5) & ((Ticket.id == 6) | (Ticket.id == 7))"),
        ("nosuch = 5", None),
        ("id = = 5", None),
    ],
)
def test_handles(condition: str, expected: str | None) -> None:
    text = f'{GET}"{condition}"}})\n'
    embedded = innermost(document(text).conditions(), len(GET) + 1)
    assert embedded is not None
    record = record_of(embedded)
    assert record is not None
    found = as_handles(embedded, record)
    assert (None if found is None else found.expression) == (None if expected is None else f"cwql.emit({expected})")
    if found is not None:
        names: dict[str, object] = {}
        exec("\n".join(found.imports), names)
        assert parse(str(eval(found.expression, names))) == parse(condition)


def test_imports_go_below_the_docstring_and_the_future() -> None:
    source = '"""Text."""\n\nfrom __future__ import annotations\n\nimport os\n'
    at, text = insert_imports(source, ("import cwql", "import os"))
    changed = source[:at] + text + source[at:]
    assert changed == '"""Text."""\n\nfrom __future__ import annotations\n\nimport cwql\nimport os\n'
    ast.parse(changed)
    assert insert_imports("import cwql\n", ("import cwql",)) == (0, "")
    assert insert_imports("def (:\n", ("import cwql",)) == (0, "")


def test_a_literal_of_several_parts_is_not_rewritten() -> None:
    text = f'{GET}"id = 5 " + "and id = 6"}})\n'
    condition = innermost(document(text).conditions(), len(GET) + 3)
    assert condition is not None
    assert not is_single_literal(text, condition)


def test_stored_names_of_another_form_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    monkeypatch.setenv("CWQL_CACHE_DIR", str(folder))
    for content in ("", "[]", "{", '{"boards": 5}', '{"boards": ["Help Desk", 5]}'):
        (folder / "names-a_b.json").write_text(content)
        known = ServerValues("a/b").known_values("BoardReference", ("board", "name"))
        assert list(known) == (["Help Desk"] if "Help" in content else [])


def test_excluded_files_have_no_problems(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "cwql.toml").write_text('lint.exclude = ["a.py"]\n')
    project = Project()
    assert project.job(str(folder / "a.py"), "python") is None
    assert project.job(str(folder / "b.py"), "python") is not None
    excluded = Document(GET + '"sumary = 5"})\n', None, "utf-16")
    assert (excluded.diagnostics(), list(excluded.conditions()), excluded.fixed()) == ([], [], None)
    assert excluded.condition_for_typing(len(GET) + 2) is None
