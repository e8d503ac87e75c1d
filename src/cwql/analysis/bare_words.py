"""Advice for words without quotes that fits the field: the parser, which knows no fields, always suggests quotes.

Quotes are the safe fix for text fields only. Between quotes a misspelled boolean or a word for a day is another mistake, which the
server may answer with an empty list.
"""

from __future__ import annotations

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.language import problems
from cwql.language.nodes import FieldList, OrderBy, comparisons
from cwql.rules.operands import TITLES, quote
from cwql.rules.suggestions import find_named_sibling, guess_boolean, guess_moment
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context
    from cwql.schema.field import FieldInfo
    from cwql.source import Span

    Advice: TypeAlias = tuple[str, str | None, tuple[Fix, ...]]
    """A message, a hint, and fixes."""

CODES = frozenset((problems.UNQUOTED_TEXT.code, problems.FUNCTION_CALL.code))
"""Diagnostics of the parser about words in the place of a value."""


_DIGITS = str.maketrans("OoIl", "0011")
"""Letters that look like digits."""


def advise(context: Context, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the diagnostics; those about a bare word get the advice that fits its field."""
    if isinstance(context.tree, (OrderBy, FieldList)):
        yield from diagnostics
        return
    compared = sorted(
        [(item.span.start, item.span.end, item) for item in comparisons(context.tree) if item.span is not None],
        key=lambda entry: entry[:2],
    )
    for diagnostic in diagnostics:
        found = None
        if diagnostic.code in CODES:
            found = next(
                (item for start, end, item in compared if start <= diagnostic.span.start < diagnostic.span.end <= end),
                None,
            )
        advice = None if found is None else _find_advice(context, found, diagnostic)
        if advice is None:
            yield diagnostic
        else:
            message, hint, fixes = advice
            yield Diagnostic(
                code=diagnostic.code,
                name=diagnostic.name,
                severity=diagnostic.severity,
                message=message,
                span=diagnostic.span,
                hint=hint,
                fixes=fixes,
                notes=(),
            )


def _find_advice(context: Context, comparison: Comparison, diagnostic: Diagnostic) -> Advice | None:
    span = diagnostic.span
    word = context.text[span.start : span.end]
    resolved = context.resolve(comparison.path)
    if not isinstance(resolved, Resolved):
        return None
    if "(" in word:
        return _advise_call(context, comparison, diagnostic) if diagnostic.code == problems.FUNCTION_CALL.code else None
    field = resolved.field
    if field.kind == "reference" and (field.note is None or field.note.kind == "filterable"):
        return _advise_reference(context, comparison, field, span)
    known = context.field(comparison.path)
    if known is None:
        return None
    kind = (known.items or "any") if known.kind == "collection" else known.kind
    path = context.text[context.path_span(comparison).start : context.path_span(comparison).end]
    match kind:
        case "text" if not known.dated:
            return _advise_text(context, word, span)
        case "boolean":
            return _advise_boolean(context, path, word, span)
        case "integer" | "number":
            return _advise_number(context, comparison, TITLES[kind], word, span)
        case "datetime" | "date" | "text":
            return _advise_date(context, path, word)
        case "enum" if known.enum:
            return _advise_enum(context, path, known.enum, word, span)
    return None


def _advise_call(context: Context, comparison: Comparison, diagnostic: Diagnostic) -> Advice:
    field = context.field(comparison.path)
    place = context.path_span(comparison)
    written = context.text[place.start : diagnostic.span.start].strip()
    name = "moment" if field is not None and (field.kind in ("datetime", "date") or field.dated) else "value"
    return diagnostic.message, f'compute the value in the program and pass it: cwql.cond("{written} {{}}", {name})', ()


def _advise_text(context: Context, word: str, span: Span) -> Advice | None:
    if '"' in word or "'" in word:
        return None
    written = quote(word, context)
    return (
        f"text without quotes: expected {written}",
        f"write {written}",
        (Fix("put it between quotes", [Edit(span, written)]),),
    )


def _advise_boolean(context: Context, path: str, word: str, span: Span) -> Advice:
    yes, no = context.dialect.booleans
    guess = guess_boolean(word, context.dialect)
    message = f"`{word}` for {path}, which is a boolean: expected {yes} or {no}"
    if guess is None:
        return message, f"write {yes} or {no}, without quotes", ()
    return message, f"did you mean {guess}?", (Fix(f"write {guess}", [Edit(span, guess)], applicability="unsafe"),)


def _advise_number(context: Context, comparison: Comparison, title: str, word: str, span: Span) -> Advice:
    place = context.path_span(comparison)
    path = context.text[place.start : place.end]
    message = f"`{word}` for {path}, which is {title}: expected a number"
    digits = word.translate(_DIGITS)
    if word[:1].isdigit() and digits.isdigit():
        return (
            message,
            f"did you mean {digits}?",
            (Fix(f"write {digits}", [Edit(span, digits)], applicability="unsafe"),),
        )
    other = find_named_sibling(context, comparison) if word[:1].isalpha() else None
    if other is None or len(comparison.values) != 1 or '"' in word or "'" in word:
        return message, "write a number, without quotes", ()
    written = f"{other} {context.text[place.end : span.start].strip()} {quote(word, context)}"
    edits = [Edit(place, other), Edit(span, quote(word, context))]
    return (
        message,
        f"write a number; a name is compared at {other}",
        (Fix(f"write {written}", edits, applicability="unsafe"),),
    )


def _advise_date(context: Context, path: str, word: str) -> Advice:
    example = "2024-01-31" if context.dialect.bare_dates else "[2024-01-31]"
    message = f"`{word}` for {path}, which is a date: expected a date such as {example}"
    return message, guess_moment(word, path) or f"write the date, for example {example}", ()


def _advise_enum(context: Context, path: str, members: tuple[str, ...], word: str, span: Span) -> Advice:
    from cwql.schema.suggest import suggest

    same = [member for member in members if member.lower() == word.lower()]
    if same:
        written = quote(same[0], context)
        return (
            f"text without quotes: expected {written}",
            f"write {written}",
            (Fix("put it between quotes", [Edit(span, written)]),),
        )
    guesses = suggest(word, members) or suggest(word.replace(" ", ""), members)
    listed = ", ".join(members[:8]) + (", …" if len(members) > 8 else "")
    message = f"{path} has no value `{word}`: expected one of {listed}, between quotes"
    if not guesses:
        return message, f"write {quote(next(iter(members)), context)} or another of these", ()
    written = quote(guesses[0], context)
    return (
        message,
        f"did you mean {' or '.join([quote(guess, context) for guess in guesses])}?",
        (Fix(f"write {written}", [Edit(span, written)], applicability="unsafe"),),
    )


def _advise_reference(context: Context, comparison: Comparison, field: FieldInfo, span: Span) -> Advice | None:
    from cwql.rules.names.references import pick_member
    from cwql.rules.suggestions import title

    record = None if context.catalog is None or field.target is None else context.catalog.find_record(field.target)
    word = context.text[span.start : span.end]
    if record is None or record.open or '"' in word or "'" in word:
        return None
    member = pick_member(record, comparison)
    place = context.path_span(comparison)
    message = f"`{word}` without quotes for {field.name}, a reference ({title(record)}): expected one of its fields"
    if member is None:
        return message, f"{title(record)} has {', '.join(record.names[:6])}", ()
    path = f"{context.text[place.start : place.end]}{context.dialect.separator}{member}"
    edits = [Edit(place, path), Edit(span, quote(word, context))]
    return message, f"write {path}", (Fix(f"write {path} and quotes", edits, applicability="unsafe"),)
