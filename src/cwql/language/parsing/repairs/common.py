"""What all strategies use, and strategies for every position: malformed strings and dates, placeholders, semicolons."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.literals import TERMINALS, BadLiteral, read_date
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.literal_checks import fix_date, requote, write_date
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.language.parsing.state import ParserState

    Strategy: TypeAlias = Callable[[ParserState, Token], bool]

VALUES = frozenset(TERMINALS)
"""Tokens that are values."""

OPERATORS = frozenset(("COMPARE", "TEXT", "IN", "SIGN"))
"""Tokens that are operators, or are meant as one."""

PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./][A-Za-z_][A-Za-z0-9_]*)*")
"""The name of a field, with either separator."""

_NAMES = {
    "AND": "`and`",
    "OR": "`or`",
    "NOT": "`not`",
    "IN": "`in`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "a comma",
    "$END": "the end of the text",
}


def describe(token: Token) -> str:
    """Return what a token is, for messages."""
    if token.kind in _NAMES:
        return _NAMES[token.kind]
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut(token.text, 30))
    if token.kind in TERMINALS:
        return f"the value {shown}"
    if token.kind in ("PATH", "DOTTED_PATH"):
        return f"the name `{shown}`"
    return f"`{shown}`"


def cut(text: str, limit: int) -> str:
    """Return a text with three dots in the place of what is beyond the limit."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def span(first: Token, last: Token | None = None) -> Span:
    """Return the span of a token, or from one token to another."""
    return Span(first.start, (last or first).end)


def replacement(title: str, place: Span, text: str, safe: bool = True) -> Fix:
    """Return a fix with one edit."""
    return Fix(title, [Edit(place, text)], applicability="safe" if safe else "unsafe")


def insertion(title: str, at: int, text: str, safe: bool = True) -> Fix:
    """Return a fix that inserts a text."""
    return replacement(title, Span(at, at), text, safe)


def deletion(state: ParserState, title: str, first: Token, last: Token | None = None, safe: bool = True) -> Fix:
    """Return a fix that deletes tokens, and the blank on one side of them."""
    text, start, end = state.text, first.start, (last or first).end
    while end < len(text) and text[end] in " \t\r\n":
        end += 1
    if end >= len(text):
        end = (last or first).end
        start = skip_blanks_left(text, start)
    return replacement(title, Span(start, end), "", safe)


def skip_blanks_left(text: str, at: int) -> int:
    """Return the position after the last character before `at` that is not a blank."""
    while at > 0 and text[at - 1] in " \t\r\n":
        at -= 1
    return at


def inserted(kind: str, text: str, at: int) -> Token:
    """Return a token that is not part of the text."""
    return Token(kind, text, at, at)


def inserted_list(at: int) -> tuple[Token, ...]:
    """Return the tokens of a list, for one that is missing."""
    return inserted("LPAR", "(", at), inserted("NULL", "null", at), inserted("RPAR", ")", at)


def smart_string(state: ParserState, token: Token) -> bool:
    """``“vpn”`` to ``"vpn"``."""
    if token.kind != "SMART_STRING":
        return False
    body = token.text[1:-1]
    written = requote(body, state.dialect)
    state.report(
        problems.SMART_QUOTES,
        span(token),
        f"typographic quotes {token.text[0]} {token.text[-1]}: expected straight ones",
        hint=f"write {written}" if written else "the value has both kinds of straight quotes: search for a part of it",
        fix=replacement(f"write {written}", span(token), written) if written else None,
    )
    return _push_string(state, token, body)


def string_with_quote(state: ParserState, token: Token) -> bool:
    r"""``'Pat O'Brien'`` and ``"5\" disk"`` to the other kind of quotes."""
    if token.kind not in ("STRING_WITH_QUOTE", "STRING_WITH_ESCAPE"):
        return False
    quote, body = token.text[0], token.text[1:-1]
    if token.kind == "STRING_WITH_ESCAPE":
        value = body.replace("\\" + quote, quote)
        at = token.start + token.text.index("\\" + quote)
        place, kind = Span(at, at + 2), problems.BACKSLASH_ESCAPE
        message = "a backslash does not escape: the string ends at this quote"
    else:
        value = body
        at = token.start + 1 + body.index(quote)
        place, kind = Span(at, at + 1), problems.QUOTE_IN_STRING
        message = f"the string ends at this quote: expected a value without {quote}"
    written = requote(value, state.dialect)
    state.report(
        kind,
        place,
        message,
        hint=f"write {written}" if written else "the value has both kinds of quotes: search for a part of it",
        fix=replacement(f"write {written}", span(token), written) if written else None,
    )
    return _push_string(state, token, value)


def unclosed_string(state: ParserState, token: Token) -> bool:
    """Close a string where the next comparison starts, or at the end."""
    if token.kind != "UNCLOSED_STRING":
        return False
    body = token.text[1:]
    if (body.startswith(" ") and len(token.text) == 1) or not body.strip():
        state.report(
            problems.UNCLOSED_QUOTE,
            Span(token.start, token.start + 1),
            f"a quote {token.text[0]} without a string",
            hint="delete it, or close the string",
            fix=deletion(state, "delete it", token, safe=False),
        )
        if state.expects("STRING"):
            state.push(token.as_kind("STRING", "''"))
        return True
    quote = token.text[0] if token.text[0] in "\"'" else state.dialect.quotes[0]
    written = body if body.endswith(quote) else body + quote
    state.report(
        problems.UNCLOSED_QUOTE,
        Span(token.start, token.start + 1),
        f"the string that starts here is never closed: expected {token.text[0]} after its last character",
        hint=f"write {quote}{written}" if len(written) <= 60 else "close it",
        fix=replacement("close the string", span(token), quote + written, safe=False),
    )
    return _push_string(state, token, body)


