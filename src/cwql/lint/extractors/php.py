"""Conditions in PHP: quoted strings with names in them, heredocs, arrays, ``http_build_query``, ``sprintf``."""

from __future__ import annotations

import re

from cwql.lint.extractors.escapes import PHP, QUOTE_ONLY
from cwql.lint.extractors.habits import Habits
from cwql.lint.extractors.passages import Tongue, find_passages
from cwql.lint.extractors.syntax import Form, Syntax
from cwql.lint.extractors.tokens import dedent
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

_HOLES = ("{$", "${", "$")
_FORMS = {
    '"': Form('"', PHP, Quoting({'"': '\\"', "\\": "\\\\", "$": "\\$"}), _HOLES, lines=True),
    "'": Form("'", QUOTE_ONLY, Quoting({"'": "\\'", "\\": "\\\\"}), lines=True),
    "`": Form("`", PHP, Quoting({}, "`\\$"), _HOLES, lines=True),
}
_HEREDOC = Form("", PHP, Quoting({"\\": "\\\\", "$": "\\$"}, "\n"), _HOLES, lines=True)
_NOWDOC = Form("", None, Quoting({}, "\n"), lines=True)


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    opener = match[0]
    if len(opener) == 1:
        return scanner.read(_FORMS[opener], match.start(), match.end(), limit)
    quote, name = match["quote"], match["tag"]
    text, at = scanner.text, match.end()
    closing = re.compile(rf"^([ \t]*){name}\b", re.MULTILINE).search(text, at, limit)
    end = closing.start() - 1 if closing is not None else limit
    if closing is not None and text[end - 1 : end] == "\r":
        end -= 1
    token = scanner.read(_NOWDOC if quote == "'" else _HEREDOC, match.start(), at, max(at, end))
    if token.parts is not None and closing is not None:
        token.parts = dedent(token.parts, len(closing[1]))
    token.end = closing.end() if closing is not None else limit
    token.whole = closing is not None
    return token


_SYNTAX = Syntax(
    r"(?P<string><<<[ \t]*(?P<quote>[\"']?)(?P<tag>[A-Za-z_]\w*)(?P=quote)[^\S\n]*\n|[\"'`])"
    r"|(?P<variable>\$[A-Za-z_]\w*)|(?P<name>\\?[A-Za-z_]\w*(?:\\[A-Za-z_]\w*)*)|(?P<mark>\.=)",
    r"//|#(?!\[)",
    {"/*": "*/"},
    _open,
    name=r"[A-Za-z_]\w*(->[A-Za-z_]\w*|\[[^\]\n\"]{1,60}\])?",
    skip=("?>", re.compile(r"<\?(?:php\b|=)?")),
)

_HABITS = Habits(
    joins=(".",),
    adds=(".=",),
    pairs=("=>",),
    passes=(":",),
    links=("->", "?->", "::"),
    names=("variable", "name"),
    typed="before",
    casts="round",
    number_types=["int", "integer", "float", "double", "bool", "boolean"],
    number_calls=[
        "intval",
        "floatval",
        "count",
        "strlen",
        "time",
        "strtotime",
        "number_format",
        "abs",
        "round",
        "floor",
        "ceil",
    ],
    encoders=["urlencode", "rawurlencode"],
)

TONGUE = Tongue(_SYNTAX, _HABITS)


def extract(source: Source, context: Context) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a source."""
    return find_passages(source, context, TONGUE, "php")
