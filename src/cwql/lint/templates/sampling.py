"""Sample values for the placeholders of a condition, chosen so that only problems of every value remain: `SampleGenerator`.

Each placeholder gets a value of the type that fits best: a number for a number field, a member for an enum field.
"""

from __future__ import annotations

from cwql.language.operators import TEXT_WORDS
from cwql.lint.templates.model import PLACEHOLDER
from cwql.lint.templates.scan import is_like_date
from cwql.lint.templates.substitution import Rendered, Substitution
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cwql.language.dialects import Dialect, Parameter
    from cwql.lint.templates.scan import Outline, Part
    from cwql.schema.field import FieldInfo

NUMBER = 1700
"""Fillings that are numbers count on from here, so that they are not taken for a number of the text."""


UUID = "01234567-89ab-cdef-0123-456789abcdef"


class FilteredFields:
    """The fields that the conditions of one target may compare."""

    def __init__(self, dialect: Dialect, endpoint: str | None, parameter: Parameter) -> None:
        self.dialect = dialect
        self._names = self._record = None
        self._custom = parameter.record is not None
        if endpoint is not None or parameter.record is not None:
            self._names = catalog(dialect.name)
            known = None if endpoint is None else self._names.find_endpoint(endpoint)
            self._record = find_record(self._names, known, parameter)

    @property
    def record_name(self) -> str | None:
        """Return the name of the record that the conditions filter; None if it is unknown, or has no builder."""
        return None if self._record is None or self._custom else self._record.name

    def resolve(self, path: str) -> Resolved | None:
        """Return the fields of a path; None if they are unknown."""
        if self._names is None or self._record is None or not path:
            return None
        found = self._names.resolve(self._record.name, tuple(path.replace("/", ".").split(".")))
        return found if isinstance(found, Resolved) else None


