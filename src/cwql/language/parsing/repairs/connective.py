"""Repairs behind a comparison, where ``and``, ``or``, a closing parenthesis or the end is expected."""

from __future__ import annotations

import re

from cwql.language import spelling_rules
from cwql.language import syntax_rules as rules
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.repairs.common import deletion, describe, insertion, replace, span, synthetic
from cwql.language.parsing.repairs.field import VALUES
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

_PARAMETERS = re.compile(
    r"&\s*(?:child_?conditions|conditions?|custom_?field_?conditions|order_?by|fields|page|page_?size|page_?id|expand|"
    r"include_?fields|exclude_?fields)\s*=",
    re.IGNORECASE,
)
_SPELLINGS = {"nad": "and", "adn": "and", "an": "and", "nd": "and", "und": "and", "plus": "and", "also": "and", "ro": "or",
              "oder": "or", "xor": "or", "andd": "and", "orr": "or", "ands": "and", "-and": "and", "-or": "or"}  # fmt: skip
_CLAUSES = {
    "order": "orderBy",
    "orderby": "orderBy",
    "limit": "pageSize",
    "top": "pageSize",
    "group": "",
    "sort": "orderBy",
}


def another_parameter(recovery: Recovery, token: Token) -> bool:
    """``id in (1)&childConditions=…``: the rest of a URL."""
    if token.kind != "SYMBOL" or not token.text.startswith("&"):
        return False
    match = _PARAMETERS.match(recovery.text, token.start)
    if match is None:
        return False
    name = match.group().strip("&= \t")
    recovery.report(
        rules.PASTED_PARAMETER,
        Span(token.start, match.end()),
        f"`{name}` is another parameter: it cannot stand in this one",
        hint=f"pass {recovery.text[match.end() : match.end() + 60].strip()} as `{name}`",
        fix=replace("cut it off", Span(token.start, len(recovery.text)), "", safe=False),
    )
    while recovery.peek().kind != "$END":
        recovery.take()
    return True


def symbol(recovery: Recovery, token: Token) -> bool:
    """``&&``, ``||``, ``&`` and ``|``."""
    if token.kind != "SYMBOL":
        return False
    word = "and" if token.text[0] == "&" else "or"
    text = recovery.text
    written = word
    if token.start > 0 and text[token.start - 1] not in " \t\r\n":
        written = " " + written
    if token.end < len(text) and text[token.end] not in " \t\r\n":
        written += " "
    notes = ["in a URL a raw & ends the parameter: all behind it is silently ignored"] if token.text[0] == "&" else []
    recovery.report(
        rules.SYMBOL_CONNECTIVE,
        span(token),
        f"`{token.text}` does not join conditions: expected `{word}`",
        hint=f"write {word}",
        fix=replace(f"write {word}", span(token), written),
        notes=notes,
    )
    recovery.push(token.as_kind(word.upper()))
    return True


def comma(recovery: Recovery, token: Token) -> bool:
    """``id = 5, name = "x"``; ``amount > 1,500``."""
    if token.kind != "COMMA":
        return False
    previous, following = recovery.previous, recovery.peek()
    if (
        previous is not None
        and previous.kind == "NUMBER"
        and following.kind == "NUMBER"
        and token.joined
        and following.joined
    ):
        start, digits, last = previous.start, previous.text + following.text, following
        if re.fullmatch(r"-?[0-9]{1,3}", previous.text) and re.match(r"[0-9]{3}(?:$|\.)", following.text):
            recovery.take()
            while recovery.peek().kind == "COMMA" and recovery.peek(1).kind == "NUMBER" and recovery.peek().joined:
                recovery.take()
                last = recovery.take()
                digits += last.text
            recovery.report(
                spelling_rules.BAD_NUMBER,
                Span(start, last.end),
                "a number with commas: expected digits only",
                hint=f"write {digits}",
                fix=replace(f"write {digits}", Span(start, last.end), digits),
            )
            recovery.previous = last
            return True
    if following.kind in ("$END", "RPAR"):
        recovery.report(
            rules.STRAY_COMMA, span(token), "a comma with nothing behind it", fix=deletion(recovery, "delete it", token)
        )
        return True
    if following.kind in ("AND", "OR"):
        recovery.report(
            rules.STRAY_COMMA,
            span(token),
            f"a comma before `{following.text.lower()}`",
            hint="delete it",
            fix=deletion(recovery, "delete it", token),
        )
        return True
    if following.kind in VALUES:
        return False
    recovery.report(
        rules.SYMBOL_CONNECTIVE,
        span(token),
        "a comma does not join conditions: expected `and` or `or`",
        hint="write and, or what is meant",
        fix=replace(
            "write and",
            span(token),
            (" and" if token.joined else "and") + (" " if following.joined else ""),
            safe=False,
        ),
    )
    recovery.push(token.as_kind("AND"))
    return True


