"""Repairs where a value is expected: behind an operator, and inside a list."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import spelling_rules
from cwql.language import syntax_rules as rules
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.literal_checks import requote
from cwql.language.parsing.repairs.common import POWERSHELL_WORDS, deletion, describe, replace, span, synthetic
from cwql.language.parsing.repairs.field import VALUES
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

_ENDS = frozenset(("AND", "OR", "RPAR", "COMMA", "$END", "SYMBOL", "SEMICOLON", "COMMENT"))
_WORDS = frozenset(("PATH", "WORD", "DOTTED", "NUMBER", "BARE_DATE", "BOOLEAN", "NULL", "TEXT", "NOT", "IN"))
_NESTED_LIMIT = 10_000
_NULLS = frozenset(("none", "nil", "undefined", "empty", "blank", "nothing", "dbnull"))
_MOMENTS = frozenset(("now", "today", "yesterday", "tomorrow", "getdate", "utcnow", "sysdate", "current_timestamp"))
_TRUTHS = {
    "yes": True,
    "no": False,
    "on": True,
    "off": False,
    "$true": True,
    "$false": False,
}


_RIGHT_SIDES = {
    "IN": frozenset(("LPAR", "BRACKETED", "DATE", "HOLE")),
    "TEXT": frozenset((*VALUES, "SMART_STRING", "UNCLOSED_STRING", "QUOTED_QUOTE", "ESCAPED_STRING", "HOLE")),
    "NOT": frozenset(("IN", "TEXT", *VALUES)),
}


def marked(recovery: Recovery, token: Token) -> bool:
    """``<id>`` and ``:id``: placeholders of other templates."""
    name, close = recovery.peek(), recovery.peek(1)
    if token.text == "<" and name.kind == "PATH" and name.joined and close.text == ">" and close.joined:
        last = close
    elif token.text == ":" and name.kind == "PATH" and name.joined:
        last = name
    else:
        return False
    recovery.take()
    if last is close:
        recovery.take()
    recovery.report(
        rules.UNFILLED_HOLE,
        span(token, last),
        f"the placeholder {recovery.text[token.start : last.end]} was not filled in",
        hint='fill it before, without quotes around it: cwql.cond("company/id = {}", value)',
    )
    recovery.push(synthetic("NULL", "null", last.end))
    return True


def doubled_operator(recovery: Recovery, token: Token) -> bool:
    """``a = = 5``, ``a > = 5``, ``a = like "x"``, ``a = not null``."""
    previous = recovery.previous
    if token.kind not in ("COMPARE", "TEXT", "IN", "SIGN", "NOT") or previous is None:
        return False
    if previous.kind not in ("COMPARE", "TEXT"):
        return False
    if token.kind == "NOT" and previous.text == "=" and recovery.peek().kind in VALUES:
        recovery.report(
            rules.MISPLACED_NOT,
            span(previous, token),
            f"`= {token.text.lower()}` is no operator: expected `!=`",
            hint="write !=",
            fix=replace("write !=", span(previous, token), "!="),
        )
        _swap_relation(recovery, "!=")
        return True
    following = recovery.peek()
    if token.kind in ("IN", "TEXT", "NOT") and following.kind not in _RIGHT_SIDES[token.kind]:
        return False
    joined = previous.text + token.text
    if joined in ("<=", ">=", "!=", "==", "<>") and token.kind in ("COMPARE", "SIGN"):
        operator = {"==": "=", "<>": "!="}.get(joined, joined)
        recovery.report(
            rules.UNKNOWN_OPERATOR,
            span(previous, token),
            f"`{recovery.text[previous.start : token.end]}` is no operator: expected `{operator}`",
            hint=f"write {operator}",
            fix=replace(f"write {operator}", span(previous, token), operator),
        )
        _swap_relation(recovery, operator)
        return True
    recovery.report(
        rules.UNKNOWN_OPERATOR,
        span(previous, token),
        f"two operators side by side, `{previous.text}` and `{token.text}`: expected one",
        hint=f"keep `{token.text}`" if token.kind in ("TEXT", "IN") else f"keep `{previous.text}`",
        fix=deletion(recovery, f"delete `{previous.text}`", previous, safe=previous.text == "=")
        if token.kind in ("TEXT", "IN")
        else deletion(recovery, f"delete `{token.text}`", token, safe=False),
    )
    if token.kind in ("TEXT", "IN"):
        _drop_relation(recovery)
        recovery.push(token)
    return True


def _drop_relation(recovery: Recovery) -> None:
    while not recovery.expects("COMPARE") and recovery.last_part(1) is not None:
        recovery.unshift()


def _swap_relation(recovery: Recovery, operator: str) -> None:
    place = recovery.previous
    _drop_relation(recovery)
    recovery.push(synthetic("COMPARE", operator, place.end if place is not None else 0))


def list_behind_sign(recovery: Recovery, token: Token) -> bool:
    """``id = (1, 2)`` to ``id in (1, 2)``; ``id = (5)`` to ``id = 5``; nested parentheses in a list."""
    if token.kind != "LPAR":
        return False
    previous = recovery.previous
    first, behind = recovery.peek(), recovery.peek(1)
    if previous is None or previous.kind not in ("COMPARE", "TEXT"):
        if previous is not None and previous.kind == "LPAR" and first.kind in VALUES:
            return _nested_list(recovery, token)
        return False
    if first.kind in (*VALUES, "HOLE") and behind.kind == "RPAR":
        recovery.take()
        recovery.take()
        recovery.report(
            rules.LIST_BEHIND_SIGN,
            span(token, behind),
            "a value in parentheses: expected it without",
            hint=f"write {first.text}",
            fix=replace(f"write {first.text}", span(token, behind), first.text),
        )
        recovery.push(first)
        return True
    operator = {"=": "in", "==": "in", "!=": "not in", "<>": "not in"}.get(previous.text)
    if operator is not None and first.kind in (*VALUES, "PATH", "WORD", "HOLE", "RPAR"):
        recovery.report(
            rules.LIST_BEHIND_SIGN,
            span(previous),
            f"`{previous.text}` takes one value, got a list: expected `{operator}`",
            hint=f"write {operator}",
            fix=replace(
                f"write {operator}",
                span(previous),
                (" " if previous.joined else "") + operator + (" " if token.joined else ""),
            ),
        )
        _drop_relation(recovery)
        at = previous.end
        recovery.push(*[synthetic("NOT" if word == "not" else "IN", word, at) for word in operator.split()], token)
        return True
    if first.kind in VALUES and previous.kind == "TEXT":
        recovery.report(
            rules.LIST_BEHIND_SIGN,
            span(token),
            f"`{previous.text.lower()}` takes one value, got a list",
            hint=f"join several `{previous.text.lower()}` by `or`",
        )
        depth = 1
        while depth and recovery.peek().kind != "$END":
            taken = recovery.take()
            depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
        recovery.push(first)
        return True
    return False


def _nested_list(recovery: Recovery, token: Token) -> bool:
    """``in ((1, 2))``."""
    inside: list[Token] = []
    while recovery.peek().kind in (*VALUES, "COMMA") and len(inside) < _NESTED_LIMIT:
        inside.append(recovery.take())
    close = recovery.peek()
    closed = close.kind == "RPAR"
    if closed:
        recovery.take()
    recovery.report(
        rules.SYNTAX,
        span(token),
        "a list inside a list: expected values",
        hint="take the inner parentheses out",
        fix=Fix("take them out", [Edit(span(token), ""), Edit(span(close), "")]) if closed else None,
    )
    recovery.push(*inside)
    return True


def empty_list(recovery: Recovery, token: Token) -> bool:
    """``in ()``."""
    previous = recovery.previous
    if token.kind != "RPAR" or previous is None or previous.kind != "LPAR":
        return False
    recovery.report(
        rules.EMPTY_LIST,
        span(previous, token),
        "an empty list: expected at least one value",
        hint="leave the comparison out; nothing is in an empty list, and everything is outside of it",
    )
    recovery.push(synthetic("NULL", "null", token.start), token)
    return True


def stray_comma(recovery: Recovery, token: Token) -> bool:
    """``(1, 2,)``, ``(, 1)``, ``(1,, 2)``."""
    previous = recovery.previous
    if previous is None or previous.kind not in ("COMMA", "LPAR"):
        return False
    if token.kind == "RPAR" and previous.kind == "COMMA":
        place = previous
    elif token.kind == "COMMA":
        place = token
    else:
        return False
    recovery.report(
        rules.STRAY_COMMA,
        span(place),
        "a comma with no value behind it" if place is previous else "a comma with no value before it",
        hint="delete it",
        fix=deletion(recovery, "delete it", place),
    )
    if place is previous:
        recovery.unshift()
        recovery.push(token)
        recovery.previous = None
    return True


def formatted_number(recovery: Recovery, token: Token) -> bool:
    """``.5``, ``+5``, ``1e3``, ``$5``, ``0x1F``, ``5.``: numbers in other forms."""
    if token.kind != "WORD":
        return False
    text = token.text
    written: str | None
    if re.fullmatch(r"-?\.[0-9]{1,30}", text):
        written = text.replace(".", "0.", 1)
    elif re.fullmatch(r"[+$€£][0-9]{1,30}(?:\.[0-9]{1,30})?", text):
        written = text[1:]
    elif re.fullmatch(r"-?[0-9]{1,30}\.", text):
        written = text[:-1]
    elif re.fullmatch(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?[eE][+-]?[0-9]{1,2}", text):
        from decimal import Decimal

        written = format(Decimal(text), "f")
    elif re.fullmatch(r"0[xX][0-9A-Fa-f]{1,16}", text):
        written = str(int(text, 16))
    elif re.fullmatch(r"[0-9]{1,3}(?:_[0-9]{3})+", text):
        written = text.replace("_", "")
    else:
        return False
    recovery.report(
        spelling_rules.BAD_NUMBER,
        span(token),
        f"`{text}` is not how the language writes a number: expected digits, a point and digits",
        hint=f"write {written}",
        fix=replace(f"write {written}", span(token), written),
    )
    recovery.push(Token("NUMBER", written, token.end, token.end))
    return True


def loose_date(recovery: Recovery, token: Token) -> bool:
    """``1/15/2024`` without brackets, and ``2024-01-15T10`` forms that are no bare date."""
    if token.kind != "WORD" or not re.match(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}(?![0-9])", token.text):
        return False
    from cwql.language.literals import BadLiteral, read_date
    from cwql.language.parsing.literal_checks import write_date

    try:
        value = read_date(token.text, recovery.dialect.naive_is_utc)
    except BadLiteral as bad:
        recovery.report(rules.BY_NAME[bad.rule], span(token), bad.message, hint=bad.hint)
        recovery.push(synthetic("NULL", "null", token.end))
        return True
    written = write_date(value, recovery.dialect)
    recovery.report(
        spelling_rules.MALFORMED_DATE,
        span(token),
        f"`{token.text}` is not how the language writes a date: expected {written}",
        hint=f"write {written}",
        fix=replace(f"write {written}", span(token), written, safe=False),
    )
    recovery.push(synthetic("NULL", "null", token.end))
    return True


def called(recovery: Recovery, token: Token) -> bool:
    """``now()``, ``getdate()``, ``datetime'…'``."""
    if token.kind not in ("PATH", "WORD", "DOTTED") or recovery.peek().kind != "LPAR":
        return False
    depth, end, count = 0, token.end, 0
    while recovery.peek().kind != "$END" and count < 60:
        taken = recovery.take()
        depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
        end, count = taken.end, count + 1
        if depth == 0:
            break
    recovery.report(
        rules.FUNCTION_CALL,
        Span(token.start, end),
        f"`{token.text}(…)` looks like a call: the languages have no functions",
        hint='compute the value in the program and put it in: cwql.cond("lastUpdated > {}", moment)',
    )
    recovery.push(synthetic("NULL", "null", end))
    return True


def moment_word(recovery: Recovery, token: Token) -> bool:
    """``today``, ``now``: words for a moment, which the languages do not have."""
    lowered = token.text.lower()
    if token.kind not in ("PATH", "WORD") or lowered not in _MOMENTS or recovery.peek().kind not in _ENDS:
        return False
    if recovery.previous is not None and recovery.previous.kind == "TEXT":
        # `summary contains today`: a text.
        return False
    recovery.report(
        rules.FUNCTION_CALL,
        span(token),
        f"`{token.text}` is no value: the languages have no words for moments",
        hint=f'put the moment in: cwql.cond("lastUpdated > {{}}", moment); or write {requote(token.text, recovery.dialect)} '
        "if the text is meant",
    )
    recovery.push(synthetic("NULL", "null", token.end))
    return True


def known_word(recovery: Recovery, token: Token) -> bool:
    """``None``, ``yes``, ``$true``: words that mean null or a truth value."""
    if token.kind not in ("PATH", "WORD", "PLACEHOLDER"):
        return False
    lowered = token.text.lower()
    if recovery.peek().kind not in _ENDS:
        return False
    if lowered in _NULLS or lowered == "$null":
        kind, written = "NULL", "null"
    elif lowered in _TRUTHS:
        kind, written = "BOOLEAN", recovery.dialect.booleans[0 if _TRUTHS[lowered] else 1]
    else:
        return False
    quoted = requote(token.text, recovery.dialect)
    recovery.report(
        rules.UNQUOTED_TEXT,
        span(token),
        f"`{token.text}` stands without quotes: expected {written}, or {quoted} if the text is meant",
        hint=f"write {written}",
        fix=replace(f"write {written}", span(token), written, safe=lowered == "none" or lowered in POWERSHELL_WORDS),
    )
    recovery.push(Token(kind, written, token.end, token.end))
    return True


def unquoted(recovery: Recovery, token: Token) -> bool:
    """``status/name = In Progress``, ``company/name = O'Brien``: words without quotes."""
    if token.kind not in ("PATH", "WORD", "DOTTED", "IN", "TEXT", "NOT") and not (
        token.kind == "CHARACTER" and token.text in "*%\\"
    ):
        return False
    last = token
    while (following := recovery.peek()).kind in _WORDS and last.end - token.start < 200:
        if following.kind in ("NOT", "IN", "TEXT") or (
            following.kind in ("PATH", "DOTTED") and recovery.peek(1).kind in ("COMPARE", "TEXT", "IN", "SIGN", "NOT")
        ):
            break
        last = recovery.take()
    if following.kind == "UNCLOSED_STRING" and following.joined and re.match(r"'\w", following.text):
        # The apostrophe of a name opens no string.
        last = recovery.take()
    words = recovery.text[token.start : last.end]
    written = requote(words, recovery.dialect)
    field = re.fullmatch(r"[A-Za-z_]\w*(?:[/.][A-Za-z_]\w*)+", words)
    recovery.report(
        rules.UNQUOTED_TEXT,
        span(token, last),
        f"`{words}` is the name of a field: a field can be compared with a value only"
        if field
        else f"text without quotes: expected {written}",
        hint=f"write {written}" if not field else f"write {written} if the text is meant",
        fix=replace("put it between quotes", span(token, last), written, safe=not field) if written else None,
    )
    recovery.push(Token("STRING", f'"{words}"' if '"' not in words else "''", last.end, last.end))
    return True


def missing_value(recovery: Recovery, token: Token) -> bool:
    """``id = and …``: nothing behind the operator."""
    if token.kind not in _ENDS:
        return False
    previous = recovery.previous
    if previous is not None and previous.kind in ("COMPARE", "TEXT"):
        place = span(previous)
        message = f"no value stands behind `{previous.text}`: expected one"
    else:
        place = span(previous) if previous is not None else span(token)
        message = f"{describe(token)} stands where a value is expected"
    recovery.report(rules.MISSING_VALUE, place, message, hint="write the value, or leave the comparison out")
    recovery.push(synthetic("NULL", "null", token.start), token)
    return True


VALUE: tuple[Repair, ...] = (
    marked,
    doubled_operator,
    list_behind_sign,
    empty_list,
    stray_comma,
    formatted_number,
    loose_date,
    called,
    moment_word,
    known_word,
    unquoted,
    missing_value,
)
"""Repairs where a value is expected."""
