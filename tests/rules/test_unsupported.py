"""The examples of the rules about what a language cannot express: `example` is reported, `instead` is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cwql.diagnostics import Rule
from cwql.errors import ConditionError
from cwql.language.builder import F
from cwql.language.dialects import DIALECTS
from cwql.language.nodes import Comparison, OrderBy, Path
from cwql.language.operators import EQ, GT, IN
from cwql.language.printer import emit
from cwql.language.template import cond
from cwql.language.translate import translate
from cwql.rules.portability.unsupported import NAMES_NOT_TRANSLATED, WILDCARD_GAINED
from cwql.rules.registry import RULES, find_category

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

SCOPE = {
    "F": F, "emit": emit, "cond": cond, "Comparison": Comparison, "OrderBy": OrderBy, "Path": Path, "EQ": EQ, "GT": GT, "IN": IN,
    "datetime": datetime, "UTC": UTC,
}  # fmt: skip
UNSUPPORTED_RULES = [rule for rule in RULES if rule.code < "CW2" and find_category(rule.code) == "portability"]
PRINTING = [rule for rule in UNSUPPORTED_RULES if rule.code < WILDCARD_GAINED.code]
TRANSLATING = [rule for rule in UNSUPPORTED_RULES if rule not in PRINTING]


@pytest.mark.parametrize("rule", PRINTING, ids=lambda rule: rule.name)
def test_example_is_refused_and_instead_is_not(rule: Rule) -> None:
    with pytest.raises(ConditionError) as caught:
        eval(rule.example, dict(SCOPE))
    assert [(diagnostic.code, diagnostic.name) for diagnostic in caught.value.diagnostics] == [(rule.code, rule.name)]
    assert eval(rule.instead, dict(SCOPE)) is not None


@pytest.mark.parametrize("rule", TRANSLATING, ids=lambda rule: rule.name)
def test_translation_of_example_is_reported_and_of_instead_is_not(rule: Rule) -> None:
    target: DialectName = next(dialect.name for dialect in DIALECTS if dialect.name != rule.dialect)
    assert rule.name in [
        diagnostic.name for diagnostic in translate(rule.example, source=rule.dialect, target=target).diagnostics
    ]
    if rule is not NAMES_NOT_TRANSLATED:
        names = [
            diagnostic.name for diagnostic in translate(rule.instead, source=rule.dialect, target=target).diagnostics
        ]
        assert rule.name not in names
