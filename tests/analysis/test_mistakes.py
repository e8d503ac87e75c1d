"""Advice for mistyped conditions: the first fix fixes most of them, and no safe fix brings in an error."""

from __future__ import annotations

from typing import Any

import pytest

from cwql import check, fix
from cwql.analysis import checker
from cwql.diagnostics import apply_edits
from cwql.language.parsing import parse_with_recovery
from scripts.fuzz import mistakes

TICKETS = "/service/tickets"


def test_first_fix_cures_most_mistakes_and_no_safe_fix_adds_an_error() -> None:
    outcomes = mistakes.run(300, seed=5)
    assert [line for outcome in outcomes for line in outcome.broken] == []
    assert sum(outcome.verdict == "fixed" for outcome in outcomes) / len(outcomes) >= mistakes.GOAL


def test_share_of_fixed_mistakes_depends_on_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator notices advice that ignores the field."""
    monkeypatch.setattr("cwql.analysis.bare_words.advise", lambda context, diagnostics: diagnostics)
    outcomes = mistakes.run(300, seed=5)
    assert any(outcome.broken for outcome in outcomes)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("closedFlag = fasle", "closedFlag = false"),
        ('closedFlag = "fasle"', "closedFlag = false"),
        ("closedFlag = yes", "closedFlag = true"),
        ("closedFlag = maybe", None),
        ("priority/id = high", 'priority/name = "high"'),
        ('priority/id = "high"', 'priority/name = "high"'),
        ("priority/id > high", None),
        ("priority/id = 1O", "priority/id = 10"),
        ("priority/id = -", None),
        ('priority/id = ""', "priority/id = null"),
        ('priority/id > ""', None),
        ("priority/id in (1, '')", None),
        ('dateEntered != " "', "dateEntered != null"),
        ('impact = ""', "impact = null"),
        ('closedFlag = ""', None),
        ("dateEntered > now()", None),
        ("dateEntered > today-7", None),
        ("budgetHours = lots", None),
        ("dateEntered > tomorow", None),
        ("dateEntered > tomorrow", None),
        ('requiredDate > "tomorrow"', None),
        ("requiredDate > 2022/05/15", "requiredDate > [2022-05-15]"),
        ("requiredDate > [2022/05/15]", "requiredDate > [2022-05-15]"),
        ("requiredDate > [ 2022-05-15 ]", "requiredDate > [2022-05-15]"),
        ("impact = Hihg", 'impact = "High"'),
        ("impact = high", 'impact = "High"'),
        ("impact = nonsense", None),
        ("impact in (Hihg, 'Low')", "impact in (\"High\", 'Low')"),
        ("summary = vpn", 'summary = "vpn"'),
        ("summary = yes", 'summary = "yes"'),
        ("summary contains today", 'summary contains "today"'),
        ('summary = vpn"', 'summary = "vpn"'),
        ("company = acme", 'company/identifier = "acme"'),
        ("company contains acme", 'company/name contains "acme"'),
        ("id is > 5", "id > 5"),
    ],
)
def test_bare_words_are_judged_by_the_field(text: str, fixed: str | None) -> None:
    first = next(
        (offered for diagnostic in check(text, dialect="manage", endpoint=TICKETS) for offered in diagnostic.fixes),
        None,
    )
    assert (None if first is None else apply_edits(text, first.edits)) == fixed


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("summary = vpn", True),
        ("impact = high", True),
        ("impact = Hihg", False),
        ("closedFlag = fasle", False),
        ("priority/id = high", False),
        ("company = acme", False),
    ],
)
def test_only_quotes_for_text_and_members_are_safe(text: str, safe: bool) -> None:
    (diagnostic,) = check(text, dialect="manage", endpoint=TICKETS)
    assert [offered.is_safe for offered in diagnostic.fixes] == [safe]
    assert (fix(text, dialect="manage", endpoint=TICKETS).text != text) == safe


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("requiredDate < GETDATE()", 'cwql.cond("requiredDate < {}", moment)'),
        ("budgetHours > max(1, 2)", 'cwql.cond("budgetHours > {}", value)'),
    ],
)
def test_the_example_for_a_call_has_the_field(text: str, hint: str) -> None:
    (found,) = check(text, endpoint=TICKETS)
    assert found.name == "function-call"
    assert found.hint == f"compute the value in the program and pass it: {hint}"


def test_a_word_that_ends_in_a_number_is_reported_once() -> None:
    assert [found.code for found in check("dateEntered > today-7", endpoint=TICKETS)] == ["CW121"]
    assert [found.code for found in check("dateEntered > today-7")] == ["CW121"]


@pytest.mark.parametrize("word", ["tomorow", "tomorrow", '"tomorrow"'])
def test_words_for_days_are_explained(word: str) -> None:
    (diagnostic,) = check(f"requiredDate > {word}", dialect="manage", endpoint=TICKETS)
    assert diagnostic.hint is not None
    assert "has a word for tomorrow" in diagnostic.hint


def test_decoding_is_not_safe_if_the_decoded_text_has_errors() -> None:
    encoded = "sumary%20%3D%20%22x%22"
    (diagnostic,) = check(encoded, dialect="manage", endpoint=TICKETS)
    assert [offered.is_safe for offered in diagnostic.fixes] == [False]
    assert fix(encoded, dialect="manage", endpoint=TICKETS).text == encoded
    assert fix("summary%20%3D%20%22x%22", dialect="manage", endpoint=TICKETS).text == 'summary = "x"'


@pytest.mark.parametrize("words", [5, 40, 400])
def test_few_fixes_are_tried(monkeypatch: pytest.MonkeyPatch, words: int) -> None:
    parsed: list[str] = []
    parse = parse_with_recovery

    def record(text: str, *arguments: Any) -> Any:
        parsed.append(text)
        return parse(text, *arguments)

    monkeypatch.setattr(checker, "parse_with_recovery", record)
    assert check("board/id = $board " + "an^d " * words, endpoint="/service/tickets")
    assert len(parsed) <= 1 + checker.VERIFIED_FIXES * checker.VERIFIED_ROUNDS
