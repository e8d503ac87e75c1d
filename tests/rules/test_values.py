"""Rules about types and values: their diagnostics, positions and fixes, and the texts that they do not report."""

from __future__ import annotations

import pytest

from cwql import check
from tests.rules.cases import COMPUTERS, TICKETS, Bad, Good, examine, findings

BAD = [
    Bad("CW301", "board/id contains 5", "contains", "board/id = 5"),
    Bad("CW301", 'id not contains "5"', "not contains", "id != 5"),
    Bad("CW301", "id like 5", "like", "id = 5"),
    Bad("CW301", 'closedFlag contains "true"', "contains"),
    Bad("CW301", 'dateEntered like "2024%"', "like"),
    Bad("CW301", 'impact > "High"', ">"),
    Bad("CW301", "closedFlag in (true)", "in", "closedFlag = true"),
    Bad("CW301", "closedFlag in (true, false)", "in"),
    Bad("CW301", 'integratorTags = "x"', "=", 'integratorTags contains "x"'),
    Bad("CW301", "OpenPortsTCP=443", "=", "OpenPortsTCP contains 443", COMPUTERS, "automate", None, "warning"),
    Bad("CW301", "OpenPortsTCP > 1", ">", None, COMPUTERS, "automate"),
    Bad("CW302", 'board/id = "Help Desk"', '"Help Desk"', 'board/name = "Help Desk"', severity="error"),
    Bad("CW302", 'closedFlag = "yes"', '"yes"', "closedFlag = true"),
    Bad("CW302", "closedFlag = 2", "2"),
    Bad("CW302", 'dateEntered > "today"', '"today"'),
    Bad("CW302", "dateEntered > 20240101", "20240101"),
    Bad("CW302", "id in (1, [2024-01-01])", "[2024-01-01]"),
    Bad("CW302", "id = true", "true"),
    Bad("CW302", "summary = true", "true", 'summary = "true"'),
    Bad("CW302", "board/id >= true", "true"),
    Bad("CW302", "summary = [2024-01-01]", "[2024-01-01]"),
    Bad("CW302", "impact = 1", "1"),
    Bad("CW302", "IsMaster = 'yes'", "'yes'", "IsMaster = True", COMPUTERS, "automate", None, "warning"),
    Bad("CW303", 'id = "5"', '"5"', "id = 5"),
    Bad("CW303", "id in (1, '2')", "'2'", "id in (1, 2)"),
    Bad("CW303", 'budgetHours > "2.5"', '"2.5"', "budgetHours > 2.5"),
    Bad("CW303", "OpenPortsTCP contains '443'", "'443'", "OpenPortsTCP contains 443", COMPUTERS, "automate"),
    Bad("CW304", 'closedFlag = "False"', '"False"', "closedFlag = false"),
    Bad("CW304", "closedFlag != 'true'", "'true'", "closedFlag != true"),
    Bad("CW304", "IsMaster = 'true'", "'true'", "IsMaster = True", COMPUTERS, "automate"),
    Bad("CW305", 'dateEntered > "2024-01-01"', '"2024-01-01"', "dateEntered > [2024-01-01]"),
    Bad(
        "CW305",
        "lastUpdated<='2024-01-31T10:00:00Z'",
        "'2024-01-31T10:00:00Z'",
        "lastUpdated<=[2024-01-31T10:00:00Z]",
    ),
    Bad("CW305", 'closedDate > "01/31/2024"', '"01/31/2024"', "closedDate > [2024-01-31]"),
    Bad(
        "CW305",
        "RemoteAgentLastContact < '2024-02-14'",
        "'2024-02-14'",
        "RemoteAgentLastContact < 2024-02-14",
        COMPUTERS,
        "automate",
        None,
        "info",
    ),
    Bad("CW306", "closedFlag = 0", "0", "closedFlag = false"),
    Bad("CW306", "closedFlag!=1", "1", "closedFlag!=true"),
    Bad("CW306", "IsMaster = 1", "1", "IsMaster = True", COMPUTERS, "automate"),
    Bad("CW307", "poNumber = 4711", "4711", 'poNumber = "4711"'),
    Bad("CW307", 'poNumber in ("a", 4711)', "4711", 'poNumber in ("a", "4711")'),
    Bad("CW307", "summary > 5", "5", 'summary > "5"'),
    Bad("CW308", 'impact = "Hihg"', '"Hihg"', 'impact = "High"', severity="warning"),
    Bad("CW308", 'impact in ("High", "None")', '"None"'),
    Bad("CW308", "billTime != 'Do not Bill'", "'Do not Bill'", 'billTime != "DoNotBill"'),
    Bad("CW309", 'impact = "high"', '"high"', 'impact = "High"', severity="info"),
    Bad("CW309", "billTime in ('DONOTBILL')", "'DONOTBILL'", "billTime in ('DoNotBill')"),
    Bad("CW309", "severity != 'low'", "'low'", "severity != 'Low'"),
    Bad("CW310", 'zip = "12345-6789-0000"', '"12345-6789-0000"'),
    Bad("CW310", f"summary contains '{'x' * 101}'", f"'{'x' * 101}'"),
    Bad("CW310", f"summary like '%{'x' * 101}%'", f"'%{'x' * 101}%'"),
    Bad("CW311", "id = 99999999999", "99999999999", severity="error"),
    Bad("CW311", "board/id in (1, 2147483648)", "2147483648"),
    Bad("CW311", "id > -99999999999", "-99999999999"),
    Bad("CW312", "id = 5.0", "5.0", "id = 5"),
    Bad("CW312", "board/id in (1, 2.00)", "2.00", "board/id in (1, 2)"),
    Bad("CW312", "resolveMinutes > 5.5", "5.5"),
    Bad("CW313", "closedDate > null", ">", "closedDate != null", None),
    Bad("CW313", "x <= null", "<=", "x = null", None),
    Bad("CW313", "closedFlag >= true", ">="),
    Bad("CW314", 'x in (1, "2", 3)', '"2"', None, None),
    Bad("CW314", "x not in ('a', true)", "true", None, None),
    Bad("CW314", "Client.Id in (5, 'x')", "'x'", None, COMPUTERS, "automate"),
    Bad("CW315", "id in (1, 2, 1)", "1", "id in (1, 2)", None),
    Bad("CW315", "x not in ('a','a')", "'a'", "x not in ('a')", None),
    Bad("CW315", "id in (7 ,7 ,8)", "7", "id in (7 ,8)"),
    Bad("CW316", "owner/id in (1, null)", "null", "(owner/id in (1) or owner/id = null)"),
    Bad("CW316", "x not in (null, 'a')", "null", "(x not in ('a') and x != null)", None),
    Bad("CW316", "nope in (1, null)", "null"),
    Bad("CW316", "x in (NULL)", "NULL", "x = null", None),
    Bad("CW317", "summary like 5", "5", 'summary like "5"', None),
    Bad("CW317", "summary contains 5", "5", 'summary contains "5"'),
    Bad("CW317", "summary contains null", "null", None, None),
    Bad("CW317", "summary not like true", "true", None, None),
    Bad("CW317", "Name startswith 5", "5", "Name startswith '5'", None, "automate"),
]

