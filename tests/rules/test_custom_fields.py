"""CW501 and CW502: conditions on custom fields that cannot mean what they say."""

from __future__ import annotations

import pytest

from tests.rules.cases import Bad, Good, examine, findings

CUSTOM = "customFieldConditions"
CONTACTS = "/company/contacts"


def bad(code: str, text: str, where: str) -> Bad:
    return Bad(code, text, where, None, CONTACTS, "manage", CUSTOM, "error")


def good(code: str, text: str, parameter: str | None = CUSTOM) -> Good:
    return Good(code, text, CONTACTS, "manage", parameter)


@pytest.mark.parametrize(
    "case",
    [
        bad("CW501", "caption = 'a' and value = 1 and caption = 'b' and value = 2", "caption = 'b'"),
        bad("CW501", "caption = 'a' and caption = 'b'", "caption = 'b'"),
        bad("CW501", "Caption = 'a' and CAPTION = 'b'", "CAPTION = 'b'"),
        bad("CW501", "id = 75 and value = 1 and id = 76", "id = 76"),
        bad("CW501", "caption in ('a', 'b') and value = 1 and caption = 'c'", "caption = 'c'"),
        bad("CW501", "(caption = 'a' or caption = 'b') and caption = 'c'", "caption = 'c'"),
        bad("CW501", "((caption = 'a' and value = 1) or (caption = 'a' and value = 2)) and caption = 'b'", "caption = 'b'"),
        bad("CW501", "value = 5 or (caption = 'a' and caption = 'b')", "caption = 'b'"),
        bad("CW502", "caption != 'a' or value != 1", "caption != 'a'"),
        bad("CW502", "value != 1 or id != 75", "id != 75"),
        bad("CW502", "caption not in ('a', 'b') or value = 1", "caption not in ('a', 'b')"),
        bad("CW502", "type = 'Text' and (caption != 'a' or value != 1)", "caption != 'a'"),
    ],
    ids=lambda case: case.text,
)  # fmt: skip
def test_bad(case: Bad) -> None:
    examine(case)


@pytest.mark.parametrize(
    "case",
    [
        good("CW501", "caption = 'a' and value = 1"),
        good("CW501", "caption = 'a' and value > 1 and caption = 'a' and value < 5"),
        good("CW501", "caption = 'a' and caption = 'A'"),
        good("CW501", "caption = 'a' or caption = 'b'"),
        good("CW501", "(caption = 'a' and value = 1) or (caption = 'b' and value = 2)"),
        good("CW501", "caption in ('a', 'b') and caption in ('b', 'c')"),
        good("CW501", "caption = 'a' and id = 75"),
        good("CW501", "caption like 'a%' and caption like '%b'"),
        good("CW501", "id = 1 and id = 2", None),
        good("CW502", "caption = 'a' and value != 1"),
        good("CW502", "caption != 'a' and value = 1"),
        good("CW502", "value != 1 or value = 3"),
        good("CW502", "id != 1 or lastName = 'a'", None),
    ],
    ids=lambda case: case.text,
)
def test_good(case: Good) -> None:
    assert findings(case) == []


def test_a_broken_text_is_not_judged_as_a_whole() -> None:
    assert findings(good("CW501", "caption = 'a' and caption = 'b' and")) == []
