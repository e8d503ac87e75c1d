"""Templates: ``cond("status/name = {} and id in {ids}", name, ids=[1, 2])``.

A placeholder is a terminal of the grammar. Only the template's own text is parsed; values, lists and conditions become part of
the tree as they are and never part of a text, so no value can end a string or add a condition.
"""

from __future__ import annotations

import re

from cwql.errors import ConditionError, ExpressionError, LiteralError
from cwql.language.dialects import find_dialect
from cwql.language.names import shorten
from cwql.language.nodes import Comparison, Condition, Constant, map_leaves
from cwql.language.operators import MEMBERSHIP, NOT_IN
from cwql.language.parsing import parse_or_raise
from cwql.language.problems import MALFORMED_PLACEHOLDER, PLACEHOLDER_IN_STRING
from cwql.language.values import to_list, to_scalar
from cwql.source import Span
from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from dataclasses import KW_ONLY
    from datetime import tzinfo

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import AnyDialect
    from cwql.language.nodes import Expr
    from cwql.language.parsing.parser import Role

# Quotes, brackets and braces. A placeholder is matched as a whole, with whatever is wrong in it.
_MARKS = re.compile(r"""["'\[\]]|\{\{|\}\}|\{[^{}"']*\}|[{}]""")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{0,6})\}")
_CLOSING = {'"': '"', "'": "'", "[": "]"}


def cond(template: object, /, *args: object, **values: object) -> Expr:
    """Parse a template in Manage's language and fill its placeholders.

    Placeholders are numbered as in `str.format`: ``{}`` in order, or ``{0}``, or ``{name}``. A placeholder is replaced by a value, a
    list (after ``in`` and ``not in``), or a whole condition. Values are everything that `values.to_scalar` takes; inside quotes
    ``{{`` and ``}}`` mean braces. A t-string of Python 3.14 is accepted too and has its own values. `Template` has the options:
    a template in Automate's language, and the zone of times without one.

    Raises `ConditionError` for a template that cannot be parsed, `ExpressionError` if placeholders and arguments do not match or
    an argument is not allowed in its place, and `LiteralError` for a value that cannot be expressed.

        >>> print(cond("company/name = {} and id in {ids}", "O'Brien", ids=[1, 2]))
        company/name = "O'Brien" and id in (1, 2)
    """
    if isinstance(template, str):
        return Template(template).fill(*args, **values)
    strings, interpolations = getattr(template, "strings", None), getattr(template, "interpolations", None)
    if strings is None or interpolations is None:
        raise ExpressionError(f"cannot parse {shorten(template)} as a template: expected a str or a t-string")
    if args or values:
        raise ExpressionError("a t-string has its own values: pass no others")
    scanner = _Scanner(escaped=False)
    for number, part in enumerate(strings):
        if number:
            scanner.put_placeholder(f"{{{number - 1}}}", str(number - 1))
        scanner.scan(part)
    text, placeholders = scanner.finish()
    return _fill(text, placeholders, [_interpolated(item, number) for number, item in enumerate(interpolations)])


class Template(Value):
    """A template of conditions: `text` with placeholders, which `fill` replaces by values, as `cond` does.

    `dialect` is the language of the text, not the one in which the condition will be printed. `timezone` is the zone of times
    without one. A template can be filled any number of times.

        >>> lost = Template("Client.Name = {} and LastContact < {}", dialect="automate", timezone="Europe/Berlin")
        >>> print(lost.fill("Acme", datetime(2025, 1, 31)).to_text("automate"))
        Client.Name = 'Acme' and LastContact < '2025-01-30T23:00:00Z'
    """

    __module__ = "cwql"

    text: str
    _: KW_ONLY
    dialect: AnyDialect = "manage"
    timezone: tzinfo | str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise ExpressionError(f"cannot parse {shorten(self.text)} as a template: expected a str")
        assign(self, "dialect", find_dialect(self.dialect).name)

    def fill(self, /, *args: object, **values: object) -> Expr:
        """Return the condition with the values in place of the placeholders.

        Raises `ConditionError` for a template that cannot be parsed, `ExpressionError` if placeholders and arguments do not
        match or an argument is not allowed in its place, and `LiteralError` for a value that cannot be expressed.
        """
        scanner = _Scanner(escaped=True)
        scanner.scan(str.__str__(self.text))
        text, placeholders = scanner.finish()
        arguments = _resolve([key for _, key in placeholders], args, values)
        return _fill(text, placeholders, arguments, self.dialect, self.timezone)


