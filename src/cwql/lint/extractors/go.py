"""Conditions in Go: quoted and raw strings, ``fmt.Sprintf``, ``url.Values``, map and struct literals."""

from __future__ import annotations

import re

from cwql.lint.extractors.escapes import BACKSLASH
from cwql.lint.extractors.habits import Habits
from cwql.lint.extractors.passages import Tongue, find_passages
from cwql.lint.extractors.syntax import Form, Syntax
from cwql.lint.found import Quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.extractors.scanner import Scanner
    from cwql.lint.extractors.tokens import Token
    from cwql.lint.found import Found
    from cwql.lint.places import Context
    from cwql.source import Source

_FORMS = {
    '"': Form('"', BACKSLASH, Quoting({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})),
    "'": Form("'", BACKSLASH, Quoting({}, "'\\\n")),
    "`": Form("`", None, Quoting({}, "`\r"), lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    return scanner.read(_FORMS[match[0]], match.start(), match.end(), limit)


_SYNTAX = Syntax(r"(?P<string>[\"'`])|(?P<name>[A-Za-z_]\w*)", "//", {"/*": "*/"}, _open)

_HABITS = Habits(
    sets=("=", ":="),
    links=(".",),
    lines=True,
    typed="behind",
    defaults=False,
    literals="type",
    separator="last",
    number_types=[
        *("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"),
        *("float32", "float64", "bool", "byte", "rune"),
    ],
    number_calls=[
        *(
            "itoa",
            "formatint",
            "formatuint",
            "formatfloat",
            "formatbool",
            "len",
            "cap",
            "int",
            "int32",
            "int64",
            "uint",
        ),
        *("unix", "unixmilli", "year", "day", "yearday", "float64"),
    ],
    layouts=["format"],
    encoders=["queryescape", "pathescape"],
)

TONGUE = Tongue(_SYNTAX, _HABITS)


def extract(source: Source, context: Context) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a source."""
    return find_passages(source, context, TONGUE, "go")
