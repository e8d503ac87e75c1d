"""`RuleConfig`: which rules run, and the severity of their diagnostics."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal, TypeAlias

    from cwql.diagnostics import Diagnostic, Severity

    RuleLevel: TypeAlias = Literal["error", "warning", "info", "off"]
    Rules: TypeAlias = "RuleConfig | Mapping[str, RuleLevel]"

RULE_LEVELS: tuple[RuleLevel, ...] = ("error", "warning", "info", "off")
"""The severities of diagnostics, and ``off``, which turns a rule off."""


class RuleConfig(Value):
    """Severities of diagnostics, by the code or name of their rule: ``RuleConfig(severity={"CW112": "off"})``.

    Rules that are not in `severity` have their own severity. A severity also enables an opt-in rule, and ``off`` turns a
    rule off. `strict` turns all warnings into errors and enables the opt-in rules, whose diagnostics stay infos.
    `max_severity` is the highest severity of all other rules: ``warning`` turns errors into warnings, and ``off`` turns the
    rules off. Errors that prevent parsing stay errors. Raises `UnknownNameError` for an unknown rule or severity.
    """

    __module__ = "cwql"

    strict: bool
    severity: dict[str, RuleLevel]
    max_severity: RuleLevel | None

    def __init__(
        self,
        *,
        strict: bool = False,
        severity: Mapping[str, RuleLevel] | None = None,
        max_severity: RuleLevel | None = None,
    ) -> None:
        pairs = dict(severity or {})
        for level in (*pairs.values(), *(() if max_severity is None else (max_severity,))):
            if level not in RULE_LEVELS:
                from cwql.schema.suggest import suggest

                expected = f"unknown severity {level!r}: expected one of {', '.join(RULE_LEVELS)}"
                raise UnknownNameError(expected, suggest(str(level), RULE_LEVELS))
        if pairs:
            from cwql.rules.registry import rule

            pairs = {rule(name).code: level for name, level in pairs.items()}
        assign(self, "strict", strict)
        assign(self, "severity", pairs)
        assign(self, "max_severity", max_severity)

    def __hash__(self) -> int:
        return hash((self.strict, self.max_severity, *sorted(self.severity.items())))


def read_rules(rules: Rules | None) -> RuleConfig | None:
    """Return the configuration that an argument ``rules=`` means; None if it changes nothing."""
    if rules is None:
        return None
    if not isinstance(rules, RuleConfig):
        if not hasattr(rules, "items"):
            raise TypeError(f"rules: expected a RuleConfig or a dict of severities by rule, got {type(rules).__name__}")
        rules = RuleConfig(severity=rules)
    return None if rules == _DEFAULT else rules


def read_severities(words: Iterable[str]) -> dict[str, RuleLevel]:
    """Return the severities that options ``RULE=LEVEL`` set; `RuleConfig` checks them."""
    pairs = [word.partition("=") for word in words]
    return {rule: level for rule, _, level in pairs}  # type: ignore[misc]


def enables_more(config: RuleConfig | None) -> bool:
    """Return whether opt-in rules may run."""
    return config is not None and (config.strict or any(level != "off" for level in config.severity.values()))


def is_enabled(code: str, strict: bool, config: RuleConfig) -> bool:
    """Return whether a rule runs at all; `strict` ones are opt-in."""
    own = config.severity.get(code)
    if own is not None:
        return own != "off"
    return config.max_severity != "off" and (config.strict or not strict)


def apply_severities(diagnostics: Iterable[Diagnostic], config: RuleConfig | None) -> list[Diagnostic]:
    """Return the diagnostics that are enabled, with their configured severities."""
    if config is None:
        return list(diagnostics)
    own, limit = config.severity, config.max_severity
    reported = []
    for diagnostic in diagnostics:
        severity = diagnostic.severity
        if diagnostic.code < "CW200" and severity == "error":
            reported.append(diagnostic)
            continue
        level: RuleLevel = own.get(diagnostic.code) or severity
        if diagnostic.code not in own:
            if config.strict and level == "warning":
                level = "error"
            if limit is not None and RULE_LEVELS.index(level) < RULE_LEVELS.index(limit):
                level = limit
        if level != "off":
            reported.append(diagnostic if level == severity else with_severity(diagnostic, level))
    return reported


def with_severity(diagnostic: Diagnostic, severity: Severity) -> Diagnostic:
    """Return a diagnostic with another severity."""
    from cwql.value import replace

    return replace(diagnostic, severity=severity)


_DEFAULT = RuleConfig()
"""Every rule with its own severity."""
