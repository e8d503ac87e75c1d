"""The operators, literals and names of a text with the evidence that each is known by."""

from __future__ import annotations

from cwql.language.literals import form_of
from cwql.schema.record import Resolved
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.rules.context import Context
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
            known = context.dialect.literals.get(form_of(literal, context.dialect))
            if known is not None:
                yield Use(f"the form {known.spelling}", span, known.documented, known.observed)