class SampleGenerator:
    """Choose sample values for the placeholders of a condition."""

    def __init__(self, text: str, fields: FilteredFields, outline: Outline) -> None:
        self.text = text
        self.fields = fields
        self.dialect = fields.dialect
        self.outline = outline
        self._count = 0
        self._quoted: dict[int, bool] = {}

    def field(self, path: str) -> FieldInfo | None:
        """Return the field that a path ends at; None if it is unknown."""
        found = self.fields.resolve(path)
        return None if found is None else found.field

    def operator(self, part: Part) -> str:
        """Return the canonical spelling of the operator of a part."""
        lenient = self.dialect.lenient_operators.get(part.operator)
        return part.operator if lenient is None else lenient[0].name

    def fill(self) -> Rendered:
        """Return the text with the best sample value for every placeholder."""
        fillings: list[Substitution] = []
        unknown = {
            part.comparison: part for part in reversed(self.outline.parts) if part.role in ("field", "condition")
        }
        for part in self.outline.parts:
            fillings += self._fill(part, unknown.get(part.comparison))
        return Rendered(self.text, fillings)

    def without(self) -> Rendered:
        """Return the text with a comparison of another field in place of every comparison that has a placeholder."""
        fillings: list[Substitution] = []
        for number in dict.fromkeys(part.comparison for part in self.outline.parts):
            start, end = self.outline.comparisons[number]
            fillings.append(Substitution(start, end, f"{self._next('zz')} = 1"))
        return Rendered(self.text, fillings)

    def _next(self, head: str) -> str:
        """Return a text that no other placeholder has."""
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

    def _moment(self) -> str:
        """Return a moment of a day that no other placeholder has."""
        self._count += 1
        return f"{2000 + self._count // 336}-{1 + self._count // 28 % 12:02}-{1 + self._count % 28:02}T00:00:00Z"

    def _fill(self, part: Part, whole: Part | None) -> Iterator[Substitution]:
        start, end = part.start, part.end
        field = None if whole is not None else self.field(part.path)
        kind = None if field is None else (field.items if field.kind in ("collection", "map") else field.kind)
        written = self.text[start:end]
        match part.role:
            case "text":
                yield from self._fill_text(part, kind, field)
            case "date":
                yield Substitution(
                    start + 1, end - written.endswith("]"), self._moment(), written == f"[{PLACEHOLDER}]"
                )
            case "value":
                yield Substitution(start, end, self._value(part, kind, field), written == PLACEHOLDER)
            case "items":
                yield Substitution(start, end, f"{self._value(part, kind, field)}, {self._value(part, kind, field)}")
            case "list":
                yield Substitution(start, end, f"({self._value(part, kind, field)}, {self._value(part, kind, field)})")
            case "literal":
                yield from self._fill_literal(part, kind, field)
            case "field":
                lone = self.outline.comparisons[part.comparison] == (start, end)
                yield Substitution(start, end, f"{self._next('zz')} = 1" if lone else self._next("zz"))
            case "operator":
                yield Substitution(start, end, self._operator(part))
            case "condition":
                yield Substitution(start, end, f"{self._next('zz')} = 1")
            case "tail":
                yield Substitution(start, end, " = null")
            case "rest":
                yield Substitution(start, end, "")
            case "connective":
                yield Substitution(start, end, "and")
            case _:
                yield from self._fill_placeholders(part, str)

    def _sample(self) -> str:
        """Return a text that no other placeholder has, as the value of a text field."""
        return self._next("sample")

    def _fill_placeholders(self, part: Part, make: Callable[[], str]) -> Iterator[Substitution]:
        """Fill each placeholder of a part separately."""
        at = self.text.find(PLACEHOLDER, part.start, part.end)
        while at >= 0:
            yield Substitution(at, at + 1, make(), True)
            at = self.text.find(PLACEHOLDER, at + 1, part.end)

    def _fill_text(self, part: Part, kind: str | None, field: FieldInfo | None) -> Iterator[Substitution]:
        body = self.text[part.start + 1 : part.end - 1]
        alone = body == PLACEHOLDER
        match kind:
            case "integer" | "number":
                yield from self._fill_placeholders(part, self._number if alone else lambda: "1")
            case "boolean":
                yield Substitution(part.start + 1, part.end - 1, "true", alone)
            case "datetime" | "date":
                yield self._fill_date(part.start + 1, part.end - 1, body)
            case "uuid":
                yield Substitution(part.start + 1, part.end - 1, UUID, alone)
            case "enum" if field is not None and field.enum and part.operator in ("=", "!=", "in", "not in"):
                self._count += 1
                yield Substitution(part.start + 1, part.end - 1, field.enum[self._count % len(field.enum)], alone)
            case _:
                yield from self._fill_placeholders(part, self._sample)

    def _fill_literal(self, part: Part, kind: str | None, field: FieldInfo | None) -> Iterator[Substitution]:
        """Fill a word that has other characters next to its placeholders."""
        written = self.text[part.start : part.end]
        if written[0].isalpha() and written[0] != PLACEHOLDER:
            # A word that begins as no value does.
            yield from self._fill_placeholders(part, self._sample)
        elif is_like_date(written) and written[-1] != PLACEHOLDER:
            yield self._fill_date(part.start, part.end, written)
        else:
            yield Substitution(part.start, part.end, self._value(part, kind, field))

    def _fill_date(self, start: int, end: int, written: str) -> Substitution:
        """Put a date into the placeholder if that makes the whole a date, otherwise replace the whole."""
        from cwql.rules.operands import is_date_text

        moment = self._moment()
        day = moment.partition("T")[0]
        if written.count(PLACEHOLDER) == 1 and is_date_text(written.replace(PLACEHOLDER, day)):
            at = start + written.index(PLACEHOLDER)
            return Substitution(at, at + 1, day, True)
        return Substitution(start, end, moment)

    def _value(self, part: Part, kind: str | None, field: FieldInfo | None) -> str:
        mark = self.dialect.quotes[0]
        collection = field is not None and field.kind == "collection"
        if not collection and part.operator.removeprefix("not ") in TEXT_WORDS:
            return f"{mark}{self._sample()}{mark}"
        match kind:
            case "text":
                return f"{mark}{self._sample()}{mark}"
            case "boolean" if part.operator in ("=", "!="):
                return self.dialect.booleans[0]
            case "datetime" | "date":
                return self._moment() if self.dialect.bare_dates else f"[{self._moment()}]"
            case "uuid":
                return f"{mark}{UUID}{mark}"
            case "enum" if field is not None and field.enum:
                self._count += 1
                return f"{mark}{field.enum[self._count % len(field.enum)]}{mark}"
        if field is None and part.operator.endswith("in") and self._has_quotes(part.comparison):
            return f"{mark}{self._sample()}{mark}"
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
        return f"{self._next('zz')} =" if not part.path and text.strip(PLACEHOLDER) else " = "
