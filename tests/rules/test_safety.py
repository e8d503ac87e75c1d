"""Safe fixes keep the meaning: the condition matches the same records before and after."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from cwql import check, fix, parse
from cwql.diagnostics import apply_edits
from cwql.semantics.predicate import predicate
from tests.rules.test_pitfalls import BAD as PITFALLS
from tests.rules.test_values import BAD as VALUES

TERMS = (
    "id = 1", "id = 2", "id = 3", "ID = 1", "id != 1", "id != 2", "id > 1", "id >= 2", "id < 3", "id <= 2", "id in (1, 2)", "id in (2, 2, 3)",
    "id not in (1, 3)", "id = 2.0", "id > 1.0", "impact = 'High'", "impact = 'high'", "impact = 'LOW'", "impact != 'Low'", "impact in ('high', 'Low')",
    "summary = 'a'", "summary = 'b'", "summary = 'c'", "summary != 'a'", "summary = null", "summary != null", "summary contains 'a'",
    "closedFlag = true", "closedFlag != false", "board/id = 1", "board/id = 2", "board/id = 3", "board/id in (1, 2, 1)",
)  # fmt: skip
"""Comparisons of few fields, so that much follows from one about another."""

VALUES_OF: dict[str, tuple[object, ...]] = {
    "id": (None, 0, 1, 2, 3, 4, Decimal("1.5")),
    "impact": (None, "Low", "Medium", "High"),
    "summary": (None, "", "a", "b", "c", "ab", "A"),
    "closedFlag": (None, True, False),
}


def condition(rng: random.Random, depth: int = 2) -> str:
    """Make a text of few terms, some of them twice, with parentheses wherever connectives meet."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(TERMS)
    items = [condition(rng, depth - 1) for _ in range(rng.randint(2, 4))]
    joined = rng.choice([" and ", " or ", " AND ", " Or "]).join(
        [f"({item})" if " and " in item.lower() or " or " in item.lower() else item for item in items]
    )
    return f"({joined})" if rng.random() < 0.2 else joined


def record(rng: random.Random) -> dict[str, object]:
    made = {name: rng.choice(values) for name, values in VALUES_OF.items()}
    return made | {"board": rng.choice([None, {"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}])}


RECORDS = [record(random.Random(number)) for number in range(120)]


def is_same(before: str, after: str) -> bool:
    one, two = predicate(before), predicate(after)
    return all(one(made) is two(made) for made in RECORDS)


@pytest.mark.parametrize("endpoint", ["/service/tickets", None])
def test_safe_fixes_keep_the_meaning_and_leave_nothing_to_fix(endpoint: str | None) -> None:
    rng = random.Random(f"safe fixes {endpoint}")
    changed = 0
    for _ in range(250):
        text = condition(rng)
        fixed = fix(text, dialect="manage", endpoint=endpoint).text
        changed += fixed != text
        assert is_same(text, fixed), (text, fixed)
        parse(fixed)
        left = [
            f.code
            for f in check(fixed, dialect="manage", endpoint=endpoint)
            if any(offered.is_safe for offered in f.fixes)
        ]
        assert left == [], (text, fixed)
    assert changed > 100


def test_each_safe_fix_keeps_the_meaning_by_itself() -> None:
    rng = random.Random("one by one")
    tried: set[str] = set()
    for _ in range(150):
        text = condition(rng)
        for finding in check(text, dialect="manage", endpoint="/service/tickets"):
            for offered in finding.fixes:
                if offered.is_safe:
                    tried.add(finding.code)
                    fixed = apply_edits(text, offered.edits)
                    assert is_same(text, fixed), (finding.code, text, fixed)
    assert tried >= {"CW309", "CW312", "CW315", "CW404", "CW405", "CW406"}


@pytest.mark.parametrize("case", [*VALUES, *PITFALLS], ids=lambda case: f"{case.code} {case.text[:40]}")
@pytest.mark.parametrize("unsafe", [False, True])
def test_fixing_ends_and_breaks_nothing(case: object, unsafe: bool) -> None:
    known = next(known for known in (*VALUES, *PITFALLS) if known is case)
    place: dict[str, Any] = {"dialect": known.dialect, "endpoint": known.endpoint, "parameter": known.parameter}
    fixed = fix(known.text, **place, unsafe_fixes=unsafe).text
    before, after = (sum(f.severity == "error" for f in check(text, **place)) for text in (known.text, fixed))
    assert after <= before
    assert fix(fixed, **place, unsafe_fixes=unsafe).text == fixed
    parse(fixed, dialect=known.dialect, parameter=known.parameter)
