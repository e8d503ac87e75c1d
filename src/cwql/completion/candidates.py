"""The candidates for a position: `complete`."""

from __future__ import annotations

from cwql.completion.completion import Completion
from cwql.completion.cursor import locate
from cwql.completion.descriptions import describe_field, describe_operator
from cwql.completion.scope import Scope
from cwql.completion.values import value_candidates
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.operators import EQ, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import TypeAlias

    from cwql.completion.cursor import Cursor
    from cwql.language.dialects import Dialect
    from cwql.language.operators import Operator
    from cwql.schema.field import FieldInfo
    from cwql.source import Span

    KnownValues: TypeAlias = Callable[[str, tuple[str, ...]], Iterable[str | int]]

_FAMILIES: dict[str, tuple[str, ...]] = {
    "text": ("equality", "text", "membership", "order"),
    "integer": ("equality", "order", "membership"),
    "number": ("equality", "order", "membership"),
    "datetime": ("order", "equality", "membership"),
    "date": ("order", "equality", "membership"),
    "enum": ("equality", "membership"),
    "collection": ("text",),
}
"""The order in which the operators of a kind of field are offered; those of other kinds in the order of the dialect."""


def complete(  # noqa: PLR0913  # the text, the position, and facts about both
    text: str,
    offset: int | None = None,
    *,
    endpoint: str | None = None,
    dialect: str | Dialect = "manage",
    parameter: str | None = None,
    known_values: KnownValues | None = None,
    now: datetime | None = None,
) -> list[Completion]:
    """Return the candidates at an offset of a condition, a sort order or a list of fields, the best first.

    The text may be incomplete or wrong. By default `offset` is its end. Only candidates that contain the word before the
    cursor are returned, in any letter case. Fields and values are known if `endpoint` is given. `known_values` returns
    the values of a record's field on a server (``("ServiceBoard", ("name",))``), `now` is the time for dates (by default
    the clock). Raises `UnknownNameError` for an unknown dialect or parameter, and no exception because of a text.
    """
    record = find_dialect(dialect)
    place = find_parameter(record, parameter)
    cursor = locate(text, len(text) if offset is None else offset, record, place.shape)
    scope = Scope(record, place, endpoint)
    found = _candidates(scope, cursor, known_values, now)
    return _filtered(found, cursor.typed)


def _candidates(
    scope: Scope, cursor: Cursor, known_values: KnownValues | None, now: datetime | None
) -> Iterable[Completion]:
    match cursor.expected:
        case "field":
            return _fields(scope, cursor.prefix, cursor.span)
        case "operator":
            found = scope.resolve(cursor.path)
            return _operators(scope, None if found is None else found.field, cursor.span)
        case "value":
            return value_candidates(scope, cursor, known_values, now)
        case "list":
            return [Completion("(", "keyword", "(", cursor.span, "list of values")]
        case "direction":
            return _words(("asc", "desc"), cursor.span)
        case _:
            words = ("and", "or") if scope.parameter.shape == "condition" and not cursor.listed else ()
            return _words(words, cursor.span)


def _fields(scope: Scope, prefix: tuple[str, ...], span: Span) -> Iterator[Completion]:
    record = scope.inside(prefix)
    if record is None or not scope.takes_path(prefix):
        return
    separator = scope.dialect.separator
    for field in record.fields():
        if scope.takes(field, prefix):
            yield _field(field, field.name, span, scope)
    for name in record.extra_names:
        steps = tuple(name.split("/"))
        extra = record.find(name) if len(steps) == 1 else record.named_path(steps)
        # The other vocabulary of Manage comes last, because its names may mislead.
        if extra is not None and scope.takes(extra, prefix):
            yield _field(extra, separator.join(steps), span, scope)


def _field(field: FieldInfo, name: str, span: Span, scope: Scope) -> Completion:
    kind = "collection" if field.child else "reference" if field.kind == "reference" else "field"
    return Completion(name, kind, name, span, field.title, describe_field(field, scope.dialect))  # type: ignore[arg-type]


def _operators(scope: Scope, field: FieldInfo | None, span: Span) -> Iterator[Completion]:
    for operator in _fitting(scope.dialect, field):
        text = f"{operator.name} (" if operator.family == "membership" else operator.name
        yield Completion(
            operator.name, "operator", text, span, operator.family, describe_operator(operator, scope.dialect)
        )


def _fitting(dialect: Dialect, field: FieldInfo | None) -> Iterator[Operator]:
    from cwql.rules.applicability import fits

    operators = list(dialect.operators)
    if field is None:
        yield from operators
        return
    if field.kind == "reference":
        # A reference as a whole is compared with null only.
        yield from (EQ, NE)
        return
    families = _FAMILIES.get(field.kind, ("equality", "text", "order", "membership"))
    if field.dated:
        families = _FAMILIES["datetime"]
    for family in families:
        yield from [operator for operator in operators if operator.family == family and fits(field, operator)]


def _words(words: Iterable[str], span: Span) -> list[Completion]:
    return [Completion(word, "keyword", word, span) for word in words]


def _filtered(found: Iterable[Completion], typed: str) -> list[Completion]:
    """Return the candidates that begin with the typed text, then those that contain it."""
    folded = typed.lower().strip("\"'[")
    if not folded:
        return list(found)
    first: list[Completion] = []
    others: list[Completion] = []
    for candidate in found:
        name = candidate.label.lower().strip("\"'[")
        if name.startswith(folded):
            first.append(candidate)
        elif folded in name:
            others.append(candidate)
    return first + others
