"""Templates: ``cond("status/name = {} and id in {ids}", name, ids=[1, 2])``.

A hole is a terminal of the grammar. The template's own text is parsed; values, lists and conditions go into the tree as they
are and never pass through text, so no value can end a string or add a condition.
"""

from __future__ import annotations

import re

from cwql.errors import ConditionError, ExpressionError, LiteralError
from cwql.language.carrier_rules import HOLE_INSIDE_LITERAL, MALFORMED_HOLE
from cwql.language.names import shorten
from cwql.language.nodes import And, Comparison, Constant, Junction, Node, conjunction, disjunction
from cwql.language.operators import MEMBERSHIP, NOT_IN
from cwql.language.parsing.parser import read
from cwql.language.values import to_list, to_scalar
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr
    from cwql.language.parsing.parser import Role

# What changes the reading of a brace, or is one. A hole is taken whole, with whatever wrongly stands in it.
_MARKS = re.compile(r"""["'\[\]]|\{\{|\}\}|\{[^{}"']*\}|[{}]""")
_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{0,6})\}")
_CLOSING = {'"': '"', "'": "'", "[": "]"}


def cond(
    template: object,
    /,
    *args: object,
    timezone: tzinfo | str | None = None,
    dialect: str | Dialect = "manage",
    **kwargs: object,
) -> Expr:
    """Read a template and fill its holes.

    Holes are numbered as in `str.format`: ``{}`` in order, or ``{0}``, or ``{name}``. A hole stands for a value, for a list
    (after ``in`` and ``not in``), or for a whole condition. Values are what `values.to_scalar` takes, `timezone` included;
    inside quotes ``{{`` and ``}}`` stand for braces. `dialect` says in which language the template is written, not the one in
    which the condition will be printed. A t-string of Python 3.14 is taken as well and brings its own values.

    Raises `ConditionError` for a template that cannot be read, `ExpressionError` where holes and arguments do not match or a
    hole got what cannot stand there, and `LiteralError` for a value that cannot be carried.
    """
    parts, interpolations = getattr(template, "strings", None), getattr(template, "interpolations", None)
    if isinstance(template, str):
        text, holes = _scan([str.__str__(template)], escaped=True)
        arguments = _resolve([key for _, key in holes], args, kwargs)
    elif parts is not None and interpolations is not None:
        if args or kwargs:
            raise ExpressionError("a t-string brings its own values: pass no others")
        text, holes = _scan(parts, escaped=False)
        arguments = [_interpolated(item, number) for number, item in enumerate(interpolations)]
    else:
        raise ExpressionError(f"cannot read {shorten(template)} as a template: expected a str or a t-string")
    starts = [start for start, _ in holes]
    filling = _Filling(dict(zip(starts, arguments, strict=True)), timezone, text)
    tree: Expr = read(text, dialect, "condition", filling.fill).tree  # type: ignore[assignment]
    return _settle(tree)


