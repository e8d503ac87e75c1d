"""ConnectWise Automate: ``condition=Client.Id = 100 and Status in ('New', 'Active')``."""

from __future__ import annotations

from cwql.language.dialects.base import Dialect, Form, Parameter
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
    # MySQL reads a backslash in a pattern as an escape.
    pattern_syntax="\\",
    booleans=("True", "False"),
    prefix_not=Form("not (…)", "D", "not (Status = 'Offline')", canonical=False),
    bare_dates=True,
    # Nothing is known of the zone in which a server reads a time that names none: it is printed as it was read.
    naive_is_utc=False,
    names_complete=False,
    operators={
        EQ: Form("=", "DP", "Status = 'Online'"),
        NE: Form("!=", "D1", "Status != 'Offline'"),
        LT: Form("<", "DP", "TotalMemory < 4096"),
        LE: Form("<=", "DP", "DiskFreePercent <= 10"),
        GT: Form(">", "DP", "ComputerID > 100"),
        GE: Form(">=", "DP", "Severity >= 3"),
        CONTAINS: Form("contains", "DP", "Name contains 'DC'"),
        NOT_CONTAINS: Form("not contains", "1", "Name not contains 'DC'"),
        LIKE: Form("like", "P", "Client.Name like '%Acme%'"),
        NOT_LIKE: Form("not like", "1", "Client.Name not like '%Acme%'"),
        STARTSWITH: Form("startswith", "D", "Name startswith 'ACME'"),
        ENDSWITH: Form("endswith", "D", "Name endswith '01'"),
        IN: Form("in", "D1", "Status in ('Online', 'Offline')"),
        NOT_IN: Form("not in", "1", "Status not in ('Offline')"),
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
        "string": Form("'…'", "DP", "Status = 'Online'"),
        "other-quotes": Form('"…"', "P", 'ComputerName = "PC-1001"', canonical=False),
        "doubled-quote": Form("''", "P", "Name = 'O''BRIEN-PC'", canonical=False),
        "number": Form("1, 2.5, -3", "DP", "Client.Id = 5"),
        "boolean": Form("True, False", "P", "IsRebootNeeded = True"),
        "null": Form("null", "", "AssetTag = null"),
        "datetime": Form("yyyy-MM-ddTHH:mm:ssZ", "1", "RemoteAgentLastContact <= 2019-12-18T00:50:19.575Z"),
        "date": Form("yyyy-MM-dd", "1", "LastContactDate > 2026-06-01"),
        "quoted-date": Form("'yyyy-MM-dd'", "D", "LastContact >= '2024-02-14'", canonical=False),
    },
    parameters=(
        Parameter("condition", "condition"),
        Parameter("orderBy", "order_by"),
        Parameter("expand", "field_list"),
        Parameter("includeFields", "field_list"),
        Parameter("excludeFields", "field_list"),
    ),
)
