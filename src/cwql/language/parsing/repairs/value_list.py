"""Repairs behind ``in``: a list without its parentheses, and inside a list, where a comma or its end is expected."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import syntax_rules as rules
from cwql.language.parsing.lexer import Token, scan
from cwql.language.parsing.repairs.common import describe, insertion, replace, span, synthetic
from cwql.language.parsing.repairs.field import VALUES
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

_WORDS = frozenset(("PATH", "WORD", "DOTTED"))
_ITEMS_LIMIT = 10_000


def bare_list(recovery: Recovery, token: Token) -> bool:
    """``in 1, 2, 3`` and ``in "New"``."""
    if token.kind not in VALUES and token.kind not in _WORDS:
        return False
    if token.kind in _WORDS and recovery.peek().kind in ("COMPARE", "TEXT", "IN", "SIGN"):
        return False
    items = [token]
    while recovery.peek().kind == "COMMA" and len(items) < _ITEMS_LIMIT and recovery.peek(1).kind in (*VALUES, *_WORDS):
        items += [recovery.take(), recovery.take()]
    last = items[-1]
    place = span(token, last)
    written = recovery.text[place.start : place.end]
    recovery.report(
        rules.BARE_LIST,
        place,
        "a list without parentheses: expected ( before it and ) behind it",
        hint=f"write ({written})" if len(written) < 60 else "enclose it in parentheses",
        fix=Fix(
            "enclose it in parentheses",
            [Edit(Span(place.start, place.start), "("), Edit(Span(place.end, place.end), ")")],
        ),
    )
    recovery.push(synthetic("LPAR", "(", token.start), *items, synthetic("RPAR", ")", last.end))
    return True


def bracketed_list(recovery: Recovery, token: Token) -> bool:
    """``in [1, 2]`` and ``in {1, 2}``."""
    if token.kind not in ("BRACKETED", "DATE", "PLACEHOLDER", "HOLE") or token.text[0] not in "[{":
        return False
    if token.end - token.start != len(token.text):
        # Another repair made it, and has told what is wrong; its text stands nowhere.
        recovery.push(synthetic("LPAR", "(", token.start), token, synthetic("RPAR", ")", token.end))
        return True
    inside = token.text[1:-1]
    if token.text[0] == "{" and re.fullmatch(r"\w*", inside) and not inside.isdigit():
        return False
    recovery.report(
        rules.BARE_LIST,
        span(token),
        f"a list between {token.text[0]} and {token.text[-1]}: expected parentheses",
        hint=f"write ({inside})" if len(inside) < 60 else "write parentheses",
        fix=Fix(
            "write parentheses",
            [Edit(Span(token.start, token.start + 1), "("), Edit(Span(token.end - 1, token.end), ")")],
        ),
    )
    offset = token.start + 1
    terminals = __import__(f"cwql_grammar.{recovery.dialect.name}", fromlist=["TERMINALS"]).TERMINALS
    items = [
        Token(item.kind, item.text, item.start + offset, item.end + offset, item.joined)
        for item in scan(inside, recovery.dialect.name, terminals)
    ]
    if not items:
        items = [synthetic("NULL", "null", offset)]
    recovery.push(synthetic("LPAR", "(", token.start), *items, synthetic("RPAR", ")", token.end))
    return True


def missing_list(recovery: Recovery, token: Token) -> bool:
    """``id in and …``."""
    previous = recovery.previous
    place = span(previous) if previous is not None else span(token)
    if token.kind == "COMPARE":
        recovery.report(
            rules.UNKNOWN_OPERATOR,
            span(token),
            f"`{token.text}` behind `in`: expected a list in parentheses",
            fix=replace("delete it", span(token), "", safe=False),
        )
        return True
    if token.kind not in ("AND", "OR", "RPAR", "$END", "COMMA"):
        return False
    recovery.report(
        rules.MISSING_VALUE,
        place,
        "no list stands behind `in`: expected one in parentheses",
        hint="write the values between parentheses, or leave the comparison out",
    )
    at = token.start
    recovery.push(synthetic("LPAR", "(", at), synthetic("NULL", "null", at), synthetic("RPAR", ")", at), token)
    return True


def missing_comma(recovery: Recovery, token: Token) -> bool:
    """``in (1 2)``, ``in (1 or 2)``."""
    previous = recovery.previous
    if token.kind in VALUES or (token.kind in _WORDS and not _starts_comparison(recovery)):
        recovery.report(
            rules.STRAY_COMMA,
            Span(token.start, token.end),
            f"{describe(token)} follows another without a comma",
            hint="write a comma between them",
            fix=insertion("write a comma", previous.end if previous is not None else token.start, ",", safe=False),
        )
        recovery.push(synthetic("COMMA", ",", token.start), token)
        return True
    if (
        token.kind in ("OR", "SYMBOL")
        and recovery.peek().kind in VALUES
        and recovery.peek(1).kind in ("OR", "COMMA", "RPAR")
    ):
        recovery.report(
            rules.STRAY_COMMA,
            span(token),
            f"`{token.text}` between the values of a list: expected a comma",
            hint="write a comma",
            fix=replace("write a comma", span(token), ","),
        )
        recovery.push(token.as_kind("COMMA", ","))
        return True
    return False


def _starts_comparison(recovery: Recovery) -> bool:
    return recovery.peek().kind in ("COMPARE", "TEXT", "IN", "SIGN", "NOT")


def unclosed_list(recovery: Recovery, token: Token) -> bool:
    """``id in (1, 2 and closedFlag = false``."""
    if token.kind not in ("AND", "OR", "$END", "PATH", "DOTTED", "LPAR", "SYMBOL"):
        return False
    previous = recovery.previous
    at = previous.end if previous is not None else token.start
    opening = recovery.opened[-1] if recovery.opened else token
    recovery.report(
        rules.UNCLOSED_PARENTHESIS,
        span(opening),
        "the list that starts here is never closed: expected )",
        hint="write ) behind its last value",
        fix=insertion("close the list", at, ")"),
    )
    recovery.push(synthetic("RPAR", ")", at), token)
    return True


LIST: tuple[Repair, ...] = (bracketed_list, bare_list, missing_list)
"""Repairs where a list is expected."""

NEXT_ITEM: tuple[Repair, ...] = (missing_comma, unclosed_list)
"""Repairs inside a list, behind a value."""
