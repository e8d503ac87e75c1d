"""From one language into the other: `translate`.

Separators, quotes, dates, booleans and operators are the printer's affair; here are the things whose meaning differs: wildcards,
quoted dates, times without a zone, and literals that the target has never been seen with.
"""

from __future__ import annotations

import re

from cwql.diagnostics import in_order
from cwql.errors import ConditionError, LiteralError
from cwql.language.carrier_rules import (
    NAMES_KEPT,
    QUOTED_DATE,
    UNKNOWN_THERE,
    WILDCARD_GAINED,
    WILDCARD_LOST,
    ZONE_UNKNOWN,
)
from cwql.language.dialects import dialect as find_dialect
from cwql.language.literals import BadLiteral, read_date
from cwql.language.names import shorten
from cwql.language.nodes import And, Comparison, FieldList, Junction, OrderBy, comparisons, conjunction, disjunction
from cwql.language.operators import LIKE, NOT_LIKE
from cwql.language.parsing.parser import read
from cwql.language.printer import emit
from cwql.language.values import find_zone, to_scalar
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

    from cwql.diagnostics import Diagnostic, Rule
    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr, Scalar

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)

# Kinds of literals by type: names in `Dialect.literals`.
_KINDS = {
    "NoneType": "null",
    "bool": "boolean",
    "int": "number",
    "Decimal": "number",
    "str": "string",
    "date": "date",
    "datetime": "datetime",
}


class Translation(Value):
    """Hold the translated `text`, or None where an error made it impossible, and every finding on the way.

    Spans point into the text that was given; a tree that stood in no text gets its findings at its start.
    """

    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


def translate(
    text_or_expr: str | Expr | OrderBy | FieldList,
    source: str | Dialect = "automate",
    target: str | Dialect = "manage",
    endpoint: str | None = None,
    *,
    timezone: tzinfo | str | None = None,
) -> Translation:
    """Say in `target` what a condition says in `source`.

    A text is read as a condition; a tree may be a sort order or a field list too. Whatever one side cannot say is an error and
    there is no text then; whatever may change the meaning is a warning. Names of fields stay, in the separators of the
    target; that is told in an info unless `endpoint` says that the names are of that endpoint of the target already (who
    checks them is the caller's affair). `timezone` says where times without a zone were read off the clock. Raises no
    `ConditionError`; `UnknownNameError` for an unknown dialect, `LiteralError` for an unknown time zone.
    """
    zone = None if timezone is None else find_zone(timezone)
    writer = _Translator(find_dialect(source), find_dialect(target), zone)
    findings = writer.findings
    slips: list[Diagnostic] = []
    text = None
    try:
        if isinstance(text_or_expr, (OrderBy, FieldList)):
            text = emit(text_or_expr, writer.target)
        else:
            tree = writer.read(text_or_expr, slips) if isinstance(text_or_expr, str) else text_or_expr
            if endpoint is None:
                writer.note_names(tree)
            tree = writer.convert(tree)
            failed = any(finding.severity == "error" for finding in findings)
            text = None if failed else emit(tree, writer.target)
    except ConditionError as error:
        findings.extend(error.diagnostics)
    # Where there is more to say about a comparison than how it was written, that goes without saying.
    told = [finding.span for finding in findings if finding.code != NAMES_KEPT.code]
    findings.extend(slip for slip in slips if not any(span.overlaps(slip.span) for span in told))
    ordered = in_order(findings)
    failed = any(finding.severity == "error" for finding in ordered)
    return Translation(None if failed else text, tuple(ordered))