def _scan(parts: Sequence[str], escaped: bool) -> tuple[str, list[tuple[int, str]]]:
    """Return the text for the parser and its holes, by place and key.

    Between two parts stands a hole. If the text is `escaped`, as a str is, holes stand in the parts too and doubled braces
    inside quotes are undoubled; in the parts of a t-string a brace is a brace.
    """
    pieces: list[str] = []
    holes: list[tuple[int, str]] = []
    findings: list[Diagnostic] = []
    length = opened = 0
    closing = ""

    def put(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    def put_hole(text: str, key: str) -> None:
        if closing:
            hint = "pass a date or datetime and remove the brackets" if closing == "]" else "remove the quotes"
            literal = "brackets" if closing == "]" else "quotes"
            message = f"the hole {text} stands inside {literal}: a value brings its own"
            findings.append(HOLE_INSIDE_LITERAL.at(Span(length, length + len(text)), message, hint=hint))
        holes.append((length, key))
        put(text)

    for number, part in enumerate(parts):
        if number:
            put_hole(f"{{{number - 1}}}", str(number - 1))
        at = 0
        for match in _MARKS.finditer(part):
            put(part[at : match.start()])
            at = match.end()
            mark = match[0]
            if mark[0] not in "{}":
                if closing == mark:
                    closing = ""
                elif mark in _CLOSING and (not closing or closing == "]"):
                    closing, opened = _CLOSING[mark], length
                put(mark)
            elif closing in ('"', "'") and not escaped:
                put(mark)
            elif closing in ('"', "'") and mark in ("{{", "}}"):
                put(mark[0])
            elif escaped and (hole := _HOLE.fullmatch(mark)):
                put_hole(mark, hole[1])
            else:
                message, hint = _explain(mark, bool(closing), escaped)
                findings.append(MALFORMED_HOLE.at(Span(length, length + len(mark)), message, hint=hint))
                put(mark)
        put(part[at:])
    if closing:
        # Never closed: that is the fault, and the parser will say so.
        findings = [finding for finding in findings if finding.span.start < opened]
    text = "".join(pieces)
    if findings:
        raise ConditionError(findings, text)
    return text, holes


def _explain(mark: str, inside: bool, escaped: bool) -> tuple[str, str]:
    """Say what is wrong with a brace that is part of no hole, and what to write."""
    body = mark[1:-1]
    if len(mark) > 2 and escaped and not inside:
        for sign, what in (
            (":", "a format specification"),
            ("!", "a conversion"),
            (".", "an attribute"),
            ("[", "an index"),
        ):
            if sign in body:
                return (
                    f"{mark} has {what}: a hole stands for the value as it is",
                    "compute the value first and pass it as it is",
                )
        return f"{mark} is no hole: expected {{}}, {{0}} or {{name}}", "give the hole a plain name"
    if inside and escaped:
        return f"a lone {mark} inside quotes", f"double the braces, {{{{ and }}}}, to mean them (here: {mark!r})"
    return f"{mark} has no meaning outside quotes", "a hole is {}, {0} or {name}"


def _resolve(keys: Sequence[str], args: Sequence[object], kwargs: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return label and value of each hole; raise `ExpressionError` unless holes and arguments match one another."""
    if "" in keys and any(key.isdigit() for key in keys):
        raise ExpressionError("a template numbers its holes either by itself, {}, or by hand, {0}, but not both")
    arguments: list[tuple[str, object]] = []
    used: set[object] = set()
    count = 0
    for key in keys:
        name: str | int
        if key == "" or key.isdigit():
            name = int(key) if key else count
            count += 1
            if name >= len(args):
                raise ExpressionError(
                    f"the hole {{{key}}} has no argument: number {name} is asked for, {len(args)} were given"
                )
            arguments.append((f"{{{name}}}", args[name]))
        else:
            name = key
            if name not in kwargs:
                raise ExpressionError(f"the hole {{{key}}} has no argument: pass {key}=...")
            arguments.append((f"{{{name}}}", kwargs[name]))
        used.add(name)
    unused = [f"number {number}" for number in range(len(args)) if number not in used]
    unused += [f"{name}=" for name in kwargs if name not in used]
    if unused:
        raise ExpressionError(f"the template has no hole for {', '.join(unused)}")
    return arguments


def _interpolated(item: object, number: int) -> tuple[str, object]:
    expression = getattr(item, "expression", "") or str(number)
    if getattr(item, "conversion", None) or getattr(item, "format_spec", ""):
        raise ExpressionError(
            f"{{{expression}}} has a conversion or a format specification: a hole stands for the value as it is; compute it first"
        )
    # Numbered, since one expression may give two values.
    return f"{{{expression}}}, number {number},", item.value  # type: ignore[attr-defined]


class _Filling:
    """Answer the parser's question what a hole stands for."""

    __slots__ = ("_arguments", "_converted", "_text", "_timezone")

    def __init__(self, arguments: Mapping[int, tuple[str, object]], timezone: tzinfo | str | None, text: str) -> None:
        self._arguments = arguments
        self._timezone = timezone
        self._text = text
        # The parser may read a text twice, and a generator gives its values once.
        self._converted: dict[tuple[str, Role], object] = {}

    def fill(self, hole: str, role: Role, start: int, end: int) -> object:
        if start not in self._arguments:
            raise ConditionError([MALFORMED_HOLE.at(Span(start, end), f"{hole} is no hole here")], self._text)
        label, value = self._arguments[start]
        if (label, role) not in self._converted:
            self._converted[label, role] = self._convert(label, role, value)
        return self._converted[label, role]

    def _convert(self, label: str, role: Role, value: object) -> object:
        if role == "condition":
            if not isinstance(value, Node):
                raise ExpressionError(
                    f"the hole {label} stands where a condition belongs, but got {shorten(value)}: pass a condition, or write "
                    "field, operator and hole"
                )
            return value
        if isinstance(value, Node):
            raise ExpressionError(f"the hole {label} stands where a value belongs, but got a condition")
        try:
            if role == "list":
                return to_list(value, timezone=self._timezone)  # type: ignore[arg-type]
            return to_scalar(value, timezone=self._timezone)
        except LiteralError as error:
            raise LiteralError(f"the hole {label}: {error}") from None


def _settle(expr: Expr) -> Expr:
    """Fold empty lists to constants, and forget where the parts stood: they come from several texts."""
    if isinstance(expr, Comparison):
        if expr.operator in MEMBERSHIP and expr.value == ():
            return Constant(expr.operator is NOT_IN)
        return Comparison(expr.path, expr.operator, expr.value)
    if isinstance(expr, Junction):
        items = [_settle(item) for item in expr.items]
        return conjunction(items) if isinstance(expr, And) else disjunction(items)
    return expr
