"""The operators of both languages, one record each: the registry that parser, printer, checker and docs are fed from."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Family: TypeAlias = Literal["equality", "order", "text", "membership"]


class Operator(Value, eq=False):
    """Name a relation between a field and a value.

    `name` is the canonical spelling. `family` says what the right side is: ``equality`` any literal, ``order`` a number,
    text or time, ``text`` a string (or, for ``contains``, a member of a collection), ``membership`` a list of literals.
    Every operator has a `negation`, so a tree needs no node for ``not``: null fails both a comparison and its
    negation except ``=`` and ``!=``, as in SQL.
    """

    name: str
    family: Family
    negation_name: str

    @property
    def negation(self) -> Operator:
        """Return the operator with the opposite result."""
        return OPERATORS[self.negation_name]

    @property
    def negated(self) -> bool:
        """Tell whether the spelling starts with ``not``."""
        return self.name.startswith("not ")

    def __repr__(self) -> str:
        return f"Operator(name={self.name!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return operator, (self.name,)


EQ = Operator("=", "equality", "!=")
NE = Operator("!=", "equality", "=")
LT = Operator("<", "order", ">=")
LE = Operator("<=", "order", ">")
GT = Operator(">", "order", "<=")
GE = Operator(">=", "order", "<")
CONTAINS = Operator("contains", "text", "not contains")
NOT_CONTAINS = Operator("not contains", "text", "contains")
LIKE = Operator("like", "text", "not like")
NOT_LIKE = Operator("not like", "text", "like")
STARTSWITH = Operator("startswith", "text", "not startswith")
NOT_STARTSWITH = Operator("not startswith", "text", "startswith")
ENDSWITH = Operator("endswith", "text", "not endswith")
NOT_ENDSWITH = Operator("not endswith", "text", "endswith")
IN = Operator("in", "membership", "not in")
NOT_IN = Operator("not in", "membership", "in")

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE,
        CONTAINS,
        NOT_CONTAINS,
        LIKE,
        NOT_LIKE,
        STARTSWITH,
        NOT_STARTSWITH,
        ENDSWITH,
        NOT_ENDSWITH,
        IN,
        NOT_IN,
    )
}
"""Every operator by its canonical spelling."""

TEXT_WORDS: tuple[str, ...] = tuple(
    [record.name for record in OPERATORS.values() if record.family == "text" and not record.negated]
)
"""The words that compare text, without their negations."""

TEXT_WORD = "|".join(TEXT_WORDS)
"""The same as a piece of a regular expression."""


def operator(name: str) -> Operator:
    """Return the operator of that canonical spelling; raise KeyError for any other."""
    return OPERATORS[name]


MEMBERSHIP = frozenset((IN, NOT_IN))