def _fill(
    text: str,
    placeholders: Sequence[tuple[int, str]],
    arguments: Sequence[tuple[str, object]],
    dialect: AnyDialect = "manage",
    timezone: tzinfo | str | None = None,
) -> Expr:
    by_start = dict(zip([start for start, _ in placeholders], arguments, strict=True))
    filler = _Filler(by_start, timezone, text)
    tree: Expr = parse_or_raise(text, find_dialect(dialect), "condition", filler.fill)  # type: ignore[assignment]
    return map_leaves(tree, _finish)


class _Scanner:
    """Collects the text for the parser, and the positions and keys of its placeholders.

    If the text is `escaped`, as a str is, it contains placeholders, and doubled braces inside quotes mean one. In the parts of
    a t-string a brace is a brace.
    """

    __slots__ = ("closing", "diagnostics", "escaped", "length", "opened", "parts", "placeholders")

    def __init__(self, escaped: bool) -> None:
        self.escaped = escaped
        self.parts: list[str] = []
        self.length = 0
        self.placeholders: list[tuple[int, str]] = []
        self.diagnostics: list[Diagnostic] = []
        self.closing = ""
        self.opened = 0

    def scan(self, part: str) -> None:
        at = 0
        for match in _MARKS.finditer(part):
            self.put(part[at : match.start()])
            at = match.end()
            mark = match[0]
            quoted = self.closing in ('"', "'")
            if mark[0] not in "{}":
                self.put_delimiter(mark)
            elif quoted and not self.escaped:
                self.put(mark)
            elif quoted and mark in ("{{", "}}"):
                self.put(mark[0])
            elif self.escaped and (placeholder := _PLACEHOLDER.fullmatch(mark)):
                self.put_placeholder(mark, placeholder[1])
            else:
                message, hint = _explain(mark, bool(self.closing), self.escaped)
                self.report(MALFORMED_PLACEHOLDER.at(self.span(mark), message, hint=hint))
                self.put(mark)
        self.put(part[at:])

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def put_delimiter(self, mark: str) -> None:
        if self.closing == mark:
            self.closing = ""
        elif mark in _CLOSING and (not self.closing or self.closing == "]"):
            self.closing, self.opened = _CLOSING[mark], self.length
        self.put(mark)

    def put_placeholder(self, text: str, key: str) -> None:
        if self.closing:
            hint = "pass a date or datetime and remove the brackets" if self.closing == "]" else "remove the quotes"
            literal = "brackets" if self.closing == "]" else "quotes"
            message = f"the placeholder {text} is inside {literal}: a value has its own"
            self.report(PLACEHOLDER_IN_STRING.at(self.span(text), message, hint=hint))
        self.placeholders.append((self.length, key))
        self.put(text)

    def span(self, text: str) -> Span:
        return Span(self.length, self.length + len(text))

    def report(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def finish(self) -> tuple[str, list[tuple[int, str]]]:
        """Return text and placeholders; raise `ConditionError` if one of them is malformed."""
        if self.closing:
            # A string or date without its end, which the parser reports. What follows it is not known to be inside.
            self.diagnostics = [each for each in self.diagnostics if each.span.start < self.opened]
        text = "".join(self.parts)
        if self.diagnostics:
            raise ConditionError(self.diagnostics, text)
        return text, self.placeholders


def _explain(mark: str, inside: bool, escaped: bool) -> tuple[str, str]:
    """Return message and hint for a brace that is not part of a placeholder."""
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
                    f"{mark} has {what}: a placeholder is replaced by the value as it is",
                    "compute the value first and pass it as it is",
                )
        return f"{mark} is not a placeholder: expected {{}}, {{0}} or {{name}}", "give the placeholder a plain name"
    if inside and escaped:
        return f"a single {mark} inside quotes", f"double the braces, {{{{ and }}}}, to mean them (here: {mark!r})"
    return f"{mark} has no meaning outside quotes", "a placeholder is {}, {0} or {name}"


