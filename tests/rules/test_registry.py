"""The registry of rules: complete, unambiguous, and consistent with the checker."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cwql import UnknownNameError, check, lint_text
from cwql.analysis.rule_config import RuleConfig
from cwql.diagnostics import SEVERITIES, Rule
from cwql.rules import traits
from cwql.rules.registry import CHECKS, RULES, find_category, rule
from cwql.rules.traits import find_codes

CHECKED = [record for record, _ in CHECKS]
SYNTAX_RULES = [record for record in RULES if find_category(record.code) == "syntax"]
SOURCE_RULES = [record for record in RULES if find_category(record.code) == "source"]


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
    assert record.code in [finding.code for finding in check(record.example, dialect=record.dialect)]
    assert check(record.instead, dialect=record.dialect) == []


@pytest.mark.parametrize("record", SYNTAX_RULES, ids=lambda record: record.name)
def test_fixes_are_as_safe_as_the_record_says(record: Rule) -> None:
    found = [finding for finding in check(record.example, dialect=record.dialect) if finding.code == record.code]
    fixes = [fix for finding in found for fix in finding.fixes]
    safeties = {"safe" if fix.is_safe else "unsafe" for fix in fixes}
    allowed = {"safe": {"safe"}, "unsafe": {"safe", "unsafe"}, "none": set[str]()}
    assert safeties <= allowed[record.safety]


def place_of(record: Rule) -> dict[str, Any]:
    return {"dialect": record.dialect, "endpoint": record.endpoint, "parameter": record.parameter}


def codes(record: Rule, text: str) -> list[str]:
    rules = RuleConfig(severity={record.code: "error"})
    return [finding.code for finding in check(text, **place_of(record), rules=rules, pagination="forward-only")]


NOT_IN_THE_TEXT = (
    "unknown-endpoint",
    "single-record-endpoint",
    "forward-only-order",
    "missing-query-parameter",
    "ignored-condition",
)
"""Rules about the target of a text, which no better text fixes."""


@pytest.mark.parametrize("record", CHECKED, ids=lambda record: record.name)
def test_examples_of_checking_rules_are_found_and_their_cures_are_not(record: Rule) -> None:
    assert record.code in codes(record, record.example)
    if record.name not in NOT_IN_THE_TEXT:
        assert record.code not in codes(record, record.instead)
        found = check(record.instead, dialect=record.dialect, endpoint=record.endpoint, parameter=record.parameter)
        assert [finding.message for finding in found if finding.severity == "error"] == []


@pytest.mark.parametrize("record", [record for record in CHECKED if not record.strict], ids=lambda record: record.name)
def test_the_screen_leaves_the_example_to_the_rule(record: Rule) -> None:
    """The rule runs although rules turn off the screen of clean texts."""
    found = check(
        record.example,
        dialect=record.dialect,
        endpoint=record.endpoint,
        parameter=record.parameter,
        pagination="forward-only",
    )
    assert record.code in [finding.code for finding in found]


@pytest.mark.parametrize("record", CHECKED, ids=lambda record: record.name)
def test_fixes_of_checking_rules_are_as_safe_as_the_record_says(record: Rule) -> None:
    rules = RuleConfig(severity={record.code: "error"})
    found = check(
        record.example,
        dialect=record.dialect,
        endpoint=record.endpoint,
        parameter=record.parameter,
        rules=rules,
        pagination="forward-only",
    )
    safeties = {"safe" if fix.is_safe else "unsafe" for f in found if f.code == record.code for fix in f.fixes}
    allowed = {"safe": {"safe", "unsafe"}, "unsafe": {"unsafe"}, "none": set[str]()}
    assert safeties <= allowed[record.safety]


NOT_IN_A_TEXT = ("skipped-file", "lint-failure")
"""Rules about files that are no text, or that cwql fails at."""


@pytest.mark.parametrize("record", SOURCE_RULES, ids=lambda record: record.name)
def test_examples_of_rules_about_source_files(record: Rule) -> None:
    found = [
        finding
        for finding in lint_text(record.example, language=record.language).diagnostics
        if finding.code == record.code
    ]
    assert bool(found) == (record.name not in NOT_IN_A_TEXT) == bool(record.example)
    safeties = {"safe" if fix.is_safe else "unsafe" for finding in found for fix in finding.fixes}
    assert safeties <= {"safe": {"safe"}, "unsafe": {"unsafe"}, "none": set[str]()}[record.safety]
    assert {finding.severity for finding in found} <= {record.severity}
    if record.example and record.name != "unknown-suppression":
        assert [finding.code for finding in lint_text(record.instead, language=record.language).diagnostics] == []


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
    assert near in raised.value.suggestions


@pytest.mark.parametrize("wanted", ["CW999", "", "zzzzzzzzzzz"])
def test_lookup_does_not_guess_wildly(wanted: str) -> None:
    with pytest.raises(UnknownNameError) as raised:
        rule(wanted)
    assert raised.value.suggestions == ()


@pytest.mark.parametrize("record", CHECKED, ids=lambda record: record.name)
def test_declarations_agree_with_each_other(record: Rule) -> None:
    kinds = {
        "orderBy": "order",
        "customFieldConditions": "custom_field",
        "childConditions": "child_condition",
        "fields": "fields",
    }
    assert not record.parameters or kinds.get(record.parameter or "", "condition") in record.parameters
    assert record.needs is None or record.scope == ("endpoint" if record.needs == "forward-only" else "condition")
    assert not record.endpoints or record.scope == "endpoint" or record.name == "newer-name"
    assert record.when is None or record.fields or record.operators or record.values


def test_every_trait_is_described_and_used() -> None:
    described = set(re.findall(r"\* ``(\w+)``", traits.__doc__ or ""))
    assert described == {trait for record in RULES for trait in record.traits}
    for trait in described:
        assert find_codes(trait) == {record.code for record in RULES if trait in record.traits}


@pytest.mark.parametrize(
    ("code", "category"), [("CW100", "syntax"), ("CW203", "names"), ("CW401", "logic"), ("CW501", "custom_fields")]
)
def test_categories(code: str, category: str) -> None:
    assert find_category(code) == category
