"""The table of applicable rules loses nothing: the checker reports what all rules report, asked one by one."""

from __future__ import annotations

import random

import pytest

from cwql import check
from cwql.analysis.bare_words import advise
from cwql.analysis.checker import build_context
from cwql.analysis.dispatch import ENDPOINTS as ENDPOINT_RULES
from cwql.analysis.dispatch import TABLE
from cwql.analysis.rules import CHECKS, MODULES, NAMES, STRICT, VALUES
from cwql.diagnostics import Diagnostic, in_order
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.operators import OPERATORS
from cwql.language.parsing import parse_with_recovery
from scripts.fuzz.mistakes import Mistakes
from tests.analysis.conditions import ENDPOINTS, Conditions

PLACES = [(name, endpoint) for name, endpoints in ENDPOINTS.items() for endpoint in endpoints]


def ask_all(text: str, name: str, endpoint: str | None, place: str | None = None) -> list[Diagnostic]:
    """Return the diagnostics of parsing, and of every rule that is not opt-in."""
    dialect = find_dialect(name)
    parameter = find_parameter(dialect, place)
    result = parse_with_recovery(text, dialect, parameter.shape)
    assert result.tree is not None
    partial = result.has_errors and not result.well_formed
    context = build_context(text, result.tree, dialect, endpoint, parameter, partial=partial)
    found = [*result.diagnostics]
    if partial and context.record is not None:
        found = [*advise(context, found)]
    for module, rule in zip(MODULES, CHECKS, strict=True):
        if module not in STRICT and (not partial or module in NAMES + VALUES):
            found += rule.check(context)
    return in_order(found)


def spoil(rng: random.Random, text: str) -> str:
    """Write a condition in a lenient or a wrong way."""
    return rng.choice(
        [
            text,
            text.replace(" = ", " == "),
            f"not ({text})",
            text.replace("'", "", 1),
            text.replace('"', "", 1),
            f"{text} and",
            f"({text}",
        ]
    )


@pytest.mark.parametrize(("name", "endpoint"), PLACES)
def test_conditions(name: str, endpoint: str) -> None:
    rng = random.Random(f"{name} {endpoint}")
    compared = 0
    for text in Conditions(name, endpoint, 16).stream(250):
        spoilt = spoil(rng, text)
        if parse_with_recovery(spoilt, find_dialect(name)).tree is not None:
            assert check(spoilt, name, endpoint) == ask_all(spoilt, name, endpoint), spoilt
            assert check(spoilt, name) == ask_all(spoilt, name, None), spoilt
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("place", ["childConditions", "customFieldConditions"])
def test_other_parameters(place: str) -> None:
    for text in Conditions("manage", "/company/contacts", 17).stream(250):
        if parse_with_recovery(text, find_dialect("manage")).tree is not None:
            assert check(text, "manage", "/company/contacts", place) == ask_all(
                text, "manage", "/company/contacts", place
            ), text


def test_mistyped_conditions() -> None:
    for mistake in Mistakes(16).stream(300):
        if parse_with_recovery(mistake.text, find_dialect(mistake.dialect)).tree is not None:
            assert check(mistake.text, mistake.dialect, mistake.endpoint) == ask_all(
                mistake.text, mistake.dialect, mistake.endpoint
            ), mistake.text


def test_the_table_names_rules_and_families_that_exist() -> None:
    assert {*TABLE} | ENDPOINT_RULES <= {*MODULES}
    families = {operator.family for operator in OPERATORS.values()}
    assert {family for rule in TABLE.values() for family in rule.families} <= families
