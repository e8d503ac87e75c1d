"""Every rule about what cannot be carried shows itself by its own example, and not by what to write instead."""

import re
from datetime import UTC, datetime

import pytest

from cwql.diagnostics import Rule
from cwql.errors import ConditionError
from cwql.language.builder import F
from cwql.language.carrier_rules import CARRIER_RULES, NAMES_KEPT, WILDCARD_GAINED
from cwql.language.dialects import DIALECTS
from cwql.language.nodes import Comparison, OrderBy, Path
from cwql.language.operators import EQ, GT, IN
from cwql.language.printer import emit
from cwql.language.template import cond
from cwql.language.translate import translate

SCOPE = {
    "F": F, "emit": emit, "cond": cond, "Comparison": Comparison, "OrderBy": OrderBy, "Path": Path, "EQ": EQ, "GT": GT, "IN": IN,
    "datetime": datetime, "UTC": UTC,
}  # fmt: skip
PRINTING = [rule for rule in CARRIER_RULES if rule.code < WILDCARD_GAINED.code]
TRANSLATING = [rule for rule in CARRIER_RULES if rule not in PRINTING]


def test_codes_and_names_are_in_order_and_unique() -> None:
    codes = [rule.code for rule in CARRIER_RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch("CW1[56][0-9]", code) for code in codes)
    assert len({rule.name for rule in CARRIER_RULES}) == len(codes)
    assert all(
        rule.summary[0].islower() and not rule.summary.endswith(".") and rule.why.endswith(".")
        for rule in CARRIER_RULES
    )


@pytest.mark.parametrize("rule", PRINTING, ids=lambda rule: rule.name)
def test_example_is_refused_and_the_cure_is_not(rule: Rule) -> None:
    with pytest.raises(ConditionError) as caught:
        eval(rule.example, dict(SCOPE))
    assert [(finding.code, finding.name) for finding in caught.value.diagnostics] == [(rule.code, rule.name)]
    assert eval(rule.instead, dict(SCOPE)) is not None


@pytest.mark.parametrize("rule", TRANSLATING, ids=lambda rule: rule.name)
def test_translated_example_shows_the_finding_and_the_cure_does_not(rule: Rule) -> None:
    target = next(record.name for record in DIALECTS if record.name != rule.dialect)
    assert rule.name in [finding.name for finding in translate(rule.example, rule.dialect, target).diagnostics]
    if rule is not NAMES_KEPT:
        assert rule.name not in [finding.name for finding in translate(rule.instead, rule.dialect, target).diagnostics]
