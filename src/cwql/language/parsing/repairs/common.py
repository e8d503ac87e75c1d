"""Repairs that hold at every position: typographic and broken strings, broken dates, placeholders, semicolons."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import spelling_rules
from cwql.language import syntax_rules as rules
from cwql.language.literals import TERMINALS
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.literal_checks import requote
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.language.parsing.recovery import Recovery

    Repair: TypeAlias = Callable[[Recovery, Token], bool]

SEARCHED = 400
"""How far repairs look ahead in the text, in characters: enough for any slip, and linear for any text."""

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
    """Name a token in a message: what was got."""
    if token.kind in _NAMES:
        return _NAMES[token.kind]
    shown = token.text if len(token.text) <= 30 else token.text[:27] + "..."
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown)
    if token.kind in TERMINALS:
        return f"the value {shown}"
    if token.kind in ("PATH", "DOTTED"):
        return f"the name `{shown}`"
    return f"`{shown}`"


def span(first: Token, last: Token | None = None) -> Span:
    """Return the span of a token, or of a run of tokens."""
    return Span(first.start, (last or first).end)


def replace(title: str, place: Span, text: str, safe: bool = True) -> Fix:
    """Return a fix with one edit."""
    return Fix(title, [Edit(place, text)], safe)


def insertion(title: str, at: int, text: str, safe: bool = True) -> Fix:
    """Return a fix that inserts a text."""
    return replace(title, Span(at, at), text, safe)


def deletion(recovery: Recovery, title: str, first: Token, last: Token | None = None, safe: bool = True) -> Fix:
    """Return a fix that takes tokens out, and the blank on one side of them."""
    text, start, end = recovery.text, first.start, (last or first).end
    while end < len(text) and text[end] in " \t\r\n":
        end += 1
    if end >= len(text):
        end = (last or first).end
        while start > 0 and text[start - 1] in " \t\r\n":
            start -= 1
    return replace(title, Span(start, end), "", safe)


def synthetic(kind: str, text: str, at: int) -> Token:
    """Return a token that stands in no text."""
    return Token(kind, text, at, at)


def smart_string(recovery: Recovery, token: Token) -> bool:
    """``“vpn”`` to ``"vpn"``."""
    if token.kind != "SMART_STRING":
        return False
    body = token.text[1:-1]
    written = requote(body, recovery.dialect)
    recovery.report(
        rules.SMART_QUOTES,
        span(token),
        f"typographic quotes {token.text[0]} {token.text[-1]}: expected straight ones",
        hint=f"write {written}"
        if written
        else "the value holds both kinds of straight quotes: search for a part of it",
        fix=replace(f"write {written}", span(token), written) if written else None,
    )
    return _go_on(recovery, token, body)


def quoted_quote(recovery: Recovery, token: Token) -> bool:
    """``'Pat O'Brien'`` and ``"5\\" disk"`` to the other kind of quotes."""
    if token.kind not in ("QUOTED_QUOTE", "ESCAPED_STRING"):
        return False
    quote, body = token.text[0], token.text[1:-1]
    if token.kind == "ESCAPED_STRING":
        value = body.replace("\\" + quote, quote)
        place = token.start + token.text.index("\\" + quote)
        where, rule = Span(place, place + 2), rules.BACKSLASH_ESCAPE
        message = "a backslash does not escape: the string ends at this quote"
    else:
        value = body
        place = token.start + 1 + body.index(quote)
        where, rule = Span(place, place + 1), rules.QUOTE_IN_STRING
        message = f"the string ends at this quote: expected a value without {quote}"
    written = requote(value, recovery.dialect)
    recovery.report(
        rule,
        where,
        message,
        hint=f"write {written}" if written else "the value holds both kinds of quotes: search for a part of it",
        fix=replace(f"write {written}", span(token), written) if written else None,
    )
    return _go_on(recovery, token, value)


def unclosed_string(recovery: Recovery, token: Token) -> bool:
    """Close a string where the next comparison starts, or at the end."""
    if token.kind != "UNCLOSED_STRING":
        return False
    body = token.text[1:]
    if (body.startswith(" ") and len(token.text) == 1) or not body.strip():
        recovery.report(
            rules.UNCLOSED_QUOTE,
            Span(token.start, token.start + 1),
            f"a quote {token.text[0]} that opens nothing",
            hint="delete it, or close the string",
            fix=deletion(recovery, "delete it", token, safe=False),
        )
        if recovery.expects("STRING"):
            recovery.push(token.as_kind("STRING", "''"))
        return True
    quote = token.text[0] if token.text[0] in "\"'" else recovery.dialect.quotes[0]
    written = body if body.endswith(quote) else body + quote
    recovery.report(
        rules.UNCLOSED_QUOTE,
        Span(token.start, token.start + 1),
        f"the string that starts here is never closed: expected {token.text[0]} behind its last character",
        hint=f"write {quote}{written}" if len(written) <= 60 else "close it",
        fix=replace("close the string", span(token), quote + written, safe=False),
    )
    return _go_on(recovery, token, body)


