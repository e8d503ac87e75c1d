"""Semantic actions: the value of each rule of the grammar, when `cwql.language.parsing.recovery` reduces by it.

Mistakes that the tables accept are found here: a spelling with one certain meaning is reported, and parsed.
"""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix
from cwql.errors import CwqlError, ExpressionError
from cwql.language import problems
from cwql.language.literals import BadLiteral, read_literal
from cwql.language.nodes import (
    DEPTH_LIMIT,
    And,
    Comparison,
    Constant,
    FieldList,
    Junction,
    Or,
    Order,
    OrderBy,
    Path,
    join,
    negate,
)
from cwql.language.operators import IN, LIKE, NOT_IN, NOT_LIKE, OPERATORS, Operator
from cwql.language.parsing.literal_checks import check_date, check_string, fix_date
from cwql.language.parsing.state import StackEntry
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.language.nodes import Expr
    from cwql.language.parsing.state import ParserState

    Action = Callable[[ParserState, list[StackEntry]], StackEntry]

QUOTED_PLACEHOLDER = re.compile(r"(['\"])(?:%[sd]|\$\{\w+\}|\{\{? ?\w* ?\}\}?|[$:@]\w+|<\w+>)\1")

FIX_LIMIT = 300
"""How long the text of a fix may be that replaces a whole condition."""


def reduce(origin: str, state: ParserState, entries: list[StackEntry]) -> StackEntry:
    """Return the symbol that a rule makes of its symbols."""
    if len(entries) == 1 and origin not in _ALWAYS:
        return entries[0]
    return _ACTIONS.get(origin, _chain)(state, entries)


