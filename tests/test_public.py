"""The public face of the package: which names there are, and what they cost."""

from __future__ import annotations

from typing import assert_type

import pytest

import cwql
from cwql.errors import CwqlError
from cwql.language.nodes import FieldList, OrderBy
from scripts.surface import FILE, surface

PUBLIC = [
    "And",
    "Comparison",
    "Compiled",
    "ConditionError",
    "Constant",
    "CwqlError",
    "Diagnostic",
    "Edit",
    "Expr",
    "ExpressionError",
    "F",
    "Fix",
    "Levels",
    "LiteralError",
    "Or",
    "Query",
    "Span",
    "Translation",
    "UnknownNameError",
    "__version__",
    "check",
    "compile",
    "cond",
    "emit",
    "fix",
    "format",
    "lint_text",
    "parse",
    "predicate",
    "simplify",
    "translate",
]


def test_the_names_are_these() -> None:
    assert cwql.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(cwql))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_resolves_and_stays_the_same(name: str) -> None:
    value = getattr(cwql, name)
    assert value is getattr(cwql, name)
    assert name == "__version__" or value.__doc__


def test_star_import() -> None:
    names: dict[str, object] = {}
    exec("from cwql import *", names)
    assert set(PUBLIC) <= set(names)


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="module 'cwql' has no attribute 'prase'"):
        _ = cwql.prase  # type: ignore[attr-defined]
    assert not hasattr(cwql, "__wrapped__")


def test_every_error_has_one_root() -> None:
    for name in ("ConditionError", "ExpressionError", "LiteralError", "UnknownNameError"):
        assert issubclass(getattr(cwql, name), CwqlError)


def test_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert cwql.__version__ == version("cwql")


def test_format() -> None:
    assert cwql.format("id=1 AND board/id in(2,1)") == "id = 1 and board/id in (2, 1)"
    assert cwql.format("Name='x'", "automate") == "Name = 'x'"
    assert cwql.format(cwql.format("a=1 or b=2 and c=3")) == cwql.format("a=1 or b=2 and c=3")
    assert cwql.format("id DESC,board/name", parameter="orderBy") == cwql.format(
        "id desc, board/name", "manage", "orderBy"
    )
    with pytest.raises(cwql.ConditionError):
        cwql.format("(id=1")
    with pytest.raises(cwql.UnknownNameError):
        cwql.format("id=1", "sql")


def test_the_parameter_says_what_parse_returns() -> None:
    # Checked twice: by the type checkers, and here.
    assert isinstance(assert_type(cwql.parse("id = 1"), cwql.Expr), cwql.Expr)
    assert isinstance(assert_type(cwql.parse("id = 1", parameter="childConditions"), cwql.Expr), cwql.Expr)
    assert isinstance(assert_type(cwql.parse("id desc", parameter="orderBy"), OrderBy), OrderBy)
    assert isinstance(assert_type(cwql.parse("Id", "automate", "includeFields"), FieldList), FieldList)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "status/name = New",
            '1:15: CW121 text without quotes: expected "New"\n  | status/name = New\n  |               ^^^\n  hint: write "New"',
        ),
        ("id =", "1:4: CW107 no value stands behind `=`: expected one\n  | id =\n  |    ^\n  hint: write the value"),
        # Where carets would not stand below their place, the numbers have to do.
        ("näme = New", '1:8: CW121 text without quotes: expected "New"\n  hint: write "New"'),
        ("a = 1 and\nb = New", '2:5: CW121 text without quotes: expected "New"\n  hint: write "New"'),
        ("a = 1 and " * 20 + "b = New", '1:205: CW121 text without quotes: expected "New"\n  hint: write "New"'),
    ],
)
def test_a_refusal_shows_the_place(text: str, said: str) -> None:
    with pytest.raises(cwql.ConditionError) as caught:
        cwql.parse(text)
    assert said in str(caught.value)


def test_the_surface_is_the_one_that_was_promised() -> None:
    """What is public changes on purpose only: ``python -m scripts.surface`` writes it down anew."""
    assert FILE.read_text(encoding="utf-8").splitlines() == surface().splitlines()
