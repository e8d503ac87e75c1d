"""Candidates at a cursor, which the texts of the tables show as ``|``."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cwql.analysis.checker import check
from cwql.completion import Completion, complete
from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS, Dialect, find_dialect
from cwql.schema.catalog import catalog
from tests.texts import Texts

NOW = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)
TICKETS, CONTACTS, COMPUTERS = "/service/tickets", "/company/contacts", "/Computers"


def at_cursor(marked: str, endpoint: str | None, dialect: str, parameter: str | None = None) -> list[Completion]:
    before, _, after = marked.partition("|")
    return complete(before + after, len(before), endpoint=endpoint, dialect=dialect, parameter=parameter, now=NOW)


def written(marked: str, found: list[Completion]) -> list[str]:
    """Return the texts after each candidate is inserted."""
    text = marked.replace("|", "", 1)
    return [text[: each.span.start] + each.text + text[each.span.end :] for each in found]


MANAGE: list[tuple[str, list[str]]] = [
    # fields, and fields through references
    ("summ|", ["summary"]),
    ("closedF|", ["closedFlag", "predecessorClosedFlag"]),
    ("board/na|", ["board/name"]),
    ("board/na|me = 5", ["board/name = 5"]),
    ("bo|ard/name = 5", ["board/name = 5"]),
    ("Board/NA|", ["Board/name"]),
    ("id = 5 and summ|", ["id = 5 and summary"]),
    ("id = 5 and (summ| = 1", ["id = 5 and (summary = 1"]),
    ("id = 5 or not summ|", ["id = 5 or not summary"]),
    ("owner/identif|", ["owner/identifier"]),
    ("nosuch/i|", []),
    ("summary/i|", []),
    ("lastUpd|", ["lastUpdated", "escalationLastUpdateMinutes", "_info/lastUpdated"]),
    # operators that fit the type
    ("summary |", ["summary =", "summary !=", "summary contains", "summary not contains", "summary like",
                   "summary not like", "summary in (", "summary not in (", "summary <", "summary <=", "summary >",
                   "summary >="]),
    ("closedFlag |", ["closedFlag =", "closedFlag !="]),
    ("impact |", ["impact =", "impact !=", "impact in (", "impact not in ("]),
    ("lastUpdated |", ["lastUpdated <", "lastUpdated <=", "lastUpdated >", "lastUpdated >=", "lastUpdated =",
                       "lastUpdated !=", "lastUpdated in (", "lastUpdated not in ("]),
    ("company |", ["company =", "company !="]),
    ("summary con|", ["summary contains", "summary not contains"]),
    ("summary not |", ["summary not contains", "summary not like", "summary not in ("]),
    ("summary not  l|", ["summary not like"]),
    ("closedFlag !|", ["closedFlag !="]),
    ("id in |", ["id in ("]),
    # enum members, also in the quotes that are open
    ("impact = |", ['impact = "Low"', 'impact = "Medium"', 'impact = "High"', "impact = null"]),
    ("impact != H|", ['impact != "High"']),
    ('impact = "|', ['impact = "Low"', 'impact = "Medium"', 'impact = "High"']),
    ("impact = 'Lo|'", ["impact = 'Low'"]),
    ("impact = 'Lo|w' and id = 5", ["impact = 'Low' and id = 5"]),
    ('impact = "Lo| and summary = "x"', ['impact = "Low" and summary = "x"']),
    ('impact in ("Low", |', ['impact in ("Low", "Medium"', 'impact in ("Low", "High"']),
    ('impact in (|)', ['impact in ("Low")', 'impact in ("Medium")', 'impact in ("High")']),
    # booleans, null, dates
    ("closedFlag = |", ["closedFlag = true", "closedFlag = false"]),
    ("closedFlag=f|", ["closedFlag=false"]),
    ("closedDate = nu|", ["closedDate = null"]),
    ("contact = |", ["contact = null"]),
    ("lastUpdated > |", ["lastUpdated > [2026-03-15T00:00:00Z]", "lastUpdated > [2026-03-14T00:00:00Z]",
                         "lastUpdated > [2026-03-08T00:00:00Z]", "lastUpdated > [2026-02-13T00:00:00Z]",
                         "lastUpdated > [2026-03-01T00:00:00Z]", "lastUpdated > [2026-01-01T00:00:00Z]",
                         "lastUpdated > [2026-03-15T12:30:00Z]", "lastUpdated > [2026-03-15T11:30:00Z]"]),
    ("lastUpdated > [2026-01|", ["lastUpdated > [2026-01-01T00:00:00Z]"]),
    ("lastUpdated > [2026-01|-05]", ["lastUpdated > [2026-01-01T00:00:00Z]"]),
    ("lastUpdated > 2026-01|", ["lastUpdated > [2026-01-01T00:00:00Z]"]),
    # connectives
    ("id = 5 |", ["id = 5 and", "id = 5 or"]),
    ("id = 5 a|", ["id = 5 and"]),
    ("(id = 5) o|", ["(id = 5) or"]),
    ("id in (1, 2) a|", ["id in (1, 2) and"]),
    ("id in (1 |", []),
    # texts with mistakes
    ("id == 5 && summ|", []),
    ("status = In Progress and summ|", ["status = In Progress and summary"]),
    ("id = and summ|", ["id = and summary"]),
    ("impact is Low and impact = H|", ['impact is Low and impact = "High"']),
    ("{} and impact = H|", ['{} and impact = "High"']),
    ("\N{OBJECT REPLACEMENT CHARACTER} and impact = H|", ['\N{OBJECT REPLACEMENT CHARACTER} and impact = "High"']),
    ("))) impact = H|", ['))) impact = "High"']),
    ('summary = "im|', []),
]  # fmt: skip
AUTOMATE: list[tuple[str, list[str]]] = [
    ("Client.Comp|", ["Client.Company"]),
    ("Client/Comp|", ["Client/Company"]),
    ("ComputerNa|", ["ComputerName"]),
    ("ComputerName starts|", ["ComputerName startswith"]),
    ("ComputerName not |", ["ComputerName not contains", "ComputerName not like", "ComputerName not in ("]),
    ("IsRebootNeeded = |", ["IsRebootNeeded = True", "IsRebootNeeded = False"]),
    ("LoggedInUsers.LoggedInUserN|", ["LoggedInUsers.LoggedInUserName"]),
    ("RemoteAgentLastContact > 2026-01|", ["RemoteAgentLastContact > 2026-01-01T00:00:00Z"]),
]


@pytest.mark.parametrize(("marked", "expected"), MANAGE)
def test_manage(marked: str, expected: list[str]) -> None:
    assert written(marked, at_cursor(marked, TICKETS, "manage")) == expected


@pytest.mark.parametrize(("marked", "expected"), AUTOMATE)
def test_automate(marked: str, expected: list[str]) -> None:
    assert written(marked, at_cursor(marked, COMPUTERS, "automate")) == expected


@pytest.mark.parametrize(
    ("parameter", "endpoint", "marked", "expected"),
    [
        ("childConditions", CONTACTS, "|", ["communicationItems", "types"]),
        ("childConditions", CONTACTS, "communicationItems/val|", ["communicationItems/value"]),
        ("childConditions", CONTACTS, "communicationItems/type/nam|", ["communicationItems/type/name"]),
        ("conditions", CONTACTS, "communicationI|", []),
        ("conditions", CONTACTS, "communicationItems/val|", []),
        ("customFieldConditions", None, "cap|", ["caption"]),
        ("customFieldConditions", CONTACTS, 'caption = "x" and val|', ['caption = "x" and value']),
        ("orderBy", TICKETS, "summ|", ["summary"]),
        ("orderBy", TICKETS, "priority/na|", ["priority/name"]),
        ("orderBy", TICKETS, "summary |", ["summary asc", "summary desc"]),
        ("orderBy", TICKETS, "summary d|", ["summary desc"]),
        ("orderBy", TICKETS, "summary desc, closedDa|", ["summary desc, closedDate"]),
        ("orderBy", TICKETS, "summary desc |", []),
        ("orderBy", CONTACTS, "communicationI|", []),
        ("fields", TICKETS, "id,summ|", ["id,summary"]),
        ("fields", TICKETS, "id, board/na|", ["id, board/name"]),
        ("fields", CONTACTS, "communicationI|", ["communicationItems"]),
        # This name only filters: records have it inside _info.
        ("fields", TICKETS, "lastUp|", ["escalationLastUpdateMinutes"]),
    ],
)
def test_parameters(parameter: str, endpoint: str | None, marked: str, expected: list[str]) -> None:
    assert written(marked, at_cursor(marked, endpoint, "manage", parameter)) == expected


def test_without_an_endpoint_operators_and_connectives_are_known() -> None:
    assert complete("summ") == []
    assert [each.label for each in complete("summary con")] == ["contains", "not contains"]
    assert [each.label for each in complete("id = 5 ")] == ["and", "or"]


def test_known_values_of_a_server_are_offered() -> None:
    def known(record: str, path: tuple[str, ...]) -> list[str | int]:
        return ["Help Desk", 'Pat\'s "Desk"', 7] if (record, path[-1]) == ("BoardReference", "name") else []

    def texts(text: str) -> list[str]:
        return [each.text for each in complete(text, endpoint=TICKETS, known_values=known)]

    # A text with both kinds of quotes cannot be written.
    assert texts("board/name = ") == ['"Help Desk"', "7", "null"]
    assert texts("board/name = 'H") == ["'Help Desk'"]
    assert texts("board/name in ('help desk', ") == ["7"]
    assert texts("board/id = ") == ["null"]


def test_details_and_documentation() -> None:
    (found,) = complete("impac", endpoint=TICKETS)
    assert (found.kind, found.detail, found.documentation) == ("field", "enum", "Members: Low, Medium, High.")
    (found,) = complete("compan", endpoint=TICKETS)
    assert (found.kind, found.detail) == ("reference", "reference CompanyReference")
    assert [each.kind for each in complete("communicationI", endpoint=CONTACTS, parameter="fields")] == ["collection"]


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError):
        complete("id", dialect="x")
    with pytest.raises(UnknownNameError):
        complete("id", parameter="x")
    assert complete("id", endpoint="/no/such/list") == []


@pytest.mark.parametrize(("dialect", "endpoint"), [("manage", TICKETS), ("manage", CONTACTS), ("automate", COMPUTERS)])
def test_no_candidate_is_an_error(dialect: str, endpoint: str) -> None:
    """Every offered field with every offered operator and value is accepted by the checker."""
    names = [each for each in complete("", endpoint=endpoint, dialect=dialect) if each.kind == "field"]
    assert len(names) > 20
    count = 0
    for name in names:
        for operator in complete(f"{name.text} ", endpoint=endpoint, dialect=dialect):
            start = f"{name.text} {operator.text} "
            for value in complete(start, endpoint=endpoint, dialect=dialect, now=NOW):
                text = start + value.text + (")" if operator.text.endswith("(") else "")
                problems = check(text, dialect=find_dialect(dialect), endpoint=endpoint)
                assert [each.message for each in problems if each.severity == "error"] == [], text
                count += 1
    assert count > 100


@pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)
def test_generated_texts_never_raise_and_spans_contain_the_cursor(record: Dialect) -> None:
    texts = Texts(record, 5)
    endpoint = {"manage": TICKETS, "automate": COMPUTERS}[record.name]
    for _ in range(300):
        text = texts.any()
        for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
            for parameter in record.parameters:
                for each in complete(text, offset, endpoint=endpoint, dialect=record, parameter=parameter.name):
                    assert 0 <= each.span.start <= offset <= each.span.end <= len(text)
                    assert each.text
                    assert each.label


def test_every_field_of_a_record_can_be_completed() -> None:
    record = catalog("manage").record("Ticket")
    offered = {each.label for each in complete("", endpoint=TICKETS)}
    assert {name for name in record.names if name != "customFields"} <= offered
