"""The parser: from text to tree, or to the diagnostics of a text that cannot be parsed.

The fast path (`parser`) parses well-formed conditions. `recovery` parses all other texts. It gets the result of the fast path,
so that no text is parsed twice by either. `ParseResult` carries both results.
"""

from __future__ import annotations

from cwql.errors import ConditionError, ExpressionError
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.parsing.parser import FastPathMiss, fast_parser, try_parse_fast
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Literal, TypeAlias, overload

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import AnyDialect, Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.nodes import Expr, FieldList, OrderBy, Tree
    from cwql.language.parsing.parser import Fill

    ConditionParameter: TypeAlias = Literal["conditions", "condition", "childConditions", "customFieldConditions"]
    ListParameter: TypeAlias = Literal["fields", "expand", "includeFields", "excludeFields"]

__all__ = ["FastPathMiss", "ParseResult", "fast_parser", "parse", "parse_or_raise", "parse_with_recovery"]


class ParseResult(Value):
    """A text that was parsed.

    Predicates that cannot be parsed are constants in `tree`; it is None if nothing could be parsed. Only the checker may use the tree
    of a text with errors. A text that is `well_formed` was accepted by the fast path; otherwise, `sound` has the positions of the
    comparisons that it accepted.
    """

    tree: Tree | None
    diagnostics: tuple[Diagnostic, ...] = ()
    well_formed: bool = False
    sound: Container[int] = ()

    @property
    def has_errors(self) -> bool:
        """Return whether a diagnostic is an error."""
        return has_errors(self.diagnostics)


if TYPE_CHECKING:

    @overload
    def parse(text: str, *, dialect: AnyDialect = "manage", parameter: ConditionParameter | None = None) -> Expr: ...
    @overload
    def parse(text: str, *, dialect: AnyDialect = "manage", parameter: Literal["orderBy"]) -> OrderBy: ...
    @overload
    def parse(text: str, *, dialect: AnyDialect = "manage", parameter: ListParameter) -> FieldList: ...
    @overload
    def parse(text: str, *, dialect: AnyDialect = "manage", parameter: str | None = None) -> Tree: ...


def parse(text: str, *, dialect: AnyDialect = "manage", parameter: str | None = None) -> Tree:
    """Parse the text of a query parameter.

    `parameter` is the name of the parameter, in any letter case; by default the condition parameter of the dialect. Raises
    `ConditionError` with all diagnostics if one of them is an error, and `UnknownNameError` for an unknown dialect or parameter.
    A mistake with one certain meaning (``<>``, ``==``, a prefix ``not``) is not an error here; `cwql.check` reports it.
    """
    language = find_dialect(dialect)
    if not isinstance(text, str):
        raise ExpressionError(f"cannot parse {type(text).__name__} as a condition: expected a str")
    return parse_or_raise(
        text, language, "condition" if parameter is None else find_parameter(language, parameter).shape
    )


def parse_or_raise(text: str, dialect: Dialect, shape: Shape = "condition", fill: Fill | None = None) -> Tree:
    """Return the tree; raise `ConditionError` if the text has an error.

    `fill` is for templates: it is called for every placeholder ``{name}`` outside quotes, with its text, its role (``value``,
    ``list`` or ``condition``) and its position. Its result becomes part of the tree as it is.
    """
    fast = _try_parse_fast(text, dialect, shape, fill)
    if fast is not None:
        return fast[0]
    from cwql.language.parsing.recovery import recover

    tree, diagnostics, _ = recover(text, dialect, shape, fill, well_formed=False)
    if tree is None or has_errors(diagnostics):
        raise ConditionError(diagnostics, text)
    return tree


def parse_with_recovery(text: str, dialect: Dialect, shape: Shape = "condition") -> ParseResult:
    """Return what could be parsed, with all diagnostics. Never raises for any text."""
    fast = _try_parse_fast(text, dialect, shape)
    if fast is not None and not fast[1]:
        return ParseResult(fast[0], (), True)
    from cwql.language.parsing.recovery import recover

    tree, diagnostics, sound = recover(text, dialect, shape, well_formed=fast is not None)
    return ParseResult(tree, tuple(diagnostics), fast is not None, sound)


def _try_parse_fast(text: str, dialect: Dialect, shape: Shape, fill: Fill | None = None) -> tuple[Tree, bool] | None:
    """Return the tree, and whether its spelling has to be reported; None if the text is not well-formed."""
    if shape == "condition":
        return try_parse_fast(text, dialect, fill)
    from cwql.language.parsing.lists import parse_list_fast

    tree = parse_list_fast(text, dialect, shape)
    return None if tree is None else (tree, False)


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Return whether a diagnostic is an error."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