def _push_string(state: ParserState, token: Token, value: str) -> bool:
    # Quotes are doubled, so that the value of the token is any text.
    state.push(Token("STRING", '"' + value.replace('"', '""') + '"', token.end, token.end, token.joined))
    return True


def unclosed_date(state: ParserState, token: Token) -> bool:
    """``[2024-01-01`` to ``[2024-01-01]``."""
    if token.kind != "UNCLOSED_DATE":
        return False
    body = token.text.rstrip()
    fix = insertion("close the bracket", token.start + len(body), "]")
    if state.dialect.bare_dates:
        fix = replacement(f"write {body[1:]}", Span(token.start, token.start + len(body)), body[1:])
    state.report(
        problems.UNCLOSED_DATE,
        Span(token.start, token.start + 1),
        "the date that starts here is never closed: expected ]",
        hint=f"write {body[1:]}" if state.dialect.bare_dates else f"write {body}]",
        fix=fix,
    )
    state.push(Token(_date_kind(state), body + "]", token.end, token.end))
    return True


def _date_kind(state: ParserState) -> str:
    return "DATE" if not state.dialect.bare_dates else "BARE_DATE"


def bracketed(state: ParserState, token: Token) -> bool:
    """Brackets in a dialect without them, or with anything in them that is not a date."""
    if token.kind != "BRACKETED" or not state.expects("STRING"):
        return False
    body = token.text[1:-1].strip().strip("\"'").strip()
    try:
        value = read_date(body, state.dialect.naive_is_utc)
    except BadLiteral as bad:
        state.report(
            problems.BY_NAME[bad.mistake], span(token), bad.message, hint=bad.hint, fix=fix_date(token, state.dialect)
        )
        state.push(inserted("NULL", "null", token.end))
        return True
    written = write_date(value, state.dialect)
    foreign = state.dialect.bare_dates
    state.report(
        problems.FOREIGN_DATE if foreign else problems.MALFORMED_DATE,
        span(token),
        f"a date in brackets: {state.dialect.title} expects {written}" if foreign else "quotes inside the brackets",
        hint=f"write {written}",
        fix=replacement(f"write {written}", span(token), written),
    )
    state.push(Token(_date_kind(state), written, token.end, token.end))
    return True


POWERSHELL_WORDS = frozenset(("$true", "$false", "$null"))
"""Values of PowerShell that look like variables."""


def placeholder(state: ParserState, token: Token) -> bool:
    """``{id}``, ``${id}``, ``$id``, ``%s``, ``:id``, ``@id``: placeholders that were not replaced."""
    if token.kind not in ("PLACEHOLDER", "FOREIGN_PLACEHOLDER") and not (
        token.kind == "WORD" and re.fullmatch(r"[$@][A-Za-z_][\w.]*", token.text)
    ):
        return False
    if token.text[0] == "{" and "," in token.text and state.expects("LPAR"):
        return False
    if token.text.lower() in POWERSHELL_WORDS and state.expects("STRING"):
        return False
    report_placeholder(state, span(token))
    if state.expects("STRING"):
        state.push(inserted("NULL", "null", token.end))
    elif state.expects("LPAR") and not state.expects("PATH"):
        state.push(*inserted_list(token.end))
    elif state.expects("comparison"):
        if state.peek().kind in ("AND", "OR", "RPAR", "$END"):
            state.push_constant(token.start, token.end)
        else:
            state.push(Token("PATH", "_", token.end, token.end))
    return True


def report_placeholder(state: ParserState, place: Span) -> None:
    """Report a placeholder that was not replaced."""
    state.report(
        problems.UNFILLED_PLACEHOLDER,
        place,
        f"the placeholder {state.text[place.start : place.end]} was not replaced",
        hint='replace it before the request: cwql.cond("company/id = {}", value) puts quotes where they are needed',
    )


def semicolon(state: ParserState, token: Token) -> bool:
    """``id = 5;`` to ``id = 5``."""
    if token.kind != "SEMICOLON":
        return False
    if state.peek().kind == "$END":
        state.report(
            problems.SQL_SYNTAX,
            span(token),
            "a condition does not end with a semicolon",
            fix=deletion(state, "delete it", token),
        )
        return True
    if state.expects("COMMA"):
        state.report(
            problems.STRAY_COMMA,
            span(token),
            "a semicolon between values: expected a comma",
            fix=replacement("write a comma", span(token), ","),
        )
        state.push(token.as_kind("COMMA", ","))
        return True
    if not state.expects("AND"):
        return False
    state.report(
        problems.SYMBOL_CONNECTIVE,
        span(token),
        "a semicolon does not join conditions: expected `and` or `or`",
        fix=replacement("write and", span(token), " and" if token.joined else "and", safe=False),
    )
    state.push(token.as_kind("AND"))
    return True


COMMON: tuple[Strategy, ...] = (
    smart_string,
    string_with_quote,
    unclosed_string,
    unclosed_date,
    bracketed,
    placeholder,
    semicolon,
)
"""Strategies for every position."""
