"""From tree to canonical text: `emit`, or the diagnostics about what the language cannot express.

The text parses to the tree that `lower` returns, which is the tree itself unless the dialect lacks one of its operators.
Parentheses are written wherever ``and`` and ``or`` meet, because no vendor text says which of them binds tighter.
"""

from __future__ import annotations

from cwql.errors import ConditionError, ExpressionError
from cwql.language.dialects import find_dialect
from cwql.language.literal_printer import ESCAPES, Unwritable, write_scalar
from cwql.language.names import DIRECTIONS, find_fault, reserved_words, shorten
from cwql.language.nodes import (
    NESTING_LIMIT,
    And,
    Comparison,
    Condition,
    Constant,
    FieldList,
    Junction,
    Or,
    Order,
    OrderBy,
    Path,
    conjunction,
    disjunction,
)
from cwql.language.operators import (
    ENDSWITH,
    LIKE,
    MEMBERSHIP,
    NE,
    NOT_ENDSWITH,
    NOT_LIKE,
    NOT_STARTSWITH,
    STARTSWITH,
    Operator,
)
from cwql.language.problems import (
    CONSTANT_CONDITION,
    EMPTY_OPERAND,
    MALFORMED_TREE,
    UNSUPPORTED_OPERATOR,
    UNWRITABLE_PATH,
)
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic, DiagnosticKind
    from cwql.language.dialects import AnyDialect, Dialect
    from cwql.language.literal_printer import Escape
    from cwql.language.nodes import Expr, Tree

# Operators that can be replaced by a pattern: its operator, and whether a wildcard is added before and after the text.
_PATTERNS: dict[Operator, tuple[Operator, bool, bool]] = {
    STARTSWITH: (LIKE, False, True),
    NOT_STARTSWITH: (NOT_LIKE, False, True),
    ENDSWITH: (LIKE, True, False),
    NOT_ENDSWITH: (NOT_LIKE, True, False),
}


def emit(
    expr: Tree,
    *,
    dialect: AnyDialect = "manage",
    quoted_dates: bool = False,
    prefix_not: bool = False,
    escape: Escape = "refuse",
) -> str:
    """Print a condition, a sort order or a field list.

    `quoted_dates` and `prefix_not` select forms of Automate's reference document: ``LastContact >= '2024-02-14'``, which parses
    to a string, and ``not (Status = 'Offline')``. They have no effect on a dialect without these forms. `escape` selects how to
    write a string with both kinds of quotes: ``refuse``, ``double`` or ``backslash`` (for servers that read backslashes; such a
    text cannot be parsed here). Raises `ConditionError`, whose diagnostics refer to a sketch of the text, for what the dialect
    cannot express, and `ExpressionError` for anything that is not a tree.
    """
    if escape not in ESCAPES:
        raise ExpressionError(f"unknown escape {escape!r}: expected one of {', '.join(map(repr, ESCAPES))}")
    printer = _Printer(find_dialect(dialect), quoted_dates, prefix_not, escape)
    if isinstance(expr, OrderBy):
        printer.print_order(expr)
    elif isinstance(expr, FieldList):
        printer.print_fields(expr)
    elif isinstance(expr, Condition):
        printer.print_condition(_normalize(expr), 0)
    else:
        raise ExpressionError(
            f"cannot print {shorten(expr)}: expected a condition, an OrderBy or a FieldList; parse a text first, compare a field "
            "first"
        )
    text = "".join(printer.parts)
    if printer.diagnostics:
        raise ConditionError(printer.diagnostics, text)
    return text


def lower(expr: Condition, dialect: str | Dialect = "manage", *, prefix_not: bool = False) -> Expr:
    """Return the tree that the printed text parses to: operators that the dialect lacks are replaced.

    Nested junctions of one kind are flattened; apart from that a tree that the dialect can express is returned as it is. Raises
    `ConditionError` if the dialect has no equivalent.
    """
    dialect = find_dialect(dialect)
    try:
        return _lower(_normalize(expr), dialect, prefix_not and dialect.prefix_not.documented, 0)
    except Unwritable:
        # The printer fails in the same place and can report its position.
        emit(expr, dialect=dialect, prefix_not=prefix_not)
        raise


