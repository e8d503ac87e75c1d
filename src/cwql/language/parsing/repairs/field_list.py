"""Strategies in lists of fields: ``orderBy``, ``fields``, ``expand``, ``includeFields``, ``excludeFields``."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.parsing.repairs.common import (
    PATH,
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

_DIRECTIONS = {"descend": "desc", "dsc": "desc", "down": "desc", "ascend": "asc", "up": "asc"}


def signed(state: ParserState, token: Token) -> bool:
    """``-dateEntered`` to ``dateEntered desc``."""
    match = re.fullmatch(r"([+-])([A-Za-z_][\w/.]*)", token.text) if token.kind == "WORD" else None
    if match is None or state.shape != "order_by":
        return False
    direction = "desc" if match[1] == "-" else "asc"
    written = f"{match[2]} {direction}"
    state.report(
        problems.SYNTAX_ERROR,
        span(token),
        f"`{token.text}` is not a sort term: expected `{written}`",
        hint=f"write {written}",
        fix=replacement(f"write {written}", span(token), written),
    )
    state.push(token.as_kind("PATH", match[2]), inserted("DIRECTION", direction, token.end))
    return True


def quoted(state: ParserState, token: Token) -> bool:
    """``"summary"`` to ``summary``."""
    name = token.text[1:-1]
    if token.kind not in ("MALFORMED_STRING", "STRING", "SMART_STRING") or not PATH.fullmatch(name):
        return False
    state.report(
        problems.QUOTED_FIELD,
        span(token),
        f"{token.text} is in quotes: expected the bare name of a field",
        hint=f"write {name}",
        fix=replacement("remove the quotes", span(token), name),
    )
    state.push(token.as_kind("PATH", name))
    return True


def stray_comma(state: ParserState, token: Token) -> bool:
    """A comma with nothing before or after it."""
    previous = state.previous
    if token.kind == "COMMA":
        place = token
    elif token.kind == "$END" and previous is not None and previous.kind == "COMMA":
        place = previous
    else:
        return False
    state.report(
        problems.STRAY_COMMA,
        span(place),
        "a comma with nothing before it" if place is token else "a comma with nothing after it",
        hint="delete it",
        fix=deletion(state, "delete it", place),
    )
    if place is previous:
        state.pop_symbol()
        state.previous = None
        state.push(token)
    return True


def order_by(state: ParserState, token: Token) -> bool:
    """``order by id``."""
    entry = state.symbol()
    if entry is None or entry.token is None or token.kind != "PATH" or token.text.lower() != "by":
        return False
    if entry.token.text.lower() not in ("order", "sort"):
        return False
    state.report(
        problems.SQL_SYNTAX,
        Span(entry.start, token.end),
        "`order by` is SQL: expected only the names of fields",
        hint="delete it",
        fix=replacement("delete it", Span(entry.start, state.peek().start), ""),
    )
    state.pop_symbol()
    return True


def other_separator(state: ParserState, token: Token) -> bool:
    """Semicolons or ``and`` between fields."""
    if token.kind not in ("SEMICOLON", "AND", "SYMBOL") and (token.kind != "PATH" or token.text.lower() != "and"):
        return False
    state.report(
        problems.STRAY_COMMA,
        span(token),
        f"`{token.text}` between two fields: expected a comma",
        fix=Fix("write a comma", [Edit(Span(skip_blanks_left(state.text, token.start), token.end), ",")]),
    )
    state.push(token.as_kind("COMMA", ","))
    return True


def misspelt_direction(state: ParserState, token: Token) -> bool:
    """``id down`` to ``id desc``."""
    direction = _DIRECTIONS.get(token.text.lower())
    if direction is None or state.shape != "order_by" or not state.expects("DIRECTION"):
        return False
    state.report(
        problems.SYNTAX_ERROR,
        span(token),
        f"`{token.text}` is not a direction: expected asc or desc",
        hint=f"write {direction}",
        fix=replacement(f"write {direction}", span(token), direction),
    )
    state.push(token.as_kind("DIRECTION", direction))
    return True


def missing_comma(state: ParserState, token: Token) -> bool:
    """``id name``."""
    if token.kind not in ("PATH", "DOTTED_PATH", "WORD") or state.previous is None:
        return False
    state.report(
        problems.STRAY_COMMA,
        span(token),
        f"{describe(token)} follows another without a comma",
        hint="write a comma between them",
        fix=insertion("write a comma", state.previous.end, ",", safe=False),
    )
    state.push(inserted("COMMA", ",", token.start), token)
    return True


FIELD_NAME: tuple[Strategy, ...] = (signed, quoted, stray_comma)
"""Strategies where the name of a field is expected."""

DIRECTION: tuple[Strategy, ...] = (order_by, other_separator, misspelt_direction, missing_comma)
"""Strategies after the name of a field."""