def _resolve(keys: Sequence[str], args: Sequence[object], kwargs: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return label and value of each placeholder; raise `ExpressionError` unless placeholders and arguments match."""
    if "" in keys and any(key.isdigit() for key in keys):
        raise ExpressionError("placeholders are numbered either automatically, {}, or by hand, {0}, but not both")
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
                    f"the placeholder {{{key}}} has no argument: it needs number {name}, {len(args)} were given"
                )
            arguments.append((f"{{{name}}}", args[name]))
        else:
            name = key
            if name not in kwargs:
                raise ExpressionError(f"the placeholder {{{key}}} has no argument: pass {key}=...")
            arguments.append((f"{{{name}}}", kwargs[name]))
        used.add(name)
    unused = [f"number {number}" for number in range(len(args)) if number not in used]
    unused += [f"{name}=" for name in kwargs if name not in used]
    if unused:
        options = [name for name in ("dialect", "timezone") if name in kwargs and name not in used]
        advice = f"; as an option, write Template(text, {options[0]}=...).fill(...)" if options else ""
        raise ExpressionError(f"the template has no placeholder for {', '.join(unused)}{advice}")
    return arguments


def _interpolated(item: object, number: int) -> tuple[str, object]:
    expression = getattr(item, "expression", "") or str(number)
    if getattr(item, "conversion", None) or getattr(item, "format_spec", ""):
        raise ExpressionError(
            f"{{{expression}}} has a conversion or a format specification: a placeholder is replaced by the value as it is; compute it "
            "first"
        )
    # With its number, because one expression may have two values.
    return f"{{{expression}}}, number {number},", item.value  # type: ignore[attr-defined]


class _Filler:
    """Converts the argument of each placeholder when the parser asks for it."""

    __slots__ = ("_arguments", "_converted", "_text", "_timezone")

    def __init__(self, arguments: Mapping[int, tuple[str, object]], timezone: tzinfo | str | None, text: str) -> None:
        self._arguments = arguments
        self._timezone = timezone
        self._text = text
        # Recovery fills a placeholder again that the fast path has filled, and a generator has its values only once.
        self._converted: dict[tuple[str, Role], object] = {}

    def fill(self, placeholder: str, role: Role, start: int, end: int) -> object:
        if start not in self._arguments:
            diagnostic = MALFORMED_PLACEHOLDER.at(Span(start, end), f"{placeholder} is not a placeholder here")
            raise ConditionError([diagnostic], self._text)
        label, value = self._arguments[start]
        if (label, role) not in self._converted:
            self._converted[label, role] = self._convert(label, role, value)
        return self._converted[label, role]

    def _convert(self, label: str, role: Role, value: object) -> object:
        if role == "condition":
            if not isinstance(value, Condition):
                raise ExpressionError(
                    f"the placeholder {label} is in the place of a condition, but its argument is {shorten(value)}: pass a "
                    "condition, or write field, operator and placeholder"
                )
            return value
        if isinstance(value, Condition):
            raise ExpressionError(
                f"the placeholder {label} is in the place of a value, but its argument is a condition"
            )
        try:
            if role == "list":
                return to_list(value, timezone=self._timezone)  # type: ignore[arg-type]
            return to_scalar(value, timezone=self._timezone)
        except LiteralError as error:
            raise LiteralError(f"the placeholder {label}: {error}") from None


def _finish(leaf: Comparison | Constant) -> Expr:
    """Turn an empty list into a constant, and drop the spans, because the parts come from several texts."""
    if isinstance(leaf, Constant):
        return leaf
    if leaf.operator in MEMBERSHIP and leaf.value == ():
        return Constant(leaf.operator is NOT_IN)
    return Comparison(leaf.path, leaf.operator, leaf.value)


# Users know it as a name of `cwql`.
cond.__module__ = "cwql"
