"""Candidates inside URLs."""

from __future__ import annotations

import pytest

from cwql.completion import complete_url


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("/service/tick", ["ticketLinks", "tickets", "ticketSyncs"]),
        ("service/TICKETS", ["tickets", "ticketSyncs"]),
        ("https://api.example/v4_6_release/apis/3.0/service/tickets/5/not", ["notes"]),
        ("/service/tickets/{id}/not", ["notes"]),
        ("/service/tickets/${id}/not", ["notes"]),
        ("/company/compan", ["companies", "companyPickerItems", "companyTypeAssociations"]),
        ("/Computers/ma", ["MaintenanceModes"]),
        ("https://rmm.example/cwa/api/v1/Comp", ["ComputerMenus", "Computers"]),
        ("/serv", ["service/"]),
        ("/nothing/at/all", []),
        ("/service/tickets?cond", ["conditions"]),
        ("/service/tickets?conditions=id=1&orderB", ["orderBy"]),
        ("/service/tickets?conditions=i", []),
        ("/Computers?cond", ["condition"]),
        ("", None),
    ],
)
def test_complete_url(text: str, labels: list[str] | None) -> None:
    found = complete_url(text)
    if labels is None:
        assert "service/" in [each.label for each in found]
    else:
        assert [each.label for each in found] == labels


def test_a_dialect_limits_the_products() -> None:
    assert [each.label for each in complete_url("/Comp", dialect="automate")] == ["ComputerMenus", "Computers"]
    assert [each.label for each in complete_url("/comp", dialect="manage")] == ["company/"]


def test_the_segment_under_the_cursor_is_replaced() -> None:
    (found,) = complete_url("/service/tick/5", 13, dialect="manage")[1:2]
    assert (found.span.start, found.span.end, found.text) == (9, 13, "tickets")
    (found,) = complete_url("/service/tickets?page=1", 22) or complete_url("/service/tickets?pageI")
    assert found.text == "pageId="
