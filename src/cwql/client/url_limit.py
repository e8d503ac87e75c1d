"""List requests whose URL is too long: `split` divides a long ``in`` list over several requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.client.compiled_query import CompiledQuery, Text
from cwql.language.nodes import And, Comparison, Expr, Node, conjunction
from cwql.language.operators import IN
from cwql.language.printer import emit

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.language.dialects.base import DialectName
    from cwql.language.nodes import Order

__all__ = ["SEARCH_KEYS", "order_key", "split"]

SEARCH_KEYS = {
    "conditions": "conditions",
    "childConditions": "childconditions",
    "customFieldConditions": "customfieldconditions",
    "orderBy": "orderBy",
}
"""Query parameters that ``POST …/search`` takes in its body (`FilterValues`), by their names there."""

PARTS = 200
"""Into how many questions one is split at most."""


def split(
    asked: CompiledQuery, dialect: DialectName, fits: Callable[[CompiledQuery], bool]
) -> list[CompiledQuery] | None:
    """Return requests that fit and together ask the same, None if no ``in`` list can be divided far enough.

    A record matches exactly one of them, because their values are different: a list is divided only if it is the whole
    condition or joined to the rest of it by ``and``.
    """
    for text in sorted(asked.texts, key=lambda text: -len(text.text)):
        tree = text.tree
        # A child matches by any of its values, so one record could answer two parts; merging drops doubles, and that is fine.
        if not isinstance(tree, Node):
            continue
        lists = [item for item in _terms(tree) if isinstance(item, Comparison) and item.operator is IN]
        for term in sorted(lists, key=lambda item: -len(emit(item, dialect=dialect))):
            parts = _divide(asked, text, term, dialect, fits)
            if parts is not None:
                return parts
    return None


def _terms(tree: Any) -> tuple[Expr, ...]:
    return tree.items if isinstance(tree, And) else (tree,)


def _divide(
    asked: CompiledQuery, text: Text, term: Comparison, dialect: DialectName, fits: Callable[[CompiledQuery], bool]
) -> list[CompiledQuery] | None:
    values = list({_fold(value): value for value in term.values}.values())
    others = [item for item in _terms(text.tree) if item is not term]

    def part(start: int, end: int) -> CompiledQuery:
        some = Comparison(term.path, IN, tuple(values[start:end]))
        tree = conjunction([some, *others])
        return asked.replace(Text(text.parameter, emit(tree, dialect=dialect), tree, text.findings))

    parts: list[CompiledQuery] = []
    start = 0
    while start < len(values):
        low, high = 0, len(values) - start
        while low < high:
            middle = (low + high + 1) // 2
            if fits(part(start, start + middle)):
                low = middle
            else:
                high = middle - 1
        if low == 0 or len(parts) == PARTS:
            return None
        parts.append(part(start, start + low))
        start += low
    # One part is enough if values occurred twice.
    return parts or None


def _fold(value: Any) -> tuple[str, Any]:
    """Return a key by which values that a server takes for the same are one: text compares without letter case."""
    return (type(value).__name__, value.casefold() if isinstance(value, str) else value)


class _Falling:
    """Turn an order around."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: _Falling) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def order_key(terms: tuple[Order, ...], read: Callable[[Any, tuple[str, ...]], Any]) -> Callable[[Any], Any]:
    """Return the sort key of a record: nulls first, text without letter case, as the server sorts."""

    def key(record: Any) -> Any:
        keys: list[Any] = []
        for term in terms:
            value = read(record, term.path.segments)
            if isinstance(value, str):
                value = value.casefold()
            found = (value is not None, type(value).__name__ if isinstance(value, str) else "", value)
            plain = found if value is not None else (False, "", 0)
            keys.append(_Falling(plain) if term.descending else plain)
        return tuple(keys)

    return key
