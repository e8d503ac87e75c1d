"""The table of applicable rules loses nothing: the checker reports what all rules report, asked one by one; most correct texts need no rule."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cwql import check
from cwql.analysis.bare_words import advise
from cwql.analysis.checker import build_context, find_test
from cwql.analysis.dispatch import find_table
from cwql.analysis.rule_config import RuleConfig
from cwql.diagnostics import Diagnostic, Rule, in_order
from cwql.language.dialects import DIALECTS, Dialect, find_dialect, find_parameter
from cwql.language.operators import OPERATORS
from cwql.language.parsing import parse_with_recovery
from cwql.language.parsing.lists import parse_list_fast
from cwql.language.parsing.parser import try_parse_fast
from cwql.rules import applicability
from cwql.rules.registry import CHECKS
from cwql_codegen.rule_index import generate
from cwql_grammar.rules import RULES
from scripts.fuzz.mistakes import Mistakes
from scripts.golden import cases
from tests.analysis.conditions import ENDPOINTS, Conditions
from tests.texts import Texts

if TYPE_CHECKING:
    from cwql.language.nodes import Tree

ROOT = Path(__file__).parents[2]
PLACES = [(name, endpoint) for name, endpoints in ENDPOINTS.items() for endpoint in endpoints]


def ask_all(  # those of `check`
    text: str,
    name: str,
    endpoint: str | None,
    place: str | None = None,
    *,
    release: str | None = None,
    strict: bool = False,
) -> list[Diagnostic]:
    """Return the diagnostics of parsing, and of every rule; of those that are opt-in, only if `strict`."""
    dialect = find_dialect(name)
    parameter = find_parameter(dialect, place)
    result = parse_with_recovery(text, dialect, parameter.shape)
    assert result.tree is not None
    partial = result.has_errors and not result.well_formed
    context = build_context(text, result.tree, dialect, endpoint, parameter, partial=partial, release=release)
    found = [*result.diagnostics]
    if partial and context.record is not None:
        found = [*advise(context, found)]
    for rule, check_rule in CHECKS:
        if (strict or not rule.strict) and not (partial and (rule.needs_whole_text or rule.scope == "condition")):
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


CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def passes(text: str, name: str, endpoint: str | None, place: str | None) -> bool | None:
    """Return whether no rule has to look at a text; None for one that needs recovery.

    Whatever the result, all rules, asked one by one, must find the same, and the predicate for many texts of one target must agree.
    """
    dialect = find_dialect(name)
    parameter = find_parameter(dialect, place)
    tree: Tree | None
    if parameter.shape == "condition":
        tree, is_odd = try_parse_fast(text, dialect) or (None, True)
    else:
        tree, is_odd = parse_list_fast(text, dialect, parameter.shape), False
    quick = find_test(dialect, endpoint, place)(text)
    if tree is None or is_odd:
        assert not quick
        return None
    assert check(text, dialect=dialect, endpoint=endpoint, parameter=place) == ask_all(text, name, endpoint, place), (
        text
    )
    assert quick == (not find_table(dialect, endpoint, parameter).find_work(text, tree))
    return quick


@pytest.mark.parametrize(("name", "endpoint"), PLACES)
def test_conditions_over_real_fields(name: str, endpoint: str) -> None:
    seen = [passes(text, name, endpoint, None) for text in Conditions(name, endpoint, 1).stream(300)]
    assert seen.count(True) > 10 or endpoint.endswith("/5")


@pytest.mark.parametrize("name", ["manage", "automate"])
def test_conditions_without_an_endpoint(name: str) -> None:
    for endpoint in ENDPOINTS[name]:
        seen = [passes(text, name, None, None) for text in Conditions(name, endpoint, 2).stream(120)]
        assert seen.count(True) > 0


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
        "closedFlag = false",
        "closedFlag = true",
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
        "board/id in (1, 99999999999)",
        "summary in ('a', ' b')",
        "resources in ('jdoe', 'asmith')",
        "impact in ('High', 'low')",
        "poNumber in (1, 'a')",
        "id in (1, null, 1)",
        "company = null or company in (1, 2)",
        "summary like 'vpn' or summary like '%100%25a%'",
    ],
)
def test_comparisons_that_many_rules_look_at(text: str) -> None:
    passes(text, "manage", "/service/tickets", None)
    passes(text, "manage", None, None)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("id,sumary", "fields"),
        ("id,lastUpdated", "fields"),
        ("company asc", "orderBy"),
        ("id,sumary desc", "orderBy"),
        ("", "orderBy"),
    ],
)
def test_lists_of_paths(text: str, place: str) -> None:
    for endpoint in ("/service/tickets", "/service/tickets/5", "/service/ticket", "/system/audittrail", None):
        if (
            parse_with_recovery(text, find_dialect("manage"), find_parameter(find_dialect("manage"), place).shape).tree
            is not None
        ):
            assert check(text, dialect="manage", endpoint=endpoint, parameter=place) == ask_all(
                text, "manage", endpoint, place
            )


FEW = {
    None: (("id", "ID", "summary", "requiredDate", "closedFlag", "impact"), ("/service/tickets", None)),
    "customFieldConditions": (("caption", "Caption", "value", "id", "assetTag"), ("/service/tickets",)),
    "childConditions": (("types/id", "types/name", "lastName"), ("/company/contacts",)),
}
VALUES = (
    "1",
    "2",
    "2.5",
    "'a'",
    "'ab'",
    "'High'",
    "true",
    "null",
    "[2024-01-01]",
    "[2025-01-01]",
    "(1, 2)",
    "('a', null)",
)
OPERATORS_OF_FEW = ("=", "=", "=", "!=", "<", "<=", ">", ">=", "contains", "like", "in", "not in")


def join_few(rng: random.Random, paths: tuple[str, ...], depth: int = 0) -> str:
    """Return a condition on a few fields with a few values, so that its comparisons contradict, imply and repeat each other."""
    if depth == 2 or rng.random() < 0.3:
        operator = rng.choice(OPERATORS_OF_FEW)
        values = [value for value in VALUES if value.startswith("(") == operator.endswith("in")]
        return f"{rng.choice(paths)} {operator} {rng.choice(values)}"
    items = [join_few(rng, paths, depth + 1) for _ in range(rng.randint(2, 4))]
    joined = rng.choice((" and ", " or ")).join(items)
    return f"({joined})" if depth else joined


@pytest.mark.parametrize("place", FEW)
def test_conditions_on_few_fields(place: str | None) -> None:
    rng = random.Random(f"few {place}")
    paths, endpoints = FEW[place]
    for _ in range(250):
        text = join_few(rng, rng.sample(paths, 2))  # type: ignore[arg-type]
        for endpoint in endpoints:
            passes(text, "manage", endpoint, place)


@pytest.mark.parametrize("record", [rule for rule, _ in CHECKS], ids=lambda record: record.name)
def test_examples(record: Rule) -> None:
    for text in (record.example, record.instead, f"{record.example} and id = 5", f"id = 5 or {record.example}"):
        for endpoint in {record.endpoint, None}:
            if parse_with_recovery(text, find_dialect(record.dialect)).tree is not None:
                passes(text, record.dialect, endpoint, record.parameter)


@pytest.mark.parametrize("release", ["2022.1", "2025.1", "2026.4"])
def test_releases(release: str) -> None:
    dialect = find_dialect("manage")
    for endpoint in ENDPOINTS["manage"]:
        for text in Conditions("manage", endpoint, 5).stream(60):
            result = parse_with_recovery(text, dialect)
            if result.tree is not None:
                found = check(text, dialect="manage", endpoint=endpoint, release=release)
                assert found == ask_all(text, "manage", endpoint, release=release), text


def test_opt_in_rules() -> None:
    rules = RuleConfig(strict=True)
    for name, endpoint in PLACES:
        for text in Conditions(name, endpoint, 6).stream(60):
            if parse_with_recovery(text, find_dialect(name)).tree is not None:
                found = {each.code for each in check(text, dialect=find_dialect(name), endpoint=endpoint, rules=rules)}
                assert found == {each.code for each in ask_all(text, name, endpoint, strict=True)}, text


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


def test_opt_in_rules_let_nothing_pass() -> None:
    assert find_test("manage", "/service/tickets")("id=1")
    assert find_test("manage", "/service/tickets", rules=RuleConfig(max_severity="warning"))("id=1")
    assert not find_test("manage", "/service/tickets", rules=RuleConfig(strict=True))("id=1")
    assert find_test("manage", "/service/tickets", "orderBy")("id desc")
    assert not find_test("manage", "/service/tickets", "orderBy")("company desc")


def test_declarations_name_operators_that_exist() -> None:
    known = {operator.family for operator in OPERATORS.values()} | set(OPERATORS)
    assert {word for rule, _ in CHECKS for word in rule.operators} <= known


def test_predicates_exist() -> None:
    for rule, _ in CHECKS:
        assert rule.when is None or getattr(applicability, rule.when.__name__) is rule.when


def test_the_index_is_that_of_the_declarations() -> None:
    for name, text in generate().items():
        assert (ROOT / "generated" / name).read_text(encoding="utf-8") == text
    assert [rule.code for rule, _ in CHECKS] == [row[1] for row in RULES]
