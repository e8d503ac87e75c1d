"""The public names of the package."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import assert_type

import pytest

import cwql
from cwql.errors import CwqlError
from cwql.language.nodes import FieldList, OrderBy
from scripts.surface import FILE, MODULES, public_names, surface

PUBLIC = cwql.__all__


def test_public_names() -> None:
    assert sorted(PUBLIC) == PUBLIC
    assert set(PUBLIC) <= set(dir(cwql))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_resolves_to_one_object(name: str) -> None:
    value = getattr(cwql, name)
    assert value is getattr(cwql, name)
    assert name == "__version__" or value.__doc__


def test_star_import_leaves_the_built_in_functions() -> None:
    names: dict[str, object] = {}
    exec("from cwql import *", names)
    assert set(PUBLIC) <= set(names)
    assert not {"compile", "format"} & set(names)
    assert {"compile", "format"} <= set(dir(cwql))


@pytest.mark.parametrize("module", MODULES)
def test_objects_have_the_module_that_exports_them(module: str) -> None:
    """Tracebacks, pickles and help() show names that can be imported."""
    exported = import_module(module)
    for name in public_names(exported):
        value = getattr(exported, name)
        own = getattr(value, "__module__", module)
        # `Expr` is the base of the nodes.
        assert own == module or name == "Expr" or not (inspect.isclass(value) or inspect.isfunction(value)), (name, own)


def test_conditions_print_as_text() -> None:
    condition = (cwql.F("board/name") == "Help Desk") & cwql.F("id").in_([1, 2])
    assert str(condition) == f"{condition}" == 'board/name = "Help Desk" and id in (1, 2)'
    assert condition.to_text("automate") == "board.name = 'Help Desk' and id in (1, 2)"
    assert str(cwql.ast.Constant(True)) == "Constant(value=True)"
    with pytest.raises(cwql.ConditionError):
        cwql.ast.Constant(True).to_text()


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="module 'cwql' has no attribute 'prase'; did you mean 'parse'"):
        _ = cwql.prase  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"write `from cwql.manage import Client` or `from cwql.automate import"):
        _ = cwql.Client  # type: ignore[attr-defined]
    assert cwql.manage.Client.__module__ == "cwql.manage"
    assert not hasattr(cwql, "__wrapped__")


def test_errors_have_one_base_class() -> None:
    for name in ("ConditionError", "ExpressionError", "InvalidIdError", "LiteralError", "UnknownNameError"):
        assert issubclass(getattr(cwql, name), CwqlError)


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert cwql.__version__ == version("cwql")


def test_format() -> None:
    assert cwql.format("id=1 AND board/id in(2,1)") == "id = 1 and board/id in (2, 1)"
    assert cwql.format("Name='x'", dialect="automate") == "Name = 'x'"
    assert cwql.format(cwql.format("a=1 or b=2 and c=3")) == cwql.format("a=1 or b=2 and c=3")
    assert cwql.format("id DESC,board/name", parameter="orderBy") == cwql.format(
        "id desc, board/name", dialect="manage", parameter="orderBy"
    )
    with pytest.raises(cwql.ConditionError):
        cwql.format("(id=1")
    with pytest.raises(cwql.UnknownNameError):
        cwql.format("id=1", dialect="sql")  # type: ignore[arg-type]


def test_parse_returns_the_type_of_the_parameter() -> None:
    # Type checkers check these lines too.
    assert isinstance(assert_type(cwql.parse("id = 1"), cwql.Expr), cwql.Expr)
    assert isinstance(assert_type(cwql.parse("id = 1", parameter="childConditions"), cwql.Expr), cwql.Expr)
    assert isinstance(assert_type(cwql.parse("id desc", parameter="orderBy"), OrderBy), OrderBy)
    assert isinstance(
        assert_type(cwql.parse("Id", dialect="automate", parameter="includeFields"), FieldList), FieldList
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "status/name = New",
            '1:15: CW121 text without quotes: expected "New"\n  | status/name = New\n  |               ^^^\n  hint: write "New"',
        ),
        ("id =", "1:4: CW107 no value after `=`: expected one\n  | id =\n  |    ^\n  hint: write the value"),
        # Without carets if they could not be aligned.
        ("näme = New", '1:8: CW121 text without quotes: expected "New"\n  hint: write "New"'),
        ("a = 1 and\nb = New", '2:5: CW121 text without quotes: expected "New"\n  hint: write "New"'),
        ("a = 1 and " * 20 + "b = New", '1:205: CW121 text without quotes: expected "New"\n  hint: write "New"'),
    ],
)
def test_error_shows_the_position(text: str, message: str) -> None:
    with pytest.raises(cwql.ConditionError) as caught:
        cwql.parse(text)
    assert message in str(caught.value)


def test_public_api_is_unchanged() -> None:
    """Public names and signatures change only on purpose: ``python -m scripts.surface`` updates the list."""
    assert FILE.read_text(encoding="utf-8").splitlines() == surface().splitlines()
