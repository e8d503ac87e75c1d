"""Facts about the part of a text under the cursor, which the texts show as ``|``."""

from __future__ import annotations

import pytest

from cwql.completion import Hover, hover
from cwql.language.dialects import DIALECTS
from tests.texts import Texts


def at_cursor(marked: str, endpoint: str | None = "/service/tickets", **options: str) -> Hover | None:
    before, _, after = marked.partition("|")
    return hover(before + after, len(before), endpoint=endpoint, **options)


@pytest.mark.parametrize(
    ("marked", "covered", "title", "fact"),
    [
        ("imp|act = 'High'", "impact", "impact: enum", "Members: Low, Medium, High."),
        ("|impact = 'High'", "impact", "impact: enum", 'Example: `impact = "Low"`'),
        ("bo|ard/name = 'x'", "board", "board: reference BoardReference", "Compare one of its fields, for example board/id."),
        ("board/na|me = 'x'", "name", "board/name: text", 'Example: `board/name contains "…"`'),
        ("summ|ary = 'x'", "summary", "summary: text(100)", "At most 100 characters."),
        ("escalation|Level = 2", "escalationLevel", "escalationLevel: integer", "Since ConnectWise Manage 2025.1."),
        ("last|Updated = 'x'", "lastUpdated", "lastUpdated: datetime", "Only filters; records show it as _info/lastUpdated."),
        ("id = 5 and (clos|edFlag", "closedFlag", "closedFlag: boolean", "Example: `closedFlag = false`"),
        ("summary not con|tains 'x'", "not contains", "not contains", 'Example: `summary not contains "email"`'),
        ("summary n|ot contains 'x'", "not contains", "not contains", "Evidence: vendor text, several clients."),
        ("id |== 5", "==", "=", "Written `=`."),
        ("impact = 'Hi|gh'", "'High'", "'…'", "Member of impact; the others are Low, Medium."),
        ("impact = 'Hi|ghest'", "'Highest'", "'…'", "No member of impact: Low, Medium, High."),
        ("dateEntered > [2024-1-|5 10:00]", "[2024-1-5 10:00]", "[yyyy-MM-ddTHH:mm:ssZ]", "Read as `[2024-01-05T10:00:00Z]`."),
        ("closedFlag = tr|ue", "true", "true, false", "Compared with `closedFlag`: boolean."),
    ],
)  # fmt: skip
def test_hover(marked: str, covered: str, title: str, fact: str) -> None:
    found = at_cursor(marked)
    assert found is not None
    text = marked.replace("|", "", 1)
    assert (text[found.span.start : found.span.end], found.title) == (covered, title)
    assert fact in found.facts
    assert f"`{title}`" in found.markdown


@pytest.mark.parametrize("marked", ["nos|uch = 5", "id = 5 a|nd id = 6", "id = 5   |   ", "", "|", "(|)", 'x = "|'])
def test_nothing_is_known(marked: str) -> None:
    assert at_cursor(marked) is None


def test_other_parameters_and_dialects() -> None:
    found = at_cursor("summary, boa|rd/name", parameter="fields")
    assert found is not None
    assert found.title == "board: reference BoardReference"
    found = at_cursor("Client.Na|me = 'x'", "/Computers", dialect="automate")
    assert found is not None
    assert found.title.startswith("Client.Name: text")
    assert at_cursor("summ|ary = 'x'", None) is None
    assert at_cursor("summary con|tains 'x'", None) is not None


def test_generated_texts_never_raise() -> None:
    for record in DIALECTS:
        texts = Texts(record, 6)
        endpoint = {"manage": "/service/tickets", "automate": "/Computers"}[record.name]
        for _ in range(150):
            text = texts.any()
            for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
                for parameter in record.parameters:
                    found = hover(text, offset, endpoint=endpoint, dialect=record, parameter=parameter.name)
                    assert found is None or found.span.start <= offset <= found.span.end
