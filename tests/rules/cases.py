"""Shared code for tests of single rules: `Bad`, a text with a diagnostic, and `findings` of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cwql import check
from cwql.analysis.rule_config import RuleConfig
from cwql.diagnostics import apply_edits

if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects.base import DialectName

TICKETS = "/service/tickets"
COMPUTERS = "/Computers"


class Bad(NamedTuple):
    """A text that one rule reports at `where`; `fixed` is the text after the rule's first fix, None if it has none."""

    code: str
    text: str
    where: str
    fixed: str | None = None
    endpoint: str | None = TICKETS
    dialect: DialectName = "manage"
    parameter: str | None = None
    severity: str | None = None


class Good(NamedTuple):
    """A text that one rule does not report."""

    code: str
    text: str
    endpoint: str | None = TICKETS
    dialect: DialectName = "manage"
    parameter: str | None = None


def findings(case: Bad | Good, text: str | None = None) -> list[Diagnostic]:
    """Return the diagnostics of the rule of a case; the rule runs even if it is opt-in."""
    rules = RuleConfig(severity={case.code: "error"}) if case.code == "CW411" else None
    found = check(
        case.text if text is None else text,
        dialect=case.dialect,
        endpoint=case.endpoint,
        parameter=case.parameter,
        rules=rules,
    )
    return [finding for finding in found if finding.code == case.code]


def examine(case: Bad) -> None:
    """Assert that a bad text gets one diagnostic at its position, and that its first fix gives the expected text."""
    found = findings(case)
    assert [case.text[slice(*finding.span)] for finding in found] == [case.where]
    (finding,) = found
    assert finding.message.strip() == finding.message != ""
    assert finding.hint
    if case.severity is not None:
        assert finding.severity == case.severity
    if case.fixed is None:
        assert finding.fixes == ()
        return
    assert apply_edits(case.text, finding.fixes[0].edits) == case.fixed
    assert findings(case, case.fixed) == []