class _Translator:
    __slots__ = ("findings", "source", "target", "timezone")

    def __init__(self, source: Dialect, target: Dialect, timezone: tzinfo | None) -> None:
        self.source = source
        self.target = target
        self.timezone = timezone
        self.findings: list[Diagnostic] = []

    def read(self, text: str, slips: list[Diagnostic]) -> Expr:
        """Return the tree of a text, and add to `slips` what is read but should not be written so."""
        reading = read(text, self.source, "condition")
        if reading.slipped:
            from cwql.language.parsing.recovery import diagnose

            slips += diagnose(text, self.source, "condition", None)[1]
        return reading.tree  # type: ignore[return-value]

    def report(self, rule: Rule, comparison: Comparison, message: str, hint: str | None = None) -> None:
        self.findings.append(rule.at(comparison.span or Span(0, 0), f"{comparison.path}: {message}", hint=hint))

    def note_names(self, tree: Expr) -> None:
        first = next(comparisons(tree), None)
        if first is not None and self.source is not self.target:
            self.report(
                NAMES_KEPT,
                first,
                f"names of fields are not translated: {self.target.title} may call them differently",
                "check the translated text against an endpoint",
            )

    def convert(self, expr: Expr) -> Expr:
        if isinstance(expr, Junction):
            items = [self.convert(item) for item in expr.items]
            return conjunction(items) if isinstance(expr, And) else disjunction(items)
        if not isinstance(expr, Comparison) or self.source is self.target:
            return expr
        found = len(self.findings)
        values = tuple([self.convert_value(value, expr) for value in expr.values])
        converted = Comparison(expr.path, expr.operator, values if type(expr.value) is tuple else values[0], expr.span)
        if all(finding.severity != "error" for finding in self.findings[found:]):
            self.try_printing(converted)
        return converted

    def try_printing(self, comparison: Comparison) -> None:
        """Print one comparison alone, so that what the target cannot carry is found at its place in the source."""
        try:
            emit(comparison, self.target)
        except ConditionError as error:
            span = comparison.span or Span(0, 0)
            self.findings += [
                type(finding)(finding.code, finding.name, finding.severity, finding.message, span, finding.hint)
                for finding in error.diagnostics
            ]

    def convert_value(self, value: Scalar, comparison: Comparison) -> Scalar:
        if isinstance(value, str):
            if comparison.operator in (LIKE, NOT_LIKE):
                return self.convert_pattern(value, comparison)
            if comparison.operator.family != "text" and _ISO.fullmatch(value):
                value = self.convert_quoted(value, comparison)
        value = self.convert_time(value, comparison)
        form = self.target.literals.get(_KINDS.get(type(value).__name__, ""))
        if form is not None and not form.evidence:
            self.report(
                UNKNOWN_THERE,
                comparison,
                f"{form.spelling} has never been seen in {self.target.title}; the server may refuse it",
            )
        return value

    def convert_pattern(self, pattern: str, comparison: Comparison) -> str:
        """Put the wildcards of the target in the place of those of the source."""
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
                    f"{sign!r} in the pattern {shorten(pattern)} has a meaning in {source.title} that {target.title} cannot say",
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
                f"{sign!r} in the pattern {shorten(pattern)} stands for itself in {source.title}, but not in {target.title}",
                "compare by contains if the text may stand anywhere",
            )
        return "".join(converted)

    def convert_quoted(self, text: str, comparison: Comparison) -> Scalar:
        """Convert a quoted ISO date if only one of the two dialects takes it for a date.

        The text does not say whether its field holds dates or text, so every result is a warning: a comparison by order becomes
        one with a date, anything else keeps the text.
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
                QUOTED_DATE,
                comparison,
                f"{text!r} is text in {self.source.title}, but {self.target.title} may read a date in quotes as a date",
                "write the date without quotes if the field holds dates",
            )
            return text
        if comparison.operator.family == "order":
            self.report(
                QUOTED_DATE,
                comparison,
                f"{text!r} is compared by order and was translated to a date; if the field holds text, other records match",
                "compare with a part of the text if the field holds text",
            )
            return moment
        self.report(
            QUOTED_DATE,
            comparison,
            f"{text!r} may be a date, but was kept as text, which {self.target.title} does not compare with dates",
            "write the date without quotes if the field holds dates",
        )
        return text

    def convert_time(self, value: Scalar, comparison: Comparison) -> Scalar:
        """Place a time without a zone, where the target has to know."""
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
            f"{value.isoformat()} names no time zone, and {self.target.title} reads every time as UTC",  # type: ignore[union-attr]
            "add the zone (Z for UTC), or pass timezone='Europe/Berlin'",
        )
        return value
