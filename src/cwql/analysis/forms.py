"""The operators, literals and names of a text with the evidence that each is known by."""

from __future__ import annotations

from cwql.schema.record import Resolved
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.language.dialects import Dialect
    from cwql.source import Span


class Use(Value):
    """One feature that a text uses: its kind, its span, and its evidence."""

    what: str
    span: Span
    documented: bool
    observed: bool


def uses(context: Context) -> Iterator[Use]:
    """Yield every name that the overlay adds, every operator and every literal, in no order.

    Names of the specification attest themselves. Spellings that a rule of reading reports are left to it.
    """
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or (found.note is not None and found.note.kind == "unfilterable"):
            continue
        field = found.field
        if field.origin != "spec" and not (field.note is not None and field.note.kind == "alias"):
            documented, observed = field.origin == "documented", field.origin == "observed"
            yield Use(f"the name `{field.name}`", span, documented, observed)
    for comparison in context.comparisons:
        place = context.place(comparison)
        written = " ".join(context.text[place.operator.start : place.operator.end].lower().split())
        form = context.dialect.operators.get(comparison.operator)
        if form is not None and written == comparison.operator.name:
            yield Use(f"`{form.spelling}`", place.operator, form.documented, form.observed)
        for span, literal in zip(place.values, place.literals, strict=True):
            kind = _kind(literal, context.dialect)
            known = None if kind is None else context.dialect.literals.get(kind)
            if known is not None:
                yield Use(f"the form {known.spelling}", span, known.documented, known.observed)


def _kind(literal: str, dialect: Dialect) -> str | None:
    """Return the kind of a literal as the dialect's record names it."""
    if literal[0] in "\"'":
        return "string" if literal[0] == dialect.quotes[0] else "other-quotes"
    if literal[0] == "[" or literal[4:5] == "-":
        return "datetime" if ":" in literal else "date"
    folded = literal.lower()
    if folded == "null":
        return "null"
    return "boolean" if folded in ("true", "false") else "number"
