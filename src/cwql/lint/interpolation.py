"""Values that a program writes into the text of a condition: CW601, CW602 and CW603."""

from __future__ import annotations

from bisect import bisect_left

from cwql.diagnostics import Edit, Fix
from cwql.language.dialects import DIALECTS
from cwql.language.problems import BARE_DATE, UNCLOSED_DATE
from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import OUTSIDE, says
from cwql.lint.frontends import find_language
from cwql.lint.request_targets import find_all
from cwql.lint.templates.check import judge_filled, show_placeholder
from cwql.lint.templates.model import PLACEHOLDER
from cwql.lint.templates.sampling import SampleGenerator
from cwql.lint.templates.scan import Outline
from cwql.rules.source import INTERPOLATED_TEXT, INTERPOLATED_VALUE, JOINED_CONDITIONS
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.analysis.checker import Test
    from cwql.diagnostics import Diagnostic, Rule
    from cwql.language.dialects import Dialect
    from cwql.lint.templates.check import Check
    from cwql.lint.templates.model import ConditionTemplate, TemplateSegment
    from cwql.lint.templates.sampling import FilteredFields
    from cwql.lint.templates.scan import Part

_JOIN = re.compile(r"\.join\(")
_JOINED = re.compile(r"(?:map\([\w.]+,\s*(\w+)\)|\[?\(?.{0,200}\bfor \w+ in (\w+)\)?\]?|(\w+))\)$", re.DOTALL)
_DATED = re.compile(rf"{PLACEHOLDER}(?:T[\d:.]{{1,12}})?+Z?+")
"""A date that the program formats, with its time and zone: ``{day}T00:00:00Z``."""

_OPEN_DATE = re.compile(rf"[=<>]\s*(\[{PLACEHOLDER})\s*(?:\s(?:and|or)\s|\Z)", re.IGNORECASE)

LONG = 500
"""Advice does not repeat comparisons that are longer, in characters."""

_NUMERIC = ("integer", "number", "datetime", "date", "boolean")
"""Kinds of fields whose values contain neither quotes nor operators."""

_VALUES = ("value", "items", "list", "literal")


def judge_placeholders(
    found: ConditionTemplate,
    text: str,
    fields: Sequence[FilteredFields],
    checks: Sequence[Check],
    test: Test,
    source: str,
) -> tuple[list[list[Diagnostic]], list[Diagnostic]]:
    """Return the diagnostics of a condition in each dialect that it may be in, and those about its placeholders.

    `checks` return those of a text without placeholders; `test` is that of `judge_filled`.
    """
    outline = Outline(text)
    fillers = [SampleGenerator(text, each, outline) for each in fields]
    reported = [judge_filled(found, filler, check, test) for filler, check in zip(fillers, checks, strict=True)]
    return reported, list(_weigh_placeholders(found, fillers, source))


def _weigh_placeholders(
    found: ConditionTemplate, fillers: Sequence[SampleGenerator], source: str
) -> Iterator[Diagnostic]:
    """Yield the diagnostics about the placeholders of a condition in a file with the text `source`, with positions in its own text."""
    if find_language(found.language).prose:
        return
    filler = fillers[0]
    dialect = filler.dialect if len(fillers) == 1 else None
    weighing = _Weighing(found, filler, dialect, source)
    yield from weighing.open_dates()
    for part in filler.outline.parts:
        if part.role in ("text", "date", *_VALUES):
            yield from weighing.value(part)
        elif part.role == "condition" and part.joined and filler.outline.certain:
            yield from weighing.condition(part)


