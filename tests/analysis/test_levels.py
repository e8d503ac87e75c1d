"""Levels: for a run, for a rule, and a call's over its client's."""

from __future__ import annotations

import pickle

import pytest

from cwql import UnknownNameError, check
from cwql.analysis.fixes import fix
from cwql.analysis.levels import DEFAULT, Levels
from cwql.analysis.rules import RULES
from cwql.diagnostics import Rule

TICKETS = "/service/tickets"


def told(text: str, levels: Levels | None) -> list[tuple[str, str]]:
    return [(f.name, f.severity) for f in check(text, "manage", TICKETS, levels=levels)]


def test_without_levels_a_rule_counts_as_its_record_says() -> None:
    assert (
        told("bord/id == 5", None)
        == told("bord/id == 5", DEFAULT)
        == [("unknown-field", "error"), ("double-equals", "warning")]
    )


def test_off_drops_findings() -> None:
    assert told("bord/id == 5", Levels("off")) == []
    assert told("bord/id == 5", Levels(None, {"unknown-field": "off"})) == [("double-equals", "warning")]
    assert told("bord/id == 5", Levels(None, {"CW112": "off"})) == [("unknown-field", "error")]
    assert told("bord/id == 5", Levels("off", {"CW203": "warn"})) == [("unknown-field", "warning")]


def test_warn_makes_warnings_of_errors() -> None:
    assert told("bord/id == 5", Levels("warn")) == [("unknown-field", "warning"), ("double-equals", "warning")]


def test_strict_makes_errors_of_warnings_and_turns_silent_rules_on() -> None:
    assert told("BOARD/id == 5", Levels("strict")) == [("field-case", "info"), ("double-equals", "error")]
    assert told("BOARD/id = 5", Levels(None, {"field-case": "strict"})) == [("field-case", "error")]
    assert told("BOARD/id = 5", Levels(None, {"field-case": "warn"})) == [("field-case", "info")]
    assert told("BOARD/id = 5", None) == []


def test_what_cannot_be_read_stays_an_error() -> None:
    assert told("id = ", Levels("off")) == told("id = ", Levels("warn")) == [("missing-value", "error")]


def test_a_call_counts_over_its_client() -> None:
    client = Levels("strict", {"unknown-field": "warn", "field-case": "off"})
    call = Levels(None, {"unknown-field": "off"})
    assert call.over(client) == Levels("strict", {"CW203": "off", "CW216": "off"})
    assert Levels("warn").over(client).everything == "warn"
    assert call.over(None) == call.over(DEFAULT) == call


def test_levels_are_values() -> None:
    one, two = Levels("warn", {"CW203": "off"}), Levels("warn", {"unknown-field": "off"})
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    assert repr(one) == "Levels(everything='warn', rules={'CW203': 'off'})"


@pytest.mark.parametrize("rules", [{"nonsense": "off"}, {"CW203": "loud"}, {"CW999": "off"}])
def test_unknown_rules_and_levels_are_refused(rules: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError):
        Levels(None, rules)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="unknown level 'loud': expected one of strict, warn, off"):
        Levels("loud")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found", [record for record in RULES if record.code >= "CW200"], ids=lambda record: record.name
)
def test_every_rule_that_checks_can_be_turned_off(found: Rule) -> None:

    place = (found.dialect, found.endpoint, found.parameter)
    off = check(found.example, *place, levels=Levels("strict", {found.code: "off"}), forward_only=True)
    assert found.code not in [finding.code for finding in off]


def test_fix_leaves_alone_what_is_turned_off() -> None:
    assert fix("Bord/id == 5", "manage", TICKETS, unsafe=True) == "board/id = 5"
    assert (
        fix("Bord/id == 5", "manage", TICKETS, unsafe=True, levels=Levels(None, {"unknown-field": "off"}))
        == "Bord/id = 5"
    )
    assert fix("BOARD/id == 5", "manage", TICKETS, levels=Levels("strict")) == "board/id = 5"
