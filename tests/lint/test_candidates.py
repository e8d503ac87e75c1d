"""The target of a text that is used several times."""

from __future__ import annotations

import pytest

from cwql.lint.frontends.python.candidates import common_place
from cwql.lint.request_targets import NOWHERE, RequestTarget

TICKETS = RequestTarget("manage", "/service/tickets", sure=True)
BOARDS = RequestTarget("manage", "/service/boards", sure=True)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([TICKETS, NOWHERE], TICKETS),
        ([TICKETS, BOARDS], RequestTarget("manage", None, sure=True)),
        ([TICKETS, RequestTarget("automate", "/Computers")], RequestTarget(None, None, sure=True)),
        ([NOWHERE], NOWHERE),
    ],
)
def test_the_uses_agree_on_a_target(places: list[RequestTarget], expected: RequestTarget) -> None:
    assert common_place(places) == expected
