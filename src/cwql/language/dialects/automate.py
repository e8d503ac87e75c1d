"""ConnectWise Automate: ``condition=Client.Id = 100 and Status in ('New', 'Active')``."""

from __future__ import annotations

from cwql.language.dialects.base import Dialect, Parameter, SyntaxForm
from cwql.language.operators import (
    CONTAINS,
    ENDSWITH,
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
    STARTSWITH,
)

AUTOMATE = Dialect(
    "automate",
    title="ConnectWise Automate",
    separator=".",
    quotes=("'", '"'),
    wildcards="%",
    single="_",
    foreign_wildcards="*",
    # A backslash in a pattern is an escape in MySQL.
    pattern_syntax="\\",
    booleans=("True", "False"),
    prefix_not=SyntaxForm("not (…)", "D", "not (Status = 'Offline')", canonical=False),
    bare_dates=True,
    # It is not known in which zone a server reads a time without one, so such a time is printed as it was parsed.
    naive_is_utc=False,
    names_complete=False,
    operators={
        EQ: SyntaxForm("=", "DP", "Status = 'Online'"),
        NE: SyntaxForm("!=", "D1", "Status != 'Offline'"),
        LT: SyntaxForm("<", "DP", "TotalMemory < 4096"),
        LE: SyntaxForm("<=", "DP", "DiskFreePercent <= 10"),
        GT: SyntaxForm(">", "DP", "ComputerID > 100"),
        GE: SyntaxForm(">=", "DP", "Severity >= 3"),
        CONTAINS: SyntaxForm("contains", "DP", "Name contains 'DC'"),
        NOT_CONTAINS: SyntaxForm("not contains", "1", "Name not contains 'DC'"),
        LIKE: SyntaxForm("like", "P", "Client.Name like '%Acme%'"),
        NOT_LIKE: SyntaxForm("not like", "1", "Client.Name not like '%Acme%'"),
        STARTSWITH: SyntaxForm("startswith", "D", "Name startswith 'ACME'"),
        ENDSWITH: SyntaxForm("endswith", "D", "Name endswith '01'"),
        IN: SyntaxForm("in", "D1", "Status in ('Online', 'Offline')"),
        NOT_IN: SyntaxForm("not in", "1", "Status not in ('Offline')"),
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
    # The reference document shows the response to `Status == 'Online'`: 400.
    refused_spellings=frozenset(("double-equals",)),
    literals={
        "string": SyntaxForm("'…'", "DP", "Status = 'Online'"),
        "other-quotes": SyntaxForm('"…"', "P", 'ComputerName = "PC-1001"', canonical=False),
        "doubled-quote": SyntaxForm("''", "P", "Name = 'O''BRIEN-PC'", canonical=False),
        "number": SyntaxForm("1, 2.5, -3", "DP", "Client.Id = 5"),
        "boolean": SyntaxForm("True, False", "P", "IsRebootNeeded = True"),
        "null": SyntaxForm("null", "", "AssetTag = null"),
        "datetime": SyntaxForm("yyyy-MM-ddTHH:mm:ssZ", "1", "RemoteAgentLastContact <= 2019-12-18T00:50:19.575Z"),
        "date": SyntaxForm("yyyy-MM-dd", "1", "LastContactDate > 2026-06-01"),
        "quoted-date": SyntaxForm("'yyyy-MM-dd'", "D", "LastContact >= '2024-02-14'", canonical=False),
    },
    parameters=(
        Parameter("condition", "condition"),
        Parameter("orderBy", "order_by"),
        Parameter("expand", "field_list"),
        Parameter("includeFields", "field_list"),
        Parameter("excludeFields", "field_list"),
    ),
)
