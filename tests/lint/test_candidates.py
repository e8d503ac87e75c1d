"""The target of a text that is used several times."""

from __future__ import annotations

import pytest

from cwql.lint.frontends.python.candidates import common_place
from cwql.lint.places import NOWHERE, Place

TICKETS = Place("manage", "/service/tickets", sure=True)
BOARDS = Place("manage", "/service/boards", sure=True)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([TICKETS, NOWHERE], TICKETS),
        ([TICKETS, BOARDS], Place("manage", None, sure=True)),
        ([TICKETS, Place("automate", "/Computers")], Place(None, None, sure=True)),
        ([NOWHERE], NOWHERE),
    ],
)
def test_the_uses_agree_on_a_target(places: list[Place], expected: Place) -> None:
    assert common_place(places) == expected
