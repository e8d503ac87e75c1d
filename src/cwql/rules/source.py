"""CW601 to CW694: diagnostics of `cwql lint` about the code around a condition, and about the files that it reads."""

from __future__ import annotations

from cwql.diagnostics import Rule

INTERPOLATED_TEXT = Rule(
    "CW601",
    "interpolated-text",
    "warning",
    summary="Reports a variable that is put between the quotes or brackets of a condition, unless it is safe.",
    why="A quote in the value ends the text early: `O'Brien` breaks the query, and a value such as `x' or id "
    "> 0 or name = '` returns other records than intended. A value of which nothing is known is not reported if its name is "
    "that of a code, such as a status, or that of a date or number in the place of one.",
    example="""session.get(url + "/company/companies", params={"conditions": f"name = '{name}'"})""",
    instead="""session.get(url + "/company/companies", params={"conditions": cwql.emit(Company.name == name)})""",
    evidence="both languages end a text at the next quote of its kind; `cwql.cond` and the builder carry any value or refuse it",
    language="python",
)
INTERPOLATED_VALUE = Rule(
    "CW602",
    "interpolated-value",
    "warning",
    summary="Reports a text in the place of a value or a list, without anything that makes a number or date of it.",
    why="Any value of the variable is read as a part of the condition: `5 or id > 0` returns every record. A "
    "number from `int(...)` or a similar call cannot do that, so it is not reported. A value of which nothing is known is not "
    "reported if its name or the compared field is that of a number.",
    example="""def find(board):
    return session.get(url + "/service/tickets", params={"conditions": f"board/id = {board}"})""",
    instead="""def find(board):
    return session.get(url + "/service/tickets", params={"conditions": f"board/id = {int(board)}"})""",
    evidence="a value without quotes has no end but the next blank",
    language="python",
)
JOINED_CONDITIONS = Rule(
    "CW603",
    "joined-conditions",
    "warning",
    summary="Reports a part of a condition that is not known, joined to others by `and` without parentheses.",
    why="If the part contains the other connective, the meaning of the whole changes: `a or b`, joined to "
    "`and c`, matches everything that `a` matches.",
    example="""session.get(url + "/service/tickets", params={"conditions": f"{chosen} and closedFlag = false"})""",
    instead="""session.get(url + "/service/tickets", params={"conditions": f"({chosen}) and closedFlag = false"})""",
    evidence="`and` binds tighter than `or` as far as is known",
    language="python",
    safety="unsafe",
)
PYTHON_CONNECTIVE = Rule(
    "CW604",
    "python-connective",
    "error",
    summary="Reports `and`, `or`, `not`, `in`, `is None` on field handles and conditions in Python.",
    why="Python asks both sides whether they are true, and a condition that is still to be sent has no answer: it raises when "
    "the line runs. `is None` is always False.",
    example="from cwql.manage.fields import Ticket\n\nquery = Ticket.board.id == 1 and Ticket.closedFlag == False\n",
    instead="from cwql.manage.fields import Ticket\n\nquery = (Ticket.board.id == 1) & (Ticket.closedFlag == False)\n",
    evidence="the language reference of Python: these operators cannot be overloaded",
    language="python",
    safety="safe",
)
PYTHON_CHAIN = Rule(
    "CW605",
    "python-chain",
    "error",
    summary="Reports a chained comparison of field handles in Python.",
    why="`1 < Ticket.id < 9` is `1 < Ticket.id and Ticket.id < 9` to Python: it raises when the line runs.",
    example="from cwql.manage.fields import Ticket\n\nquery = 1 < Ticket.id < 9\n",
    instead="from cwql.manage.fields import Ticket\n\nquery = (Ticket.id > 1) & (Ticket.id < 9)\n",
    evidence="the language reference of Python: comparisons can be chained",
    language="python",
    safety="safe",
)
RAW_AMPERSAND = Rule(
    "CW606",
    "raw-ampersand",
    "error",
    summary="Reports an unescaped `&`, `#` or `+` inside the condition of a URL.",
    why="`&` begins the next parameter and `#` ends the query, so the server gets half of the condition; `+` arrives as a blank.",
    example="""session.get(url + "/company/companies?conditions=name='Smith & Sons'&pageSize=10")""",
    instead="""session.get(url + "/company/companies", params={"conditions": "name='Smith & Sons'", "pageSize": 10})""",
    evidence="RFC 3986, and vendor text: these characters must be encoded",
    language="python",
    safety="safe",
)
UNUSED_SUPPRESSION = Rule(
    "CW690",
    "unused-suppression",
    "warning",
    summary="Reports a comment `cwql: ignore` that suppresses nothing.",
    why="It hides the next mistake on its line.",
    example="""conditions = "closedFlag = false and board/id = 1"  # cwql: ignore[unknown-field]\n""",
    instead="""conditions = "closedFlag = false and board/id = 1"\n""",
    evidence="the findings of the file",
    language="python",
    safety="safe",
    traits=("lint", "suppression"),
)
UNKNOWN_SUPPRESSION = Rule(
    "CW691",
    "unknown-suppression",
    "warning",
    summary="Reports a comment `cwql: ignore[...]` that names a rule which does not exist.",
    why="It has no effect.",
    example="""conditions = "closedFlag = false and board/id = 1"  # cwql: ignore[unknown-feild]\n""",
    instead="""conditions = "closedFlag = false and board/id = 1"  # cwql: ignore[unknown-field]\n""",
    evidence="the registry of rules",
    language="python",
    safety="unsafe",
    traits=("lint", "suppression"),
)
SKIPPED_FILE = Rule(
    "CW692",
    "skipped-file",
    "info",
    summary="Reports that a file was skipped, or decoded in a way that may be wrong.",
    why="A file that is not read is not checked.",
    example="",
    instead="save the file as UTF-8",
    evidence="the bytes of the file",
    language="python",
    traits=("lint",),
)
BROKEN_SOURCE = Rule(
    "CW693",
    "broken-source",
    "info",
    summary="Reports that a file could not be parsed in its language, and was searched for URLs only.",
    why="Conditions in other places of the file were not checked.",
    example="""params = {"conditions": "summary = 'vpn'"\n""",
    instead="""params = {"conditions": "summary = 'vpn'"}\n""",
    evidence="the parser of the language",
    language="python",
    traits=("lint", "unread"),
)
LINT_FAILURE = Rule(
    "CW694",
    "lint-failure",
    "error",
    summary="Reports that linting a file failed because of a bug in cwql.",
    why="The file was not checked, or not to its end; the others were.",
    example="",
    instead="report it, with the lines that the message names",
    evidence="the exception",
    language="python",
    traits=("lint", "unread"),
)
