"""When a rule can report on a comparison: the predicates that rules declare as ``when``.

A predicate is called once for each combination of field, operator and types of values, and the result is cached. It returns False if the
rule can never report, True if it has to look, or a test of the value. It may be too broad, because the rule looks again, but never too
narrow (a property test compares). Correct texts need nothing else, so that this module imports no rule.
"""

from __future__ import annotations

from cwql.language.operators import CONTAINS, NOT_CONTAINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from cwql.language.dialects import Dialect
    from cwql.language.operators import Operator
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import Resolved

    Test: TypeAlias = Callable[[Any], bool]
    """Return whether the rule has to look at the value."""

_MISFITS: dict[str, frozenset[str]] = {
    # Some servers store a UUID as text, so it is unknown whether a part of one can be searched for.
    "text": frozenset(("integer", "number", "boolean", "datetime", "date", "enum")),
    "order": frozenset(("boolean", "enum", "uuid", "collection")),
    "membership": frozenset(("boolean", "collection")),
    "equality": frozenset(("collection",)),
}

_TYPES: dict[str, frozenset[str]] = {
    "text": frozenset(("text", "number")),
    "integer": frozenset(("number",)),
    "number": frozenset(("number",)),
    "boolean": frozenset(("boolean",)),
    "datetime": frozenset(("time",)),
    "date": frozenset(("time",)),
    "enum": frozenset(("text",)),
    "uuid": frozenset(("text",)),
}
"""The kinds of values that fit a field in any case."""

_BITS = {"int32": 31, "int64": 63}


class Term:
    """A comparison without its value: the `field` (None if it is unknown, or a rule about names reports it), the `operator`, and the `kinds` of the values."""

    __slots__ = ("dialect", "field", "kinds", "operator")

    def __init__(self, field: FieldInfo | None, operator: Operator, kinds: frozenset[str], dialect: Dialect) -> None:
        self.field = field
        self.operator = operator
        self.kinds = kinds
        self.dialect = dialect

    @property
    def is_text(self) -> bool:
        """Return whether the field may be a text."""
        return self.field is None or self.field.kind == "text"


def find_compared_field(found: Resolved) -> FieldInfo | None:
    """Return the field that a path ends at, for rules about its values; None if a rule about names reports the path instead."""
    field = found.field
    if any(step.kind == "map" for step in found.fields[:-1]):
        return None
    if field.kind == "reference" or field.child or (field.note is not None and field.note.kind == "unfilterable"):
        return None
    return field


def fits(field: FieldInfo, operator: Operator) -> bool:
    """Return whether an operator makes sense for a field."""
    if field.kind == "collection" and operator in (CONTAINS, NOT_CONTAINS):
        return True
    if field.kind == "collection" and operator.family == "text":
        return field.items != "integer"
    return field.kind not in _MISFITS[operator.family]


def names_id(field: FieldInfo) -> bool:
    """Return whether a text field is an id by its name, because live clients compare such fields with bare numbers."""
    return field.name.rpartition("/")[2].lower().endswith(("id", "ids", "recid"))


def find_integer_limit(field: FieldInfo) -> int | None:
    """Return the first number that is too large for an integer field; None if its format is unknown."""
    bits = _BITS.get(field.format or "")
    return None if bits is None else 2**bits


# --- predicates about the field, the operator and the kinds of values --------------------------------------------------


def is_misfit(term: Term) -> bool:
    """The operator makes no sense for the field."""
    return term.field is not None and not fits(term.field, term.operator)


def has_other_type(term: Term) -> bool:
    """A value may be of another type than the field."""
    field = term.field
    if field is None:
        return False
    fitting = _TYPES.get((field.items or field.kind) if field.kind in ("collection", "map") else field.kind)
    if fitting is None or term.kinds <= fitting | {"null"}:
        return False
    return not (field.dated and term.kinds <= {"text", "number", "time", "null"})


def is_no_id(term: Term) -> bool:
    """The field is not an id by its name."""
    return term.field is not None and not names_id(term.field)


def is_dated(term: Term) -> bool:
    """The field is a date, or a text that contains one and is compared by order."""
    field = term.field
    return field is not None and (field.kind != "text" or (field.dated and term.operator.family == "order"))


def is_not_null_test(term: Term) -> bool:
    """The comparison is neither ``= null`` nor ``!= null``."""
    return term.operator.family != "equality" or term.kinds != {"null"}


# --- predicates about each value ---------------------------------------------------------------------------------------


def is_long(term: Term) -> bool | Test:
    """A text is longer than its field."""
    limit = None if term.field is None else term.field.max_length
    if limit is None or term.operator.family == "order":
        return False
    return lambda value: len(value) > limit


def is_out_of_range(term: Term) -> bool | Test:
    """A number is too large or too small for its field."""
    limit = None if term.field is None else find_integer_limit(term.field)
    if limit is None:
        return False
    return lambda value: not -limit <= value < limit


def is_fraction(term: Term) -> bool | Test:
    """A number is written with a fraction."""
    return lambda value: type(value) is not int


def is_no_member(term: Term) -> bool | Test:
    """A text is no member of the enum, letter by letter."""
    members = frozenset(() if term.field is None else term.field.enum)
    return bool(members) and (lambda value: value not in members)


def has_escape(term: Term) -> bool | Test:
    """A text may contain percent escapes; in patterns, a percent sign at an end is a wildcard."""
    if term.operator.name.endswith("like"):
        return lambda value: "%" in value[1:-1]
    return lambda value: "%" in value


def has_outer_blank(term: Term) -> bool | Test:
    """A text starts or ends with a blank."""
    return lambda value: value[:1] == " " or value[-1:] == " "


def has_outer_wildcard(term: Term) -> bool | Test:
    """A text starts or ends with a wildcard."""
    wildcards = term.dialect.wildcards
    return term.is_text and (lambda value: value.strip(wildcards) != value)


def lacks_wildcard(term: Term) -> bool | Test:
    """A pattern has no wildcard and no other special character."""
    dialect = term.dialect
    special = frozenset(dialect.wildcards + dialect.single + dialect.foreign_wildcards + dialect.pattern_syntax)
    return term.is_text and special.isdisjoint


def has_pattern_syntax(term: Term) -> bool | Test:
    """A pattern has a character that has another meaning in patterns."""
    syntax = frozenset(term.dialect.pattern_syntax)
    return lambda value: not syntax.isdisjoint(value)


def is_false(term: Term) -> bool | Test:
    """The value is false."""
    return lambda value: value is False


# --- predicates about a list as a whole --------------------------------------------------------------------------------


def is_mixed(term: Term) -> bool:
    """A list has values of several kinds."""
    return len(term.kinds - {"null"}) > 1


def is_repeated(term: Term) -> bool | Test:
    """A value occurs more than once in a list."""
    return lambda values: len(values) != len(set(values))
