"""Conditions with holes: what is wrong with them whatever fills the holes.

Each hole is filled with what fits best there: a number where the field is a number, a member where it is an enum. What the
checker still reports is wrong with every filling, but for a few rules that judge content. Rules that weigh comparisons against
each other are asked a second time, with something else in the place of every comparison that has a hole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from cwql.analysis.checker import check
from cwql.analysis.operands import is_date_text
from cwql.analysis.records import find_record
from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.frozen import Frozen, assign
from cwql.lint.found import HOLE
from cwql.lint.outline import Outline, is_like_date, outline_list
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Severity
    from cwql.language.dialects import Dialect, Parameter
    from cwql.lint.found import Found
    from cwql.lint.outline import Part
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import Resolved

RELATIONS = frozenset(("CW401", "CW402", "CW403", "CW404", "CW405", "CW406", "CW412", "CW414"))
"""Rules that weigh comparisons against each other, or the text as a whole."""

MISSING = frozenset(("CW210", "CW501"))
"""Rules about what else the text holds, which a hole may bring."""

NESTING = frozenset(("CW104", "CW105"))
"""Rules about parentheses, the other half of which a hole may bring that is more than a value."""

CONTENT = frozenset(("CW308", "CW309", "CW310", "CW315", "CW407", "CW413", "CW415"))
"""Rules that judge what a value is, not how it is written."""

MANY = 20
"""So many holes are looked at one by one in a message or a fix."""

NUMBER = 1700
"""Fillings that are numbers count on from here, so that they are not taken for a number of the text."""

_TEXTUAL = ("like", "contains", "startswith", "endswith")
_GOT = ", got a number"
"""What a message says of a value whose kind is not known."""

DATE = "2024-01-31"
MOMENT = "2024-01-31T00:00:00Z"
UUID = "01234567-89ab-cdef-0123-456789abcdef"


class Filling(Frozen):
    """Put `text` in the place of ``start:end``; `exact` tells that this is a hole and nothing else."""

    __slots__ = ("end", "exact", "start", "text")
    __match_args__ = ("start", "end", "text", "exact")
    start: int
    end: int
    text: str
    exact: bool

    def __init__(self, start: int, end: int, text: str, exact: bool = False) -> None:
        assign(self, "start", start)
        assign(self, "end", end)
        assign(self, "text", text)
        assign(self, "exact", exact)


class Filled:
    """Hold a text with its fillings in place, and find the way back to the text with holes."""

    __slots__ = ("_places", "_starts", "fillings", "text")

    def __init__(self, text: str, fillings: Iterable[Filling]) -> None:
        self.fillings = tuple(fillings)
        parts: list[str] = []
        self._starts = [0]
        # For each stretch: where it starts in the filled text, where in the text with holes, and the filling, if it is one.
        self._places: list[tuple[int, Filling | None]] = [(0, None)]
        at = length = 0
        for filling in self.fillings:
            parts += (text[at : filling.start], filling.text)
            length += filling.start - at
            self._starts.append(length)
            self._places.append((filling.start, filling))
            length += len(filling.text)
            at = filling.end
            self._starts.append(length)
            self._places.append((at, None))
        parts.append(text[at:])
        self.text = "".join(parts)

    def span(self, span: Span) -> Span:
        """Return the stretch of the text with holes; one that begins or ends inside a filling takes in all of it."""
        start = self._point(span.start, False)
        return Span(start, max(start, self._point(span.end, True))) if span.end > span.start else Span(start, start)

    def _point(self, at: int, ending: bool) -> int:
        index = bisect_right(self._starts, at) - 1
        while ending and index and self._starts[index] == at:
            index -= 1
        place, filling = self._places[index]
        if filling is None:
            return place + at - self._starts[index]
        return filling.end if ending else filling.start

    def edits(self, edit: Edit) -> list[Edit] | None:
        """Return the edits of the text with holes that make the same change and leave the holes whole; None where none do."""
        span = edit.span
        found: list[Edit] = []
        text, at = edit.text, span.start
        touched = list(self._inside(span))
        if len(touched) > MANY:
            return None
        for index, filling in touched:
            start = self._starts[index]
            end = start + len(filling.text)
            whole = filling.exact and filling.text and span.start <= start <= end <= span.end
            if not whole or text.count(filling.text) != 1:
                return None
            before, _, text = text.partition(filling.text)
            found.append(self._trimmed(at, start, before))
            at = end
        found.append(self._trimmed(at, span.end, text))
        return [each for each in found if each.text or len(each.span)]

    def _inside(self, span: Span) -> Iterator[tuple[int, Filling]]:
        """Yield the fillings that a stretch of the filled text touches, each with its number among the stretches."""
        index = max(bisect_left(self._starts, span.start) - 1, 0)
        while index < len(self._starts) and self._starts[index] < span.end:
            filling = self._places[index][1]
            if filling is not None:
                start, end = self._starts[index], self._starts[index] + len(filling.text)
                if span.start < end or (start == end and span.start < start):
                    yield index, filling
            index += 1

    def _trimmed(self, start: int, end: int, text: str) -> Edit:
        old = self.text[start:end]
        while old and text and old[0] == text[0]:
            old, text, start = old[1:], text[1:], start + 1
        while old and text and old[-1] == text[-1]:
            old, text, end = old[:-1], text[:-1], end - 1
        if start == end:
            # Behind what stands before it, so that an insertion does not slip behind a filling.
            place = self._point(start, True)
            return Edit(Span(place, place), text)
        return Edit(self.span(Span(start, end)), text)

    def touched(self, finding: Diagnostic) -> Iterator[Filling]:
        """Yield the fillings that a finding or an edit of one of its fixes touches, a few of them where there are many."""
        for span in [finding.span, *[edit.span for fix in finding.fixes for edit in fix.edits]]:
            for number, (_, filling) in enumerate(self._inside(span)):
                if number < MANY:
                    yield filling

    def finding(
        self, finding: Diagnostic, words: Sequence[tuple[str, str]] = (), severity: Severity | None = None
    ) -> Diagnostic:
        """Return the finding with its places in the text with holes, and with other words where it shows fillings."""

        def show(message: str) -> str:
            for filling, name in words:
                message = message.replace(filling, name)
            return message

        fixes = []
        for fix in finding.fixes:
            edits = [self.edits(edit) for edit in fix.edits]
            if all(edit is not None for edit in edits):
                # What is written around a hole anew may suit its filling less than what stood there.
                safe = fix.safe and not any(True for edit in fix.edits for _ in self._inside(edit.span))
                fixes.append(Fix(show(fix.title), [each for edit in edits for each in edit or ()], safe))
        return Diagnostic(
            finding.code,
            finding.name,
            severity or finding.severity,
            show(finding.message),
            self.span(finding.span),
            None if finding.hint is None else show(finding.hint),
            fixes,
            [show(note) for note in finding.notes],
        )


class Filler:
    """Choose what to put into the holes of a condition for one dialect and endpoint."""

    def __init__(self, text: str, record: Dialect, endpoint: str | None, parameter: Parameter) -> None:
        self.text = text
        self.dialect = record
        self.outline = Outline(text)
        self._count = 0
        self._quoted: dict[int, bool] = {}
        self._names = self._record = None
        if endpoint is not None or parameter.record is not None:
            from cwql.schema.catalog import catalog

            self._names = catalog(record.name)
            known = None if endpoint is None else self._names.find_endpoint(endpoint)
            self._record = find_record(self._names, known, parameter)

    @property
    def record_name(self) -> str | None:
        """Return the name of the record that the condition filters; None where it is not known."""
        return None if self._record is None else self._record.name

    def resolve(self, path: str) -> Resolved | None:
        """Return the fields of a path; None where they are not known."""
        from cwql.schema.record import Resolved

        if self._names is None or self._record is None or not path:
            return None
        found = self._names.resolve(self._record.name, tuple(path.replace("/", ".").split(".")))
        return found if isinstance(found, Resolved) else None

    def field(self, path: str) -> FieldInfo | None:
        """Return the field that a path ends at; None where it is not known."""
        found = self.resolve(path)
        return None if found is None else found.field

    def operator(self, part: Part) -> str:
        """Return the canonical spelling of the operator of a part."""
        slip = self.dialect.slips.get(part.operator)
        return part.operator if slip is None else slip[0].name

    def fill(self) -> Filled:
        """Return the text with the best filling in every hole."""
        fillings: list[Filling] = []
        unknown = {
            part.comparison: part for part in reversed(self.outline.parts) if part.role in ("field", "condition")
        }
        for part in self.outline.parts:
            fillings += self._fill(part, unknown.get(part.comparison))
        return Filled(self.text, fillings)

    def without(self) -> Filled:
        """Return the text with a comparison of another field for every comparison that has a hole."""
        fillings: list[Filling] = []
        for number in dict.fromkeys(part.comparison for part in self.outline.parts):
            start, end = self.outline.comparisons[number]
            fillings.append(Filling(start, end, f"{self._next('zz')} = 1"))
        return Filled(self.text, fillings)

    def _next(self, head: str) -> str:
        """Return a text that no other hole has."""
        self._count += 1
        letters = ""
        count = self._count
        while count:
            count, digit = divmod(count, 26)
            letters += chr(ord("a") + digit)
        return f"{head}{letters}"

    def _number(self) -> str:
        self._count += 1
        return str(NUMBER + self._count)

    def _fill(self, part: Part, whole: Part | None) -> Iterator[Filling]:
        start, end = part.start, part.end
        field = None if whole is not None else self.field(part.path)
        kind = None if field is None else (field.items if field.kind in ("collection", "map") else field.kind)
        written = self.text[start:end]
        match part.role:
            case "text":
                yield from self._fill_text(part, kind, field)
            case "date":
                yield Filling(start + 1, end - 1, MOMENT, written == f"[{HOLE}]")
            case "value":
                yield Filling(start, end, self._value(part, kind, field), written == HOLE)
            case "items":
                yield Filling(start, end, f"{self._value(part, kind, field)}, {self._value(part, kind, field)}")
            case "list":
                yield Filling(start, end, f"({self._value(part, kind, field)}, {self._value(part, kind, field)})")
            case "literal":
                yield from self._fill_literal(part, kind, field)
            case "field":
                lone = self.outline.comparisons[part.comparison] == (start, end)
                yield Filling(start, end, f"{self._next('zz')} = 1" if lone else self._next("zz"))
            case "operator":
                yield Filling(start, end, self._operator(part))
            case "condition":
                yield Filling(start, end, f"{self._next('zz')} = 1")
            case "tail":
                yield Filling(start, end, " = null")
            case "rest":
                yield Filling(start, end, "")
            case "connective":
                yield Filling(start, end, "and")
            case _:
                yield from self._fill_holes(part, "")

    def _fill_holes(self, part: Part, filling: str | None) -> Iterator[Filling]:
        """Fill each hole of a part by itself; None gives each a text of its own."""
        at = self.text.find(HOLE, part.start, part.end)
        while at >= 0:
            yield Filling(at, at + 1, self._next("sample") if filling is None else filling, True)
            at = self.text.find(HOLE, at + 1, part.end)

    def _fill_text(self, part: Part, kind: str | None, field: FieldInfo | None) -> Iterator[Filling]:
        body = self.text[part.start + 1 : part.end - 1]
        alone = body == HOLE
        match kind:
            case "integer" | "number":
                at = self.text.find(HOLE, part.start, part.end)
                while at >= 0:
                    yield Filling(at, at + 1, self._number() if alone else "1", True)
                    at = self.text.find(HOLE, at + 1, part.end)
            case "boolean":
                yield Filling(part.start + 1, part.end - 1, "true", alone)
            case "datetime" | "date":
                yield self._fill_date(part.start + 1, part.end - 1, body)
            case "uuid":
                yield Filling(part.start + 1, part.end - 1, UUID, alone)
            case "enum" if field is not None and field.enum and part.operator in ("=", "!=", "in", "not in"):
                self._count += 1
                yield Filling(part.start + 1, part.end - 1, field.enum[self._count % len(field.enum)], alone)
            case _:
                yield from self._fill_holes(part, None)

    def _fill_literal(self, part: Part, kind: str | None, field: FieldInfo | None) -> Iterator[Filling]:
        """Fill a word that has other characters beside its holes."""
        written = self.text[part.start : part.end]
        if written[0].isalpha() and written[0] != HOLE:
            # A word that begins as no value does.
            yield from self._fill_holes(part, None)
        elif is_like_date(written) and written[-1] != HOLE:
            yield self._fill_date(part.start, part.end, written)
        else:
            yield Filling(part.start, part.end, self._value(part, kind, field))

    def _fill_date(self, start: int, end: int, written: str) -> Filling:
        """Put a date into the hole where that makes a date of the whole, else in the place of the whole."""
        if written.count(HOLE) == 1 and is_date_text(written.replace(HOLE, DATE)):
            at = start + written.index(HOLE)
            return Filling(at, at + 1, DATE, True)
        return Filling(start, end, MOMENT if "T" in written else DATE)

    def _value(self, part: Part, kind: str | None, field: FieldInfo | None) -> str:
        mark = self.dialect.quotes[0]
        collection = field is not None and field.kind == "collection"
        if not collection and part.operator.removeprefix("not ") in _TEXTUAL:
            return f"{mark}{self._next('sample')}{mark}"
        match kind:
            case "text":
                return f"{mark}{self._next('sample')}{mark}"
            case "boolean" if part.operator in ("=", "!="):
                return self.dialect.booleans[0]
            case "datetime" | "date":
                return MOMENT if self.dialect.bare_dates else f"[{MOMENT}]"
            case "uuid":
                return f"{mark}{UUID}{mark}"
            case "enum" if field is not None and field.enum:
                self._count += 1
                return f"{mark}{field.enum[self._count % len(field.enum)]}{mark}"
        if field is None and part.operator.endswith("in") and self._has_quotes(part.comparison):
            return f"{mark}{self._next('sample')}{mark}"
        return self._number()

    def _has_quotes(self, comparison: int) -> bool:
        if comparison not in self._quoted:
            start, end = self.outline.comparisons[comparison]
            self._quoted[comparison] = any(sign in self.text[start:end] for sign in "\"'")
        return self._quoted[comparison]

    def _operator(self, part: Part) -> str:
        behind = self.text[part.end :].lstrip()
        if behind.startswith("("):
            return " in "
        text = self.text[part.start : part.end]
        # `{field}{operator}'x'` as one word.
        return f"{self._next('zz')} =" if not part.path and text.strip(HOLE) else " = "


def judge_filled(found: Found, filler: Filler, levels: Levels | None = None) -> list[Diagnostic]:
    """Return what is wrong with a condition whatever fills its holes, with places in its text."""
    endpoint, record, outline = found.place.endpoint, filler.dialect, filler.outline
    filled = filler.fill()
    told = check(filled.text, record, endpoint, found.parameter, levels=levels)
    if not told:
        return []
    if not outline.certain and any(finding.code < "CW200" and finding.severity == "error" for finding in told):
        return []
    roles = {part.role for part in outline.parts}
    dropped: frozenset[str] = frozenset()
    if not roles <= {"text", "date", "value", "items", "literal"}:
        dropped |= MISSING
    if dropped or filler.text.strip()[-1] == HOLE:
        dropped |= NESTING
    if roles & {"rest", "tail", "connective", "unknown"}:
        dropped |= RELATIONS | {"CW143"}
    elif any(finding.code in RELATIONS for finding in told):
        other = filler.without()
        again = check(other.text, record, endpoint, found.parameter, levels=levels)
        held = {(finding.code, other.span(finding.span)) for finding in again}
        told = [each for each in told if each.code not in RELATIONS or (each.code, filled.span(each.span)) in held]
    shown = _show(found, filled)
    holes = _Stretches([(part.start, part.end) for part in outline.parts])
    unjudged = _Stretches(_find_unjudged(outline))
    made = _Stretches(
        [
            outline.comparisons[part.comparison]
            for part in outline.parts
            if part.role in ("value", "items", "list", "literal")
        ]
    )
    kept = []
    for finding in told:
        span = filled.span(finding.span)
        if finding.code in dropped or (finding.code in CONTENT and holes.touch(span)):
            continue
        if finding.code == "CW314" and made.touch(span):
            # The kind of the other items may be that of the filling.
            continue
        if any(not _exceeds(span, start, end) for start, end in unjudged.touched(span)):
            continue
        words = [(each.text, shown[each]) for each in dict.fromkeys(filled.touched(finding)) if each in shown]
        if finding.code != "CW304":
            # These words are common in messages: only this rule means the value.
            words = [(text, name) for text, name in words if text.lower() not in ("true", "false")]
        severity = finding.severity
        if _GOT in finding.message and made.touch(span):
            # Of all values null alone would be right.
            words.append((_GOT, ""))
            severity = "warning" if severity == "error" else severity
        kept.append(filled.finding(finding, words, severity))
    return kept


class _Stretches:
    """Find the stretches that a span touches; they do not overlap, but for repeats."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        self._stretches = sorted(set(stretches))
        self._starts = [start for start, _ in self._stretches]

    def touched(self, span: Span) -> Iterator[tuple[int, int]]:
        """Yield those that the span shares a character with; an empty span lies inside."""
        index = max(bisect_left(self._starts, span.start) - 1, 0)
        while index < len(self._stretches) and self._starts[index] < max(span.end, span.start + 1):
            start, end = self._stretches[index]
            if (start < span.end and span.start < end) or (span.start == span.end and start < span.start < end):
                yield start, end
            index += 1

    def touch(self, span: Span) -> bool:
        """Tell whether there is one."""
        return next(self.touched(span), None) is not None