def _literal(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    entry = entries[0]
    token = entry.token
    if token is None:
        return entry
    if token.kind == "PLACEHOLDER":
        assert state.fill is not None
        entry.value = state.fill(token.text, "value", token.start, token.end)
        return entry
    try:
        entry.value = read_literal(token.kind, token.text, state.dialect.naive_is_utc)
    except BadLiteral as bad:
        entry.value = None
        fix = fix_date(token, state.dialect) if bad.mistake == "malformed-date" else None
        state.report(problems.BY_NAME[bad.mistake], Span(token.start, token.end), bad.message, hint=bad.hint, fix=fix)
        return entry
    if token.start == token.end:
        # A recovery strategy inserted it.
        return entry
    if token.kind == "STRING":
        state.diagnostics += check_string(token, state.dialect)
        if QUOTED_PLACEHOLDER.fullmatch(token.text):
            state.quoted_placeholders.append(token)
    elif token.kind in ("DATE", "BARE_DATE"):
        state.diagnostics += check_date(token, entry.value, state.dialect)
    return entry


def _relation(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    token = entries[-1].token
    assert token is not None
    spelling = token.text.lower()
    operator = OPERATORS.get(spelling)
    if operator is None:
        operator, mistake = state.dialect.lenient_operators[spelling]
        state.report(
            problems.BY_NAME[mistake],
            Span(token.start, token.end),
            f"`{token.text}` is not an operator of the language: expected `{operator.name}`",
            fix=Fix(f"write {operator.name}", [Edit(Span(token.start, token.end), operator.name)]),
            severity="error" if mistake in state.dialect.refused_spellings else None,
        )
    if len(entries) == 2:
        operator = operator.negation
    return StackEntry(operator, entries[0].start, entries[-1].end, token)


def _path(state: ParserState, entry: StackEntry) -> Path:
    token = entry.token
    assert token is not None
    separator = state.dialect.separator
    text = token.text
    foreign = "." if separator == "/" else "/"
    if foreign in text and token.start < token.end:
        written = text.replace(foreign, separator)
        state.report(
            problems.FOREIGN_SEPARATOR,
            Span(token.start, token.end),
            f"segments of a path are joined by `{separator}` in {state.dialect.title}, not by `{foreign}`",
            hint=f"write {written}",
            fix=Fix(f"write {written}", [Edit(Span(token.start, token.end), written)]),
            severity="warning" if state.shape == "condition" and separator == "." else "error",
        )
    return Path(tuple(text.replace(foreign, separator).split(separator)))


def _comparison(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    name, relation, literal = entries
    path, operator = _path(state, name), relation.value
    assert isinstance(operator, Operator)
    value = literal.value
    if operator in (LIKE, NOT_LIKE):
        _check_wildcards(state, literal)
    node = Comparison(path, operator, value, Span(name.start, literal.end))  # type: ignore[arg-type]
    return StackEntry(node, name.start, literal.end)


def _check_wildcards(state: ParserState, literal: StackEntry) -> None:
    foreign, wildcard = state.dialect.foreign_wildcards, state.dialect.wildcards[0]
    token, value = literal.token, literal.value
    if token is None or not isinstance(value, str) or not any(character in value for character in foreign):
        return
    written = token.text
    for character in foreign:
        written = written.replace(character, wildcard)
    state.report(
        problems.FOREIGN_WILDCARD,
        Span(literal.start, literal.end),
        f"`{foreign}` matches only itself in a pattern of {state.dialect.title}: the wildcard is `{wildcard}`",
        hint=f"write {written}",
        fix=Fix(f"write {written}", [Edit(Span(literal.start, literal.end), written)], applicability="unsafe"),
    )


def _membership(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    path = _path(state, entries[0])
    negated = entries[1].token is not None and entries[1].token.kind == "NOT"
    last = entries[-1]
    values: object
    if last.token is not None and last.token.kind == "PLACEHOLDER":
        assert state.fill is not None
        values = state.fill(last.token.text, "list", last.start, last.end)
    else:
        opening = 3 if negated else 2
        items = [entries[opening + 1].value]
        if len(entries) == opening + 4:
            items += [entry.value for entry in entries[opening + 2].value]  # type: ignore[attr-defined]
        values = tuple(items)
    node = Comparison(path, NOT_IN if negated else IN, values, Span(entries[0].start, last.end))  # type: ignore[arg-type]
    return StackEntry(node, entries[0].start, last.end)


def _chain(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    """Collect the links of a chain: the rules that Lark makes for a starred group."""
    links: list[StackEntry]
    entries[-1].connective = entries[-2].token
    if isinstance(entries[0].value, list):
        links = entries[0].value
        links.append(entries[-1])
        return StackEntry(links, entries[0].start, entries[-1].end)
    return StackEntry([entries[-1]], entries[0].start, entries[-1].end)


def _conjunction(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    items = [entries[0], *entries[1].value]  # type: ignore[misc]
    node = _join(state, And, items)
    # Connectives that were inserted (for `between`) need no parentheses.
    written = any(item.connective is not None and item.connective.start < item.connective.end for item in items)
    return StackEntry(node, entries[0].start, items[-1].end, bare_and=written)


def _disjunction(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    items = [entries[0], *entries[1].value]  # type: ignore[misc]
    bare = [item for item in items if item.bare_and]
    if bare:
        edits = [Edit(Span(at, at), mark) for item in bare for at, mark in ((item.start, "("), (item.end, ")"))]
        state.report(
            problems.MIXED_CONNECTIVES,
            Span(bare[0].start, bare[0].end),
            "`and` and `or` without parentheses: parsed as if `and` bound tighter, which no document promises",
            hint="put parentheses around the conditions that belong together",
            fix=Fix("put parentheses around the conditions that are joined by and", edits),
        )
    node = _join(state, Or, items)
    return StackEntry(node, entries[0].start, items[-1].end)


def _join(state: ParserState, kind: type[And | Or], items: list[StackEntry]) -> Expr:
    try:
        return join(kind, [item.value for item in items])  # type: ignore[misc]
    except ExpressionError:
        state.report(
            problems.TOO_DEEP,
            Span(items[0].start, items[-1].end),
            f"`and` and `or` alternate in more than {DEPTH_LIMIT} levels",
            hint="split the condition into several requests",
        )
        return Constant(True)


def _inverse(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    mark, operand = entries
    node = negate(operand.value) if operand.opposite is None else operand.opposite  # type: ignore[arg-type]
    outer = state.symbol()
    if outer is None or outer.token is None or outer.token.kind != "NOT":
        # Of `not not` the first is reported, with a fix for both.
        written = None if state.errors or operand.end - mark.start > 2 * FIX_LIMIT else _print(state, node)
        state.report(
            problems.PREFIX_NOT,
            Span(mark.start, mark.end),
            "`not` before a comparison does not work on every server",
            hint="negate the operators instead",
            fix=None if written is None else Fix(f"write {written}", [Edit(Span(mark.start, operand.end), written)]),
        )
    entry = StackEntry(node, mark.start, operand.end)
    entry.opposite = operand.value  # type: ignore[assignment]
    return entry


def _print(state: ParserState, node: Expr) -> str | None:
    from cwql.language.printer import emit

    try:
        written = emit(node, dialect=state.dialect)
    except CwqlError:
        return None
    if len(written) > FIX_LIMIT:
        return None
    return f"({written})" if isinstance(node, Junction) else written


def _group(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    entry = StackEntry(entries[1].value, entries[0].start, entries[-1].end)
    entry.opposite = entries[1].opposite
    return entry


def _order(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    path = _path(state, entries[0])
    descending = False
    if len(entries) == 2 and (direction := entries[1].token) is not None:
        descending = direction.text.lower().startswith("desc")
        short = "desc" if descending else "asc"
        if len(direction.text) > 4:
            state.report(
                problems.WORD_OPERATOR,
                Span(direction.start, direction.end),
                f"`{direction.text}` is not a direction of the language: expected `{short}`",
                fix=Fix(f"write {short}", [Edit(Span(direction.start, direction.end), short)]),
            )
    return StackEntry(Order(path, descending, entries[0].start), entries[0].start, entries[-1].end)


def _start(state: ParserState, entries: list[StackEntry]) -> StackEntry:
    if state.shape == "condition":
        return entries[0]
    chains = [entry for entry in entries[1:] if isinstance(entry.value, list)]
    items = [entries[0], *(chains[0].value if chains else [])]  # type: ignore[misc]
    if state.shape == "order_by":
        value: object = OrderBy(tuple([item.value for item in items]))
    else:
        value = FieldList(tuple([_path(state, item) for item in items]), tuple([item.start for item in items]))
    return StackEntry(value, entries[0].start, items[-1].end)


_ALWAYS = frozenset(("_literal", "_relation", "order", "start"))
"""Rules with an action for a single symbol too."""

_ACTIONS: dict[str, Action] = {
    "_literal": _literal,
    "_relation": _relation,
    "comparison": _comparison,
    "membership": _membership,
    "conjunction": _conjunction,
    "disjunction": _disjunction,
    "inverse": _inverse,
    "group": _group,
    "order": _order,
    "start": _start,
}