class _Weighing:
    """Check the placeholders of one condition."""

    def __init__(self, found: ConditionTemplate, filler: SampleGenerator, dialect: Dialect | None, source: str) -> None:
        self._language = found.language
        self._source = source
        self._text = filler.text
        self._filler = filler
        self._dialect = dialect
        self._places = list(find_all(PLACEHOLDER, self._text))
        self._placeholders = [segment for segment in found.segments if segment.kind == "placeholder"]
        self._parts: dict[int, list[Part]] = {}
        for part in filler.outline.parts:
            self._parts.setdefault(part.comparison, []).append(part)

    def _inside(self, part: Part) -> list[tuple[int, TemplateSegment]]:
        low, high = bisect_left(self._places, part.start), bisect_left(self._places, part.end)
        return list(zip(self._places[low:high], self._placeholders[low:high], strict=True))

    def value(self, part: Part) -> Iterator[Diagnostic]:
        """Report each placeholder that is part of a literal or replaces one."""
        rule: Rule = INTERPOLATED_TEXT if part.role in ("text", "date") else INTERPOLATED_VALUE
        inside = self._inside(part)
        if (
            part.role in ("value", "literal")
            and len(inside) == 1
            and _DATED.fullmatch(self._text, part.start, part.end) is not None
            and inside[0][1].dated
        ):
            bare = self._bare_date(part)
            if bare is not None:
                yield bare
                return
        unsafe = [
            (at, segment)
            for at, segment in inside
            if not (segment.safe or self._fits(part, segment) or self._is_restricted(segment.expression))
        ]
        for at, segment in unsafe if rule is INTERPOLATED_TEXT else unsafe[:1]:
            shown = show_placeholder(segment.expression, self._language)
            if part.role == "text":
                message = f"{shown} between quotes: a quote in its value ends the text"
            elif part.role == "date":
                message = f"{shown} between brackets: a bracket in its value ends the date"
            else:
                message = f"{shown} without quotes: its text is read as part of the condition"
            # `{quote}{name}{quote}` is one value.
            place = Span(part.start, part.end) if part.role == "value" else Span(at, at + 1)
            yield rule.at(place, message, hint=self._advise(part, segment))

    def _fits(self, part: Part, segment: TemplateSegment) -> bool:
        """Return whether a value of unknown origin is of the kind that its place expects, as far as names say."""
        if segment.origin in OUTSIDE:
            return False
        if part.role == "date" or (part.role == "text" and segment.origin == "code"):
            return True
        field = self._filler.field(part.path)
        number = says(part.path) in ("id", "number") if field is None else field.kind in _NUMERIC
        named = segment.origin == "number"
        return number and named if part.role == "text" else number or named

    def _is_restricted(self, expression: str) -> bool:
        """Return whether a declaration of the file restricts the values of a name."""
        from cwql.lint.declared_rules import find_rules

        return find_rules(self._source).restrict(expression)

    def open_dates(self) -> Iterator[Diagnostic]:
        """Report a bracket before a value that is never closed, unless a value after it may close it."""
        if self._dialect is None or self._dialect.bare_dates:
            return
        for match in _OPEN_DATE.finditer(self._text):
            later = [
                segment for at, segment in zip(self._places, self._placeholders, strict=True) if at > match.start()
            ]
            if (
                all(segment.safe or segment.origin == "number" for segment in later)
                and "]" not in self._text[match.end() :]
            ):
                yield UNCLOSED_DATE.at(
                    Span(match.start(1), match.end(1)),
                    "the date that starts here is never closed",
                    hint="write ] after the value",
                )

    def _bare_date(self, part: Part) -> Diagnostic | None:
        """Return the diagnostic for a date that the program formats and does not put between brackets."""
        field = self._filler.field(part.path)
        if self._dialect is None or self._dialect.bare_dates or field is None or field.kind not in ("datetime", "date"):
            return None
        return BARE_DATE.at(
            Span(part.start, part.end),
            "a date without brackets",
            hint="put [ and ] around the date: servers of ConnectWise Manage expect them",
        )

    def _advise(self, part: Part, segment: TemplateSegment) -> str:
        from cwql.lint.hints import advise_cast, advise_moment, advise_quotes

        field = self._filler.field(part.path)
        number = part.role in ("value", "literal") and field is not None and field.kind in ("integer", "number")
        if find_language(self._language).native:
            advice = self._advise_python(part)
            return f"{advise_cast(self._language, segment.expression)}; or {advice}" if number else advice
        moment = part.role == "date" or (field is not None and field.kind in ("datetime", "date"))
        if part.role == "text" and not moment:
            return advise_quotes(self._language, self._dialect, self._text[part.start], segment.expression)
        if moment:
            return advise_moment(self._language, segment.expression)
        if part.role in ("items", "list"):
            return "convert each item to a number before they are joined, or put each between quotes that it does not contain"
        if number or field is None or field.kind not in ("text", "enum", "boolean"):
            return advise_cast(self._language, segment.expression) + (" if it is a number" if not number else "")
        return "check the value before it is put in: it may contain quotes, `and`, `or`"

    def _advise_python(self, part: Part) -> str:
        from cwql.lint.hints import advise_python, write_template

        start, end = self._filler.outline.comparisons[part.comparison]
        parts = self._parts[part.comparison]
        if not part.path or end - start > LONG or any(other.role not in ("text", "date", *_VALUES) for other in parts):
            return f"let cwql put the value in: {write_template('field = {}', ['value'], self._dialect)}"
        template, at = "", start
        arguments = []
        for other in parts:
            low, high, argument = self._spell(other)
            template += self._text[at:low] + "{}"
            at = high
            arguments.append(argument)
        template = (template + self._text[at:end]).replace("[{}]", "({})")
        operator = self._filler.operator(part)
        found = self._filler.fields.resolve(part.path)
        if len(arguments) == 1 and not part.operator.endswith("in"):
            separator = (self._dialect or DIALECTS[0]).separator
            path = part.path if found is None else separator.join([field.name for field in found.fields])
            template = f"{path} {operator} {{}}"
        return advise_python(
            " ".join(template.split()),
            arguments,
            self._filler.fields.record_name,
            found,
            operator,
            self._dialect,
        )

    def _spell(self, part: Part) -> tuple[int, int, str]:
        """Return the span of the condition that a value replaces, and the code of the value."""
        from cwql.lint.hints import name_of, spell_value

        start, end = part.start, part.end
        segments = [segment for _, segment in self._inside(part)]
        expressions = [_listed(segment.expression) for segment in segments]
        if part.role == "items" or (part.role == "text" and self._is_list(part, segments)):
            # `in ({ids})` takes the list as one value.
            while self._text[start] not in "([":
                start -= 1
            while self._text[end - 1] not in ")]":
                end += 1
            joined = segments[0].joint is not None and expressions[0] == segments[0].expression
            return start, end, "values" if joined else name_of(expressions[0])
        value = name_of(expressions[0])
        if part.role in ("text", "date"):
            # The bracket after a date may be missing.
            body = self._text[start:end]
            value = spell_value(body[1:].removesuffix("]" if body[0] == "[" else body[0]), expressions)
        field = self._filler.field(part.path)
        if part.role == "date" or (field is not None and field.kind in ("datetime", "date")):
            # The value is a text: the builder takes only dates, and a template would put it between quotes.
            value = f"datetime.fromisoformat({value}).astimezone()"
        return start, end, value

    def _is_list(self, part: Part, segments: Sequence[TemplateSegment]) -> bool:
        """Return whether a text is a joined list, with its first and last quote: ``('{names}')``."""
        return (
            len(segments) == 1
            and segments[0].joint is not None
            and self._text[: part.start].rstrip().endswith("(")
            and self._text[part.end :].lstrip().startswith(")")
        )

    def condition(self, part: Part) -> Iterator[Diagnostic]:
        """Report an unknown part next to a connective that may bind more tightly or more loosely than those in it."""
        placeholders = self._inside(part)
        joints = [(segment.joint or "").strip().lower() for _, segment in placeholders]
        if all(segment.safe for _, segment in placeholders) or {*joints, *part.joined} == {"and"}:
            return
        if set(part.joined) == {"or"}:
            # Neither connective in the part changes which terms belong together.
            return
        shown = "".join([show_placeholder(segment.expression, self._language) for _, segment in placeholders])
        words = " and ".join([f"`{word}`" for word in dict.fromkeys(part.joined)])
        place = Span(part.start, part.end)
        edits = [Edit(Span(part.start, part.start), "("), Edit(Span(part.end, part.end), ")")]
        yield JOINED_CONDITIONS.at(
            place,
            f"{shown} is next to {words} without parentheses: an `and` or `or` in it changes what belongs together",
            hint=f"write ({shown})",
            fixes=[Fix("put parentheses around it", edits, applicability="unsafe")],
        )


def _listed(expression: str) -> str:
    """Return the list inside ``", ".join(map(str, ids))``; any other expression unchanged."""
    if len(expression) > LONG:
        return expression
    for call in _JOIN.finditer(expression):
        match = _JOINED.match(expression, call.end())
        if match is not None:
            return next(filter(None, match.groups()), expression)
    return expression
