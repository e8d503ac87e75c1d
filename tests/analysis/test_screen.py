"""The screen skips no text that a rule reports, and skips most clean texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cwql.analysis.checker import build_context, find_test
from cwql.analysis.dispatch import consult
from cwql.analysis.rule_config import RuleConfig
from cwql.analysis.screen import examine
from cwql.diagnostics import in_order
from cwql.language.dialects import DIALECTS, Dialect, find_dialect, find_parameter
from cwql.language.parsing.parser import try_parse_fast
from scripts.golden import cases
from tests.analysis.conditions import ENDPOINTS, Conditions
from tests.texts import Texts

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PLACES = [(name, endpoint) for name, endpoints in ENDPOINTS.items() for endpoint in endpoints]


def passes(text: str, name: str, endpoint: str | None, place: str | None) -> bool | None:
    """Return whether the screen skips a text; None for one that needs recovery.

    Whatever the result, the rules must find the same as if they had inspected everything, and the predicate for many
    texts of one target must agree.
    """
    record = find_dialect(name)
    taken = find_parameter(record, place)
    parsed = try_parse_fast(text, record) if taken.shape == "condition" else None
    quick = find_test(record, endpoint, place)(text)
    if parsed is None or parsed[1]:
        assert not quick
        return None
    tree = parsed[0]
    view = examine(text, tree, record, endpoint, taken)
    context = build_context(text, tree, record, endpoint, taken, repaired=False)
    everything = in_order(consult(context))
    seen = [] if view is not None and view.is_clean else in_order(consult(context, None, view))
    assert [(f.code, f.message) for f in seen] == [(f.code, f.message) for f in everything], text
    assert quick == (view is not None and view.is_clean)
    return quick


@pytest.mark.parametrize(("name", "endpoint"), PLACES)
def test_conditions_over_real_fields(name: str, endpoint: str) -> None:
    seen = [passes(text, name, endpoint, None) for text in Conditions(name, endpoint, 1).stream(500)]
    assert seen.count(True) > 10 or endpoint.endswith("/5")


@pytest.mark.parametrize("name", ["manage", "automate"])
def test_conditions_without_an_endpoint(name: str) -> None:
    for endpoint in ENDPOINTS[name]:
        seen = [passes(text, name, None, None) for text in Conditions(name, endpoint, 2).stream(120)]
        assert seen.count(True) > 0


def test_collections_and_custom_fields() -> None:
    for place in ("childConditions", "customFieldConditions"):
        for text in Conditions("manage", "/company/contacts", 3).stream(500):
            passes(text, "manage", "/company/contacts", place)


@pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)
def test_generated_texts(record: Dialect) -> None:
    for text in Texts(record, 4).stream(500):
        passes(text, record.name, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "summary contains 'a' or summary contains 'ab'",
        "id = 5 or id = 5",
        "id = 5 and (id = 5 or board/id = 1)",
        "(id = 5 and board/id = 1) or (board/id = 1 and id = 5)",
        "(id = 5 or board/id = 1) and (id = 6 or board/id = 1)",
        "closedFlag = true or closedFlag = false",
        "id > 5 and id < 3",
        "id > 5 and id < 9",
        "id != 5 or id != 6",
        "id != 5 and id != 6",
        "id = 1 or ID = 2 or Id = 3",
        "id = 1 or id = '2' or id = 3",
        "requiredDate < [2024-01-01] or requiredDate = null",
        "requiredDate > [2024-01-01] or requiredDate != null",
        "(id = 1 and (board/id = 1 or board/id = 2)) or (id = 1 and (board/id = 1 or board/id = 2))",
        " or ".join(f"(company/id = {n} and agreement/name contains 'Managed {n}')" for n in range(20)),
        f"id in ({', '.join(map(str, range(1, 500)))})",
        "summary = 'é' and id > 5",
    ],
)
def test_comparisons_of_one_field(text: str) -> None:
    passes(text, "manage", "/service/tickets", None)
    passes(text, "manage", None, None)


def test_goldens() -> None:
    for case in cases():
        passes(case.text, case.dialect, case.endpoint, case.parameter)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")
def test_most_of_the_corpus_passes() -> None:
    seen = []
    for name in ("manage", "automate"):
        for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            passed = passes(row["condition"], name, row.get("endpoint"), row.get("parameter"))
            if passed is not None and not row.get("suspect"):
                seen.append(passed)
    assert seen.count(True) / len(seen) > 0.5


def test_levels_that_ask_for_silent_rules_let_nothing_pass() -> None:
    assert find_test("manage", "/service/tickets")("id=1")
    assert find_test("manage", "/service/tickets", rules=RuleConfig(max_severity="warning"))("id=1")
    assert not find_test("manage", "/service/tickets", rules=RuleConfig(strict=True))("id=1")
    assert not find_test("manage", "/service/tickets", "orderBy")("id")
