"""Repairs where the name of a field, ``not`` or an opening parenthesis is expected."""

from __future__ import annotations

import re

from cwql.language import syntax_rules as rules
from cwql.language.literals import TERMINALS
from cwql.language.operators import TEXT_WORD
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.repairs.common import deletion, describe, insertion, replace, span, synthetic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./][A-Za-z_][A-Za-z0-9_]*)*")
_JOINTS = frozenset(("AND", "OR", "NOT"))
VALUES = frozenset(TERMINALS)


def dotted(recovery: Recovery, token: Token) -> bool:
    """``company.id`` where paths are joined by a slash."""
    if token.kind != "DOTTED":
        return False
    # The reduction of the path reports the separator.
    recovery.push(token.as_kind("PATH"))
    return True


def doubled(recovery: Recovery, token: Token) -> bool:
    """``and and``, ``and or``, and a connective at the start or behind a parenthesis."""
    if token.kind not in ("AND", "OR") and not (token.kind == "SYMBOL" and recovery.previous is None):
        return False
    previous = recovery.previous
    if previous is not None and previous.kind in ("AND", "OR"):
        message = f"`{token.text.lower()}` behind `{previous.text.lower()}`: expected a comparison between them"
        safe = token.kind == previous.kind
    elif previous is not None and previous.kind == "NOT":
        message, safe = f"`{token.text.lower()}` behind `not`: expected a comparison", False
    else:
        message, safe = f"nothing stands before `{token.text.lower()}`: expected a comparison", True
    recovery.report(
        rules.DANGLING_CONNECTIVE,
        span(token),
        message,
        hint="delete it",
        fix=deletion(recovery, "delete it", token, safe=safe),
    )
    return True


def trailing(recovery: Recovery, token: Token) -> bool:
    """``id = 5 and`` at the end, before a closing parenthesis."""
    previous = recovery.previous
    if token.kind == "$END" and previous is None and recovery.errors:
        # All there was has been reported and passed over.
        recovery.stand_in("comparison", token.start, token.start)
        recovery.push(token)
        return True
    if token.kind not in ("$END", "RPAR", "SEMICOLON", "COMMA") or previous is None:
        return False
    if previous.kind not in _JOINTS:
        return False
    first, distance = previous, 1
    while (part := recovery.last_part(distance)) is not None and part.token is not None and part.token.kind in _JOINTS:
        first, distance = part.token, distance + 1
    recovery.report(
        rules.DANGLING_CONNECTIVE,
        span(previous),
        f"nothing stands behind `{previous.text.lower()}`: expected a comparison",
        hint="delete it",
        fix=deletion(recovery, "delete it", first, previous),
    )
    while (part := recovery.last_part()) is not None and part.token is not None and part.token.kind in _JOINTS:
        recovery.unshift()
    recovery.previous = None
    if recovery.expects("PATH"):
        recovery.stand_in("comparison", previous.start, previous.end)
    recovery.push(token)
    return True


def empty_group(recovery: Recovery, token: Token) -> bool:
    """``()``."""
    previous = recovery.previous
    if token.kind != "RPAR" or previous is None or previous.kind != "LPAR":
        return False
    recovery.report(
        rules.MISSING_FIELD,
        span(previous, token),
        "nothing stands between the parentheses: expected a comparison",
        hint="delete them",
    )
    recovery.stand_in("comparison", token.start, token.start)
    recovery.push(token)
    return True


def swapped(recovery: Recovery, token: Token) -> bool:
    """``5 = id`` to ``id = 5``, ``"closedFlag" = false`` to ``closedFlag = false``."""
    if token.kind not in VALUES:
        return False
    sign, other = recovery.peek(), recovery.peek(1)
    name = token.text[1:-1]
    named = token.kind == "STRING" and sign.kind in ("COMPARE", "TEXT", "IN", "NOT") and _PATH.fullmatch(name)
    if named and (other.kind not in ("PATH", "DOTTED") or sign.kind != "COMPARE"):
        recovery.report(
            rules.QUOTED_FIELD,
            span(token),
            f"{token.text} is a value: expected the name of a field, without quotes",
            hint=f"write {name}",
            fix=replace("take the quotes out", span(token), name),
        )
        recovery.push(token.as_kind("PATH", name))
        return True
    if sign.kind == "COMPARE" and other.kind in ("PATH", "DOTTED"):
        mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign.text, sign.text)
        written = f"{other.text} {mirrored} {token.text}"
        place = span(token, other)
        second, limit = recovery.peek(2), recovery.peek(3)
        if second.kind == "COMPARE" and limit.kind in VALUES:
            return _chained(recovery, f"{written} and {other.text} {second.text} {limit.text}", token, limit)
        recovery.report(
            rules.SWAPPED_SIDES,
            place,
            "the value stands on the left: expected the field first",
            hint=f"write {written}",
            fix=replace(f"write {written}", place, written),
        )
        recovery.take()
        recovery.take()
        recovery.push(other.as_kind("PATH"), sign.as_kind("COMPARE", mirrored), token)
        return True
    return False