GOOD = [
    Good("CW301", 'summary contains "x" and id > 5 and closedFlag = true'),
    Good("CW301", "OpenPortsTCP contains 443", COMPUTERS, "automate"),
    Good("CW301", 'compnay/id contains "x"'),
    Good("CW301", "RemoteAgentVersion >= '230.50'", COMPUTERS, "automate"),
    Good("CW301", "board/id contains 5", None),
    Good("CW302", 'closedDate > [2024-01-01] and impact = "High" and budgetHours > 2.5'),
    Good("CW302", "Client.Id = 5", COMPUTERS, "automate"),
    Good("CW302", 'id contains "abc"'),
    Good("CW302", "owner/id = null and closedFlag != null"),
    Good("CW303", 'poNumber = "5" and id = 5'),
    Good("CW303", "Client.Id = '5'", COMPUTERS, "automate"),
    Good("CW304", 'summary = "true" and closedFlag = TRUE'),
    Good("CW305", 'summary = "2024-01-01"'),
    Good("CW305", 'subDateAccepted = "2024-01-01"'),
    Good("CW305", "dateEntered > [2024-01-01]"),
    Good("CW306", "closedFlag = true and id = 1"),
    Good("CW307", "Client.Id = 5 and Id >= 1", COMPUTERS, "automate"),
    Good("CW307", "unpostedProductId in (1, 2)", "/finance/accounting/unpostedprocurement"),
    Good("CW307", 'poNumber = "4711"'),
    Good("CW308", 'impact = "High" and severity != "low"'),
    Good("CW308", "impact = null"),
    Good("CW309", 'impact = "High" and summary = "HIGH"'),
    Good("CW310", 'zip = "12345-6789" and zip like "12345%"'),
    Good("CW310", f"initialDescription contains '{'x' * 500}'"),
    Good("CW310", 'zip = "12345       "'),
    Good("CW311", "id = 2147483647 and id > -2147483648"),
    Good("CW311", "budgetHours > 99999999999"),
    Good("CW312", "budgetHours = 5.0 and id = 5"),
    Good("CW313", "closedDate != null and closedFlag = true", None),
    Good("CW313", "dateEntered > [yesterday]", None),
    Good("CW314", 'id in (1, "2")'),
    Good("CW314", "x in (1, 2.5, 3)", None),
    Good("CW315", "id in (1, 2) and x in ('a', 'A')", None),
    Good("CW316", "owner/id = null or owner/id in (1)", None),
    Good("CW317", "OpenPortsTCP contains 443", COMPUTERS, "automate"),
    Good("CW317", "ports contains 443", None),
    Good("CW317", "id contains 5"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.code} {case.text[:40]}")
def test_bad_texts(case: Bad) -> None:
    examine(case)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case.code} {case.text[:40]}")
def test_good_texts(case: Good) -> None:
    assert findings(case) == []


@pytest.mark.parametrize(
    "text",
    [
        'id contains "5"',
        'impact like "hi%"',
        "closedFlag > true",
        'id in (1, "2")',
        "summary like 5",
        "poNumber in (1, 'a')",
        "closedFlag in ('true')",
        "id = 5.0",
        'closedFlag = "maybe"',
        "dateEntered > [2024-02-30]",
        "dateEntered > [3/4/2024]",
    ],
)
def test_one_cause_gets_one_finding(text: str) -> None:
    assert len(check(text, dialect="manage", endpoint=TICKETS)) == 1


def test_values_are_judged_in_spite_of_an_error_elsewhere() -> None:
    assert [f.code for f in check('(id = "5"', dialect="manage", endpoint=TICKETS)] == ["CW104", "CW303"]
