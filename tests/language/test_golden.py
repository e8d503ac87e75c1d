"""Golden files: the diagnostics of a text, and the promises of their fixes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from cwql.analysis.checker import check
from cwql.analysis.fixes import fix
from cwql.diagnostics import apply_edits
from cwql.errors import ConditionError
from cwql.language import problems
from cwql.language.dialects import find_dialect
from cwql.language.parsing import parse
from scripts.golden import Golden, cases, render_diagnostics

CASES = cases()
SYNTAX = [case for case in CASES if case.endpoint is None]
DIAGNOSTICS = {
    case.path: check(case.text, dialect=find_dialect(case.dialect), endpoint=None, parameter=case.parameter)
    for case in SYNTAX
}
FIXABLE = [case for case in SYNTAX if len(DIAGNOSTICS[case.path]) == 1 and DIAGNOSTICS[case.path][0].fixes]


def _name(case: Golden) -> str:
    return f"{case.path.parent.name}-{case.path.stem}"


def _errors(case: Golden) -> list[object]:
    return [diagnostic for diagnostic in DIAGNOSTICS[case.path] if diagnostic.severity == "error"]


def test_every_problem_of_a_text_has_a_case() -> None:
    reported = {diagnostic.code for found in DIAGNOSTICS.values() for diagnostic in found}
    # The other kinds are about trees that are printed, except for one that takes 100 parentheses (test_limits.py).
    expected = {kind.code for kind in problems.BY_NAME.values() if kind.code < "CW150"} - {problems.TOO_DEEP.code}
    assert expected - reported == set()


def test_files_are_named_after_their_case() -> None:
    assert [
        case.path.name for case in CASES if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.txt", case.path.name)
    ] == []


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_diagnostics(case: Golden) -> None:
    assert render_diagnostics(case) == case.expected, "run python -m scripts.golden and read the difference"


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_spans_are_inside_the_text_and_edits_do_not_overlap(case: Golden) -> None:
    for diagnostic in DIAGNOSTICS[case.path]:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(case.text)
        for each in diagnostic.fixes:
            spans = sorted((edit.span.start, edit.span.end) for edit in each.edits)
            assert all(0 <= start <= end <= len(case.text) for start, end in spans)
            assert all(one[1] <= two[0] for one, two in pairwise(spans))


@pytest.mark.parametrize("case", [case for case in SYNTAX if _errors(case)], ids=_name)
def test_parse_raises_the_errors(case: Golden) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(case.text, dialect=find_dialect(case.dialect), parameter=case.parameter)
    assert [each for each in caught.value.diagnostics if each.severity == "error"] == _errors(case)


@pytest.mark.parametrize("case", [case for case in SYNTAX if not _errors(case)], ids=_name)
def test_a_text_without_errors_is_parsed(case: Golden) -> None:
    assert parse(case.text, dialect=find_dialect(case.dialect), parameter=case.parameter) == parse(
        fix(case.text, dialect=find_dialect(case.dialect), parameter=case.parameter).text,
        dialect=find_dialect(case.dialect),
        parameter=case.parameter,
    )


@pytest.mark.parametrize("case", FIXABLE, ids=_name)
def test_a_single_fix_removes_its_diagnostic(case: Golden) -> None:
    (diagnostic,) = DIAGNOSTICS[case.path]
    fixed = apply_edits(case.text, diagnostic.fixes[0].edits)
    codes = {
        each.code for each in check(fixed, dialect=find_dialect(case.dialect), endpoint=None, parameter=case.parameter)
    }
    assert diagnostic.code not in codes, fixed
    assert not fixed.strip() or "CW100" not in codes, fixed


def test_most_cases_with_one_diagnostic_have_a_fix() -> None:
    assert len(FIXABLE) > 130


@pytest.mark.parametrize("case", SYNTAX, ids=_name)
def test_safe_fixes_add_no_errors_and_are_complete(case: Golden) -> None:
    fixed = fix(case.text, dialect=find_dialect(case.dialect), parameter=case.parameter).text
    after = check(fixed, dialect=find_dialect(case.dialect), endpoint=None, parameter=case.parameter)
    assert sum(each.severity == "error" for each in after) <= len(_errors(case))
    assert fix(fixed, dialect=find_dialect(case.dialect), parameter=case.parameter).text == fixed
