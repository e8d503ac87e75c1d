"""`fix`: fixes are applied, never two in one position, and never so that a text gets worse."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from cwql import check, fix, parse
from cwql.analysis import fixes as fixes_module
from cwql.analysis.fix_loop import choose
from cwql.diagnostics import Diagnostic, Edit, Fix, Rule, apply_edits
from cwql.rules.registry import RULES, find_category
from cwql.source import Span
from tests.analysis.test_checker import PIECES

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName


def errors(text: str, dialect: DialectName = "manage") -> int:
    return sum(finding.severity == "error" for finding in check(text, dialect=dialect))


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span(start, end), text)


def with_fix(start: int, end: int, text: str, safe: bool = True) -> Diagnostic:
    change = Fix("change it", [edit(start, end, text)], applicability="safe" if safe else "unsafe")
    return Diagnostic(
        code="CW100", name="syntax-error", severity="warning", message="wrong", span=Span(start, end), fixes=(change,)
    )


FIXED = [
    ("id = 1", "id = 1", "manage"),
    ("id=1", "id=1", "manage"),
    ("status/id == 5", "status/id = 5", "manage"),
    ("id <> 5 and board/id == 1", "id != 5 and board/id = 1", "manage"),
    ("status.name == 'New' && closedDate is null", "status/name = 'New' and closedDate = null", "manage"),
    ("dateEntered > 2024-01-31", "dateEntered > [2024-01-31]", "manage"),
    ("conditions=status%2Fid%20%3D%3D%205", "status/id = 5", "manage"),
    ("Status eq 'Online'", "Status = 'Online'", "automate"),
]


@pytest.mark.parametrize(("text", "expected", "dialect"), FIXED)
def test_safe_fixes(text: str, expected: str, dialect: DialectName) -> None:
    assert fix(text, dialect=dialect).text == expected


def test_unsafe_fixes_only_on_request() -> None:
    assert fix("(id == 1").text == "(id = 1"
    assert fix("(id == 1", unsafe_fixes=True).text == "(id = 1)"


def test_other_parameters() -> None:
    assert fix("id desc", dialect="manage", endpoint=None, parameter="orderBy").text == "id desc"
    assert (
        fix("id, board.name", dialect="manage", endpoint="/service/tickets", parameter="fields").text
        == "id, board/name"
    )


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(
    "record", [rule for rule in RULES if find_category(rule.code) == "syntax"], ids=lambda record: record.name
)
def test_fixing_ends_and_never_adds_errors(record: Rule, unsafe: bool) -> None:
    fixed = fix(record.example, dialect=record.dialect, unsafe_fixes=unsafe).text
    assert errors(fixed, record.dialect) <= errors(record.example, record.dialect)
    assert fix(fixed, dialect=record.dialect, unsafe_fixes=unsafe).text == fixed


def test_safe_fixes_of_what_parses_keep_the_tree() -> None:
    parts = ["id == 1", "board/id <> 2", "a eq 'x'", "not (b = 1)", "c = 'it''s'", "d > 2024-01-31", "e in (1, 2)"]
    randomness = random.Random(7)
    changed = 0
    for _ in range(300):
        # Each at most once: a repeat would be taken out.
        text, *others = randomness.sample(parts, randomness.randint(1, 5))
        for other in others:
            text += randomness.choice([" and ", " or ", " AND "]) + other
        fixed = fix(text).text
        changed += fixed != text
        assert parse(fixed) == parse(text)
        assert errors(fixed) == 0
    assert changed > 200


@pytest.mark.parametrize("unsafe", [False, True])
def test_no_text_gets_worse_and_fixing_twice_changes_nothing_more(unsafe: bool) -> None:
    randomness = random.Random(11)
    changed = 0
    for _ in range(400):
        text = "".join(
            randomness.choice(PIECES) + randomness.choice(["", " "]) for _ in range(randomness.randint(1, 10))
        )
        fixed = fix(text, unsafe_fixes=unsafe).text
        changed += fixed != text
        assert errors(fixed) <= errors(text)
        assert fix(fixed, unsafe_fixes=unsafe).text == fixed
    assert changed > 80


def test_many_slips_in_a_long_text_are_fixed_together() -> None:
    text = " and ".join([f"id{n} == 1" for n in range(3000)])
    assert fix(text).text == " and ".join([f"id{n} = 1" for n in range(3000)])


def test_many_repeats_are_taken_out_together() -> None:
    assert fix(" and ".join(["id = 1"] * 3000)).text == "id = 1"


def test_a_cure_that_adds_an_error_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = check

    def mislead(text: str, **place: Any) -> list[Diagnostic]:
        return (
            [*real(text, **place), with_fix(0, 2, "(id"), with_fix(3, 4, "!=")]
            if text == "id = 1"
            else real(text, **place)
        )

    monkeypatch.setattr(fixes_module, "check", mislead)
    # Both at once would break the text; alone, the second one does no harm.
    assert fix("id = 1").text == "id != 1"


def test_cures_that_chase_each_other_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def flip(text: str, **place: object) -> list[Diagnostic]:
        return [with_fix(0, 1, "b" if text == "a" else "a")]

    monkeypatch.setattr(fixes_module, "check", flip)
    assert fix("a").text == "b"


def test_cures_that_grow_a_text_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixes_module, "check", lambda text, **place: [with_fix(0, 0, "x")])
    assert fix("id").text == "id"


def test_an_unsafe_cure_that_does_no_good_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixes_module, "check", lambda text, **place: [with_fix(0, 0, "x", safe=False)])
    assert fix("id", unsafe_fixes=True).text == "id"


def test_what_a_slip_hid_is_fixed_after_it() -> None:
    # One error at first, three once it is decoded.
    text = "id%20is%20null%20%26%26%20board.id%3D%3D1%20and%20summary%20contains%20vpn"
    assert errors(text) == 1
    assert fix(text).text == 'id = null and board/id=1 and summary contains "vpn"'


def test_a_fix_that_only_uncovers_more_is_left_out() -> None:
    for text in ("%20 true between )", "(id%3D%3D1%20and) x%3D("):
        assert errors(fix(text).text) <= errors(text)


CHOICES: list[tuple[list[Diagnostic], list[tuple[int, int]]]] = [
    ([with_fix(0, 2, "x"), with_fix(2, 4, "y")], [(0, 2), (2, 4)]),
    ([with_fix(0, 2, "x"), with_fix(1, 4, "y")], [(0, 2)]),
    ([with_fix(4, 6, "x"), with_fix(0, 5, "y"), with_fix(0, 3, "z")], [(4, 6), (0, 3)]),
    ([with_fix(2, 2, "x"), with_fix(2, 2, "y")], [(2, 2)]),
    ([with_fix(2, 2, "x"), with_fix(2, 4, "y")], [(2, 2), (2, 4)]),
    ([with_fix(0, 2, "x"), with_fix(2, 2, "y")], [(0, 2), (2, 2)]),
    ([with_fix(0, 9, "x"), with_fix(3, 3, "y")], [(0, 9)]),
    ([with_fix(3, 3, "x"), with_fix(0, 9, "y")], [(3, 3)]),
    ([with_fix(0, 2, "x", safe=False), with_fix(1, 4, "y")], [(1, 4)]),
]


@pytest.mark.parametrize(("findings", "expected"), CHOICES)
def test_no_two_cures_in_one_place(findings: list[Diagnostic], expected: list[tuple[int, int]]) -> None:
    chosen = choose(findings)
    assert [tuple(fix.edits[0].span) for fix in chosen] == expected
    apply_edits("0123456789", [edit for fix in chosen for edit in fix.edits])


def test_the_first_fix_that_is_allowed_is_taken() -> None:
    unsafe, safe = Fix("a", [edit(0, 1, "a")], applicability="unsafe"), Fix("b", [edit(0, 1, "b")])
    finding = Diagnostic(
        code="CW100", name="syntax-error", severity="error", message="wrong", span=Span(0, 1), fixes=(unsafe, safe)
    )
    assert choose([finding]) == [safe]
    assert choose([finding], unsafe=True) == [unsafe]


def test_apply_edits() -> None:
    assert apply_edits("abc", []) == "abc"
    assert apply_edits("abc", [edit(3, 3, "!"), edit(0, 1, "A"), edit(1, 1, "-")]) == "A-bc!"
    for bad in ([edit(0, 2, ""), edit(1, 3, "")], [edit(2, 9, "")], [edit(-1, 0, "")]):
        with pytest.raises(ValueError, match="overlaps another edit or leaves the text"):
            apply_edits("abc", bad)


def test_the_result_says_what_was_fixed_and_what_is_left() -> None:
    result = fix("closedFlag == false and sumary = 'x'", endpoint="/service/tickets")
    assert result.text == "closedFlag = false and sumary = 'x'"
    assert [applied.title for applied in result.applied] == ["write ="]
    assert [diagnostic.name for diagnostic in result.diagnostics] == ["unknown-field"]
    assert fix("id = 5").applied == ()
    # Fixes of several rounds, in the order in which they were applied.
    rounds = fix("summary%20%3D%3D%20%22x%22")
    assert (rounds.text, len(rounds.applied)) == ('summary = "x"', 2)


def test_fixes_that_are_only_shown_are_never_applied() -> None:
    shown = Fix("rewrite it", [edit(0, 1, "a")], applicability="display")
    finding = Diagnostic(
        code="CW100", name="syntax-error", severity="error", message="wrong", span=Span(0, 1), fixes=(shown,)
    )
    assert choose([finding]) == choose([finding], unsafe=True) == []


def test_dialect_is_that_of_the_endpoint() -> None:
    assert [found.name for found in check("Client.Name = 1", endpoint="/Computers")] == ["number-for-text"]
    assert fix("LastContact > 2026-01-01", endpoint="/Computers").text == "LastContact > 2026-01-01"
    assert check("Client.Name = 'x'", dialect="manage", endpoint="/Computers")
