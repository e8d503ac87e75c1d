"""Every golden file says what cwql says, and the fixes keep what they promise."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cwql.analysis.checker import check
from cwql.analysis.fixes import apply_edits, fix
from cwql.errors import ConditionError
from cwql.language.parsing.parser import parse
from scripts.golden import Golden, cases, render_diagnostics

CASES = cases()
SYNTAX = [case for case in CASES if case.endpoint is None]


def _name(case: Golden) -> str:
    return case.path.stem


def test_there_are_enough_cases() -> None:
    assert len(SYNTAX) >= 120


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_render_diagnostics(case: Golden) -> None:
    assert render_diagnostics(case) == case.expected, "run python -m scripts.golden and read the difference"


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_render_diagnostics_point_into_the_text(case: Golden) -> None:
    for finding in check(case.text, case.dialect, None, case.parameter):
        assert 0 <= finding.span.start <= finding.span.end <= len(case.text)
        for offered in finding.fixes:
            places = sorted((edit.span.start, edit.span.end) for edit in offered.edits)
            assert all(0 <= start <= end <= len(case.text) for start, end in places)
            assert all(one[1] <= two[0] for one, two in pairwise(places))


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_parse_raises_exactly_where_an_error_is_found(case: Golden) -> None:
    errors = [f for f in check(case.text, case.dialect, None, case.parameter) if f.severity == "error"]
    if errors:
        with pytest.raises(ConditionError) as caught:
            parse(case.text, case.dialect, case.parameter)
        assert [f for f in caught.value.diagnostics if f.severity == "error"] == errors
    else:
        parse(case.text, case.dialect, case.parameter)


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_a_lone_fix_cures_its_finding(case: Golden) -> None:
    found = check(case.text, case.dialect, None, case.parameter)
    if len(found) != 1 or not found[0].fixes:
        return
    cured = apply_edits(case.text, found[0].fixes[0].edits)
    again = check(cured, case.dialect, None, case.parameter)
    assert not cured.strip() or found[0].code not in {f.code for f in again}, cured


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_safe_fixes_reach_a_fixpoint_and_break_nothing(case: Golden) -> None:
    before = check(case.text, case.dialect, None, case.parameter)
    fixed = fix(case.text, case.dialect, parameter=case.parameter)
    after = check(fixed, case.dialect, None, case.parameter)
    assert sum(f.severity == "error" for f in after) <= sum(f.severity == "error" for f in before)
    assert fix(fixed, case.dialect, parameter=case.parameter) == fixed
