"""The advice of CW601 and CW602: that for Python runs, and that for other languages contains no Python."""

from __future__ import annotations

import ast
from contextlib import suppress
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest

import cwql
from cwql.automate import fields as automate
from cwql.lint.linter import lint_text
from cwql.manage import fields as manage
from tests.lint.holdout import read_rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "let cwql put the value in: "
_VALUES = ("2024-01-31", "F", 5, True, ["a", "b"], [1, 2], datetime(2024, 1, 31))
"""Values that the names in an expression may have: one of them fits each field."""


class _Name(ast.NodeTransformer):
    """Replaces the values of an expression by one name: those are the paths that begin with no module or record."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = node.id in ("cwql", "datetime") or hasattr(manage, node.id) or hasattr(automate, node.id)
        return node if known else ast.copy_location(ast.Name("given", ast.Load()), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._of(node, node.value)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._of(node, node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        found = self.generic_visit(node)
        assert isinstance(found, ast.Call)
        return found.func if isinstance(found.func, ast.Name) else found

    def _of(self, node: ast.AST, owner: ast.expr) -> ast.AST:
        inner = self.visit(owner)
        return inner if isinstance(inner, ast.Name) and inner.id == "given" else node


def _pieces(hint: str) -> Iterator[str]:
    """Yield the expressions in a hint."""
    advice = hint.partition(_PREFIX)[2]
    for piece in advice.split(", or cwql."):
        yield piece if piece == advice.split(", or cwql.")[0] else f"cwql.{piece}"


def _is_accepted(code: str) -> bool:
    """Return whether an expression takes one of the values."""
    tree = ast.fix_missing_locations(_Name().visit(ast.parse(code, mode="eval")))
    ids = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for handles, given in product((manage, automate), _VALUES):
        names = {each: getattr(handles, each, None) for each in ids}
        names |= {"cwql": cwql, "datetime": datetime, "given": given}
        with suppress(cwql.CwqlError, AttributeError, TypeError, ValueError):
            eval(compile(tree, "advice", "eval"), names)
            return True
    return False


def test_advice_for_python_runs() -> None:
    seen, refused = 0, []
    for snippet in read_rounds():
        if not snippet.file.endswith(".py"):
            continue
        for each in lint_text(snippet.source, filename=snippet.file).diagnostics:
            pieces = [] if each.hint is None or _PREFIX not in each.hint else list(_pieces(each.hint))
            seen += len(pieces)
            refused += [(snippet.file, piece) for piece in pieces if not _is_accepted(piece)]
    assert seen > 200
    assert refused == []


@pytest.mark.parametrize("filename", ["a.ps1", "a.js", "a.cs", "a.go", "a.php", "a.sh"])
def test_advice_for_other_languages_contains_no_python(filename: str) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions="
    conditions = ("dateEntered > now()", "dateEntered > today", "dateEntered > 'yesterday'")
    hints = [
        each.hint or ""
        for condition in conditions
        for each in lint_text(f'curl "{url}{condition}"', filename=filename).diagnostics
    ]
    assert len(hints) == len(conditions)
    assert not any("cwql" in hint for hint in hints)
    assert all("dateEntered > [yyyy-MM-ddTHH:mm:ssZ]" in hint for hint in hints)


def test_advice_about_a_placeholder_of_powershell() -> None:
    (found,) = lint_text("Get-CWMTicket -condition 'company/id = {id}'", filename="a.ps1").diagnostics
    assert found.code == "CW146"
    assert found.hint == "replace it before the request"
