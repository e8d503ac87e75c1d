"""Rules about the structure of a text; they report where it is parsed (`cwql.language.parsing`).

Errors have no certain meaning, or none that a server is known to share, so `cwql.parse` raises. Warnings have one certain
meaning: the text is parsed, and `cwql.check` reports how it is written.
"""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language import problems

SYNTAX_ERROR = Rule.describe(
    problems.SYNTAX_ERROR,
    summary="Reports text that does not match the grammar, with what was expected there.",
    why="The server responds with 400, or reads another condition than the author meant.",
    example="board name = 5",
    instead="board/name = 5",
    evidence="grammar/condition.lark",
    traits=("prose",),
)
EMPTY_TEXT = Rule.describe(
    problems.EMPTY_TEXT,
    summary="Reports a parameter without text.",
    why="An empty condition filters nothing, so every record is returned.",
    example="",
    instead="id > 0",
    evidence="grammar/condition.lark: a condition has at least one comparison",
)
UNCLOSED_QUOTE = Rule.describe(
    problems.UNCLOSED_QUOTE,
    summary="Reports a string without its closing quote.",
    why="Everything after the quote becomes part of the value, so the rest of the condition is lost.",
    example='summary contains "vpn',
    instead='summary contains "vpn"',
    evidence="grammar/condition.lark, STRING",
    safety="unsafe",
)
UNCLOSED_DATE = Rule.describe(
    problems.UNCLOSED_DATE,
    summary="Reports a date without its closing bracket.",
    why="The server cannot know where the date ends.",
    example="dateEntered > [2024-01-01 and id > 5",
    instead="dateEntered > [2024-01-01] and id > 5",
    evidence="vendor text: dates are written between [ and ]",
    safety="safe",
)
UNCLOSED_PARENTHESIS = Rule.describe(
    problems.UNCLOSED_PARENTHESIS,
    summary="Reports an opening parenthesis that is never closed.",
    why="The meaning of the condition depends on the end of the group.",
    example="(id = 1 or id = 2",
    instead="(id = 1 or id = 2)",
    evidence="grammar/condition.lark",
    safety="unsafe",
    traits=("parentheses",),
)
UNMATCHED_PARENTHESIS = Rule.describe(
    problems.UNMATCHED_PARENTHESIS,
    summary="Reports a closing parenthesis without an opening one.",
    why="Either it is redundant, or an opening one was lost, which changes the meaning.",
    example="id = 1 or id = 2)",
    instead="(id = 1 or id = 2)",
    evidence="grammar/condition.lark",
    safety="unsafe",
    traits=("parentheses",),
)
MISSING_OPERATOR = Rule.describe(
    problems.MISSING_OPERATOR,
    summary="Reports a field that is followed by a value, or by nothing, without an operator.",
    why="A field alone is not a condition in either language, even if it is a flag.",
    example="closedFlag and id = 5",
    instead="closedFlag = true and id = 5",
    evidence="grammar/condition.lark, comparison",
    safety="unsafe",
    traits=("prose",),
)
MISSING_VALUE = Rule.describe(
    problems.MISSING_VALUE,
    summary="Reports an operator without a value.",
    why="This is often left by a template that was filled with nothing.",
    example="company/id = and closedFlag = false",
    instead="company/id = 250 and closedFlag = false",
    evidence="grammar/condition.lark, comparison",
    traits=("prose",),
)
MISSING_FIELD = Rule.describe(
    problems.MISSING_FIELD,
    summary="Reports a value or an operator in the place of a field.",
    why="`and` and `or` join whole comparisons, not values.",
    example='status/name = "New" or "Open"',
    instead='status/name = "New" or status/name = "Open"',
    evidence="grammar/condition.lark, comparison",
    safety="unsafe",
    traits=("prose",),
)
MISSING_CONNECTIVE = Rule.describe(
    problems.MISSING_CONNECTIVE,
    summary="Reports two comparisons with neither `and` nor `or` between them.",
    why="Only the author knows which of the two is meant.",
    example="id > 5 closedFlag = false",
    instead="id > 5 and closedFlag = false",
    evidence="grammar/condition.lark",
    safety="unsafe",
    traits=("prose",),
)
DANGLING_CONNECTIVE = Rule.describe(
    problems.DANGLING_CONNECTIVE,
    summary="Reports an `and` or `or` with nothing before or after it.",
    why="This is often left by text that is concatenated in a loop; the server responds with 400.",
    example="id = 5 and",
    instead="id = 5",
    evidence="grammar/condition.lark",
    safety="safe",
)
SYMBOL_CONNECTIVE = Rule.describe(
    problems.SYMBOL_CONNECTIVE,
    summary="Reports `&&`, `||`, `&`, `|` or a comma in the place of `and` or `or`.",
    why="A raw & ends the query parameter: the rest is dropped silently, and too many records are returned.",
    example='chargeToId=123 & chargeToType="ServiceTicket"',
    instead='chargeToId = 123 and chargeToType = "ServiceTicket"',
    evidence="two public projects whose second clause was silently ignored",
    safety="safe",
)
UNKNOWN_OPERATOR = Rule.describe(
    problems.UNKNOWN_OPERATOR,
    summary="Reports a sign or word that is not an operator, and suggests the one that is meant.",
    why="The server responds with 400.",
    example="id => 5",
    instead="id >= 5",
    evidence="operators of both reference documents",
    safety="safe",
    traits=("prose",),
)
FOREIGN_OPERATOR = Rule.describe(
    problems.FOREIGN_OPERATOR,
    summary="Reports an operator that only the language of the other product has.",
    why="Manage has no `startswith` and `endswith`; `like` with a wildcard does the same.",
    example='summary startswith "VPN"',
    instead='summary like "VPN%"',
    evidence="operators of both reference documents",
    safety="safe",
)
IS_NULL = Rule.describe(
    problems.IS_NULL,
    summary="Reports the SQL forms `is null` and `is not null`.",
    why="The language compares with null by `=` and `!=`.",
    example="owner/id is not null",
    instead="owner/id != null",
    evidence="reference documents (`contact=null`); only two public clients write `is null`",
    safety="safe",
)
BETWEEN = Rule.describe(
    problems.BETWEEN,
    summary="Reports the SQL form `between … and …`.",
    why="The language has no ranges; two comparisons do the same.",
    example="id between 5 and 9",
    instead="id >= 5 and id <= 9",
    evidence="grammar/condition.lark",
    safety="safe",
)
MISPLACED_NOT = Rule.describe(
    problems.MISPLACED_NOT,
    summary="Reports a `not` or `!` in a place where the language has none.",
    why="`not` is written before `in`, `like` and `contains`; the comparison signs have their own negations.",
    example="status/id not = 5",
    instead="status/id != 5",
    evidence="grammar/condition.lark",
    safety="safe",
)
UNQUOTED_TEXT = Rule.describe(
    problems.UNQUOTED_TEXT,
    summary="Reports a bare word in the place of a value.",
    why="Text values are quoted; a bare word is read as the name of a field, or refused. Quotes are the safe fix for text fields; for a "
    "boolean, a number, a date or an enum the advice is a value of that type.",
    example="status/name = In Progress",
    instead='status/name = "In Progress"',
    evidence="grammar/condition.lark, STRING",
    safety="safe",
    traits=("prose",),
)
SMART_QUOTES = Rule.describe(
    problems.SMART_QUOTES,
    summary="Reports typographic quotes, as word processors and chat programs insert them.",
    why="The server accepts only straight quotes.",
    example="summary contains “vpn”",
    instead='summary contains "vpn"',
    evidence="grammar/condition.lark, STRING",
    safety="safe",
)
LIST_WITHOUT_PARENTHESES = Rule.describe(
    problems.LIST_WITHOUT_PARENTHESES,
    summary="Reports a list after `in` that is not between parentheses.",
    why="The server cannot know where the list ends.",
    example="status/id in 1, 2, 3",
    instead="status/id in (1, 2, 3)",
    evidence="grammar/condition.lark, membership",
    safety="safe",
)
EMPTY_LIST = Rule.describe(
    problems.EMPTY_LIST,
    summary="Reports `in ()`.",
    why="No record can match, and the server refuses it. This is often left by a template that was filled with an empty list.",
    example="id in ()",
    instead="id in (1)",
    evidence="grammar/condition.lark, membership",
)
STRAY_COMMA = Rule.describe(
    problems.STRAY_COMMA,
    summary="Reports a comma with nothing before or after it.",
    why="The server reads a missing value.",
    example="id in (1, 2,)",
    instead="id in (1, 2)",
    evidence="grammar/condition.lark, membership; a trailing comma is accepted in `fields` only",
    safety="safe",
)
LIST_AFTER_OPERATOR = Rule.describe(
    problems.LIST_AFTER_OPERATOR,
    summary="Reports a list in parentheses after `=` or another sign.",
    why="Only `in` and `not in` take a list.",
    example="status/id = (1, 2)",
    instead="status/id in (1, 2)",
    evidence="grammar/condition.lark, membership",
    safety="safe",
)
FOREIGN_SEPARATOR = Rule.describe(
    problems.FOREIGN_SEPARATOR,
    summary="Reports the separator of the other product between the segments of a path.",
    why="Manage writes company/id, Automate Client.Id. Automate is known to accept a slash too; Manage accepts no dot.",
    example="company.id = 250",
    instead="company/id = 250",
    evidence="both reference documents; one verified use of a slash on Automate",
    safety="safe",
)
PERCENT_ENCODED = Rule.describe(
    problems.PERCENT_ENCODED,
    summary="Reports a text that is already percent-encoded.",
    why="The client encodes it a second time, so the server receives %20 instead of a blank.",
    example="company/id%3D12345%20and%20id%3E5",
    instead="company/id=12345 and id>5",
    evidence="reference documents, URL encoding",
    safety="safe",
)
PASTED_PARAMETER = Rule.describe(
    problems.PASTED_PARAMETER,
    summary="Reports the name of a parameter, or a part of a URL, that was pasted with the condition.",
    why="The name becomes part of the condition; everything after a raw & is dropped.",
    example="conditions=id>5",
    instead="id>5",
    evidence="several public projects",
    safety="safe",
)
SQL_SYNTAX = Rule.describe(
    problems.SQL_SYNTAX,
    summary="Reports SQL around a condition: comments, semicolons, `where`, `order by`, `limit`.",
    why="A condition is not a SQL statement; sorting and paging have separate parameters.",
    example="where id = 5",
    instead="id = 5",
    evidence="grammar/condition.lark",
    safety="unsafe",
)
BACKSLASH_ESCAPE = Rule.describe(
    problems.BACKSLASH_ESCAPE,
    summary="Reports a backslash that is meant to escape a quote.",
    why="A backslash is a plain character here, so the string ends at that quote.",
    example=r'summary contains "5\" disk"',
    instead="summary contains '5\" disk'",
    evidence="clients disagree on escapes and no document names one; the other kind of quote always works",
    safety="safe",
)
QUOTE_IN_STRING = Rule.describe(
    problems.QUOTE_IN_STRING,
    summary="Reports a string that ends too early, at a quote in its text.",
    why="A name like O'Brien breaks a condition that is concatenated by hand, or lets a user add text to it.",
    example="contact/name = 'Pat O'Brien'",
    instead='contact/name = "Pat O\'Brien"',
    evidence="grammar/condition.lark, STRING",
    safety="safe",
)
INVISIBLE_CHARACTER = Rule.describe(
    problems.INVISIBLE_CHARACTER,
    summary="Reports characters that look like a blank or like nothing: no-break spaces, zero-width characters, bidi controls.",
    why="Outside quotes the server refuses them; inside, the value matches nothing, and nobody can see why.",
    example="id =\u00a05",
    instead="id = 5",
    evidence="grammar/condition.lark",
    safety="safe",
)
CONTROL_CHARACTER = Rule.describe(
    problems.CONTROL_CHARACTER,
    summary="Reports control characters and halves of surrogate pairs inside a string.",
    why="A request cannot transmit them faithfully.",
    example='summary contains "a\tb"',
    instead='summary contains "a b"',
    evidence="grammar/condition.lark, STRING",
)
TOO_DEEP = Rule.describe(
    problems.TOO_DEEP,
    summary="Reports parentheses that are nested more than 100 deep.",
    why="No useful condition is that deep; the program that builds it has an error.",
    example="(" * 101 + "id = 1" + ")" * 101,
    instead="(id = 1)",
    evidence="limit of this library",
)
UNFILLED_PLACEHOLDER = Rule.describe(
    problems.UNFILLED_PLACEHOLDER,
    summary="Reports a placeholder such as {id}, $id or %s that was not replaced.",
    why="The text was sent, or is checked, before the program replaced it.",
    example="company/id = {id}",
    instead="company/id = 250",
    evidence="grammar/condition.lark, PLACEHOLDER",
)
SWAPPED_SIDES = Rule.describe(
    problems.SWAPPED_SIDES,
    summary="Reports a comparison with the value on the left.",
    why="The language requires the field first.",
    example="5 = id",
    instead="id = 5",
    evidence="grammar/condition.lark, comparison",
    safety="safe",
)
QUOTED_FIELD = Rule.describe(
    problems.QUOTED_FIELD,
    summary="Reports the name of a field between quotes.",
    why="Quotes make it a value.",
    example='"closedFlag" = false',
    instead="closedFlag = false",
    evidence="grammar/condition.lark, PATH",
    safety="safe",
)
FUNCTION_CALL = Rule.describe(
    problems.FUNCTION_CALL,
    summary="Reports a call such as `now()` or `lower(name)`, and words such as `today`.",
    why="The languages have no functions; compute the value in the program. Text is compared without letter case.",
    example="dateEntered > now()",
    instead="dateEntered > [2024-01-31T00:00:00Z]",
    evidence="grammar/condition.lark",
)
