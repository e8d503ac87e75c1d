"""The operators of both languages: one record each, and one method each to apply it in Python."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from cwql.language.nodes import Expr

    Family: TypeAlias = Literal["equality", "order", "text", "membership"]


class Operator(Value, eq=False):
    """A relation between a field and a value.

    `name` is the canonical spelling. `family` says what the right side is: ``equality`` takes any literal, ``order`` a number,
    text or time, ``text`` a string (or, for ``contains``, a member of a collection), ``membership`` a list of literals.
    Every operator has a `negation`, so a tree needs no node for ``not``. Null fails both a comparison and its negation except
    ``=`` and ``!=``, as in SQL.
    """

    __module__ = "cwql.ast"

    name: str
    family: Family
    negation_name: str

    @property
    def negation(self) -> Operator:
        """Return the operator with the opposite result."""
        return OPERATORS[self.negation_name]

    @property
    def negated(self) -> bool:
        """Return whether the spelling starts with ``not``."""
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
    [operator.name for operator in OPERATORS.values() if operator.family == "text" and not operator.negated]
)
"""The words that compare text, without their negations."""

TEXT_WORD = "|".join(TEXT_WORDS)
"""The same as part of a regular expression."""

MEMBERSHIP = frozenset((IN, NOT_IN))


def operator(name: str) -> Operator:
    """Return the operator with that canonical spelling; raise KeyError for any other."""
    return OPERATORS[name]


class TextOperators:
    """The operators that compare text, as methods: of untyped fields, and in the stubs of typed ones."""

    __slots__ = ()

    if TYPE_CHECKING:
        # Fields define it.
        def _compare(self, operator: Operator, value: object) -> Expr: ...

    def contains(self, value: str) -> Expr:
        """True if the text contains `value`, or a collection has it as a member."""
        return self._compare(CONTAINS, value)

    def not_contains(self, value: str) -> Expr:
        """True if `contains` is false and the field is not null."""
        return self._compare(NOT_CONTAINS, value)

    def like(self, pattern: str) -> Expr:
        """True if the whole text matches a pattern; the wildcards are those of the dialect that it is printed in."""
        return self._compare(LIKE, pattern)

    def not_like(self, pattern: str) -> Expr:
        """True if `like` is false and the field is not null."""
        return self._compare(NOT_LIKE, pattern)

    def startswith(self, text: str) -> Expr:
        """True if the text starts with `text`; printed as a pattern for Manage."""
        return self._compare(STARTSWITH, text)

    def not_startswith(self, text: str) -> Expr:
        """True if `startswith` is false and the field is not null."""
        return self._compare(NOT_STARTSWITH, text)

    def endswith(self, text: str) -> Expr:
        """True if the text ends with `text`; printed as a pattern for Manage."""
        return self._compare(ENDSWITH, text)

    def not_endswith(self, text: str) -> Expr:
        """True if `endswith` is false and the field is not null."""
        return self._compare(NOT_ENDSWITH, text)
