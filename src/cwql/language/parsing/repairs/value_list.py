"""Strategies after ``in``, where a list is expected, and inside a list, where a comma or its end is expected."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.parsing.lexer import Token, tokenize
from cwql.language.parsing.repairs.common import (
    OPERATORS,
    VALUES,
    describe,
    inserted,
    inserted_list,
    insertion,
    replacement,
    span,
)
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState

_WORDS = frozenset(("PATH", "WORD", "DOTTED_PATH"))
_ITEMS = VALUES | _WORDS
_ITEMS_LIMIT = 10_000


def bare_list(state: ParserState, token: Token) -> bool:
    """``in 1, 2, 3`` and ``in "New"``."""
    if token.kind not in _ITEMS or (token.kind in _WORDS and state.peek().kind in OPERATORS):
        return False
    items = [token]
    while state.peek().kind == "COMMA" and len(items) < _ITEMS_LIMIT and state.peek(1).kind in _ITEMS:
        items += [state.take(), state.take()]
    last = items[-1]
    place = span(token, last)
    written = state.text[place.start : place.end]
    state.report(
        problems.LIST_WITHOUT_PARENTHESES,
        place,
        "a list without parentheses: expected ( before it and ) after it",
        hint=f"write ({written})" if len(written) < 60 else "enclose it in parentheses",
        fix=Fix(
            "enclose it in parentheses",
            [Edit(Span(place.start, place.start), "("), Edit(Span(place.end, place.end), ")")],
        ),
    )
    state.push(inserted("LPAR", "(", token.start), *items, inserted("RPAR", ")", last.end))
    return True


def bracketed_list(state: ParserState, token: Token) -> bool:
    """``in [1, 2]`` and ``in {1, 2}``."""
    if token.kind not in ("BRACKETED", "DATE", "FOREIGN_PLACEHOLDER", "PLACEHOLDER") or token.text[0] not in "[{":
        return False
    if token.end - token.start != len(token.text):
        # Another strategy inserted it and reported the mistake.
        state.push(inserted("LPAR", "(", token.start), token, inserted("RPAR", ")", token.end))
        return True
    inside = token.text[1:-1]
    if token.text[0] == "{" and re.fullmatch(r"\w*", inside) and not inside.isdigit():
        return False
    state.report(
        problems.LIST_WITHOUT_PARENTHESES,
        span(token),
        f"a list between {token.text[0]} and {token.text[-1]}: expected parentheses",
        hint=f"write ({inside})" if len(inside) < 60 else "write parentheses",
        fix=Fix(
            "write parentheses",
            [Edit(Span(token.start, token.start + 1), "("), Edit(Span(token.end - 1, token.end), ")")],
        ),
    )
    offset = token.start + 1
    items = [
        Token(item.kind, item.text, item.start + offset, item.end + offset, item.joined)
        for item in tokenize(inside, state.dialect.name)
    ]
    state.push(
        inserted("LPAR", "(", token.start),
        *(items or [inserted("NULL", "null", offset)]),
        inserted("RPAR", ")", token.end),
    )
    return True


def sign_after_in(state: ParserState, token: Token) -> bool:
    """``id in = (1, 2)``."""
    if token.kind != "COMPARE":
        return False
    state.report(
        problems.UNKNOWN_OPERATOR,
        span(token),
        f"`{token.text}` after `in`: expected a list in parentheses",
        fix=replacement("delete it", span(token), "", safe=False),
    )
    return True


def missing_list(state: ParserState, token: Token) -> bool:
    """``id in and …``."""
    if token.kind not in ("AND", "OR", "RPAR", "$END", "COMMA"):
        return False
    state.report(
        problems.MISSING_VALUE,
        span(state.previous or token),
        "no list after `in`: expected one in parentheses",
        hint="write the values between parentheses, or leave the comparison out",
    )
    state.push(*inserted_list(token.start), token)
    return True


def missing_comma(state: ParserState, token: Token) -> bool:
    """``in (1 2)``."""
    if token.kind not in VALUES and (token.kind not in _WORDS or state.peek().kind in OPERATORS | {"NOT"}):
        return False
    previous = state.previous
    state.report(
        problems.STRAY_COMMA,
        span(token),
        f"{describe(token)} follows another without a comma",
        hint="write a comma between them",
        fix=insertion("write a comma", previous.end if previous is not None else token.start, ",", safe=False),
    )
    state.push(inserted("COMMA", ",", token.start), token)
    return True


def other_separator(state: ParserState, token: Token) -> bool:
    """``in (1 or 2)`` and ``in (1 | 2)``."""
    if (
        token.kind not in ("OR", "SYMBOL")
        or state.peek().kind not in VALUES
        or state.peek(1).kind not in ("OR", "COMMA", "RPAR")
    ):
        return False
    state.report(
        problems.STRAY_COMMA,
        span(token),
        f"`{token.text}` between the values of a list: expected a comma",
        hint="write a comma",
        fix=replacement("write a comma", span(token), ","),
    )
    state.push(token.as_kind("COMMA", ","))
    return True


def unclosed_list(state: ParserState, token: Token) -> bool:
    """``id in (1, 2 and closedFlag = false``."""
    if token.kind not in ("AND", "OR", "$END", "PATH", "DOTTED_PATH", "LPAR", "SYMBOL"):
        return False
    previous = state.previous
    at = previous.end if previous is not None else token.start
    opening = state.opened[-1] if state.opened else token
    state.report(
        problems.UNCLOSED_PARENTHESIS,
        span(opening),
        "the list that starts here is never closed: expected )",
        hint="write ) after its last value",
        fix=insertion("close the list", at, ")"),
    )
    state.push(inserted("RPAR", ")", at), token)
    return True


VALUE_LIST: tuple[Strategy, ...] = (bracketed_list, bare_list, sign_after_in, missing_list)
"""Strategies where a list is expected."""

NEXT_ITEM: tuple[Strategy, ...] = (missing_comma, other_separator, unclosed_list)
"""Strategies inside a list, after a value."""