def _chained(recovery: Recovery, written: str, first: Token, last: Token) -> bool:
    """``1 < id < 5`` to ``id > 1 and id < 5``."""
    place = span(first, last)
    recovery.report(
        rules.SWAPPED_SIDES,
        place,
        "a chain of two comparisons: expected two, joined by `and`",
        hint=f"write {written}",
        fix=replace(f"write {written}", place, written),
    )
    for _ in range(4):
        recovery.take()
    recovery.stand_in("comparison", place.start, place.end)
    return True


def lone_value(recovery: Recovery, token: Token) -> bool:
    """``status/name = "New" or "Open"``."""
    if token.kind not in VALUES:
        return False
    previous = recovery.previous
    last = recovery.last_part(1)
    fix = None
    hint = "name the field and the operator again"
    node = None if last is None else last.value
    from cwql.language.nodes import Comparison

    while isinstance(node, list) and node:
        node = node[-1].value
    if (
        previous is not None
        and previous.kind in ("AND", "OR")
        and isinstance(node, Comparison)
        and node.span is not None
    ):
        text = recovery.text[node.span.start : node.span.end]
        head = re.match(rf"[\w/.]+\s*(?:[=!<>]+|(?:not\s+)?(?:{TEXT_WORD}))\s*", text, re.IGNORECASE)
        if head is not None:
            hint = f"write {head.group()}{token.text}"
            fix = insertion("repeat the field and the operator", token.start, head.group(), safe=False)
    recovery.report(
        rules.MISSING_FIELD,
        span(token),
        f"{describe(token)} stands alone: `and` and `or` join comparisons, not values",
        hint=hint,
        fix=fix,
    )
    recovery.stand_in("comparison", token.start, token.end)
    return True


def missing_field(recovery: Recovery, token: Token) -> bool:
    """``and = 5``: an operator without a field."""
    if token.kind not in ("COMPARE", "TEXT", "IN", "SIGN"):
        return False
    if token.kind == "SIGN" and token.text == "!":
        recovery.report(
            rules.MISPLACED_NOT,
            span(token),
            "`!` does not negate: expected a comparison",
            hint="negate the operator instead: != or not in, or compare a flag with false",
        )
        following = recovery.peek()
        if following.kind in ("PATH", "DOTTED") and recovery.peek(1).kind in ("AND", "OR", "RPAR", "$END"):
            # `!closedFlag`: one finding is enough.
            recovery.take()
            recovery.stand_in("comparison", token.start, following.end)
        return True
    recovery.report(
        rules.MISSING_FIELD,
        span(token),
        f"no field stands before `{token.text}`: expected one",
        hint="name the field that is compared",
    )
    recovery.push(synthetic("PATH", "_", token.start), token if token.kind != "SIGN" else token.as_kind("COMPARE", "="))
    return True


def sql_word(recovery: Recovery, token: Token) -> bool:
    """``select … where`` is handled as a name by the tables; here come words that no name can be."""
    if token.kind != "WORD":
        return False
    if re.fullmatch(r"[A-Za-z_][\w-]*", token.text) and recovery.peek().kind in (
        "COMPARE",
        "TEXT",
        "IN",
        "SIGN",
        "NOT",
    ):
        recovery.report(
            rules.SYNTAX,
            span(token),
            f"`{token.text}` is no name of a field: expected letters, digits and _",
        )
        recovery.push(token.as_kind("PATH", "_"))
        return True
    return False


OPERAND: tuple[Repair, ...] = (
    dotted,
    doubled,
    trailing,
    empty_group,
    swapped,
    lone_value,
    missing_field,
    sql_word,
)
"""Repairs where a comparison is to start."""
