"""The table of applicable rules loses nothing: the checker reports what all rules report, asked one by one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cwql import check
from cwql.analysis.bare_words import advise
from cwql.analysis.checker import build_context
from cwql.analysis.dispatch import ENTRIES
from cwql.diagnostics import Diagnostic, in_order
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.operators import OPERATORS
from cwql.language.parsing import parse_with_recovery
from cwql.rules.registry import CHECKS
from cwql_codegen.rule_index import generate
from scripts.fuzz.mistakes import Mistakes
from tests.analysis.conditions import ENDPOINTS, Conditions

ROOT = Path(__file__).parents[2]
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
    for rule, check_rule in CHECKS:
        if not rule.strict and (not partial or rule.code < "CW400"):
            found += check_rule(context)
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
            assert check(spoilt, dialect=find_dialect(name), endpoint=endpoint) == ask_all(spoilt, name, endpoint), (
                spoilt
            )
            assert check(spoilt, dialect=find_dialect(name)) == ask_all(spoilt, name, None), spoilt
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("place", ["childConditions", "customFieldConditions"])
def test_other_parameters(place: str) -> None:
    for text in Conditions("manage", "/company/contacts", 17).stream(250):
        if parse_with_recovery(text, find_dialect("manage")).tree is not None:
            assert check(text, dialect="manage", endpoint="/company/contacts", parameter=place) == ask_all(
                text, "manage", "/company/contacts", place
            ), text


def test_mistyped_conditions() -> None:
    for mistake in Mistakes(16).stream(300):
        if parse_with_recovery(mistake.text, find_dialect(mistake.dialect)).tree is not None:
            assert check(mistake.text, dialect=mistake.dialect, endpoint=mistake.endpoint) == ask_all(
                mistake.text, mistake.dialect, mistake.endpoint
            ), mistake.text


def test_declarations_name_families_that_exist() -> None:
    families = {operator.family for operator in OPERATORS.values()}
    assert {family for entry in ENTRIES for family in entry.families} <= families


def test_the_index_is_that_of_the_declarations() -> None:
    for name, text in generate().items():
        assert (ROOT / "generated" / name).read_text(encoding="utf-8") == text
    assert [rule.code for rule, _ in CHECKS] == [entry.code for entry in ENTRIES]
