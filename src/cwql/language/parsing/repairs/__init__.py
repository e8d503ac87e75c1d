"""Recovery strategies for a token that does not fit: one module for each position, with a tuple of strategies to try in order.

A strategy is a function of the parser state and the token. It returns True if it recognized the mistake, reported it, and left the
state so that parsing can continue: the token is consumed, replaced (`ParserState.push`), or parsed again in another state.
"""

from __future__ import annotations

from cwql.language.parsing.repairs.common import COMMON, describe
from cwql.language.parsing.repairs.connective import CONNECTIVE
from cwql.language.parsing.repairs.field import FIELD
from cwql.language.parsing.repairs.field_list import DIRECTION, FIELD_NAME
from cwql.language.parsing.repairs.operator import AFTER_NOT, OPERATOR
from cwql.language.parsing.repairs.value import VALUE
from cwql.language.parsing.repairs.value_list import NEXT_ITEM, VALUE_LIST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState

__all__ = ["describe", "expected", "repair"]


def repair(state: ParserState, token: Token) -> bool:
    """Apply the first strategy that recognizes the mistake; return whether there is one."""
    if token.kind in state.row and token.kind != "PLACEHOLDER":
        state.push(token)
        return True
    return any(strategy(state, token) for strategy in COMMON + _position(state)[1])


def expected(state: ParserState) -> str:
    """Return what is allowed at the current position, for messages."""
    return _position(state)[0]


def _position(state: ParserState) -> tuple[str, tuple[Strategy, ...]]:
    """Return what is allowed at the current position, and the strategies for it."""
    row = state.row
    if state.shape != "condition":
        if "PATH" in row:
            return "the name of a field", FIELD_NAME
        return "a comma or the end" if "DIRECTION" not in row else "asc, desc, a comma or the end", DIRECTION
    if "PATH" in row:
        return "the name of a field or (", FIELD
    if "COMPARE" in row:
        return "an operator such as =, !=, <, contains, like or in", OPERATOR
    if "TEXT" in row:
        return "in, like or contains", AFTER_NOT
    if "STRING" in row:
        return "a value", VALUE
    if "LPAR" in row:
        return "a list in parentheses", VALUE_LIST
    if "COMMA" in row:
        return "a comma or )", NEXT_ITEM
    return "and, or, ) or the end" if state.opened else "and, or or the end", CONNECTIVE
