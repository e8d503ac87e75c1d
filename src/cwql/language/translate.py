"""From one language to the other: `translate`.

The printer writes separators, quotes, dates, booleans and operators of the target. This module converts what has another meaning
there: wildcards, quoted dates and times without a zone. It reports literals that no source shows in the target.
"""

from __future__ import annotations

import re

from cwql.diagnostics import in_order, with_target
from cwql.errors import ConditionError, LiteralError
from cwql.language.dialects import find_dialect
from cwql.language.literals import BadLiteral, read_date
from cwql.language.names import shorten
from cwql.language.nodes import Comparison, FieldList, OrderBy, comparisons, map_leaves
from cwql.language.operators import LIKE, NOT_LIKE
from cwql.language.parsing import parse_with_recovery
from cwql.language.printer import emit
from cwql.language.problems import (
    NAMES_NOT_TRANSLATED,
    QUOTED_DATE_TRANSLATED,
    UNVERIFIED_FORM,
    WILDCARD_GAINED,
    WILDCARD_LOST,
    ZONE_UNKNOWN,
)
from cwql.language.values import find_zone, to_scalar
from cwql.source import Span, overlap
from cwql.value import Value, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import KW_ONLY
    from datetime import tzinfo

    from cwql.diagnostics import Diagnostic, DiagnosticKind
    from cwql.language.dialects import AnyDialect, Dialect
    from cwql.language.nodes import Condition, Constant, Expr, Scalar, Tree

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)

_FORMS = {
    "NoneType": "null",
    "bool": "boolean",
    "int": "number",
    "Decimal": "number",
    "str": "string",
    "date": "date",
    "datetime": "datetime",
}
"""The form of literals for each type, one of `cwql.language.literals.LITERAL_FORMS`."""


class Translation(Value):
    """The translated `text`, or None if there was an error, and all diagnostics.

    Spans refer to the text that was given. The diagnostics of a tree that was not parsed are at position 0.
    """

    __module__ = "cwql"

    _: KW_ONLY
    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


def translate(
    condition: str | Tree,
    *,
    source: AnyDialect,
    target: AnyDialect,
    endpoint: str | None = None,
    timezone: tzinfo | str | None = None,
) -> Translation:
    """Translate a condition from the language `source` to `target`.

    A text is parsed as a condition; a tree may also be a sort order or a field list. Anything that the target cannot express is an
    error, and there is no text then; anything that may change the meaning is a warning. Names of fields are kept, with the
    separators of the target, which is reported as info unless `endpoint` says that the names are already those of an endpoint of
    the target (they are not checked). `timezone` is the zone of times without one. Raises no `ConditionError`; `UnknownNameError`
    for an unknown dialect, `LiteralError` for an unknown time zone.
    """
    zone = None if timezone is None else find_zone(timezone)
    translator = _Translator(find_dialect(source), find_dialect(target), zone)
    spelling: tuple[Diagnostic, ...] = ()
    text = None
    tree: Condition
    try:
        if isinstance(condition, (OrderBy, FieldList)):
            text = emit(condition, dialect=translator.target)
        else:
            if isinstance(condition, str):
                tree, spelling = translator.parse(condition)
            else:
                tree = condition
            if endpoint is None:
                translator.report_names(tree)
            tree = map_leaves(tree, translator.convert)
            text = None if translator.has_errors() else emit(tree, dialect=translator.target)
    except ConditionError as error:
        translator.diagnostics.extend(error.diagnostics)
    # The spelling of a comparison matters less than any problem of its translation.
    reported = [each.span for each in translator.diagnostics if each.code != NAMES_NOT_TRANSLATED.code]
    translator.diagnostics.extend(each for each in spelling if not any(overlap(span, each.span) for span in reported))
    found = with_target(in_order(translator.diagnostics), translator.source.name, None, None)
    return Translation(text=None if translator.has_errors() else text, diagnostics=tuple(found))