def unclosed(recovery: Recovery, token: Token) -> bool:
    """``(id = 5`` at the end of the text."""
    if token.kind != "$END" or not recovery.opened:
        return False
    count = len(recovery.opened)
    recovery.report(
        rules.UNCLOSED_PARENTHESIS,
        span(recovery.opened[0]),
        "the group that starts here is never closed: expected )"
        if count == 1
        else f"{count} groups are never closed, the first starts here: expected {')' * min(count, 10)}",
        hint="write ) where the group ends",
        fix=insertion("close at the end", token.start, ")" * count, safe=False),
    )
    recovery.push(*[synthetic("RPAR", ")", token.start)] * count, token)
    return True


def clause(recovery: Recovery, token: Token) -> bool:
    """``… order by id``, ``… limit 10``."""
    if token.kind != "PATH" or token.text.lower() not in _CLAUSES:
        return False
    following = recovery.peek()
    lowered = token.text.lower()
    if lowered in ("order", "sort", "group") and following.text.lower() != "by":
        return False
    if lowered in ("limit", "top") and following.kind != "NUMBER":
        return False
    parameter = _CLAUSES[lowered]
    recovery.report(
        rules.SQL_SYNTAX,
        Span(token.start, len(recovery.text.rstrip())),
        f"`{recovery.text[token.start : following.end].lower()}` is SQL: a condition only filters",
        hint=f"use the parameter `{parameter}`" if parameter else "group the records in the program",
        fix=replace("cut it off", Span(_blank_before(recovery.text, token.start), len(recovery.text)), "", safe=False),
    )
    while recovery.peek().kind != "$END":
        recovery.take()
    return True


def _blank_before(text: str, at: int) -> int:
    while at > 0 and text[at - 1] in " \t\r\n":
        at -= 1
    return at


def misspelt(recovery: Recovery, token: Token) -> bool:
    """``id = 5 adn name = "x"``."""
    if token.kind not in ("PATH", "WORD") or recovery.peek().kind not in ("PATH", "LPAR", "NOT", "DOTTED"):
        return False
    word = _SPELLINGS.get(token.text.lower())
    if word is None:
        return False
    powershell = token.text[0] == "-"
    recovery.report(
        rules.MISSING_CONNECTIVE,
        span(token),
        f"`{token.text}` does not join conditions: expected {f'`{word}`' if powershell else '`and` or `or`'}",
        hint=f"write {word}",
        fix=replace(f"write {word}", span(token), word, safe=powershell),
    )
    recovery.push(token.as_kind(word.upper(), word))
    return True


def missing(recovery: Recovery, token: Token) -> bool:
    """``id = 5 name = "x"``."""
    if token.kind not in ("PATH", "DOTTED", "LPAR", "NOT"):
        return False
    recovery.report(
        rules.MISSING_CONNECTIVE,
        Span(token.start, token.end),
        f"{describe(token)} follows a comparison without `and` or `or` between them",
        hint="write and, or what is meant",
        fix=insertion("write and", token.start, " and " if token.joined else "and ", safe=False),
    )
    recovery.push(synthetic("AND", "and", token.start), token)
    return True


def chained(recovery: Recovery, token: Token) -> bool:
    """``1 < id < 5``, ``a = b = 5``: a second operator."""
    if token.kind not in ("COMPARE", "TEXT", "IN", "SIGN"):
        return False
    recovery.report(
        rules.SYNTAX,
        span(token),
        f"a second operator `{token.text}` in one comparison",
        hint="write two comparisons joined by `and`",
    )
    following = recovery.peek()
    if following.kind in (*VALUES, "PATH"):
        recovery.take()
    return True


def leftover(recovery: Recovery, token: Token) -> bool:
    """``name = "a" b``: a piece of a value, or words that have no place."""
    if token.kind not in (*VALUES, "WORD", "CHARACTER", "BRACKETED"):
        return False
    last = token
    while recovery.peek().kind in (*VALUES, "WORD", "CHARACTER", "BRACKETED") and last.end - token.start < 200:
        last = recovery.take()
    shown = recovery.text[token.start : last.end]
    if not shown:
        # The rest of a string that a finding before this one has read anew.
        return True
    recovery.report(
        rules.SYNTAX,
        span(token, last),
        f"`{shown if len(shown) <= 40 else shown[:37] + '...'}` follows a comparison: expected and, or or the end",
        hint="put it into the quotes if it is part of the value, or join another comparison by `and`",
    )
    return True


JUNCTION: tuple[Repair, ...] = (
    another_parameter,
    symbol,
    comma,
    unclosed,
    clause,
    misspelt,
    missing,
    chained,
    leftover,
)
"""Repairs where a comparison has ended."""
