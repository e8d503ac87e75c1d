"""The registry of rules: complete, unambiguous, and true to what the checker says."""

from __future__ import annotations

import re

import pytest

from cwql import UnknownNameError, check
from cwql.analysis.rules import RULES, rule
from cwql.diagnostics import SEVERITIES, Rule
from cwql.language.syntax_rules import SYNTAX_RULES


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [record.code for record in RULES]
    assert codes == sorted(set(codes))
    assert len({record.name for record in RULES}) == len(RULES)


@pytest.mark.parametrize("record", RULES, ids=lambda record: record.name)
def test_records_are_complete(record: Rule) -> None:
    assert re.fullmatch(r"CW[1-9][0-9]{2}", record.code)
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", record.name)
    assert record.severity in SEVERITIES
    assert record.safety in ("safe", "unsafe", "none")
    for part in (record.summary, record.why, record.instead, record.evidence):
        assert part.strip()


@pytest.mark.parametrize("record", SYNTAX_RULES, ids=lambda record: record.name)
def test_examples_show_what_the_rule_is_about(record: Rule) -> None:
    assert record.code in [finding.code for finding in check(record.example, record.dialect)]
    assert check(record.instead, record.dialect) == []


@pytest.mark.parametrize("record", SYNTAX_RULES, ids=lambda record: record.name)
def test_fixes_are_as_safe_as_the_record_says(record: Rule) -> None:
    found = [finding for finding in check(record.example, record.dialect) if finding.code == record.code]
    fixes = [fix for finding in found for fix in finding.fixes]
    safeties = {"safe" if fix.safe else "unsafe" for fix in fixes}
    allowed = {"safe": {"safe"}, "unsafe": {"safe", "unsafe"}, "none": set[str]()}
    assert safeties <= allowed[record.safety]


def test_lookup() -> None:
    assert rule("CW112") is rule("cw112") is rule(" double-equals ") is rule("Double-Equals")


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("double-equal", "double-equals"),
        ("unclosed-qoute", "unclosed-quote"),
        ("between-", "between"),
        ("null", "is-null"),
    ],
)
def test_lookup_guesses(wanted: str, near: str) -> None:
    with pytest.raises(UnknownNameError, match=f"'{wanted}'; did you mean .*'{near}'") as raised:
        rule(wanted)
    assert near in raised.value.near


@pytest.mark.parametrize("wanted", ["CW999", "", "zzzzzzzzzzz"])
def test_lookup_does_not_guess_wildly(wanted: str) -> None:
    with pytest.raises(UnknownNameError) as raised:
        rule(wanted)
    assert raised.value.near == ()
