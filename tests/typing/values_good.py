"""Value classes as type checkers must accept them. Checked by tests/api/test_typing.py."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import assert_type

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.source import Span
from cwql.value import Value, field, replace


class Label(Value):
    text: str
    size: int = 1
    start: int = field(default=-1, compare=False)
    _: KW_ONLY
    bold: bool = False


class Title(Label):
    level: int = 1


assert_type(Label("a", 2, 3, bold=True).size, int)
assert_type(Title("a", level=2, bold=True).text, str)
assert_type(replace(Label("a"), size=2), Label)
assert_type(Span(1, end=2).start, int)
assert_type(Fix("write =", [Edit(Span(1, 2), "=")]).edits, tuple[Edit, ...])
Diagnostic(
    code="CW100", name="syntax-error", severity="error", message="message", span=Span(0, 1), fixes=(Fix("write =", ()),)
)
match Label("a"):
    case Label(text, size):
        assert_type(text, str)
        assert_type(size, int)
