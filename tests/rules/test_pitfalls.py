"""Rules about pitfalls: their diagnostics, positions and fixes, and the texts that they do not report."""

from __future__ import annotations

import pytest

from cwql import check, fix
from tests.rules.cases import COMPUTERS, TICKETS, Bad, Good, examine, findings

LIST = ", ".join(str(number) for number in range(10_001, 10_402))
BAD = [
    Bad("CW401", "id = 1 and id = 2", "id = 2", "id in (1, 2)", None),
    Bad("CW401", "id > 5 and id < 3", "id < 3", None, None),
    Bad("CW401", "(id = 1) and x = 2 and (id = 2)", "id = 2", "(id in (1, 2)) and x = 2", None),
    Bad("CW401", "board/id in (1, 2) and board/id in (3)", "board/id in (3)"),
    Bad(
        "CW401",
        'status/name = "New" and status/name = "Open"',
        'status/name = "Open"',
        'status/name in ("New", "Open")',
    ),
    Bad("CW401", "dateEntered > [2024-02-01] and dateEntered < [2024-01-01]", "dateEntered < [2024-01-01]"),
    Bad("CW401", "closedFlag = true and closedFlag = false", "closedFlag = false"),
    Bad("CW402", "id < 5 or id >= 3", "id >= 3", None, None),
    Bad("CW402", "x = null or x != null", "x != null", None, None),
    Bad("CW402", "id = 5 and (x = 1 or x != 1)", "x != 1", None, None),
    Bad("CW403", "x != 1 or x != 2", "x != 2", "x not in (1, 2)", None),
    Bad(
        "CW403",
        "y = 1 and (x != 'a' or x != 'b' or z = 3)",
        "x != 'b'",
        "y = 1 and (x not in ('a', 'b') or z = 3)",
        None,
    ),
    Bad("CW403", "status/id != 1 or status/id not in (2, 3)", "status/id not in (2, 3)", "status/id not in (1, 2, 3)"),
    Bad("CW404", "id = 1 and x = 2 and id = 1", "id = 1", "id = 1 and x = 2", None),
    Bad("CW404", "(id = 1) or (ID = 1)", "ID = 1", "(id = 1)", None),
    Bad("CW404", "(a = 1 or b = 2) and (b = 2 or a = 1)", "b = 2 or a = 1", "(a = 1 or b = 2)", None),
    Bad("CW404", "types/id = 1 and types/id = 1", "types/id = 1", "types/id = 1", None, "manage", "childConditions"),
    Bad("CW405", "id > 5 and id > 3", "id > 3", "id > 5", None),
    Bad("CW405", "id > 3 and id > 5", "id > 3", "id > 5", None),
    Bad("CW405", "id > 5 or id > 3", "id > 5", "id > 3", None),
    Bad("CW405", "a = 1 or (a = 1 and b = 2)", "a = 1 and b = 2", "a = 1", None),
    Bad("CW405", "status/id = 5 and status/id != 6", "status/id != 6", "status/id = 5"),
    Bad("CW406", "x = 1 or x = 2 or x = 3", "x = 1 or x = 2 or x = 3", "x in (1, 2, 3)", None),
    Bad(
        "CW406",
        "(x = 'a' or x = 'b' or y = 4 or x = 'c') and z = 1",
        "x = 'a' or x = 'b' or y = 4 or x = 'c'",
        "(x in ('a', 'b', 'c') or y = 4) and z = 1",
        None,
    ),
    Bad("CW406", "Id = 1 or Id = 2 or Id = 3", "Id = 1 or Id = 2 or Id = 3", "Id in (1, 2, 3)", COMPUTERS, "automate"),
    Bad("CW407", 'summary like "vpn"', '"vpn"', 'summary contains "vpn"'),
    Bad("CW407", "summary not like 'vpn'", "'vpn'", "summary not contains 'vpn'", None),
    Bad("CW407", "Name like 'ACME'", "'ACME'", "Name contains 'ACME'", None, "automate"),
    Bad("CW408", 'summary contains "%vpn%"', '"%vpn%"', 'summary contains "vpn"'),
    Bad("CW408", "summary not contains '*vpn'", "'*vpn'", "summary not contains 'vpn'", None),
    Bad("CW408", 'summary="vpn%"', '"vpn%"', 'summary like "vpn%"'),
    Bad("CW408", "Name startswith 'ACME%'", "'ACME%'", "Name startswith 'ACME'", None, "automate"),
    Bad("CW409", 'summary like "[JIRA]%"', "[", 'summary like "[[]JIRA]%"'),
    Bad("CW409", "summary not like '%[x%'", "[", "summary not like '%[[]x%'"),
    Bad("CW409", "summary like '%[[]a] [b]%'", "[", "summary like '%[[]a] [[]b]%'", None),
    Bad("CW409", "Path like 'C:\\Temp%'", "\\", None, None, "automate"),
    Bad("CW410", 'impact like "Hi%"', "like", 'impact = "High"', severity="error"),
    Bad("CW410", 'impact not contains "low"', "not contains", 'impact != "Low"'),
    Bad("CW410", 'billTime like "%No%"', "like", 'billTime in ("DoNotBill", "NoCharge", "NoDefault")'),
    Bad("CW411", 'summary like "%vpn%"', "%"),
    Bad("CW411", "summary like '*vpn'", "*", None, None),
    Bad("CW411", "Client.Name like '%Acme%'", "%", None, COMPUTERS, "automate"),
    Bad("CW412", "closedFlag = false", "closedFlag = false", severity="info"),
    Bad("CW412", "(ClosedFlag=False)", "ClosedFlag=False"),
    Bad("CW412", "closedFlag = false", "closedFlag = false", None, "/project/tickets"),
    Bad("CW413", 'recordType = "ProjectTicket"', '"ProjectTicket"'),
    Bad("CW413", "recordType in ('ServiceTicket', 'ProjectIssue')", "'ProjectIssue'"),
    Bad("CW413", "RecordType='projectticket'", "'projectticket'"),
    Bad("CW415", 'phone = "%2B15551234567"', '"%2B15551234567"', 'phone = "+15551234567"', None),
    Bad("CW415", "x in ('a', 'R%26D')", "'R%26D'", "x in ('a', 'R&D')", None),
    Bad("CW415", "x like 'foo%20bar%'", "'foo%20bar%'", "x like 'foo bar%'", None),
    Bad("CW416", 'status/name = "Scheduled "', '"Scheduled "', 'status/name = "Scheduled"', severity="info"),
    Bad("CW416", "x in ('a', ' b')", "' b'", "x in ('a', 'b')", None),
    Bad("CW416", "x != ' a '", "' a '", "x != 'a'", None),
]

