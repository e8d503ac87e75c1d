"""What to make of a token that does not fit: one module a position, each an explicit tuple of repairs.

A repair is a function of the recovery and the token. It returns True when it knew the slip, reported it and left the
recovery so that reading can go on: the token consumed, replaced (`Recovery.push`), or to be read again in another state.
"""

from __future__ import annotations

from cwql.language.parsing.repairs.common import PIECES, describe
from cwql.language.parsing.repairs.connective import JUNCTION
from cwql.language.parsing.repairs.field import OPERAND
from cwql.language.parsing.repairs.field_list import DIRECTION, FIELD
from cwql.language.parsing.repairs.operator import AFTER_NOT, RELATION
from cwql.language.parsing.repairs.value import VALUE
from cwql.language.parsing.repairs.value_list import LIST, NEXT_ITEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.recovery import Recovery

__all__ = ["describe", "expected", "repair"]


def repair(recovery: Recovery, token: Token) -> bool:
    """Let the repairs of this position look at the token; tell whether one of them knew it."""
    recovery.settle()
    if token.kind in recovery.row and token.kind != "HOLE":
        recovery.push(token)
        return True
    return any(attempt(recovery, token) for attempt in PIECES + position(recovery)[1])


def expected(recovery: Recovery) -> str:
    """Say in words what may stand at this position."""
    return position(recovery)[0]


def position(recovery: Recovery) -> tuple[str, tuple]:  # type: ignore[type-arg]
    """Return the words for the present position and its repairs."""
    row = recovery.row
    if recovery.shape != "condition":
        if "PATH" in row:
            return "the name of a field", FIELD
        return "a comma or the end" if "DIRECTION" not in row else "asc, desc, a comma or the end", DIRECTION
    if "PATH" in row:
        return "the name of a field or (", OPERAND
    if "COMPARE" in row:
        return "an operator such as =, !=, <, contains, like or in", RELATION
    if "TEXT" in row:
        return "in, like or contains", AFTER_NOT
    if "STRING" in row:
        return "a value", VALUE
    if "LPAR" in row:
        return "a list in parentheses", LIST
    if "COMMA" in row:
        return "a comma or )", NEXT_ITEM
    return "and, or, ) or the end" if recovery.opened else "and, or or the end", JUNCTION
