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
"""Every level: a finding is an error, at most a warning, or not told."""


class Levels(Value):
    """Say how much findings count: `everything` for all rules, `rules` for single ones, by code or name.

    Without a level a rule counts as its record says. ``strict`` for everything makes errors of all warnings and turns on the
    rules that are silent otherwise (their findings stay remarks); ``strict`` for one rule makes errors of its findings.
    ``warn`` makes warnings of errors, ``off`` drops findings. Errors that keep a text from being read stay what they are.
    Raises `UnknownNameError` for an unknown rule or level.
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
        """Return these levels, and those of `other` where these say nothing: a call's over its client's over the run's."""
        if other is None or other == DEFAULT:
            return self
        return Levels(self.everything or other.everything, {**other.rules, **self.rules})

    def includes(self, rule: Rule) -> bool:
        """Tell whether the rule is asked at all."""
        own = self.rules.get(rule.code)
        if own is not None:
            return own != "off"
        return self.everything == "strict" or (self.everything != "off" and not rule.strict)

    @property
    def curious(self) -> bool:
        """Tell whether rules may be asked that are silent otherwise, so that a clean-looking text needs the rules as well."""
        return self.everything == "strict" or any(level != "off" for level in self.rules.values())

    def apply(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the findings that count, each with the severity that it counts with."""
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
"""Every rule as its record says."""