def _go_on(recovery: Recovery, token: Token, value: str) -> bool:
    # The text of the token only feeds the reader of strings: doubled, so that any value comes back as it is.
    recovery.push(Token("STRING", '"' + value.replace('"', '""') + '"', token.end, token.end, token.joined))
    return True


def broken_date(recovery: Recovery, token: Token) -> bool:
    """``[2024-01-01`` to ``[2024-01-01]``; brackets around something else."""
    if token.kind == "UNCLOSED_DATE":
        body = token.text.rstrip()
        recovery.report(
            rules.UNCLOSED_DATE,
            Span(token.start, token.start + 1),
            "the date that starts here is never closed: expected ]",
            hint=f"write {body}]",
            fix=insertion("close the bracket", token.start + len(body), "]"),
        )
        recovery.push(Token(_date_kind(recovery), body + "]", token.end, token.end))
        return True
    return False


def _date_kind(recovery: Recovery) -> str:
    return "DATE" if not recovery.dialect.bare_dates else "BARE_DATE"


def bracketed(recovery: Recovery, token: Token) -> bool:
    """Brackets where the language has none, or with something in them that is no date."""
    if token.kind != "BRACKETED" or not recovery.expects("STRING"):
        return False
    from cwql.language.literals import BadLiteral, read_date
    from cwql.language.parsing.literal_checks import bad_date_fix, write_date

    body = token.text[1:-1].strip().strip("\"'").strip()
    try:
        value = read_date(body, recovery.dialect.naive_is_utc)
    except BadLiteral as bad:
        recovery.report(
            rules.BY_NAME[bad.rule],
            span(token),
            bad.message,
            hint=bad.hint,
            fix=bad_date_fix(token, recovery.dialect),
        )
        recovery.push(synthetic("NULL", "null", token.end))
        return True
    written = write_date(value, recovery.dialect)
    foreign = recovery.dialect.bare_dates
    recovery.report(
        spelling_rules.FOREIGN_DATE if foreign else spelling_rules.MALFORMED_DATE,
        span(token),
        f"a date in brackets: {recovery.dialect.title} expects {written}" if foreign else "quotes inside the brackets",
        hint=f"write {written}",
        fix=replace(f"write {written}", span(token), written),
    )
    recovery.push(Token(_date_kind(recovery), written, token.end, token.end))
    return True


POWERSHELL_WORDS = frozenset(("$true", "$false", "$null"))
"""Values of PowerShell that look like variables."""


def placeholder(recovery: Recovery, token: Token) -> bool:
    """``{id}``, ``${id}``, ``$id``, ``%s``, ``:id``, ``@id``: nothing was put in."""
    if token.kind not in ("HOLE", "PLACEHOLDER") and not (
        token.kind == "WORD" and re.fullmatch(r"[$@][A-Za-z_][\w.]*", token.text)
    ):
        return False
    if token.text[0] == "{" and "," in token.text and recovery.expects("LPAR"):
        return False
    if token.text.lower() in POWERSHELL_WORDS and recovery.expects("STRING"):
        return False
    recovery.report(
        rules.UNFILLED_HOLE,
        span(token),
        f"the placeholder {token.text} was not filled in",
        hint='fill it before, without quotes around it: cwql.cond("company/id = {}", value)',
    )
    if recovery.expects("STRING"):
        recovery.push(synthetic("NULL", "null", token.end))
    elif recovery.expects("LPAR") and not recovery.expects("PATH"):
        recovery.push(
            synthetic("LPAR", "(", token.end), synthetic("NULL", "null", token.end), synthetic("RPAR", ")", token.end)
        )
    elif recovery.expects("comparison"):
        following = recovery.peek()
        if following.kind in ("AND", "OR", "RPAR", "$END"):
            recovery.stand_in("comparison", token.start, token.end)
        else:
            recovery.push(Token("PATH", "_", token.end, token.end))
    return True


def semicolon(recovery: Recovery, token: Token) -> bool:
    """``id = 5;`` to ``id = 5``."""
    if token.kind != "SEMICOLON":
        return False
    following = recovery.peek()
    if following.kind != "$END":
        if recovery.expects("COMMA"):
            recovery.report(
                rules.STRAY_COMMA,
                span(token),
                "a semicolon between values: expected a comma",
                fix=replace("write a comma", span(token), ","),
            )
            recovery.push(token.as_kind("COMMA", ","))
            return True
        if not recovery.expects("AND"):
            return False
        recovery.report(
            rules.SYMBOL_CONNECTIVE,
            span(token),
            "a semicolon does not join conditions: expected `and` or `or`",
            fix=replace("write and", span(token), " and" if token.joined else "and", safe=False),
        )
        recovery.push(token.as_kind("AND"))
        return True
    recovery.report(
        rules.SQL_SYNTAX,
        span(token),
        "a condition does not end with a semicolon",
        fix=deletion(recovery, "delete it", token),
    )
    return True


PIECES: tuple[Repair, ...] = (
    smart_string,
    quoted_quote,
    unclosed_string,
    broken_date,
    bracketed,
    placeholder,
    semicolon,
)
"""Repairs for every position."""
