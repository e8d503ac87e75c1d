"""ConnectWise Manage (PSA): ``conditions=(status/id=1 or status/id=2) and summary contains "vpn"``."""

from __future__ import annotations

from cwql.language.dialects.base import Dialect, Form, Parameter
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
    # SQL Server's brackets: a vendor text writes [[]text] for a bracket that is meant as such.
    pattern_syntax="[",
    booleans=("true", "false"),
    prefix_not=Form("not (…)", "", "not (closedFlag = true)", canonical=False),
    bare_dates=False,
    # The API works in UTC; a time without a zone between brackets is what several clients send (L, P).
    naive_is_utc=True,
    names_complete=True,
    operators={
        EQ: Form("=", "DVL", "status/id=1"),
        NE: Form("!=", "DVL", "status/id!=5"),
        LT: Form("<", "DVL", "priority/id<3"),
        LE: Form("<=", "DVL", "priority/id<=2"),
        GT: Form(">", "DVL", "dateEntered>[2024-01-01T00:00:00Z]"),
        GE: Form(">=", "DVL", "dateEntered>=[2024-01-01T00:00:00Z]"),
        CONTAINS: Form("contains", "DVLP", 'summary contains "email"'),
        NOT_CONTAINS: Form("not contains", "VP", 'summary not contains "email"'),
        LIKE: Form("like", "DVP", 'summary like "%email%"'),
        NOT_LIKE: Form("not like", "VP", 'summary not like "%email%"'),
        IN: Form("in", "DVP", "status/id in (1, 2, 3)"),
        NOT_IN: Form("not in", "DVP", "status/id not in (5)"),
    },
    slips={
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
        "string": Form('"…"', "DVL", 'status/name="New"'),
        "other-quotes": Form("'…'", "VL", "status/name='New'", canonical=False),
        "doubled-quote": Form("''", "1", "contact/name='Pat O''Brien'", canonical=False),
        "number": Form("1, 2.5, -3", "DV", "amount>2.5"),
        "boolean": Form("true, false", "DVL", "closedFlag=false"),
        "null": Form("null", "DVP", "closedDate=null"),
        "datetime": Form("[yyyy-MM-ddTHH:mm:ssZ]", "DVLP", "lastUpdated>[2016-08-20T18:04:26Z]"),
        "date": Form("[yyyy-MM-dd]", "DL", "dateEntered>=[2024-01-01]"),
        "bare-date": Form("yyyy-MM-dd", "D", "dateEntered>2024-01-01", canonical=False),
    },
    parameters=(
        Parameter("conditions", "condition"),
        Parameter("childConditions", "condition", collections=True),
        Parameter("customFieldConditions", "condition", record="CustomFieldValue"),
        Parameter("orderBy", "order_by"),
        Parameter("fields", "field_list"),
    ),
)
