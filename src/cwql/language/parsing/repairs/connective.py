"""Strategies after a comparison, where ``and``, ``or``, a closing parenthesis or the end is expected."""

from __future__ import annotations

import re

from cwql.language import problems
from cwql.language.parsing.repairs.common import (
    OPERATORS,
    VALUES,
    cut,
    deletion,
    describe,
    inserted,
    insertion,
    replacement,
    skip_blanks_left,
    span,
)
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState

_PARAMETER = re.compile(
    r"&\s*(?:child_?conditions|conditions?|custom_?field_?conditions|order_?by|fields|page|page_?size|page_?id|expand|"
    r"include_?fields|exclude_?fields)\s*=",
    re.IGNORECASE,
)
_MISSPELLINGS = {"nad": "and", "adn": "and", "an": "and", "nd": "and", "und": "and", "plus": "and", "also": "and", "ro": "or",
                 "oder": "or", "xor": "or", "andd": "and", "orr": "or", "ands": "and", "-and": "and", "-or": "or"}  # fmt: skip
_CLAUSES = {
    "order": "orderBy",
    "orderby": "orderBy",
    "limit": "pageSize",
    "top": "pageSize",
    "group": "",
    "sort": "orderBy",
}
"""Words that start a clause of SQL, with the parameter to use instead."""

_WORDS = frozenset(("PATH", "DOTTED_PATH", "WORD"))
_LEFTOVERS = VALUES | {"WORD", "CHARACTER", "BRACKETED"}
_LEFTOVER_LIMIT = 200
_RUN_LIMIT = 20


def another_parameter(state: ParserState, token: Token) -> bool:
    """``id in (1)&childConditions=…``: the rest of a URL."""
    if token.kind != "SYMBOL" or not token.text.startswith("&"):
        return False
    match = _PARAMETER.match(state.text, token.start)
    if match is None:
        return False
    name = match.group().strip("&= \t")
    state.report(
        problems.PASTED_PARAMETER,
        Span(token.start, match.end()),
        f"`{name}` is another parameter: it cannot be part of this one",
        hint=f"pass {state.text[match.end() : match.end() + 60].strip()} as `{name}`",
        fix=replacement("delete it", Span(token.start, len(state.text)), "", safe=False),
    )
    _skip_to_end(state)
    return True


def _skip_to_end(state: ParserState) -> None:
    while state.peek().kind != "$END":
        state.take()


def symbol(state: ParserState, token: Token) -> bool:
    """``&&``, ``||``, ``&`` and ``|``."""
    if token.kind != "SYMBOL":
        return False
    word = "and" if token.text[0] == "&" else "or"
    text = state.text
    written = word
    if token.start > 0 and text[token.start - 1] not in " \t\r\n":
        written = " " + written
    if token.end < len(text) and text[token.end] not in " \t\r\n":
        written += " "
    notes = ["in a URL a raw & ends the parameter: the rest is silently ignored"] if token.text[0] == "&" else []
    state.report(
        problems.SYMBOL_CONNECTIVE,
        span(token),
        f"`{token.text}` does not join conditions: expected `{word}`",
        hint=f"write {word}",
        fix=replacement(f"write {word}", span(token), written),
        notes=notes,
    )
    state.push(token.as_kind(word.upper()))
    return True


def digit_grouping(state: ParserState, token: Token) -> bool:
    """``amount > 1,500``."""
    previous, following = state.previous, state.peek()
    if (
        token.kind != "COMMA"
        or previous is None
        or not (previous.kind == "NUMBER" and following.kind == "NUMBER" and token.joined and following.joined)
        or not re.fullmatch(r"-?[0-9]{1,3}", previous.text)
        or not re.match(r"[0-9]{3}(?:$|\.)", following.text)
    ):
        return False
    last = state.take()
    digits = previous.text + last.text
    while state.peek().kind == "COMMA" and state.peek(1).kind == "NUMBER" and state.peek().joined:
        state.take()
        last = state.take()
        digits += last.text
    place = Span(previous.start, last.end)
    state.report(
        problems.MALFORMED_NUMBER,
        place,
        "a number with commas: expected digits only",
        hint=f"write {digits}",
        fix=replacement(f"write {digits}", place, digits),
    )
    state.previous = last
    return True


def comma(state: ParserState, token: Token) -> bool:
    """``id = 5, name = "x"``, and a comma before the end or a connective."""
    if token.kind != "COMMA":
        return False
    following = state.peek()
    if following.kind in ("$END", "RPAR", "AND", "OR"):
        word = following.text.lower()
        state.report(
            problems.STRAY_COMMA,
            span(token),
            f"a comma before `{word}`" if following.kind in ("AND", "OR") else "a comma with nothing after it",
            hint="delete it",
            fix=deletion(state, "delete it", token),
        )
        return True
    if following.kind in VALUES:
        return False
    state.report(
        problems.SYMBOL_CONNECTIVE,
        span(token),
        "a comma does not join conditions: expected `and` or `or`",
        hint="write `and` or `or`",
        fix=replacement(
            "write and",
            span(token),
            (" and" if token.joined else "and") + (" " if following.joined else ""),
            safe=False,
        ),
    )
    state.push(token.as_kind("AND"))
    return True


