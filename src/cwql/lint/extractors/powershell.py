"""Conditions in PowerShell: ``Get-CWMTicket -Condition "…"``, splatted hashtables, here-strings, ``Invoke-RestMethod``."""

from __future__ import annotations

import re

from cwql.lint.extractors.cmdlets import RECORDS, place_of_cmdlet
from cwql.lint.extractors.escapes import BACKTICK
from cwql.lint.extractors.habits import Habits
from cwql.lint.extractors.passages import Tongue, find_passages
from cwql.lint.extractors.syntax import Form, Syntax
from cwql.lint.extractors.tokens import string
from cwql.lint.found import Quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.extractors.scanner import Scanner
    from cwql.lint.extractors.script import Script
    from cwql.lint.extractors.tokens import Token
    from cwql.lint.found import Found
    from cwql.lint.places import Context, Place
    from cwql.source import Source

_HOLES = ("$(", "${", "$")
_DOUBLE = Form('"', BACKTICK, Quoting({'"': '`"', "$": "`$", "`": "``"}), _HOLES, lines=True, doubled=True)
_SINGLE = Form("'", None, Quoting({"'": "''"}), lines=True, doubled=True)
# The end of a here-string is found first: the text is read up to there.
_HERE_DOUBLE = Form("", BACKTICK, Quoting({"$": "`$", "`": "``"}, "\n"), _HOLES, lines=True)
_HERE_SINGLE = Form("", None, Quoting({}, "\n"), lines=True)
_HERE_END = {'"': re.compile(r'\r?\n"@'), "'": re.compile(r"\r?\n'@")}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token | None:
    opener, at = match[0], match.end()
    if opener == '"' or opener == "'":
        return scanner.read(_DOUBLE if opener == '"' else _SINGLE, match.start(), at, limit)
    closing = _HERE_END[opener[1]].search(scanner.text, at - 1, limit)
    end = closing.start() if closing is not None else limit
    if end < at:
        return string([], match.start(), closing.end() if closing is not None else limit)
    token = scanner.read(_HERE_DOUBLE if opener[1] == '"' else _HERE_SINGLE, match.start(), at, end)
    token.end = closing.end() if closing is not None else limit
    token.whole = closing is not None
    return token


_SYNTAX = Syntax(
    r"(?P<string>@\"[^\S\n]*\n|@'[^\S\n]*\n|\"|')"
    r"|(?P<variable>[$@](?:\w+:)?[A-Za-z_]\w*|\$[$?^_]|\$\{[^}\n]*\})"
    r"|(?P<option>(?<![\w)\]])-[A-Za-z]\w*|-(?:join|f|replace|split|eq|ne|like|notlike|match|contains|in|and|or|is|as)\b)"
    r"|(?P<name>[A-Za-z_]\w*(?:-\w+)*)|(?P<mark>[$@]\(|@\{)",
    r"(?<![\w$])#(?!>)",
    {"<#": "#>"},
    _open,
    name=r"(?:(?i:script|global|local|private|using|env|variable):)?[A-Za-z_]\w*|_\b",
    continued="`",
)

_HABITS = Habits(
    pairs=("=",),
    links=(".", "::"),
    lines=True,
    folds=True,
    names=("variable",),
    typed="brackets",
    methods=False,
    calls="cmdlet",
    commas=True,
    casts="square",
    fills="-f",
    number_types=[
        "int",
        "int16",
        "int32",
        "int64",
        "long",
        "uint32",
        "uint64",
        "double",
        "decimal",
        "float",
        "single",
        "byte",
        "bool",
        "boolean",
        "datetime",
        "guid",
        "switch",
    ],
    number_calls=[
        "toint32",
        "toint64",
        "toint16",
        "todouble",
        "todecimal",
        "toboolean",
        "touniversaltime",
        "tolocaltime",
        "addyears",
        "addmonths",
        "adddays",
        "addhours",
        "addminutes",
        "addseconds",
    ],
    encoders=["escapedatastring", "urlencode", "urlpathencode", "escapeuristring"],
    records=RECORDS,
)


def _place_of(script: Script, at: int) -> Place | None:
    token = script.tokens[at]
    return place_of_cmdlet(token.text) if token.kind == "name" else None


TONGUE = Tongue(_SYNTAX, _HABITS, _place_of)


def extract(source: Source, context: Context) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a script."""
    return find_passages(source, context, TONGUE, "powershell")
