"""The rules about spelling a literal or an operator: slips with one certain reading, and dates and numbers that have none."""

from __future__ import annotations

from cwql.diagnostics import Rule

DOUBLE_EQUALS = Rule(
    "CW112",
    "double-equals",
    "warning",
    summary="Reports `==`.",
    why="The language compares with a single `=`; the reference document shows `Status == 'Online'` refused with 400.",
    example="id == 5",
    instead="id = 5",
    evidence="Automate reference document, error format",
    safety="safe",
)
ANGLE_NOT_EQUAL = Rule(
    "CW113",
    "angle-not-equal",
    "warning",
    summary="Reports `<>`.",
    why="One client sends it; every document writes `!=`.",
    example="types/id <> 6",
    instead="types/id != 6",
    evidence="one client",
    safety="safe",
)
WORD_OPERATOR = Rule(
    "CW114",
    "word-operator",
    "warning",
    summary="Reports `eq`, `ne`, `lt`, `le`, `gt` and `ge`.",
    why="They are OData; one Automate client sends `eq`, no document knows them.",
    example="priority/id le 3",
    instead="priority/id <= 3",
    evidence="one client (eq, ne)",
    safety="safe",
)
PREFIX_NOT = Rule(
    "CW120",
    "prefix-not",
    "warning",
    summary="Reports `not` before a comparison or a parenthesis.",
    why="Manage has no evidence for it, and of Automate's sources one document shows it and one client denies it. The "
    "negation of the operator itself is safe everywhere.",
    example="not (status/id = 5)",
    instead="status/id != 5",
    evidence="Automate reference document; contradicted by one client's help text",
    safety="safe",
)
BARE_DATE = Rule(
    "CW127",
    "bare-date",
    "warning",
    summary="Reports a date without the brackets that Manage wants.",
    why="One reference document shows it; every live client and the vendor write brackets. Without them servers are reported "
    "to ignore the clause.",
    example="dateEntered > 2024-01-01",
    instead="dateEntered > [2024-01-01]",
    evidence="Manage reference document against vendor text and a public server log",
    safety="safe",
)
FOREIGN_DATE = Rule(
    "CW128",
    "foreign-date",
    "error",
    summary="Reports a date in brackets in an Automate condition.",
    why="Brackets are Manage's form; Automate takes the bare date.",
    example="RemoteAgentLastContact > [2024-01-01]",
    instead="RemoteAgentLastContact > 2024-01-01",
    evidence="live Automate clients",
    safety="safe",
    dialect="automate",
)
MALFORMED_DATE = Rule(
    "CW129",
    "malformed-date",
    "error",
    summary="Reports brackets that hold no date.",
    why="The server answers 400 or reads another day.",
    example="dateEntered > [yesterday]",
    instead="dateEntered > [2024-01-31]",
    evidence="language reference of both documents",
    safety="unsafe",
)
IMPOSSIBLE_DATE = Rule(
    "CW130",
    "impossible-date",
    "error",
    summary="Reports a day or an hour that does not exist.",
    why="The server answers 400.",
    example="dateEntered > [2023-02-29]",
    instead="dateEntered > [2023-02-28]",
    evidence="calendar",
)
LOOSE_DATE = Rule(
    "CW131",
    "loose-date",
    "warning",
    summary="Reports a date that is not written year-month-day with two digits each.",
    why="Servers read [03/04/2024] the American way, as the fourth of March; others than the author may not.",
    example="dateEntered > [3/4/2024]",
    instead="dateEntered > [2024-03-04]",
    evidence="several live clients",
    safety="safe",
)
NAIVE_TIME = Rule(
    "CW132",
    "naive-time",
    "warning",
    summary="Reports a time that names no zone.",
    why="Manage works in UTC, so a local time is off by hours; which zone Automate assumes is not known.",
    example="lastUpdated > [2024-01-15T08:30:00]",
    instead="lastUpdated > [2024-01-15T08:30:00Z]",
    evidence="several live clients",
    safety="safe",
)
DOUBLED_QUOTE = Rule(
    "CW138",
    "doubled-quote",
    "warning",
    summary="Reports a quote that is escaped by doubling it.",
    why="Some clients write it, no server's answer to it is on record; the other kind of quote always works.",
    example="contact/name = 'Pat O''Brien'",
    instead='contact/name = "Pat O\'Brien"',
    evidence="three clients, no recorded answer",
    safety="safe",
)
FOREIGN_WILDCARD = Rule(
    "CW142",
    "foreign-wildcard",
    "warning",
    summary="Reports `*` in a `like` pattern of Automate.",
    why="Automate's wildcard is `%`; an asterisk stands for itself there. Manage takes both.",
    example="ComputerName like '*SRV*'",
    instead="ComputerName like '%SRV%'",
    evidence="live clients of both products",
    safety="unsafe",
    dialect="automate",
)
MIXED_CONNECTIVES = Rule(
    "CW143",
    "mixed-connectives",
    "warning",
    summary="Reports `and` and `or` side by side without parentheses.",
    why="No document says which binds tighter. Parentheses make it certain.",
    example="board/id = 1 and id > 5 or board/id = 3",
    instead="(board/id = 1 and id > 5) or board/id = 3",
    evidence="assumed by one client only: `and` before `or`",
    safety="safe",
)
BAD_NUMBER = Rule(
    "CW145",
    "malformed-number",
    "error",
    summary="Reports a number in a form that the languages do not have.",
    why="Numbers are plain: digits, a point and more digits, a minus sign before them.",
    example="amount > 1,500.00",
    instead="amount > 1500.00",
    evidence="grammar/condition.lark, NUMBER",
    safety="safe",
)
