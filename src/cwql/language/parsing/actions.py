"""What each rule of the grammar makes of its symbols when `cwql.language.parsing.recovery` reduces by it.

Here the slips are found that the tables accept: a spelling with one certain reading is reported and read.
"""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix
from cwql.errors import CwqlError, ExpressionError
from cwql.language import spelling_rules
from cwql.language import syntax_rules as rules
from cwql.language.literals import BadLiteral, read_literal
from cwql.language.nodes import (
    DEPTH_LIMIT,
    Comparison,
    Constant,
    FieldList,
    Junction,
    Order,
    OrderBy,
    Path,
    conjunction,
    disjunction,
    negate,
)
from cwql.language.operators import IN, LIKE, NOT_IN, NOT_LIKE, OPERATORS, Operator
from cwql.language.parsing.literal_checks import bad_date_fix, date_slips, string_slips
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cwql.language.nodes import Expr
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.recovery import Recovery


class Part:
    """Hold what a symbol on the stack stands for: a value (or a token) and its place.

    `bare_and` marks an ``and`` chain that no parentheses enclose, `joint` is the connective before a link of a chain.
    `opposite` is the tree that a prefix ``not`` has just negated: a second ``not`` gives it back, so that many of them take no
    longer than one.
    """

    __slots__ = ("bare_and", "end", "joint", "opposite", "start", "token", "value")

    def __init__(self, value: object, start: int, end: int, token: Token | None = None, bare_and: bool = False) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.token = token
        self.bare_and = bare_and
        self.joint: Token | None = None
        self.opposite: Expr | None = None


def reduce_by(origin: str, recovery: Recovery, parts: list[Part]) -> Part:
    """Return what the rule of that origin makes of its symbols."""
    if len(parts) == 1 and origin not in _ALWAYS:
        return parts[0]
    reducer = _REDUCERS.get(origin, _chain)
    return reducer(recovery, parts)


def _literal(recovery: Recovery, parts: list[Part]) -> Part:
    part = parts[0]
    token = part.token
    if token is None:
        return part
    if token.kind == "HOLE":
        assert recovery.fill is not None
        part.value = recovery.fill(token.text, "value", token.start, token.end)
        return part
    try:
        part.value = read_literal(token.kind, token.text, recovery.dialect.naive_is_utc)
    except BadLiteral as bad:
        part.value = None
        fix = bad_date_fix(token, recovery.dialect) if bad.rule == "malformed-date" else None
        recovery.report(rules.BY_NAME[bad.rule], Span(token.start, token.end), bad.message, hint=bad.hint, fix=fix)
        return part
    if token.start == token.end:
        return part
    if token.kind == "STRING":
        recovery.findings += string_slips(token, recovery.dialect)
    elif token.kind in ("DATE", "BARE_DATE"):
        recovery.findings += date_slips(token, part.value, recovery.dialect)
    return part


def _relation(recovery: Recovery, parts: list[Part]) -> Part:
    token = parts[-1].token
    assert token is not None
    spelling = token.text.lower()
    operator = OPERATORS.get(spelling)
    if operator is None:
        operator, name = recovery.dialect.slips[spelling]
        recovery.report(
            rules.BY_NAME[name],
            Span(token.start, token.end),
            f"`{token.text}` is not how the language compares: expected `{operator.name}`",
            fix=Fix(f"write {operator.name}", [Edit(Span(token.start, token.end), operator.name)]),
        )
    if len(parts) == 2:
        operator = operator.negation
    return Part(operator, parts[0].start, parts[-1].end, token)


def _path(recovery: Recovery, part: Part) -> Path:
    token = part.token
    assert token is not None
    separator = recovery.dialect.separator
    text = token.text
    foreign = "." if separator == "/" else "/"
    if foreign in text and token.start < token.end:
        written = text.replace(foreign, separator)
        recovery.report(
            rules.FOREIGN_SEPARATOR,
            Span(token.start, token.end),
            f"segments of a path are joined by `{separator}` in {recovery.dialect.title}, got `{foreign}`",
            hint=f"write {written}",
            fix=Fix(f"write {written}", [Edit(Span(token.start, token.end), written)]),
            severity="warning" if recovery.shape == "condition" and separator == "." else "error",
        )
    return Path(tuple(text.replace(foreign, separator).split(separator)))


def _comparison(recovery: Recovery, parts: list[Part]) -> Part:
    name, relation, literal = parts
    path, operator = _path(recovery, name), relation.value
    assert isinstance(operator, Operator)
    value = literal.value
    if operator in (LIKE, NOT_LIKE):
        _look_for_foreign_wildcards(recovery, literal)
    node = Comparison(path, operator, value, Span(name.start, literal.end))  # type: ignore[arg-type]
    return Part(node, name.start, literal.end)


def _look_for_foreign_wildcards(recovery: Recovery, literal: Part) -> None:
    foreign, wildcard = recovery.dialect.foreign_wildcards, recovery.dialect.wildcards[0]
    token, value = literal.token, literal.value
    if token is None or not isinstance(value, str) or not any(character in value for character in foreign):
        return
    written = token.text
    for character in foreign:
        written = written.replace(character, wildcard)
    recovery.report(
        spelling_rules.FOREIGN_WILDCARD,
        Span(literal.start, literal.end),
        f"`{foreign}` stands for itself in a pattern of {recovery.dialect.title}: the wildcard is `{wildcard}`",
        hint=f"write {written}",
        fix=Fix(f"write {written}", [Edit(Span(literal.start, literal.end), written)], safe=False),
    )


