"""Templates: values become part of the tree, never of a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import cwql
from cwql.errors import ConditionError, CwqlError, ExpressionError, LiteralError
from cwql.language.builder import F
from cwql.language.nodes import Constant, comparisons
from cwql.language.printer import emit
from cwql.language.template import cond
from tests.generators import hostile_strings


class Interpolation:
    def __init__(
        self, value: object, expression: str = "x", conversion: str | None = None, format_spec: str = ""
    ) -> None:
        self.value = value
        self.expression = expression
        self.conversion = conversion
        self.format_spec = format_spec


class Template:
    """A substitute for ``string.templatelib.Template`` of Python 3.14."""

    def __init__(self, *parts: str | Interpolation) -> None:
        self.strings: tuple[str, ...] = tuple([part for part in parts if isinstance(part, str)])
        self.interpolations = tuple([part for part in parts if isinstance(part, Interpolation)])


REST = F("q") == 1
FILLED: list[tuple[Any, Any]] = [
    (cond("a = {}", 1), F("a") == 1),
    (cond("a = {x} or b = {x}", x=1), (F("a") == 1) | (F("b") == 1)),
    (cond("a = {1} or b = {0}", 1, 2), (F("a") == 2) | (F("b") == 1)),
    (cond("a = {} and b = {x}", 1, x=2), (F("a") == 1) & (F("b") == 2)),
    (cond("a == {}", "x"), F("a") == "x"),
    (cond("a in {}", [1, 2, 1]), F("a").in_([1, 2])),
    (cond("a not in {}", {1}), F("a").not_in([1])),
    (cond("a in ({}, {}, 3)", 1, "x"), F("a").in_([1, "x", 3])),
    (cond("a in {}", []), Constant(False)),
    (cond("not (a in {})", []), Constant(True)),
    (
        cond("a in {x} and b == {y} or c in {x}", x=iter([1, 2]), y=1),
        F("a").in_([1, 2]) & (F("b") == 1) | F("c").in_([1, 2]),
    ),
    (cond("{} and {}", REST, F("a") == 1), REST & (F("a") == 1)),
    (cond("a = 1 and {rest}", rest=REST & (F("r") == 2)), (F("a") == 1) & REST & (F("r") == 2)),
    (cond("not {}", REST), F("q") != 1),
    (cond("a = '{{x}}' and b = \"}}\""), (F("a") == "{x}") & (F("b") == "}")),
    (cond("a = 'it''s {{' and b = {}", 1), (F("a") == "it's {") & (F("b") == 1)),
    (cond("a contains {}", "' or 1=1"), F("a").contains("' or 1=1")),
    (cwql.Template("Client.Name startswith {}", dialect="automate").fill("x"), F("Client.Name").startswith("x")),
    (cwql.Template("a > {}", timezone="UTC").fill(datetime(2024, 1, 1)), F("a") > datetime(2024, 1, 1, tzinfo=UTC)),
    (cond("a = {}", None), F("a").is_null()),
    (
        cond(Template("a = ", Interpolation("x'\""), " and b in ", Interpolation([1]), "")),
        (F("a") == "x'\"") & F("b").in_([1]),
    ),
    (cond(Template("a = '{y}' and b = ", Interpolation(1), "")), (F("a") == "{y}") & (F("b") == 1)),
    (cond(Template("", Interpolation(REST), " or ", Interpolation(REST), "")), REST | REST),
    (cond(Template("a = 1")), F("a") == 1),
]


@pytest.mark.parametrize(("tree", "expected"), FILLED)
def test_filled(tree: Any, expected: Any) -> None:
    assert tree == expected
    # The parts come from several texts, so they have no position.
    assert all(leaf.span is None for leaf in comparisons(tree))


REFUSED: list[tuple[Callable[[], object], type[CwqlError], str]] = [
    (lambda: cond("a = '{}'", 1), ConditionError, "CW160 .*remove the quotes"),
    (lambda: cond('a = "x {name} y"', name=1), ConditionError, "CW160"),
    (lambda: cond("a > [{}]", 1), ConditionError, "CW160 .*brackets"),
    (lambda: cond(Template("a = '", Interpolation(1), "'")), ConditionError, "CW160"),
    (lambda: cond("a = {x:>3}", x=1), ConditionError, "CW161 .*format specification"),
    (lambda: cond("a = {x!r}", x=1), ConditionError, "CW161 .*conversion"),
    (lambda: cond("a = {x.y}", x=1), ConditionError, "CW161 .*attribute"),
    (lambda: cond("a = {x[0]}", x=1), ConditionError, "CW161 .*index"),
    (lambda: cond("a = { x }", x=1), ConditionError, "CW161 .*not a placeholder"),
    (lambda: cond("a = {é}", é=1), ConditionError, "CW161 .*not a placeholder"),
    (lambda: cond("a = {{"), ConditionError, "CW161 .*no meaning"),
    (lambda: cond("a = {"), ConditionError, "CW161"),
    (lambda: cond("a = '{'"), ConditionError, "CW161 .*single"),
    (lambda: cond(Template("a = {x}")), ConditionError, "CW161"),
    (lambda: cond("a = {}"), ExpressionError, "needs number 0, 0 were given"),
    (lambda: cond("a = {1}", 1), ExpressionError, "needs number 1, 1 were given"),
    (lambda: cond("a = {x}"), ExpressionError, "pass x="),
    (lambda: cond("a = {}", 1, 2), ExpressionError, "no placeholder for number 1"),
    (lambda: cond("a = 1", x=1), ExpressionError, "no placeholder for x="),
    (lambda: cond("a = {} or b = {0}", 1), ExpressionError, "not both"),
    (lambda: cond("a = {}", REST), ExpressionError, "argument is a condition"),
    (lambda: cond("{}", True), ExpressionError, "in the place of a condition"),
    (lambda: cond("{} and a = 1", "b = 2"), ExpressionError, "in the place of a condition"),
    (lambda: cond("a = {}", [1]), LiteralError, r"placeholder \{0\}: .*in_"),
    (lambda: cond("a in {}", "abc"), LiteralError, r"placeholder \{0\}: "),
    (lambda: cond("a in {}", REST), ExpressionError, "argument is a condition"),
    (lambda: cond("a in {}", [None]), LiteralError, "is_null"),
    (lambda: cond("a = {x}", x=F("b")), LiteralError, "another field"),
    (lambda: cond("a > {}", datetime(2024, 1, 1)), LiteralError, "timezone="),
    (lambda: cond(Template("a = ", Interpolation(1, conversion="r"), "")), ExpressionError, "conversion"),
    (lambda: cond(Template("a = ", Interpolation(1, format_spec=">3"), "")), ExpressionError, "conversion or a format"),
    (lambda: cond(Template("a = 1"), 1), ExpressionError, "has its own"),
    (lambda: cond(b"a = 1"), ExpressionError, "expected a str"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_refused(call: Callable[[], object], error: type[CwqlError], message: str) -> None:
    with pytest.raises(error, match=f"(?s){message}") as caught:
        call()
    assert type(caught.value) is error
    if isinstance(caught.value, ConditionError):
        (diagnostic,) = caught.value.diagnostics
        assert "{" in caught.value.text[slice(*diagnostic.span)] or "}" in caught.value.text[slice(*diagnostic.span)]


@pytest.mark.parametrize("template", ["a = {", "a = '{} ", "a = {} b = {}", "a in ({}", "a = {} and and b = 1", ""])
def test_a_template_that_cannot_be_parsed_is_refused(template: str) -> None:
    with pytest.raises(ConditionError):
        cond(template, *[1] * template.count("{}"))


def test_every_value_is_one_value_of_the_tree() -> None:
    for value in hostile_strings(1_500, seed=3):
        tree = cond("a = {} and b in {xs} and c like {}", value, value, xs=[value])
        assert [leaf.values for leaf in comparisons(tree)] == [(value,)] * 3
        assert cond("{}", tree) == tree


def test_a_filled_template_is_printed_in_either_language() -> None:
    tree = cwql.Template("Client.Name = {} and Id in {}", dialect="automate").fill("it's", [1, 2])
    assert emit(tree, dialect="manage") == 'Client/Name = "it\'s" and Id in (1, 2)'


def test_an_unclosed_string_is_reported_instead_of_the_placeholder_in_it() -> None:
    with pytest.raises(ConditionError) as caught:
        cond("a = 'x and b = {}", 1)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["CW102"]
    # Of a string that ends, the placeholder is the problem.
    with pytest.raises(ConditionError) as caught:
        cond("a = '{}' and b = 'x", 1)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["CW160"]


def test_every_name_can_be_a_placeholder() -> None:
    names = ("timezone", "dialect", "template", "text", "self", "args")
    filled = cond(" and ".join([f"a = {{{name}}}" for name in names]), **{name: name for name in names})
    assert [leaf.value for leaf in comparisons(filled)] == [*names]


def test_a_template_is_filled_any_number_of_times() -> None:
    template = cwql.Template("id in {}")
    assert [str(template.fill([number, 2])) for number in (1, 3)] == ["id in (1, 2)", "id in (3, 2)"]
    assert template == cwql.Template("id in {}", dialect="manage")
    with pytest.raises(cwql.UnknownNameError, match="unknown dialect 'psa'"):
        cwql.Template("id = 1", dialect="psa")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(ExpressionError, match=r"as an option, write Template\(text, timezone=...\).fill\(...\)"):
        cond("a > {}", 1, timezone="UTC")
