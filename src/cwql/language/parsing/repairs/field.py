"""Strategies where the name of a field, ``not`` or an opening parenthesis is expected."""

from __future__ import annotations

import re

from cwql.language import problems
from cwql.language.nodes import Comparison
from cwql.language.operators import TEXT_WORD
from cwql.language.parsing.repairs.common import (
    OPERATORS,
    PATH,
    VALUES,
    deletion,
    describe,
    inserted,
    insertion,
    replacement,
    span,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState

_CONNECTIVES = frozenset(("AND", "OR", "NOT"))
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OPERATOR_STARTS = OPERATORS | {"NOT"}


def dotted(state: ParserState, token: Token) -> bool:
    """``company.id`` in a dialect that joins segments by a slash; the action of the path reports it."""
    if token.kind != "DOTTED_PATH":
        return False
    state.push(token.as_kind("PATH"))
    return True


def doubled(state: ParserState, token: Token) -> bool:
    """``and and``, ``and or``, and a connective at the start or after a parenthesis."""
    if token.kind not in ("AND", "OR") and not (token.kind == "SYMBOL" and state.previous is None):
        return False
    previous = state.previous
    if previous is not None and previous.kind in ("AND", "OR"):
        message = f"`{token.text.lower()}` after `{previous.text.lower()}`: expected a comparison between them"
        safe = token.kind == previous.kind
    elif previous is not None and previous.kind == "NOT":
        message, safe = f"`{token.text.lower()}` after `not`: expected a comparison", False
    else:
        message, safe = f"nothing before `{token.text.lower()}`: expected a comparison", True
    state.report(
        problems.DANGLING_CONNECTIVE,
        span(token),
        message,
        hint="delete it",
        fix=deletion(state, "delete it", token, safe=safe),
    )
    return True


def trailing(state: ParserState, token: Token) -> bool:
    """``id = 5 and`` at the end or before a closing parenthesis."""
    previous = state.previous
    if token.kind == "$END" and previous is None and state.errors:
        # The whole text was reported and skipped.
        state.push_constant(token.start, token.start)
        state.push(token)
        return True
    if token.kind not in ("$END", "RPAR", "SEMICOLON", "COMMA") or previous is None:
        return False
    if previous.kind not in _CONNECTIVES:
        return False
    first, distance = previous, 1
    while (
        (entry := state.symbol(distance)) is not None and entry.token is not None and entry.token.kind in _CONNECTIVES
    ):
        first, distance = entry.token, distance + 1
    state.report(
        problems.DANGLING_CONNECTIVE,
        span(previous),
        f"nothing after `{previous.text.lower()}`: expected a comparison",
        hint="delete it",
        fix=deletion(state, "delete it", first, previous),
    )
    while (entry := state.symbol()) is not None and entry.token is not None and entry.token.kind in _CONNECTIVES:
        state.pop_symbol()
    state.previous = None
    if state.expects("PATH"):
        state.push_constant(previous.start, previous.end)
    state.push(token)
    return True


def empty_group(state: ParserState, token: Token) -> bool:
    """``()``."""
    previous = state.previous
    if token.kind != "RPAR" or previous is None or previous.kind != "LPAR":
        return False
    state.report(
        problems.MISSING_FIELD,
        span(previous, token),
        "nothing between the parentheses: expected a comparison",
        hint="delete them",
    )
    state.push_constant(token.start, token.start)
    state.push(token)
    return True


def quoted_name(state: ParserState, token: Token) -> bool:
    """``"closedFlag" = false`` to ``closedFlag = false``."""
    following, other = state.peek(), state.peek(1)
    name = token.text[1:-1]
    if token.kind != "STRING" or following.kind not in ("COMPARE", "TEXT", "IN", "NOT") or not PATH.fullmatch(name):
        return False
    if following.kind == "COMPARE" and other.kind in ("PATH", "DOTTED_PATH"):
        # `"New" = status/name`: the sides are swapped.
        return False
    state.report(
        problems.QUOTED_FIELD,
        span(token),
        f"{token.text} is a value: expected the name of a field, without quotes",
        hint=f"write {name}",
        fix=replacement("remove the quotes", span(token), name),
    )
    state.push(token.as_kind("PATH", name))
    return True


def swapped(state: ParserState, token: Token) -> bool:
    """``5 = id`` to ``id = 5``."""
    sign, other = state.peek(), state.peek(1)
    if token.kind not in VALUES or sign.kind != "COMPARE" or other.kind not in ("PATH", "DOTTED_PATH"):
        return False
    mirrored = _MIRRORED.get(sign.text, sign.text)
    written = f"{other.text} {mirrored} {token.text}"
    second, limit = state.peek(2), state.peek(3)
    if second.kind == "COMPARE" and limit.kind in VALUES:
        return _report_chain(state, f"{written} and {other.text} {second.text} {limit.text}", token, limit)
    state.report(
        problems.SWAPPED_SIDES,
        span(token, other),
        "the value is on the left: expected the field first",
        hint=f"write {written}",
        fix=replacement(f"write {written}", span(token, other), written),
    )
    state.take()
    state.take()
    state.push(other.as_kind("PATH"), sign.as_kind("COMPARE", mirrored), token)
    return True


def _report_chain(state: ParserState, written: str, first: Token, last: Token) -> bool:
    """``1 < id < 5`` to ``id > 1 and id < 5``."""
    place = span(first, last)
    state.report(
        problems.SWAPPED_SIDES,
        place,
        "a chain of two comparisons: expected two, joined by `and`",
        hint=f"write {written}",
        fix=replacement(f"write {written}", place, written),
    )
    for _ in range(4):
        state.take()
    state.push_constant(place.start, place.end)
    return True


def lone_value(state: ParserState, token: Token) -> bool:
    """``status/name = "New" or "Open"``."""
    if token.kind not in VALUES:
        return False
    fix = None
    hint = "repeat the field and the operator"
    head = _find_head(state)
    if head is not None:
        hint = f"write {head}{token.text}"
        fix = insertion("repeat the field and the operator", token.start, head, safe=False)
    state.report(
        problems.MISSING_FIELD,
        span(token),
        f"{describe(token)} has no field: `and` and `or` join comparisons, not values",
        hint=hint,
        fix=fix,
    )
    state.push_constant(token.start, token.end)
    return True


def _find_head(state: ParserState) -> str | None:
    """Return the text of field and operator of the comparison before the last connective, or None."""
    previous, last = state.previous, state.symbol(1)
    node = None if last is None else last.value
    while isinstance(node, list) and node:
        node = node[-1].value
    if previous is None or previous.kind not in ("AND", "OR") or not isinstance(node, Comparison) or node.span is None:
        return None
    text = state.text[node.span.start : node.span.end]
    head = re.match(rf"[\w/.]+\s*(?:[=!<>]+|(?:not\s+)?(?:{TEXT_WORD}))\s*", text, re.IGNORECASE)
    return None if head is None else head.group()


def exclamation_mark(state: ParserState, token: Token) -> bool:
    """``!closedFlag``."""
    if token.kind != "SIGN" or token.text != "!":
        return False
    state.report(
        problems.MISPLACED_NOT,
        span(token),
        "`!` does not negate: expected a comparison",
        hint="negate the operator instead: != or not in, or compare a flag with false",
    )
    following = state.peek()
    if following.kind in ("PATH", "DOTTED_PATH") and state.peek(1).kind in ("AND", "OR", "RPAR", "$END"):
        # The missing operator follows from this mistake.
        state.take()
        state.push_constant(token.start, following.end)
    return True


def missing_field(state: ParserState, token: Token) -> bool:
    """``and = 5``: an operator without a field."""
    if token.kind not in OPERATORS:
        return False
    state.report(
        problems.MISSING_FIELD,
        span(token),
        f"no field before `{token.text}`: expected one",
        hint="write the field that is compared",
    )
    state.push(inserted("PATH", "_", token.start), token if token.kind != "SIGN" else token.as_kind("COMPARE", "="))
    return True


def impossible_name(state: ParserState, token: Token) -> bool:
    """``ticket-id = 5``: a word before an operator that no field can have as its name."""
    if (
        token.kind != "WORD"
        or not re.fullmatch(r"[A-Za-z_][\w-]*", token.text)
        or state.peek().kind not in _OPERATOR_STARTS
    ):
        return False
    state.report(
        problems.SYNTAX_ERROR, span(token), f"`{token.text}` is not a field name: expected letters, digits and _"
    )
    state.push(token.as_kind("PATH", "_"))
    return True


FIELD: tuple[Strategy, ...] = (
    dotted,
    doubled,
    trailing,
    empty_group,
    quoted_name,
    swapped,
    lone_value,
    exclamation_mark,
    missing_field,
    impossible_name,
)
"""Strategies where a comparison is expected."""