GOOD = [
    Good("CW401", "types/id = 1 and types/id = 2", "/company/contacts", "manage", "childConditions"),
    Good("CW401", "types/id = 1 and types/id = 2", None),
    Good("CW401", "OpenPortsTCP = 1 and OpenPortsTCP = 2", COMPUTERS, "automate"),
    Good("CW401", "id > 3 and id < 5 and x = 1 or x = 2", None),
    Good("CW401", "not (id != 1 or id != 2)", None),
    Good("CW401", 'caption = "A" and value = 1 and value = 2', None, "manage", "customFieldConditions"),
    Good("CW402", "id < 3 or id > 5 or x = 1", None),
    Good("CW402", "x = null or x = 1", None),
    Good("CW402", "x != 1 or y != 1", None),
    Good("CW403", "x != 1 and x != 2", None),
    Good("CW403", "x != 1 or x = 2", None),
    Good("CW403", "types/id != 1 or types/id != 2", None),
    Good("CW404", "id = 1 and (id = 1 or x = 2)", None),
    Good("CW404", "x = 'a' or x = 'A'", None),
    Good("CW405", "id > 3 and id < 5", None),
    Good("CW405", "types/id = 1 and types/id != 2", None),
    Good("CW406", "x = 1 or x = 2 or y = 3", None),
    Good("CW406", "types/id = 1 or types/id = 2 or types/id = 3", None, "manage", "childConditions"),
    Good("CW406", "x = 1 or x = 'a' or x = null", None),
    Good("CW407", "communicationItems/value like 'a@b.c'", None, "manage", "childConditions"),
    Good("CW407", "summary like 'vpn%' and x like '*a'", None),
    Good("CW407", "Name like 'ACME*'", None, "automate"),
    Good("CW408", 'summary contains "100%" and x = "5%"', None),
    Good("CW408", 'summary like "%vpn%"', None),
    Good("CW408", 'summary contains "%" and phone contains "%2B1"', None),
    Good("CW409", "summary like '[[]JIRA]%' and x like '[a-f]%' and y contains '[x]'", None),
    Good("CW409", "Name like '100\\%' and Path like 'C:\\\\Temp%'", None, "automate"),
    Good("CW410", 'impact = "High" and summary like "Hi%"'),
    Good("CW411", "summary like 'vpn%'", None),
    Good("CW412", "closedFlag = false and board/id = 1"),
    Good("CW412", "closedFlag = true"),
    Good("CW412", "closedFlag = false", "/company/companies"),
    Good("CW413", 'recordType = "ServiceTicket"'),
    Good("CW413", 'recordType != "ProjectTicket"'),
    Good("CW413", 'recordType = "ProjectTicket"', "/project/tickets"),
    Good("CW414", "id = 5"),
    Good("CW414", f"id in ({LIST})", "/service/tickets/search"),
    Good("CW415", "x like '%2024%' and y contains '5% off'", None),
    Good("CW416", "x = 'a b' and y contains ' vpn ' and z = ' '", None),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.code} {case.text[:40]}")
