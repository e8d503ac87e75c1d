"""Conditions that the linter finds in Python, and their texts."""

from __future__ import annotations

from cwql.diagnostics import Diagnostic
from cwql.lint.frontends.python import extract
from cwql.lint.request_targets import Context
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate
from cwql.source import Source

TYPED = "from cwql.manage.fields import Ticket as T\n"
OTHERS = "from cwql.manage import fields\nfrom cwql import F, cond\nimport cwql\nimport cwql.automate.fields as af\n"


def items(text: str) -> list[ConditionTemplate | Diagnostic]:
    # The name mentions ConnectWise: any other file without a target is not searched.
    source = Source(text, "connectwise.py")
    return list(extract(source, Context(source)))


def find(text: str) -> list[ConditionTemplate]:
    found = [item for item in items(text) if isinstance(item, ConditionTemplate)]
    for item in found:
        check_spans(text, item)
    return found


def check_spans(text: str, found: ConditionTemplate) -> None:
    """Check the invariants of every segment, whatever the text."""
    assert 0 <= found.span.start < found.span.end <= len(text)
    for segment in found.segments:
        assert 0 <= segment.start <= segment.end <= len(text)
        if segment.kind == "same":
            assert text[segment.start : segment.end] == segment.text
        elif segment.kind == "placeholder":
            assert segment.text == PLACEHOLDER
            # What is added elsewhere has no expression and no width.
            assert bool(segment.expression) == (segment.start < segment.end)


def shown(found: ConditionTemplate) -> str:
    """Return the text with ``<expression>`` for a placeholder, ``<expression!>`` for a safe one."""
    return "".join(
        f"<{segment.expression}{'!' if segment.safe else ''}>" if segment.kind == "placeholder" else segment.text
        for segment in found.segments
    )