def _find_unjudged(outline: Outline) -> list[tuple[int, int]]:
    """Return the stretches of which nothing is known: comparisons without a field or an operator, but for its path."""
    found = []
    for part in outline.parts:
        start, end = outline.comparisons[part.comparison]
        if part.role in ("field", "condition") or (part.role == "operator" and not part.path):
            found.append((start, end))
        elif part.role in ("operator", "tail") or (part.role == "unknown" and part.path):
            found.append((start + len(part.path), end))
        elif part.role in ("rest", "connective", "unknown"):
            found.append((part.start, part.end))
    return found


def _exceeds(span: Span, start: int, end: int) -> bool:
    """Tell whether a finding is about more than this stretch."""
    return span.start <= start and end <= span.end and len(span) > end - start


BRACES = {"python": "{%s}", "csharp": "{%s}", "javascript": "${%s}", "typescript": "${%s}", "ruby": "#{%s}"}
"""How a language writes a hole, where it has a way of its own."""


def _show(found: Found, filled: Filled) -> dict[Filling, str]:
    """Return what messages show for each filling: the hole as the language writes it."""
    holes = (piece for piece in found.pieces if piece.kind == "hole")
    shown: dict[Filling, str] = {}
    at = 0
    text = found.text
    for filling in filled.fillings:
        for _ in range(text.count(HOLE, at, filling.start)):
            next(holes)
        name = text[filling.start : filling.end]
        for _ in range(name.count(HOLE)):
            name = name.replace(HOLE, show_hole(next(holes).expression, found.language), 1)
        at = filling.end
        if len(filling.text) > 3:
            shown[filling] = name
    return shown


def show_hole(expression: str, language: str) -> str:
    """Return how a message shows a hole."""
    if not expression or len(expression) > 40 or "\n" in expression:
        return "…"
    return BRACES.get(language, "%s").replace("%s", expression)


def judge_list(found: Found, text: str, record: Dialect, levels: Levels | None) -> list[Diagnostic]:
    """Return what is wrong with a list of fields or a sort order, but for the items with holes."""
    fillings = [Filling(start, end, "asc" if direction else "id") for start, end, direction in outline_list(text)]
    filled = Filled(text, fillings)
    told = check(filled.text, record, found.place.endpoint, found.parameter, levels=levels)
    holes = _Stretches([(each.start, each.end) for each in fillings])
    return [filled.finding(finding) for finding in told if not holes.touch(filled.span(finding.span))]
