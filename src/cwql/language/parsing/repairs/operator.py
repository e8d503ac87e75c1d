"""Strategies after the name of a field, where an operator is expected."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import problems
from cwql.language.operators import OPERATORS as ALL_OPERATORS
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.repairs.common import (
    OPERATORS,
    VALUES,
    deletion,
    describe,
    inserted,
    insertion,
    replacement,
    span,
)
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.repairs.common import Strategy
    from cwql.language.parsing.state import ParserState, StackEntry

_SIGNS = {
    "===": "=", "!==": "!=", "=<": "<=", "=>": ">=", "=!": "!=", "><": "!=", "~=": "like", "=~": "like", "!~": "not like",
    "~": "like", "^=": "!=", "¬=": "!=", ":": "=", ":=": "=", "::": "=",
}  # fmt: skip
_WORDS = {
    "is": "=", "equals": "=", "equal": "=", "eq": "=", "neq": "!=", "isnot": "!=", "gte": ">=", "lte": "<=", "ilike": "like",
    "rlike": "like", "matches": "like", "match": "like", "regexp": "like", "has": "contains", "contain": "contains",
    "includes": "contains", "include": "contains", "containing": "contains", "notcontains": "not contains",
    "notlike": "not like", "notin": "not in", "nin": "not in", "before": "<", "after": ">", "greater": ">", "less": "<",
}  # fmt: skip
_POWERSHELL = {
    "-eq": "=", "-ne": "!=", "-gt": ">", "-ge": ">=", "-lt": "<", "-le": "<=", "-like": "like", "-notlike": "not like",
    "-match": "like", "-contains": "contains", "-notcontains": "not contains", "-in": "in", "-notin": "not in",
}  # fmt: skip
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_NEGATIONS = {"=": "!=", "==": "!=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_STARTSWITH = frozenset(("startswith", "endswith", "starts_with", "ends_with", "beginswith"))
_VALUE_STARTS = VALUES | {
    "LPAR",
    "PLACEHOLDER",
    "PATH",
    "WORD",
    "FOREIGN_PLACEHOLDER",
    "SMART_STRING",
    "UNCLOSED_STRING",
    "STRING_WITH_QUOTE",
}
_ENDS = frozenset(("AND", "OR", "RPAR", "$END", "SYMBOL", "SEMICOLON"))
_SQL_WORDS = frozenset(("where", "select", "when", "if", "filter", "having"))
_CASE_FUNCTIONS = frozenset(("lower", "upper", "lcase", "ucase"))
_CALL_LIMIT = 50


def is_null(state: ParserState, token: Token) -> bool:
    """``is null``, ``is not null``, ``is 5``, ``is not 5``."""
    if token.kind != "PATH" or token.text.lower() != "is":
        return False
    last, operator = token, "="
    if state.peek().kind == "NOT":
        last, operator = state.take(), "!="
    value = state.peek()
    if value.kind == "NULL":
        written = state.text[token.start : value.end].lower()
        state.report(
            problems.IS_NULL,
            span(token, value),
            f"`{written}` is SQL: expected `{operator} null`",
            fix=replacement(f"write {operator} null", span(token, last), operator),
        )
    elif last is token and value.kind == "COMPARE":
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(token, value),
            f"`is {value.text}` is not an operator: expected `{value.text}`",
            hint="delete `is`",
            fix=deletion(state, "delete `is`", token),
        )
        return True
    else:
        written = state.text[token.start : last.end].lower()
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(token, last),
            f"`{written}` is not an operator: expected `{operator}`",
            fix=replacement(f"write {operator}", span(token, last), operator),
        )
    state.push(Token("COMPARE", operator, last.end, last.end))
    return True


def between(state: ParserState, token: Token) -> bool:
    """``id between 5 and 9`` to ``id >= 5 and id <= 9``."""
    if token.kind != "PATH" or token.text.lower() != "between":
        return False
    low, connective, high = state.peek(), state.peek(1), state.peek(2)
    field = state.symbol()
    name, start = _name(field, "_"), field.start if field is not None else token.start
    if not (low.kind in VALUES and connective.kind in ("AND", "COMMA") and high.kind in VALUES):
        _report_between(state, token, f"{name} >= … and {name} <= …")
        state.push(Token("COMPARE", ">=", token.end, token.end))
        return True
    negated = state.previous is not None and state.previous.kind == "NOT"
    for _ in range(3):
        state.take()
    written = f"{name} >= {low.text} and {name} <= {high.text}"
    if state.peek().kind == "OR" or _is_joined(state):
        written = f"({written})"
    fix = None if negated else replacement("write two comparisons", Span(start, high.end), written)
    _report_between(state, token, written, fix)
    state.push(
        Token("COMPARE", ">=", token.end, token.end),
        low,
        inserted("AND", "and", connective.start),
        inserted("PATH", name, high.start),
        inserted("COMPARE", "<=", high.start),
        high,
    )
    return True


def _report_between(state: ParserState, token: Token, written: str, fix: Fix | None = None) -> None:
    state.report(
        problems.BETWEEN,
        span(token),
        "the language has no `between`: expected two comparisons",
        hint=f"write {written}",
        fix=fix,
    )


def _name(entry: StackEntry | None, default: str = "") -> str:
    return entry.token.text if entry is not None and entry.token is not None else default


def _is_joined(state: ParserState) -> bool:
    """Return whether the comparison follows ``or`` or ``not``."""
    entry = state.symbol(1)
    return entry is not None and entry.token is not None and entry.token.kind in ("OR", "NOT")


def foreign_operator(state: ParserState, token: Token) -> bool:
    """``startswith`` and ``endswith`` in a dialect without them: ``like`` with a wildcard."""
    word, last = token.text.lower(), token
    if word in ("starts", "ends", "begins", "start", "end") and state.peek().text.lower() == "with":
        last = state.take()
        word = ("ends" if word.startswith("end") else "starts") + "with"
    if token.kind not in ("WORD", "PATH", "TEXT") or word not in _STARTSWITH:
        if last is not token:
            state.push(last)
        return False
    name = "endswith" if word.startswith("ends") else "startswith"
    if ALL_OPERATORS[name] in state.dialect.operators:
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(token, last),
            f"`{state.text[token.start : last.end]}` is not an operator: expected `{name}`",
            fix=replacement(f"write {name}", span(token, last), name),
        )
        state.push(Token("TEXT", name, last.end, last.end))
        return True
    value = state.peek()
    fix = None
    hint = f'write like "{"%…" if name == "endswith" else "…%"}"'
    if value.kind == "STRING" and not any(c in value.text for c in state.dialect.wildcards + "["):
        quote, body = value.text[0], value.text[1:-1]
        pattern = f"{quote}{'%' + body if name == 'endswith' else body + '%'}{quote}"
        hint = f"write like {pattern}"
        fix = Fix(hint, [Edit(span(token, last), "like"), Edit(span(value), pattern)])
    state.report(
        problems.FOREIGN_OPERATOR,
        span(token, last),
        f"{state.dialect.title} has no `{name}`: expected `like` with a wildcard",
        hint=hint,
        fix=fix,
    )
    state.push(Token("TEXT", "like", last.end, last.end))
    return True


def negated_word(state: ParserState, token: Token) -> bool:
    """``! in`` to ``not in``."""
    following = state.peek()
    if token.kind != "SIGN" or token.text != "!" or following.kind not in ("IN", "TEXT"):
        return False
    state.report(
        problems.MISPLACED_NOT,
        span(token),
        f"`!` does not negate `{following.text.lower()}`: expected `not`",
        fix=replacement("write not", span(token), "not " if following.joined else "not"),
    )
    state.push(token.as_kind("NOT", "not"))
    return True


def sign(state: ParserState, token: Token) -> bool:
    """``=>``, ``===``, ``~=`` and ``:``."""
    if token.kind not in ("SIGN", "COMPARE"):
        return False
    following = state.peek()
    text, last = token.text, token
    if token.kind == "SIGN" and following.kind in ("COMPARE", "SIGN") and len(following.text) == 1:
        # `! =`, `: =`: the two belong together.
        text, last = text + following.text, state.take()
    operator = text if text in _COMPARISONS else _SIGNS.get(text)
    if operator is None and re.fullmatch("=+", text):
        operator = "="
    if operator is None:
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(token, last),
            f"`{text}` is not an operator: expected one of =, !=, <, <=, >, >=",
        )
        state.push(Token("COMPARE", "=", last.end, last.end))
        return True
    state.report(
        problems.UNKNOWN_OPERATOR,
        span(token, last),
        f"`{text}` is not an operator: expected `{operator}`",
        hint=f"write {operator}",
        fix=replacement(f"write {operator}", span(token, last), operator, safe="like" not in operator),
    )
    _push_operator(state, operator, last.end)
    return True


def _push_operator(state: ParserState, operator: str, at: int) -> None:
    kinds = {"not": "NOT", "in": "IN", "like": "TEXT", "contains": "TEXT"}
    state.push(*[Token(kinds.get(word, "COMPARE"), word, at, at) for word in operator.split()])


def word(state: ParserState, token: Token) -> bool:
    """``equals``, ``ilike``, ``-eq``: words that are meant as an operator."""
    if token.kind not in ("PATH", "WORD"):
        return False
    name = token.text.lower()
    powershell = _POWERSHELL.get(name)
    operator = powershell or _WORDS.get(name)
    if operator is None or state.peek().kind not in _VALUE_STARTS:
        return False
    what = "is an operator of PowerShell" if powershell else "is not an operator"
    safe = "like" not in operator and (powershell is not None or operator not in "<>")
    state.report(
        problems.UNKNOWN_OPERATOR,
        span(token),
        f"`{token.text}` {what}: expected `{operator}`",
        hint=f"write {operator}",
        fix=replacement(f"write {operator}", span(token), operator, safe=safe),
    )
    _push_operator(state, operator, token.end)
    return True


def sql_word(state: ParserState, token: Token) -> bool:
    """``where id = 5``: a word of SQL before the first name."""
    field = state.symbol()
    if field is None or field.token is None or field.token.text.lower() not in _SQL_WORDS:
        return False
    if token.kind not in ("PATH", "DOTTED_PATH", "LPAR", "NOT", "WORD"):
        return False
    first = field.token
    state.report(
        problems.SQL_SYNTAX,
        span(first),
        f"`{first.text}` is SQL: expected the name of a field",
        hint="delete it: the text starts with the condition",
        fix=deletion(state, "delete it", first, safe=False),
    )
    state.pop_symbol()
    state.push(token)
    return True


def missing_in(state: ParserState, token: Token) -> bool:
    """``status/id (1, 2)``: a list without ``in``."""
    inner = state.peek()
    if token.kind != "LPAR" or (inner.kind not in VALUES and inner.kind != "PLACEHOLDER"):
        return False
    name = _name(state.symbol())
    if token.joined and inner.kind == "STRING" and state.peek(1).kind == "RPAR" and not re.search("[/.]", name):
        # `date("2024-01-01")`: a call.
        return False
    state.report(
        problems.MISSING_OPERATOR,
        Span(token.start, token.start + 1),
        "a list after a field without an operator: expected `in`",
        hint="write in before the list",
        fix=insertion("write in", token.start, " in " if token.joined else "in ", safe=False),
    )
    state.push(inserted("IN", "in", token.start), token)
    return True


def call(state: ParserState, token: Token) -> bool:
    """``lower(name) = "x"``."""
    if token.kind != "LPAR":
        return False
    field = state.symbol()
    name, start = _name(field), field.start if field is not None else token.start
    inside: list[Token] = []
    depth, end = 1, token.end
    while depth and len(inside) < _CALL_LIMIT and state.peek().kind != "$END":
        taken = state.take()
        end = taken.end
        depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
        if depth:
            inside.append(taken)
    state.report(
        problems.FUNCTION_CALL,
        Span(start, end),
        f"`{name}(…)` looks like a call: the languages have no functions",
        hint="write the field alone: text is compared without letter case"
        if name.lower() in _CASE_FUNCTIONS
        else "compute the value in the program and pass it",
        fix=replacement("write the field alone", Span(start, end), inside[0].text, safe=False)
        if len(inside) == 1 and inside[0].kind == "PATH"
        else None,
    )
    return True


def lone_field(state: ParserState, token: Token) -> bool:
    """``closedFlag and …``: a field without operator and value."""
    if token.kind not in _ENDS:
        return False
    field = state.symbol()
    if field is not None and field.token is not None and field.token.kind == "NOT":
        field = state.symbol(1)
    if field is None or field.token is None:
        return False
    name = field.token.text
    flag = name.lower().endswith("flag") or name.lower().startswith(("is", "has"))
    yes = state.dialect.booleans[0]
    state.report(
        problems.MISSING_OPERATOR,
        Span(field.start, field.end),
        f"`{name}` has neither an operator nor a value",
        hint=f"write {name} = {yes}" if flag else "compare it with a value",
        fix=insertion(f"compare it with {yes}", field.end, f" = {yes}", safe=False) if flag else None,
    )
    while not state.expects("comparison"):
        state.pop_symbol()
    state.push_constant(field.start, field.end)
    state.push(token)
    return True


def missing(state: ParserState, token: Token) -> bool:
    """``id 5``: no operator at all."""
    if token.kind not in VALUES:
        return False
    state.report(
        problems.MISSING_OPERATOR,
        span(token),
        f"{describe(token)} follows a field without an operator between them",
        hint="write = before it, or the operator that is meant",
        fix=insertion("write =", token.start, "= ", safe=False),
    )
    state.push(inserted("COMPARE", "=", token.start), token)
    return True


def two_names(state: ParserState, token: Token) -> bool:
    """``board name = 5``: two names next to each other."""
    if token.kind not in ("PATH", "DOTTED_PATH", "WORD"):
        return False
    field = state.symbol()
    following = state.peek()
    if field is None or field.token is None:
        return False
    if following.kind in OPERATORS or following.kind == "NOT":
        joined = f"{field.token.text}{state.dialect.separator}{token.text}"
        state.report(
            problems.SYNTAX_ERROR,
            Span(field.start, token.end),
            f"two names next to each other, `{field.token.text}` and `{token.text}`: expected an operator after the first",
            hint=f"write {joined} if it is one field, or complete the first comparison and put `and` before `{token.text}`",
        )
        state.pop_symbol()
        state.push(token.as_kind("PATH", token.text if re.fullmatch(r"[\w/.]+", token.text) else "_"))
        return True
    if following.kind in VALUES:
        state.report(
            problems.UNKNOWN_OPERATOR,
            span(token),
            f"`{token.text}` is not an operator: expected one of =, !=, <, <=, >, >=, contains, like, in",
        )
        state.push(inserted("COMPARE", "=", token.end))
        return True
    return False


def not_sign(state: ParserState, token: Token) -> bool:
    """``id not = 5`` to ``id != 5``, ``owner/id not null`` to ``owner/id != null``."""
    mark = state.symbol()
    if mark is None or mark.token is None or mark.token.kind != "NOT":
        return False
    operator, place = None, Span(mark.start, token.end)
    if token.kind == "COMPARE":
        operator = _NEGATIONS.get(token.text)
        lenient = state.dialect.lenient_operators.get(token.text.lower())
        if operator is None and lenient is not None:
            operator = lenient[0].negation.name
    elif token.kind in VALUES:
        operator, place = "!=", Span(mark.start, mark.end)
    if operator is None:
        return False
    state.report(
        problems.MISPLACED_NOT,
        place,
        f"`{state.text[place.start : place.end].lower()}` is not an operator: expected `{operator}`",
        hint=f"write {operator}",
        fix=replacement(f"write {operator}", place, operator),
    )
    state.pop_symbol()
    state.push(Token("COMPARE", operator, token.start, token.start), *([token] if token.kind in VALUES else []))
    return True


OPERATOR: tuple[Strategy, ...] = (
    is_null,
    between,
    foreign_operator,
    negated_word,
    sign,
    word,
    sql_word,
    missing_in,
    call,
    lone_field,
    missing,
    two_names,
)
"""Strategies where an operator is expected."""

AFTER_NOT: tuple[Strategy, ...] = (not_sign, between, foreign_operator, word, lone_field)
"""Strategies between the ``not`` after a field and its operator."""
