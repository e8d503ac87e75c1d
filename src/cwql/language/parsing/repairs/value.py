"""Strategies where a value is expected: after an operator, and inside a list."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.literals import BadLiteral, read_date
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.literal_checks import fix_date, requote, write_date
from cwql.language.parsing.repairs.common import (
    OPERATORS,
    POWERSHELL_WORDS,
    VALUES,
    deletion,
    describe,
    inserted,
    replacement,
    report_placeholder,
    span,
)
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState

_ENDS = frozenset(("AND", "OR", "RPAR", "COMMA", "$END", "SYMBOL", "SEMICOLON", "COMMENT"))
_WORDS = frozenset(("PATH", "WORD", "DOTTED_PATH", "NUMBER", "BARE_DATE", "BOOLEAN", "NULL", "TEXT", "NOT", "IN"))
_ITEMS_LIMIT = 10_000
_TEXT_LIMIT = 200
_CALL_LIMIT = 60
_NULLS = frozenset(("none", "nil", "undefined", "empty", "blank", "nothing", "dbnull"))
_MOMENTS = frozenset(("now", "today", "yesterday", "tomorrow", "getdate", "utcnow", "sysdate", "current_timestamp"))
_BOOLEANS = {"yes": True, "no": False, "on": True, "off": False, "$true": True, "$false": False}
_JOINED_OPERATORS = {"<=": "<=", ">=": ">=", "!=": "!=", "==": "=", "<>": "!="}
_RIGHT_SIDES = {
    "IN": frozenset(("LPAR", "BRACKETED", "DATE", "PLACEHOLDER")),
    "TEXT": VALUES | {"SMART_STRING", "UNCLOSED_STRING", "STRING_WITH_QUOTE", "STRING_WITH_ESCAPE", "PLACEHOLDER"},
    "NOT": VALUES | {"IN", "TEXT"},
}


def marked(state: ParserState, token: Token) -> bool:
    """``<id>`` and ``:id``: placeholders of other templates."""
    name, close = state.peek(), state.peek(1)
    if name.kind != "PATH" or not name.joined:
        return False
    if token.text == "<" and close.text == ">" and close.joined:
        last = close
    elif token.text == ":":
        last = name
    else:
        return False
    state.take()
    if last is close:
        state.take()
    report_placeholder(state, span(token, last))
    state.push(inserted("NULL", "null", last.end))
    return True


def equals_not(state: ParserState, token: Token) -> bool:
    """``a = not null`` to ``a != null``."""
    previous = state.previous
    if (
        token.kind != "NOT"
        or previous is None
        or previous.kind != "COMPARE"
        or previous.text != "="
        or state.peek().kind not in VALUES
    ):
        return False
    state.report(
        problems.MISPLACED_NOT,
        span(previous, token),
        f"`= {token.text.lower()}` is not an operator: expected `!=`",
        hint="write !=",
        fix=replacement("write !=", span(previous, token), "!="),
    )
    _replace_operator(state, "!=")
    return True


def doubled_operator(state: ParserState, token: Token) -> bool:
    """``a = = 5``, ``a > = 5``, ``a = like "x"``."""
    previous = state.previous
    if previous is None or previous.kind not in ("COMPARE", "TEXT"):
        return False
    if token.kind not in OPERATORS and token.kind != "NOT":
        return False
    if token.kind in _RIGHT_SIDES and state.peek().kind not in _RIGHT_SIDES[token.kind]:
        return False
    operator = _JOINED_OPERATORS.get(previous.text + token.text)
    if operator is not None and token.kind in ("COMPARE", "SIGN"):
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(previous, token),
            f"`{state.text[previous.start : token.end]}` is not an operator: expected `{operator}`",
            hint=f"write {operator}",
            fix=replacement(f"write {operator}", span(previous, token), operator),
        )
        _replace_operator(state, operator)
        return True
    # Of a sign and a word, the word is meant.
    kept, deleted = (token, previous) if token.kind in ("TEXT", "IN") else (previous, token)
    state.report(
        problems.UNKNOWN_OPERATOR,
        span(previous, token),
        f"two operators next to each other, `{previous.text}` and `{token.text}`: expected one",
        hint=f"keep `{kept.text}`",
        fix=deletion(state, f"delete `{deleted.text}`", deleted, safe=deleted is previous and previous.text == "="),
    )
    if kept is token:
        _drop_operator(state)
        state.push(token)
    return True


def _drop_operator(state: ParserState) -> None:
    while not state.expects("COMPARE") and state.symbol(1) is not None:
        state.pop_symbol()


def _replace_operator(state: ParserState, operator: str) -> None:
    previous = state.previous
    _drop_operator(state)
    state.push(inserted("COMPARE", operator, previous.end if previous is not None else 0))


def nested_list(state: ParserState, token: Token) -> bool:
    """``in ((1, 2))``."""
    previous = state.previous
    if token.kind != "LPAR" or previous is None or previous.kind != "LPAR" or state.peek().kind not in VALUES:
        return False
    inside: list[Token] = []
    while state.peek().kind in (*VALUES, "COMMA") and len(inside) < _ITEMS_LIMIT:
        inside.append(state.take())
    close = state.peek()
    closed = close.kind == "RPAR"
    if closed:
        state.take()
    state.report(
        problems.SYNTAX_ERROR,
        span(token),
        "a list inside a list: expected values",
        hint="remove the inner parentheses",
        fix=Fix("remove them", [Edit(span(token), ""), Edit(span(close), "")]) if closed else None,
    )
    state.push(*inside)
    return True


def enclosed_value(state: ParserState, token: Token) -> bool:
    """``id = (5)`` to ``id = 5``."""
    previous = state.previous
    value, close = state.peek(), state.peek(1)
    if (
        token.kind != "LPAR"
        or previous is None
        or previous.kind not in ("COMPARE", "TEXT")
        or value.kind not in (*VALUES, "PLACEHOLDER")
        or close.kind != "RPAR"
    ):
        return False
    state.take()
    state.take()
    state.report(
        problems.LIST_AFTER_OPERATOR,
        span(token, close),
        "a value in parentheses: expected it without",
        hint=f"write {value.text}",
        fix=replacement(f"write {value.text}", span(token, close), value.text),
    )
    state.push(value)
    return True


def list_after_sign(state: ParserState, token: Token) -> bool:
    """``id = (1, 2)`` to ``id in (1, 2)``."""
    previous = state.previous
    if token.kind != "LPAR" or previous is None or previous.kind != "COMPARE":
        return False
    operator = {"=": "in", "==": "in", "!=": "not in", "<>": "not in"}.get(previous.text)
    if operator is None or state.peek().kind not in (*VALUES, "PATH", "WORD", "PLACEHOLDER", "RPAR"):
        return False
    written = (" " if previous.joined else "") + operator + (" " if token.joined else "")
    state.report(
        problems.LIST_AFTER_OPERATOR,
        span(previous),
        f"`{previous.text}` takes one value, not a list: expected `{operator}`",
        hint=f"write {operator}",
        fix=replacement(f"write {operator}", span(previous), written),
    )
    _drop_operator(state)
    at = previous.end
    state.push(*[inserted("NOT" if word == "not" else "IN", word, at) for word in operator.split()], token)
    return True


def list_after_word(state: ParserState, token: Token) -> bool:
    """``name like ("a", "b")``."""
    previous, first = state.previous, state.peek()
    if token.kind != "LPAR" or previous is None or previous.kind != "TEXT" or first.kind not in VALUES:
        return False
    word = previous.text.lower()
    state.report(
        problems.LIST_AFTER_OPERATOR,
        span(token),
        f"`{word}` takes one value, not a list",
        hint=f"join several `{word}` by `or`",
    )
    depth = 1
    while depth and state.peek().kind != "$END":
        taken = state.take()
        depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
    state.push(first)
    return True


def empty_list(state: ParserState, token: Token) -> bool:
    """``in ()``."""
    previous = state.previous
    if token.kind != "RPAR" or previous is None or previous.kind != "LPAR":
        return False
    state.report(
        problems.EMPTY_LIST,
        span(previous, token),
        "an empty list: expected at least one value",
        hint="leave the comparison out; nothing is in an empty list, and everything is not in it",
    )
    state.push(inserted("NULL", "null", token.start), token)
    return True


def stray_comma(state: ParserState, token: Token) -> bool:
    """``(1, 2,)``, ``(, 1)``, ``(1,, 2)``."""
    previous = state.previous
    if previous is None or previous.kind not in ("COMMA", "LPAR"):
        return False
    if token.kind == "RPAR" and previous.kind == "COMMA":
        place = previous
    elif token.kind == "COMMA":
        place = token
    else:
        return False
    state.report(
        problems.STRAY_COMMA,
        span(place),
        "a comma with no value after it" if place is previous else "a comma with no value before it",
        hint="delete it",
        fix=deletion(state, "delete it", place),
    )
    if place is previous:
        state.pop_symbol()
        state.push(token)
        state.previous = None
    return True


def formatted_number(state: ParserState, token: Token) -> bool:
    """``.5``, ``+5``, ``1e3``, ``$5``, ``0x1F``, ``5.``: numbers in other forms."""
    written = _plain_number(token.text) if token.kind == "WORD" else None
    if written is None:
        return False
    state.report(
        problems.MALFORMED_NUMBER,
        span(token),
        f"`{token.text}` is not a valid number: expected digits, a point and digits",
        hint=f"write {written}",
        fix=replacement(f"write {written}", span(token), written),
    )
    state.push(Token("NUMBER", written, token.end, token.end))
    return True


def _plain_number(text: str) -> str | None:
    """Return a number in another form as digits, or None if the text is not a number."""
    if re.fullmatch(r"-?\.[0-9]{1,30}", text):
        return text.replace(".", "0.", 1)
    if re.fullmatch(r"[+$€£][0-9]{1,30}(?:\.[0-9]{1,30})?", text):
        return text[1:]
    if re.fullmatch(r"-?[0-9]{1,30}\.", text):
        return text[:-1]
    if re.fullmatch(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?[eE][+-]?[0-9]{1,2}", text):
        from decimal import Decimal

        return format(Decimal(text), "f")
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,16}", text):
        return str(int(text, 16))
    if re.fullmatch(r"[0-9]{1,3}(?:_[0-9]{3})+", text):
        return text.replace("_", "")
    return None


def loose_date(state: ParserState, token: Token) -> bool:
    """``1/15/2024`` without brackets, and forms such as ``2024-01-15T10`` that are not a bare date."""
    if token.kind != "WORD" or not re.match(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}(?![0-9])", token.text):
        return False
    try:
        value = read_date(token.text, state.dialect.naive_is_utc)
    except BadLiteral as bad:
        fix = fix_date(token, state.dialect) if bad.mistake == "malformed-date" else None
        state.report(problems.BY_NAME[bad.mistake], span(token), bad.message, hint=bad.hint, fix=fix)
    else:
        written = write_date(value, state.dialect)
        state.report(
            problems.MALFORMED_DATE,
            span(token),
            f"`{token.text}` is not a valid date: expected {written}",
            hint=f"write {written}",
            fix=replacement(f"write {written}", span(token), written, safe=False),
        )
    state.push(inserted("NULL", "null", token.end))
    return True


def call(state: ParserState, token: Token) -> bool:
    """``now()``, ``getdate()``, ``datetime'…'``."""
    if token.kind not in ("PATH", "WORD", "DOTTED_PATH") or state.peek().kind != "LPAR":
        return False
    depth, end, count = 0, token.end, 0
    while state.peek().kind != "$END" and count < _CALL_LIMIT:
        taken = state.take()
        depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
        end, count = taken.end, count + 1
        if depth == 0:
            break
    state.report(
        problems.FUNCTION_CALL,
        Span(token.start, end),
        f"`{token.text}(…)` looks like a call: the languages have no functions",
        hint='compute the value in the program and pass it: cwql.cond("lastUpdated > {}", moment)',
    )
    state.push(inserted("NULL", "null", end))
    return True


def moment_word(state: ParserState, token: Token) -> bool:
    """``today``, ``now``: words for a moment, which the languages do not have."""
    if (
        token.kind not in ("PATH", "WORD")
        or token.text.lower() not in _MOMENTS
        or state.peek().kind not in _ENDS
        # `summary contains today`: a text.
        or (state.previous is not None and state.previous.kind == "TEXT")
    ):
        return False
    state.report(
        problems.FUNCTION_CALL,
        span(token),
        f"`{token.text}` is not a value: the languages have no words for moments",
        hint=f'pass the moment: cwql.cond("lastUpdated > {{}}", moment); or write {requote(token.text, state.dialect)} '
        "if the text is meant",
    )
    state.push(inserted("NULL", "null", token.end))
    return True


def known_word(state: ParserState, token: Token) -> bool:
    """``None``, ``yes``, ``$true``: words that mean null, true or false."""
    if token.kind not in ("PATH", "WORD", "FOREIGN_PLACEHOLDER") or state.peek().kind not in _ENDS:
        return False
    lowered = token.text.lower()
    if lowered in _NULLS or lowered == "$null":
        kind, written = "NULL", "null"
    elif lowered in _BOOLEANS:
        kind, written = "BOOLEAN", state.dialect.booleans[0 if _BOOLEANS[lowered] else 1]
    else:
        return False
    quoted = requote(token.text, state.dialect)
    state.report(
        problems.UNQUOTED_TEXT,
        span(token),
        f"`{token.text}` without quotes: expected {written}, or {quoted} if the text is meant",
        hint=f"write {written}",
        fix=replacement(
            f"write {written}", span(token), written, safe=lowered == "none" or lowered in POWERSHELL_WORDS
        ),
    )
    state.push(Token(kind, written, token.end, token.end))
    return True


def unquoted(state: ParserState, token: Token) -> bool:
    """``status/name = In Progress``, ``company/name = O'Brien``: words without quotes."""
    if token.kind not in ("PATH", "WORD", "DOTTED_PATH", "IN", "TEXT", "NOT") and not (
        token.kind == "CHARACTER" and token.text in "*%\\"
    ):
        return False
    last = token
    while (following := state.peek()).kind in _WORDS and last.end - token.start < _TEXT_LIMIT:
        if following.kind in ("NOT", "IN", "TEXT") or (
            following.kind in ("PATH", "DOTTED_PATH") and state.peek(1).kind in OPERATORS | {"NOT"}
        ):
            break
        last = state.take()
    if following.kind == "UNCLOSED_STRING" and following.joined and re.match(r"'\w", following.text):
        # The apostrophe of a name, not the start of a string.
        last = state.take()
    words = state.text[token.start : last.end]
    written = requote(words, state.dialect)
    if following.kind == "UNCLOSED_STRING" and following.joined and len(following.text) == 1 and last is not following:
        quote = state.take()
        state.report(
            problems.UNCLOSED_QUOTE,
            span(token, quote),
            f"the string that ends with {quote.text} has no opening quote",
            hint=f"write {quote.text}{words}{quote.text}",
            fix=Fix(
                "write the opening quote", [Edit(Span(token.start, token.start), quote.text)], applicability="unsafe"
            ),
        )
        state.push(Token("STRING", f'"{words}"', quote.end, quote.end))
        return True
    field = re.fullmatch(r"[A-Za-z_]\w*(?:[/.][A-Za-z_]\w*)+", words)
    state.report(
        problems.UNQUOTED_TEXT,
        span(token, last),
        f"`{words}` is the name of a field: a field can be compared only with a value"
        if field
        else f"text without quotes: expected {written}",
        hint=f"write {written}" if not field else f"write {written} if the text is meant",
        fix=replacement("put it between quotes", span(token, last), written, safe=not field) if written else None,
    )
    state.push(Token("STRING", f'"{words}"' if '"' not in words else "''", last.end, last.end))
    return True


def missing_value(state: ParserState, token: Token) -> bool:
    """``id = and …``: nothing after the operator."""
    if token.kind not in _ENDS:
        return False
    previous = state.previous
    if previous is not None and previous.kind in ("COMPARE", "TEXT"):
        message = f"no value after `{previous.text}`: expected one"
    else:
        message = f"{describe(token)} in the place of a value"
    state.report(
        problems.MISSING_VALUE,
        span(previous or token),
        message,
        hint="write the value, or leave the comparison out",
    )
    state.push(inserted("NULL", "null", token.start), token)
    return True


VALUE: tuple[Strategy, ...] = (
    marked,
    equals_not,
    doubled_operator,
    nested_list,
    enclosed_value,
    list_after_sign,
    list_after_word,
    empty_list,
    stray_comma,
    formatted_number,
    loose_date,
    call,
    moment_word,
    known_word,
    unquoted,
    missing_value,
)
"""Strategies where a value is expected."""
