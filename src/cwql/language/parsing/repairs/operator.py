"""Repairs behind the name of a field, where an operator is expected."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.language import syntax_rules as rules
from cwql.language.operators import OPERATORS
from cwql.language.parsing.lexer import Token
from cwql.language.parsing.repairs.common import deletion, describe, insertion, replace, span, synthetic
from cwql.language.parsing.repairs.field import VALUES
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.parsing.recovery import Recovery
    from cwql.language.parsing.repairs.common import Repair

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
_JUNCTIONS = frozenset(("AND", "OR", "RPAR", "$END", "SYMBOL", "SEMICOLON"))
_LEADERS = frozenset(("where", "select", "when", "if", "filter", "having"))


def is_null(recovery: Recovery, token: Token) -> bool:
    """``is null``, ``is not null``, ``is 5``, ``is not 5``."""
    if token.kind != "PATH" or token.text.lower() != "is":
        return False
    last, operator = token, "="
    if recovery.peek().kind == "NOT":
        last, operator = recovery.take(), "!="
    value = recovery.peek()
    if value.kind == "NULL":
        message = f"`{recovery.text[token.start : value.end].lower()}` is SQL: expected `{operator} null`"
    else:
        message = f"`{recovery.text[token.start : last.end].lower()}` is no operator: expected `{operator}`"
    recovery.report(
        rules.IS_NULL if value.kind == "NULL" else rules.UNKNOWN_OPERATOR,
        span(token, value if value.kind == "NULL" else last),
        message,
        fix=replace(
            f"write {operator} null" if value.kind == "NULL" else f"write {operator}", span(token, last), operator
        ),
    )
    recovery.push(Token("COMPARE", operator, last.end, last.end))
    return True


def between(recovery: Recovery, token: Token) -> bool:
    """``id between 5 and 9`` to ``id >= 5 and id <= 9``."""
    if token.kind != "PATH" or token.text.lower() != "between":
        return False
    low, joint, high = recovery.peek(), recovery.peek(1), recovery.peek(2)
    field = recovery.last_part()
    name = field.token.text if field is not None and field.token is not None else "_"
    whole = low.kind in VALUES and joint.kind in ("AND", "COMMA") and high.kind in VALUES
    written = f"{name} >= {low.text} and {name} <= {high.text}"
    negated = recovery.previous is not None and recovery.previous.kind == "NOT"
    start = field.start if field is not None else token.start
    if whole:
        for _ in range(3):
            recovery.take()
        around = recovery.peek().kind == "OR" or _joined_by_or(recovery)
        written = f"({written})" if around else written
        recovery.report(
            rules.BETWEEN,
            span(token),
            "the language has no `between`: expected two comparisons",
            hint=f"write {written}",
            fix=None if negated else replace("write two comparisons", Span(start, high.end), written),
        )
        recovery.push(Token("COMPARE", ">=", token.end, token.end), low, *_second(name, joint, high))
    else:
        recovery.report(
            rules.BETWEEN,
            span(token),
            "the language has no `between`: expected two comparisons",
            hint=f"write {name} >= … and {name} <= …",
        )
        recovery.push(Token("COMPARE", ">=", token.end, token.end))
    return True


def _second(name: str, joint: Token, high: Token) -> tuple[Token, ...]:
    at = high.start
    return (synthetic("AND", "and", joint.start), synthetic("PATH", name, at), synthetic("COMPARE", "<=", at), high)


def _joined_by_or(recovery: Recovery) -> bool:
    part = recovery.last_part(1)
    return part is not None and part.token is not None and part.token.kind in ("OR", "NOT")


def foreign_operator(recovery: Recovery, token: Token) -> bool:
    """``startswith`` and ``endswith`` in a language without them: ``like`` with a wildcard."""
    word = token.text.lower()
    joined_words = word in ("starts", "ends", "begins", "start", "end") and recovery.peek().text.lower() == "with"
    last = recovery.take() if joined_words else token
    if joined_words:
        word = ("ends" if word.startswith("end") else "starts") + "with"
    if token.kind not in ("WORD", "PATH", "TEXT") or word not in (
        "startswith",
        "endswith",
        "starts_with",
        "ends_with",
        "beginswith",
    ):
        if joined_words:
            recovery.push(last)
        return False
    name = "endswith" if word.startswith("ends") else "startswith"
    operator = OPERATORS[name]
    value = recovery.peek()
    if operator in recovery.dialect.operators:
        recovery.report(
            rules.UNKNOWN_OPERATOR,
            span(token, last),
            f"`{recovery.text[token.start : last.end]}` is no operator: expected `{name}`",
            fix=replace(f"write {name}", span(token, last), name),
        )
        recovery.push(Token("TEXT", name, last.end, last.end))
        return True
    fix = None
    hint = f'write like "{"%…" if name == "endswith" else "…%"}"'
    if value.kind == "STRING" and not any(c in value.text for c in recovery.dialect.wildcards + "["):
        quote, body = value.text[0], value.text[1:-1]
        pattern = f"{quote}{'%' + body if name == 'endswith' else body + '%'}{quote}"
        hint = f"write like {pattern}"
        fix = Fix(hint, [Edit(span(token, last), "like"), Edit(span(value), pattern)])
    recovery.report(
        rules.FOREIGN_OPERATOR,
        span(token, last),
        f"{recovery.dialect.title} has no `{name}`: expected `like` with a wildcard",
        hint=hint,
        fix=fix,
    )
    recovery.push(Token("TEXT", "like", last.end, last.end))
    return True


def sign(recovery: Recovery, token: Token) -> bool:
    """``=>``, ``===``, ``~=``, ``:`` and ``! in``."""
    if token.kind not in ("SIGN", "COMPARE"):
        return False
    following = recovery.peek()
    if token.kind == "SIGN" and token.text == "!" and following.kind in ("IN", "TEXT"):
        recovery.report(
            rules.MISPLACED_NOT,
            span(token),
            f"`!` does not negate `{following.text.lower()}`: expected `not`",
            fix=replace("write not", span(token), "not " if following.joined else "not"),
        )
        recovery.push(token.as_kind("NOT", "not"))
        return True
    text, last = token.text, token
    if token.kind == "SIGN" and following.kind in ("COMPARE", "SIGN") and len(following.text) == 1:
        # `! =`, `: =`: the two belong together.
        text, last = text + following.text, recovery.take()
    operator = text if text in ("=", "!=", "<", "<=", ">", ">=") else _SIGNS.get(text)
    if operator is None and re.fullmatch("=+", text):
        operator = "="
    if operator is None:
        recovery.report(
            rules.UNKNOWN_OPERATOR,
            span(token, last),
            f"`{text}` is no operator: expected one of =, !=, <, <=, >, >=",
        )
        recovery.push(Token("COMPARE", "=", last.end, last.end))
        return True
    recovery.report(
        rules.UNKNOWN_OPERATOR,
        span(token, last),
        f"`{text}` is no operator: expected `{operator}`",
        hint=f"write {operator}",
        fix=replace(f"write {operator}", span(token, last), operator, safe="like" not in operator),
    )
    _push_operator(recovery, operator, last.end)
    return True


def _push_operator(recovery: Recovery, operator: str, at: int) -> None:
    words = operator.split()
    kinds = {"not": "NOT", "in": "IN", "like": "TEXT", "contains": "TEXT"}
    recovery.push(*[Token(kinds.get(word, "COMPARE"), word, at, at) for word in words])


def word(recovery: Recovery, token: Token) -> bool:
    """``equals``, ``ilike``, ``-eq``: words that mean an operator."""
    if token.kind not in ("PATH", "WORD"):
        return False
    name = token.text.lower()
    powershell = _POWERSHELL.get(name)
    operator = powershell or _WORDS.get(name)
    following = recovery.peek()
    if operator is None or following.kind not in (
        *VALUES,
        "LPAR",
        "HOLE",
        "PATH",
        "WORD",
        "PLACEHOLDER",
        "SMART_STRING",
        "UNCLOSED_STRING",
        "QUOTED_QUOTE",
    ):
        return False
    said = "is PowerShell's operator" if powershell else "is no operator"
    safe = "like" not in operator and (powershell is not None or operator not in "<>")
    recovery.report(
        rules.UNKNOWN_OPERATOR,
        span(token),
        f"`{token.text}` {said}: expected `{operator}`",
        hint=f"write {operator}",
        fix=replace(f"write {operator}", span(token), operator, safe=safe),
    )
    _push_operator(recovery, operator, token.end)
    return True


def leader(recovery: Recovery, token: Token) -> bool:
    """``where id = 5``: a word of SQL before the first name."""
    field = recovery.last_part()
    if field is None or field.token is None or field.token.text.lower() not in _LEADERS:
        return False
    if token.kind not in ("PATH", "DOTTED", "LPAR", "NOT", "WORD"):
        return False
    first = field.token
    recovery.report(
        rules.SQL_SYNTAX,
        span(first),
        f"`{first.text}` belongs to SQL: expected the name of a field",
        hint="delete it: the parameter's text starts with the condition itself",
        fix=deletion(recovery, "delete it", first, safe=False),
    )
    recovery.unshift()
    recovery.push(token)
    return True


def call(recovery: Recovery, token: Token) -> bool:
    """``lower(name) = "x"``, and a list without ``in``."""
    if token.kind != "LPAR":
        return False
    field = recovery.last_part()
    inner = recovery.peek()
    if inner.kind in VALUES or inner.kind == "HOLE":
        name = field.token.text if field is not None and field.token is not None else ""
        joined = token.joined
        if not (
            joined
            and inner.kind == "STRING"
            and recovery.peek(1).kind == "RPAR"
            and "/" not in name
            and "." not in name
        ):
            recovery.report(
                rules.MISSING_OPERATOR,
                Span(token.start, token.start + 1),
                "a list stands behind a field without an operator: expected `in`",
                hint="write in before the list",
                fix=insertion("write in", token.start, " in " if joined else "in ", safe=False),
            )
            recovery.push(synthetic("IN", "in", token.start), token)
            return True
    name = field.token.text if field is not None and field.token is not None else ""
    start = field.start if field is not None else token.start
    inside: list[Token] = []
    depth, end = 1, token.end
    while depth and len(inside) < 50:
        following = recovery.peek()
        if following.kind == "$END":
            break
        taken = recovery.take()
        end = taken.end
        depth += (taken.kind == "LPAR") - (taken.kind == "RPAR")
        if depth:
            inside.append(taken)
    recovery.report(
        rules.FUNCTION_CALL,
        Span(start, end),
        f"`{name}(…)` looks like a call: the languages have no functions",
        hint="name the field alone: text compares without letter case"
        if name.lower() in ("lower", "upper", "lcase", "ucase")
        else "compute the value in the program and put it in",
        fix=replace("name the field alone", Span(start, end), inside[0].text, safe=False)
        if len(inside) == 1 and inside[0].kind == "PATH"
        else None,
    )
    return True


def lone_field(recovery: Recovery, token: Token) -> bool:
    """``closedFlag and …``: a field without operator and value."""
    if token.kind not in _JUNCTIONS:
        return False
    field = recovery.last_part()
    if field is not None and field.token is not None and field.token.kind == "NOT":
        field = recovery.last_part(1)
    if field is None or field.token is None:
        return False
    name = field.token.text
    flag = name.lower().endswith("flag") or name.lower().startswith(("is", "has"))
    yes = recovery.dialect.booleans[0]
    recovery.report(
        rules.MISSING_OPERATOR,
        Span(field.start, field.end),
        f"`{name}` is followed by neither operator nor value",
        hint=f"write {name} = {yes}" if flag else "compare it with a value",
        fix=insertion(f"compare it with {yes}", field.end, f" = {yes}", safe=False) if flag else None,
    )
    while not recovery.expects("comparison"):
        recovery.unshift()
    recovery.stand_in("comparison", field.start, field.end)
    recovery.push(token)
    return True


def missing(recovery: Recovery, token: Token) -> bool:
    """``id 5``: no operator at all."""
    if token.kind not in VALUES:
        return False
    recovery.report(
        rules.MISSING_OPERATOR,
        span(token),
        f"{describe(token)} stands behind a field without an operator between them",
        hint="write = before it, or the operator that is meant",
        fix=insertion("write =", token.start, "= ", safe=False),
    )
    recovery.push(synthetic("COMPARE", "=", token.start), token)
    return True


def two_names(recovery: Recovery, token: Token) -> bool:
    """``board name = 5``: two names side by side."""
    if token.kind not in ("PATH", "DOTTED", "WORD"):
        return False
    field = recovery.last_part()
    following = recovery.peek()
    if field is None or field.token is None:
        return False
    if following.kind in ("COMPARE", "IN", "TEXT", "NOT", "SIGN"):
        joined = f"{field.token.text}{recovery.dialect.separator}{token.text}"
        recovery.report(
            rules.SYNTAX,
            Span(field.start, token.end),
            f"two names side by side, `{field.token.text}` and `{token.text}`: expected an operator behind the first",
            hint=f"write {joined} if it is one field, or put `and` before `{token.text}` after completing the first comparison",
        )
        recovery.unshift()
        recovery.push(token.as_kind("PATH", token.text if re.fullmatch(r"[\w/.]+", token.text) else "_"))
        return True
    if following.kind in VALUES:
        recovery.report(
            rules.UNKNOWN_OPERATOR,
            span(token),
            f"`{token.text}` is no operator: expected one of =, !=, <, <=, >, >=, contains, like, in",
        )
        recovery.push(synthetic("COMPARE", "=", token.end))
        return True
    return False


def not_sign(recovery: Recovery, token: Token) -> bool:
    """``id not = 5`` to ``id != 5``, ``owner/id not null`` to ``owner/id != null``."""
    mark = recovery.last_part()
    if mark is None or mark.token is None or mark.token.kind != "NOT":
        return False
    negation = {"=": "!=", "==": "!=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
    if token.kind == "COMPARE" and token.text in negation:
        operator, place = negation[token.text], Span(mark.start, token.end)
    elif token.kind == "COMPARE" and (slip := recovery.dialect.slips.get(token.text.lower())) is not None:
        operator, place = slip[0].negation.name, Span(mark.start, token.end)
    elif token.kind in VALUES:
        operator, place = "!=", Span(mark.start, mark.end)
    else:
        return False
    recovery.report(
        rules.MISPLACED_NOT,
        place,
        f"`{recovery.text[place.start : place.end].lower()}` is no operator: expected `{operator}`",
        hint=f"write {operator}",
        fix=replace(f"write {operator}", place, operator),
    )
    recovery.unshift()
    recovery.push(Token("COMPARE", operator, token.start, token.start), *([token] if token.kind in VALUES else []))
    return True


RELATION: tuple[Repair, ...] = (
    is_null,
    between,
    foreign_operator,
    sign,
    word,
    leader,
    call,
    lone_field,
    missing,
    two_names,
)
"""Repairs where an operator is expected."""

AFTER_NOT: tuple[Repair, ...] = (not_sign, between, foreign_operator, word, lone_field)
"""Repairs between a field's ``not`` and its operator."""
