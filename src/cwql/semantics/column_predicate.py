"""Predicates about the columns of a table, as SQL defines them.

A predicate is made of `ColumnTest`, `AllOf`, `AnyOf`, `AnyChild` and `UNKNOWN`, without negation: `not` is resolved before, because the
records that fail a test and those for which it is null are different ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cwql.value import Value

__all__ = [
    "UNKNOWN",
    "AllOf",
    "AnyChild",
    "AnyOf",
    "ColumnTest",
    "Predicate",
    "Relation",
    "Unknown",
    "rejects_nulls",
]

Relation: TypeAlias = Literal[
    "=", "!=", "<", "<=", ">", ">=", "in", "not in", "like", "not like", "has text", "has item", "null", "not null",
    "not true", "not false",
]  # fmt: skip
"""What a `ColumnTest` compares: ``like`` with SQL's wildcards, ``has text`` for a part of the text,
``has item`` for an item of a list, ``not true`` for false or null.
"""


class ColumnTest(Value):
    """A comparison of the column at `path` with a value, as SQL defines it; null passes only ``null``, ``not true``, ``not false``.

    The path has the API's spelling; ``("customFields", "Seats")`` is the custom field with that caption.
    """

    path: tuple[str, ...]
    relation: Relation
    value: object = None


class AllOf(Value):
    """True if every item is true; without items always."""

    items: tuple[Predicate, ...]


class AnyOf(Value):
    """True if an item is true; without items never."""

    items: tuple[Predicate, ...]


class AnyChild(Value):
    """True if a record of the collection at `path` fulfils the predicate, whose paths begin with that path."""

    path: tuple[str, ...]
    predicate: Predicate


class Unknown(Value):
    """A predicate that conditions cannot express: any record may fulfil it."""


UNKNOWN = Unknown()

if TYPE_CHECKING:
    Predicate: TypeAlias = ColumnTest | AllOf | AnyOf | AnyChild | Unknown
else:
    Predicate = Value


def rejects_nulls(predicate: Predicate) -> bool:
    """Return whether the predicate is surely not true for a record all of whose columns are null."""
    match predicate:
        case ColumnTest():
            return predicate.relation not in ("null", "not true", "not false")
        case AllOf():
            return any(rejects_nulls(item) for item in predicate.items)
        case AnyOf():
            return all(rejects_nulls(item) for item in predicate.items)
        case AnyChild():
            return True
        case _:
            return False