class _Translator:
    __slots__ = ("diagnostics", "source", "target", "timezone")

    def __init__(self, source: Dialect, target: Dialect, timezone: tzinfo | None) -> None:
        self.source = source
        self.target = target
        self.timezone = timezone
        self.diagnostics: list[Diagnostic] = []

    def has_errors(self) -> bool:
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def parse(self, text: str) -> tuple[Expr, tuple[Diagnostic, ...]]:
        """Return the tree of a text, and diagnostics about its spelling."""
        result = parse_with_recovery(text, self.source)
        if result.tree is None or result.has_errors:
            raise ConditionError(result.diagnostics, text)
        return result.tree, result.diagnostics  # type: ignore[return-value]

    def report(self, kind: DiagnosticKind, comparison: Comparison, message: str, hint: str | None = None) -> None:
        self.diagnostics.append(kind.at(comparison.span or Span(0, 0), f"{comparison.path}: {message}", hint=hint))

    def report_names(self, tree: Condition) -> None:
        first = next(comparisons(tree), None)
        if first is not None and self.source is not self.target:
            self.report(
                NAMES_NOT_TRANSLATED,
                first,
                f"names of fields are not translated: {self.target.title} may have other names",
                "check the translated text against an endpoint",
            )

    def convert(self, leaf: Comparison | Constant) -> Expr:
        if not isinstance(leaf, Comparison) or self.source is self.target:
            return leaf
        before = len(self.diagnostics)
        values = tuple([self.convert_value(value, leaf) for value in leaf.values])
        converted = replace(leaf, value=values if type(leaf.value) is tuple else values[0])
        if all(diagnostic.severity != "error" for diagnostic in self.diagnostics[before:]):
            self.try_printing(converted)
        return converted

    def try_printing(self, comparison: Comparison) -> None:
        """Print one comparison alone, so that problems are reported at its position in the source."""
        try:
            emit(comparison, dialect=self.target)
        except ConditionError as error:
            span = comparison.span or Span(0, 0)
            self.diagnostics += [replace(diagnostic, span=span) for diagnostic in error.diagnostics]

    def convert_value(self, value: Scalar, comparison: Comparison) -> Scalar:
        if isinstance(value, str):
            if comparison.operator in (LIKE, NOT_LIKE):
                return self.convert_pattern(value, comparison)
            if comparison.operator.family != "text" and _ISO.fullmatch(value):
                value = self.convert_quoted_date(value, comparison)
        value = self.convert_time(value, comparison)
        form = self.target.literals.get(_FORMS.get(type(value).__name__, ""))
        if form is not None and not form.evidence:
            self.report(
                UNVERIFIED_FORM,
                comparison,
                f"no source shows {form.spelling} in {self.target.title}; the server may refuse it",
            )
        return value

    def convert_pattern(self, pattern: str, comparison: Comparison) -> str:
        """Replace the wildcards of the source by those of the target."""
        source, target = self.source, self.target
        converted: list[str] = []
        gained: dict[str, None] = {}
        for sign in pattern:
            if sign in source.wildcards:
                converted.append(target.wildcards[0])
                continue
            if sign in source.single and target.single:
                converted.append(target.single[0])
                continue
            if sign in source.single or sign in source.pattern_syntax:
                self.report(
                    WILDCARD_LOST,
                    comparison,
                    f"{sign!r} in the pattern {shorten(pattern)} has a meaning in {source.title} that {target.title} cannot express",
                    "compare with another pattern, or by contains with a part of the text",
                )
                return pattern
            if sign in target.wildcards or sign in target.single or sign in target.pattern_syntax:
                gained[sign] = None
            converted.append(sign)
        for sign in gained:
            self.report(
                WILDCARD_GAINED,
                comparison,
                f"{sign!r} in the pattern {shorten(pattern)} matches only itself in {source.title}, but not in {target.title}",
                "compare by contains if the text may be anywhere",
            )
        return "".join(converted)

    def convert_quoted_date(self, text: str, comparison: Comparison) -> Scalar:
        """Convert a date in quotes if only one of the two dialects reads it as a date.

        The text does not say whether its field contains dates or text, so every result is a warning: a comparison by order becomes
        one with a date, any other comparison keeps the text.
        """
        from_dates = "quoted-date" in self.source.literals
        if from_dates == ("quoted-date" in self.target.literals):
            return text
        try:
            moment = read_date(text, self.source.naive_is_utc)
        except BadLiteral:
            return text
        if not from_dates:
            self.report(
                QUOTED_DATE_TRANSLATED,
                comparison,
                f"{text!r} is text in {self.source.title}, but {self.target.title} may read a date in quotes as a date",
                "write the date without quotes if the field contains dates",
            )
            return text
        if comparison.operator.family == "order":
            self.report(
                QUOTED_DATE_TRANSLATED,
                comparison,
                f"{text!r} is compared by order and was translated to a date; if the field contains text, other records match",
                "compare with a part of the text if the field contains text",
            )
            return moment
        self.report(
            QUOTED_DATE_TRANSLATED,
            comparison,
            f"{text!r} may be a date, but was kept as text, which {self.target.title} does not compare with dates",
            "write the date without quotes if the field contains dates",
        )
        return text

    def convert_time(self, value: Scalar, comparison: Comparison) -> Scalar:
        """Return a time with a zone if the target requires one."""
        if type(value).__name__ != "datetime" or not self.target.naive_is_utc or value.tzinfo is not None:  # type: ignore[union-attr]
            return value
        if self.timezone is not None:
            try:
                return to_scalar(value, timezone=self.timezone)
            except LiteralError as error:
                self.report(ZONE_UNKNOWN, comparison, str(error))
                return value
        self.report(
            ZONE_UNKNOWN,
            comparison,
            f"{value.isoformat()} has no time zone, and {self.target.title} reads every time as UTC",  # type: ignore[union-attr]
            "add the zone (Z for UTC), or pass timezone='Europe/Berlin'",
        )
        return value


# Users know it as a name of `cwql`.
translate.__module__ = "cwql"
