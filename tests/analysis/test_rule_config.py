"""The severities of rules: for all, for one, by dict or `RuleConfig`."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from cwql import RuleConfig, UnknownNameError, check, fix
from cwql.diagnostics import Rule
from cwql.rules.registry import RULES

TICKETS = "/service/tickets"
OWN = [("unknown-field", "error"), ("double-equals", "warning")]


def reported(text: str, rules: Any = None) -> list[tuple[str, str]]:
    return [(diagnostic.name, diagnostic.severity) for diagnostic in check(text, endpoint=TICKETS, rules=rules)]


@pytest.mark.parametrize(
    ("text", "rules", "expected"),
    [
        ("bord/id == 5", None, OWN),
        ("bord/id == 5", {}, OWN),
        ("bord/id == 5", RuleConfig(), OWN),
        ("bord/id == 5", {"unknown-field": "off"}, [("double-equals", "warning")]),
        ("bord/id == 5", {"CW112": "off"}, [("unknown-field", "error")]),
        (
            "bord/id == 5",
            RuleConfig(severity={"cw203": "info"}),
            [("unknown-field", "info"), ("double-equals", "warning")],
        ),
        ("bord/id == 5", RuleConfig(max_severity="off"), []),
        ("bord/id == 5", RuleConfig(max_severity="off", severity={"CW203": "warning"}), [("unknown-field", "warning")]),
        (
            "bord/id == 5",
            RuleConfig(max_severity="warning"),
            [("unknown-field", "warning"), ("double-equals", "warning")],
        ),
        ("BOARD/id == 5", RuleConfig(strict=True), [("field-case", "info"), ("double-equals", "error")]),
        # A severity enables a rule that is off by default.
        ("BOARD/id = 5", None, []),
        ("BOARD/id = 5", {"field-case": "error"}, [("field-case", "error")]),
        ("BOARD/id = 5", {"field-case": "warning"}, [("field-case", "warning")]),
        # A text that cannot be parsed cannot be sent, whatever the settings say.
        ("id = ", RuleConfig(max_severity="off"), [("missing-value", "error")]),
        ("id = ", {"missing-value": "off"}, [("missing-value", "error")]),
    ],
)
def test_severities(text: str, rules: Any, expected: list[tuple[str, str]]) -> None:
    assert reported(text, rules) == expected


def test_configurations_are_values() -> None:
    one, two = RuleConfig(severity={"CW203": "off"}), RuleConfig(severity={"unknown-field": "off"})
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    assert repr(one) == "RuleConfig(strict=False, severity={'CW203': 'off'}, max_severity=None)"


def test_arguments_are_passed_by_name() -> None:
    with pytest.raises(TypeError):
        RuleConfig(True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"nonsense": "off"}, "no rule has the code or name 'nonsense'"),
        ({"CW999": "off"}, "no rule has the code or name 'CW999'"),
        (
            {"CW203": "warn"},
            "unknown severity 'warn': expected one of error, warning, info, off; did you mean 'warning'",
        ),
        ({"CW203": "strict"}, "unknown severity 'strict': expected one of error, warning, info, off"),
    ],
)
def test_unknown_rules_and_severities_are_refused(rules: Any, message: str) -> None:
    for work in (lambda: RuleConfig(severity=rules), lambda: check("id = 5", rules=rules)):
        with pytest.raises(UnknownNameError, match=message):
            work()


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match="rules: expected a RuleConfig or a dict of severities by rule, got str"):
        check("id = 5", rules="strict")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found", [record for record in RULES if record.code >= "CW200"], ids=lambda record: record.name
)
def test_every_rule_that_checks_can_be_turned_off(found: Rule) -> None:
    place: dict[str, Any] = {"dialect": found.dialect, "endpoint": found.endpoint, "parameter": found.parameter}
    rules = RuleConfig(strict=True, severity={found.code: "off"})
    off = check(found.example, **place, rules=rules, pagination="forward-only")
    assert found.code not in [diagnostic.code for diagnostic in off]


def test_diagnostics_that_are_turned_off_are_not_fixed() -> None:
    assert fix("Bord/id == 5", endpoint=TICKETS, unsafe_fixes=True).text == "board/id = 5"
    left = fix("Bord/id == 5", endpoint=TICKETS, unsafe_fixes=True, rules={"unknown-field": "off"})
    assert left.text == "Bord/id = 5"
    assert fix("BOARD/id == 5", endpoint=TICKETS, rules=RuleConfig(strict=True)).text == "board/id = 5"