def unclosed(state: ParserState, token: Token) -> bool:
    """``(id = 5`` at the end of the text."""
    if token.kind != "$END" or not state.opened:
        return False
    count = len(state.opened)
    state.report(
        problems.UNCLOSED_PARENTHESIS,
        span(state.opened[0]),
        "the group that starts here is never closed: expected )"
        if count == 1
        else f"{count} groups are never closed, the first starts here: expected {')' * min(count, 10)}",
        hint="write ) where the group ends",
        fix=insertion("close at the end", token.start, ")" * count, safe=False),
    )
    state.push(*[inserted("RPAR", ")", token.start)] * count, token)
    return True


def clause(state: ParserState, token: Token) -> bool:
    """``… order by id``, ``… limit 10``."""
    if token.kind != "PATH" or token.text.lower() not in _CLAUSES:
        return False
    following = state.peek()
    lowered = token.text.lower()
    if lowered in ("order", "sort", "group") and following.text.lower() != "by":
        return False
    if lowered in ("limit", "top") and following.kind != "NUMBER":
        return False
    parameter = _CLAUSES[lowered]
    start = skip_blanks_left(state.text, token.start)
    state.report(
        problems.SQL_SYNTAX,
        Span(token.start, len(state.text.rstrip())),
        f"`{state.text[token.start : following.end].lower()}` is SQL: a condition only filters",
        hint=f"use the parameter `{parameter}`" if parameter else "group the records in the program",
        fix=replacement("delete it", Span(start, len(state.text)), "", safe=False),
    )
    _skip_to_end(state)
    return True


def misspelt(state: ParserState, token: Token) -> bool:
    """``id = 5 adn name = "x"``."""
    if token.kind not in ("PATH", "WORD") or state.peek().kind not in ("PATH", "LPAR", "NOT", "DOTTED_PATH"):
        return False
    word = _MISSPELLINGS.get(token.text.lower())
    if word is None:
        return False
    powershell = token.text[0] == "-"
    state.report(
        problems.MISSING_CONNECTIVE,
        span(token),
        f"`{token.text}` does not join conditions: expected {f'`{word}`' if powershell else '`and` or `or`'}",
        hint=f"write {word}",
        fix=replacement(f"write {word}", span(token), word, safe=powershell),
    )
    state.push(token.as_kind(word.upper(), word))
    return True


def stray_words(state: ParserState, token: Token) -> bool:
    """``a = 1 foo bar and …``: two or more words that are not a comparison."""
    if token.kind not in _WORDS:
        return False
    count = 0
    while state.peek(count).kind in _WORDS and count < _RUN_LIMIT:
        count += 1
    if count == 0 or state.peek(count).kind not in ("AND", "OR", "RPAR", "$END"):
        return False
    last = token
    for _ in range(count):
        last = state.take()
    _report_leftover(state, token, last)
    return True


def missing(state: ParserState, token: Token) -> bool:
    """``id = 5 name = "x"``."""
    if token.kind not in ("PATH", "DOTTED_PATH", "LPAR", "NOT"):
        return False
    state.report(
        problems.MISSING_CONNECTIVE,
        span(token),
        f"{describe(token)} follows a comparison without `and` or `or` between them",
        hint="write `and` or `or`",
        fix=insertion("write and", token.start, " and " if token.joined else "and ", safe=False),
    )
    state.push(inserted("AND", "and", token.start), token)
    return True


def second_operator(state: ParserState, token: Token) -> bool:
    """``1 < id < 5``, ``a = b = 5``."""
    if token.kind not in OPERATORS:
        return False
    state.report(
        problems.SYNTAX_ERROR,
        span(token),
        f"a second operator `{token.text}` in one comparison",
        hint="write two comparisons joined by `and`",
    )
    if state.peek().kind in (*VALUES, "PATH"):
        state.take()
    return True


def leftover(state: ParserState, token: Token) -> bool:
    """``name = "a" b``: a part of a value, or words without a meaning."""
    if token.kind not in _LEFTOVERS:
        return False
    last = token
    while state.peek().kind in _LEFTOVERS and last.end - token.start < _LEFTOVER_LIMIT:
        last = state.take()
    # A string without a text was inserted for one that is reported already.
    if last.end > token.start:
        _report_leftover(state, token, last)
    return True


def _report_leftover(state: ParserState, first: Token, last: Token) -> None:
    shown = cut(state.text[first.start : last.end], 40)
    state.report(
        problems.SYNTAX_ERROR,
        span(first, last),
        f"`{shown}` follows a comparison: expected and, or or the end",
        hint="put it into the quotes if it is part of the value, or join another comparison by `and`",
    )


CONNECTIVE: tuple[Strategy, ...] = (
    another_parameter,
    symbol,
    digit_grouping,
    comma,
    unclosed,
    clause,
    misspelt,
    stray_words,
    missing,
    second_operator,
    leftover,
)
"""Strategies where a comparison has ended."""
