"""How much a rule counts: `Levels`, one small record for a run, a client and a call."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal, TypeAlias

    from cwql.diagnostics import Diagnostic, Rule

    Level: TypeAlias = Literal["strict", "warn", "off"]

LEVELS: tuple[Level, ...] = ("strict", "warn", "off")
"""Every level: a diagnostic is an error, at most a warning, or not reported."""


class Levels(Value):
    """Severities of diagnostics: `everything` for all rules, `rules` for single ones, by code or name.

    Without a level a rule has its own severity. ``strict`` for everything turns all warnings into errors and enables
    the opt-in rules (their diagnostics stay infos); ``strict`` for one rule turns its diagnostics into errors. ``warn``
    turns errors into warnings, ``off`` drops diagnostics. Errors that prevent parsing keep their severity. Raises
    `UnknownNameError` for an unknown rule or level.
    """

    everything: Level | None
    rules: dict[str, Level]

    def __init__(
        self,
        everything: Level | None = None,
        rules: Mapping[str, Level] | None = None,
    ) -> None:
        pairs = dict(rules or {})
        for level in (everything, *pairs.values()):
            if level is not None and level not in LEVELS:
                raise UnknownNameError(f"unknown level {level!r}: expected one of {', '.join(LEVELS)}")
        if pairs:
            from cwql.analysis.rules import rule

            pairs = {rule(name).code: level for name, level in pairs.items()}
        assign(self, "everything", everything)
        assign(self, "rules", pairs)

    def __hash__(self) -> int:
        return hash((self.everything, *sorted(self.rules.items())))

    def over(self, other: Levels | None) -> Levels:
        """Return these levels, completed by those of `other`: a call's override its client's, which override the run's."""
        if other is None or other == DEFAULT:
            return self
        return Levels(self.everything or other.everything, {**other.rules, **self.rules})

    def includes(self, rule: Rule) -> bool:
        """Return whether the rule runs at all."""
        own = self.rules.get(rule.code)
        if own is not None:
            return own != "off"
        return self.everything == "strict" or (self.everything != "off" and not rule.strict)

    @property
    def curious(self) -> bool:
        """Return whether opt-in rules may run, so that a text that looks clean needs the rules as well."""
        return self.everything == "strict" or any(level != "off" for level in self.rules.values())

    def apply(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the diagnostics that are enabled, with their configured severities."""
        own = self.rules
        counted = []
        for finding in findings:
            level = own.get(finding.code, self.everything)
            if level is None or (finding.code < "CW200" and finding.severity == "error"):
                counted.append(finding)
            elif level == "warn":
                counted.append(_as(finding, "warning") if finding.severity == "error" else finding)
            elif level == "strict":
                keep = finding.severity == "error" or (finding.severity == "info" and finding.code not in own)
                counted.append(finding if keep else _as(finding, "error"))
        return counted


def _as(finding: Diagnostic, severity: Literal["error", "warning"]) -> Diagnostic:
    from cwql.diagnostics import Diagnostic

    parts = (finding.message, finding.span, finding.hint, finding.fixes, finding.notes)
    return Diagnostic(finding.code, finding.name, severity, *parts)


DEFAULT = Levels()
"""Every rule with its own severity."""
