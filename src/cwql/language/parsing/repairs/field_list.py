"""Repairs in lists of fields: ``orderBy``, ``fields``, ``expand``, ``includeFields``, ``excludeFields``."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import syntax_rules as rules
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.repairs.common import deletion, describe, insertion, replace, span, synthetic
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./][A-Za-z_][A-Za-z0-9_]*)*")


def signed(recovery: Recovery, token: Token) -> bool:
    """``-dateEntered`` to ``dateEntered desc``."""
    match = re.fullmatch(r"([+-])([A-Za-z_][\w/.]*)", token.text) if token.kind == "WORD" else None
    if match is None or recovery.shape != "order_by":
        return False
    direction = "desc" if match[1] == "-" else "asc"
    written = f"{match[2]} {direction}"
    recovery.report(
        rules.SYNTAX,
        span(token),
        f"`{token.text}` does not sort: expected `{written}`",
        hint=f"write {written}",
        fix=replace(f"write {written}", span(token), written),
    )
    recovery.push(token.as_kind("PATH", match[2]), synthetic("DIRECTION", direction, token.end))
    return True


def quoted(recovery: Recovery, token: Token) -> bool:
    """``"summary"`` to ``summary``."""
    name = token.text[1:-1]
    if token.kind not in ("LOOSE_STRING", "STRING", "SMART_STRING") or not _PATH.fullmatch(name):
        return False
    recovery.report(
        rules.QUOTED_FIELD,
        span(token),
        f"{token.text} stands between quotes: expected the bare name of a field",
        hint=f"write {name}",
        fix=replace("take the quotes out", span(token), name),
    )
    recovery.push(token.as_kind("PATH", name))
    return True


def stray(recovery: Recovery, token: Token) -> bool:
    """A comma with nothing before or behind it."""
    previous = recovery.previous
    if token.kind == "COMMA":
        place = token
    elif token.kind == "$END" and previous is not None and previous.kind == "COMMA":
        place = previous
    else:
        return False
    recovery.report(
        rules.STRAY_COMMA,
        span(place),
        "a comma with nothing before it" if place is token else "a comma with nothing behind it",
        hint="delete it",
        fix=deletion(recovery, "delete it", place),
    )
    if place is previous:
        recovery.unshift()
        recovery.previous = None
        recovery.push(token)
    return True


def leader(recovery: Recovery, token: Token) -> bool:
    """``order by id``."""
    part = recovery.last_part()
    if part is None or part.token is None or token.kind != "PATH" or token.text.lower() != "by":
        return False
    if part.token.text.lower() not in ("order", "sort"):
        return False
    following = recovery.peek()
    recovery.report(
        rules.SQL_SYNTAX,
        Span(part.start, token.end),
        "`order by` is SQL: expected the names of fields only",
        hint="delete it",
        fix=replace("delete it", Span(part.start, following.start), ""),
    )
    recovery.unshift()
    return True


def separator(recovery: Recovery, token: Token) -> bool:
    """Semicolons, blanks or ``and`` between fields."""
    if token.kind in ("SEMICOLON", "AND", "SYMBOL") or (token.kind == "PATH" and token.text.lower() == "and"):
        recovery.report(
            rules.STRAY_COMMA,
            span(token),
            f"`{token.text}` between two fields: expected a comma",
            fix=Fix("write a comma", [Edit(Span(_left(recovery.text, token.start), token.end), ",")]),
        )
        recovery.push(token.as_kind("COMMA", ","))
        return True
    if token.kind in ("PATH", "DOTTED", "WORD") and recovery.previous is not None:
        near = {"descend": "desc", "dsc": "desc", "down": "desc", "ascend": "asc", "up": "asc"}.get(token.text.lower())
        if near is not None and recovery.shape == "order_by" and recovery.expects("DIRECTION"):
            recovery.report(
                rules.SYNTAX,
                span(token),
                f"`{token.text}` is no direction: expected asc or desc",
                hint=f"write {near}",
                fix=replace(f"write {near}", span(token), near),
            )
            recovery.push(token.as_kind("DIRECTION", near))
            return True
        recovery.report(
            rules.STRAY_COMMA,
            span(token),
            f"{describe(token)} follows another without a comma",
            hint="write a comma between them",
            fix=insertion("write a comma", recovery.previous.end, ",", safe=False),
        )
        recovery.push(synthetic("COMMA", ",", token.start), token)
        return True
    return False


def _left(text: str, at: int) -> int:
    while at > 0 and text[at - 1] in " \t\r\n":
        at -= 1
    return at


FIELD: tuple[Repair, ...] = (signed, quoted, stray)
"""Repairs where the name of a field is expected."""

DIRECTION: tuple[Repair, ...] = (leader, separator)
"""Repairs behind the name of a field."""
