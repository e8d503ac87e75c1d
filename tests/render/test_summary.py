"""The sentence after a list of diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cwql.diagnostics import Diagnostic, Fix
from cwql.render.summary import count_fixable, count_severities
from cwql.source import Span

if TYPE_CHECKING:
    from cwql.diagnostics import Severity

SAFE, UNSAFE = Fix("safe", ()), Fix("unsafe", (), applicability="unsafe")


def make(severity: Severity, *fixes: Fix) -> Diagnostic:
    return Diagnostic(
        code="CW100", name="syntax-error", severity=severity, message="message", span=Span(0, 1), fixes=fixes
    )


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        (["error"], "1 error"),
        (["warning"] * 1234, "1,234 warnings"),
        (["info"], "1 info message"),
        (["warning", "error"], "1 error and 1 warning"),
        (["info", "warning", "info", "error", "error"], "2 errors, 1 warning and 2 info messages"),
    ],
)
def test_severities_are_counted(severities: list[Severity], expected: str) -> None:
    assert count_severities([make(severity) for severity in severities]) == expected


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        ([()], ""),
        ([(SAFE,)], " 1 fixable with `cwql fix`."),
        ([(SAFE,), (SAFE, UNSAFE), (UNSAFE,), ()], " 2 fixable with `cwql fix`."),
        ([(UNSAFE,), (UNSAFE, UNSAFE), ()], " 2 fixable with `cwql fix --unsafe-fixes`."),
    ],
)
def test_fixable_diagnostics_are_counted(fixes: list[tuple[Fix, ...]], expected: str) -> None:
    assert count_fixable([make("error", *each) for each in fixes], "cwql fix", "--unsafe-fixes") == expected
