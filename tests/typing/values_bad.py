"""Misused value classes: type checkers must report every line marked E, and no other. Checked by tests/api/test_typing.py."""
# ruff: noqa: B018

from __future__ import annotations

from dataclasses import KW_ONLY

from cwql.diagnostics import Diagnostic, Edit
from cwql.source import Span
from cwql.value import Value, field


class Label(Value):
    text: str
    size: int = 1
    start: int = field(default=-1, compare=False)
    _: KW_ONLY
    bold: bool = False


label = Label("a", 2)
Label()  # E
Label(1)  # E
Label("a", "b")  # E
Label("a", 1, 2, True)  # E
Label("a", colour="red")  # E
Label("a", bold="yes")  # E
label.text = "b"  # E
label.bold = True  # E
label.colour  # E
Span("1", 2)  # E
Span(1)  # E
Span(1, 2).start = 3  # E
Edit(Span(1, 2))  # E
Edit("1:2", "x")  # E
Diagnostic(code="CW100", name="syntax-error", severity="fatal", message="message", span=Span(0, 1))  # E
Diagnostic(code="CW100", name="syntax-error", severity="error", message="message", span=(0, 1))  # E