def _lower(expr: Expr, dialect: Dialect, prefix_not: bool, level: int) -> Expr:
    if isinstance(expr, Comparison):
        return _find_form(expr, dialect, prefix_not and level < NESTING_LIMIT)[0]
    if isinstance(expr, Junction):
        items = tuple([_lower(item, dialect, prefix_not, level + 1) for item in expr.items])
        if any(new is not old for new, old in zip(items, expr.items, strict=True)):
            return type(expr)(items)
    return expr


def _find_form(comparison: Comparison, dialect: Dialect, prefix_not: bool) -> tuple[Comparison, bool]:
    """Return a comparison that the dialect can express, and whether to write it as ``not (…)``."""
    operator = comparison.operator
    if type(operator) is not Operator:
        raise Unwritable(MALFORMED_TREE, f"{shorten(operator)} is not an operator")
    if prefix_not and (operator.negated or operator is NE) and operator.negation in dialect.operators:
        return comparison, True
    if operator in dialect.operators:
        return comparison, False
    if operator not in _PATTERNS:
        raise Unwritable(UNSUPPORTED_OPERATOR, f"{dialect.title} has no operator {operator.name!r}")
    replacement, before, after = _PATTERNS[operator]
    value = comparison.value
    if type(value) is not str:
        raise Unwritable(
            UNSUPPORTED_OPERATOR,
            f"{dialect.title} has no operator {operator.name!r}, and {shorten(value)} is not a text for a pattern",
        )
    special = dialect.wildcards + dialect.single + dialect.pattern_syntax
    if found := next((character for character in value if character in special), None):
        raise Unwritable(
            UNSUPPORTED_OPERATOR,
            f"{dialect.title} has no operator {operator.name!r}, and {found!r} in {shorten(value)} has a meaning in patterns",
            f"write the pattern yourself with {replacement.name}, or compare with a part of the text without {found!r}",
        )
    wildcard = dialect.wildcards[0]
    pattern = f"{wildcard if before else ''}{value}{wildcard if after else ''}"
    return Comparison(comparison.path, replacement, pattern, comparison.span), False


def _normalize(expr: Condition) -> Expr:
    """Flatten junctions that were nested by hand; return the same object if there are none."""
    if not isinstance(expr, (And, Or)):
        return expr  # type: ignore[return-value]
    items = [_normalize(item) for item in expr.items]
    kind = type(expr)
    if (
        len(items) < 2
        or any(type(item) is kind for item in items)
        or any(new is not old for new, old in zip(items, expr.items, strict=True))
    ):
        return conjunction(items) if kind is And else disjunction(items)
    return expr


