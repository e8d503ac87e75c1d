"""Facts about fields and operators, in words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import SyntaxForm
    from cwql.language.operators import Operator
    from cwql.schema.field import FieldInfo

_ORIGINS = {
    "spec": "in the vendor's specification",
    "documented": "in the vendor's reference, but not in its specification",
    "observed": "accepted by servers, but not in the specification",
    "reported": "one user reports that it works",
    "claimed": "used by clients; no server is known to accept it",
}
_MARKS = {
    "D": "reference document",
    "V": "vendor text",
    "L": "server log",
    "P": "several clients",
    "1": "one client",
}
_MEMBERS = 12


def describe_field(field: FieldInfo, dialect: Dialect) -> str:
    """Return facts about a field in addition to its type; an empty text if there are none."""
    return " ".join(field_facts(field, dialect))


def field_facts(field: FieldInfo, dialect: Dialect) -> list[str]:
    """Return sentences about a field: its members, its length, and the notes of the overlay."""
    facts: list[str] = []
    if field.enum:
        shown = ", ".join(field.enum[:_MEMBERS])
        more = len(field.enum) - _MEMBERS
        facts.append(f"Members: {shown}{f' and {more} more' if more > 0 else ''}.")
    if field.max_length:
        facts.append(f"At most {field.max_length} characters.")
    if field.kind == "reference":
        facts.append(f"Compare one of its fields, for example {field.name}{dialect.separator}id.")
    if field.child:
        facts.append("Records of their own.")
    note = field.note
    if note is None:
        return facts
    if note.kind == "alias":
        target = note.target
        facts.append(f"Another name of {target.replace('/', dialect.separator)}." if target else "Has no counterpart.")
    elif note.kind == "filterable":
        shown = f"; records show it as {note.target}" if note.target else ""
        facts.append(f"Only filters{shown}.")
    elif note.kind == "unfilterable":
        facts.append(f"Does not filter: {note.target}." if note.target else "Does not filter.")
    return facts


def describe_origin(field: FieldInfo) -> str:
    """Return the evidence for a name."""
    return _ORIGINS[field.origin]


def describe_operator(operator: Operator, dialect: Dialect) -> str:
    """Return an example of an operator, and the evidence for it."""
    form = dialect.operators.get(operator)
    return "" if form is None else f"Example: {form.example}. {describe_evidence(form)}"


def describe_evidence(form: SyntaxForm) -> str:
    """Return the evidence for a form as a sentence."""
    marks = [_MARKS[mark] for mark in form.evidence if mark in _MARKS]
    return f"Evidence: {', '.join(marks)}." if marks else "No evidence that servers accept it."
