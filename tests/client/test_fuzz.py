"""A small run of the fuzzer of client faults."""

from __future__ import annotations

import dataclasses

import pytest

from scripts.fuzz.client_faults import FAULTS, BrokenClaimError, Outcome, World, check, check_outcome, draw, main
from scripts.fuzz.raw_server import Arrived


@pytest.mark.parametrize("seed", range(12))
def test_claims_are_true(seed: int) -> None:
    for number in range(8):
        check(100 * seed + number)


def test_the_command_says_what_was_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "2", "--seed", "1"]) == 0
    assert capsys.readouterr().out.startswith("2 scenarios from seed 1: {")


def test_scenarios_are_drawn_from_their_seed() -> None:
    assert draw(7) == draw(7)
    drawn = [draw(seed) for seed in range(500)]
    assert {fault.kind for scenario in drawn for fault in scenario.faults.values()} == set(FAULTS)
    assert {(scenario.product, scenario.mode) for scenario in drawn} == {
        (product, mode) for product in ("manage", "automate") for mode in ("sync", "async")
    }


LIST = dataclasses.replace(
    draw(1),
    product="manage",
    call="list",
    records=4,
    size=2,
    paging="honest",
    count="absent",
    links="right",
    cap=0,
    faults={},
)
WRITES = [Arrived("POST", "/x", {}, {}, b"", number) for number in (1, 2)]


@pytest.mark.parametrize(
    ("outcome", "arrived", "reason"),
    [
        (Outcome([1, 4, 4, 7]), [], "twice"),
        (Outcome([1, 4, 7]), [], "missing"),
        (Outcome([1, 7]), [], "found"),
        (Outcome([1], KeyError("x")), [], "not typed"),
        (Outcome([1, 4, 7, 10], None, 60.0), [], "a wait of"),
        (Outcome([1, 4, 7, 10]), WRITES, "sent again"),
    ],
)
def test_a_claim_that_is_not_true_is_reported(outcome: Outcome, arrived: list[Arrived], reason: str) -> None:
    world = World(LIST)
    world.statuses = {1: 503, 2: 200}
    with pytest.raises(BrokenClaimError, match=reason):
        check_outcome(LIST, world, arrived, outcome)


def test_a_write_may_follow_a_refusal() -> None:
    world = World(LIST)
    world.statuses = {1: 429, 2: 200}
    check_outcome(LIST, world, WRITES, Outcome([1, 4, 7, 10]))
