"""The meaning of operators, in one table: `SEMANTICS`.

If neither the vendor nor the reference documents define something, it is defined here, once, for both evaluators:

* **Null.** A missing member is null. Null equals only null and passes no other comparison, positive or negative: ``status != "New"``,
  ``not in``, ``not like`` and ``not contains`` leave out records without a status, as in SQL. So ``!=`` and ``not in`` treat null
  alike, and `cwql.language.simplify` relies on it. As a literal, null has a meaning for ``=``, ``!=``, ``in`` and ``not in``; any
  other comparison with it is false.
* **Text** is compared without letter case (Unicode case folding), character by character; blanks and accents count. Its order is
  that of code points after folding.
* **Numbers** are compared exactly, as decimals; a float is the decimal that is printed for it. Integers beyond 64 bits in a record
  are floats, because SQLite stores them so.
* **Booleans** are the numbers 1 and 0.
* **Numbers and text**: text that is a number (``12``, ``-1.5``), ``true`` or ``false`` is compared with a number as that number. Any
  other text and a number are not equal, and neither comes before the other.
* **Date-times** are compared as timestamps. Without a zone they are in UTC, and a date is its midnight in UTC. Records contain them
  as ISO text. A date literal and text that is no date are not equal, and neither comes before the other. Two texts that are both
  ISO dates are compared as timestamps.
* **Patterns and parts** (``like``, ``contains``, ``startswith``, ``endswith``) match text only, not numbers. The wildcards are those
  of the dialect (see `patterns`).
* **Lists of plain values**: ``contains`` is true if an item equals the value, ``not contains`` if none does. Every other comparison,
  also a negative one, is true if it is true for one item. Only comparisons with null are about the list itself.
* **Collections of records**: one child has to fulfil everything that an ``and`` says about the collection (see `scopes`). An empty or
  missing collection counts as one child whose members are null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.language.operators import (
    CONTAINS,
    ENDSWITH,
    EQ,
    GE,
    GT,
    IN,
    LE,
    LIKE,
    LT,
    NE,
    NOT_CONTAINS,
    NOT_ENDSWITH,
    NOT_IN,
    NOT_LIKE,
    NOT_STARTSWITH,
    STARTSWITH,
    Operator,
)
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, TypeAlias

    Relation: TypeAlias = Literal["order", "contains", "like", "startswith", "endswith", "in"]


class OperatorSemantics(Value):
    """How an operator is evaluated.

    `relation` names the positive test. For ``order``, `signs` are the results of a comparison that pass (-1 less, 0 equal, 1
    greater). A `negated` operator is true if the field is not null and the positive test is false.
    """

    operator: Operator
    relation: Relation
    summary: str
    signs: frozenset[int] = frozenset()
    negated: bool = False


SEMANTICS: Mapping[Operator, OperatorSemantics] = {
    entry.operator: entry
    for entry in (
        OperatorSemantics(EQ, "order", "the field equals the value; null equals only null", frozenset((0,))),
        OperatorSemantics(
            NE, "order", "the field is not null and does not equal the value", frozenset((0,)), negated=True
        ),
        OperatorSemantics(LT, "order", "the field comes before the value", frozenset((-1,))),
        OperatorSemantics(LE, "order", "the field comes before the value or equals it", frozenset((-1, 0))),
        OperatorSemantics(GT, "order", "the field comes after the value", frozenset((1,))),
        OperatorSemantics(GE, "order", "the field comes after the value or equals it", frozenset((1, 0))),
        OperatorSemantics(CONTAINS, "contains", "the text contains the value; the list has it as an item"),
        OperatorSemantics(
            NOT_CONTAINS, "contains", "the field is not null and does not contain the value", negated=True
        ),
        OperatorSemantics(LIKE, "like", "the whole text matches the pattern"),
        OperatorSemantics(NOT_LIKE, "like", "the field is not null and does not match the pattern", negated=True),
        OperatorSemantics(STARTSWITH, "startswith", "the text begins with the value"),
        OperatorSemantics(
            NOT_STARTSWITH, "startswith", "the field is not null and does not begin with the value", negated=True
        ),
        OperatorSemantics(ENDSWITH, "endswith", "the text ends with the value"),
        OperatorSemantics(
            NOT_ENDSWITH, "endswith", "the field is not null and does not end with the value", negated=True
        ),
        OperatorSemantics(IN, "in", "the field equals one of the values"),
        OperatorSemantics(NOT_IN, "in", "the field is not null and equals none of the values", negated=True),
    )
}
"""The meaning of each operator, for `cwql.semantics.predicate` and `cwql.semantics.sql`."""