def test_bad_texts(case: Bad) -> None:
    examine(case)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case.code} {case.text[:40]}")
def test_good_texts(case: Good) -> None:
    assert findings(case) == []


@pytest.mark.parametrize(
    ("endpoint", "hint"),
    [
        (TICKETS, "send it by POST to /service/tickets/search"),
        ("/company/configurations", "split the list of values over several requests"),
        (None, "split the list of values over several requests"),
    ],
)
def test_long_urls(endpoint: str | None, hint: str) -> None:
    (found,) = check(f"id in ({LIST})", dialect="manage", endpoint=endpoint)
    assert (found.code, found.hint) == ("CW414", hint)
    (found,) = check(f"x = '{'é' * 400}'", dialect="manage", endpoint=None)
    assert (found.code, found.hint) == ("CW414", "say it in fewer words, or in several requests")
    assert check(f"x = '{'x' * 1800}'", dialect="manage", endpoint=None) == []


def test_doubtful_readings_wait_until_they_are_settled() -> None:
    assert [f.code for f in check("x = 1 or x = 2 and x = 1")] == ["CW143"]
    assert [f.code for f in check("not (x = 1 or x = 1)")] == ["CW120"]
    assert fix("not (x = 1 or x = 1)").text == "(x != 1)"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("id = 1 and id = 1 and id = 1", "id = 1"),
        ("((a = 1)) and (a = 1 and (a = 1 or b = 2))", "((a = 1))"),
        ("a = 1 or a = 2 or a = 3 or a = 2", "a in (1, 2, 3)"),
        ("id > 1 and id > 2 and id > 3 and id > 3", "id > 3"),
        ("(a = 1 or (b = 2 and b = 2)) and (a = 1 or b = 2)", "(a = 1 or (b = 2))"),
    ],
)
def test_safe_fixes_go_on_until_none_is_left(text: str, fixed: str) -> None:
    assert fix(text).text == fixed