class _Printer:
    """The text of one tree under construction, and its diagnostics."""

    __slots__ = ("diagnostics", "dialect", "escape", "length", "parts", "prefix_not", "quoted_dates", "reserved")

    def __init__(self, dialect: Dialect, quoted_dates: bool, prefix_not: bool, escape: Escape) -> None:
        self.dialect = dialect
        self.escape: Escape = escape
        self.quoted_dates = quoted_dates
        self.prefix_not = prefix_not and dialect.prefix_not.documented
        self.reserved = reserved_words(dialect)
        self.parts: list[str] = []
        self.length = 0
        self.diagnostics: list[Diagnostic] = []

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def refuse(self, kind: DiagnosticKind, message: str, sketch: str, hint: str | None = None) -> None:
        """Report a problem, and put a sketch in the place of the text that cannot be printed."""
        start = self.length
        self.put(sketch)
        self.diagnostics.append(kind.at(Span(start, self.length), message, hint=hint))

    def print_condition(self, expr: Expr, level: int) -> None:
        match expr:
            case Comparison():
                self.print_comparison(expr, level)
            case And():
                self.print_junction(expr, " and ", level)
            case Or():
                self.print_junction(expr, " or ", level)
            case Constant():
                always = "always" if expr.value else "never"
                self.refuse(
                    CONSTANT_CONDITION,
                    f"a condition that is {always} true has no text in {self.dialect.title}",
                    f"<{always}>",
                    "simplify() removes it from a longer condition; alone, send no condition for always and no request for never",
                )
            case _:
                raise ExpressionError(f"cannot print {shorten(expr)}: expected a condition")

    def print_junction(self, expr: And | Or, word: str, level: int) -> None:
        first = True
        for item in expr.items:
            if not first:
                self.put(word)
            first = False
            if isinstance(item, Junction):
                self.put("(")
                self.print_condition(item, level + 1)
                self.put(")")
            else:
                self.print_condition(item, level + 1)

    def print_comparison(self, written: Comparison, level: int) -> None:
        # A tree at the depth limit has no level left for the parentheses of not (…).
        try:
            comparison, inverse = _find_form(written, self.dialect, self.prefix_not and level < NESTING_LIMIT)
        except Unwritable as error:
            self.print_path(written.path, self.reserved)
            self.put(" ")
            operator = written.operator
            name = operator.name if type(operator) is Operator else "<operator>"
            self.refuse(error.kind, f"{_name(written.path)}: {error.message}", name, error.hint)
            return
        operator = comparison.operator.negation if inverse else comparison.operator
        if inverse:
            self.put("not (")
        self.print_path(comparison.path, self.reserved)
        self.put(f" {self.dialect.operators[operator].spelling} ")
        value = comparison.value
        if (type(value) is tuple) != (operator in MEMBERSHIP):
            expected = "a tuple of values" if operator in MEMBERSHIP else "a single value"
            message = f"{_name(comparison.path)}: {operator.name!r} cannot take {shorten(value)}: expected {expected}"
            self.refuse(MALFORMED_TREE, message, "<value>")
        elif type(value) is tuple:
            self.print_list(comparison.path, value)
        else:
            self.print_value(comparison.path, value)
        if inverse:
            self.put(")")

    def print_list(self, path: Path, values: tuple[object, ...]) -> None:
        if not values:
            hint = "in_() of the builder turns an empty list into a constant"
            self.refuse(EMPTY_OPERAND, f"{_name(path)}: an empty list of values: expected at least one", "()", hint)
            return
        self.put("(")
        for index, value in enumerate(values):
            if index:
                self.put(", ")
            self.print_value(path, value)
        self.put(")")

    def print_value(self, path: Path, value: object) -> None:
        try:
            self.put(write_scalar(value, self.dialect, quoted_dates=self.quoted_dates, escape=self.escape))
        except Unwritable as error:
            self.refuse(error.kind, f"{_name(path)}: {error.message}", ascii(shorten(value)), error.hint)

    def print_path(self, path: object, reserved: frozenset[str]) -> None:
        segments = path.segments if isinstance(path, Path) and type(path.segments) is tuple else ()
        fault = find_fault(segments, reserved) if isinstance(path, Path) else f"{shorten(path)} is not a Path"
        if fault is None:
            self.put(self.dialect.separator.join(segments))
        else:
            self.refuse(UNWRITABLE_PATH, f"unwritable field path: {fault}", "<field>")

    def print_order(self, order_by: OrderBy) -> None:
        if not order_by.terms:
            self.refuse(EMPTY_OPERAND, "an empty sort order: expected at least one field", "<terms>")
        terms: tuple[object, ...] = order_by.terms
        for index, term in enumerate(terms):
            if index:
                self.put(", ")
            if not isinstance(term, Order):
                self.refuse(MALFORMED_TREE, f"{shorten(term)} is not a sort term: expected an Order", "<term>")
                continue
            self.print_path(term.path, DIRECTIONS)
            self.put(" desc" if term.descending else " asc")

    def print_fields(self, fields: FieldList) -> None:
        if not fields.paths:
            self.refuse(EMPTY_OPERAND, "an empty field list: expected at least one field", "<fields>")
        for index, path in enumerate(fields.paths):
            if index:
                self.put(",")
            self.print_path(path, frozenset())


def _name(path: object) -> str:
    return str(path) if isinstance(path, Path) and find_fault(path.segments) is None else "<field>"


# Users know it as a name of `cwql`.
emit.__module__ = "cwql"
