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
    from collections.abc import Callable, Mapping
    from typing import Literal, TypeAlias

    Relation: TypeAlias = Literal["order", "text", "like", "in"]


class TextTest(Value):
    """A test of a text and an operand, both folded.

    `sql` returns an expression of the SQL of the text, and the values of its parameters. Null, the SQL of a value that is
    no text, must not pass.
    """

    matches: Callable[[str, str], bool]
    sql: Callable[[str, str], tuple[str, tuple[str, ...]]]


def _find_sql(text: str, part: str) -> tuple[str, tuple[str, ...]]:
    return f"instr({text}, ?) > 0", (part,)


def _prefix_sql(text: str, start: str) -> tuple[str, tuple[str, ...]]:
    # A range, because SQLite can look it up in an index.
    following = _successor(start)
    if following is None:
        return f"({text}) >= ?", (start,)
    return f"(({text}) >= ? AND ({text}) < ?)", (start, following)


def _suffix_sql(text: str, end: str) -> tuple[str, tuple[str, ...]]:
    if not end:
        return f"({text}) IS NOT NULL", ()
    return f"substr({text}, -{len(end)}) = ?", (end,)


def _successor(text: str) -> str | None:
    """Return the first text that comes after every text with that beginning, or None if there is none."""
    while text:
        last = ord(text[-1])
        if last < 0x10FFFF:
            # SQLite orders by UTF-8, which has no surrogates.
            return text[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        text = text[:-1]
    return None


PART = TextTest(lambda text, part: part in text, _find_sql)
PREFIX = TextTest(str.startswith, _prefix_sql)
SUFFIX = TextTest(str.endswith, _suffix_sql)


class OperatorSemantics(Value):
    """How an operator is evaluated.

    `relation` names the positive test. For ``order``, `signs` are the results of a comparison that pass (-1 less, 0 equal, 1
    greater); for ``text``, `text_test` is the test. A `negated` operator is true if the field is not null and the positive test
    is false. If the field is a list, an operator that `searches_lists` is true if an item equals the value.
    """

    operator: Operator
    relation: Relation
    summary: str
    signs: frozenset[int] = frozenset()
    text_test: TextTest | None = None
    negated: bool = False
    searches_lists: bool = False


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
        OperatorSemantics(
            CONTAINS,
            "text",
            "the text contains the value; the list has it as an item",
            text_test=PART,
            searches_lists=True,
        ),
        OperatorSemantics(
            NOT_CONTAINS,
            "text",
            "the field is not null and does not contain the value",
            text_test=PART,
            negated=True,
            searches_lists=True,
        ),
        OperatorSemantics(LIKE, "like", "the whole text matches the pattern"),
        OperatorSemantics(NOT_LIKE, "like", "the field is not null and does not match the pattern", negated=True),
        OperatorSemantics(STARTSWITH, "text", "the text begins with the value", text_test=PREFIX),
        OperatorSemantics(
            NOT_STARTSWITH,
            "text",
            "the field is not null and does not begin with the value",
            text_test=PREFIX,
            negated=True,
        ),
        OperatorSemantics(ENDSWITH, "text", "the text ends with the value", text_test=SUFFIX),
        OperatorSemantics(
            NOT_ENDSWITH,
            "text",
            "the field is not null and does not end with the value",
            text_test=SUFFIX,
            negated=True,
        ),
        OperatorSemantics(IN, "in", "the field equals one of the values"),
        OperatorSemantics(NOT_IN, "in", "the field is not null and equals none of the values", negated=True),
    )
}
"""The meaning of each operator, for `cwql.semantics.predicate` and `cwql.semantics.sql`."""
