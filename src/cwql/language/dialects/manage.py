"""ConnectWise Manage (PSA): ``conditions=(status/id=1 or status/id=2) and summary contains "vpn"``."""

from __future__ import annotations

from cwql.language.dialects.base import Dialect, Parameter, SyntaxForm
from cwql.language.operators import (
    CONTAINS,
    EQ,
    GE,
    GT,
    IN,
    LE,
    LIKE,
    LT,
    NE,
    NOT_CONTAINS,
    NOT_IN,
    NOT_LIKE,
)

MANAGE = Dialect(
    "manage",
    title="ConnectWise Manage",
    separator="/",
    quotes=('"', "'"),
    wildcards="%*",
    single="",
    foreign_wildcards="",
    # Brackets of SQL Server: a vendor text writes [[]text] for a literal bracket.
    pattern_syntax="[",
    booleans=("true", "false"),
    prefix_not=SyntaxForm("not (…)", "", "not (closedFlag = true)", canonical=False),
    bare_dates=False,
    # The API works in UTC; several clients send times without a zone between brackets (L, P).
    naive_is_utc=True,
    names_complete=True,
    operators={
        EQ: SyntaxForm("=", "DVL", "status/id=1"),
        NE: SyntaxForm("!=", "DVL", "status/id!=5"),
        LT: SyntaxForm("<", "DVL", "priority/id<3"),
        LE: SyntaxForm("<=", "DVL", "priority/id<=2"),
        GT: SyntaxForm(">", "DVL", "dateEntered>[2024-01-01T00:00:00Z]"),
        GE: SyntaxForm(">=", "DVL", "dateEntered>=[2024-01-01T00:00:00Z]"),
        CONTAINS: SyntaxForm("contains", "DVLP", 'summary contains "email"'),
        NOT_CONTAINS: SyntaxForm("not contains", "VP", 'summary not contains "email"'),
        LIKE: SyntaxForm("like", "DVP", 'summary like "%email%"'),
        NOT_LIKE: SyntaxForm("not like", "VP", 'summary not like "%email%"'),
        IN: SyntaxForm("in", "DVP", "status/id in (1, 2, 3)"),
        NOT_IN: SyntaxForm("not in", "DVP", "status/id not in (5)"),
    },
    lenient_operators={
        "==": (EQ, "double-equals"),
        "<>": (NE, "angle-not-equal"),
        "eq": (EQ, "word-operator"),
        "ne": (NE, "word-operator"),
        "lt": (LT, "word-operator"),
        "le": (LE, "word-operator"),
        "gt": (GT, "word-operator"),
        "ge": (GE, "word-operator"),
    },
    literals={
        "string": SyntaxForm('"…"', "DVL", 'status/name="New"'),
        "other-quotes": SyntaxForm("'…'", "VL", "status/name='New'", canonical=False),
        "doubled-quote": SyntaxForm("''", "1", "contact/name='Pat O''Brien'", canonical=False),
        "number": SyntaxForm("1, 2.5, -3", "DV", "amount>2.5"),
        "boolean": SyntaxForm("true, false", "DVL", "closedFlag=false"),
        "null": SyntaxForm("null", "DVP", "closedDate=null"),
        "datetime": SyntaxForm("[yyyy-MM-ddTHH:mm:ssZ]", "DVLP", "lastUpdated>[2016-08-20T18:04:26Z]"),
        "date": SyntaxForm("[yyyy-MM-dd]", "DL", "dateEntered>=[2024-01-01]"),
        "bare-date": SyntaxForm("yyyy-MM-dd", "D", "dateEntered>2024-01-01", canonical=False),
    },
    parameters=(
        Parameter("conditions", "condition"),
        Parameter("childConditions", "condition", collections=True),
        Parameter("customFieldConditions", "condition", record="CustomFieldValue"),
        Parameter("orderBy", "order_by"),
        Parameter("fields", "field_list"),
    ),
)
