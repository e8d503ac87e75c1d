"""Functions that name neither a parameter nor a target are not evaluated; nothing is missed for that."""

from __future__ import annotations

import random

import pytest

from cwql.lint.dataflow import flow as flow_module
from cwql.lint.dataflow.flow import Flow
from cwql.lint.frontends import language_of
from cwql.lint.linter import ExtractedFile
from tests.lint.holdout import read_rounds
from tests.lint.scripts import describe
from tests.lint.writing import job_of


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_module, "SHORT", 0)


SENT = """
// connectwise
function send(text) { return cw.get('/service/tickets', { conditions: text }); }
"""


def test_a_function_that_gives_a_text_to_another_one_is_evaluated() -> None:
    assert describe("javascript", SENT + "function open() { return send('closedFlag = false'); }") == [
        "conditions /service/tickets: closedFlag = false"
    ]


def test_a_function_whose_result_is_sent_is_evaluated() -> None:
    text = "function open() { return 'closedFlag = false'; }\n"
    sent = "// connectwise\nfunction list() { return cw.get('/service/tickets', { conditions: open() }); }\n"
    assert describe("javascript", text + sent) == ["conditions /service/tickets: closedFlag = false"]


def test_a_method_that_sets_a_member_is_evaluated() -> None:
    text = """// connectwise
class Tickets {
  prepare() { this.filter = 'closedFlag = false'; }
  list() { return cw.get('/service/tickets', { conditions: this.filter }); }
}
"""
    assert describe("javascript", text) == ["conditions /service/tickets: closedFlag = false"]


def test_programs_have_the_same_diagnostics_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in read_rounds():
        language = language_of(each.file)
        if language is not None:
            groups.setdefault(language.name, []).append((each.file, each.source))
    rng = random.Random(1)
    programs = []
    for _ in range(80):
        parts = rng.choices(groups[rng.choice([*groups])], k=3)
        programs.append((parts[0][0], "\n".join([text for _, text in parts])))
    silent = 0
    is_silent = Flow.is_silent

    def counted(flow: Flow, function: object) -> bool:
        nonlocal silent
        found = is_silent(flow, function)  # type: ignore[arg-type]  # it is what the flow has
        silent += found
        return found

    monkeypatch.setattr(Flow, "is_silent", counted)
    fast = [ExtractedFile(text, job_of(name)).judge() for name, text in programs]
    assert silent > 4
    monkeypatch.setattr(Flow, "is_silent", lambda _flow, _function: False)
    assert [ExtractedFile(text, job_of(name)).judge() for name, text in programs] == fast