def _membership(recovery: Recovery, parts: list[Part]) -> Part:
    path = _path(recovery, parts[0])
    negated = parts[1].token is not None and parts[1].token.kind == "NOT"
    last = parts[-1]
    values: object
    if last.token is not None and last.token.kind == "HOLE":
        assert recovery.fill is not None
        values = recovery.fill(last.token.text, "list", last.start, last.end)
    else:
        opening = 3 if negated else 2
        items = [parts[opening + 1].value]
        if len(parts) == opening + 4:
            items += [part.value for part in parts[opening + 2].value]  # type: ignore[attr-defined]
        values = tuple(items)
    node = Comparison(path, NOT_IN if negated else IN, values, Span(parts[0].start, last.end))  # type: ignore[arg-type]
    return Part(node, parts[0].start, last.end)


def _chain(recovery: Recovery, parts: list[Part]) -> Part:
    """Collect the links of a chain: the origins that Lark makes for a starred group."""
    links: list[Part]
    parts[-1].joint = parts[-2].token
    if isinstance(parts[0].value, list):
        links = parts[0].value
        links.append(parts[-1])
        return Part(links, parts[0].start, parts[-1].end)
    return Part([parts[-1]], parts[0].start, parts[-1].end)


def _conjunction(recovery: Recovery, parts: list[Part]) -> Part:
    items = [parts[0], *parts[1].value]  # type: ignore[misc]
    node = _join(recovery, conjunction, items)
    # Connectives that a repair put in (for `between`) are not the author's to enclose.
    written = any(item.joint is not None and item.joint.start < item.joint.end for item in items)
    return Part(node, parts[0].start, items[-1].end, bare_and=written)


def _disjunction(recovery: Recovery, parts: list[Part]) -> Part:
    items = [parts[0], *parts[1].value]  # type: ignore[misc]
    bare = [item for item in items if item.bare_and]
    if bare:
        edits = [
            Edit(Span(place, place), mark) for item in bare for place, mark in ((item.start, "("), (item.end, ")"))
        ]
        recovery.report(
            spelling_rules.MIXED_CONNECTIVES,
            Span(bare[0].start, bare[0].end),
            "`and` and `or` meet without parentheses: read as if `and` bound tighter, which no document promises",
            hint="put parentheses around what belongs together",
            fix=Fix("put parentheses around what was read together", edits),
        )
    node = _join(recovery, disjunction, items)
    return Part(node, parts[0].start, items[-1].end)


def _join(recovery: Recovery, join: Callable[[Iterable[Expr]], Expr], items: list[Part]) -> Expr:
    try:
        return join([item.value for item in items])  # type: ignore[misc]
    except ExpressionError:
        recovery.report(
            rules.TOO_DEEP,
            Span(items[0].start, items[-1].end),
            f"`and` and `or` take turns in more than {DEPTH_LIMIT} levels",
            hint="split the condition into several requests",
        )
        return Constant(True)


def _inverse(recovery: Recovery, parts: list[Part]) -> Part:
    mark, operand = parts
    node = negate(operand.value) if operand.opposite is None else operand.opposite  # type: ignore[arg-type]
    outer = recovery.last_part()
    if outer is None or outer.token is None or outer.token.kind != "NOT":
        # Of `not not` the first is reported, with a fix for both.
        written = None if recovery.errors or operand.end - mark.start > 600 else _printed(recovery, node)
        recovery.report(
            spelling_rules.PREFIX_NOT,
            Span(mark.start, mark.end),
            "`not` before a comparison is not safe on every server",
            hint="negate the operators instead",
            fix=None if written is None else Fix(f"write {written}", [Edit(Span(mark.start, operand.end), written)]),
        )
    part = Part(node, mark.start, operand.end)
    part.opposite = operand.value  # type: ignore[assignment]
    return part


def _printed(recovery: Recovery, node: Expr) -> str | None:
    from cwql.language.printer import emit

    try:
        written = emit(node, recovery.dialect)
    except CwqlError:
        return None
    if len(written) > 300:
        return None
    return f"({written})" if isinstance(node, Junction) else written


def _group(recovery: Recovery, parts: list[Part]) -> Part:
    part = Part(parts[1].value, parts[0].start, parts[-1].end)
    part.opposite = parts[1].opposite
    return part


def _order(recovery: Recovery, parts: list[Part]) -> Part:
    path = _path(recovery, parts[0])
    descending = False
    if len(parts) == 2 and (direction := parts[1].token) is not None:
        descending = direction.text.lower().startswith("desc")
        short = "desc" if descending else "asc"
        if len(direction.text) > 4:
            recovery.report(
                spelling_rules.WORD_OPERATOR,
                Span(direction.start, direction.end),
                f"`{direction.text}` is not how the language sorts: expected `{short}`",
                fix=Fix(f"write {short}", [Edit(Span(direction.start, direction.end), short)]),
            )
    return Part(Order(path, descending, parts[0].start), parts[0].start, parts[-1].end)


def _start(recovery: Recovery, parts: list[Part]) -> Part:
    if recovery.shape == "condition":
        return parts[0]
    chained = [part for part in parts[1:] if isinstance(part.value, list)]
    items = [parts[0], *(chained[0].value if chained else [])]  # type: ignore[misc]
    if recovery.shape == "order_by":
        value: object = OrderBy(tuple([item.value for item in items]))
    else:
        value = FieldList(tuple([_path(recovery, item) for item in items]), tuple([item.start for item in items]))
    return Part(value, parts[0].start, items[-1].end)


_ALWAYS = frozenset(("_literal", "_relation", "order", "start"))
"""Origins that have work to do for a single symbol too."""

_REDUCERS: dict[str, Callable[[Recovery, list[Part]], Part]] = {
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
