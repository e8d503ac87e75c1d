"""The tokens of PowerShell: strings, here-strings, variables, options, comments and operators."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.escapes import BACKTICK
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token

_PLACEHOLDERS = ("$(", "${", "$")
_FORMS = {
    '"': Form('"', BACKTICK, QuoteStyle({'"': '`"', "$": "`$", "`": "``"}), _PLACEHOLDERS, lines=True, doubled=True),
    "'": Form("'", None, QuoteStyle({"'": "''"}), lines=True, doubled=True),
}
# The end of a here-string is found first: the text is read up to there.
_HERE_DOUBLE = Form("", BACKTICK, QuoteStyle({"$": "`$", "`": "``"}, "\n"), _PLACEHOLDERS, lines=True)
_HERE_SINGLE = Form("", None, QuoteStyle({}, "\n"), lines=True)
_HERE_END = {'"': re.compile(r'\r?\n"@'), "'": re.compile(r"\r?\n'@")}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    """Return the token of a here-string."""
    opener, at = match[0], match.end()
    closing = _HERE_END[opener[1]].search(scanner.text, at - 1, limit)
    form = _HERE_DOUBLE if opener[1] == '"' else _HERE_SINGLE
    return scanner.read_until(form, match.start(), at, closing, limit)


SYNTAX = Syntax(
    r"(?P<string>@\"[^\S\n]*\n|@'[^\S\n]*\n|\"|')"
    r"|(?P<variable>[$@](?:\w+:)?[A-Za-z_]\w*|\$[$?^_]|\$\{[^{}\n]*\})"
    r"|(?P<option>(?<![\w)\]])-[A-Za-z]\w*|-(?:join|f|replace|split|eq|ne|like|notlike|match|contains|in|and|or|is|as)\b)"
    r"|(?P<name>[A-Za-z_]\w*(?:-\w+)*)|(?P<mark>[$@]\(|@\{)",
    r"(?<![\w$])#(?!>)",
    {"<#": "#>"},
    _FORMS,
    _open,
    name=re.compile(r"(?:(?i:script|global|local|private|using|env|variable):)?[A-Za-z_]\w*|_\b"),
    continued="`",
)

OPERATORS = {
    "??": 3,
    **dict.fromkeys(("-and", "-or", "-xor"), 4),
    **dict.fromkeys(
        ("-eq", "-ne", "-gt", "-lt", "-ge", "-le", "-like", "-notlike", "-match", "-notmatch", "-in", "-notin"), 6
    ),
    **dict.fromkeys(
        ("-ceq", "-cne", "-ieq", "-ine", "-cmatch", "-imatch", "-cnotmatch", "-clike", "-contains", "-notcontains"), 6
    ),
    **dict.fromkeys(("-is", "-isnot", "-as", "-band", "-bor", "-bxor", "-split", "-csplit", "-isplit", "-join"), 6),
    **dict.fromkeys(("-replace", "-creplace", "-ireplace"), 6),
    **dict.fromkeys(("+", "-"), 8),
    **dict.fromkeys(("*", "/", "%"), 9),
    "-f": 10,
    "..": 11,
    ",": 12,
}
"""How tight each operator binds."""

UNARY = frozenset(("-not", "!", "-", "+", "-join", "-split", "-bnot", "++", "--", ","))
