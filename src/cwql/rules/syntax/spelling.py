"""Rules about the spelling of literals and operators; they report where a text is parsed (`cwql.language.parsing`)."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language import problems

DOUBLE_EQUALS = Rule.describe(
    problems.DOUBLE_EQUALS,
    summary="Reports `==`.",
    why="Both languages compare with a single `=`. On Automate it is an error: the reference document shows the response to "
    "`Status == 'Online'`, 400. No response of a Manage server is known, so it is a warning there; `parse` accepts both.",
    example="id == 5",
    instead="id = 5",
    evidence="Automate reference document, error format",
    safety="safe",
)
ANGLE_NOT_EQUAL = Rule.describe(
    problems.ANGLE_NOT_EQUAL,
    summary="Reports `<>`.",
    why="Every document writes `!=`; only one client sends `<>`.",
    example="types/id <> 6",
    instead="types/id != 6",
    evidence="one client",
    safety="safe",
)
WORD_OPERATOR = Rule.describe(
    problems.WORD_OPERATOR,
    summary="Reports `eq`, `ne`, `lt`, `le`, `gt` and `ge`.",
    why="They are operators of OData. One Automate client sends `eq`, but no document mentions them.",
    example="priority/id le 3",
    instead="priority/id <= 3",
    evidence="one client (eq, ne)",
    safety="safe",
)
PREFIX_NOT = Rule.describe(
    problems.PREFIX_NOT,
    summary="Reports `not` before a comparison or a parenthesis.",
    why="There is no evidence for it in Manage. For Automate one document shows it and one client denies it. The negation "
    "of the operator itself works everywhere.",
    example="not (status/id = 5)",
    instead="status/id != 5",
    evidence="Automate reference document; contradicted by one client's help text",
    safety="safe",
)
BARE_DATE = Rule.describe(
    problems.BARE_DATE,
    summary="Reports a date without the brackets that Manage requires.",
    why="Only one reference document shows it; every live client and the vendor write brackets. Servers are reported to "
    "ignore a clause without them.",
    example="dateEntered > 2024-01-01",
    instead="dateEntered > [2024-01-01]",
    evidence="Manage reference document against vendor text and a public server log",
    safety="safe",
)
FOREIGN_DATE = Rule.describe(
    problems.FOREIGN_DATE,
    summary="Reports a date in brackets in an Automate condition.",
    why="Brackets are the form of Manage; Automate takes the bare date.",
    example="RemoteAgentLastContact > [2024-01-01]",
    instead="RemoteAgentLastContact > 2024-01-01",
    evidence="live Automate clients",
    safety="safe",
    dialect="automate",
)
MALFORMED_DATE = Rule.describe(
    problems.MALFORMED_DATE,
    summary="Reports brackets that do not contain a date.",
    why="The server responds with 400 or reads another day.",
    example="dateEntered > [yesterday]",
    instead="dateEntered > [2024-01-31]",
    evidence="language reference of both documents",
    safety="unsafe",
)
IMPOSSIBLE_DATE = Rule.describe(
    problems.IMPOSSIBLE_DATE,
    summary="Reports a day or an hour that does not exist.",
    why="The server responds with 400.",
    example="dateEntered > [2023-02-29]",
    instead="dateEntered > [2023-02-28]",
    evidence="calendar",
)
LOOSE_DATE = Rule.describe(
    problems.LOOSE_DATE,
    summary="Reports a date that is not written year-month-day with two digits each.",
    why="Servers read [03/04/2024] as the fourth of March. Other readers may read the third of April.",
    example="dateEntered > [3/4/2024]",
    instead="dateEntered > [2024-03-04]",
    evidence="several live clients",
    safety="unsafe",
)
NAIVE_TIME = Rule.describe(
    problems.NAIVE_TIME,
    summary="Reports a time without a zone.",
    why="Manage works in UTC, so a local time is wrong by hours. It is not known which zone Automate assumes.",
    example="lastUpdated > [2024-01-15T08:30:00]",
    instead="lastUpdated > [2024-01-15T08:30:00Z]",
    evidence="several live clients",
    safety="safe",
)
DOUBLED_QUOTE = Rule.describe(
    problems.DOUBLED_QUOTE,
    summary="Reports a quote that is escaped by doubling it.",
    why="Some clients write it, but no server's response to it is known. The other kind of quote always works.",
    example="contact/name = 'Pat O''Brien'",
    instead='contact/name = "Pat O\'Brien"',
    evidence="three clients, no recorded response",
    safety="safe",
)
FOREIGN_WILDCARD = Rule.describe(
    problems.FOREIGN_WILDCARD,
    summary="Reports `*` in a `like` pattern of Automate.",
    why="The wildcard of Automate is `%`; an asterisk matches only itself there. Manage accepts both.",
    example="ComputerName like '*SRV*'",
    instead="ComputerName like '%SRV%'",
    evidence="live clients of both products",
    safety="unsafe",
    dialect="automate",
    traits=("agents",),
)
MIXED_CONNECTIVES = Rule.describe(
    problems.MIXED_CONNECTIVES,
    summary="Reports `and` and `or` next to each other without parentheses.",
    why="No document says which of them binds tighter. With parentheses there is no doubt.",
    example="board/id = 1 and id > 5 or board/id = 3",
    instead="(board/id = 1 and id > 5) or board/id = 3",
    evidence="assumed by one client only: `and` before `or`",
    safety="safe",
    traits=("connectives",),
)
MALFORMED_NUMBER = Rule.describe(
    problems.MALFORMED_NUMBER,
    summary="Reports a number in a form that the languages do not have.",
    why="Numbers consist of digits, or of digits, a point and more digits, with an optional minus sign.",
    example="amount > 1,500.00",
    instead="amount > 1500.00",
    evidence="grammar/condition.lark, NUMBER",
    safety="safe",
)
