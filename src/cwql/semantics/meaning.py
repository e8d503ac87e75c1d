"""The one table of what operators mean: `MEANINGS`, and the values they are applied to.

What neither the vendor nor the reference documents decide is decided here, once, for both evaluators:

* **Null.** A missing member is null. Null equals null and nothing else, and passes no other comparison, positive or negative:
  ``status != "New"``, ``not in``, ``not like`` and ``not contains`` leave out records without a status, as SQL does. So ``!=``
  and ``not in`` treat null alike, which `cwql.language.simplify` relies on. As a literal, null is understood by ``=``, ``!=``,
  ``in`` and ``not in``; any other comparison with it holds for nothing.
* **Text** is compared without letter case (Unicode case folding), character by character; blanks count, accents count. Order
  is that of code points after folding.
* **Numbers** are compared exactly as decimals; a float stands for the decimal that is printed for it. Integers beyond 64 bits
  in a record are floats, as in SQLite.
* **Booleans** are the numbers 1 and 0.
* **A number beside a text**: a text that reads as a number (``12``, ``-1.5``), or as ``true`` or ``false``, is compared as that
  number; any other text and a number are not equal and in no order.
* **Date-times** are moments; one without a zone is read in UTC, a date is its midnight in UTC. A record holds them as ISO
  texts. A date literal beside a text that is no date: not equal, in no order. Two texts that both read as ISO dates are
  compared as moments.
* **Patterns and parts** look at texts only; a number has no parts. Pattern signs are those of the dialect (see `patterns`).
* **Collections of plain values**: ``contains`` asks for a member that equals the value, ``not contains`` for no such member;
  every other comparison, negative ones too, holds where one member fulfils it. Only null tests look at the collection itself.
* **Collections of records**: one child has to fulfil everything that an ``and`` says of the collection (see `scopes`). An empty or
  missing collection counts as one child whose members are null.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
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
from cwql.value import Value, assign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, TypeAlias

    from cwql.language.nodes import Scalar

    Relation: TypeAlias = Literal["order", "contains", "like", "startswith", "endswith", "in"]
    Number: TypeAlias = int | Decimal


class Meaning(Value):
    """Say what an operator asks of a field.

    `relation` names the positive question; ``order`` compares and `signs` holds the outcomes (-1 less, 0 equal, 1 greater)
    that pass. A `negated` operator holds where the field is not null and the positive question is answered no.
    """

    operator: Operator
    relation: Relation
    summary: str
    signs: frozenset[int] = frozenset()
    negated: bool = False


MEANINGS: Mapping[Operator, Meaning] = {
    meaning.operator: meaning
    for meaning in (
        Meaning(EQ, "order", "the field equals the value; null equals null only", frozenset((0,))),
        Meaning(NE, "order", "the field is not null and does not equal the value", frozenset((0,)), negated=True),
        Meaning(LT, "order", "the field comes before the value", frozenset((-1,))),
        Meaning(LE, "order", "the field comes before the value or equals it", frozenset((-1, 0))),
        Meaning(GT, "order", "the field comes after the value", frozenset((1,))),
        Meaning(GE, "order", "the field comes after the value or equals it", frozenset((1, 0))),
        Meaning(CONTAINS, "contains", "the text holds the value somewhere; the collection has it as a member"),
        Meaning(NOT_CONTAINS, "contains", "the field is not null and does not contain the value", negated=True),
        Meaning(LIKE, "like", "the whole text fits the pattern"),
        Meaning(NOT_LIKE, "like", "the field is not null and does not fit the pattern", negated=True),
        Meaning(STARTSWITH, "startswith", "the text begins with the value"),
        Meaning(NOT_STARTSWITH, "startswith", "the field is not null and does not begin with the value", negated=True),
        Meaning(ENDSWITH, "endswith", "the text ends with the value"),
        Meaning(NOT_ENDSWITH, "endswith", "the field is not null and does not end with the value", negated=True),
        Meaning(IN, "in", "the field equals one of the values"),
        Meaning(NOT_IN, "in", "the field is not null and equals none of the values", negated=True),
    )
}
"""What each operator means; `cwql.semantics.predicate` and `cwql.semantics.sql` both read it."""


class Operand(Value):
    """Hold a literal in every form that a field may be compared with.

    `kind` says which comes first. `text` is folded; `number` and `moment` (microseconds since 1970, UTC) are None where the
    literal cannot be read as one; `part` is what ``contains`` and patterns look for.
    """

    kind: Literal["null", "text", "number", "moment"]
    text: str | None
    number: Number | None
    moment: int | None
    part: str | None

    def __init__(self, value: Scalar) -> None:
        kind, part = "text", None
        number: Number | None = None
        moment: int | None = None
        match value:
            case None:
                kind = "null"
            case bool():
                kind, number, part = "number", int(value), "true" if value else "false"
            case int():
                kind, number, part = "number", value, str(value)
            case Decimal():
                kind, number, part = "number", value, str(value)
            case datetime():
                kind, moment, part = "moment", moment_of(value), write_moment(value)
            case date():
                kind, moment, part = "moment", moment_of(value), value.isoformat()
            case str():
                number, moment, part = read_number(value), read_moment(value), value
        assign(self, "kind", kind)
        assign(self, "text", fold(value) if isinstance(value, str) else None)
        assign(self, "number", number)
        assign(self, "moment", moment)
        assign(self, "part", part)


def fold(text: str) -> str:
    """Return a text without letter case."""
    return text.casefold()


_NUMBER = re.compile(r"[+-]?[0-9]{1,64}(\.[0-9]{1,64})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MOMENT_LENGTH = len("2024-01-31T17:00:00.123456789+00:00")
_WORDS = {"true": 1, "false": 0}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
INTEGER_LIMIT = 2**63


def read_number(text: str) -> Number | None:
    """Return the number that a text stands for, as SQLite would hold it, or None."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _WORDS.get(text.casefold()) if len(text) < 6 else None
    if match[1] is None:
        return plain_number(int(text))
    return plain_number(float(text))


def plain_number(value: int | float) -> Number | None:
    """Return a number of a record as it is compared; None for what is no number (NaN)."""
    if isinstance(value, int):
        if -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            return int(value)
        try:
            value = float(value)
        except OverflowError:
            return Decimal(value)
    return Decimal(repr(float(value))) if value == value else None


def read_moment(text: str) -> int | None:
    """Return the moment that an ISO text names, in microseconds since 1970 (UTC), or None."""
    # Only texts that may be a date reach the cache: it would keep thousands of texts of any length otherwise.
    return _read_moment(text) if 10 <= len(text) <= _MOMENT_LENGTH and text[4] == "-" else None


@lru_cache(maxsize=8192)
def _read_moment(text: str) -> int | None:
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment_of(moment)


def moment_of(value: date | datetime) -> int:
    """Return the microseconds since 1970 (UTC); what names no zone is read in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND


def write_moment(value: datetime) -> str:
    """Return a time as the APIs write it: ``2024-01-31T17:00:00Z``, with a fraction where it has one."""
    if value.tzinfo is not None:
        value = (_EPOCH + (value - _EPOCH)).replace(tzinfo=None)
    return f"{value.isoformat()}Z"
