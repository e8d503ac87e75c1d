"""The rules that document the problems of the language package: complete, ordered, and with examples that are true."""

import re

import pytest

from cwql.diagnostics import DiagnosticKind, Rule
from cwql.language import problems
from cwql.language.dialects import find_dialect
from cwql.language.parsing import parse_with_recovery
from cwql.rules import registry

RULES = [rule for rule in registry.RULES if rule.code < "CW2"]
SYNTAX_RULES = [rule for rule in RULES if registry.find_category(rule.code) == "syntax"]


def test_every_problem_is_documented_once() -> None:
    kinds = [DiagnosticKind(rule.code, rule.name, rule.severity) for rule in RULES]
    assert kinds == list(problems.BY_NAME.values())


def test_codes_are_in_order_and_names_are_unique() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch("CW1[0-9]{2}", code) for code in codes)
    assert len({rule.name for rule in RULES}) == len(codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_texts_are_sentences(rule: Rule) -> None:
    assert rule.summary.startswith("Reports ")
    assert rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert rule.evidence


@pytest.mark.parametrize("rule", SYNTAX_RULES, ids=lambda rule: rule.name)
def test_example_is_reported_and_instead_is_not(rule: Rule) -> None:
    dialect = find_dialect(rule.dialect)
    assert rule.code in [each.code for each in parse_with_recovery(rule.example, dialect).diagnostics]
    assert not parse_with_recovery(rule.instead, dialect).diagnostics
